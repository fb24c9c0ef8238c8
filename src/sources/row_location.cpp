// Finds where a row lies.
#include "sources/row_location.hpp"

#include <algorithm>

#include "errors/attaching.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"

namespace credits
{

namespace
{

Oid type_of(const KeyedTable& rows, const KeyColumn& key, KeyOf side)
{
    return side == KeyOf::referring ? get_atttype(rows.referring_table, key.referring) : get_atttype(rows.table, key.column);
}

/// SELECT found.tableoid FROM erp.invoice AS found WHERE found.id OPERATOR(pg_catalog.=) $1 [AND …]
SPIPlanPtr prepare(const KeyedTable& rows, KeyOf side)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT found.tableoid FROM %s AS found", pg::table_name(rows.table));
    Oid types[INDEX_MAX_KEYS];
    size_t count = 0;
    for (const KeyColumn& key : rows.key) {
        types[count] = type_of(rows, key, side);
        appendStringInfo(&sql, " %s found.%s %s $%d", count == 0 ? "WHERE" : "AND", pg::column_name(rows.table, key.column),
                         pg::operator_name(side == KeyOf::referring ? key.equality : key.own_equality),
                         static_cast<int>(count + 1));
        count++;
    }
    return pg::prepare_kept(sql.data, {types, static_cast<size_t>(count)}, CURSOR_OPT_GENERIC_PLAN);
}

/// Has the index just these columns, in this order?
bool is_index_on(Oid index_oid, std::span<const AttrNumber> columns)
{
    const Relation index = index_open(index_oid, AccessShareLock);
    const Form_pg_index form = index->rd_index;
    const bool fits = pg::is_unique(index) &&
                      std::equal(columns.begin(), columns.end(), form->indkey.values, form->indkey.values + form->indnkeyatts);
    index_close(index, AccessShareLock);
    return fits;
}

} // namespace

KeyedTable lines_of(Source& source)
{
    return {.table = source.line_table,
            .owner = source.owner,
            .index = source.line_index,
            .has_descendants = source.has_descendants,
            .key = {source.line_key, static_cast<size_t>(source.line_key_count)},
            .referring_table = source.line_table,
            .plans = source.line_location};
}

KeyedTable headers_of(Source& source)
{
    return {.table = source.header_table,
            .owner = source.header_owner,
            .index = source.header_index,
            .has_descendants = source.header_has_descendants,
            .key = {source.header_key, static_cast<size_t>(source.header_key_count)},
            .referring_table = source.line_table,
            .plans = source.header_location};
}

RowKey make_row_key(const KeyedTable& rows, const Datum* values, KeyOf side)
{
    RowKey key{};
    for (const KeyColumn& column : rows.key) {
        key.parts[key.count] = {.equals = side == KeyOf::referring ? column.equals : column.own_equals,
                                .collation = column.collation,
                                .value = values[key.count]};
        key.count++;
    }
    return key;
}

Oid find_member(const KeyedTable& rows, const Datum* values, KeyOf side)
{
    SPIPlanPtr& plan = rows.plans[static_cast<int>(side)];
    pg::Parameter parameters[INDEX_MAX_KEYS];
    for (size_t i = 0; i < rows.key.size(); i++)
        parameters[i] = {type_of(rows, rows.key[i], side), values[i], false};
    Oid found = InvalidOid;
    pg::with_spi([&] {
        pg::as_owner(rows.owner, [&] {
            if (plan == nullptr)
                plan = prepare(rows, side);
            pg::execute_plan(plan, {parameters, rows.key.size()}, true, rows.snapshot);
        });
        bool is_null = false;
        if (SPI_processed > 0)
            found = DatumGetObjectId(pg::result(0, 1, &is_null));
    });
    return found;
}

Oid index_of_member(Relation member, const KeyedTable& rows)
{
    if (RelationGetRelid(member) == rows.table)
        return rows.index;
    AttrNumber columns[INDEX_MAX_KEYS];
    for (size_t i = 0; i < rows.key.size(); i++)
        columns[i] = get_attnum(RelationGetRelid(member), get_attname(rows.table, rows.key[i].column, false));
    const List* const indexes = RelationGetIndexList(member);
    for (int i = 0; i < list_length(indexes); i++)
        if (is_index_on(list_nth_oid(indexes, i), {columns, rows.key.size()}))
            return list_nth_oid(indexes, i);
    errors::no_key(RelationGetRelid(member));
}

} // namespace credits
