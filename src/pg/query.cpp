// SQL through SPI.
#include "pg/query.hpp"

extern "C" {
#include "executor/spi_priv.h"
#include "utils/plancache.h"
}

namespace credits::pg
{

namespace
{

/// Locks all that a plan reads and writes, until there is a plan that nothing has made invalid since. Planning finds what the
/// text of a statement does not name: partitions, and tables of functions that it inlines. One that has come since is heard of
/// first: whoever has waited for a row hears of nothing by that.
void lock_relations(SPIPlanPtr plan)
{
    AcceptInvalidationMessages();
    for (bool is_valid = false; !is_valid;) {
        CHECK_FOR_INTERRUPTS();
        CachedPlan* const cached = SPI_plan_get_cached_plan(plan);
        if (cached == nullptr)
            elog(ERROR, "a plan is not that of one statement");
        is_valid = cached->is_valid && SPI_plan_is_valid(plan);
        ReleaseCachedPlan(cached, plan->saved ? CurrentResourceOwner : nullptr);
    }
}

} // namespace

SPIPlanPtr prepare_kept(const char* sql, std::span<Oid> types, int plan_options)
{
    const SPIPlanPtr plan = SPI_prepare_cursor(sql, static_cast<int>(types.size()), types.data(), plan_options);
    if (plan == nullptr || SPI_keepplan(plan) != 0)
        elog(ERROR, "could not prepare: %s", sql);
    return plan;
}

void execute_plan(SPIPlanPtr plan, std::span<const Parameter> parameters, bool reads_only, Snapshot snapshot)
{
    Datum values[FUNC_MAX_ARGS];
    char nulls[FUNC_MAX_ARGS];
    for (size_t i = 0; i < parameters.size(); i++) {
        values[i] = parameters[i].value;
        nulls[i] = parameters[i].is_null ? 'n' : ' ';
    }
    lock_relations(plan);
    const auto execute = [&](Snapshot at) {
        const int result = SPI_execute_snapshot(plan, values, nulls, at, InvalidSnapshot, reads_only, true, 0);
        if (result < 0)
            elog(ERROR, "SPI_execute_snapshot returned %s", SPI_result_code_string(result));
    };
    if (snapshot != nullptr)
        return execute(snapshot);
    with_latest_snapshot([&](const DatedSnapshot& latest) { execute(latest.data); });
}

} // namespace credits::pg
