// Reads rows of credits.source.
#include "sources/stored_source.hpp"

#include "pg/key.hpp"
#include "pg/snapshot.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

Oid source_table()
{
    const Oid schema = get_namespace_oid("credits", true);
    return OidIsValid(schema) ? get_relname_relid("source", schema) : InvalidOid;
}

SourceRow read_source_row(const pg::Table& table)
{
    bool no_header = false;
    bool no_amount = false;
    bool no_origin = false;
    bool no_origin_table = false;
    const Datum header = pg::get(table, source_column::header_table, &no_header);
    pg::get(table, source_column::amount, &no_amount);
    pg::get(table, source_column::origin, &no_origin);
    const Datum origin_table = pg::get(table, source_column::origin_table, &no_origin_table);
    bool is_whole = false;
    const Datum archived_before = pg::get(table, source_column::archived_before, &is_whole);
    const Datum archive_no = pg::get(table, source_column::archive_no, &is_whole);
    return {
        .number = DatumGetInt32(pg::get_not_null(table, source_column::source_no)),
        .line_table = DatumGetObjectId(pg::get_not_null(table, source_column::line_table)),
        .mapping = DatumGetObjectId(pg::get_not_null(table, source_column::mapping)),
        .header_table = no_header ? InvalidOid : DatumGetObjectId(header),
        .has_origin = !no_origin,
        .origin_table = no_origin_table ? InvalidOid : DatumGetObjectId(origin_table),
        .sells = !no_amount,
        .measures_time = DatumGetBool(pg::get_not_null(table, source_column::quantity_is_interval)),
        .has_history = DatumGetBool(pg::get_not_null(table, source_column::has_history)),
        .checks_at_commit = pg::to_view(pg::get_not_null(table, source_column::check_at)) == "commit",
        .archived_before = is_whole ? DATEVAL_NOBEGIN : DatumGetDateADT(archived_before),
        .archive_no = is_whole ? 0 : DatumGetInt32(archive_no),
    };
}

std::optional<SourceRow> find_source_row(Oid line_table)
{
    return pg::read_latest(catalog().source, [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        std::optional<SourceRow> row;
        if (pg::find(table, catalog().source_pkey, pg::make_key(line_table), snapshot))
            row = read_source_row(table);
        return row;
    });
}

} // namespace credits
