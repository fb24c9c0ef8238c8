// Messages of attach and detach.
// None of these returns, unless it says so.
#pragma once

#include "pg/postgres.hpp"

namespace credits::errors
{

[[noreturn]] void no_such_table();
[[noreturn]] void no_right_to_settings(const char* act, Oid table);
[[noreturn]] void not_owner(Oid table);
[[noreturn]] void not_attached(Oid table);
[[noreturn]] void already_attached(Oid table);
[[noreturn]] void origin_not_attached(Oid table);
[[noreturn]] void origin_of_others(Oid table, Oid line_table);
[[noreturn]] void wrong_table_kind(Oid table, const char* hint);
[[noreturn]] void no_key(Oid table);
[[noreturn]] void nullable_key(Oid table, const char* column);
[[noreturn]] void no_header_reference(Oid line_table, Oid header_table, const char* detail);
[[noreturn]] void view_not_readable(Oid view, Oid line_table);
void advise_header_table(); // in an error context
[[noreturn]] void no_such_column(Oid table, const char* column);
[[noreturn]] void wrong_column_type(const char* argument, Oid type, const char* expected);
[[noreturn]] void not_one_expression(const char* argument, const char* text);
[[noreturn]] void not_supported(const char* what, const char* hint);
[[noreturn]] void not_immutable(const char* argument, const char* text);
[[noreturn]] void invalid_argument(const char* argument, const char* value, const char* hint);
[[noreturn]] void mapping_does_not_fit(Oid line_table);
[[noreturn]] void attach_of_other_version();
void advise_origin_index(Oid line_table, const char* sql);
void advise_check_at();

} // namespace credits::errors
