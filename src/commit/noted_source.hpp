// What a transaction has noted of one source, on its way through the check at commit. Lives in the memory of the check.
#pragma once

#include "save/changed_headers.hpp"
#include "commit/traces.hpp"

namespace credits
{

/// What was noted of one source.
struct PendingSource {
    Relation lines;
    Batch batch;
    Traces traces;
    int traced_count; // images that come from traces; those of changed headers follow
    ChangedHeaders headers;
};

using PendingSources = std::span<PendingSource>;

/// Where headers were changed: locks the customers of all lines and of these headers, before any other header. A header that is
/// not there is noted again, unless its foreign key was checked: statement `checked_up_to` or one before noted it.
void lock_customers_of_changed_headers(PendingSources sources, Batches batches, int64 checked_up_to);

/// Adds the lines of changed headers that were not noted themselves. The headers of what was noted are locked.
void add_lines_of_changed_headers(PendingSources sources, Batches batches);

} // namespace credits
