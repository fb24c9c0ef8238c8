// Checks how a trigger function is called.
#include "pg/trigger_call.hpp"

#include "pg/errors.hpp"

namespace credits
{

namespace
{

bool has_transition_tables(const TriggerData& trigger)
{
    const TriggerEvent event = trigger.tg_event;
    const bool has_old = trigger.tg_oldtable != nullptr || TRIGGER_FIRED_BY_INSERT(event);
    const bool has_new = trigger.tg_newtable != nullptr || TRIGGER_FIRED_BY_DELETE(event);
    return TRIGGER_FIRED_AFTER(event) && TRIGGER_FIRED_FOR_STATEMENT(event) && !TRIGGER_FIRED_BY_TRUNCATE(event) && has_old &&
           has_new;
}

bool is_before_truncate(TriggerEvent event) { return TRIGGER_FIRED_BEFORE(event) && TRIGGER_FIRED_BY_TRUNCATE(event); }

bool is_of_kind(const TriggerData& trigger, TriggerKind kind)
{
    const TriggerEvent event = trigger.tg_event;
    switch (kind) {
    case TriggerKind::before_row:
        return TRIGGER_FIRED_BEFORE(event) && TRIGGER_FIRED_FOR_ROW(event) && !TRIGGER_FIRED_BY_DELETE(event);
    case TriggerKind::after_row:
        return TRIGGER_FIRED_AFTER(event) && TRIGGER_FIRED_FOR_ROW(event) && TRIGGER_FIRED_BY_INSERT(event);
    case TriggerKind::instead_of_row:
        return TRIGGER_FIRED_INSTEAD(event) && TRIGGER_FIRED_FOR_ROW(event) && !TRIGGER_FIRED_BY_DELETE(event);
    case TriggerKind::before_truncate:
        return is_before_truncate(event);
    case TriggerKind::after_statement:
        return has_transition_tables(trigger);
    case TriggerKind::after_or_truncate:
        return has_transition_tables(trigger) || is_before_truncate(event);
    }
    return false;
}

} // namespace

const TriggerData& trigger_of(FunctionCallInfo fcinfo, TriggerKind kind, const char* function)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        errors::not_called_as_trigger(function);
    const auto& trigger = *reinterpret_cast<const TriggerData*>(fcinfo->context);
    if (!is_of_kind(trigger, kind))
        errors::not_our_trigger(function, trigger.tg_trigger->tgname);
    AcceptInvalidationMessages();
    return trigger;
}

} // namespace credits
