// close_month, reopen_month and the call of the hook: what a closing does in others' names. The rest is SQL, and runs as the
// extension's owner (sql/install/62-closing-months.sql).
#include "errors/closing.hpp"
#include "errors/registering.hpp"
#include "pg/query.hpp"
#include "schema/catalog.hpp"
#include "sources/hook_lines.hpp"

extern "C" {
#include "utils/regproc.h"
}

namespace credits
{

namespace
{

/// SET CONSTRAINTS ALL IMMEDIATE, as the role in whose name the commit would fire what is queued. So nobody's trigger fires in
/// the name of the extension's owner, and a hook finds nothing deferred: a restricted operation may queue nothing.
void fire_queued_triggers()
{
    ConstraintsSetStmt* const all_immediate = makeNode(ConstraintsSetStmt);
    pg::as_acting_role([&] { AfterTriggerSetState(all_immediate); });
}

/// Runs a statement as the extension's owner, at the snapshots that statements of the transaction have: what it calls may save.
/// Returns its one value.
Datum ask(const char* sql, Oid type, Datum value, bool is_null)
{
    const char nulls[]{is_null ? 'n' : ' ', '\0'};
    Datum answer = 0;
    pg::with_spi([&] {
        pg::as_role(catalog().owner, [&] {
            const int result = SPI_execute_with_args(sql, 1, &type, &value, nulls, false, 0);
            if (result != SPI_OK_SELECT)
                elog(ERROR, "SPI_execute_with_args returned %s for %s", SPI_result_code_string(result), sql);
        });
        if (SPI_processed > 0)
            answer = pg::result(0, 1, &is_null); // by value
    });
    return answer;
}

bool has_hook()
{
    bool found = false;
    pg::run({.role = catalog().owner,
             .sql = "SELECT FROM credits.parameter WHERE closing_hook IS NOT NULL",
             .parameters = {},
             .reads_only = true},
            [&] { found = SPI_processed > 0; });
    return found;
}

/// Holds the gate, fires what is queued where there will be a hook, with the caller's own settings, and does the rest.
Datum change_closings(FunctionCallInfo fcinfo, const char* act, const char* change)
{
    ask("SELECT credits._hold_saves_first($1)", TEXTOID, CStringGetTextDatum(act), false);
    if (has_hook())
        fire_queued_triggers();
    return ask(change, DATEOID, PG_ARGISNULL(0) ? Datum(0) : PG_GETARG_DATUM(0), PG_ARGISNULL(0));
}

/// A function (integer), of which one call is one value.
bool is_hook(const FormData_pg_proc& function)
{
    return function.prokind == PROKIND_FUNCTION && !function.proretset && function.pronargs == 1 &&
           function.proargtypes.values[0] == INT4OID;
}

struct Hook {
    Oid function;
    Oid owner;
    Oid result_type;
    const char* name;
};

Hook find_hook(Oid function)
{
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple))
        errors::no_such_hook(psprintf("%u", function));
    const auto& form = *reinterpret_cast<const FormData_pg_proc*>(GETSTRUCT(tuple));
    const Hook hook{.function = function,
                    .owner = form.proowner,
                    .result_type = form.prorettype,
                    .name = format_procedure_qualified(function)};
    if (!is_hook(form))
        errors::no_such_hook(hook.name);
    ReleaseSysCache(tuple);
    return hook;
}

void explain(void* context) { errors::advise_hook(static_cast<const Hook*>(context)->name); }

/// Calls just this function, whatever else has its name.
void call(const Hook& hook, int32 closing_id)
{
    Const* const argument = makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(closing_id), false, true);
    FuncExpr* const function =
        makeFuncExpr(hook.function, hook.result_type, list_make1(argument), InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
    EState* const executor = CreateExecutorState();
    ExprState* const state = ExecPrepareExpr(reinterpret_cast<Expr*>(function), executor);
    bool is_null = false;
    ExecEvalExprSwitchContext(state, GetPerTupleExprContext(executor), &is_null);
    FreeExecutorState(executor);
}

void run_hook(const Hook& hook, int32 closing_id)
{
    ErrorContextCallback callback{.previous = error_context_stack, .callback = explain, .arg = const_cast<Hook*>(&hook)};
    error_context_stack = &callback; // an error unwinds it
    const int32 outer = exchange_running_hook(closing_id);
    PushActiveSnapshot(GetTransactionSnapshot());
    PG_TRY();
    {
        pg::as_owner(
            hook.owner, [&] { call(hook, closing_id); }, pg::Purpose::save);
    }
    PG_FINALLY();
    {
        exchange_running_hook(outer);
    }
    PG_END_TRY();
    PopActiveSnapshot();
    error_context_stack = callback.previous;
}

void require_closing(int32 closing_id)
{
    const pg::Parameter parameters[]{{INT4OID, Int32GetDatum(closing_id), false}};
    pg::run({.role = catalog().owner,
             .sql = "SELECT FROM credits.closing WHERE closing_id OPERATOR(pg_catalog.=) $1",
             .parameters = parameters,
             .reads_only = true},
            [&] {
                if (SPI_processed == 0)
                    errors::no_such_closing(closing_id);
            });
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_close_month);
PG_FUNCTION_INFO_V1(credits_reopen_month);
PG_FUNCTION_INFO_V1(credits_run_closing_hook);
}

/// close_month(month date)
Datum credits_close_month(PG_FUNCTION_ARGS)
{
    return change_closings(fcinfo, "close a month", "SELECT credits._close_month($1)");
}

/// reopen_month(month date)
Datum credits_reopen_month(PG_FUNCTION_ARGS)
{
    change_closings(fcinfo, "reopen a month", "SELECT credits._reopen_month($1)");
    PG_RETURN_VOID();
}

/// _run_closing_hook(closing_id integer, hook regprocedure): hook(closing_id), as the function's owner. What it has deferred
/// again is immediate afterwards, as before.
Datum credits_run_closing_hook(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(0))
        errors::missing_argument("closing_id");
    if (PG_ARGISNULL(1))
        errors::missing_argument("hook");
    const int32 closing_id = PG_GETARG_INT32(0);
    const Hook hook = find_hook(PG_GETARG_OID(1));
    require_closing(closing_id);
    fire_queued_triggers();
    run_hook(hook, closing_id);
    fire_queued_triggers();
    PG_RETURN_VOID();
}

} // namespace credits
