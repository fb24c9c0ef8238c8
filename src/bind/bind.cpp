// bind_customers, bind_articles and unbind: the ERP's own table as the source of settings. The mapping view, the triggers and the
// row in credits.binding; then what is there already is taken over. The caller must own the table and be in credits_management;
// what is created is created by the extension's owner, so that he needs no right on its schema.
#include "bind/binding.hpp"
#include "bind/bound_rows.hpp"
#include "bind/bound_table.hpp"
#include "bind/take_over.hpp"
#include "errors/attaching.hpp"
#include "errors/binding.hpp"
#include "errors/registering.hpp"
#include "mapping/callers_table.hpp"
#include "mapping/key_columns.hpp"
#include "mapping/mapping_view.hpp"
#include "pg/memory.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"
#include "schema/gate.hpp"

namespace credits
{

namespace
{

struct Setting {
    const char* name; // of the argument, the column of the view and that of credits.binding
    Expected expected;
};

/// What one of the two functions binds: the settings in the order of its arguments, after the table.
struct Kind {
    const char* function;
    const char* name;
    int count;
    Setting settings[most_settings];
};

constexpr Kind customers{.function = "bind_customers",
                         .name = "customers",
                         .count = customer_setting::count,
                         .settings = {{"key", Expected::text},
                                      {"works_with_credits", Expected::boolean},
                                      {"name", Expected::text},
                                      {"account_of", Expected::text}}};
constexpr Kind articles{.function = "bind_articles",
                        .name = "articles",
                        .count = article_setting::count,
                        .settings = {{"key", Expected::text},
                                     {"credit_type", Expected::code_or_id},
                                     {"coefficient", Expected::number},
                                     {"ledger_account", Expected::text},
                                     {"description", Expected::text}}};

struct BindArguments {
    const Kind* kind;
    Oid erp_table;
    const char* settings[most_settings]; // null: not given
};

BindArguments read_arguments(FunctionCallInfo fcinfo, const Kind& kind)
{
    BindArguments arguments{.kind = &kind, .erp_table = InvalidOid, .settings = {}};
    if (PG_ARGISNULL(0))
        errors::missing_argument("erp_table");
    if (PG_ARGISNULL(1))
        errors::missing_argument("key");
    arguments.erp_table = PG_GETARG_OID(0);
    for (int i = 0; i < kind.count; i++)
        if (!PG_ARGISNULL(i + 1))
            arguments.settings[i] = text_to_cstring(PG_GETARG_TEXT_PP(i + 1));
    return arguments;
}

/// One of them alone would leave the other to be kept by hand, and neither may be there without it.
void require_type_with_coefficient(const BindArguments& arguments)
{
    const bool has_type = arguments.settings[article_setting::credit_type] != nullptr;
    const bool has_coefficient = arguments.settings[article_setting::coefficient] != nullptr;
    if (has_type != has_coefficient)
        errors::missing_argument(has_type ? "coefficient" : "credit_type");
}

const char* null_of(Expected expected)
{
    return expected == Expected::boolean  ? "NULL::pg_catalog.bool"
           : expected == Expected::number ? "NULL::pg_catalog.numeric"
                                          : "NULL::pg_catalog.text";
}

/// CREATE VIEW credits._party_customers (key, works_with_credits, name, account_of, extension) AS
/// SELECT party.code::pg_catalog.text, … FROM erp.party AS party
/// As with attach, nobody selects from it: PostgreSQL follows renames, refuses to drop a column in use, and dumps it.
Oid create_mapping(const BindArguments& arguments, Relation table)
{
    const char* const table_name = RelationGetRelationName(table);
    const char* const name =
        ChooseRelationName(psprintf("_%s", table_name), nullptr, arguments.kind->name, catalog().schema, false);
    const MappedTables tables{
        .lines = table, .header = nullptr, .name = table_name, .stands_alone = true, .asker = arguments.kind->function};
    StringInfoData names;
    StringInfoData values;
    initStringInfo(&names);
    initStringInfo(&values);
    for (int i = 0; i < arguments.kind->count; i++) {
        const Setting& setting = arguments.kind->settings[i];
        const char* const given = arguments.settings[i];
        appendStringInfo(&names, "%s, ", setting.name);
        appendStringInfo(&values, "\n    %s,",
                         given == nullptr ? null_of(setting.expected) : make_fact(tables, setting.name, given, setting.expected));
    }
    const char* const create_view = psprintf(
        "CREATE VIEW credits.%s (%sextension) AS SELECT%s\n    NULL::credits._mapping\nFROM %s AS %s", quote_identifier(name),
        names.data, values.data, pg::table_name(arguments.erp_table), quote_identifier(table_name));
    const Oid view = create_mapping_view(create_view, table->rd_rel->relowner);
    execute_as_owner(psprintf("COMMENT ON VIEW credits.%s IS %s", quote_identifier(name),
                              quote_literal_cstr(psprintf("How a row of %s reads; made by credits.%s().",
                                                          pg::table_name(arguments.erp_table), arguments.kind->function))));
    return view;
}

/// They come last, so that they see what other triggers have made of a row.
void create_triggers(Oid erp_table)
{
    constexpr const char* clauses[]{"AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows",
                                    "AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
                                    "AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows", "BEFORE TRUNCATE ON %s"};
    for (size_t i = 0; i < bound_triggers.size(); i++) {
        StringInfoData sql;
        initStringInfo(&sql);
        appendStringInfo(&sql, "CREATE TRIGGER %s ", bound_triggers[i]);
        appendStringInfo(&sql, clauses[i], pg::table_name(erp_table)); // NOLINT: each has one %s
        appendStringInfoString(&sql, " FOR EACH STATEMENT EXECUTE FUNCTION credits._bound_changed()");
        execute_as_owner(sql.data);
    }
}

/// INSERT INTO credits.binding (erp_table, mapping, settings, bound_at, bound_by, key, …) VALUES ($1, …, $5, …)
void insert_binding(const BindArguments& arguments, Oid mapping)
{
    pg::Parameter parameters[4 + most_settings]{
        {REGCLASSOID, ObjectIdGetDatum(arguments.erp_table), false},
        {REGCLASSOID, ObjectIdGetDatum(mapping), false},
        {TEXTOID, pg::to_text(arguments.kind->name), false},
        {TEXTOID, pg::to_text(GetUserNameFromId(GetUserId(), false)), false},
    };
    StringInfoData columns;
    StringInfoData values;
    initStringInfo(&columns);
    initStringInfo(&values);
    for (int i = 0; i < arguments.kind->count; i++) {
        const char* const text = arguments.settings[i];
        parameters[4 + i] = {TEXTOID, text == nullptr ? Datum(0) : pg::to_text(text), text == nullptr};
        appendStringInfo(&columns, ", %s", arguments.kind->settings[i].name);
        appendStringInfo(&values, ", $%d", 5 + i);
    }
    pg::run({.role = catalog().owner,
             .sql = psprintf("INSERT INTO credits.binding (erp_table, mapping, settings, bound_at, bound_by%s)"
                             " VALUES ($1, $2, $3, pg_catalog.clock_timestamp(), $4%s)",
                             columns.data, values.data),
             .parameters = {parameters, static_cast<size_t>(4 + arguments.kind->count)},
             .reads_only = false});
    CommandCounterIncrement();
}

void take_over_all(const Binding& binding, Relation table)
{
    pg::with_memory("credits bound rows", [&] {
        BoundRows rows = begin_bound_rows(binding);
        scan_bound_table(rows, table, Scanned::now);
        take_over(rows);
    });
}

void bind(const BindArguments& arguments)
{
    come_to_gate();
    const Relation table = open_callers_table("bind", arguments.erp_table);
    check_bound_table(table);
    if (OidIsValid(find_mapping(arguments.erp_table)))
        errors::already_bound(arguments.erp_table);
    const Oid mapping = create_mapping(arguments, table);
    create_triggers(arguments.erp_table);
    insert_binding(arguments, mapping);
    const Binding& binding = get_binding(arguments.erp_table);
    check_bound_key(binding, table);
    take_over_all(binding, table);
    relation_close(table, NoLock);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_bind_customers);
PG_FUNCTION_INFO_V1(credits_bind_articles);
PG_FUNCTION_INFO_V1(credits_unbind);
}

/// bind_customers(erp_table regclass, key text, works_with_credits text, name text, account_of text)
Datum credits_bind_customers(PG_FUNCTION_ARGS)
{
    bind(read_arguments(fcinfo, customers));
    PG_RETURN_VOID();
}

/// bind_articles(erp_table regclass, key text, credit_type text, coefficient text, ledger_account text, description text)
Datum credits_bind_articles(PG_FUNCTION_ARGS)
{
    const BindArguments arguments = read_arguments(fcinfo, articles);
    require_type_with_coefficient(arguments);
    bind(arguments);
    PG_RETURN_VOID();
}

/// unbind(erp_table regclass): takes the row, the triggers and the mapping away, as far as they are there; the settings stay.
Datum credits_unbind(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(0))
        errors::missing_argument("erp_table");
    const Oid erp_table = PG_GETARG_OID(0);
    come_to_gate();
    const Relation table = pg::exists(erp_table) ? open_callers_table("unbind", erp_table) : nullptr;
    const Oid mapping = find_mapping(erp_table);
    if (!OidIsValid(mapping))
        errors::not_bound(erp_table);
    if (table == nullptr && !has_privs_of_role(GetUserId(), catalog().owner)) // nobody else's any more
        errors::not_owner(erp_table);
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(erp_table), false}};
    pg::run({.role = catalog().owner,
             .sql = "DELETE FROM credits.binding AS b WHERE b.erp_table OPERATOR(pg_catalog.=) $1",
             .parameters = parameters,
             .reads_only = false});
    for (const char* const trigger : bound_triggers)
        if (table != nullptr && OidIsValid(get_trigger_oid(erp_table, trigger, true)))
            execute_as_owner(psprintf("DROP TRIGGER %s ON %s", trigger, pg::table_name(erp_table)));
    if (pg::exists(mapping))
        execute_as_owner(psprintf("DROP VIEW %s", pg::table_name(mapping)));
    if (table != nullptr)
        relation_close(table, NoLock);
    PG_RETURN_VOID();
}

} // namespace credits
