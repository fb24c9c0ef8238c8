// The arguments of attach that say how a line reads: a column, or an expression over line and header.
#pragma once

#include "pg/postgres.hpp"
#include "sources/attach_arguments.hpp"

namespace credits
{

/// The two tables that expressions may name. Held open by attach.
struct MappedTables {
    Relation lines;
    Relation header;              // null: none
    const char* name = "line";    // of the first in expressions
    bool stands_alone = false;    // its columns need no name before them
    const char* asker = "attach"; // the function whose arguments they are
};

/// Checks one argument and turns it into SQL of the fact's type, over `line` and `header`.
/// Raises 42601, 42703, 42804, 42P17 or 0A000, naming the argument.
const char* make_fact(const MappedTables& tables, const char* argument, const char* text, Expected expected);

/// Is the quantity a duration? Then its fact is the number of seconds.
bool is_interval(const MappedTables& tables, const char* quantity);

} // namespace credits
