// Messages of closings and their hook.
// None of these returns, unless it says so.
#pragma once

#include "pg/postgres.hpp"

namespace credits::errors
{

[[noreturn]] void no_such_hook(const char* function);
[[noreturn]] void no_such_closing(int32 closing_id);
void advise_hook(const char* function); // in an error context
[[noreturn]] void constraints_are_the_sessions();

} // namespace credits::errors
