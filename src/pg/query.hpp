// SQL through SPI, for what is rare or is best said in SQL: as a given role, at a snapshot newer than the transaction's.
// Statements name everything with its schema; search_path has no say in them.
#pragma once

#include <span>

#include "pg/identity.hpp"
#include "pg/postgres.hpp"
#include "pg/snapshot.hpp"

namespace credits::pg
{

struct Parameter {
    Oid type;
    Datum value;
    bool is_null;
};

struct Statement {
    Oid role;
    const char* sql;
    std::span<const Parameter> parameters;
    bool reads_only;
    int plan_options = 0; // CURSOR_OPT_…
};

/// Calls fn() within an SPI connection. Results that outlive it are copied to the caller's context by fn.
template <class Fn>
void with_spi(Fn fn)
{
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    fn();
    SPI_finish();
}

/// Prepares a statement that is executed again and again, in the current SPI connection. The plan outlives it.
SPIPlanPtr prepare(const char* sql, std::span<const Oid> types, int plan_options);

/// Executes a prepared plan in the current SPI connection, at the snapshot, or for a null one at the latest; rows are in
/// SPI_tuptable.
void execute_plan(SPIPlanPtr plan, std::span<const Parameter> parameters, bool reads_only, Snapshot snapshot = nullptr);

/// Runs one statement, as its role, at the latest snapshot; fn() then looks at SPI_tuptable.
template <class Fn>
void run(const Statement& statement, Fn fn)
{
    with_spi([&] {
        as_role(statement.role, [&] {
            Oid types[FUNC_MAX_ARGS];
            for (size_t i = 0; i < statement.parameters.size(); i++)
                types[i] = statement.parameters[i].type;
            const SPIPlanPtr plan =
                SPI_prepare_cursor(statement.sql, static_cast<int>(statement.parameters.size()), types, statement.plan_options);
            if (plan == nullptr)
                elog(ERROR, "SPI_prepare_cursor returned %s for %s", SPI_result_code_string(SPI_result), statement.sql);
            execute_plan(plan, statement.parameters, statement.reads_only);
        });
        fn();
    });
}
inline void run(const Statement& statement)
{
    run(statement, [] {});
}

/// A value of the row that SPI returned.
inline Datum result(uint64 row, int column, bool* is_null)
{
    return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, is_null);
}

} // namespace credits::pg
