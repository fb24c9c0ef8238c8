// Snapshots newer than the transaction's, as foreign key checks take them: what is committed now, and our own work.
// A relation is read with a snapshot that was taken after the lock on it was got. An older one sees nothing of what somebody has
// rewritten while we waited: all rows of the new heap carry his transaction's number. So moments are counted, and every read asks
// (table.hpp).
#pragma once

#include <type_traits>

#include "pg/postgres.hpp"

namespace credits::pg
{

/// When a relation was locked, or a snapshot taken, in this backend: one came before the other.
using Moment = uint64;
inline constinit Moment last_moment = 0;
inline Moment next_moment() { return ++last_moment; }

struct DatedSnapshot {
    Snapshot data;
    Moment taken_at;
};

/// Calls fn(snapshot) with a registered latest snapshot. An error releases it with the transaction's resource owner.
template <class Fn>
auto with_latest_snapshot(Fn fn)
{
    const DatedSnapshot snapshot{RegisterSnapshot(GetLatestSnapshot()), next_moment()};
    if constexpr (std::is_void_v<decltype(fn(snapshot))>) {
        fn(snapshot);
        UnregisterSnapshot(snapshot.data);
    } else {
        auto result = fn(snapshot);
        UnregisterSnapshot(snapshot.data);
        return result;
    }
}

/// How many transactions have completed so far. As long as the number is the same, whatever was looked at since stands, but for
/// what the transaction itself has done.
inline uint64 completed_transactions() { return GetLatestSnapshot()->snapXactCompletionCount; }

/// What the transaction itself has written, and others have committed, seen row by row as each is looked at.
inline DatedSnapshot own_rows() { return {SnapshotSelf, next_moment()}; }

/// The snapshot of the statement or transaction that is under way, to read a relation that is locked only now. Raises 40001 when
/// somebody has rewritten the relation since.
DatedSnapshot older_snapshot(Snapshot snapshot, Relation relation);

/// Calls fn(snapshot) with the one given, to read a relation, or, where that is null, with the latest.
template <class Fn>
auto in_snapshot(Snapshot snapshot, Relation relation, Fn fn)
{
    return snapshot == nullptr ? with_latest_snapshot(fn) : fn(older_snapshot(snapshot, relation));
}

/// The same in the active snapshot: what the query that asks sees. While it is planned there may be none.
template <class Fn>
auto in_active_snapshot(Relation relation, Fn fn)
{
    return in_snapshot(ActiveSnapshotSet() ? GetActiveSnapshot() : nullptr, relation, fn);
}

} // namespace credits::pg
