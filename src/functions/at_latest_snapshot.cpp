// Questions and commands at a snapshot newer than the transaction's, so that they are right in a REPEATABLE READ transaction that
// has saved, too. As whoever calls: only the extension's own functions may.
//   SELECT * FROM credits._is_type_used($1)
// A question is a function of SQL that only reads: planned where it is called, it takes its locks before the snapshot is taken.
// A command is text, since what a function writes goes by the transaction's own snapshot.
#include "errors/registering.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"

extern "C" {
#include "utils/typcache.h"
}

namespace credits
{

namespace
{

/// The rows of the SPI query, if they are what the caller expects.
void put_result(const ReturnSetInfo* result)
{
    if (SPI_tuptable == nullptr)
        return;
    TupleConversionMap* const map = convert_tuples_by_position(SPI_tuptable->tupdesc, result->setDesc,
                                                               "The question does not answer what its caller expects.");
    for (uint64 row = 0; row < SPI_processed; row++) {
        const HeapTuple tuple = SPI_tuptable->vals[row];
        tuplestore_puttuple(result->setResult, map == nullptr ? tuple : execute_attr_map_tuple(tuple, map));
    }
}

/// The plan that tells which tables to lock is the one that runs, but where plan_cache_mode says force_custom_plan.
constexpr int planned_once = CURSOR_OPT_GENERIC_PLAN;

struct Arguments {
    int count = 0;
    pg::Parameter values[FUNC_MAX_ARGS];
};

/// The columns of a record; none for a null.
Arguments read_arguments(FunctionCallInfo fcinfo, int record)
{
    Arguments arguments;
    if (PG_ARGISNULL(record))
        return arguments;
    const HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(record);
    const TupleDesc columns = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
    if (columns->natts > FUNC_MAX_ARGS)
        elog(ERROR, "too many arguments");
    HeapTupleData tuple{};
    tuple.t_len = HeapTupleHeaderGetDatumLength(row);
    tuple.t_data = row;
    Datum values[FUNC_MAX_ARGS];
    bool nulls[FUNC_MAX_ARGS];
    heap_deform_tuple(&tuple, columns, values, nulls);
    for (; arguments.count < columns->natts; arguments.count++)
        arguments.values[arguments.count] = {TupleDescAttr(columns, arguments.count)->atttypid, values[arguments.count],
                                             nulls[arguments.count]};
    return arguments;
}

const char* make_call(Oid question, int arguments)
{
    const char* const name = get_func_name(question);
    if (name == nullptr)
        elog(ERROR, "cache lookup failed for function %u", question);
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT * FROM %s(",
                     quote_qualified_identifier(get_namespace_name(get_func_namespace(question)), name));
    for (int i = 1; i <= arguments; i++)
        appendStringInfo(&sql, i == 1 ? "$%d" : ", $%d", i);
    appendStringInfoChar(&sql, ')');
    return sql.data;
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_now);
PG_FUNCTION_INFO_V1(credits_do_now);
}

/// _now(answer, question, arguments): the first argument says by its type what the answer is, the last one may be null.
Datum credits_now(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(1))
        errors::missing_argument("question");
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    const Arguments arguments = read_arguments(fcinfo, 2);
    pg::run({.role = GetUserId(),
             .sql = make_call(PG_GETARG_OID(1), arguments.count),
             .parameters = {arguments.values, static_cast<size_t>(arguments.count)},
             .reads_only = true,
             .plan_options = CURSOR_OPT_PARALLEL_OK | planned_once},
            [&] { put_result(result); });
    return Datum(0);
}

/// _do_now(command, arguments): the last one may be null.
Datum credits_do_now(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(0))
        errors::missing_argument("command");
    const char* const command = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const Arguments arguments = read_arguments(fcinfo, 1);
    pg::run({.role = GetUserId(),
             .sql = command,
             .parameters = {arguments.values, static_cast<size_t>(arguments.count)},
             .reads_only = false,
             .plan_options = planned_once});
    PG_RETURN_VOID();
}

} // namespace credits
