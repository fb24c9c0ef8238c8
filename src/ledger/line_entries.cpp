// Reads the entries of one document line.
#include "ledger/line_entries.hpp"

#include <algorithm>

#include "ledger/entries.hpp"
#include "pg/key.hpp"
#include "pg/numeric.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

std::string_view get_text(const pg::Table& entries, int column)
{
    bool is_null = false;
    const Datum value = pg::get(entries, column, &is_null);
    return is_null ? std::string_view() : pg::copy(pg::to_view(value));
}

core::Amount get_amount(const pg::Table& entries, int column)
{
    bool is_null = false;
    const Datum value = pg::get(entries, column, &is_null);
    return is_null ? core::zero : pg::to_amount(value);
}

LineEntry read_entry(const pg::Table& entries)
{
    using namespace entry_column;
    const core::Amount credits = get_amount(entries, quantity);
    const core::EntryKindRow& row = read_kind(entries);
    bool is_root = false;
    bool has_no_date = false;
    const Datum reversed = pg::get(entries, reverses, &is_root);
    const Datum date = pg::get(entries, document_date, &has_no_date);
    return {
        .customer = get_text(entries, customer),
        .type_id = DatumGetInt32(pg::get_not_null(entries, type_id)),
        .entry_no = DatumGetInt64(pg::get_not_null(entries, entry_no)),
        .lot_no = DatumGetInt64(pg::get_not_null(entries, lot_no)),
        .reverses = is_root ? 0 : DatumGetInt64(reversed),
        .booked_on = DatumGetDateADT(pg::get_not_null(entries, booked_on)),
        .act = row.act,
        .quantity = credits,
        .value = get_amount(entries, value),
        .amount = get_amount(entries, amount),
        .document = {.kind = get_text(entries, document_kind),
                     .number = get_text(entries, document_number),
                     .date = has_no_date ? 0 : DatumGetDateADT(date),
                     .article = get_text(entries, article),
                     .coefficient = get_amount(entries, coefficient)},
        .recorded_at = DatumGetTimestampTz(pg::get_not_null(entries, recorded_at)),
        .is_opening = row.kind == core::EntryKind::opening && credits > core::zero,
    };
}

bool is_in_earlier_account(const LineEntry& a, const LineEntry& b)
{
    return a.customer != b.customer ? a.customer < b.customer : a.type_id < b.type_id;
}

/// Sorts them account by account, each in the order of booking, which numbers tell; the account that was booked to last comes
/// last. Times alone tell no order: a save may wait after its statement began.
void sort(std::span<LineEntry> entries)
{
    std::ranges::sort(entries, [](const LineEntry& a, const LineEntry& b) {
        return is_same_account(a, b) ? a.entry_no < b.entry_no : is_in_earlier_account(a, b);
    });
    for (size_t i = entries.size(); i-- > 0;)
        entries[i].account_at = i + 1 < entries.size() && is_same_account(entries[i], entries[i + 1]) ? entries[i + 1].account_at
                                                                                                      : entries[i].recorded_at;
    std::ranges::sort(entries, [](const LineEntry& a, const LineEntry& b) {
        if (is_same_account(a, b))
            return a.entry_no < b.entry_no;
        return a.account_at != b.account_at ? a.account_at < b.account_at : is_in_earlier_account(a, b);
    });
}

} // namespace

bool is_same_account(const LineEntry& a, const LineEntry& b) { return a.customer == b.customer && a.type_id == b.type_id; }

LineEntries read_line_entries(pg::Table& table, int32 source_no, std::string_view key, const pg::DatedSnapshot& snapshot)
{
    const std::array parts{source_no != 0 ? pg::key_part(source_no) : pg::null_part(), pg::key_part(key)};
    pg::IndexCursor cursor = pg::begin_scan(table, catalog().entry_line_idx, parts, snapshot);
    pg::Array<LineEntry> read{};
    while (pg::next(cursor))
        pg::append(read, read_entry(table));
    pg::end_scan(cursor);
    sort(pg::span_of(read));
    return pg::span_of(read);
}

} // namespace credits
