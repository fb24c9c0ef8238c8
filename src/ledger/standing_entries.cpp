// What of an account's draws, and of the returns tied to them, still stands: read from its entries, the latest first. By then all
// later entries that undo one are known, so nothing has to be looked up.
#include "ledger/standing_entries.hpp"

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

/// What entries together move; the sign tells which way.
struct Sum {
    int64 entry_no; // that they undo
    int64 quantity;
    int64 value;
};

/// An entry, and what is left of it.
struct StandingEntry {
    int64 entry_no;
    int64 lot_no;
    int64 reverses;
    int64 quantity;
    int64 value;
    DateADT booked_on;
    core::Act act;
    bool is_undone; // in part or as a whole
};

int64 get_units(const pg::Table& entries, int column) { return pg::to_amount(pg::get_not_null(entries, column)).units; }

StandingEntry read_entry(const pg::Table& entries)
{
    using namespace entry_column;
    bool is_root = false;
    const Datum reversed = pg::get(entries, reverses, &is_root);
    return {
        .entry_no = DatumGetInt64(pg::get_not_null(entries, entry_no)),
        .lot_no = DatumGetInt64(pg::get_not_null(entries, lot_no)),
        .reverses = is_root ? 0 : DatumGetInt64(reversed),
        .quantity = get_units(entries, quantity),
        .value = get_units(entries, value),
        .booked_on = DatumGetDateADT(pg::get_not_null(entries, booked_on)),
        .act = read_kind(entries).act,
        .is_undone = false,
    };
}

HTAB* make_sums()
{
    HASHCTL control{};
    control.keysize = sizeof(int64);
    control.entrysize = sizeof(Sum);
    control.hcxt = CurrentMemoryContext;
    return hash_create("credits undone entries", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void add_to(HTAB* undone, const StandingEntry& entry)
{
    bool is_found = false;
    auto* sum = static_cast<Sum*>(hash_search(undone, &entry.reverses, HASH_ENTER, &is_found));
    if (!is_found)
        sum->quantity = sum->value = 0;
    sum->quantity += entry.quantity;
    sum->value += entry.value;
}

/// Calls fn(entry) for each entry of the account, the latest first, until it returns false.
template <class Fn>
void read_back(pg::Table& entries, int32 account_no, const pg::DatedSnapshot& snapshot, Fn fn)
{
    HTAB* const undone = make_sums();
    pg::IndexCursor cursor = pg::begin_scan(entries, catalog().entry_pkey, pg::make_key(account_no), snapshot);
    while (pg::previous(cursor)) {
        CHECK_FOR_INTERRUPTS();
        StandingEntry entry = read_entry(entries);
        if (const auto* sum = static_cast<const Sum*>(hash_search(undone, &entry.entry_no, HASH_REMOVE, nullptr))) {
            entry.quantity += sum->quantity;
            entry.value += sum->value;
            entry.is_undone = true;
        }
        if (!fn(entry))
            break;
        if (entry.reverses != 0)
            add_to(undone, entry);
    }
    pg::end_scan(cursor);
    hash_destroy(undone);
}

/// The return line of the entry in entries.found, as it was booked.
DocumentLine* read_line(const pg::Table& entries)
{
    using namespace entry_column;
    auto* line = static_cast<DocumentLine*>(palloc0(sizeof(DocumentLine)));
    const Provenance provenance = read_provenance(DatumGetInt32(pg::get_not_null(entries, provenance_no)));
    const Document document = read_document(entries, provenance);
    line->source_no = provenance.source_no;
    line->key = read_line_key(entries);
    line->kind = document.kind;
    line->number = document.number;
    line->article = document.article;
    line->date = document.date;
    line->coefficient = document.coefficient;
    return line;
}

RecordedDraw to_draw(const StandingEntry& entry, int64 sign)
{
    return {.draw = {entry.entry_no, entry.lot_no, {sign * entry.quantity}, {sign * entry.value}},
            .booked_on = entry.booked_on,
            .reverses = entry.reverses,
            .stands = true};
}

} // namespace

std::span<RecordedDraw> latest_draws(pg::Table& entries, int32 account_no, core::Amount wanted, const pg::DatedSnapshot& snapshot)
{
    pg::Array<RecordedDraw> draws{};
    read_back(entries, account_no, snapshot, [&](const StandingEntry& entry) {
        const bool is_draw = (entry.act == core::Act::consumption || entry.act == core::Act::return_line) && entry.reverses == 0;
        if (!is_draw || entry.quantity >= 0)
            return true;
        pg::append(draws, to_draw(entry, -1));
        wanted.units += entry.quantity;
        return wanted > core::zero;
    });
    return pg::span_of(draws);
}

bool has_change_of_value(Ledger& ledger, const Account& account, int64 lot_no)
{
    bool has_any = false;
    with_own_entries([&](const pg::DatedSnapshot& snapshot) {
        read_back(ledger.entries, account.account_no, snapshot, [&](const StandingEntry& entry) {
            has_any = entry.lot_no == lot_no && entry.act == core::Act::credit_note && entry.reverses == 0 &&
                      entry.quantity == 0 && entry.value != 0 && !entry.is_undone;
            return !has_any;
        });
    });
    return has_any;
}

Ties find_ties(Ledger& ledger, Account& account, int64 draw)
{
    pg::Array<Tie> ties{};
    with_own_entries([&](const pg::DatedSnapshot& snapshot) {
        read_back(ledger.entries, account.account_no, snapshot, [&](const StandingEntry& entry) {
            if (entry.reverses == draw && entry.act == core::Act::return_line && entry.quantity > 0)
                pg::append(ties, {.draw = to_draw(entry, 1), .line = read_line(ledger.entries), .lost = {}});
            return entry.entry_no > draw;
        });
    });
    return pg::span_of(ties);
}

} // namespace credits
