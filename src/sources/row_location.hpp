// Where the row with a key lies: in its table, or in one of the partitions or heirs of that.
#pragma once

#include "pg/conversion.hpp"
#include "pg/table.hpp"
#include "sources/source.hpp"

namespace credits
{

/// Rows to be found by key.
struct KeyedTable {
    Oid table;
    Oid owner; // as whom the place is looked up
    Oid index; // unique, on the key; of an heir the index on the same columns
    bool has_descendants;
    std::span<const KeyColumn> key;
    Oid referring_table;         // whose columns refer to the key
    SPIPlanPtr* plans;           // of the source, by KeyOf; prepared at first use
    Snapshot snapshot = nullptr; // as of which the place is looked up; null: the latest
};
KeyedTable lines_of(Source& source);
KeyedTable headers_of(Source& source);

/// What the values of a key are: what another table's columns say, which refer to it, or values of the key's own types.
enum class KeyOf { referring, own };

struct RowLocation {
    pg::Table* table;
    Oid index;
    pg::RowConversion conversion;
};

/// What a lookup through location.index asks for.
struct RowKey {
    pg::KeyPart parts[INDEX_MAX_KEYS];
    size_t count;

    operator std::span<const pg::KeyPart>() const { return {parts, count}; }
};
RowKey make_row_key(const KeyedTable& rows, const Datum* values, KeyOf side);

/// The descendant that holds the row; InvalidOid: none does.
Oid find_member(const KeyedTable& rows, const Datum* values, KeyOf side);

/// The index of a descendant that has the place of the root's.
Oid index_of_member(Relation member, const KeyedTable& rows);

/// Calls fn(location) unless no descendant holds such a row. `table` is the open table at the top.
template <class Fn>
void with_row_location(const KeyedTable& rows, pg::Table& table, const Datum* values, KeyOf side, Fn fn)
{
    if (!rows.has_descendants)
        return fn(RowLocation{&table, rows.index, {}});
    const Oid oid = find_member(rows, values, side);
    if (!OidIsValid(oid))
        return;
    pg::Table member = pg::open_table(oid, RowShareLock);
    fn(RowLocation{&member, index_of_member(member.relation, rows), pg::make_conversion(member.relation, table.relation)});
    pg::close_table(member);
}

/// Finds the row with this key as of rows.snapshot, and calls fn(location) if it is there. Whoever rewrites a partition is waited
/// for first, so the latest snapshot is taken where the row lies.
template <class Fn>
void find_in_snapshot(const KeyedTable& rows, pg::Table& table, const Datum* values, KeyOf side, Fn fn)
{
    with_row_location(rows, table, values, side, [&](const RowLocation& location) {
        pg::in_snapshot(rows.snapshot, location.table->relation, [&](const pg::DatedSnapshot& snapshot) {
            if (pg::find(*location.table, location.index, make_row_key(rows, values, side), snapshot))
                fn(location);
        });
    });
}

/// The row that was found there, as a row of the table at the top.
inline HeapTuple copy_found(const RowLocation& location)
{
    return pg::convert(location.conversion, ExecCopySlotHeapTuple(location.table->found));
}

} // namespace credits
