// Refusals of a save: class 23, with the constraint that tells which. Those of a line by itself come after that of its month.
// Those with a constraint are counted, for the view metric. Here, too: what a save warns of.
// None of these returns, unless it says so.
#pragma once

#include <string_view>

#include "core/lot.hpp"
#include "pg/postgres.hpp"

namespace credits::errors
{

/// The document that a line belongs to, as far as it is known, for the end of a sentence. A registration by hand has none.
struct Place {
    std::string_view kind;
    std::string_view number;
    std::string_view key; // of the line
};

/// The document is, or is booked as, of a month before the first open day.
enum class ClosedAs { dated, booked };
[[noreturn]] void month_not_open(const Place& place, ClosedAs as, DateADT day, DateADT first_open_day);
[[noreturn]] void day_archived(const Place& place, DateADT day, DateADT before);
[[noreturn]] void balance_not_negative(const Place& place, std::string_view customer, std::string_view type_code,
                                       core::Amount needed, core::Amount available);
[[noreturn]] void lot_not_consumed(const Place& place, std::string_view customer, std::string_view type_code,
                                   const core::Lot& lot);
[[noreturn]] void type_not_active(const Place& place, std::string_view customer, std::string_view type_code);
[[noreturn]] void currency_differs(const Place& place, std::string_view currency, std::string_view type_code,
                                   std::string_view type_currency);
[[noreturn]] void quantity_has_months(const Place& place);
[[noreturn]] void quantity_out_of_range(const Place& place, const char* what);
[[noreturn]] void negative_amount(const Place& place, std::string_view customer);
[[noreturn]] void negative_value();
[[noreturn]] void positive_amount(const Place& place, std::string_view customer);
[[noreturn]] void refund_within_open(const Place& place, std::string_view customer, std::string_view type_code,
                                     core::Amount needed, core::Amount open, int64 lot_no);
[[noreturn]] void refund_within_value(const Place& place, std::string_view customer, std::string_view type_code,
                                      core::Amount needed, const core::Lot& lot);
[[noreturn]] void no_sale_referred_to(const Place& place, std::string_view key, std::string_view customer,
                                      std::string_view type_code);
[[noreturn]] void return_within_consumed(const Place& place, std::string_view customer, std::string_view type_code,
                                         core::Amount excess);
[[noreturn]] void balance_out_of_range(std::string_view customer, std::string_view type_code);
[[noreturn]] void lines_kept(Oid line_table, const char* verb);
[[noreturn]] void header_not_there(Oid line_table, Oid header_table, std::string_view key);
[[noreturn]] void line_archived(Oid line_table, std::string_view key, DateADT before);
[[noreturn]] void key_too_long(Oid line_table, size_t length);
/// A fact of a line that a save depends on, the one that this argument of attach gave, cannot be told (rule 24). `key` may be
/// null.
[[noreturn]] void header_not_readable(Oid line_table, Oid header_table, const char* key, const ErrorData& reason);
[[noreturn]] void line_not_readable(Oid line_table, std::string_view key, const char* argument, const ErrorData& reason);
/// What that says, for an error that was met in reading the line.
const char* why_unreadable(Oid line_table, std::string_view key, const ErrorData& error);
/// An error context callback that does nothing: while it is on the stack, no refusal is counted.
void saves_nothing(void*);
/// Calls fn(), which saves nothing of an ERP: its refusals are not counted.
template <class Fn>
void without_counting(Fn fn)
{
    ErrorContextCallback callback{.previous = error_context_stack, .callback = saves_nothing, .arg = nullptr};
    error_context_stack = &callback; // an error unwinds it
    fn();
    error_context_stack = callback.previous;
}
void warn_below_alarm(std::string_view customer, std::string_view type_code, core::Amount balance, core::Amount level);
void warn_price_stays_zero(const Place& place);
void warn_price_comes_back(const Place& place);

} // namespace credits::errors
