// Headers that are views: read, not watched. There is no row to lock, and no trigger: settle() is called when a document has
// changed.
#pragma once

#include "mapping/key_columns.hpp"
#include "lines/batch.hpp"

namespace credits
{

bool is_view(Oid relation);

/// How lines refer to a view, for attach: by these columns, compared by the usual equality of their types.
/// Raises 22004 unless both lists are given, 42P16 when they do not fit, 0A000 for a key that cannot be read from text, and 42501
/// when the owner of the lines, as whom the view is read, may not read it.
HeaderReference find_view_reference(const MappedTables& tables, ArrayType* line_header, ArrayType* header_key);

/// Reads the header with this key, the line's columns that refer to it; raises 21000 when the view has several.
void read_from_view(Batch& batch, Header& header);

} // namespace credits
