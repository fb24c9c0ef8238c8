// SQL at a snapshot newer than the transaction's, so that it is right in a REPEATABLE READ transaction that has saved, too.
#include "binding.hpp"
#include "pg/query.hpp"
#include "source_row.hpp"

namespace credits
{

namespace
{

/// Locks a relation and its partitions or heirs against whoever would rewrite or drop them.
void keep_as_is(Oid relation)
{
    if (!OidIsValid(relation))
        return;
    LockRelationOid(relation, AccessShareLock);
    if (pg::exists(relation))
        list_free(find_all_inheritors(relation, AccessShareLock, nullptr));
}

/// What the check reads beside the tables that its query names: a snapshot that is taken before would not see the rows of a table
/// that was rewritten in between.
void keep_documents_as_they_are()
{
    for_each_source_row([](const SourceRow& row) {
        for (const Oid relation : {row.line_table, row.mapping, row.header_table})
            keep_as_is(relation);
    });
    for_each_binding([](Oid erp_table, Oid mapping) {
        for (const Oid relation : {erp_table, mapping})
            keep_as_is(relation);
    });
}

void put_rows(const ReturnSetInfo* result)
{
    for (uint64 row = 0; row < SPI_processed; row++)
        tuplestore_puttuple(result->setResult, SPI_tuptable->vals[row]);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_violation);
PG_FUNCTION_INFO_V1(credits_now);
PG_FUNCTION_INFO_V1(credits_do_now);
PG_FUNCTION_INFO_V1(credits_change_now);
}

/// _violation_now(): the query locks what it names when it is prepared.
Datum credits_violation(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    pg::with_spi([&] {
        const SPIPlanPtr plan = SPI_prepare("SELECT * FROM credits._violation", 0, nullptr);
        if (plan == nullptr)
            elog(ERROR, "SPI_prepare returned %s", SPI_result_code_string(SPI_result));
        keep_documents_as_they_are();
        pg::execute_plan(plan, {}, true);
        put_rows(result);
    });
    return Datum(0);
}

/// _now(query): strict; runs a read-only query at the latest snapshot, as whoever calls. Only the extension's own functions may.
Datum credits_now(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
    pg::run({.role = GetUserId(), .sql = query, .parameters = {}, .reads_only = true, .plan_options = CURSOR_OPT_PARALLEL_OK},
            [&] { put_rows(result); });
    return Datum(0);
}

/// _change_now(command): strict; like _now(), for a command that writes.
Datum credits_change_now(PG_FUNCTION_ARGS)
{
    const char* const command = text_to_cstring(PG_GETARG_TEXT_PP(0));
    pg::run({.role = GetUserId(), .sql = command, .parameters = {}, .reads_only = false});
    PG_RETURN_VOID();
}

/// _do_now(command): strict; the same for a command that writes.
Datum credits_do_now(PG_FUNCTION_ARGS)
{
    const char* const command = text_to_cstring(PG_GETARG_TEXT_PP(0));
    uint64 written = 0;
    pg::run({.role = GetUserId(), .sql = command, .parameters = {}, .reads_only = false}, [&] { written = SPI_processed; });
    PG_RETURN_INT64(static_cast<int64>(written));
}

} // namespace credits
