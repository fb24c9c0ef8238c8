// What the backend itself meets: a race that is lost, and what cannot happen, or only in a broken installation.
// None of these returns, unless it says so.
#pragma once

#include "pg/postgres.hpp"

namespace credits::errors
{

[[noreturn]] void lost_race();
[[noreturn]] void missing_relation(const char* name);
[[noreturn]] void not_called_as_trigger(const char* function);
[[noreturn]] void nobody_acts();
[[noreturn]] void saves_while_reading();
[[noreturn]] void not_our_trigger(const char* function, const char* trigger);
[[noreturn]] void no_such_amount();
[[noreturn]] void unexpected_lock_result(Relation relation, int result);
[[noreturn]] void unexpected_update_result(Relation relation, int result);

} // namespace credits::errors
