// Messages of the protection of what is attached or bound.
// None of these returns, unless it says so.
#pragma once

#include "pg/postgres.hpp"

namespace credits::errors
{

[[noreturn]] void needed(const char* act, const char* detail, const char* way_out);
/// Of a name by which the library finds its own.
[[noreturn]] void name_needed(const char* act);
/// Turns the error that is being raised into such a refusal, for these sentences; for error context callbacks. Returns.
void become_needed(const char* act, const char* reason, const char* way_out);

} // namespace credits::errors
