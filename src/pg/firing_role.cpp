// Keeps the role of the statement whose AFTER triggers are being fired.
#include "pg/firing_role.hpp"

#include "pg/version.hpp"

namespace credits::pg
{

namespace
{

constinit ExecutorFinish_hook_type next_finish = nullptr;

/// Of the innermost statement that is being finished; InvalidOid: none is, or it began before we listened.
constinit Oid finishing_role = InvalidOid;

/// Triggers fire in here, and what those run is finished within.
void finish_statement(QueryDesc* statement)
{
    const Oid outer = finishing_role;
    finishing_role = GetUserId();
    PG_TRY();
    {
        (next_finish == nullptr ? standard_ExecutorFinish : next_finish)(statement);
    }
    PG_FINALLY();
    {
        finishing_role = outer;
    }
    PG_END_TRY();
}

} // namespace

void watch_statements()
{
    if (!triggers_fire_as_queued)
        return;
    next_finish = ExecutorFinish_hook;
    ExecutorFinish_hook = finish_statement;
}

/// No foreign key inserts; and a COPY, which does, is not finished as other statements are.
Oid firing_role(const TriggerData& trigger)
{
    const Oid current = GetUserId();
    if (!triggers_fire_as_queued || !TRIGGER_FIRED_AFTER(trigger.tg_event) || TRIGGER_FIRED_BY_INSERT(trigger.tg_event))
        return current;
    if (OidIsValid(finishing_role))
        return finishing_role;
    return InLocalUserIdChange() && current == trigger.tg_relation->rd_rel->relowner ? GetOuterUserId() : current;
}

} // namespace credits::pg
