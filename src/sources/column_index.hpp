// Rows of a table by the value of one column, read through an index without SQL: where that gives the rows that SQL would give,
// and runs nobody's code. doc/design/3-locks.md says why.
#pragma once

#include <span>

#include "pg/table.hpp"

namespace credits
{

/// The index that leads to the rows; InvalidOid: SQL finds them.
struct ColumnIndex {
    bool is_looked_for;
    Oid index;
    RegProcedure equals; // compares the column with values of its own type
    Oid collation;
};

/// Looks for a valid B-tree index on a column of one of PostgreSQL's own types.
ColumnIndex find_column_index(Relation table, AttrNumber column);

/// Locks the index; null: it may not be used now.
Relation open_column_index(const ColumnIndex& way, Relation table);

/// Calls fn() for each row with one of these values, stored in table.found, as of the latest snapshot. A row may come twice,
/// where two of the values are equal. False: it was not called, SQL must find them.
template <class Fn>
bool for_each_with_value(const ColumnIndex& way, pg::Table& table, std::span<const Datum> values, Fn fn)
{
    const Relation index = open_column_index(way, table.relation);
    if (index == nullptr)
        return false;
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) { // the index is locked
        pg::IndexCursor cursor = pg::begin_scan(table, index, size_t{1}, snapshot);
        for (const Datum value : values) {
            const pg::KeyPart key[]{{.equals = way.equals, .collation = way.collation, .value = value}};
            pg::seek(cursor, key);
            while (pg::next(cursor)) {
                CHECK_FOR_INTERRUPTS();
                fn();
            }
        }
        pg::end_scan(cursor);
    });
    return true;
}

} // namespace credits
