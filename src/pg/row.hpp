// The values of one row, filled column by column.
#pragma once

#include <string_view>

#include "core/amount.hpp"
#include "pg/numeric.hpp"
#include "pg/table.hpp"
#include "pg/table_writer.hpp"
#include "pg/text.hpp"

namespace credits::pg
{

/// Fills table.written. Of a new row, columns that are not set are null, but for those that somebody has added behind the ones
/// that the writer knows: they get their defaults.
class Row
{
public:
    Row(Table& table, int known_columns) : slot(written_slot(table))
    {
        ExecClearTuple(slot);
        for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
            slot->tts_isnull[i] = true;
        if (slot->tts_tupleDescriptor->natts > known_columns)
            fill_others(table, known_columns);
    }

    /// Starts from an existing row of the table.
    Row(Table& table, HeapTuple tuple) : slot(written_slot(table))
    {
        ExecClearTuple(slot);
        heap_deform_tuple(tuple, slot->tts_tupleDescriptor, slot->tts_values, slot->tts_isnull);
    }

    void set(int column, Datum value)
    {
        slot->tts_values[column - 1] = value;
        slot->tts_isnull[column - 1] = false;
    }
    void set_null(int column) { slot->tts_isnull[column - 1] = true; }
    void set_int4(int column, int32 value) { set(column, Int32GetDatum(value)); }
    void set_int8(int column, int64 value) { set(column, Int64GetDatum(value)); }
    void set_char(int column, char value) { set(column, CharGetDatum(value)); }
    void set_bool(int column, bool value) { set(column, BoolGetDatum(value)); }
    void set_date(int column, DateADT value) { set(column, DateADTGetDatum(value)); }
    /// No date is before all dates.
    void set_date_or_null(int column, DateADT value)
    {
        set_date(column, value);
        slot->tts_isnull[column - 1] = value == DATEVAL_NOBEGIN;
    }
    void set_amount(int column, core::Amount value, int min_decimals = 0) { set(column, to_numeric(value, min_decimals)); }
    /// A view without data stays null.
    void set_text(int column, std::string_view value)
    {
        if (value.data() != nullptr)
            set(column, to_text(value));
    }

    void store() { ExecStoreVirtualTuple(slot); }

private:
    TupleTableSlot* slot;
};

} // namespace credits::pg
