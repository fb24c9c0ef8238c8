// Reads from the entries what the ledger has recorded for a line.
#include "ledger/recorded.hpp"

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

struct LineEntry {
    std::string_view customer;
    int32 type_id;
    int64 entry_no;
    int64 lot_no;
    int64 reverses;
    DateADT booked_on;
    core::Act act; // that it books, or undoes
    core::Amount quantity;
    core::Amount value;
    core::Amount amount;
    Document document;
    TimestampTz recorded_at;
    TimestampTz account_at; // the last time in its account
    bool is_opening;
};

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

bool is_same_account(const LineEntry& a, const LineEntry& b) { return a.customer == b.customer && a.type_id == b.type_id; }

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

/// What is booked for a line, in the order of booking.
using LineEntries = std::span<const LineEntry>;

LineEntries read_entries(pg::Table& table, int32 source_no, std::string_view key, const pg::DatedSnapshot& snapshot)
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

/// Does the line stand in this account? A change of value has an amount and no credits.
bool stands_in(LineEntries line, const LineEntry& account)
{
    int64 credits = 0;
    int64 amount = 0;
    for (const LineEntry& entry : line)
        if (is_same_account(entry, account)) {
            credits += entry.quantity.units;
            amount += entry.amount.units;
        }
    return credits != 0 || amount != 0;
}

/// The line's last entry in the account where it stands; where it stands nowhere, the last of all.
const LineEntry& last_booking(LineEntries line)
{
    for (size_t i = line.size(); i-- > 0;) {
        const bool is_asked = i + 1 < line.size() && is_same_account(line[i], line[i + 1]);
        if (!is_asked && stands_in(line, line[i]))
            return line[i];
    }
    return line.back();
}

/// What the entries of one kind of act add up to: at most one kind stands.
core::Effect add_up(LineEntries line, const LineEntry& account, core::Act act)
{
    core::Effect sum{.act = act, .credits = {}, .amount = {}, .value = {}};
    for (const LineEntry& entry : line) {
        if (entry.act != act || !is_same_account(entry, account))
            continue;
        sum.credits.units += entry.quantity.units;
        sum.amount.units += entry.amount.units;
        if (act == core::Act::sale)
            sum.value.units += entry.value.units;
    }
    return sum;
}

core::Effect find_effect(LineEntries line, const LineEntry& account)
{
    for (const core::Act act : {core::Act::consumption, core::Act::sale, core::Act::credit_note, core::Act::return_line}) {
        const core::Effect sum = add_up(line, account, act);
        if (sum.credits != core::zero || sum.amount != core::zero)
            return sum;
    }
    return {};
}

/// Is it an entry that may be given back: a draw, what a return gave, or a change of value?
bool is_draw(const LineEntry& entry, const core::Effect& effect)
{
    if (entry.act != effect.act)
        return false;
    switch (effect.act) {
    case core::Act::consumption:
        return entry.quantity < core::zero;
    case core::Act::credit_note:
        return entry.reverses == 0 &&
               (core::is_change_of_value(effect) ? entry.quantity == core::zero : entry.quantity < core::zero);
    case core::Act::return_line:
        return entry.quantity > core::zero;
    default:
        return false;
    }
}

/// The draw less what other entries of its kind undid of it. A line that was a return before may have undone its own draw as
/// such.
RecordedDraw read_draw(LineEntries line, const LineEntry& drawn)
{
    int64 quantity = drawn.quantity.units;
    int64 value = drawn.value.units;
    bool is_undone = false;
    for (const LineEntry& entry : line) {
        if (entry.reverses != drawn.entry_no || entry.act != drawn.act || !is_same_account(entry, drawn))
            continue;
        quantity += entry.quantity.units;
        value += entry.value.units;
        is_undone = true;
    }
    if (drawn.act != core::Act::return_line) {
        quantity = -quantity;
        value = -value;
    }
    return {.draw = {drawn.entry_no, drawn.lot_no, {quantity}, {value}},
            .booked_on = drawn.booked_on,
            .reverses = drawn.reverses,
            .stands = drawn.quantity == core::zero ? !is_undone : quantity > 0};
}

void find_draws(Recorded& recorded, LineEntries line, const LineEntry& account)
{
    recorded.draws = static_cast<RecordedDraw*>(palloc(sizeof(RecordedDraw) * line.size()));
    for (const LineEntry& entry : line) {
        if (!is_same_account(entry, account) || !is_draw(entry, recorded.effect))
            continue;
        const RecordedDraw draw = read_draw(line, entry);
        if (core::is_change_of_value(recorded.effect))
            recorded.draw_count = 0; // the last one stands
        if (draw.stands)
            recorded.draws[recorded.draw_count++] = draw;
    }
}

void find_lot(Recorded& recorded, LineEntries line, const LineEntry& account)
{
    for (const LineEntry& entry : line) {
        if (entry.act != core::Act::sale || !is_same_account(entry, account))
            continue;
        if (entry.quantity > core::zero && entry.reverses == 0)
            recorded.lot_no = entry.lot_no;
        if (entry.is_opening)
            recorded.opening_entry_no = entry.entry_no;
    }
}

/// How the act that stands was booked last. In the save that made another act of the line, the old one may be undone after it.
const Document& last_document(LineEntries line, const LineEntry& last, core::Act act)
{
    for (size_t i = line.size(); i-- > 0;)
        if (line[i].act == act && is_same_account(line[i], last))
            return line[i].document;
    return last.document;
}

Recorded* make_recorded(LineEntries line, const LineEntry& last, const core::Effect& effect)
{
    auto* recorded = static_cast<Recorded*>(palloc0(sizeof(Recorded)));
    recorded->customer = last.customer;
    recorded->type_id = last.type_id;
    recorded->document = last_document(line, last, effect.act);
    recorded->effect = effect;
    find_draws(*recorded, line, last);
    find_lot(*recorded, line, last);
    return recorded;
}

} // namespace

Recorded* read_recorded(pg::Table& entries, int32 source_no, std::string_view key, const pg::DatedSnapshot& snapshot)
{
    const LineEntries line = read_entries(entries, source_no, key, snapshot);
    if (line.empty())
        return nullptr;
    const LineEntry& last = last_booking(line);
    return make_recorded(line, last, find_effect(line, last));
}

Recorded* read_recorded_return(Ledger& ledger, const DocumentLine& line)
{
    const LineEntries read = with_own_entries(
        [&](const pg::DatedSnapshot& snapshot) { return read_entries(ledger.entries, line.source_no, line.key, snapshot); });
    size_t last = read.size() - 1;
    while (read[last].customer != line.recorded->customer || read[last].type_id != line.recorded->type_id)
        last--;
    return make_recorded(read, read[last], add_up(read, read[last], core::Act::return_line));
}

} // namespace credits
