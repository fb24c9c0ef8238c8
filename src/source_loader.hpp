// Reads one source: its mapping view taken apart into facts, and the keys of its lines and headers.
#pragma once

#include "source.hpp"

namespace credits
{

/// What a row of credits.source says.
struct SourceRow {
    Oid line_table;
    Oid mapping;
    Oid header_table; // InvalidOid: none
    bool sells;
    bool measures_time;
    bool has_history;
};

/// Makes the source, in memory of its own below TopMemoryContext. Raises what is wrong with its mapping or keys.
Source* load_source(const SourceRow& row);

} // namespace credits
