// Messages of settling: of documents on demand, and of what was noted.
// None of these returns, unless it says so.
#pragma once

#include "pg/postgres.hpp"

namespace credits::errors
{

[[noreturn]] void several_headers(Oid view);
[[noreturn]] void may_not_settle(Oid line_table);
[[noreturn]] void not_settled(Oid line_table);
[[noreturn]] void note_of_nobody();

} // namespace credits::errors
