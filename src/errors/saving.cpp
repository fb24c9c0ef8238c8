// Refusals of a save, and what it warns of.
#include "errors/saving.hpp"

#include "pg/numeric.hpp"
#include "pg/sequence.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"

namespace credits::errors
{

void saves_nothing(void*) {}

namespace
{

const char* text(std::string_view view) { return is_null(view) ? "" : pg::to_cstring(view); }

const char* text(core::Amount amount) { return DatumGetCString(DirectFunctionCall1(numeric_out, pg::to_numeric(amount))); }

const char* text(DateADT day)
{
    char written[MAXDATELEN + 1];
    struct pg_tm date {
    };
    j2date(day + POSTGRES_EPOCH_JDATE, &date.tm_year, &date.tm_mon, &date.tm_mday);
    EncodeDateOnly(&date, USE_ISO_DATES, written);
    return pstrdup(written);
}

/// " (invoice 2026-17, line 3)": as much of it as is known.
const char* text(const Place& place)
{
    if (is_null(place.kind) || is_null(place.key))
        return "";
    if (is_null(place.number))
        return psprintf(" (%s, line %s)", text(place.kind), text(place.key));
    return psprintf(" (%s %s, line %s)", text(place.kind), text(place.number), text(place.key));
}

/// What credit notes did to a lot, where they did anything.
const char* credited_of(const core::Lot& lot)
{
    if (lot.credited != core::zero)
        return psprintf(", %s credited", text(lot.credited));
    return lot.remaining == lot.quantity ? ", but their value was changed by a credit note" : "";
}

/// Counts a refused save in credits.refusal_count: a sequence, as that alone outlives the transaction.
void count_refusal()
{
    if (XactReadOnly || IsInParallelMode()) // where nothing is saved, and a sequence would raise another error
        return;
    for (const ErrorContextCallback* context = error_context_stack; context != nullptr; context = context->previous)
        if (context->callback == saves_nothing)
            return;
    pg::count_up(catalog().refusal_count, catalog().owner);
}

/// Names the constraint that refuses a save. Every refusal of this file does, so they are counted here.
int constraint(const char* name)
{
    count_refusal();
    return err_generic_string(PG_DIAG_CONSTRAINT_NAME, name);
}

int table(Oid oid)
{
    err_generic_string(PG_DIAG_SCHEMA_NAME, get_namespace_name(get_rel_namespace(oid)));
    return err_generic_string(PG_DIAG_TABLE_NAME, get_rel_name(oid));
}

int account_table()
{
    err_generic_string(PG_DIAG_SCHEMA_NAME, "credits");
    return err_generic_string(PG_DIAG_TABLE_NAME, "account");
}

constexpr const char* line_readable = "credits_line_readable";

} // namespace

const char* why_unreadable(Oid line_table, std::string_view key, const ErrorData& error)
{
    if (error.constraint_name != nullptr && strcmp(error.constraint_name, line_readable) == 0)
        return error.message; // it says so already
    const char* const name =
        quote_qualified_identifier(get_namespace_name(get_rel_namespace(line_table)), get_rel_name(line_table));
    return is_null(key) ? psprintf("a line of table %s cannot be read: %s", name, error.message)
                        : psprintf("line \"%s\" of table %s cannot be read: %s", text(key), name, error.message);
}

void balance_not_negative(const Place& place, std::string_view customer, std::string_view type_code, core::Amount needed,
                          core::Amount available)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("not enough credits"),
            errdetail("Customer \"%s\" has %s credits of type \"%s\", and %s are needed%s.", text(customer), text(available),
                      text(type_code), text(needed), text(place)),
            errhint("Sell credits to the customer first, or lower the quantity."), account_table(),
            constraint("credits_balance_not_negative"));
}

void lot_not_consumed(const Place& place, std::string_view customer, std::string_view type_code, const core::Lot& lot)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("cannot change a sale of credits of which some are consumed"),
            errdetail("Of lot %lld of customer \"%s\", %s of %s credits of type \"%s\" are consumed%s%s.",
                      static_cast<long long>(lot.lot_no), text(customer), text(core::consumed_of(lot)), text(lot.quantity),
                      text(type_code), credited_of(lot), text(place)),
            errhint("Leave the line as it is, or undo the consumptions%s first.",
                    core::consumed_of(lot) == core::zero ? " and credit notes" : ""),
            account_table(), constraint("credits_lot_not_consumed"));
}

