// Messages of what cannot happen, or only in a broken installation.
// None of these returns, unless it says so.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits::errors
{

[[noreturn]] void for_plans_only();
[[noreturn]] void missing_account_key(int32 account_no);
[[noreturn]] void missing_lot(std::string_view customer, std::string_view type_code, int64 lot_no);
[[noreturn]] void missing_open_lots(std::string_view customer, std::string_view type_code);
[[noreturn]] void missing_provenance(int32 provenance_no);
[[noreturn]] void missing_type(int32 type_id);
[[noreturn]] void unknown_kind(char code);
[[noreturn]] void unknown_valuation(std::string_view valuation);
[[noreturn]] void no_such_month();

} // namespace credits::errors
