// Messages of registrations by hand, of questions, and of the customer's own views.
// None of these returns, unless it says so.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits::errors
{

[[noreturn]] void unknown_customer(std::string_view customer);
[[noreturn]] void unknown_type(std::string_view type_code);
[[noreturn]] void missing_argument(const char* argument);
[[noreturn]] void quantity_not_positive(const char* argument);
[[noreturn]] void not_working_with_credits(std::string_view customer);
[[noreturn]] void module_not_active();
[[noreturn]] void no_such_registration(std::string_view customer, std::string_view type_code, int64 entry_no);
[[noreturn]] void already_reversed(std::string_view customer, std::string_view type_code, int64 entry_no);
[[noreturn]] void acting_is_restricted();

} // namespace credits::errors
