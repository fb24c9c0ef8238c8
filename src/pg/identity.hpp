// Acting as another role for a while, as foreign key checks do, so that nobody's code runs with more rights than its owner has.
#pragma once

#include <type_traits>

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Calls fn as `role`, unhampered by forced row security. An error restores the caller's identity with the transaction.
template <class Fn>
auto as_role(Oid role, Fn fn, int more_flags = 0)
{
    Oid caller = InvalidOid;
    int flags = 0;
    GetUserIdAndSecContext(&caller, &flags);
    SetUserIdAndSecContext(role, flags | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS | more_flags);
    if constexpr (std::is_void_v<decltype(fn())>) {
        fn();
        SetUserIdAndSecContext(caller, flags);
    } else {
        auto result = fn();
        SetUserIdAndSecContext(caller, flags);
        return result;
    }
}

/// Calls fn with a search_path in which nobody but PostgreSQL has put anything. Costs a few microseconds.
template <class Fn>
void in_safe_path(Fn fn)
{
    const int level = NewGUCNestLevel();
    set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    fn();
    AtEOXact_GUC(true, level);
}

/// Calls fn as `role`, with a search_path in which nobody but PostgreSQL has put anything: for functions of the role's own that
/// rely on theirs. Costs a few microseconds.
template <class Fn>
auto as_role_in_safe_path(Oid role, Fn fn, int more_flags = 0)
{
    const int level = NewGUCNestLevel();
    set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    auto result = as_role(role, fn, more_flags);
    AtEOXact_GUC(true, level);
    return result;
}

} // namespace credits::pg
