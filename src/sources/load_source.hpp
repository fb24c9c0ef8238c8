// Reads one source: its mapping view taken apart into facts, and the keys of its lines and headers.
#pragma once

#include "sources/source.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

/// Makes the source, in memory of its own below TopMemoryContext. Raises what is wrong with its mapping or keys.
Source* load_source(const SourceRow& row);

} // namespace credits
