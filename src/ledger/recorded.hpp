// What the ledger has recorded for a line, read from its entries.
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// Reads what is recorded for a line, the latest first; null when nothing ever was. Needs no lock of a customer: whoever settles
/// a line holds the line's own row or its header's.
Recorded* read_recorded(pg::Table& entries, int32 source_no, std::string_view key, const pg::DatedSnapshot& snapshot);

/// What is recorded for a line that was a return, of that alone, with what this batch has booked so far: the line may have been
/// booked as something else since. Which draws it undoes changes with other saves of its customer: read under his lock.
Recorded* read_recorded_return(Ledger& ledger, const DocumentLine& line);

/// Is the same recorded, all that stands? Either may be null.
bool is_same(const Recorded* a, const Recorded* b);

} // namespace credits
