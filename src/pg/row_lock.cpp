// Locks rows in their latest versions, and tells who has locked them.
#include "pg/row_lock.hpp"

#include <algorithm>
#include <optional>

#include "pg/errors.hpp"

namespace credits::pg
{

namespace
{

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

LockResult lock_latest(Table& table, Oid index, std::span<const KeyPart> key, LockWaitPolicy wait)
{
    for (;;) {
        const std::optional<LockResult> result =
            with_latest_snapshot([&](const DatedSnapshot& snapshot) -> std::optional<LockResult> {
                if (!find(table, index, key, snapshot))
                    return LockResult::absent;
                if (TTS_IS_BUFFERTUPLE(table.found) && is_locked_by_us(table)) // so it is the latest, and stays so
                    return LockResult::locked;
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

} // namespace credits::pg
