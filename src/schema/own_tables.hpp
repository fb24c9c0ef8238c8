// The comparison of the extension's own tables with what the library takes them for (own_tables.def), so that a table which is
// another one raises an error before a row of it is read by the wrong numbers and types.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits
{

/// Raises 55000 when a table or an index of the schema lacks what the library needs of it. Columns that it does not know may come
/// and go. Reads the catalog only, and locks nothing.
void require_own_tables(Oid schema);

/// The same of one table.
void require_own_table(Oid table);

/// The same of one index.
void require_own_index(Oid schema, std::string_view name);

} // namespace credits
