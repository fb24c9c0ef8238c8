// Mapping views belong to the extension's owner, over tables and expressions of somebody else's.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Creates the view that CREATE VIEW credits.… describes, as the extension's owner, whose schema that is. Its query is analysed
/// as the owner of the table: to read a literal may run code of his. Returns the view.
Oid create_mapping_view(const char* create_view, Oid table_owner);

} // namespace credits
