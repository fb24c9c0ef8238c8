// Direct access to tables: lookups through an index, and the lock of a row in its latest version.
#include "pg/table.hpp"

#include <algorithm>
#include <optional>

#include "pg/errors.hpp"
#include "pg/places.hpp"
#include "pg/snapshot.hpp"
#include "pg/version.hpp"

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

enum class LockOutcome { locked, gone, busy, newer_version };

/// Locks the version that lies there or a later one.
LockOutcome lock_at(Table& table, ItemPointerData tid, const DatedSnapshot& snapshot, LockWaitPolicy wait)
{
    TM_FailureData failure{};
    const TM_Result result = table_tuple_lock(table.relation, &tid, snapshot.data, table.found, GetCurrentCommandId(false),
                                              LockTupleNoKeyExclusive, wait, TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure);
    switch (result) {
    case TM_Ok:
        return failure.traversed ? LockOutcome::newer_version : LockOutcome::locked;
    case TM_Deleted:
        return LockOutcome::gone;
    case TM_WouldBlock:
        return LockOutcome::busy;
    default:
        errors::unexpected_lock_result(table.relation, result);
    }
}

bool has_key(Table& table, Oid index, std::span<const KeyPart> key)
{
    const Relation relation = index_open(index, AccessShareLock);
    bool same = true;
    for (size_t i = 0; i < key.size() && same; i++) {
        bool is_null = false;
        const Datum value = get(table, relation->rd_index->indkey.values[i], &is_null);
        same = !is_null && DatumGetBool(OidFunctionCall2Coll(key[i].equals, key[i].collation, value, key[i].value));
    }
    index_close(relation, AccessShareLock);
    return same;
}

HeapTupleHeader header_of(const Table& table) { return reinterpret_cast<const HeapTupleTableSlot*>(table.found)->tuple->t_data; }

struct Lockers {
    TransactionId xmax; // or a multixact, as the flags say
    uint16 flags;
};

/// Who locks the row writes both, maybe just now. So they are read together, under the lock of their page.
Lockers lockers_of(const Table& table)
{
    const Buffer page = reinterpret_cast<const BufferHeapTupleTableSlot*>(table.found)->buffer;
    const HeapTupleHeader row = header_of(table);
    LockBuffer(page, BUFFER_LOCK_SHARE);
    const Lockers lockers{.xmax = HeapTupleHeaderGetRawXmax(row), .flags = row->t_infomask};
    LockBuffer(page, BUFFER_LOCK_UNLOCK);
    return lockers;
}

MultiXactStatus status_of(uint16 infomask)
{
    return HEAP_XMAX_IS_KEYSHR_LOCKED(infomask) ? MultiXactStatusForKeyShare
           : HEAP_XMAX_IS_SHR_LOCKED(infomask)  ? MultiXactStatusForShare
           : HEAP_XMAX_IS_LOCKED_ONLY(infomask) ? MultiXactStatusForNoKeyUpdate
                                                : MultiXactStatusNoKeyUpdate;
}

/// Has any transaction a lock on the row in table.found, at least of this strength, or written it, of which fn says yes?
template <class Fn>
bool any_locker(const Table& table, MultiXactStatus least, Fn fn)
{
    const Lockers lockers = lockers_of(table);
    if ((lockers.flags & HEAP_XMAX_INVALID) != 0)
        return false;
    if ((lockers.flags & HEAP_XMAX_IS_MULTI) == 0)
        return status_of(lockers.flags) >= least && fn(lockers.xmax, status_of(lockers.flags));
    MultiXactMember* members = nullptr;
    const int count = GetMultiXactIdMembers(lockers.xmax, &members, false, HEAP_XMAX_IS_LOCKED_ONLY(lockers.flags));
    return std::any_of(members, members + std::max(count, 0),
                       [&](const MultiXactMember& member) { return member.status >= least && fn(member.xid, member.status); });
}

bool is_ours(TransactionId locker, MultiXactStatus /*status*/) { return TransactionIdIsCurrentTransactionId(locker); }

bool is_others(TransactionId locker) { return !TransactionIdIsCurrentTransactionId(locker) && TransactionIdIsInProgress(locker); }

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
    };
}

void close_table(Table& table)
{
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
    return {.table = &table,
            .index = index,
            .scan = begin_index_scan(table.relation, index, snapshot.data, static_cast<int>(key_parts))};
}

