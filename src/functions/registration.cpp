// Registrations by hand (rule 22): a consumption, a sale, an opening balance, and their reversal. Each is a document line without
// a document: it passes the gate, locks the customer and goes the way of all lines.
#include "errors/attaching.hpp"
#include "errors/registering.hpp"
#include "errors/saving.hpp"
#include "ledger/carry_out.hpp"
#include "ledger/entries.hpp"
#include "ledger/recorded.hpp"
#include "pg/key.hpp"
#include "pg/numeric.hpp"
#include "pg/snapshot.hpp"
#include "pg/text.hpp"
#include "save/decide.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"
#include "schema/gate.hpp"
#include "settings/customer.hpp"

namespace credits
{

namespace
{

constexpr std::string_view manual = "manual";

std::string_view text_argument(FunctionCallInfo fcinfo, int i, const char* name)
{
    if (PG_ARGISNULL(i))
        errors::missing_argument(name);
    return pg::to_view(PG_GETARG_DATUM(i));
}

DateADT date_argument(FunctionCallInfo fcinfo, int i)
{
    if (PG_ARGISNULL(i))
        errors::missing_argument("booked_on");
    const DateADT date = PG_GETARG_DATEADT(i);
    if (DATE_NOT_FINITE(date))
        errors::invalid_argument("booked_on", "infinity", "It is a day.");
    return date;
}

core::Amount quantity_argument(FunctionCallInfo fcinfo, int i)
{
    if (PG_ARGISNULL(i))
        errors::missing_argument("quantity");
    const std::optional<core::Amount> quantity = pg::to_amount_in_range(PG_GETARG_DATUM(i));
    if (!quantity || *quantity <= core::zero)
        errors::quantity_not_positive("quantity");
    return *quantity;
}

/// The value of an opening balance is given: no amount was invoiced here, and no unit value has a say.
core::Amount value_argument(FunctionCallInfo fcinfo, int i, const CreditType& type)
{
    if (PG_ARGISNULL(i))
        errors::missing_argument("value");
    const std::optional<core::Amount> value = pg::to_money_in_range(PG_GETARG_DATUM(i), type.worth.step);
    if (!value)
        errors::quantity_out_of_range({}, "value");
    if (*value < core::zero)
        errors::negative_value();
    return *value;
}

const CreditType* type_argument(FunctionCallInfo fcinfo, int i)
{
    const std::string_view code = text_argument(fcinfo, i, "type_code");
    const CreditType* const type = find_type(configuration(), code);
    if (type == nullptr)
        errors::unknown_type(code);
    return type;
}

/// A new registration; its customer and type are the first two arguments of every function here.
DocumentLine make_registration(FunctionCallInfo fcinfo, int description, int booked_on)
{
    DocumentLine line{};
    line.kind = manual;
    line.customer = text_argument(fcinfo, 0, "customer");
    line.type = type_argument(fcinfo, 1);
    line.date = date_argument(fcinfo, booked_on);
    if (!PG_ARGISNULL(description))
        line.description = pg::to_view(PG_GETARG_DATUM(description));
    keep_closed_months(configuration(), line);
    require_open_month(line);
    return line;
}

void record_registration(DocumentLine& line)
{
    const std::span<DocumentLine> lines[]{{&line, 1}};
    carry_out(configuration(), lines);
}

int64 register_line(DocumentLine& line)
{
    if (!configuration().is_active)
        errors::module_not_active();
    const Customer customer = lock_account_of(line.customer);
    line.customer = customer.customer;
    if (!customer.works_with_credits)
        errors::not_working_with_credits(line.customer);
    line.settlement = core::settle({}, line.wanted, core::Target::other);
    record_registration(line);
    return line.first_entry_no;
}

int32 account_number(std::string_view customer, const CreditType& type)
{
    return pg::read_latest(catalog().account, [&](pg::Table& accounts, const pg::DatedSnapshot& snapshot) {
        const auto key = pg::make_key(customer, type.type_id);
        return pg::find(accounts, catalog().account_pkey, key, snapshot)
                   ? DatumGetInt32(pg::get_not_null(accounts, account_column::account_no))
                   : 0;
    });
}

Recorded* read_registration(std::string_view key)
{
    return pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        return read_recorded(entries, 0, key, snapshot);
    });
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_register_consumption);
PG_FUNCTION_INFO_V1(credits_register_sale);
PG_FUNCTION_INFO_V1(credits_register_opening);
PG_FUNCTION_INFO_V1(credits_reverse_registration);
}

/// register_consumption(customer, type_code, quantity, description, booked_on) returns the number of its first entry.
Datum credits_register_consumption(PG_FUNCTION_ARGS)
{
    pass_gate();
    DocumentLine line = make_registration(fcinfo, 3, 4);
    line.wanted = {.act = core::Act::consumption, .credits = -quantity_argument(fcinfo, 2), .amount = {}, .value = {}};
    PG_RETURN_INT64(register_line(line));
}

/// register_sale(customer, type_code, quantity, amount, description, booked_on) returns the number of its entry.
Datum credits_register_sale(PG_FUNCTION_ARGS)
{
    pass_gate();
    DocumentLine line = make_registration(fcinfo, 4, 5);
    line.has_amount = !PG_ARGISNULL(3);
    line.amount = line.has_amount ? PG_GETARG_DATUM(3) : Datum(0);
    if (!line.type->active)
        errors::type_not_active({}, line.customer, line.type->code);
    line.wanted = make_sale(*line.type, line, quantity_argument(fcinfo, 2));
    PG_RETURN_INT64(register_line(line));
}

/// register_opening(customer, type_code, quantity, value, description, booked_on) returns the number of its entry.
Datum credits_register_opening(PG_FUNCTION_ARGS)
{
    pass_gate();
    DocumentLine line = make_registration(fcinfo, 4, 5);
    line.is_opening = true;
    if (!line.type->active)
        errors::type_not_active({}, line.customer, line.type->code);
    line.wanted = {.act = core::Act::sale,
                   .credits = quantity_argument(fcinfo, 2),
                   .amount = core::zero,
                   .value = value_argument(fcinfo, 3, *line.type)};
    PG_RETURN_INT64(register_line(line));
}

/// reverse_registration(customer, type_code, entry_no, description) returns the number of the first reversing entry.
Datum credits_reverse_registration(PG_FUNCTION_ARGS)
{
    pass_gate();
    DocumentLine line{};
    line.kind = manual;
    line.customer = text_argument(fcinfo, 0, "customer");
    line.type = type_argument(fcinfo, 1);
    if (PG_ARGISNULL(2))
        errors::missing_argument("entry_no");
    const int64 entry_no = PG_GETARG_INT64(2);
    if (!PG_ARGISNULL(3))
        line.description = pg::to_view(PG_GETARG_DATUM(3));
    line.customer = lock_account_of(line.customer).customer;
    line.key = registration_key(account_number(line.customer, *line.type), entry_no);
    line.recorded = read_registration(line.key);
    if (line.recorded == nullptr)
        errors::no_such_registration(line.customer, line.type->code, entry_no);
    if (core::is_nothing(line.recorded->effect))
        errors::already_reversed(line.customer, line.type->code, entry_no);
    line.date = line.recorded->document.date;
    keep_closed_months(configuration(), line);
    require_open_month(line);
    line.settlement = core::undo(line.recorded->effect);
    record_registration(line);
    PG_RETURN_INT64(line.first_entry_no);
}

} // namespace credits
