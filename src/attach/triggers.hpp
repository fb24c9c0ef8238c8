// Our triggers on one table of the ERP's. Triggers of one kind fire in the order of their names: ours come last, so that they see
// what others have made of a line.
#pragma once

#include <array>

#include "pg/postgres.hpp"

namespace credits
{

/// The triggers on a line table; the price's is there only with zero_columns.
inline constexpr const char* price_trigger = "zz_credits_price";
inline constexpr std::array line_triggers{"zz_credits_insert", "zz_credits_update", "zz_credits_delete", "zz_credits_truncate"};
inline constexpr const char* header_trigger = "zz_credits_header";
inline constexpr const char* header_delete_trigger = "zz_credits_header_delete";

bool has_trigger(Oid table, const char* name);

/// Create those that are not there yet: a partition has the price's from the table that it is a part of.
void create_line_triggers(Oid table, bool with_price);
void create_header_triggers(Oid table);

/// Drop those that are there.
void drop_line_triggers(Oid table);
void drop_header_triggers(Oid table);

} // namespace credits
