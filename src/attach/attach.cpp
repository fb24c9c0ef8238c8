// attach: the mapping view, the triggers and the row in credits.source, in this order: what has a row is protected.
// The caller must own the tables and be in credits_management; what is created is created by the extension's owner, so that he
// needs no right on its schema.

#include <algorithm>
#include <array>

#include "attach/descendant_triggers.hpp"
#include "attach/facts.hpp"
#include "attach/origin.hpp"
#include "attach/tables.hpp"
#include "attach/view_reference.hpp"
#include "errors/attaching.hpp"
#include "mapping/callers_table.hpp"
#include "mapping/mapping_view.hpp"
#include "pg/query.hpp"
#include "pg/relation_kind.hpp"
#include "pg/sql_text.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"
#include "schema/gate.hpp"
#include "sources/known_sources.hpp"
#include "sources/source.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

namespace
{

MappedTables open_tables(const Arguments& arguments)
{
    const Oid line_table = table_of(arguments, "line_table");
    const Oid header_table = table_of(arguments, "header_table");
    MappedTables tables{.lines = open_callers_table("attach", line_table), .header = nullptr};
    check_line_table(tables.lines);
    if (OidIsValid(header_table)) {
        if (header_table == line_table)
            errors::wrong_table_kind(header_table, "A header table is another table than that of the lines. Without "
                                                   "header_table each line is a document of its own.");
        tables.header = open_callers_table("attach", header_table);
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
            errors::wrong_column_type(argument_of(Fact::zeroed).name, column->atttypid,
                                      "a numeric, integer or floating-point type");
        if (column->attgenerated != '\0')
            errors::not_supported(psprintf("generated column \"%s\" in zero_columns", NameStr(column->attname)),
                                  "Name the columns that it is computed from.");
    }
}

/// The reference to the header, in the order of its key: as given, or else of its primary key.
HeaderReference find_reference(const MappedTables& tables, ArrayType* line_header, ArrayType* header_key)
{
    if (is_view(RelationGetRelid(tables.header)))
        return find_view_reference(tables, line_header, header_key);
    if (header_key != nullptr)
        check_unique(tables.header, find_columns(tables.header, header_key));
    HeaderReference reference = find_header_reference(tables, line_header, header_key);
    arrange(reference, header_key == nullptr ? find_primary_key(tables.header) : find_columns(tables.header, header_key));
    return reference;
}

Keys find_keys(const MappedTables& tables, const Arguments& arguments)
{
    ArrayType* const line_key = columns_of(arguments, "line_key");
    ArrayType* const zero_columns = columns_of(arguments, "zero_columns");
    Keys keys{};
    keys.line_key = line_key == nullptr ? primary_key(tables.lines) : find_columns(tables.lines, line_key);
    check_unique(tables.lines, keys.line_key);
    if (zero_columns != nullptr)
        keys.zero_columns = find_columns(tables.lines, zero_columns);
    check_zero_columns(tables.lines, keys.zero_columns);
    if (tables.header != nullptr)
        keys.reference = find_reference(tables, columns_of(arguments, "line_header"), columns_of(arguments, "header_key"));
    return keys;
}

/// CREATE VIEW credits._invoice_line_lines (line_key, …) AS
/// SELECT … FROM erp.invoice_line AS line LEFT JOIN erp.invoice AS header ON header.id OPERATOR(pg_catalog.=) line.invoice_id
/// Nobody selects from it: it keeps the mapping where PostgreSQL follows renames, refuses to drop a column in use, and dumps it.
Oid create_mapping(const Arguments& arguments, const MappedTables& tables, const Keys& keys)
{
    const char* const lines = pg::table_name(RelationGetRelid(tables.lines));
    const char* const name =
        ChooseRelationName(psprintf("_%s", RelationGetRelationName(tables.lines)), nullptr, "lines", catalog().schema, false);
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "CREATE VIEW credits.%s (%s) AS SELECT%s\nFROM %s AS line", quote_identifier(name), fact_names(),
                     make_facts(tables, arguments, keys), lines);
    if (tables.header != nullptr)
        appendStringInfo(&sql, " LEFT JOIN %s AS header ON %s", pg::table_name(RelationGetRelid(tables.header)),
                         make_join(tables, keys.reference));
    const Oid view = create_mapping_view(sql.data, tables.lines->rd_rel->relowner);
    execute_as_owner(psprintf("COMMENT ON VIEW credits.%s IS %s", quote_identifier(name),
                              quote_literal_cstr(psprintf("How a line of %s reads; made by credits.attach().", lines))));
    return view;
}

