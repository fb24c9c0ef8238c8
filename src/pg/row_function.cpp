// A generated SQL function over rows, taken apart.
#include "pg/row_function.hpp"

#include "pg/version.hpp"

namespace credits::pg
{

namespace
{

bool is_user_function(Oid function, void*) { return function >= FirstNormalObjectId; }

bool find_user_function(Node* node, void* context)
{
    if (node == nullptr)
        return false;
    if (check_functions_in_node(node, is_user_function, context))
        return true;
    // Checking a domain runs its constraints, which may call anything.
    if (IsA(node, CoerceToDomain))
        return true;
    return walk_expression(node, find_user_function, context);
}

} // namespace

List* inline_row_function(Oid function, Oid line_type, Oid header_type)
{
    List* arguments = list_make1(makeVar(INNER_VAR, InvalidAttrNumber, line_type, -1, InvalidOid, 0));
    if (OidIsValid(header_type))
        arguments = lappend(arguments, makeVar(OUTER_VAR, InvalidAttrNumber, header_type, -1, InvalidOid, 0));
    FuncExpr* const call =
        makeFuncExpr(function, get_func_rettype(function), arguments, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
    Expr* const planned = expression_planner(reinterpret_cast<Expr*>(call));
    return IsA(planned, RowExpr) ? reinterpret_cast<RowExpr*>(planned)->args : NIL;
}

bool calls_user_function(Node* expression) { return find_user_function(expression, nullptr); }

} // namespace credits::pg
