// Which columns of a row changed, and how deep in triggers somebody settled before us.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Are the columns (offset as pull_varattnos does) equal, byte by byte, in both rows?
bool are_equal(const Bitmapset* columns, TupleTableSlot* a, TupleTableSlot* b);

/// A trigger that runs within another's statement settles lines before the outer statement's trigger does, which then must not
/// trust the row images it was handed: it reads the lines again. This remembers how deep the client's statement has settled.
int trigger_depth();
void note_settled(int depth);
bool has_settled_deeper(int depth);

/// Notes, in a statement trigger on a table, that a statement has changed it. Not one of code that runs restricted.
void note_written(Relation table);

/// May the owner of a table have triggers fire in the name of the session's role? He may where it acts as he, or has changed a
/// table of his in this transaction: then he could have had them fire there.
bool may_fire_triggers(Oid owner);

} // namespace credits
