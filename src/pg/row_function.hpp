// A generated SQL function over rows, taken apart: one expression per field of its result, ready to evaluate over tuple slots.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Inlines function(line [, header]), which returns ROW(…): the list of its fields over Vars of INNER_VAR (line) and OUTER_VAR
/// (header). NIL when it does not inline, which means that it is not immutable. Runs the planner: switch to the owner first.
List* inline_row_function(Oid function, Oid line_type, Oid header_type);

/// Does the expression call a function that is not PostgreSQL's own?
bool calls_user_function(Node* expression);

} // namespace credits::pg
