// Becoming the owner of some code, and the caller again.
#include "pg/identity.hpp"

#include "pg/errors.hpp"

namespace credits::pg
{

namespace
{

constexpr const char* safe_path = "pg_catalog, pg_temp";

/// Whose code runs now. An error in it sets back whose ran before.
constinit Oid owner_in_charge = InvalidOid;
constinit bool may_owner_note = false;
constinit bool owner_reads = false;

/// The backend's memory of portals: a child for each, the newest first. It lives as long as the backend.
constinit MemoryContext portals = nullptr;

void find_portals()
{
    for (MemoryContext child = TopMemoryContext->firstchild; portals == nullptr && child != nullptr; child = child->nextchild)
        if (strcmp(child->name, "TopPortalContext") == 0)
            portals = child;
    if (portals == nullptr)
        elog(ERROR, "the memory of portals was not found");
}

MemoryContext newest_portal()
{
    if (portals == nullptr)
        find_portals();
    return portals->firstchild;
}

/// A portal's memory bears its name.
Portal portal_of(MemoryContext memory)
{
    const bool is_unnamed = memory->ident == nullptr || strcmp(memory->ident, "<unnamed>") == 0;
    return GetPortalByName(is_unnamed ? "" : memory->ident);
}

/// Keeps the newest portal from being closed, so that one that is opened meanwhile cannot come in its place unseen.
Portal pin_newest_portal()
{
    const MemoryContext memory = newest_portal();
    const Portal portal = memory == nullptr ? nullptr : portal_of(memory);
    if (portal == nullptr || portal->portalPinned || portal->status == PORTAL_ACTIVE)
        return nullptr;
    PinPortal(portal);
    return portal;
}

/// Whoever fetched from such a cursor would run its query in his own name.
void close_portals_after(MemoryContext last)
{
    while (newest_portal() != last) {
        const Portal portal = portal_of(newest_portal());
        if (portal == nullptr)
            elog(ERROR, "a portal has no name");
        if (portal->portalPinned)
            UnpinPortal(portal);
        PortalDrop(portal, false);
    }
}

} // namespace

void set_safe_path()
{
    if (strcmp(namespace_search_path, safe_path) != 0)
        set_config_option("search_path", safe_path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

Caller become_owner(Oid owner, Purpose purpose)
{
    Caller caller{};
    GetUserIdAndSecContext(&caller.role, &caller.security);
    caller.newest_portal = newest_portal();
    caller.pinned = pin_newest_portal();
    caller.settings = NewGUCNestLevel();
    set_safe_path();
    caller.outer_owner = owner_in_charge;
    owner_in_charge = owner;
    caller.could_note = may_owner_note;
    caller.was_reading = owner_reads;
    owner_reads = purpose == Purpose::read;
    may_owner_note = purpose == Purpose::save_as_caller && (caller.security & SECURITY_RESTRICTED_OPERATION) == 0;
    SetUserIdAndSecContext(owner,
                           caller.security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
    return caller;
}

void become_caller(const Caller& caller)
{
    close_portals_after(caller.newest_portal); // still as the owner: whatever ends with a cursor is his
    AtEOXact_GUC(false, caller.settings);
    SetUserIdAndSecContext(caller.role, caller.security);
    forget_owner(caller);
}

void forget_owner(const Caller& caller)
{
    if (caller.pinned != nullptr)
        UnpinPortal(caller.pinned);
    owner_in_charge = caller.outer_owner;
    may_owner_note = caller.could_note;
    owner_reads = caller.was_reading;
}

bool is_owner_in_charge() { return OidIsValid(owner_in_charge); }

bool may_note() { return may_owner_note; }

void refuse_if_reading()
{
    if (owner_reads)
        errors::saves_while_reading();
}

/// Whose code PostgreSQL has restricted (ANALYZE, CREATE INDEX, REFRESH, autovacuum) cannot be told from within ours. It is not
/// the session's role.
Oid acting_role()
{
    if (!OidIsValid(owner_in_charge) && InSecurityRestrictedOperation())
        errors::nobody_acts();
    return OidIsValid(owner_in_charge) ? owner_in_charge : GetOuterUserId();
}

} // namespace credits::pg
