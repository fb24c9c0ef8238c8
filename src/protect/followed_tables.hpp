// Sources and bindings follow their tables: new names of these, of their columns and of what mappings call, and their end.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// After a command: has sources take the new names of their tables, and what attach and bind were given those of tables and
/// columns, as the mapping does by itself.
void follow_names(const Node* command);

/// Before a command: has what attach and bind were given follow the new names of functions and types, as long as these have their
/// former ones.
void follow_called_names(const Node* command);

/// After a drop: what is recorded for the lines of a table that is gone stays with its source; another table may get its oid.
void forget_lost_tables();

} // namespace credits
