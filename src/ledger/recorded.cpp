// What the ledger has recorded for a line: the sum of its entries, account by account and act by act. Mostly one thing stands.
// Where a change of the line was missed, it may have been booked anew, and several do.
#include "ledger/recorded.hpp"

#include <algorithm>

#include "ledger/entries.hpp"
#include "ledger/line_entries.hpp"

namespace credits
{

namespace
{

/// What stands for a line, the latest first.
struct Standing {
    Recorded* first;
    Recorded* last;
};

void add(Standing& standing, Recorded* recorded)
{
    (standing.first == nullptr ? standing.first : standing.last->next) = recorded;
    standing.last = recorded;
}

/// How it was booked last.
Recorded* make_recorded(const LineEntry& last, const core::Effect& effect)
{
    auto* recorded = static_cast<Recorded*>(palloc0(sizeof(Recorded)));
    recorded->account_no = last.account_no;
    recorded->customer = last.customer;
    recorded->type_id = last.type_id;
    recorded->document = last.document;
    recorded->effect = effect;
    return recorded;
}

/// What these entries of an act add up to.
template <class Is>
core::Effect add_up(LineEntries account, core::Act act, Is is)
{
    core::Effect sum{.act = act, .credits = {}, .amount = {}, .value = {}};
    for (const LineEntry& entry : account) {
        if (entry.act != act || !is(entry))
            continue;
        sum.credits.units += entry.quantity.units;
        sum.amount.units += entry.amount.units;
        if (act == core::Act::sale)
            sum.value.units += entry.value.units;
    }
    return sum;
}

/// The draw less what other entries of its kind undid of it. A line that was a return before may have undone its own draw as
/// such.
RecordedDraw read_draw(LineEntries account, const LineEntry& drawn)
{
    int64 quantity = drawn.quantity.units;
    int64 value = drawn.value.units;
    bool is_undone = false;
    for (const LineEntry& entry : account) {
        if (entry.reverses != drawn.entry_no || entry.act != drawn.act)
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

/// Finds those of these entries that may be given back, as far as they stand: draws, what a return gave, a change of value.
template <class Is>
void find_draws(Recorded& recorded, LineEntries account, Is is)
{
    recorded.draws = static_cast<RecordedDraw*>(palloc(sizeof(RecordedDraw) * account.size()));
    for (const LineEntry& entry : account) {
        if (entry.act != recorded.effect.act || !is(entry))
            continue;
        const RecordedDraw draw = read_draw(account, entry);
        if (draw.stands)
            recorded.draws[recorded.draw_count++] = draw;
    }
}

/// Calls fn(entry) for the last entry of each group of entries of the act, the latest first.
template <class IsSame, class Fn>
void for_each_last(LineEntries account, core::Act act, IsSame is_same, Fn fn)
{
    for (size_t i = account.size(); i-- > 0;) {
        const LineEntry& entry = account[i];
        const auto is_later_one = [&](const LineEntry& later) { return later.act == act && is_same(later, entry); };
        if (entry.act == act && std::ranges::none_of(account.subspan(i + 1), is_later_one))
            fn(entry);
    }
}

/// A line that is dated anew, or has another article, is undone and drawn again: what else stands of another date or article is
/// of a booking whose change was missed.
void add_consumptions(Standing& standing, LineEntries account)
{
    const auto is_alike = [](const LineEntry& a, const LineEntry& b) {
        return a.document.date == b.document.date && a.document.article == b.document.article;
    };
    for_each_last(account, core::Act::consumption, is_alike, [&](const LineEntry& last) {
        Recorded* const recorded = make_recorded(last, {.act = core::Act::consumption, .credits = {}, .amount = {}, .value = {}});
        find_draws(*recorded, account,
                   [&](const LineEntry& entry) { return entry.quantity < core::zero && is_alike(entry, last); });
        for (int i = 0; i < recorded->draw_count; i++)
            recorded->effect.credits.units -= recorded->draws[i].draw.quantity.units;
        if (recorded->draw_count > 0)
            add(standing, recorded);
    });
}

/// Each lot by itself.
void add_sales(Standing& standing, LineEntries account)
{
    const auto is_of_lot = [](const LineEntry& a, const LineEntry& b) { return a.lot_no == b.lot_no; };
    for_each_last(account, core::Act::sale, is_of_lot, [&](const LineEntry& last) {
        const core::Effect sale =
            add_up(account, core::Act::sale, [&](const LineEntry& entry) { return is_of_lot(entry, last); });
        if (sale.credits == core::zero && sale.amount == core::zero)
            return;
        Recorded* const recorded = make_recorded(last, sale);
        recorded->lot_no = last.lot_no;
        for (const LineEntry& entry : account)
            if (entry.is_opening && is_of_lot(entry, last))
                recorded->opening_entry_no = entry.entry_no;
        add(standing, recorded);
    });
}

/// Does the entry change the value of a lot, or undo that? An amount alone may also belong to a credit note that stands by then.
bool is_of_change_of_value(LineEntries account, const LineEntry& entry)
{
    if (entry.act != core::Act::credit_note || entry.quantity != core::zero)
        return false;
    if (entry.value != core::zero || entry.reverses != 0)
        return true;
    int64 credits = 0;
    for (const LineEntry* earlier = account.data(); earlier != &entry; earlier++)
        credits += earlier->act == entry.act ? earlier->quantity.units : 0;
    return credits == 0;
}

void add_changes_of_value(Standing& standing, LineEntries account)
{
    const auto is_same = [](const LineEntry& a, const LineEntry& b) { return a.entry_no == b.entry_no; };
    for_each_last(account, core::Act::credit_note, is_same, [&](const LineEntry& entry) {
        if (entry.reverses != 0 || !is_of_change_of_value(account, entry))
            return;
        const core::Effect change{.act = core::Act::credit_note, .credits = {}, .amount = entry.amount, .value = {}};
        Recorded* const recorded = make_recorded(entry, change);
        find_draws(*recorded, account, [&](const LineEntry& other) { return is_same(other, entry); });
        if (recorded->draw_count > 0)
            add(standing, recorded);
    });
}

/// What stands of an act of which all entries are one booking; null: none of them is of that act.
template <class Is, class IsDraw>
Recorded* read_act(LineEntries account, core::Act act, Is is, IsDraw is_draw)
{
    Recorded* recorded = nullptr;
    const auto is_same = [](const LineEntry&, const LineEntry&) { return true; };
    for_each_last(account, act, is_same, [&](const LineEntry& last) {
        recorded = make_recorded(last, add_up(account, act, is));
        find_draws(*recorded, account, is_draw);
    });
    return recorded;
}

Recorded* read_credit_note(LineEntries account)
{
    return read_act(
        account, core::Act::credit_note, [&](const LineEntry& entry) { return !is_of_change_of_value(account, entry); },
        [](const LineEntry& entry) { return entry.quantity < core::zero && entry.reverses == 0; });
}

Recorded* read_return(LineEntries account)
{
    return read_act(
        account, core::Act::return_line, [](const LineEntry&) { return true; },
        [](const LineEntry& entry) { return entry.quantity > core::zero; });
}

void add_account(Standing& standing, LineEntries account)
{
    add_consumptions(standing, account);
    add_sales(standing, account);
    add_changes_of_value(standing, account);
    for (Recorded* const recorded : {read_credit_note(account), read_return(account)})
        if (recorded != nullptr && recorded->effect.credits != core::zero)
            add(standing, recorded);
}

/// Calls fn(account) for the entries of each account, the one that was booked to last first.
template <class Fn>
void for_each_account(LineEntries line, Fn fn)
{
    while (!line.empty()) {
        size_t first = line.size() - 1;
        while (first > 0 && is_same_account(line[first - 1], line.back()))
            first--;
        fn(line.subspan(first));
        line = line.first(first);
    }
}

} // namespace

Recorded* read_recorded(pg::Table& entries, int32 source_no, std::string_view key, const pg::DatedSnapshot& snapshot)
{
    const LineEntries line = read_line_entries(entries, source_no, key, snapshot);
    if (line.empty())
        return nullptr;
    Standing standing{};
    for_each_account(line, [&](LineEntries account) { add_account(standing, account); });
    return standing.first != nullptr ? standing.first : make_recorded(line.back(), {});
}

Recorded* read_recorded_return(Ledger& ledger, const DocumentLine& line)
{
    const LineEntries read = with_own_entries(
        [&](const pg::DatedSnapshot& snapshot) { return read_line_entries(ledger.entries, line.source_no, line.key, snapshot); });
    Recorded* found = nullptr;
    for_each_account(read, [&](LineEntries account) {
        if (account.back().account_no == line.recorded->account_no)
            found = read_return(account);
    });
    return found;
}

bool is_same(const Recorded* a, const Recorded* b)
{
    for (; a != nullptr && b != nullptr; a = a->next, b = b->next)
        if (a->account_no != b->account_no || a->effect != b->effect || a->lot_no != b->lot_no ||
            a->draw_count != b->draw_count || a->document.article != b->document.article || a->document.date != b->document.date)
            return false;
    return a == b;
}

} // namespace credits
