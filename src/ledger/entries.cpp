// Books entries.
#include "ledger/entries.hpp"

#include <algorithm>

#include "errors/internal.hpp"
#include "errors/saving.hpp"
#include "pg/row.hpp"
#include "pg/table_writer.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

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
    pg::Row row(ledger.entries, count);
    row.set_text(customer, account.customer);
    row.set_int4(type_id, account.type->type_id);
    row.set_int8(entry_no, account.last_entry_no);
    row.set_int8(entry_column::lot_no, lot_no);
    if (entry.reverses != 0)
        row.set_int8(reverses, entry.reverses);
    row.set_date(booked_on, entry.booked_on);
    row.set_date(document_date, entry.document.date);
    row.set_text(kind, core::row_of(entry.kind).name);
    row.set_amount(quantity, entry.quantity);
    row.set_amount(value, entry.value, decimals);
    if (entry.has_amount)
        row.set_amount(amount, entry.amount, decimals);
    row.set_amount(balance_after, account.balance);
    if (line.source_no != 0)
        row.set_int4(source_no, line.source_no);
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

} // namespace

void book(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, const Entry& entry)
{
    if (entry.booked_on > entry.undone_on) {
        DateADT& until = entry.quantity > core::zero ? lot.changed_on : lot.unreturned_on;
        until = std::max(until, entry.booked_on);
    }
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

void book_change(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, const Entry& entry)
{
    if (entry.booked_on > lot.booked_on)
        lot.changed_on = std::max(lot.changed_on, entry.booked_on);
    book(ledger, account, line, lot, entry);
}

const core::EntryKindRow& read_kind(const pg::Table& entries)
{
    const std::string_view name = pg::to_view(pg::get_not_null(entries, entry_column::kind));
    const core::EntryKindRow* const kind = core::find_entry_kind(name);
    if (kind == nullptr)
        errors::unknown_kind(name);
    return *kind;
}

DateADT booking_date(const Ledger& ledger, const Document& document, DateADT follows)
{
    return std::max({document.date, follows, ledger.first_open_day});
}

DateADT available_on(const LoadedLot& lot) { return std::max({lot.booked_on, lot.returned_on, lot.changed_on}); }

DateADT undoable_on(const LoadedLot& lot, DateADT booked_on) { return std::max(booked_on, lot.unreturned_on); }

Document present_document(const DocumentLine& line)
{
    return {
        .kind = line.kind, .number = line.number, .date = line.date, .article = line.article, .coefficient = line.coefficient};
}

Document recorded_document(const DocumentLine& line)
{
    Document document = line.recorded->document;
    if (follows_number(line))
        document.number = line.number;
    return document;
}

std::string_view registration_key(std::string_view customer, int32 type_id, int64 entry_no)
{
    StringInfoData key;
    initStringInfo(&key);
    appendBinaryStringInfo(&key, customer.data(), static_cast<int>(customer.size()));
    appendStringInfo(&key, "/%d/%lld", type_id, static_cast<long long>(entry_no));
    return {key.data, static_cast<size_t>(key.len)};
}

} // namespace credits
