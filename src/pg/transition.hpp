// The transition tables of a statement trigger.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Reads one transition table from its start. Users' triggers share the table and may have left its read pointer anywhere, so it
/// is read through a pointer of our own, and theirs is put back at the end. Nobody else reads in between.
struct TransitionReader {
    Tuplestorestate* rows; // null: an empty table
};

inline TransitionReader begin_reading(Tuplestorestate* rows)
{
    if (rows != nullptr) {
        tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
        tuplestore_rescan(rows);
    }
    return {.rows = rows};
}

/// Stores the next row in the slot (of minimal tuples), valid until the next call.
inline bool read_row(const TransitionReader& reader, TupleTableSlot* slot)
{
    return reader.rows != nullptr && tuplestore_gettupleslot(reader.rows, true, false, slot);
}

inline void end_reading(const TransitionReader& reader)
{
    if (reader.rows != nullptr)
        tuplestore_select_read_pointer(reader.rows, 0);
}

} // namespace credits::pg
