// The text of a source's mapping function: one SQL expression for each fact of a line.
#pragma once

#include "attach_arguments.hpp"
#include "attach_keys.hpp"

namespace credits
{

/// The columns of the line and the header that belong together, and the price columns, as attach found them.
struct Keys {
    Columns line_key;
    Columns zero_columns;
    HeaderReference reference;
};

/// The fields of line_facts, in the order of enum Fact, over `line` and `header`.
const char* make_facts(const MappedTables& tables, const Arguments& arguments, const Keys& keys);

} // namespace credits
