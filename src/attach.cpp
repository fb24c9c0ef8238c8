// attach and detach: the mapping function, the triggers and the row in credits.source.
// The caller must own the tables; what is created is created by the extension's owner, so that he needs no right on its schema.
#include <array>

#include "attach_keys.hpp"
#include "catalog.hpp"
#include "errors.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"
#include "pg/text.hpp"
#include "pg/version.hpp"
#include "source.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
}

namespace credits
{

namespace
{

/// The arguments of attach, in their order. Null pointers stand for SQL's null.
struct Arguments {
    Oid line_table;
    const char* kind;
    const char* article;
    const char* quantity;
    const char* amount;
    const char* customer;
    const char* document_date;
    const char* document_number;
    ArrayType* line_key;
    Oid header_table;
    ArrayType* header_key;
    ArrayType* line_header;
    const char* applies_to;
    const char* counts_when;
    ArrayType* zero_columns;
    const char* origin;
    Oid origin_table;
    const char* refers_to;
    const char* currency;
    const char* entered_by;
    bool has_from_date;
    DateADT from_date;
    const char* check_at;
};

constexpr std::array<std::string_view, 7> kinds{"invoice",  "delivery_note", "cash_sale", "service_report",
                                                "helpdesk", "event",         "other"};

const char* text_argument(FunctionCallInfo fcinfo, int i)
{
    return PG_ARGISNULL(i) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(i));
}

ArrayType* array_argument(FunctionCallInfo fcinfo, int i) { return PG_ARGISNULL(i) ? nullptr : PG_GETARG_ARRAYTYPE_P(i); }

Oid oid_argument(FunctionCallInfo fcinfo, int i) { return PG_ARGISNULL(i) ? InvalidOid : PG_GETARG_OID(i); }

Arguments read_arguments(FunctionCallInfo fcinfo)
{
    return {
        .line_table = oid_argument(fcinfo, 0),
        .kind = text_argument(fcinfo, 1),
        .article = text_argument(fcinfo, 2),
        .quantity = text_argument(fcinfo, 3),
        .amount = text_argument(fcinfo, 4),
        .customer = text_argument(fcinfo, 5),
        .document_date = text_argument(fcinfo, 6),
        .document_number = text_argument(fcinfo, 7),
        .line_key = array_argument(fcinfo, 8),
        .header_table = oid_argument(fcinfo, 9),
        .header_key = array_argument(fcinfo, 10),
        .line_header = array_argument(fcinfo, 11),
        .applies_to = text_argument(fcinfo, 12),
        .counts_when = text_argument(fcinfo, 13),
        .zero_columns = array_argument(fcinfo, 14),
        .origin = text_argument(fcinfo, 15),
        .origin_table = oid_argument(fcinfo, 16),
        .refers_to = text_argument(fcinfo, 17),
        .currency = text_argument(fcinfo, 18),
        .entered_by = text_argument(fcinfo, 19),
        .has_from_date = !PG_ARGISNULL(20),
        .from_date = PG_ARGISNULL(20) ? 0 : PG_GETARG_DATEADT(20),
        .check_at = text_argument(fcinfo, 21),
    };
}

void check_arguments(const Arguments& arguments)
{
    const auto require = [](bool is_given, const char* name) {
        if (!is_given)
            errors::missing_argument(name);
    };
    require(OidIsValid(arguments.line_table), "line_table");
    require(arguments.kind != nullptr, "kind");
    require(arguments.article != nullptr, "article");
    require(arguments.quantity != nullptr, "quantity");
    require(arguments.customer != nullptr, "customer");
    require(arguments.document_date != nullptr, "document_date");
    require(arguments.check_at != nullptr, "check_at");
    const std::string_view check_at = arguments.check_at;
    if (check_at == "commit")
        errors::not_supported("check_at => 'commit'", "Attach the table with check_at => 'statement'.");
    if (check_at != "statement")
        errors::invalid_argument("check_at", arguments.check_at, "It is 'statement' or 'commit'.");
    if (arguments.origin != nullptr || OidIsValid(arguments.origin_table))
        errors::not_supported("a line made from another line (argument \"origin\")", nullptr);
    if (arguments.refers_to != nullptr)
        errors::not_supported("a credit note line that names its sale line (argument \"refers_to\")", nullptr);
    if (!OidIsValid(arguments.header_table) && (arguments.header_key != nullptr || arguments.line_header != nullptr))
        errors::missing_argument("header_table");
}

/// Opens a table that its owner wants to attach, so that nobody writes to it meanwhile.
Relation open_own_table(Oid oid)
{
    const Relation table = relation_open(oid, ShareRowExclusiveLock);
    if (!pg::owns_table(oid, GetUserId()))
        errors::not_owner(oid);
    return table;
}

void check_line_table(Relation table)
{
    const Oid oid = RelationGetRelid(table);
    if (table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
        errors::not_supported("a partitioned line table", nullptr);
    if (table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relispartition ||
        table->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
        errors::wrong_table_kind(oid, "A line table is an ordinary table: no partition, view, foreign or temporary table.");
    if (IsSystemRelation(table) || RelationGetNamespace(table) == catalog().schema)
        errors::wrong_table_kind(oid, "It belongs to PostgreSQL or to credits itself.");
    if (has_superclass(oid) || has_subclass(oid))
        errors::not_supported("a line table with inheritance", nullptr);
}

void check_header_table(Relation table)
{
    const char kind = table->rd_rel->relkind;
    if (kind == RELKIND_VIEW || kind == RELKIND_MATVIEW)
        errors::not_supported("a header that is a view", nullptr);
    if (kind == RELKIND_PARTITIONED_TABLE || table->rd_rel->relispartition)
        errors::not_supported("a partitioned header table", nullptr);
    if (kind != RELKIND_RELATION || table->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
        errors::wrong_table_kind(RelationGetRelid(table), "A header table is an ordinary table.");
    if (has_subclass(RelationGetRelid(table)))
        errors::not_supported("a header table with inheritance", nullptr);
}

MappedTables open_tables(const Arguments& arguments)
{
    MappedTables tables{.lines = open_own_table(arguments.line_table), .header = nullptr};
    check_line_table(tables.lines);
    if (OidIsValid(arguments.header_table)) {
        tables.header = open_own_table(arguments.header_table);
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

/// The columns of the line and the header that belong together, and the price columns, as attach found them.
struct Keys {
    Columns line_key;
    Columns zero_columns;
    HeaderReference reference;
};

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
    if (arguments.header_key != nullptr)
        check_unique(tables.header, find_columns(tables.header, arguments.header_key));
    keys.reference = find_header_reference(tables, arguments.line_header, arguments.header_key);
    return keys;
}

const char* kind_text(const char* kind)
{
    return std::ranges::find(kinds, std::string_view(kind)) == kinds.end() ? kind : quote_literal_cstr(kind);
}

/// NOT (line.price IS DISTINCT FROM 0 OR …)
const char* zeroed_text(const MappedTables& tables, const Columns& columns)
{
    if (columns.count == 0)
        return "true";
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < columns.count; i++)
        appendStringInfo(&sql, "%sline.%s IS DISTINCT FROM 0", i == 0 ? "NOT (" : " OR ",
                         pg::column_name(RelationGetRelid(tables.lines), columns.numbers[i]));
    appendStringInfoChar(&sql, ')');
    return sql.data;
}

/// header.id OPERATOR(pg_catalog.=) line.invoice_id [AND …]
const char* joined_text(const MappedTables& tables, const HeaderReference& reference)
{
    if (tables.header == nullptr)
        return "true";
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < reference.line_columns.count; i++)
        appendStringInfo(&sql, "%sheader.%s %s line.%s", i == 0 ? "" : " AND ",
                         pg::column_name(RelationGetRelid(tables.header), reference.header_columns.numbers[i]),
                         pg::operator_name(reference.operators[i]),
                         pg::column_name(RelationGetRelid(tables.lines), reference.line_columns.numbers[i]));
    return sql.data;
}

/// A line counts when the caller's condition holds, and not before the cut-over.
const char* counts_text(const MappedTables& tables, const Arguments& arguments)
{
    const char* const condition = arguments.counts_when == nullptr ? "true" : arguments.counts_when;
    const char* const counts = make_fact(tables, "counts_when", condition, Expected::boolean);
    const char* const applies =
        make_fact(tables, "applies_to", arguments.applies_to == nullptr ? "true" : arguments.applies_to, Expected::boolean);
    if (!arguments.has_from_date)
        return psprintf("%s AND %s", applies, counts);
    return psprintf("%s AND %s AND %s >= (DATE '2000-01-01' + %d)", applies, counts,
                    make_fact(tables, "document_date", arguments.document_date, Expected::day), arguments.from_date);
}

/// The fields of line_facts, in the order of enum Fact.
const char* make_facts(const MappedTables& tables, const Arguments& arguments, const Keys& keys)
{
    const auto fact = [&](const char* argument, const char* text, Expected expected) {
        if (text != nullptr)
            return make_fact(tables, argument, text, expected);
        return expected == Expected::number ? "NULL::pg_catalog.numeric" : "NULL::pg_catalog.text";
    };
    const std::array<const char*, fact_count> facts{
        make_key_text(tables, keys.line_key),
        fact("kind", kind_text(arguments.kind), Expected::text),
        fact("article", arguments.article, Expected::text),
        fact("quantity", arguments.quantity, Expected::number),
        fact("amount", arguments.amount, Expected::number),
        fact("customer", arguments.customer, Expected::text),
        fact("document_date", arguments.document_date, Expected::day),
        fact("document_number", arguments.document_number, Expected::text),
        fact("applies_to", arguments.applies_to == nullptr ? "true" : arguments.applies_to, Expected::boolean),
        counts_text(tables, arguments),
        fact("currency", arguments.currency, Expected::text),
        fact("entered_by", arguments.entered_by, Expected::text),
        zeroed_text(tables, keys.zero_columns),
        joined_text(tables, keys.reference),
    };
    StringInfoData sql;
    initStringInfo(&sql);
    for (const char* const text : facts)
        appendStringInfo(&sql, "%s\n    %s", text == facts.front() ? "" : ",", text);
    return sql.data;
}

void execute(const char* sql) { pg::run({.role = catalog().owner, .sql = sql, .parameters = {}, .reads_only = false}); }

const char* signature_of(Oid line_table, Oid header_table)
{
    if (!OidIsValid(header_table))
        return psprintf("credits._line_facts(line %s)", pg::table_name(line_table));
    return psprintf("credits._line_facts(line %s, header %s)", pg::table_name(line_table), pg::table_name(header_table));
}

void create_mapping(const Arguments& arguments, const char* facts)
{
    const char* const signature = signature_of(arguments.line_table, arguments.header_table);
    execute(psprintf("CREATE FUNCTION %s RETURNS credits.line_facts LANGUAGE sql IMMUTABLE\nRETURN ROW(%s\n)::credits.line_facts",
                     signature, facts));
    // It is the extension owner's, so that nobody else alters it; it is inlined, and evaluated, as the line table's owner.
    execute(psprintf("GRANT EXECUTE ON FUNCTION %s TO PUBLIC", signature));
    execute(psprintf("COMMENT ON FUNCTION %s IS 'How a line of %s reads; made by credits.attach().'", signature,
                     pg::table_name(arguments.line_table)));
}

void create_trigger(const char* name, const char* event, Oid table, const char* clauses, const char* function)
{
    execute(psprintf("CREATE TRIGGER %s %s ON %s %s EXECUTE FUNCTION credits.%s()", name, event, pg::table_name(table), clauses,
                     function));
}

/// Triggers of one kind fire in the order of their names: ours come last, so that they see what others have made of a line.
void create_triggers(const Arguments& arguments, const Keys& keys)
{
    const Oid lines = arguments.line_table;
    if (keys.zero_columns.count > 0)
        create_trigger("zz_credits_price", "BEFORE INSERT OR UPDATE", lines, "FOR EACH ROW", "_price_line");
    create_trigger("zz_credits_insert", "AFTER INSERT", lines, "REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT",
                   "_line_changed");
    create_trigger("zz_credits_update", "AFTER UPDATE", lines,
                   "REFERENCING OLD TABLE AS old_lines NEW TABLE AS new_lines FOR EACH STATEMENT", "_line_changed");
    create_trigger("zz_credits_delete", "AFTER DELETE", lines, "REFERENCING OLD TABLE AS old_lines FOR EACH STATEMENT",
                   "_line_changed");
    create_trigger("zz_credits_truncate", "BEFORE TRUNCATE", lines, "FOR EACH STATEMENT", "_line_truncated");
    if (OidIsValid(arguments.header_table) && line_tables_of_header(arguments.header_table).size() == 1)
        create_trigger("zz_credits_header", "AFTER UPDATE", arguments.header_table,
                       "REFERENCING OLD TABLE AS old_headers NEW TABLE AS new_headers FOR EACH STATEMENT", "_header_changed");
}

constexpr const char* record_source =
    "INSERT INTO credits.source (line_table, mapping, header_table, kind, article, quantity, amount, customer, document_date,"
    " document_number, line_key, header_key, line_header, applies_to, counts_when, zero_columns, currency, entered_by, from_date,"
    " has_history, check_at, attached_at, attached_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,"
    " EXISTS (SELECT FROM credits.entry AS e WHERE e.line_table OPERATOR(pg_catalog.=) $1), $20, pg_catalog.clock_timestamp(), "
    "$21)";

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
        {REGPROCEDUREOID, ObjectIdGetDatum(mapping), false},
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
    };
    pg::run({.role = catalog().owner, .sql = record_source, .parameters = parameters, .reads_only = false});
    CommandCounterIncrement();
}

Oid find_mapping(Oid line_table, Oid header_table)
{
    Oid types[]{get_rel_type_id(line_table), OidIsValid(header_table) ? get_rel_type_id(header_table) : InvalidOid};
    List* const name = list_make2(makeString(pstrdup("credits")), makeString(pstrdup("_line_facts")));
    return LookupFuncName(name, OidIsValid(header_table) ? 2 : 1, types, false);
}

bool is_attached(Oid line_table)
{
    bool found = false;
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(line_table), false}};
    pg::run({.role = catalog().owner,
             .sql = "SELECT FROM credits.source AS s WHERE s.line_table OPERATOR(pg_catalog.=) $1",
             .parameters = parameters,
             .reads_only = true},
            [&] { found = SPI_processed > 0; });
    return found;
}

