// Reads from the entries what the ledger has recorded for a line.
#include <algorithm>

#include "catalog.hpp"
#include "ledger.hpp"
#include "ledger_columns.hpp"
#include "pg/key.hpp"
#include "pg/numeric.hpp"

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
    core::Effect effect;
    Document document;
    TimestampTz recorded_at;
    bool is_draw; // of a consumption; a smaller sale takes away, too
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
    const std::string_view entry_kind = pg::to_view(pg::get_not_null(entries, kind));
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
        .effect = {.credits = credits, .amount = get_amount(entries, amount), .value = get_amount(entries, value)},
        .document = {.kind = get_text(entries, document_kind),
                     .number = get_text(entries, document_number),
                     .date = has_no_date ? 0 : DatumGetDateADT(date),
                     .article = get_text(entries, article),
                     .coefficient = get_amount(entries, coefficient)},
        .recorded_at = DatumGetTimestampTz(pg::get_not_null(entries, recorded_at)),
        .is_draw = credits < core::zero && entry_kind.starts_with("consumption"),
        .is_opening = entry_kind == "opening" && credits > core::zero,
    };
}

struct LineEntries {
    LineEntry* entries;
    int count;
};

LineEntries read_entries(pg::Table& table, Oid line_table, std::string_view key, Snapshot snapshot)
{
    const std::array parts{OidIsValid(line_table) ? pg::key_part(line_table) : pg::null_part(), pg::key_part(key)};
    pg::IndexCursor cursor = pg::begin_scan(table, catalog().entry_line_idx, parts, snapshot);
    int capacity = 0;
    LineEntries read{};
    while (pg::next(cursor)) {
        if (read.count == capacity) {
            capacity = std::max(4, capacity * 2);
            const Size size = sizeof(LineEntry) * capacity;
            read.entries = static_cast<LineEntry*>(read.entries == nullptr ? palloc(size) : repalloc(read.entries, size));
        }
        read.entries[read.count++] = read_entry(table);
    }
    pg::end_scan(cursor);
    return read;
}

bool is_same_account(const LineEntry& a, const LineEntry& b) { return a.customer == b.customer && a.type_id == b.type_id; }

/// In the order in which they were booked: numbers tell it within an account, times between accounts.
bool is_earlier(const LineEntry& a, const LineEntry& b)
{
    if (is_same_account(a, b))
        return a.entry_no < b.entry_no;
    if (a.recorded_at != b.recorded_at)
        return a.recorded_at < b.recorded_at;
    return a.customer != b.customer ? a.customer < b.customer : a.type_id < b.type_id;
}

int64 balance_of(const LineEntries& line, const LineEntry& account)
{
    int64 sum = 0;
    for (int i = 0; i < line.count; i++)
        if (is_same_account(line.entries[i], account))
            sum += line.entries[i].effect.credits.units;
    return sum;
}

/// The line's last entry in the account where it stands; where it stands nowhere, the last of all.
const LineEntry& last_booking(const LineEntries& line)
{
    for (int i = line.count - 1; i >= 0; i--) {
        const bool is_asked = i + 1 < line.count && is_same_account(line.entries[i], line.entries[i + 1]);
        if (!is_asked && balance_of(line, line.entries[i]) != 0)
            return line.entries[i];
    }
    return line.entries[line.count - 1];
}

/// Adds up the entries of one account: its effect, the lot that is standing, the draws that are.
void add_up(Recorded& recorded, const LineEntries& line, const LineEntry& last)
{
    recorded.draws = static_cast<RecordedDraw*>(palloc(sizeof(RecordedDraw) * line.count));
    for (int i = 0; i < line.count; i++) {
        const LineEntry& entry = line.entries[i];
        if (!is_same_account(entry, last))
            continue;
        recorded.effect.credits.units += entry.effect.credits.units;
        recorded.effect.amount.units += entry.effect.amount.units;
        recorded.effect.value.units += entry.effect.value.units;
        if (entry.effect.credits > core::zero && entry.reverses == 0)
            recorded.lot_no = entry.lot_no;
        if (entry.is_opening)
            recorded.opening_entry_no = entry.entry_no;
        if (entry.is_draw)
            recorded.draws[recorded.draw_count++] = {
                .draw = {entry.entry_no, entry.lot_no, -entry.effect.credits, -entry.effect.value}, .booked_on = entry.booked_on};
        if (entry.reverses == 0)
            continue;
        for (int d = 0; d < recorded.draw_count; d++) {
            core::Draw& draw = recorded.draws[d].draw;
            if (draw.entry_no != entry.reverses)
                continue;
            draw.quantity = core::less(draw.quantity, entry.effect.credits);
            draw.value = core::less(draw.value, entry.effect.value);
        }
    }
}

/// Keeps the draws that still stand.
void drop_settled_draws(Recorded& recorded)
{
    RecordedDraw* const end = recorded.draws + recorded.draw_count;
    RecordedDraw* const kept =
        std::remove_if(recorded.draws, end, [](const RecordedDraw& draw) { return draw.draw.quantity <= core::zero; });
    recorded.draw_count = static_cast<int>(kept - recorded.draws);
}

} // namespace

Recorded* read_recorded(pg::Table& entries, Oid line_table, std::string_view key, Snapshot snapshot)
{
    const LineEntries line = read_entries(entries, line_table, key, snapshot);
    if (line.count == 0)
        return nullptr;
    std::sort(line.entries, line.entries + line.count, is_earlier);
    const LineEntry& last = last_booking(line);
    auto* recorded = static_cast<Recorded*>(palloc0(sizeof(Recorded)));
    recorded->customer = last.customer;
    recorded->type_id = last.type_id;
    recorded->document = last.document;
    add_up(*recorded, line, last);
    drop_settled_draws(*recorded);
    return recorded;
}

} // namespace credits
