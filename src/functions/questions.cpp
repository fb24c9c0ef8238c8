// What an ERP's form may ask before it saves. Nothing is locked or written; answers are as of now, at every isolation level but
// SERIALIZABLE, where they are those of the transaction's snapshot.
#include <algorithm>

#include "errors/registering.hpp"
#include "errors/saving.hpp"
#include "ledger/account.hpp"
#include "ledger/lots.hpp"
#include "ledger/open_lots.hpp"
#include "ledger/standing_entries.hpp"
#include "pg/numeric.hpp"
#include "pg/snapshot.hpp"
#include "pg/text.hpp"
#include "schema/gate.hpp"
#include "settings/contacts.hpp"
#include "settings/customer.hpp"

namespace credits
{

namespace
{

pg::DatedSnapshot transaction_snapshot(const Ledger& ledger)
{
    pg::DatedSnapshot snapshot{};
    for (const pg::Table* const table : {&ledger.entries, &ledger.accounts, &ledger.lots})
        snapshot = pg::older_snapshot(GetTransactionSnapshot(), table->relation);
    return snapshot;
}

/// Calls fn(ledger) with the ledger opened for looking.
template <class Fn>
auto look_into_ledger(Fn fn)
{
    Ledger ledger = open_ledger(DATEVAL_NOBEGIN, SaveSize::one_line, AccessShareLock);
    const auto look = [&](const pg::DatedSnapshot& snapshot) {
        ledger.snapshot = snapshot;
        return fn(ledger);
    };
    auto answer = IsolationIsSerializable() ? look(transaction_snapshot(ledger)) : pg::with_latest_snapshot(look);
    close_ledger(ledger);
    return answer;
}

/// What a line would do, as preview_line returns it.
struct Preview {
    core::Amount balance_before;
    core::Amount balance_after;
    bool is_enough;
    core::Amount value;
    StringInfoData draws; // JSON
};

void append_draw(StringInfo draws, int64 lot_no, const core::Movement& drawn, int decimals)
{
    appendStringInfo(draws, "%s{\"lot_no\": %lld, \"quantity\": %s, \"value\": %s}", draws->len > 1 ? ", " : "",
                     static_cast<long long>(lot_no),
                     DatumGetCString(DirectFunctionCall1(numeric_out, pg::to_numeric(drawn.quantity))),
                     DatumGetCString(DirectFunctionCall1(numeric_out, pg::to_numeric(drawn.value, decimals))));
}

void add(Preview& preview, int64 lot_no, const core::Movement& moved, int decimals)
{
    preview.value.units += moved.value.units;
    append_draw(&preview.draws, lot_no, moved, decimals);
}

/// A consumption takes from the oldest lots, a credit note from the newest; returns what they have not.
core::Amount preview_taking(Ledger& ledger, Account& account, core::Act act, core::Amount needed, Preview& preview)
{
    while (needed > core::zero) {
        LoadedLot* const lot =
            act == core::Act::credit_note ? newest_open_lot(ledger, account) : oldest_open_lot(ledger, account);
        if (lot == nullptr)
            break;
        const core::Movement drawn = core::draw(account.type->worth, lot->lot, needed);
        needed = core::less(needed, drawn.quantity);
        add(preview, lot->lot.lot_no, drawn, account.type->money_decimals);
    }
    end_open_lots(ledger, account);
    return needed;
}

/// A return gives to the lots last drawn; returns what was not consumed.
core::Amount preview_return(Ledger& ledger, const Account& account, core::Amount given, Preview& preview)
{
    for (RecordedDraw& recorded : latest_draws(ledger.entries, account.account_no, given, ledger.snapshot)) {
        const core::Movement back = core::release(recorded.draw, given, account.type->worth.step);
        given = core::less(given, back.quantity);
        add(preview, recorded.draw.lot_no, back, account.type->money_decimals);
    }
    return given;
}

Preview preview(std::string_view customer, const CreditType* type, core::Act act, core::Amount credits)
{
    return look_into_ledger([&](Ledger& ledger) {
        Preview preview{};
        initStringInfo(&preview.draws);
        appendStringInfoChar(&preview.draws, '[');
        Account account = open_account(ledger, customer, type);
        preview.balance_before = account.balance;
        preview.balance_after = {account.balance.units + credits.units};
        core::Amount lacking = core::zero;
        if (act == core::Act::return_line)
            lacking = preview_return(ledger, account, credits, preview);
        else if (act != core::Act::sale)
            lacking = preview_taking(ledger, account, act, -credits, preview);
        preview.is_enough = lacking == core::zero;
        appendStringInfoChar(&preview.draws, ']');
        return preview;
    });
}

void put_preview(FunctionCallInfo fcinfo, const CreditType& type, core::Act act, core::Amount credits, const Preview& preview)
{
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    const bool is_sale = act == core::Act::sale;
    Datum values[]{pg::to_text(type.code),
                   pg::to_numeric(credits),
                   pg::to_numeric(preview.balance_before),
                   pg::to_numeric(preview.balance_after),
                   BoolGetDatum(preview.is_enough),
                   pg::to_numeric(preview.value, type.money_decimals),
                   DirectFunctionCall1(jsonb_in, CStringGetDatum(preview.draws.data))};
    bool nulls[]{false, false, false, false, false, is_sale, is_sale};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_balance);
PG_FUNCTION_INFO_V1(credits_is_consumption);
PG_FUNCTION_INFO_V1(credits_preview_line);
}

/// balance(customer, type_code): strict.
Datum credits_balance(PG_FUNCTION_ARGS)
{
    come_to_gate();
    const std::string_view customer = account_of(pg::to_view(PG_GETARG_DATUM(0)));
    const std::string_view code = pg::to_view(PG_GETARG_DATUM(1));
    const CreditType* const type = find_type(configuration(), code);
    if (type == nullptr)
        errors::unknown_type(code);
    const core::Amount balance = look_into_ledger([&](Ledger& ledger) { return open_account(ledger, customer, type).balance; });
    return pg::to_numeric(balance);
}

/// is_consumption(customer, article): strict.
Datum credits_is_consumption(PG_FUNCTION_ARGS)
{
    come_to_gate();
    const Configuration& settings = configuration();
    const Article* const article = find_article(settings, pg::to_view(PG_GETARG_DATUM(1)));
    const bool consumes =
        settings.is_active && article != nullptr && article->type != nullptr && article->coefficient < core::zero;
    PG_RETURN_BOOL(consumes && read_customer(account_of(pg::to_view(PG_GETARG_DATUM(0)))).works_with_credits);
}

/// preview_line(customer, article, quantity): strict; one row, or none when credits are not touched.
Datum credits_preview_line(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    come_to_gate();
    const std::string_view customer = account_of(pg::to_view(PG_GETARG_DATUM(0)));
    const Configuration& settings = configuration();
    const Article* const article = find_article(settings, pg::to_view(PG_GETARG_DATUM(1)));
    if (!settings.is_active || article == nullptr || article->type == nullptr || !read_customer(customer).works_with_credits)
        return Datum(0);
    const std::optional<core::Amount> credits = pg::multiply_rounded(PG_GETARG_DATUM(2), article->coefficient);
    if (!credits)
        errors::without_counting([] { errors::quantity_out_of_range({}, "quantity"); });
    const core::Act act = core::act_of(article->coefficient, *credits);
    if (act != core::Act::none)
        put_preview(fcinfo, *article->type, act, *credits, preview(customer, article->type, act, *credits));
    return Datum(0);
}

} // namespace credits
