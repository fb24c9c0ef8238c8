// Reads rows of credits.source.
#include "sources/stored_source.hpp"

#include "pg/text.hpp"

namespace credits
{

namespace
{

enum SourceColumn {
    source_line_table = 1,
    source_mapping = 2,
    source_header_table = 3,
    source_amount = 7,
    source_has_history = 20,
    source_check_at = 21,
    source_quantity_is_interval = 24,
    source_origin = 25,
    source_origin_table = 26,
};

} // namespace

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
    const Datum header = pg::get(table, source_header_table, &no_header);
    pg::get(table, source_amount, &no_amount);
    pg::get(table, source_origin, &no_origin);
    const Datum origin_table = pg::get(table, source_origin_table, &no_origin_table);
    return {
        .line_table = DatumGetObjectId(pg::get_not_null(table, source_line_table)),
        .mapping = DatumGetObjectId(pg::get_not_null(table, source_mapping)),
        .header_table = no_header ? InvalidOid : DatumGetObjectId(header),
        .has_origin = !no_origin,
        .origin_table = no_origin_table ? InvalidOid : DatumGetObjectId(origin_table),
        .sells = !no_amount,
        .measures_time = DatumGetBool(pg::get_not_null(table, source_quantity_is_interval)),
        .has_history = DatumGetBool(pg::get_not_null(table, source_has_history)),
        .checks_at_commit = pg::to_view(pg::get_not_null(table, source_check_at)) == "commit",
    };
}

std::optional<SourceRow> find_source_row(Oid line_table)
{
    std::optional<SourceRow> found;
    for_each_source_row([&](const SourceRow& row) {
        if (row.line_table == line_table)
            found = row;
    });
    return found;
}

} // namespace credits
