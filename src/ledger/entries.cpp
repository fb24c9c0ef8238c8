// Books entries.
#include "ledger/entries.hpp"

#include <algorithm>

#include "core/line_no.hpp"
#include "errors/internal.hpp"
#include "errors/saving.hpp"
#include "ledger/account_key.hpp"
#include "pg/row.hpp"
#include "pg/table_writer.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

std::string_view copy_text(const pg::Table& entries, int column)
{
    bool is_null = false;
    const Datum text = pg::get(entries, column, &is_null);
    return is_null ? std::string_view() : pg::copy(pg::to_view(text));
}

/// A registration by hand gets its key from its first entry.
void name_registration(const Ledger& ledger, const Account& account, DocumentLine& line)
{
    if (!is_null(line.key))
        return;
    const MemoryContext caller = MemoryContextSwitchTo(ledger.memory);
    line.key = registration_key(account.account_no, account.last_entry_no);
    MemoryContextSwitchTo(caller);
}

/// As long as lines come from one source, saved by one role, it is looked up once.
int32 number_of(Ledger& ledger, const Provenance& provenance)
{
    if (ledger.provenance_no == 0 || provenance != ledger.provenance) {
        ledger.provenance_no = provenance_number(provenance);
        ledger.provenance = provenance;
    }
    return ledger.provenance_no;
}

void set_line(pg::Row& row, const DocumentLine& line)
{
    const int64 number = core::line_no(line.source_no, line.key);
    row.set_int8(entry_column::line_no, number);
    if (!core::is_whole_key(number))
        row.set_text(entry_column::line_key, line.key);
    row.set_text(entry_column::description, line.description);
    row.set_text(entry_column::entered_by, line.entered_by);
}

void set_document(pg::Row& row, const Document& document, DateADT booked_on)
{
    using namespace entry_column;
    if (document.date != booked_on)
        row.set_date(document_date, document.date);
    row.set_text(document_number, document.number);
    row.set_text(article, document.article);
    if (document.coefficient != core::zero)
        row.set_amount(coefficient, document.coefficient);
}

void write_entry(Ledger& ledger, const Account& account, const DocumentLine& line, const Entry& entry, int64 lot_no)
{
    using namespace entry_column;
    const int32 provenance =
        number_of(ledger, {.source_no = line.source_no,
                           .document_kind = entry.document.kind,
                           .recorded_by = is_null(line.recorded_by) ? ledger.recorded_by : line.recorded_by});
    const MemoryContext caller = MemoryContextSwitchTo(ledger.row_memory);
    const int decimals = account.type->money_decimals;
    pg::Row row(ledger.entries, count);
    row.set_int8(entry_no, account.last_entry_no);
    row.set_int8(entry_column::lot_no, lot_no);
    row.set(recorded_at, TimestampTzGetDatum(ledger.recorded_at));
    row.set_int4(account_no, account.account_no);
    row.set_int4(provenance_no, provenance);
    row.set_date(booked_on, entry.booked_on);
    row.set_char(kind, core::row_of(entry.kind).code);
    row.set_amount(quantity, entry.quantity);
    row.set_amount(value, entry.value, decimals);
    row.set_amount(balance_after, account.balance);
    if (entry.has_amount)
        row.set_amount(amount, entry.amount, decimals);
    if (entry.reverses != 0)
        row.set_int8(reverses, entry.reverses);
    set_line(row, line);
    set_document(row, entry.document, entry.booked_on);
    row.store();
    pg::insert(ledger.entries);
    MemoryContextSwitchTo(caller);
    forget_row(ledger);
}

/// Views join what is booked to whose account it is.
void require_number(Account& account)
{
    if (account.account_no == 0)
        account.account_no = add_account_key({.customer = account.customer, .type_id = account.type->type_id});
    else if (account.is_newer)
        show_account_key(account.account_no);
    account.is_newer = false;
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
    require_number(account);
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
    const char code = DatumGetChar(pg::get_not_null(entries, entry_column::kind));
    const core::EntryKindRow* const kind = core::find_entry_kind(code);
    if (kind == nullptr)
        errors::unknown_kind(code);
    return *kind;
}

Document read_document(const pg::Table& entries, const Provenance& provenance)
{
    using namespace entry_column;
    bool has_no_date = false;
    bool has_no_coefficient = false;
    const Datum date = pg::get(entries, document_date, &has_no_date);
    const Datum per_unit = pg::get(entries, coefficient, &has_no_coefficient);
    return {.kind = provenance.document_kind,
            .number = copy_text(entries, document_number),
            .date = DatumGetDateADT(has_no_date ? pg::get_not_null(entries, booked_on) : date),
            .article = copy_text(entries, article),
            .coefficient = has_no_coefficient ? core::zero : pg::to_amount(per_unit)};
}

std::string_view read_line_key(const pg::Table& entries)
{
    const std::string_view key = copy_text(entries, entry_column::line_key);
    if (!is_null(key))
        return key;
    const int64 number = DatumGetInt64(pg::get_not_null(entries, entry_column::line_no)) & core::key_mask;
    return psprintf("%lld", static_cast<long long>(number));
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

std::string_view registration_key(int32 account_no, int64 entry_no)
{
    return psprintf("%d/%lld", account_no, static_cast<long long>(entry_no));
}

} // namespace credits
