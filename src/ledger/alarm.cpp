// Alarms.
#include "ledger/alarm.hpp"

#include "errors/saving.hpp"
#include "pg/numeric.hpp"
#include "pg/query.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"

namespace credits
{

namespace
{

void run(const char* sql, std::span<const pg::Parameter> parameters)
{
    pg::run({.role = catalog().owner, .sql = sql, .parameters = parameters, .reads_only = false});
}

void raise_alarm(const Configuration& configuration, const Crossing& crossing)
{
    const pg::Parameter parameters[]{
        {TEXTOID, pg::to_text(crossing.customer), false},    {INT4OID, Int32GetDatum(crossing.type->type_id), false},
        {TEXTOID, pg::to_text(crossing.type->code), false},  {NUMERICOID, pg::to_numeric(crossing.balance), false},
        {NUMERICOID, pg::to_numeric(crossing.level), false}, {BOOLOID, BoolGetDatum(configuration.notifies), false}};
    run("SELECT credits._raise_alarm($1, $2, $3, $4, $5, $6)", parameters);
    errors::warn_below_alarm(crossing.customer, crossing.type->code, crossing.balance, crossing.level);
}

void clear_alarm(const Crossing& crossing)
{
    const pg::Parameter parameters[]{{TEXTOID, pg::to_text(crossing.customer), false},
                                     {INT4OID, Int32GetDatum(crossing.type->type_id), false}};
    run("SELECT credits._clear_alarm($1, $2)", parameters);
}

} // namespace

void watch_level(Crossings& crossings, Account& account)
{
    const std::optional<core::Amount> level =
        account.has_own_alarm_level ? std::optional(account.own_alarm_level) : account.type->alarm_level;
    const bool is_below = level && account.balance < *level;
    // A balance that rises falls below nothing: a first small sale raises no alarm.
    const bool raised = is_below && !account.is_below_alarm && account.balance < account.balance_before;
    const bool cleared = !is_below && account.is_below_alarm;
    if (!raised && !cleared)
        return;
    account.is_below_alarm = raised;
    pg::append(crossings, {.customer = account.customer,
                           .type = account.type,
                           .balance = account.balance,
                           .level = level.value_or(core::zero),
                           .is_below = raised});
}

void raise_alarms(const Configuration& configuration, const Crossings& crossings)
{
    for (const Crossing& crossing : pg::span_of(crossings)) {
        if (crossing.is_below)
            raise_alarm(configuration, crossing);
        else
            clear_alarm(crossing);
    }
}

} // namespace credits
