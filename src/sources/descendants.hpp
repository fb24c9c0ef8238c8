// Partitions and heirs of attached tables. A statement fires the triggers of the table that it names and of no other, so each
// descendant has ours. Its rows are read as rows of the table at the top, the root, which alone has a source.
#pragma once

#include <span>

#include "pg/postgres.hpp"

namespace credits
{

/// Is the table partitioned, or has it heirs?
bool has_descendants(Relation table);

/// The table and all below it, at every level, which are locked in this mode; the table itself so that it can be opened.
/// Partitioned ones hold no rows of their own.
List* members_of(Oid table, LOCKMODE mode);

/// The root among these whose descendant the table is; InvalidOid: of none. Kept per backend.
Oid find_root(Oid table, std::span<const Oid> roots);
void mark_descendants_stale(Oid table);

} // namespace credits
