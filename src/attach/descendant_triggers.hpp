// Our triggers on attached tables and on what is below them: each partition and heir has its own.
#pragma once

#include "mapping/key_columns.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

/// Creates our triggers on a table and its descendants, of which the caller must be the owner.
/// Raises 42501, 42809 or 42P16 for a descendant that cannot be attached.
void create_triggers_of_lines(Relation lines, const Columns& key, bool with_price);

void create_triggers_of_headers(Relation headers);

/// Drops our triggers from a table and its descendants.
void drop_triggers_of_lines(Oid lines);

void drop_triggers_of_headers(Oid headers);

/// Creates our triggers on what has become a descendant. Raises 42809 or 42P16 as above.
void follow_descendants(const SourceRow& row);

/// Drops our triggers from tables that have parted from their root.
void release_strangers();

} // namespace credits
