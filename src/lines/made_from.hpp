// The lines of a source that were made from given lines (rule 19): found by the text of their origin, or where that is the text
// of a plain column, by the column, so that an ordinary index on it serves.
#pragma once

#include <span>
#include <string_view>

#include "lines/batch.hpp"

namespace credits
{

/// Adds the lines whose origin is one of these keys, as of the latest snapshot.
void add_lines_made_from(Batch& batch, std::span<const std::string_view> keys);

/// CREATE INDEX ON erp.invoice_line (origin_id), when no index helps to find these lines; else null.
const char* missing_origin_index(Source& source);

} // namespace credits
