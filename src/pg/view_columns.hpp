// A view over a line and its header, taken apart: one expression per column, ready to evaluate over two tuple slots.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// A column of a view over one or two tables: Vars of the first table are INNER_VAR, those of the second OUTER_VAR.
struct ViewColumn {
    Expr* planned;
    Expr* written; // the same before virtual generated columns were replaced by what they come from, since no row has them
};

/// Adds the columns that it reads of a table, offset as pull_varattnos does: virtual ones, and those behind them.
void add_columns_read(const ViewColumn& column, int table, Bitmapset** columns);

struct ViewColumns {
    ViewColumn* items;
    int count;
    List* parts; // functions and types that the plans were made from; see code_change.hpp
};

/// Planning runs functions on constants: within as_owner of the tables' owner.
ViewColumns plan_view_columns(Oid view);

/// Is this a view in the schema, over just these tables, the second of which may be missing? Who may not create there has none.
bool is_view_over(Oid view, Oid schema, Oid first, Oid second);

/// The SQL of such an expression over the first table alone, whose columns are named with the alias; without one, bare. Names are
/// those of the search_path of now.
const char* expression_text(Expr* expression, Oid table, const char* alias);

/// The expression below the casts that change its type alone.
template <class Expression>
Expression* strip_relabel(Expression* expression)
{
    while (IsA(expression, RelabelType))
        expression = reinterpret_cast<const RelabelType*>(expression)->arg;
    return expression;
}

/// May evaluating the expression run anything that is not PostgreSQL's own: a function, or the constraints of a domain?
bool is_owner_code(Node* expression);

/// Is it certain that the expression never fails? So are columns, constants, and the texts of both, of which keys are made.
bool is_harmless(const Node* expression);

} // namespace credits::pg
