// Checks what attach is given, at attach time rather than at the first save.
#include "mapping/expression.hpp"

#include <algorithm>
#include <array>

#include "errors/attaching.hpp"
#include "pg/identity.hpp"
#include "pg/version.hpp"

extern "C" {
#include "parser/parse_collate.h"
}

namespace credits
{

namespace
{

/// The one expression in a text such as "quantity" or "line.quantity * line.unit_price"; anything else is refused.
Node* parse_one_expression(const char* argument, const char* text)
{
    const List* const statements = raw_parser(text, RAW_PARSE_PLPGSQL_EXPR);
    const auto* raw = static_cast<const RawStmt*>(linitial(statements));
    const auto* select = reinterpret_cast<const SelectStmt*>(raw->stmt);
    const bool is_plain = list_length(statements) == 1 && IsA(raw->stmt, SelectStmt) && list_length(select->targetList) == 1 &&
                          select->distinctClause == NIL && select->intoClause == nullptr && select->fromClause == NIL &&
                          select->whereClause == nullptr && select->groupClause == NIL && select->havingClause == nullptr &&
                          select->windowClause == NIL && select->valuesLists == NIL && select->sortClause == NIL &&
                          select->limitOffset == nullptr && select->limitCount == nullptr && select->lockingClause == NIL &&
                          select->withClause == nullptr && select->op == SETOP_NONE;
    const auto* target = is_plain ? static_cast<const ResTarget*>(linitial(select->targetList)) : nullptr;
    if (target == nullptr || target->name != nullptr || target->indirection != NIL)
        errors::not_one_expression(argument, text);
    return target->val;
}

bool has_subquery(Node* node, void* context)
{
    if (node == nullptr)
        return false;
    return IsA(node, SubLink) || pg::walk_raw_expression(node, has_subquery, context);
}

/// The name of a column of the line that stands alone; null for anything else.
const char* bare_column(Node* expression)
{
    if (!IsA(expression, ColumnRef))
        return nullptr;
    const List* const fields = reinterpret_cast<ColumnRef*>(expression)->fields;
    if (list_length(fields) != 1 || !IsA(linitial(fields), String))
        return nullptr;
    return strVal(linitial(fields));
}

void add_table(ParseState* state, Relation table, const char* name, bool stands_alone)
{
    if (table == nullptr)
        return;
    ParseNamespaceItem* const item =
        addRangeTableEntryForRelation(state, table, AccessShareLock, makeAlias(name, NIL), false, true);
    addNSItemToQuery(state, item, false, true, stands_alone); // else by `line.` and `header.` only
}

/// Analyses an expression over `line` and `header`; the rules are those of a generated column: no subquery, aggregate or set.
/// What virtual columns are computed from is judged like the expression itself.
Node* analyse(const MappedTables& tables, const char* text, Node* expression)
{
    ParseState* const state = make_parsestate(nullptr);
    state->p_sourcetext = text;
    add_table(state, tables.lines, tables.name, tables.stands_alone);
    add_table(state, tables.header, "header", false);
    Node* analysed = transformExpr(state, expression, EXPR_KIND_GENERATED_COLUMN);
    assign_expr_collations(state, analysed);
    free_parsestate(state);
    analysed = pg::expand_virtual_columns(analysed, tables.lines, 1);
    return tables.header == nullptr ? analysed : pg::expand_virtual_columns(analysed, tables.header, 2);
}

Node* parse_and_analyse(const MappedTables& tables, const char* argument, const char* text)
{
    Node* const expression = parse_one_expression(argument, text);
    if (has_subquery(expression, nullptr))
        errors::not_supported(psprintf("a subquery in argument \"%s\"", argument), "It may read the row and its header only.");
    return analyse(tables, text, expression);
}

bool is_number(Oid type)
{
    constexpr std::array<Oid, 6> numbers{NUMERICOID, INT2OID, INT4OID, INT8OID, FLOAT4OID, FLOAT8OID};
    return std::ranges::find(numbers, type) != numbers.end();
}

/// Checks the type, and returns the type that the fact has.
const char* check_type(const char* argument, Oid type, Expected expected)
{
    const Oid base = getBaseType(type);
    switch (expected) {
    case Expected::number:
        if (!is_number(base))
            errors::wrong_column_type(argument, type, "a numeric, integer or floating-point type");
        return "numeric";
    case Expected::quantity:
        if (!is_number(base) && base != INTERVALOID)
            errors::wrong_column_type(argument, type, "a numeric, integer or floating-point type, or interval");
        return base == INTERVALOID ? "interval" : "numeric";
    case Expected::day:
        if (base != DATEOID && base != TIMESTAMPOID && base != TIMESTAMPTZOID)
            errors::wrong_column_type(argument, type, "date or timestamp");
        return "date";
    case Expected::boolean:
        if (base != BOOLOID)
            errors::wrong_column_type(argument, type, "boolean");
        return "bool";
    case Expected::code_or_id:
        return base == INT2OID || base == INT4OID || base == INT8OID ? "int8" : "text";
    case Expected::text:
        break;
    }
    return "text";
}

/// Whose text a parser's error speaks of.
struct Argument {
    const MappedTables& tables;
    const char* name;
    const char* text;
};

/// A parser's 42P01 in tables without a header: the text most likely speaks of the header.
bool lacks_header(const Argument& argument)
{
    return geterrcode() == ERRCODE_UNDEFINED_TABLE && argument.tables.header == nullptr && !argument.tables.stands_alone;
}

void explain(void* context)
{
    const auto* argument = static_cast<const Argument*>(context);
    const int position = geterrposition();
    if (position > 0) {
        errposition(0);
        internalerrposition(position);
        internalerrquery(argument->text);
    }
    if (lacks_header(*argument))
        errors::advise_header_table();
    errcontext("argument \"%s\" of credits.%s", argument->name, argument->tables.asker);
}

/// Calls fn() as the owner of the table, since a literal of a type of his is read while it is parsed, and a domain in it checked.
/// Errors name the argument and show its text.
template <class Fn>
auto with_argument(const MappedTables& tables, const char* name, const char* text, Fn fn)
{
    Argument argument{.tables = tables, .name = name, .text = text};
    ErrorContextCallback callback{.previous = error_context_stack, .callback = explain, .arg = &argument};
    error_context_stack = &callback; // an error unwinds it
    auto result = pg::as_owner(tables.lines->rd_rel->relowner, fn);
    error_context_stack = callback.previous;
    return result;
}

/// The argument as SQL: a column of the line by its name alone, or an expression.
const char* to_expression(const MappedTables& tables, const char* argument, const char* text)
{
    const char* const column =
        bare_column(with_argument(tables, argument, text, [&] { return parse_one_expression(argument, text); }));
    // The line break ends a comment that the text may end with.
    return column == nullptr ? psprintf("(%s\n)", text)
                             : psprintf("%s.%s", quote_identifier(tables.name), quote_identifier(column));
}

/// PostgreSQL calls them immutable, but they write by extra_float_digits or bytea_output, which anybody may set: the key, article
/// or customer of a line would be another one for him.
bool writes_by_setting(Oid function, void*)
{
    constexpr std::array<Oid, 10> writers{F_FLOAT4OUT, F_FLOAT8OUT, F_BYTEAOUT, F_POINT_OUT, F_LSEG_OUT,
                                          F_PATH_OUT,  F_BOX_OUT,   F_POLY_OUT, F_LINE_OUT,  F_CIRCLE_OUT};
    return std::ranges::find(writers, function) != writers.end();
}

bool depends_on_setting(Node* node, void* context)
{
    if (node == nullptr)
        return false;
    return check_functions_in_node(node, writes_by_setting, context) || pg::walk_expression(node, depends_on_setting, context);
}

Node* analyse_argument(const MappedTables& tables, const char* argument, const char* expression)
{
    return with_argument(tables, argument, expression, [&] { return parse_and_analyse(tables, argument, expression); });
}

} // namespace

bool is_interval(const MappedTables& tables, const char* quantity)
{
    const char* const argument = argument_of(Fact::quantity).name;
    const char* const sql = to_expression(tables, argument, quantity);
    return getBaseType(exprType(analyse_argument(tables, argument, sql))) == INTERVALOID;
}

const char* make_fact(const MappedTables& tables, const char* argument, const char* text, Expected expected)
{
    const char* const sql = to_expression(tables, argument, text);
    const auto analysed = [&](const char* expression) { return analyse_argument(tables, argument, expression); };
    const char* const type = check_type(argument, exprType(analysed(sql)), expected);
    const char* const fact = psprintf("%s::pg_catalog.%s", sql, type);
    Node* const as_fact = analysed(fact);
    if (contain_mutable_functions(as_fact) || depends_on_setting(as_fact, nullptr))
        errors::not_immutable(argument, text);
    return fact;
}

} // namespace credits
