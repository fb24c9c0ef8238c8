// The text of a source's mapping view: one SQL expression for each fact of a line.
#pragma once

#include "attach/arguments.hpp"
#include "mapping/key_columns.hpp"

namespace credits
{

/// The columns of the line and the header that belong together, and the price columns, as attach found them.
struct Keys {
    Columns line_key;
    Columns zero_columns;
    HeaderReference reference;
};

/// The names of the view's columns, each that of the argument that gives the fact.
const char* fact_names();

/// How a line and its header find each other: header.id OPERATOR(pg_catalog.=) line.invoice_id [AND …]
const char* make_join(const MappedTables& tables, const HeaderReference& reference);

/// The expressions of the view's columns, over `line` and `header`.
const char* make_facts(const MappedTables& tables, const Arguments& arguments, const Keys& keys);

} // namespace credits
