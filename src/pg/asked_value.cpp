// What a query asks of a column, seen while it is planned.
// A condition that stands in the WHERE of the query, of a view in it, or in an inner join, holds for each row of the result that
// has the column at all: rows that do not meet it may be left out wherever they are read, below outer joins, too.
#include "pg/asked_value.hpp"

#include "pg/view_columns.hpp"

extern "C" {
#include "nodes/pathnodes.h"
#include "optimizer/clauses.h"
}

namespace credits::pg
{

namespace
{

struct Asked {
    const Var* column;
    RegProcedure equals;
};

bool is_column(Node* node, const Var* column)
{
    const auto* const var = reinterpret_cast<const Var*>(strip_relabel(reinterpret_cast<const Expr*>(node)));
    return IsA(var, Var) && var->varno == column->varno && var->varattno == column->varattno && var->varlevelsup == 0;
}

/// A value of the query's surroundings is one, too.
bool is_one_value(Node* node)
{
    return !contain_vars_of_level(node, 0) && !contain_volatile_functions(node) && !contain_subplans(node) &&
           !contain_agg_clause(node);
}

/// Two texts may be equal to a language that are not the same.
bool is_of_bytes(const OpExpr* comparison)
{
    return !OidIsValid(comparison->inputcollid) || get_collation_isdeterministic(comparison->inputcollid);
}

Node* find_in_comparison(const OpExpr* comparison, const Asked& asked)
{
    if (get_opcode(comparison->opno) != asked.equals || list_length(comparison->args) != 2 || !is_of_bytes(comparison))
        return nullptr;
    auto* const left = static_cast<Node*>(linitial(comparison->args));
    auto* const right = static_cast<Node*>(lsecond(comparison->args));
    if (is_column(left, asked.column) && is_one_value(right))
        return right;
    return is_column(right, asked.column) && is_one_value(left) ? left : nullptr;
}

Node* find_in_conditions(const Node* conditions, const Asked& asked);

Node* find_in_list(const List* conditions, const Asked& asked)
{
    for (int i = 0; i < list_length(conditions); i++)
        if (Node* const found = find_in_conditions(static_cast<const Node*>(list_nth(conditions, i)), asked))
            return found;
    return nullptr;
}

Node* find_in_conditions(const Node* conditions, const Asked& asked)
{
    if (conditions == nullptr)
        return nullptr;
    if (IsA(conditions, List))
        return find_in_list(reinterpret_cast<const List*>(conditions), asked);
    if (IsA(conditions, OpExpr))
        return find_in_comparison(reinterpret_cast<const OpExpr*>(conditions), asked);
    const auto* const both = reinterpret_cast<const BoolExpr*>(conditions);
    return IsA(conditions, BoolExpr) && both->boolop == AND_EXPR ? find_in_list(both->args, asked) : nullptr;
}

Node* find_in_tables(const Node* tables, const Asked& asked);

Node* find_in_join(const JoinExpr* join, const Asked& asked)
{
    if (join->jointype == JOIN_INNER)
        if (Node* const found = find_in_conditions(join->quals, asked))
            return found;
    Node* const found = find_in_tables(join->larg, asked);
    return found != nullptr ? found : find_in_tables(join->rarg, asked);
}

Node* find_in_tables(const Node* tables, const Asked& asked)
{
    if (IsA(tables, JoinExpr))
        return find_in_join(reinterpret_cast<const JoinExpr*>(tables), asked);
    if (!IsA(tables, FromExpr))
        return nullptr;
    const auto* const from = reinterpret_cast<const FromExpr*>(tables);
    if (Node* const found = find_in_conditions(from->quals, asked))
        return found;
    for (int i = 0; i < list_length(from->fromlist); i++)
        if (Node* const found = find_in_tables(static_cast<const Node*>(list_nth(from->fromlist, i)), asked))
            return found;
    return nullptr;
}

} // namespace

Node* find_asked_value(const PlannerInfo* root, const Node* column, RegProcedure equals)
{
    if (root == nullptr || !IsA(column, Var))
        return nullptr;
    return find_in_tables(reinterpret_cast<const Node*>(root->parse->jointree),
                          {.column = reinterpret_cast<const Var*>(column), .equals = equals});
}

} // namespace credits::pg
