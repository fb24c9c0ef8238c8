// The foreign key by which lines reach their header: what is attached has no trace of it.
#pragma once

#include "sources/source.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

/// Why it stays.
inline constexpr const char* header_reference = "It leads from the lines to their header, which are attached.";

bool is_foreign_key_to_header(const Source& source, HeapTuple constraint);

/// Is one of them gone since a command of this transaction began?
bool is_header_reference_lost(const SourceRow& row, CommandId begun_at);

} // namespace credits
