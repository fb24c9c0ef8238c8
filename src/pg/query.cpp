// SQL through SPI.
#include "pg/query.hpp"

namespace credits::pg
{

void execute_plan(SPIPlanPtr plan, std::span<const Parameter> parameters, bool reads_only, Snapshot snapshot)
{
    Datum values[FUNC_MAX_ARGS];
    char nulls[FUNC_MAX_ARGS];
    for (size_t i = 0; i < parameters.size(); i++) {
        values[i] = parameters[i].value;
        nulls[i] = parameters[i].is_null ? 'n' : ' ';
    }
    in_snapshot(snapshot, [&](Snapshot at) {
        const int result = SPI_execute_snapshot(plan, values, nulls, at, InvalidSnapshot, reads_only, true, 0);
        if (result < 0)
            elog(ERROR, "SPI_execute_snapshot returned %s", SPI_result_code_string(result));
    });
}

} // namespace credits::pg
