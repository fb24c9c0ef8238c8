// Direct access to tables: scans of an index, and lookups through it.
#include "pg/table.hpp"

#include <algorithm>

#include "pg/errors.hpp"
#include "pg/places.hpp"
#include "pg/snapshot.hpp"
#include "pg/version.hpp"

extern "C" {
#include "catalog/pg_am.h"
}

namespace credits::pg
{

namespace
{

constexpr int max_key_parts = INDEX_MAX_KEYS;

int build_scan_keys(ScanKeyData* scan_keys, std::span<const KeyPart> key)
{
    int count = 0;
    for (const KeyPart& part : key) {
        const auto attribute = static_cast<AttrNumber>(count + 1);
        const int flags = RegProcedureIsValid(part.equals) ? 0 : SK_ISNULL | SK_SEARCHNULL;
        ScanKeyEntryInitialize(&scan_keys[count], flags, attribute, flags == 0 ? part.strategy : InvalidStrategy, InvalidOid,
                               part.collation, part.equals, part.value);
        count++;
    }
    return count;
}

void end(Relation index, IndexScanDesc scan)
{
    index_endscan(scan);
    index_close(index, NoLock); // its lock stays with that of the table
}

/// What is opened within a savepoint ends with it, the table may not. Other access methods may keep what we do not know.
bool is_parkable(const Table& table, Relation index)
{
    return table.owner == CurrentResourceOwner && index->rd_rel->relam == BTREE_AM_OID;
}

/// Gives up what the scan has pinned.
void park(Table& table, const IndexCursor& cursor)
{
    index_rescan(cursor.scan, cursor.scan->keyData, cursor.scan->numberOfKeys, nullptr, 0);
    table.parked = {.index = cursor.index, .scan = cursor.scan, .has_ended = true};
}

bool is_parked(const Table& table, Oid index, size_t key_parts)
{
    return table.parked.index != nullptr && RelationGetRelid(table.parked.index) == index &&
           static_cast<size_t>(table.parked.scan->numberOfKeys) == key_parts;
}

IndexCursor go_on(Table& table, const DatedSnapshot& snapshot)
{
    require_newer(snapshot, table);
    const IndexCursor cursor{.table = &table, .index = table.parked.index, .scan = table.parked.scan};
    cursor.scan->xs_snapshot = snapshot.data;
    table.parked.index = nullptr;
    return cursor;
}

/// The access method keeps some of what it allocates as long as the scan.
bool move(IndexCursor& cursor, ScanDirection direction)
{
    const MemoryContext caller = MemoryContextSwitchTo(cursor.table->memory);
    const bool is_found = index_getnext_slot(cursor.scan, direction, cursor.table->found);
    MemoryContextSwitchTo(caller);
    return is_found;
}

} // namespace

Table open_table(Oid table, LOCKMODE mode)
{
    const Relation relation = table_open(table, mode);
    return {
        .relation = relation,
        .locked_at = next_moment(),
        .found = table_slot_create(relation, nullptr),
        .written = nullptr,
        .indexes = nullptr,
        .index_count = 0,
        .has_others = false,
        .expressions = nullptr,
        .memory = CurrentMemoryContext,
        .owner = CurrentResourceOwner,
        .parked = {},
    };
}

void close_table(Table& table)
{
    if (table.parked.index != nullptr)
        end(table.parked.index, table.parked.scan);
    for (int i = 0; i < table.index_count; i++) {
        end_inserts(table.indexes[i].relation, table.indexes[i].info);
        index_close(table.indexes[i].relation, NoLock);
    }
    if (table.expressions != nullptr)
        FreeExecutorState(table.expressions);
    if (table.written != nullptr)
        ExecDropSingleTupleTableSlot(table.written);
    ExecDropSingleTupleTableSlot(table.found);
    table_close(table.relation, NoLock);
}

void require_newer(const DatedSnapshot& snapshot, const Table& table)
{
    if (snapshot.taken_at < table.locked_at)
        elog(ERROR, "\"%s\" was locked after the snapshot that reads it was taken", RelationGetRelationName(table.relation));
}

IndexCursor begin_scan(Table& table, Relation index, size_t key_parts, const DatedSnapshot& snapshot)
{
    require_newer(snapshot, table);
    const MemoryContext caller = MemoryContextSwitchTo(table.memory);
    const IndexScanDesc scan = begin_index_scan(table.relation, index, snapshot.data, static_cast<int>(key_parts));
    MemoryContextSwitchTo(caller);
    return {.table = &table, .index = index, .scan = scan};
}

IndexCursor begin_scan(Table& table, Oid index, std::span<const KeyPart> key, const DatedSnapshot& snapshot)
{
    IndexCursor cursor = is_parked(table, index, key.size())
                             ? go_on(table, snapshot)
                             : begin_scan(table, index_open(index, AccessShareLock), key.size(), snapshot);
    seek(cursor, key);
    return cursor;
}

void seek(IndexCursor& cursor, std::span<const KeyPart> key)
{
    ScanKeyData scan_keys[max_key_parts];
    const int count = build_scan_keys(scan_keys, key);
    index_rescan(cursor.scan, scan_keys, count, nullptr, 0);
}

bool next(IndexCursor& cursor) { return move(cursor, ForwardScanDirection); }

bool previous(IndexCursor& cursor) { return move(cursor, BackwardScanDirection); }

void end_scan(IndexCursor& cursor)
{
    Table& table = *cursor.table;
    if (table.parked.index == nullptr && table.parked.has_ended && is_parkable(table, cursor.index))
        return park(table, cursor);
    end(cursor.index, cursor.scan);
    table.parked.has_ended = true;
}

bool find(Table& table, Oid index, std::span<const KeyPart> key, const DatedSnapshot& snapshot)
{
    require_newer(snapshot, table);
    if (!IsolationIsSerializable() && find_in_place(table, index, key, snapshot)) // there the index is to be seen as read
        return true;
    IndexCursor cursor = begin_scan(table, index, key, snapshot);
    const bool found = next(cursor);
    if (found)
        remember_place(table, cursor.index, key);
    end_scan(cursor);
    return found;
}

bool fetch(Table& table, ItemPointerData tid, const DatedSnapshot& snapshot)
{
    require_newer(snapshot, table);
    return table_tuple_fetch_row_version(table.relation, &tid, snapshot.data, table.found);
}

bool fetch_from_guess(Table& table, ItemPointerData tid, const DatedSnapshot& snapshot)
{
    if (!ItemPointerIsValid(&tid) || ItemPointerGetBlockNumber(&tid) >= RelationGetNumberOfBlocks(table.relation))
        return false;
    const Buffer page = ReadBuffer(table.relation, ItemPointerGetBlockNumber(&tid));
    heap_page_prune_opt(table.relation, page);
    const bool is_found = fetch(table, tid, snapshot);
    ReleaseBuffer(page);
    return is_found;
}

bool is_seen_by_transaction(const Table& table)
{
    return !IsolationUsesXactSnapshot() || table_tuple_satisfies_snapshot(table.relation, table.found, GetTransactionSnapshot());
}

bool has_changed_rows(Relation table)
{
    if (!pgstat_should_count_relation(table))
        return true;
    for (const PgStat_TableXactStatus* level = table->pgstat_info->trans; level != nullptr; level = level->upper)
        if (level->tuples_updated > 0 || level->tuples_deleted > 0)
            return true;
    return false;
}

void require_visible_to_transaction(Table& table)
{
    if (IsolationIsSerializable() && !table_tuple_satisfies_snapshot(table.relation, table.found, GetTransactionSnapshot()))
        errors::lost_race();
}

} // namespace credits::pg
