// Reads the entries of one document line.
#include "ledger/line_entries.hpp"

#include <algorithm>

#include "core/line_no.hpp"
#include "ledger/account_key.hpp"
#include "ledger/entries.hpp"
#include "pg/key.hpp"
#include "pg/numeric.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

core::Amount get_amount(const pg::Table& entries, int column)
{
    bool is_null = false;
    const Datum value = pg::get(entries, column, &is_null);
    return is_null ? core::zero : pg::to_amount(value);
}

LineEntry read_entry(const pg::Table& entries, const AccountKey& account, const Provenance& provenance)
{
    using namespace entry_column;
    const core::Amount credits = get_amount(entries, quantity);
    const core::EntryKindRow& row = read_kind(entries);
    bool is_root = false;
    const Datum reversed = pg::get(entries, reverses, &is_root);
    return {
        .account_no = DatumGetInt32(pg::get_not_null(entries, account_no)),
        .customer = account.customer,
        .type_id = account.type_id,
        .entry_no = DatumGetInt64(pg::get_not_null(entries, entry_no)),
        .lot_no = DatumGetInt64(pg::get_not_null(entries, lot_no)),
        .reverses = is_root ? 0 : DatumGetInt64(reversed),
        .booked_on = DatumGetDateADT(pg::get_not_null(entries, booked_on)),
        .act = row.act,
        .quantity = credits,
        .value = get_amount(entries, value),
        .amount = get_amount(entries, amount),
        .document = read_document(entries, provenance),
        .recorded_at = DatumGetTimestampTz(pg::get_not_null(entries, recorded_at)),
        .account_at = 0,
        .is_opening = row.kind == core::EntryKind::opening && credits > core::zero,
    };
}

/// What the numbers of the last entry stand for: mostly those of the next one, too.
struct Known {
    int32 account_no;
    AccountKey account;
    int32 provenance_no;
    Provenance provenance;
};

void know(Known& known, const pg::Table& entries)
{
    const int32 account_no = DatumGetInt32(pg::get_not_null(entries, entry_column::account_no));
    const int32 provenance_no = DatumGetInt32(pg::get_not_null(entries, entry_column::provenance_no));
    if (account_no != known.account_no)
        known.account = read_account_key(account_no);
    if (provenance_no != known.provenance_no)
        known.provenance = read_provenance(provenance_no);
    known.account_no = account_no;
    known.provenance_no = provenance_no;
}

/// Several lines may have one number, where that is a hash.
bool is_of_line(const pg::Table& entries, const Provenance& provenance, int32 source_no, std::string_view key)
{
    bool is_whole = false;
    const Datum text = pg::get(entries, entry_column::line_key, &is_whole);
    return provenance.source_no == source_no && (is_whole || pg::to_view(text) == key);
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

bool is_same_account(const LineEntry& a, const LineEntry& b) { return a.account_no == b.account_no; }

LineEntries read_line_entries(pg::Table& table, int32 source_no, std::string_view key, const pg::DatedSnapshot& snapshot)
{
    const auto number = pg::make_key(static_cast<int64>(core::line_no(source_no, key)));
    pg::IndexCursor cursor = pg::begin_scan(table, catalog().entry_line_idx, number, snapshot);
    pg::Array<LineEntry> read{};
    Known known{};
    while (pg::next(cursor)) {
        know(known, table);
        if (is_of_line(table, known.provenance, source_no, key))
            pg::append(read, read_entry(table, known.account, known.provenance));
    }
    pg::end_scan(cursor);
    sort(pg::span_of(read));
    return pg::span_of(read);
}

} // namespace credits
