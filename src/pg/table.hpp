// Direct access to one table and its indexes, without SPI and without privileges: scans and lookups. row_lock.hpp locks rows,
// table_writer.hpp writes them.
// A Table lives from open_table to close_table, within one statement; an error closes it with the resource owner.
#pragma once

#include <span>

#include "pg/snapshot.hpp"

namespace credits::pg
{

/// Is there such a relation (still)?
inline bool exists(Oid relation) { return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)); }

/// Has the index no expressions and no condition? Its catalog row is asked: whoever asks the relation cache for them first folds
/// them, which may run functions of the table's owner.
inline bool is_plain(Relation index)
{
    return heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, nullptr) &&
           heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr);
}

/// Does the index keep two rows with equal columns from ever being there? Not that of a key WITHOUT OVERLAPS, which compares
/// otherwise.
inline bool is_unique(Relation index)
{
    const Form_pg_index form = index->rd_index;
    return form->indisunique && form->indimmediate && form->indisvalid && !form->indisexclusion && is_plain(index);
}

struct IndexAccess {
    Relation relation;
    IndexInfo* info;
    bool is_owner_code; // what it computes runs as the owner of the table
};

/// A scan that has ended, with nothing pinned: the next one through the same index goes on with it. Most tables are asked once
/// while they are open, so the first one is not kept.
struct ParkedScan {
    Relation index; // null: none
    IndexScanDesc scan;
    bool has_ended; // some scan
};

struct Table {
    Relation relation;
    Moment locked_at;
    TupleTableSlot* found;   // what find, next and what locks a row store
    TupleTableSlot* written; // what insert and update are given; null before the first
    IndexAccess* indexes;    // opened at the first write; null before
    int index_count;
    bool has_others;      // a row was begun that has more columns than its writer knows
    EState* expressions;  // for indexes with expressions or predicates; null without
    MemoryContext memory; // where all of these live; the caller's context may be reset between two rows
    ResourceOwner owner;  // who gives up what is open after an error
    ParkedScan parked;
};

/// Opens a table; its slots and index descriptions are allocated in the current memory context.
Table open_table(Oid table, LOCKMODE mode);
void close_table(Table& table);

/// Calls fn(table, snapshot) with the table open and, after that, a latest snapshot to read it with.
template <class Fn>
auto read_latest(Oid oid, Fn fn, LOCKMODE mode = AccessShareLock)
{
    Table table = open_table(oid, mode);
    const auto read = [&](const DatedSnapshot& snapshot) { return fn(table, snapshot); };
    if constexpr (std::is_void_v<decltype(fn(table, DatedSnapshot{}))>) {
        with_latest_snapshot(read);
        close_table(table);
    } else {
        auto result = with_latest_snapshot(read);
        close_table(table);
        return result;
    }
}

/// Raises an internal error when the snapshot is older than the lock.
void require_newer(const DatedSnapshot& snapshot, const Table& table);

/// Calls fn() for each row, stored in table.found.
template <class Fn>
void for_each_row(Table& table, const DatedSnapshot& snapshot, Fn fn)
{
    require_newer(snapshot, table);
    const TableScanDesc scan = table_beginscan(table.relation, snapshot.data, 0, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, table.found)) {
        CHECK_FOR_INTERRUPTS();
        fn();
    }
    table_endscan(scan);
}

/// One condition of an index lookup: operator procedure, collation and value; without a procedure, IS NULL.
struct KeyPart {
    RegProcedure equals; // or what the strategy says
    Oid collation;
    Datum value;
    StrategyNumber strategy = BTEqualStrategyNumber;
};

/// An index scan in index order, into table.found.
struct IndexCursor {
    Table* table;
    Relation index;
    IndexScanDesc scan;
};
IndexCursor begin_scan(Table& table, Oid index, std::span<const KeyPart> key, const DatedSnapshot& snapshot);
IndexCursor begin_scan(Table& table, Relation index, size_t key_parts, const DatedSnapshot& snapshot); // to seek() with
void seek(IndexCursor& cursor, std::span<const KeyPart> key);
bool next(IndexCursor& cursor);
bool previous(IndexCursor& cursor); // from the end
void end_scan(IndexCursor& cursor);

/// Finds the one row with this key into table.found.
bool find(Table& table, Oid index, std::span<const KeyPart> key, const DatedSnapshot& snapshot);

/// Stores the version of a row that lies there in table.found, if the snapshot sees it.
bool fetch(Table& table, ItemPointerData tid, const DatedSnapshot& snapshot);

/// The same of a place that may be none of the table's rows', which may have fewer pages by now. Who comes to a page by an index
/// removes what is dead there, so that it has room for the next version; so does this.
bool fetch_from_guess(Table& table, ItemPointerData tid, const DatedSnapshot& snapshot);

/// At SERIALIZABLE, raises 40001 when the row in table.found was changed since the transaction's snapshot.
void require_visible_to_transaction(Table& table);

/// Does the snapshot that the transaction has see the row in table.found? Where each statement has its own, it does.
bool is_seen_by_transaction(const Table& table);

/// Has this transaction updated or deleted rows of the table, not of its descendants, as far as that was not rolled back?
/// It goes by the table's statistics, and is true where nobody counts.
bool has_changed_rows(Relation table);

/// Fetches an attribute of table.found.
inline Datum get(const Table& table, int attribute, bool* is_null) { return slot_getattr(table.found, attribute, is_null); }
inline Datum get_not_null(const Table& table, int attribute)
{
    bool is_null = false;
    return slot_getattr(table.found, attribute, &is_null);
}

} // namespace credits::pg