/// As credits.source keeps them: with the columns of the keys that were found where none were given.
Arguments with_keys(Arguments arguments, const MappedTables& tables, const Keys& keys)
{
    set_columns(arguments, "line_key", names_of(tables.lines, keys.line_key));
    set_columns(arguments, "zero_columns", names_of(tables.lines, keys.zero_columns));
    if (tables.header == nullptr)
        return arguments;
    set_columns(arguments, "header_key", names_of(tables.header, keys.reference.header_columns));
    set_columns(arguments, "line_header", names_of(tables.lines, keys.reference.line_columns));
    return arguments;
}

/// INSERT INTO credits.source (line_table, …) VALUES ($1, …): the arguments, and what attach knows by itself.
void insert_source(const Arguments& arguments, const MappedTables& tables, Oid mapping)
{
    constexpr int known = 4;
    pg::Parameter parameters[known + argument_count]{
        {REGCLASSOID, ObjectIdGetDatum(RelationGetRelid(tables.lines)), false},
        {REGCLASSOID, ObjectIdGetDatum(mapping), false},
        {TEXTOID, pg::to_text(GetUserNameFromId(GetUserId(), false)), false},
        {BOOLOID, BoolGetDatum(is_interval(tables, expression_of(arguments, Fact::quantity))), false},
    };
    StringInfoData columns;
    StringInfoData values;
    initStringInfo(&columns);
    initStringInfo(&values);
    for (int i = 0; i < argument_count; i++) {
        const NullableDatum& given = arguments.values[i];
        parameters[known + i] = {type_of(attach_arguments[i]), given.value, given.isnull};
        appendStringInfo(&columns, ", %s", attach_arguments[i].name);
        appendStringInfo(&values, ", $%d", known + 1 + i);
    }
    pg::run({.role = catalog().owner,
             .sql = psprintf(
                 "INSERT INTO credits.source (mapping, attached_by, quantity_is_interval, source_no, has_history, attached_at%s)"
                 " VALUES ($2, $3, $4, credits._number_source($1, $%d), false, pg_catalog.clock_timestamp()%s)",
                 columns.data, known + 1 + position_of("continues", Given::name), values.data),
             .parameters = parameters,
             .reads_only = false});
    pg::run({.role = catalog().owner,
             .sql = "SELECT credits._know_history($1)",
             .parameters = std::span(parameters).first(1),
             .reads_only = false});
    CommandCounterIncrement();
}

/// What is checked by statement is checked at commit, too, once something else was noted (rule 13): some ERPs hide that.
void check_all_check_at()
{
    bool some_at_commit = false;
    bool some_by_statement = false;
    for_each_source_row([&](const SourceRow& row) { (row.checks_at_commit ? some_at_commit : some_by_statement) = true; });
    if (some_at_commit && some_by_statement)
        errors::advise_check_at();
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_attach);
}

/// attach(line_table regclass, kind text, …): see the COMMENT on the SQL function.
Datum credits_attach(PG_FUNCTION_ARGS)
{
    const Arguments arguments = read_arguments(fcinfo);
    const Oid line_table = table_of(arguments, "line_table");
    come_to_gate();
    const MappedTables tables = open_tables(arguments);
    if (find_source_row(line_table).has_value())
        errors::already_attached(line_table);
    hold_origin_table(line_table, table_of(arguments, "origin_table"));
    const Keys keys = find_keys(tables, arguments);
    const Oid mapping = create_mapping(arguments, tables, keys);
    create_triggers_of_lines(tables.lines, keys.line_key, keys.zero_columns.count > 0);
    if (tables.header != nullptr && !is_view(RelationGetRelid(tables.header)))
        create_triggers_of_headers(tables.header);
    insert_source(with_keys(arguments, tables, keys), tables, mapping);
    check_source(line_table);
    check_origin(line_table);
    check_all_check_at();
    if (tables.header != nullptr)
        relation_close(tables.header, NoLock);
    relation_close(tables.lines, NoLock);
    PG_RETURN_VOID();
}

} // namespace credits
