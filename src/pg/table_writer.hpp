// Writes rows of a Table (table.hpp). Every index is kept, and users' row triggers on the table fire.
#pragma once

#include <string_view>

#include "pg/table.hpp"

namespace credits::pg
{

/// The slot to fill before insert or update.
TupleTableSlot* written_slot(Table& table);

/// Puts the defaults of columns behind the first `known` into table.written, as INSERT would, computed by the table's owner.
void fill_others(Table& table, int known);

/// Inserts the row in table.written, which was filled with ExecStoreVirtualTuple.
void insert(Table& table);

/// Likewise, of a table whose rows are there to have a trigger of ours fire. There are several with one function, whose
/// conditions exclude each other: the caller knows the name of that which this row fulfils.
void insert_event(Table& table, std::string_view trigger);

/// Updates the row at `tid` to table.written. The caller holds the lock that makes a concurrent update impossible.
void update(Table& table, ItemPointer tid, const DatedSnapshot& snapshot);

/// Deletes the row at `tid`, which nobody else can change meanwhile.
void remove(Table& table, ItemPointer tid, const DatedSnapshot& snapshot);

} // namespace credits::pg
