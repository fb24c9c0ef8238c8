// Messages of settings that come from a bound table.
// None of these returns, unless it says so.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits::errors
{

[[noreturn]] void unknown_type_of_article(const char* article, const char* type);
[[noreturn]] void coefficient_missing(const char* article, const char* type);
[[noreturn]] void coefficient_not_valid(const char* article, const char* coefficient);
[[noreturn]] void unknown_account_of(const char* contact, const char* account);
[[noreturn]] void not_one_level(const char* contact, const char* account, const char* detail);
[[noreturn]] void no_right_to_article(const char* article, const char* role);
[[noreturn]] void bound_key_twice(Oid erp_table, std::string_view key);
[[noreturn]] void not_bound(Oid erp_table);
[[noreturn]] void binding_has_no_mapping(Oid erp_table);
[[noreturn]] void already_bound(Oid erp_table);
[[noreturn]] void cannot_bind(Oid erp_table, const char* hint);
[[noreturn]] void no_unique_key(Oid erp_table, const char* column);

} // namespace credits::errors
