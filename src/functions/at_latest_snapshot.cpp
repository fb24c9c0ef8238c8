// SQL at a snapshot newer than the transaction's, so that it is right in a REPEATABLE READ transaction that has saved, too.
#include "pg/query.hpp"

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
                                                               "The query does not return the rows that its caller expects.");
    for (uint64 row = 0; row < SPI_processed; row++) {
        const HeapTuple tuple = SPI_tuptable->vals[row];
        tuplestore_puttuple(result->setResult, map == nullptr ? tuple : execute_attr_map_tuple(tuple, map));
    }
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_now);
PG_FUNCTION_INFO_V1(credits_do_now);
PG_FUNCTION_INFO_V1(credits_change_now);
}

/// _now(query): strict; runs a read-only query at the latest snapshot, as whoever calls. Only the extension's own functions may.
Datum credits_now(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
    pg::run({.role = GetUserId(), .sql = query, .parameters = {}, .reads_only = true, .plan_options = CURSOR_OPT_PARALLEL_OK},
            [&] { put_result(result); });
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