void month_not_open(const Place& place, ClosedAs as, DateADT day, DateADT first_open_day)
{
    const bool is_by_hand = is_null(place.key);
    const bool is_booked = as == ClosedAs::booked;
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
            is_by_hand ? errmsg("day %s is of a closed month", text(day)) : errmsg("document is of a closed month"),
            is_by_hand ? errdetail("The first open day is %s.", text(first_open_day))
                       : errdetail("The document %s dated %s, and the first open day is %s%s.", is_booked ? "is booked as" : "is",
                                   text(day), text(first_open_day), text(place)),
            is_booked ? errhint("Leave it as it is, or reopen the month with credits.reopen_month().")
                      : errhint("Give it a date in an open month, or reopen the month with credits.reopen_month()."),
            account_table(), constraint("credits_month_open"));
}

void day_archived(const Place& place, DateADT day, DateADT before)
{
    ereport(
        ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("document is dated before what is archived"),
        errdetail("The document is dated %s, and lines dated before %s are archived%s.", text(day), text(before), text(place)),
        errhint("Give it a date in an open month."), account_table(), constraint("credits_month_open"));
}

void type_not_active(const Place& place, std::string_view customer, std::string_view type_code)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("credit type \"%s\" is not active", text(type_code)),
            errdetail("Customer \"%s\" cannot buy credits of it%s.", text(customer), text(place)),
            errhint("Use an article of an active type, or make the type active again."), account_table(),
            constraint("credits_type_active"));
}

void currency_differs(const Place& place, std::string_view currency, std::string_view type_code, std::string_view type_currency)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
            errmsg("document is in another currency than credit type \"%s\"", text(type_code)),
            errdetail("The document is in %s, the credit type in %s%s.", text(currency), text(type_currency), text(place)),
            errhint("Sell these credits in %s.", text(type_currency)), account_table(), constraint("credits_currency_matches"));
}

void quantity_has_months(const Place& place)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("quantity of credits is an interval with months or years"),
            errdetail("Months have no fixed number of hours%s.", text(place)),
            errhint("Give days, hours and minutes; the difference of two timestamps has no months, unlike age()."),
            account_table(), constraint("credits_quantity_in_range"));
}

void quantity_out_of_range(const Place& place, const char* what)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("%s of credits is out of range", what),
            errdetail("It is not a number, infinite, or has more than 14 digits before the decimal point%s.", text(place)),
            errhint("Correct the %s of the line.", what), account_table(), constraint("credits_quantity_in_range"));
}

void negative_amount(const Place& place, std::string_view customer)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("amount of a sale of credits is negative"),
            errdetail("Customer \"%s\" would buy credits for less than nothing%s.", text(customer), text(place)),
            errhint("A gift has amount 0."), account_table(), constraint("credits_quantity_in_range"));
}

void negative_value()
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("value of an opening balance is negative"),
            errdetail("It is what the credits are worth that were sold before and are still open."), account_table(),
            constraint("credits_quantity_in_range"));
}

void positive_amount(const Place& place, std::string_view customer)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("amount of a credit note for credits is positive"),
            errdetail("Customer \"%s\" would pay for giving credits back%s.", text(customer), text(place)),
            errhint("The amount has the sign of the quantity."), account_table(), constraint("credits_quantity_in_range"));
}

void refund_within_open(const Place& place, std::string_view customer, std::string_view type_code, core::Amount needed,
                        core::Amount open, int64 lot_no)
{
    const char* const in_lot = lot_no == 0 ? "" : psprintf(" in lot %lld", static_cast<long long>(lot_no));
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("cannot credit more credits than are open"),
            errdetail("Customer \"%s\" has %s open credits of type \"%s\"%s, and %s are to be credited%s.", text(customer),
                      text(open), text(type_code), in_lot, text(needed), text(place)),
            errhint("Credit what is open, or undo consumptions first."), account_table(),
            constraint("credits_refund_within_open"));
}

void refund_within_value(const Place& place, std::string_view customer, std::string_view type_code, core::Amount needed,
                         const core::Lot& lot)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("cannot lower the value of credits by more than is open"),
            errdetail("Lot %lld of customer \"%s\" has %s open credits of type \"%s\" worth %s, to be lowered by %s%s.",
                      static_cast<long long>(lot.lot_no), text(customer), text(lot.remaining), text(type_code),
                      text(lot.remaining_value), text(needed), text(place)),
            errhint("A line with quantity 0 changes the value of what is still open of the sale that it refers to."),
            account_table(), constraint("credits_refund_within_open"));
}

void no_sale_referred_to(const Place& place, std::string_view key, std::string_view customer, std::string_view type_code)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("credit note refers to a line that sold no such credits"),
            errdetail("Line \"%s\" is no sale of credits of type \"%s\" to customer \"%s\"%s.", text(key), text(type_code),
                      text(customer), text(place)),
            errhint("Refer to the line of the sale, or leave the reference empty to credit the newest credits."), account_table(),
            constraint("credits_refund_within_open"));
}

