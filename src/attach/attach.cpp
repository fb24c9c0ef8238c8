// attach: the mapping view, the triggers and the row in credits.source, in this order: what has a row is protected.
// The caller must own the tables and be in credits_management; what is created is created by the extension's owner, so that he
// needs no right on its schema.

#include <algorithm>
#include <array>

#include "attach/facts.hpp"
#include "attach/origin.hpp"
#include "schema/catalog.hpp"
#include "errors/attaching.hpp"
#include "schema/gate.hpp"
#include "mapping/mapping_view.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"
#include "pg/text.hpp"
#include "pg/version.hpp"
#include "sources/source.hpp"
#include "sources/stored_source.hpp"
#include "sources/known_sources.hpp"
#include "mapping/own_table.hpp"
#include "attach/tables.hpp"
#include "attach/descendant_triggers.hpp"
#include "pg/relation_kind.hpp"
#include "attach/view_reference.hpp"

namespace credits
{

namespace
{

MappedTables open_tables(const Arguments& arguments)
{
    MappedTables tables{.lines = open_own_table("attach", arguments.line_table), .header = nullptr};
    check_line_table(tables.lines);
    if (OidIsValid(arguments.header_table)) {
        if (arguments.header_table == arguments.line_table)
            errors::wrong_table_kind(arguments.header_table, "A header table is another table than that of the lines. Without "
                                                             "header_table each line is a document of its own.");
        tables.header = open_own_table("attach", arguments.header_table);
        check_header_table(tables.header);
    }
    return tables;
}

void check_zero_columns(Relation lines, const Columns& columns)
{
    constexpr std::array<Oid, 6> numbers{NUMERICOID, INT2OID, INT4OID, INT8OID, FLOAT4OID, FLOAT8OID};
    for (int i = 0; i < columns.count; i++) {
        const Form_pg_attribute column = TupleDescAttr(RelationGetDescr(lines), columns.numbers[i] - 1);
        if (std::ranges::find(numbers, getBaseType(column->atttypid)) == numbers.end())
            errors::wrong_column_type("zero_columns", column->atttypid, "a numeric, integer or floating-point type");
        if (column->attgenerated != '\0')
            errors::not_supported(psprintf("generated column \"%s\" in zero_columns", NameStr(column->attname)),
                                  "Name the columns that it is computed from.");
    }
}

Keys find_keys(const MappedTables& tables, const Arguments& arguments)
{
    Keys keys{};
    keys.line_key = arguments.line_key == nullptr ? primary_key(tables.lines) : find_columns(tables.lines, arguments.line_key);
    check_unique(tables.lines, keys.line_key);
    if (arguments.zero_columns != nullptr)
        keys.zero_columns = find_columns(tables.lines, arguments.zero_columns);
    check_zero_columns(tables.lines, keys.zero_columns);
    if (tables.header == nullptr)
        return keys;
    if (is_view(arguments.header_table)) {
        keys.reference = find_view_reference(tables, arguments.line_header, arguments.header_key);
        return keys;
    }
    if (arguments.header_key != nullptr)
        check_unique(tables.header, find_columns(tables.header, arguments.header_key));
    keys.reference = find_header_reference(tables, arguments.line_header, arguments.header_key);
    if (arguments.header_key != nullptr)
        arrange(keys.reference, find_columns(tables.header, arguments.header_key));
    else if (OidIsValid(pg::primary_key_index(tables.header)))
        arrange(keys.reference, primary_key(tables.header));
    return keys;
}

/// CREATE VIEW credits._invoice_line_lines (line_key, …) AS
/// SELECT … FROM erp.invoice_line AS line LEFT JOIN erp.invoice AS header ON header.id OPERATOR(pg_catalog.=) line.invoice_id
/// Nobody selects from it: it keeps the mapping where PostgreSQL follows renames, refuses to drop a column in use, and dumps it.
Oid create_mapping(const Arguments& arguments, const MappedTables& tables, const Keys& keys)
{
    const char* const name =
        ChooseRelationName(psprintf("_%s", get_rel_name(arguments.line_table)), nullptr, "lines", catalog().schema, false);
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "CREATE VIEW credits.%s (%s) AS SELECT%s\nFROM %s AS line", quote_identifier(name), fact_names,
                     make_facts(tables, arguments, keys), pg::table_name(arguments.line_table));
    if (tables.header != nullptr)
        appendStringInfo(&sql, " LEFT JOIN %s AS header ON %s", pg::table_name(arguments.header_table),
                         make_join(tables, keys.reference));
    const Oid view = create_mapping_view(sql.data, tables.lines->rd_rel->relowner);
    execute_as_owner(psprintf(
        "COMMENT ON VIEW credits.%s IS %s", quote_identifier(name),
        quote_literal_cstr(psprintf("How a line of %s reads; made by credits.attach().", pg::table_name(arguments.line_table)))));
    return view;
}

constexpr const char* record_source =
    "INSERT INTO credits.source (line_table, mapping, header_table, kind, article, quantity, amount, customer, document_date,"
    " document_number, line_key, header_key, line_header, applies_to, counts_when, zero_columns, currency, entered_by, from_date,"
    " has_history, check_at, attached_at, attached_by, quantity_is_interval, origin, origin_table,"
    " refers_to)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,"
    " EXISTS (SELECT FROM credits.entry AS e WHERE e.line_table OPERATOR(pg_catalog.=) $1), $20, pg_catalog.clock_timestamp(), "
    "$21, $22, $23, $24, $25)";

pg::Parameter text_parameter(const char* value)
{
    return {TEXTOID, value == nullptr ? Datum(0) : pg::to_text(value), value == nullptr};
}

pg::Parameter names_parameter(Relation table, const Columns& columns)
{
    constexpr Oid name_array = 1003; // _name: the catalog headers give it no symbol
    return {name_array, table == nullptr ? Datum(0) : PointerGetDatum(names_of(table, columns)), table == nullptr};
}

void insert_source(const Arguments& arguments, const MappedTables& tables, const Keys& keys, Oid mapping)
{
    const pg::Parameter parameters[]{
        {REGCLASSOID, ObjectIdGetDatum(arguments.line_table), false},
        {REGCLASSOID, ObjectIdGetDatum(mapping), false},
        {REGCLASSOID, ObjectIdGetDatum(arguments.header_table), !OidIsValid(arguments.header_table)},
        text_parameter(arguments.kind),
        text_parameter(arguments.article),
        text_parameter(arguments.quantity),
        text_parameter(arguments.amount),
        text_parameter(arguments.customer),
        text_parameter(arguments.document_date),
        text_parameter(arguments.document_number),
        names_parameter(tables.lines, keys.line_key),
        names_parameter(tables.header, keys.reference.header_columns),
        names_parameter(tables.header == nullptr ? nullptr : tables.lines, keys.reference.line_columns),
        text_parameter(arguments.applies_to),
        text_parameter(arguments.counts_when),
        names_parameter(tables.lines, keys.zero_columns),
        text_parameter(arguments.currency),
        text_parameter(arguments.entered_by),
        {DATEOID, DateADTGetDatum(arguments.from_date), !arguments.has_from_date},
        text_parameter(arguments.check_at),
        text_parameter(GetUserNameFromId(GetUserId(), false)),
        {BOOLOID, BoolGetDatum(is_interval(tables, arguments.quantity)), false},
        text_parameter(arguments.origin),
        {REGCLASSOID, ObjectIdGetDatum(arguments.origin_table), !OidIsValid(arguments.origin_table)},
        text_parameter(arguments.refers_to),
    };
    pg::run({.role = catalog().owner, .sql = record_source, .parameters = parameters, .reads_only = false});
    CommandCounterIncrement();
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_attach);
}

/// attach(line_table regclass, kind text, …): see the COMMENT on the SQL function.
Datum credits_attach(PG_FUNCTION_ARGS)
{
    const Arguments arguments = read_arguments(fcinfo);
    come_to_gate();
    const MappedTables tables = open_tables(arguments);
    if (find_source_row(arguments.line_table).has_value())
        errors::already_attached(arguments.line_table);
    require_attached_origin(arguments.line_table, arguments.origin_table);
    const Keys keys = find_keys(tables, arguments);
    const Oid mapping = create_mapping(arguments, tables, keys);
    create_triggers_of_lines(tables.lines, keys.line_key, keys.zero_columns.count > 0);
    if (tables.header != nullptr && !is_view(arguments.header_table))
        create_triggers_of_headers(tables.header);
    insert_source(arguments, tables, keys, mapping);
    check_source(arguments.line_table);
    check_origin(arguments.line_table);
    if (tables.header != nullptr)
        relation_close(tables.header, NoLock);
    relation_close(tables.lines, NoLock);
    PG_RETURN_VOID();
}

} // namespace credits
