// detach: the row in credits.source goes first, since what has a row is protected; then triggers and mapping, as far as they are
// there. So it also mends what became of a source while the event triggers were off.
#include "attach/descendant_triggers.hpp"
#include "commit/check_at_commit.hpp"
#include "errors/attaching.hpp"
#include "errors/registering.hpp"
#include "mapping/callers_table.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"
#include "schema/catalog.hpp"
#include "schema/gate.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

namespace
{

/// A table that is gone has no owner any more: its source is the extension's owner's.
void check_owner_of_lost_table(Oid table)
{
    if (!has_privs_of_role(GetUserId(), catalog().owner))
        errors::not_owner(table);
}

void delete_source(Oid line_table)
{
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(line_table), false}};
    pg::run({.role = catalog().owner,
             .sql = "DELETE FROM credits.source AS s WHERE s.line_table OPERATOR(pg_catalog.=) $1",
             .parameters = parameters,
             .reads_only = false});
}

/// The trigger of a header table stays as long as one table of lines needs it.
void drop_unused_header_trigger(Oid header_table)
{
    bool is_used = false;
    for_each_source_row([&](const SourceRow& row) { is_used |= row.header_table == header_table; });
    if (!is_used && pg::exists(header_table))
        drop_triggers_of_headers(header_table);
}

/// What is made from lines of the table could not be settled any more.
void require_no_chains(Oid line_table)
{
    for_each_source_row([&](const SourceRow& row) {
        if (row.origin_table == line_table && row.line_table != line_table && pg::exists(row.line_table))
            errors::origin_of_others(line_table, row.line_table);
    });
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_detach);
}

/// detach(line_table regclass): takes the triggers and the mapping away; entries stay.
Datum credits_detach(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(0))
        errors::missing_argument("line_table");
    const Oid line_table = PG_GETARG_OID(0);
    come_to_gate();
    const Relation lines = pg::exists(line_table) ? open_callers_table("detach", line_table) : nullptr;
    const std::optional<SourceRow> row = find_source_row(line_table);
    if (!row.has_value())
        errors::not_attached(line_table);
    if (lines == nullptr)
        check_owner_of_lost_table(line_table);
    settle_pending(); // what was saved while it was attached
    require_no_chains(line_table);
    delete_source(line_table);
    if (lines != nullptr)
        drop_triggers_of_lines(line_table);
    drop_unused_header_trigger(row->header_table);
    if (pg::exists(row->mapping))
        execute_as_owner(psprintf("DROP VIEW %s", pg::table_name(row->mapping)));
    if (lines != nullptr)
        relation_close(lines, NoLock);
    PG_RETURN_VOID();
}

} // namespace credits
