// Which columns of a row changed.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Are the columns (offset as pull_varattnos does) equal, byte by byte, in both rows?
bool are_equal(const Bitmapset* columns, TupleTableSlot* a, TupleTableSlot* b);

/// May the row, from the transition table of this one, lack values of these columns? Where PostgreSQL puts a row into a partition
/// whose columns have other numbers, the table has it as it was before its stored generated columns were computed.
bool may_lack_values(Relation table, const Bitmapset* columns, TupleTableSlot* row);

/// Notes, in a statement trigger on a table, that a statement has changed it. Not one of code that runs restricted.
void remember_written(Relation table);

/// May the owner of a table have triggers fire in the name of the session's role? He may where it acts as he, or has changed a
/// table of his in this transaction: then he could have had them fire there.
bool may_fire_triggers(Oid owner);

} // namespace credits
