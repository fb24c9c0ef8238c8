// What attach asks of tables, and what detach and the protection of attached tables ask again.
#pragma once

#include <array>

#include "pg/postgres.hpp"

namespace credits
{

/// The triggers on a line table; the price's is there only with zero_columns.
inline constexpr const char* price_trigger = "zz_credits_price";
inline constexpr std::array line_triggers{"zz_credits_insert", "zz_credits_update", "zz_credits_delete", "zz_credits_truncate"};
inline constexpr const char* header_trigger = "zz_credits_header";

/// Opens a table that its owner wants to attach or detach, so that nobody writes to it meanwhile; raises 42501, 42P01.
Relation open_own_table(Oid oid);

/// Raise 42809 or 0A000 when such a table cannot be attached.
void check_line_table(Relation table);
void check_header_table(Relation table);

/// Runs a command as the extension's owner, so that the caller needs no right on its schema.
void execute_as_owner(const char* sql);

} // namespace credits
