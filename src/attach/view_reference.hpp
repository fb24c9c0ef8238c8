// How lines refer to headers that a view shows.
#pragma once

#include "mapping/key_columns.hpp"

namespace credits
{

/// How lines refer to a view, for attach: by these columns, compared by the usual equality of their types.
/// Raises 22004 unless both lists are given, 42P16 when they do not fit, 0A000 for a key that cannot be read from text, and 42501
/// when the owner of the lines, as whom the view is read, may not read it.
HeaderReference find_view_reference(const MappedTables& tables, ArrayType* line_header, ArrayType* header_key);

} // namespace credits
