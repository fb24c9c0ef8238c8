// What a settlement does to an open account: lots sold, changed and closed, credits drawn and given back, an entry for each.
#include <algorithm>

#include "errors.hpp"
#include "ledger.hpp"
#include "ledger_columns.hpp"
#include "ledger_lots.hpp"
#include "pg/row.hpp"

namespace credits
{

namespace
{

/// One entry about to be booked. Quantity and value carry their sign: > 0 adds to the balance.
struct Entry {
    const char* kind;
    Document document;
    core::Amount quantity;
    core::Amount value;
    bool has_amount;
    core::Amount amount;
    int64 reverses; // 0: none
    DateADT booked_on;
};

/// A registration by hand gets its key from its first entry.
void name_registration(const Ledger& ledger, const Account& account, DocumentLine& line)
{
    if (!is_null(line.key))
        return;
    const MemoryContext caller = MemoryContextSwitchTo(ledger.memory);
    line.key = registration_key(account.customer, account.type->type_id, account.last_entry_no);
    MemoryContextSwitchTo(caller);
}

void write_entry(Ledger& ledger, const Account& account, const DocumentLine& line, const Entry& entry, int64 lot_no)
{
    using namespace entry_column;
    const MemoryContext caller = MemoryContextSwitchTo(ledger.row_memory);
    const int decimals = account.type->money_decimals;
    pg::Row row(ledger.entries);
    row.set_text(customer, account.customer);
    row.set_int4(type_id, account.type->type_id);
    row.set_int8(entry_no, account.last_entry_no);
    row.set_int8(entry_column::lot_no, lot_no);
    if (entry.reverses != 0)
        row.set_int8(reverses, entry.reverses);
    row.set_date(booked_on, entry.booked_on);
    row.set_date(document_date, entry.document.date);
    row.set_text(kind, entry.kind);
    row.set_amount(quantity, entry.quantity);
    row.set_amount(value, entry.value, decimals);
    if (entry.has_amount)
        row.set_amount(amount, entry.amount, decimals);
    row.set_amount(balance_after, account.balance);
    if (OidIsValid(line.line_table))
        row.set(line_table, ObjectIdGetDatum(line.line_table));
    row.set_text(line_key, line.key);
    row.set_text(document_kind, entry.document.kind);
    row.set_text(document_number, entry.document.number);
    row.set_text(article, entry.document.article);
    if (entry.document.coefficient != core::zero)
        row.set_amount(coefficient, entry.document.coefficient);
    row.set_text(description, line.description);
    row.set(recorded_at, TimestampTzGetDatum(ledger.recorded_at));
    row.set_text(recorded_by, is_null(line.recorded_by) ? ledger.recorded_by : line.recorded_by);
    row.set_text(entered_by, line.entered_by);
    row.store();
    pg::insert(ledger.entries);
    MemoryContextSwitchTo(caller);
    forget_row(ledger);
}

core::Amount add_or_refuse(core::Amount sum, core::Amount part, const Account& account)
{
    const std::optional<core::Amount> added = core::add(sum, part);
    if (!added)
        errors::balance_out_of_range(account.customer, account.type->code);
    return *added;
}

void book(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, const Entry& entry)
{
    account.balance = add_or_refuse(account.balance, entry.quantity, account);
    account.value = add_or_refuse(account.value, entry.value, account);
    account.last_entry_no++;
    lot.last_entry_no = account.last_entry_no;
    lot.is_changed = true;
    if (line.first_entry_no == 0)
        line.first_entry_no = account.last_entry_no;
    name_registration(ledger, account, line);
    write_entry(ledger, account, line, entry, lot.lot.lot_no);
}

/// An entry is booked on the latest of its document's date, what it follows, and the first open day (rule 28).
DateADT booking_date(const Ledger& ledger, const Document& document, DateADT follows)
{
    return std::max({document.date, follows, ledger.first_open_day});
}

/// The line as it is now: what a new booking says.
Document present_document(const DocumentLine& line)
{
    return {
        .kind = line.kind, .number = line.number, .date = line.date, .article = line.article, .coefficient = line.coefficient};
}

/// The line as it was booked: what an undoing entry says, so that the line keeps its terms while it does not count (rule 16).
/// Its number is the present one: the ledger has followed it by now.
Document recorded_document(const DocumentLine& line)
{
    Document document = line.recorded->document;
    if (line.counts)
        document.number = line.number;
    return document;
}

/// Only the first booking of a line bears the plain name; what follows is a change of it.
bool is_first(const DocumentLine& line) { return line.recorded == nullptr || line.recorded->effect.credits == core::zero; }

} // namespace

std::string_view registration_key(std::string_view customer, int32 type_id, int64 entry_no)
{
    StringInfoData key;
    initStringInfo(&key);
    appendBinaryStringInfo(&key, customer.data(), static_cast<int>(customer.size()));
    appendStringInfo(&key, "/%d/%lld", type_id, static_cast<long long>(entry_no));
    return {key.data, static_cast<size_t>(key.len)};
}

void give_back(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits)
{
    const Document document = recorded_document(line);
    for (int i = line.recorded->draw_count - 1; i >= 0 && credits > core::zero; i--) {
        RecordedDraw& recorded = line.recorded->draws[i];
        LoadedLot& lot = get_lot(ledger, account, recorded.draw.lot_no);
        const core::Movement back = core::give_back(recorded.draw, lot.lot, credits, account.type->money_step);
        credits = core::less(credits, back.quantity);
        book(ledger, account, line, lot,
             {.kind = "consumption_change",
              .document = document,
              .quantity = back.quantity,
              .value = back.value,
              .has_amount = false,
              .amount = {},
              .reverses = recorded.draw.entry_no,
              .booked_on = booking_date(ledger, document, recorded.booked_on)});
    }
}

void change_lot(Ledger& ledger, Account& account, DocumentLine& line, const core::Effect& sale)
{
    LoadedLot& loaded = get_lot(ledger, account, line.recorded->lot_no);
    core::Lot& lot = loaded.lot;
    if (!core::is_untouched(lot))
        errors::lot_not_consumed(line, account.customer, account.type->code, lot);
    const Document document = recorded_document(line);
    const core::Lot before = lot;
    lot.quantity = lot.remaining = sale.credits;
    lot.value = lot.remaining_value = sale.value;
    lot.amount = sale.amount;
    loaded.is_resold = true;
    const int64 opening = line.recorded->opening_entry_no;
    book(ledger, account, line, loaded,
         {.kind = opening == 0 ? "sale_change" : "opening",
          .document = document,
          .quantity = {lot.quantity.units - before.quantity.units},
          .value = {lot.value.units - before.value.units},
          .has_amount = opening == 0,
          .amount = {lot.amount.units - before.amount.units},
          .reverses = opening,
          .booked_on = booking_date(ledger, document, loaded.booked_on)});
}

void open_lot(Ledger& ledger, Account& account, DocumentLine& line)
{
    const core::Effect& sale = line.settlement.sale;
    const DateADT booked_on = booking_date(ledger, present_document(line), DATEVAL_NOBEGIN);
    LoadedLot& lot = add_lot(ledger, account,
                             {
                                 .lot = {.lot_no = ++account.last_lot_no,
                                         .quantity = sale.credits,
                                         .amount = sale.amount,
                                         .value = sale.value,
                                         .remaining = sale.credits,
                                         .remaining_value = sale.value},
                                 .sold_on = line.date,
                                 .booked_on = booked_on,
                                 .last_entry_no = 0,
                                 .stored = nullptr,
                                 .sale = &line,
                                 .is_changed = true,
                                 .is_resold = true,
                             });
    book(ledger, account, line, lot,
         {.kind = line.is_opening ? "opening" : "sale",
          .document = present_document(line),
          .quantity = sale.credits,
          .value = sale.value,
          .has_amount = !line.is_opening,
          .amount = sale.amount,
          .reverses = 0,
          .booked_on = booked_on});
}

void draw(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits)
{
    if (account.balance < credits)
        errors::balance_not_negative(line, account.customer, account.type->code, credits, account.balance);
    const Document document = present_document(line);
    const char* const kind = is_first(line) ? "consumption" : "consumption_change";
    while (credits > core::zero) {
        LoadedLot* const lot = oldest_open_lot(ledger, account);
        if (lot == nullptr)
            errors::missing_open_lots(account.customer, account.type->code);
        const core::Movement drawn = core::draw_from(lot->lot, credits, account.type->money_step);
        credits = core::less(credits, drawn.quantity);
        book(ledger, account, line, *lot,
             {.kind = kind,
              .document = document,
              .quantity = -drawn.quantity,
              .value = -drawn.value,
              .has_amount = false,
              .amount = {},
              .reverses = 0,
              .booked_on = booking_date(ledger, document, lot->booked_on)});
    }
}

} // namespace credits
