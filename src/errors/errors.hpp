// Every message of the extension and its SQLSTATE, so that they are read as one page. doc/errors.md explains them.
// None of these returns, unless it says so.
#pragma once

#include <string_view>

#include "core/lot.hpp"
#include "lines/line.hpp"
#include "pg/postgres.hpp"
#include "sources/source.hpp"

namespace credits::errors
{

// Refusals of a save: class 23, with the constraint that tells which. Those of a line by itself come after that of its month.
// Those with a constraint are counted, for the view metric.

/// Refuses a change of a line whose document is, or was, of a closed month that is kept. Returns for any other.
void require_open_month(const DocumentLine& line);
[[noreturn]] void balance_not_negative(const DocumentLine& line, std::string_view customer, std::string_view type_code,
                                       core::Amount needed, core::Amount available);
[[noreturn]] void lot_not_consumed(const DocumentLine& line, std::string_view customer, std::string_view type_code,
                                   const core::Lot& lot);
[[noreturn]] void type_not_active(const DocumentLine& line, std::string_view type_code);
[[noreturn]] void currency_differs(const DocumentLine& line, const CreditType& type);
[[noreturn]] void quantity_has_months(const DocumentLine& line);
[[noreturn]] void quantity_out_of_range(const DocumentLine& line, const char* what);
[[noreturn]] void negative_amount(const DocumentLine& line);
[[noreturn]] void negative_value();
[[noreturn]] void positive_amount(const DocumentLine& line);
[[noreturn]] void refund_within_open(const DocumentLine& line, std::string_view customer, std::string_view type_code,
                                     core::Amount needed, core::Amount open, int64 lot_no);
[[noreturn]] void refund_within_value(const DocumentLine& line, std::string_view customer, std::string_view type_code,
                                      core::Amount needed, const core::Lot& lot);
[[noreturn]] void no_sale_referred_to(const DocumentLine& line, std::string_view type_code);
[[noreturn]] void return_within_consumed(const DocumentLine& line, std::string_view customer, std::string_view type_code,
                                         core::Amount excess);
[[noreturn]] void balance_out_of_range(std::string_view customer, std::string_view type_code);
[[noreturn]] void lines_kept(Oid line_table, const char* verb);
[[noreturn]] void header_not_there(Oid line_table, Oid header_table, std::string_view key);
[[noreturn]] void key_too_long(Oid line_table, size_t length);
/// A fact of a line that a save depends on cannot be told (rule 24). `key` may be null.
[[noreturn]] void header_not_readable(const Source& source, const char* key, const ErrorData& reason);
[[noreturn]] void line_not_readable(Oid line_table, std::string_view key, Fact fact, const ErrorData& reason);
/// What that says, for an error that was met in reading the line.
const char* why_unreadable(Oid line_table, std::string_view key, const ErrorData& error);
[[noreturn]] void lost_race();

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

// Registrations and questions.
[[noreturn]] void unknown_customer(std::string_view customer);
[[noreturn]] void unknown_type(std::string_view type_code);
[[noreturn]] void missing_argument(const char* argument);
[[noreturn]] void quantity_not_positive(const char* argument);
[[noreturn]] void not_working_with_credits(std::string_view customer);
[[noreturn]] void module_not_active();
[[noreturn]] void no_such_registration(std::string_view customer, std::string_view type_code, int64 entry_no);
[[noreturn]] void already_reversed(std::string_view customer, std::string_view type_code, int64 entry_no);

// Settings that come from a bound table.
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

// attach and detach.
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
[[noreturn]] void too_many_sources(int limit);

// Protection of what is attached or bound.
[[noreturn]] void needed(const char* act, const char* detail, const char* way_out);
/// Turns the error that is being raised into such a refusal, for these sentences; for error context callbacks. Returns.
void become_needed(const char* act, const char* reason, const char* way_out);

// The customer's own views.
[[noreturn]] void acting_is_restricted();

// Settling.
[[noreturn]] void several_headers(Oid view);
[[noreturn]] void may_not_settle(Oid line_table);
[[noreturn]] void not_settled(Oid line_table);
[[noreturn]] void note_of_nobody();

// Closings.
[[noreturn]] void no_such_hook(const char* function);
[[noreturn]] void no_such_closing(int32 closing_id);
void advise_hook(const char* function); // in an error context

[[noreturn]] void constraints_are_the_sessions();

// What cannot happen: a broken installation or a broken ledger.
[[noreturn]] void missing_relation(const char* name);
[[noreturn]] void missing_lot(std::string_view customer, std::string_view type_code, int64 lot_no);
[[noreturn]] void missing_open_lots(std::string_view customer, std::string_view type_code);
[[noreturn]] void missing_type(int32 type_id);
[[noreturn]] void not_called_as_trigger(const char* function);
[[noreturn]] void nobody_acts();
[[noreturn]] void not_our_trigger(const char* function, const char* trigger);
[[noreturn]] void unknown_kind(std::string_view kind);
[[noreturn]] void no_such_amount();
[[noreturn]] void no_such_month();
[[noreturn]] void unexpected_lock_result(Relation relation, int result);
[[noreturn]] void unexpected_update_result(Relation relation, int result);

// Warnings and notices: these return.
void warn_below_alarm(std::string_view customer, std::string_view type_code, core::Amount balance, core::Amount level);
void warn_price_stays_zero(const DocumentLine& line);
void warn_price_comes_back(const DocumentLine& line);
void advise_origin_index(Oid line_table, const char* sql);

} // namespace credits::errors