IndexCursor begin_scan(Table& table, Oid index, std::span<const KeyPart> key, const DatedSnapshot& snapshot)
{
    IndexCursor cursor = begin_scan(table, index_open(index, AccessShareLock), key.size(), snapshot);
    seek(cursor, key);
    return cursor;
}

void seek(IndexCursor& cursor, std::span<const KeyPart> key)
{
    ScanKeyData scan_keys[max_key_parts];
    const int count = build_scan_keys(scan_keys, key);
    index_rescan(cursor.scan, scan_keys, count, nullptr, 0);
}

bool next(IndexCursor& cursor) { return index_getnext_slot(cursor.scan, ForwardScanDirection, cursor.table->found); }

bool previous(IndexCursor& cursor) { return index_getnext_slot(cursor.scan, BackwardScanDirection, cursor.table->found); }

void end_scan(IndexCursor& cursor)
{
    index_endscan(cursor.scan);
    index_close(cursor.index, NoLock); // its lock stays with that of the table
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

LockResult lock_latest(Table& table, Oid index, std::span<const KeyPart> key, LockWaitPolicy wait)
{
    for (;;) {
        const std::optional<LockResult> result =
            with_latest_snapshot([&](const DatedSnapshot& snapshot) -> std::optional<LockResult> {
                if (!find(table, index, key, snapshot))
                    return LockResult::absent;
                switch (lock_at(table, table.found->tts_tid, snapshot, wait)) {
                case LockOutcome::locked:
                    return LockResult::locked;
                case LockOutcome::busy:
                    return find(table, index, key, snapshot) ? LockResult::busy : LockResult::absent;
                case LockOutcome::newer_version:
                    return has_key(table, index, key) ? std::optional(LockResult::locked) : std::nullopt;
                case LockOutcome::gone:
                    break;
                }
                return std::nullopt;
            });
        if (result && *result != LockResult::absent)
            require_visible_to_transaction(table);
        if (result)
            return *result;
        CHECK_FOR_INTERRUPTS(); // deleted or renumbered while we waited: look again
    }
}

LockResult lock_version(Table& table, ItemPointerData tid, LockWaitPolicy wait)
{
    // The table access method asks for a snapshot, and looks at the row as it is.
    const LockOutcome outcome = lock_at(table, tid, {GetActiveSnapshot(), next_moment()}, wait);
    if (outcome == LockOutcome::locked) {
        require_visible_to_transaction(table);
        return LockResult::locked;
    }
    const auto is_there = [&](const DatedSnapshot& snapshot) { return fetch(table, tid, snapshot); };
    if (outcome != LockOutcome::busy || !with_latest_snapshot(is_there))
        return LockResult::absent;
    require_visible_to_transaction(table);
    return LockResult::busy;
}

bool is_locked_by_us(const Table& table)
{
    return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(header_of(table))) ||
           any_locker(table, MultiXactStatusForNoKeyUpdate, is_ours);
}

bool is_shared_by_us(const Table& table) { return any_locker(table, MultiXactStatusForShare, is_ours); }

bool wait_for_locker(Table& table)
{
    ItemPointerData tid = table.found->tts_tid;
    if (!TTS_IS_BUFFERTUPLE(table.found)) // of another access method's rows only their lock tells who has them
        return lock_version(table, tid, LockWaitBlock) != LockResult::busy;
    return any_locker(table, MultiXactStatusForShare, [&](TransactionId locker, MultiXactStatus status) {
        if (!is_others(locker))
            return ISUPDATE_from_mxstatus(status) && TransactionIdDidCommit(locker);
        XactLockTableWait(locker, table.relation, &tid, XLTW_Lock);
        return true;
    });
}

LockResult look_at_version(Table& table, ItemPointerData tid)
{
    if (!with_latest_snapshot([&](const DatedSnapshot& snapshot) { return fetch(table, tid, snapshot); }))
        return LockResult::absent;
    const bool is_busy = TTS_IS_BUFFERTUPLE(table.found) &&
                         any_locker(table, MultiXactStatusForShare,
                                    [](TransactionId locker, MultiXactStatus /*status*/) { return is_others(locker); });
    return is_busy ? LockResult::busy : LockResult::free;
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
