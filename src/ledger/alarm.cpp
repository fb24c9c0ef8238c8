// Alarms.
#include "ledger/alarm.hpp"

#include "schema/catalog.hpp"
#include "errors/saving.hpp"
#include "pg/numeric.hpp"
#include "pg/query.hpp"
#include "pg/text.hpp"

namespace credits
{

namespace
{

constexpr const char* open_episode = "INSERT INTO credits.alarm_episode (customer, type_id, balance, alarm_level, raised_at)"
                                     " VALUES ($1, $2, $3, $4, pg_catalog.clock_timestamp())";

constexpr const char* close_episode = "UPDATE credits.alarm_episode SET cleared_at = pg_catalog.clock_timestamp()"
                                      " WHERE customer OPERATOR(pg_catalog.=) $1 AND type_id OPERATOR(pg_catalog.=) $2"
                                      " AND cleared_at IS NULL";

constexpr const char* announce = "SELECT pg_catalog.pg_notify('credits_alarm', a::pg_catalog.text) FROM"
                                 " (SELECT pg_catalog.to_json(w) AS a FROM credits.alarm AS w"
                                 " WHERE w.customer OPERATOR(pg_catalog.=) $1 AND w.type_code OPERATOR(pg_catalog.=) $2"
                                 " AND w.cleared_at IS NULL) AS message";

void run(const char* sql, std::span<const pg::Parameter> parameters)
{
    pg::run({.role = catalog().owner, .sql = sql, .parameters = parameters, .reads_only = false});
}

void raise_alarm(const Configuration& configuration, const Crossing& crossing)
{
    const Datum customer = pg::to_text(crossing.customer);
    const pg::Parameter parameters[]{{TEXTOID, customer, false},
                                     {INT4OID, Int32GetDatum(crossing.type->type_id), false},
                                     {NUMERICOID, pg::to_numeric(crossing.balance), false},
                                     {NUMERICOID, pg::to_numeric(crossing.level), false}};
    run(open_episode, parameters);
    if (configuration.notifies) {
        const pg::Parameter who[]{{TEXTOID, customer, false}, {TEXTOID, pg::to_text(crossing.type->code), false}};
        run(announce, who);
    }
    errors::warn_below_alarm(crossing.customer, crossing.type->code, crossing.balance, crossing.level);
}

void clear_alarm(const Crossing& crossing)
{
    const pg::Parameter parameters[]{{TEXTOID, pg::to_text(crossing.customer), false},
                                     {INT4OID, Int32GetDatum(crossing.type->type_id), false}};
    run(close_episode, parameters);
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
