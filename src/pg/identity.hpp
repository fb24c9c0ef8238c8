// Acting as another role for a while, so that nobody's code runs with more rights than its owner has.
//
// as_role is for statements of our own, over our own tables: their owner acts. as_owner is for everything that may call code of
// whoever owns a table, a mapping, a binding or a hook, be it only while it is planned or prepared. test/lint/run keeps the first
// from being used where the second is due. An error gives the caller his identity and settings back with the (sub)transaction.
#pragma once

#include <type_traits>

#include "pg/postgres.hpp"

namespace credits::pg
{

/// What as_owner gives back to the caller.
struct Caller {
    Oid role;
    int security;
    int settings;    // the nest level of what is set meanwhile
    Oid outer_owner; // whose code called the caller; InvalidOid: nobody's
    bool could_note;
    bool was_reading;
    MemoryContext newest_portal;
    Portal pinned; // null: none needed it
};

/// What the owner's code is called for. Code that reads must save nothing: whoever asked has read a part of what it would change.
/// Of code that saves, what is noted for the commit may be so where the caller may; see write_note.
enum class Purpose { read, save, save_as_caller };

/// The two halves of as_owner, and what is due instead of the second one after an error.
Caller become_owner(Oid owner, Purpose purpose);
void become_caller(const Caller& caller);
void forget_owner(const Caller& caller);

/// Calls fn as `owner`, restricted as in index expressions: it queues no deferred trigger, and makes no temporary table, prepared
/// statement or listener in the caller's session. Afterwards what it has set is taken back, and cursors that it left are closed.
/// Its search_path has nothing but what PostgreSQL has put there. Row security of the owner's own tables does not hold for him.
/// Costs a few microseconds.
template <class Fn>
auto as_owner(Oid owner, Fn fn, Purpose purpose = Purpose::read)
{
    const Caller caller = become_owner(owner, purpose);
    if constexpr (std::is_void_v<decltype(fn())>) {
        PG_TRY();
        {
            fn();
        }
        PG_CATCH();
        {
            forget_owner(caller);
            PG_RE_THROW();
        }
        PG_END_TRY();
        become_caller(caller);
    } else {
        decltype(fn()) result;
        PG_TRY();
        {
            result = fn();
        }
        PG_CATCH();
        {
            forget_owner(caller);
            PG_RE_THROW();
        }
        PG_END_TRY();
        become_caller(caller);
        return result;
    }
}

/// Does code run that as_owner has called? And may what it saves be noted?
bool is_owner_in_charge();
bool may_note();

/// Refuses to save what code that as_owner has called to read would save: who has called it knows nothing of that, and would book
/// a line as it was.
void refuse_if_reading();

/// Calls fn, which queues a deferred trigger of our own. Where that was allowed, it does so outside of the restriction.
template <class Fn>
void write_note(Fn fn)
{
    Oid role = InvalidOid;
    int security = 0;
    GetUserIdAndSecContext(&role, &security);
    SetUserIdAndSecContext(role, may_note() ? security & ~SECURITY_RESTRICTED_OPERATION : security);
    fn();
    SetUserIdAndSecContext(role, security);
}

/// The role that acts: the owner of the code that is being run as above, else the role of the session, as SET ROLE left it. Not
/// GetUserId(): within a SECURITY DEFINER function of the extension that is its owner. Raises 42501 in code that PostgreSQL
/// itself has restricted: of whom it is cannot be told.
Oid acting_role();

/// Calls fn as `role`, unhampered by forced row security.
template <class Fn>
auto as_role(Oid role, Fn fn)
{
    Oid caller = InvalidOid;
    int security = 0;
    GetUserIdAndSecContext(&caller, &security);
    SetUserIdAndSecContext(role, security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
    if constexpr (std::is_void_v<decltype(fn())>) {
        fn();
        SetUserIdAndSecContext(caller, security);
    } else {
        auto result = fn();
        SetUserIdAndSecContext(caller, security);
        return result;
    }
}

/// Calls fn as a role that saves, with its own rights.
template <class Fn>
void as_saving_role(Oid role, Fn fn)
{
    Oid caller = InvalidOid;
    int security = 0;
    GetUserIdAndSecContext(&caller, &security);
    SetUserIdAndSecContext(role, security | SECURITY_LOCAL_USERID_CHANGE);
    fn();
    SetUserIdAndSecContext(caller, security);
}

/// Calls fn as the role that acts, as a commit does.
template <class Fn>
void as_acting_role(Fn fn)
{
    as_saving_role(acting_role(), fn);
}

/// Sets search_path to what nobody but PostgreSQL has put anything in, for a nest level of settings that has begun.
void set_safe_path();

/// Calls fn with such a search_path.
template <class Fn>
void in_safe_path(Fn fn)
{
    const int level = NewGUCNestLevel();
    set_safe_path();
    fn();
    AtEOXact_GUC(false, level);
}

} // namespace credits::pg
