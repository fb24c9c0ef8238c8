// Finds the partition of a header.
#include "header_place.hpp"

#include "pg/query.hpp"
#include "pg/sql_text.hpp"

extern "C" {
#include "catalog/partition.h"
}

namespace credits
{

namespace
{

Oid type_of(const Source& source, const KeyColumn& key, KeyOf side)
{
    return side == KeyOf::line ? get_atttype(source.line_table, key.referring) : get_atttype(source.header_table, key.column);
}

/// SELECT header.tableoid FROM erp.invoice AS header WHERE header.id OPERATOR(pg_catalog.=) $1 [AND …]
SPIPlanPtr prepare(const Source& source, KeyOf side)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT header.tableoid FROM %s AS header", pg::table_name(source.header_table));
    Oid types[INDEX_MAX_KEYS];
    for (int i = 0; i < source.header_key_count; i++) {
        const KeyColumn& key = source.header_key[i];
        types[i] = type_of(source, key, side);
        appendStringInfo(&sql, " %s header.%s %s $%d", i == 0 ? "WHERE" : "AND", pg::column_name(source.header_table, key.column),
                         pg::operator_name(side == KeyOf::line ? key.equality : key.own_equality), i + 1);
    }
    const SPIPlanPtr plan = SPI_prepare_cursor(sql.data, source.header_key_count, types, CURSOR_OPT_GENERIC_PLAN);
    if (plan == nullptr || SPI_keepplan(plan) != 0)
        elog(ERROR, "could not prepare: %s", sql.data);
    return plan;
}

} // namespace

HeaderKey make_header_key(const Source& source, const Header& header, KeyOf side)
{
    HeaderKey key{};
    for (; key.count < static_cast<size_t>(source.header_key_count); key.count++) {
        const KeyColumn& column = source.header_key[key.count];
        key.parts[key.count] = {.equals = side == KeyOf::line ? column.equals : column.own_equals,
                                .collation = column.collation,
                                .value = header.key[key.count]};
    }
    return key;
}

Oid find_header_partition(Source& source, const Header& header, KeyOf side)
{
    SPIPlanPtr& plan = source.header_place[static_cast<int>(side)];
    pg::Parameter values[INDEX_MAX_KEYS];
    for (int i = 0; i < source.header_key_count; i++)
        values[i] = {type_of(source, source.header_key[i], side), header.key[i], false};
    Oid found = InvalidOid;
    pg::with_spi([&] {
        pg::as_role(source.header_owner, [&] {
            if (plan == nullptr)
                plan = prepare(source, side);
            pg::execute_plan(plan, {values, static_cast<size_t>(source.header_key_count)}, true);
        });
        bool is_null = false;
        if (SPI_processed > 0)
            found = DatumGetObjectId(pg::result(0, 1, &is_null));
    });
    return found;
}

Oid index_of_partition(Relation partition, Oid root_index)
{
    Oid index = root_index;
    const List* const ancestors = get_partition_ancestors(RelationGetRelid(partition)); // from the parent up to the root
    for (int i = list_length(ancestors) - 2; i >= 0; i--) {
        const Relation between = relation_open(list_nth_oid(ancestors, i), AccessShareLock);
        index = index_get_partition(between, index);
        relation_close(between, NoLock);
    }
    return index_get_partition(partition, index);
}

} // namespace credits
