// A view over a line and its header, taken apart.
#include "pg/view_columns.hpp"

#include "pg/version.hpp"

namespace credits::pg
{

namespace
{

bool is_user_function(Oid function, void*) { return function >= FirstNormalObjectId; }

/// A domain, whose constraints may call anything; or a type whose values may have some within them, which PostgreSQL's own
/// functions check when they read one from its text. Enums have none.
bool may_hold_domain(Oid type) { return type >= FirstNormalObjectId && get_typtype(type) != TYPTYPE_ENUM; }

bool find_owner_code(Node* node, void* context)
{
    if (node == nullptr)
        return false;
    if (check_functions_in_node(node, is_user_function, context))
        return true;
    const bool is_given = IsA(node, Var) ? reinterpret_cast<Var*>(node)->varattno != 0 : IsA(node, Const) || IsA(node, List);
    if (!is_given && may_hold_domain(exprType(node)))
        return true;
    return walk_expression(node, find_owner_code, context);
}

/// Casts to text, and what keys are made of.
bool is_harmless_function(Oid function)
{
    return function == F_TEXTCAT || function == F_REPLACE || function == F_TEXT_BPCHAR || function == F_TEXT_NAME;
}

bool are_harmless(const List* expressions)
{
    for (int i = 0; i < list_length(expressions); i++)
        if (!is_harmless(static_cast<const Node*>(list_nth(expressions, i))))
            return false;
    return true;
}

/// The text of a type that is PostgreSQL's own.
bool is_text_of(const CoerceViaIO* cast)
{
    return cast->resulttype == TEXTOID && exprType(reinterpret_cast<const Node*>(cast->arg)) < FirstNormalObjectId &&
           is_harmless(reinterpret_cast<const Node*>(cast->arg));
}

/// Where the tables stand in the view's range table; before 16 that begins with the view itself, twice.
struct TableNumbers {
    int first;
    int second; // 0: none
};

TableNumbers find_tables(const Query* query, Oid view)
{
    TableNumbers tables{};
    for (int i = 0; i < list_length(query->rtable); i++) {
        const auto* entry = static_cast<const RangeTblEntry*>(list_nth(query->rtable, i));
        if (entry->rtekind != RTE_RELATION || entry->relid == view)
            continue;
        (tables.first == 0 ? tables.first : tables.second) = i + 1;
    }
    return tables;
}

/// The table with this number; null for none.
Relation open_number(const Query* query, int number)
{
    if (number == 0)
        return nullptr;
    return relation_open(static_cast<const RangeTblEntry*>(list_nth(query->rtable, number - 1))->relid, AccessShareLock);
}

void close_number(Relation table)
{
    if (table != nullptr)
        relation_close(table, AccessShareLock);
}

/// What has been inlined is a part, too.
Expr* plan(Node* expression, List** parts)
{
    List* relations = NIL;
    List* found = NIL;
    Expr* const planned = expression_planner_with_deps(reinterpret_cast<Expr*>(expression), &relations, &found);
    *parts = list_concat(*parts, found);
    return planned;
}

/// What is called as the view says, be it with constants, so that the plan has but the result.
List* called_parts(const Query* query)
{
    List* relations = NIL;
    List* parts = NIL;
    bool has_row_security = false;
    extract_query_dependencies(reinterpret_cast<Node*>(const_cast<Query*>(query)), &relations, &parts, &has_row_security);
    return parts;
}

ViewColumn plan_column(Node* column, const TableNumbers& tables, Relation first, Relation second, List** parts)
{
    ChangeVarNodes(column, tables.first, INNER_VAR, 0);
    if (second != nullptr)
        ChangeVarNodes(column, tables.second, OUTER_VAR, 0);
    auto* const written = plan(static_cast<Node*>(copyObjectImpl(column)), parts);
    Node* stored = column;
    if (first != nullptr)
        stored = expand_virtual_columns(stored, first, INNER_VAR);
    if (second != nullptr)
        stored = expand_virtual_columns(stored, second, OUTER_VAR);
    return {.planned = stored == column ? written : plan(stored, parts), .written = written};
}

} // namespace

void add_columns_read(const ViewColumn& column, int table, Bitmapset** columns)
{
    pull_varattnos(reinterpret_cast<Node*>(column.written), static_cast<Index>(table), columns);
    pull_varattnos(reinterpret_cast<Node*>(column.planned), static_cast<Index>(table), columns);
}

ViewColumns plan_view_columns(Oid view)
{
    const Relation relation = relation_open(view, AccessShareLock);
    auto* const query = static_cast<Query*>(copyObjectImpl(get_view_query(relation)));
    const TableNumbers tables = find_tables(query, view);
    const Relation first = open_number(query, tables.first);
    const Relation second = open_number(query, tables.second);
    ViewColumns columns{.items = nullptr, .count = list_length(query->targetList), .parts = called_parts(query)};
    columns.items = static_cast<ViewColumn*>(palloc(sizeof(ViewColumn) * static_cast<Size>(columns.count + 1)));
    for (int i = 0; i < columns.count; i++) {
        auto* const column = reinterpret_cast<Node*>(static_cast<TargetEntry*>(list_nth(query->targetList, i))->expr);
        columns.items[i] = plan_column(column, tables, first, second, &columns.parts);
    }
    close_number(second);
    close_number(first);
    relation_close(relation, AccessShareLock);
    return columns;
}

bool is_view_over(Oid view, Oid schema, Oid first, Oid second)
{
    const Relation relation = relation_open(view, AccessShareLock);
    bool is_over = relation->rd_rel->relkind == RELKIND_VIEW && RelationGetNamespace(relation) == schema;
    if (is_over) {
        const Query* const query = get_view_query(relation);
        const TableNumbers tables = find_tables(query, view);
        const auto is = [&](int number, Oid table) {
            return number == 0 ? !OidIsValid(table)
                               : static_cast<const RangeTblEntry*>(list_nth(query->rtable, number - 1))->relid == table;
        };
        is_over = is(tables.first, first) && is(tables.second, second);
    }
    relation_close(relation, AccessShareLock);
    return is_over;
}

const char* expression_text(Expr* expression, Oid table, const char* alias)
{
    auto* const over_table = static_cast<Node*>(copyObjectImpl(expression));
    ChangeVarNodes(over_table, INNER_VAR, 1, 0);
    List* const context = deparse_context_for(alias == nullptr ? get_rel_name(table) : alias, table);
    return deparse_expression(over_table, context, alias != nullptr, false);
}

bool is_owner_code(Node* expression) { return find_owner_code(expression, nullptr); }

bool is_harmless(const Node* expression)
{
    switch (nodeTag(expression)) {
    case T_Var:
    case T_Const:
        return true;
    case T_RelabelType:
        return is_harmless(reinterpret_cast<const Node*>(reinterpret_cast<const RelabelType*>(expression)->arg));
    case T_CoalesceExpr:
        return are_harmless(reinterpret_cast<const CoalesceExpr*>(expression)->args);
    case T_CoerceViaIO:
        return is_text_of(reinterpret_cast<const CoerceViaIO*>(expression));
    case T_FuncExpr: {
        const auto* call = reinterpret_cast<const FuncExpr*>(expression);
        return is_harmless_function(call->funcid) && are_harmless(call->args);
    }
    case T_OpExpr: {
        const auto* call = reinterpret_cast<const OpExpr*>(expression);
        return is_harmless_function(call->opfuncid) && are_harmless(call->args);
    }
    default:
        return false;
    }
}

} // namespace credits::pg
