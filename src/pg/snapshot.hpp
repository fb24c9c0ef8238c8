// Snapshots newer than the transaction's, as foreign key checks take them: what is committed now, and our own work.
#pragma once

#include <type_traits>

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Calls fn(snapshot) with a registered latest snapshot. An error releases it with the transaction's resource owner.
template <class Fn>
auto with_latest_snapshot(Fn fn)
{
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    if constexpr (std::is_void_v<decltype(fn(snapshot))>) {
        fn(snapshot);
        UnregisterSnapshot(snapshot);
    } else {
        auto result = fn(snapshot);
        UnregisterSnapshot(snapshot);
        return result;
    }
}

/// Calls fn(snapshot) with the one given; null: with the latest.
template <class Fn>
auto in_snapshot(Snapshot snapshot, Fn fn)
{
    return snapshot == nullptr ? with_latest_snapshot(fn) : fn(snapshot);
}

} // namespace credits::pg