void return_within_consumed(const Place& place, std::string_view customer, std::string_view type_code, core::Amount excess)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("cannot return more credits than were consumed"),
            errdetail("Customer \"%s\" would have returned %s credits of type \"%s\" that he has not consumed%s.", text(customer),
                      text(excess), text(type_code), text(place)),
            errhint("Lower the quantity of the return; before a consumption goes, the returns of it go."), account_table(),
            constraint("credits_return_within_consumed"));
}

void balance_out_of_range(std::string_view customer, std::string_view type_code)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("balance of credits is out of range"),
            errdetail("Customer \"%s\" would have more than 14 digits of credits or value of type \"%s\".", text(customer),
                      text(type_code)),
            account_table(), constraint("credits_quantity_in_range"));
}

void lines_kept(Oid line_table, const char* verb)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
            errmsg("cannot %s table \"%s\", which has lines with credits", verb, get_rel_name(line_table)),
            errdetail("Some of its lines have sold or consumed credits, and the ledger still counts them."),
            errhint("Delete the lines, so that their credits are settled, archive them with credits.archive(), or detach the "
                    "table with credits.detach()."),
            table(line_table), constraint("credits_lines_kept"));
}

void line_archived(Oid line_table, std::string_view key, DateADT before)
{
    ereport(
        ERROR, errcode(ERRCODE_CHECK_VIOLATION),
        errmsg("line \"%.*s\" of table \"%s\" is archived", static_cast<int>(key.size()), key.data(), get_rel_name(line_table)),
        errdetail("Lines dated before %s are archived: what is booked for them stays, and is theirs no more.", text(before)),
        errhint("Leave its date; a new line needs a key of its own."), table(line_table), constraint("credits_lines_kept"));
}

void header_not_there(Oid line_table, Oid header_table, std::string_view key)
{
    ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
            errmsg("line of table \"%s\" cannot be settled before its header is there", get_rel_name(line_table)),
            errdetail("Line \"%s\" names a header that is not present in table \"%s\".", text(key), get_rel_name(header_table)),
            errhint("Save the header first, or let credits.credits_check_header_at_commit stay deferred as the foreign key is."),
            table(line_table), constraint("credits_header_present"));
}

void key_too_long(Oid line_table, size_t length)
{
    ereport(ERROR, errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION), errmsg("line key is too long for the ledger of credits"),
            errdetail("It has %zu bytes; at most 255 are allowed.", length), table(line_table));
}

void line_not_readable(Oid line_table, std::string_view key, const char* argument, const ErrorData& reason)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg_internal("%s", why_unreadable(line_table, key, reason)),
            errdetail("Credits depend on what %s says of it, which raises SQLSTATE %s.%s", argument,
                      unpack_sql_state(reason.sqlerrcode), reason.detail == nullptr ? "" : psprintf(" %s", reason.detail)),
            errhint("Correct the line, or attach its table with an expression that suits every line."),
            reason.context == nullptr ? 0 : (errcontext("%s", reason.context)) /* a macro of two calls */, table(line_table),
            constraint(line_readable));
}

void header_not_readable(Oid line_table, Oid header_table, const char* key, const ErrorData& reason)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
            errmsg("document \"%s\" in view \"%s\" cannot be read: %s", key, get_rel_name(header_table), reason.message),
            errdetail("Lines of table \"%s\" belong to it. The view raises SQLSTATE %s.", get_rel_name(line_table),
                      unpack_sql_state(reason.sqlerrcode)),
            errhint("Correct the document, or the view."), table(line_table), constraint(line_readable));
}

void warn_below_alarm(std::string_view customer, std::string_view type_code, core::Amount balance, core::Amount level)
{
    ereport(WARNING, errmsg("credits of customer \"%s\" are below their alarm level", text(customer)),
            errdetail("%s credits of type \"%s\" are left; the alarm level is %s.", text(balance), text(type_code), text(level)),
            errhint("Offer the customer new credits."));
}

void warn_price_stays_zero(const Place& place)
{
    ereport(WARNING, errmsg("the price of a line that consumes no credits any more is still 0"),
            errdetail("Only the application knows its price%s.", text(place)), errhint("Enter the price of the line again."));
}

void warn_price_comes_back(const Place& place)
{
    ereport(WARNING, errmsg("the price of a line that consumes credits is not 0"),
            errdetail("A trigger of its table gives it a price again and again%s.", text(place)),
            errhint("Let the trigger ask credits.price_for(), or rename it so that it fires before zz_credits_price."));
}

} // namespace credits::errors
