// Partitions and heirs of attached tables. A statement fires the triggers of the table that it names and of no other, so each
// descendant has ours. Its rows are read as rows of the table at the top, the root, which alone has a source.
#pragma once

#include <span>

#include "mapping/key_columns.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

/// Is the table partitioned, or has it heirs?
bool has_descendants(Relation table);

/// The table and all below it, at every level, locked in this mode. Partitioned ones hold no rows of their own.
List* members_of(Oid table, LOCKMODE mode);

/// The root among these whose descendant the table is; InvalidOid: of none. Kept per backend.
Oid find_root(Oid table, std::span<const Oid> roots);
void mark_descendants_stale(Oid table);

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
