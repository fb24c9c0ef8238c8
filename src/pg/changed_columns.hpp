// Which columns of a row changed.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Are the columns (offset as pull_varattnos does) equal, byte by byte, in both rows?
bool are_equal(const Bitmapset* columns, TupleTableSlot* a, TupleTableSlot* b);

/// Notes, in a statement trigger on a table, that a statement has changed it. Not one of code that runs restricted.
void remember_written(Relation table);

/// May the owner of a table have triggers fire in the name of the session's role? He may where it acts as he, or has changed a
/// table of his in this transaction: then he could have had them fire there.
bool may_fire_triggers(Oid owner);

} // namespace credits
