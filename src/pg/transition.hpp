// The transition tables of a statement trigger.
#pragma once

#include "pg/conversion.hpp"

namespace credits::pg
{

/// Reads one transition table from its start. Users' triggers share the table and may have left its read pointer anywhere, so it
/// is read through a pointer of our own, and theirs is put back at the end. Nobody else reads in between.
struct TransitionReader {
    Tuplestorestate* rows;      // null: an empty table
    TupleTableSlot* descendant; // for rows that must be converted; null: they need not
    RowConversion conversion;
};

/// Reads the rows of a descendant of the table whose rows are wanted.
inline TransitionReader begin_reading(Tuplestorestate* rows, RowConversion conversion = {})
{
    if (rows != nullptr) {
        tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
        tuplestore_rescan(rows);
    }
    const bool converts = rows != nullptr && conversion.map != nullptr;
    return {.rows = rows,
            .descendant = converts ? MakeSingleTupleTableSlot(conversion.map->indesc, &TTSOpsMinimalTuple) : nullptr,
            .conversion = conversion};
}

/// Stores the next row in the slot (of minimal tuples), valid until the next call.
inline bool read_row(const TransitionReader& reader, TupleTableSlot* slot)
{
    if (reader.descendant == nullptr)
        return reader.rows != nullptr && tuplestore_gettupleslot(reader.rows, true, false, slot);
    if (!tuplestore_gettupleslot(reader.rows, true, false, reader.descendant))
        return false;
    execute_attr_map_slot(reader.conversion.map->attrMap, reader.descendant, slot);
    return true;
}

inline void end_reading(const TransitionReader& reader)
{
    if (reader.rows != nullptr)
        tuplestore_select_read_pointer(reader.rows, 0);
    if (reader.descendant != nullptr)
        ExecDropSingleTupleTableSlot(reader.descendant);
}

/// Do both tables of an UPDATE hold as many rows? Not when a trigger kept a row out of the partition that it moved to.
inline bool are_paired(const TriggerData& trigger)
{
    const auto count = [](Tuplestorestate* rows) { return rows == nullptr ? 0 : tuplestore_tuple_count(rows); };
    return count(trigger.tg_oldtable) == count(trigger.tg_newtable);
}

} // namespace credits::pg