void drop_trigger(const char* name, Oid table)
{
    execute(psprintf("DROP TRIGGER IF EXISTS %s ON %s", name, pg::table_name(table)));
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_attach);
PG_FUNCTION_INFO_V1(credits_detach);
}

/// attach(line_table regclass, kind text, …): see the COMMENT on the SQL function.
Datum credits_attach(PG_FUNCTION_ARGS)
{
    const Arguments arguments = read_arguments(fcinfo);
    check_arguments(arguments);
    const MappedTables tables = open_tables(arguments);
    if (is_attached(arguments.line_table))
        errors::already_attached(arguments.line_table);
    const Keys keys = find_keys(tables, arguments);
    create_mapping(arguments, make_facts(tables, arguments, keys));
    insert_source(arguments, tables, keys, find_mapping(arguments.line_table, arguments.header_table));
    check_source(arguments.line_table);
    create_triggers(arguments, keys);
    if (tables.header != nullptr)
        relation_close(tables.header, NoLock);
    relation_close(tables.lines, NoLock);
    PG_RETURN_VOID();
}

/// detach(line_table regclass): takes the triggers and the mapping away; entries stay.
Datum credits_detach(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(0))
        errors::missing_argument("line_table");
    const Oid line_table = PG_GETARG_OID(0);
    const Relation lines = open_own_table(line_table);
    if (!is_attached(line_table))
        errors::not_attached(line_table);
    const Oid header_table = get_source(line_table).header_table;
    for (const char* const trigger :
         {"zz_credits_price", "zz_credits_insert", "zz_credits_update", "zz_credits_delete", "zz_credits_truncate"})
        drop_trigger(trigger, line_table);
    if (OidIsValid(header_table) && line_tables_of_header(header_table).size() == 1)
        drop_trigger("zz_credits_header", header_table);
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(line_table), false}};
    pg::run({.role = catalog().owner,
             .sql = "DELETE FROM credits.source AS s WHERE s.line_table OPERATOR(pg_catalog.=) $1",
             .parameters = parameters,
             .reads_only = false});
    execute(psprintf("DROP FUNCTION %s", signature_of(line_table, header_table)));
    relation_close(lines, NoLock);
    PG_RETURN_VOID();
}

} // namespace credits
