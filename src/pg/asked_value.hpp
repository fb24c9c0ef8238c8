// What a query asks of a column, seen while it is planned.
#pragma once

#include "pg/postgres.hpp"

struct PlannerInfo;

namespace credits::pg
{

/// The value that the query compares a column with, so that no other row counts: it stands in an AND of the query's conditions,
/// needs no row of the query, and is the same for the whole of it. Null when there is none, or what is called a column is none.
/// `equals` is the function of the operator.
Node* find_asked_value(const PlannerInfo* root, const Node* column, RegProcedure equals);

} // namespace credits::pg
