// TRUNCATE empties a table without telling which lines go: refused while one of them has credits.
#include "catalog.hpp"
#include "check_at_commit.hpp"
#include "errors.hpp"
#include "pg/query.hpp"

namespace credits
{

namespace
{

constexpr const char* find_counting_line =
    "SELECT FROM credits.entry AS e WHERE e.line_table OPERATOR(pg_catalog.=) $1"
    " GROUP BY e.customer, e.type_id, e.line_key HAVING pg_catalog.sum(e.quantity) OPERATOR(pg_catalog.<>) 0 LIMIT 1";

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_line_truncated);
}

/// BEFORE TRUNCATE on an attached line table.
Datum credits_line_truncated(PG_FUNCTION_ARGS)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        errors::not_called_as_trigger("_line_truncated");
    settle_pending(); // lines that the transaction has deleted do not count
    const Oid line_table = RelationGetRelid(reinterpret_cast<const TriggerData*>(fcinfo->context)->tg_relation);
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(line_table), false}};
    bool has_counting_line = false;
    pg::run({.role = catalog().owner, .sql = find_counting_line, .parameters = parameters, .reads_only = true},
            [&] { has_counting_line = SPI_processed > 0; });
    if (has_counting_line)
        errors::lines_kept(line_table);
    return PointerGetDatum(nullptr);
}

} // namespace credits
