// Carries out the settlements of a save.
#include "ledger/carry_out.hpp"

#include <algorithm>

#include "errors/internal.hpp"
#include "ledger/account.hpp"
#include "ledger/alarm.hpp"
#include "ledger/consumptions.hpp"
#include "ledger/credit_notes.hpp"
#include "ledger/line_in_hand.hpp"
#include "ledger/returns.hpp"
#include "ledger/sales.hpp"
#include "ledger/ties.hpp"
#include "pg/snapshot.hpp"

namespace credits
{

namespace
{

/// The order in which the operations on one account are carried out (rule 13).
enum class Phase { give_back, lose_return, give_return, hand_over, undo_credit, change_lot, open_lot, take, take_return };

struct Operation {
    std::string_view customer;
    int32 type_id;
    Phase phase;
    DocumentLine* line;
};

struct Operations {
    Operation* sorted;
    int count;
};

bool is_before(const Operation& a, const Operation& b, Order order)
{
    if (a.customer != b.customer)
        return a.customer < b.customer;
    if (a.type_id != b.type_id)
        return a.type_id < b.type_id;
    if (order == Order::by_day && a.line->date != b.line->date)
        return a.line->date < b.line->date;
    if (a.phase != b.phase)
        return a.phase < b.phase;
    const DocumentLine& left = *a.line;
    const DocumentLine& right = *b.line;
    if (left.date != right.date)
        return left.date < right.date;
    if (left.number != right.number)
        return left.number < right.number;
    if (left.key.size() != right.key.size()) // 9 comes before 10
        return left.key.size() < right.key.size();
    if (left.key != right.key)
        return left.key < right.key;
    return left.source_no < right.source_no;
}

/// A return that moves within its account gives only after it was undone: it is its own draws that it finds then.
bool gives_after_taking(const DocumentLine& line)
{
    return line.settlement.to_return > core::zero && line.recorded != nullptr && core::is_return(line.recorded->effect) &&
           line.settlement.to_return == line.wanted.credits && // not just more of it
           line.recorded->customer == line.customer && line.recorded->type_id == line.type->type_id;
}

bool moves_note(const core::Settlement& settlement)
{
    return settlement.credit_note_undone != core::no_step || settlement.credit_note_amount != core::zero;
}

void add_operations(Operations& operations, DocumentLine& line)
{
    const core::Settlement& settlement = line.settlement;
    const auto add_recorded = [&](Phase phase) {
        operations.sorted[operations.count++] = {line.recorded->customer, line.recorded->type_id, phase, &line};
    };
    const auto add_wanted = [&](Phase phase) {
        operations.sorted[operations.count++] = {line.customer, line.type->type_id, phase, &line};
    };
    if (settlement.give_back > core::zero)
        add_recorded(Phase::give_back);
    if (settlement.lot == core::LotChange::change || settlement.lot == core::LotChange::close ||
        settlement.lot == core::LotChange::replace)
        add_recorded(Phase::change_lot);
    if (settlement.lot == core::LotChange::open || settlement.lot == core::LotChange::replace)
        add_wanted(Phase::open_lot);
    if (moves_note(settlement))
        add_recorded(Phase::undo_credit);
    if (settlement.draw > core::zero || settlement.credit_note != core::no_step)
        add_wanted(Phase::take);
    if (settlement.take_again > core::zero) {
        add_recorded(Phase::lose_return);
        add_recorded(Phase::hand_over);
        add_recorded(Phase::take_return);
    }
    if (settlement.to_return > core::zero && !gives_after_taking(line))
        add_wanted(Phase::give_return);
}

Operations list_operations(std::span<const std::span<DocumentLine>> lines, Order order)
{
    Size most = 1;
    for (const std::span<DocumentLine> of_source : lines)
        most += 4 * of_source.size();
    Operations operations{
        .sorted = static_cast<Operation*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Operation) * most)), .count = 0};
    for (const std::span<DocumentLine> of_source : lines)
        for (DocumentLine& line : of_source)
            add_operations(operations, line);
    const auto before = [order](const Operation& a, const Operation& b) { return is_before(a, b, order); };
    if (!std::is_sorted(operations.sorted, operations.sorted + operations.count, before))
        std::sort(operations.sorted, operations.sorted + operations.count, before);
    return operations;
}

void undo_credit_note(Ledger& ledger, Account& account, DocumentLine& line)
{
    if (line.settlement.credit_note_undone != core::no_step)
        undo_credit(ledger, account, line, line.settlement.credit_note_undone);
    else
        correct_amount(ledger, account, line, line.settlement.credit_note_amount);
}

void undo_return(Ledger& ledger, Account& account, DocumentLine& line)
{
    if (gives_after_taking(line))
        add_pending(ledger, account, line, line.settlement.to_return);
    if (line.settlement.take_again > core::zero)
        take_return_again(ledger, account, line, line.settlement.take_again);
    tie_pending(ledger, account);
}

void do_operation(Ledger& ledger, Account& account, const Operation& operation)
{
    DocumentLine& line = *operation.line;
    take_in_hand(&line);
    switch (operation.phase) {
    case Phase::give_back:
        give_back(ledger, account, line, line.settlement.give_back);
        break;
    case Phase::lose_return:
        absorb_lost_return(account, line);
        break;
    case Phase::give_return:
        give_return(ledger, account, line, line.settlement.to_return);
        break;
    case Phase::hand_over:
        hand_over_draws(ledger, account, line);
        break;
    case Phase::undo_credit:
        undo_credit_note(ledger, account, line);
        break;
    case Phase::change_lot:
        change_lot(ledger, account, line, line.settlement.lot == core::LotChange::change ? line.settlement.sale : core::Effect{});
        break;
    case Phase::open_lot:
        open_lot(ledger, account, line);
        break;
    case Phase::take:
        if (line.settlement.draw > core::zero)
            draw(ledger, account, line, line.settlement.draw);
        else
            credit(ledger, account, line, line.settlement.credit_note);
        break;
    case Phase::take_return:
        undo_return(ledger, account, line);
        break;
    }
}

const CreditType* type_of(const Configuration& configuration, int32 type_id)
{
    const CreditType* const type = find_type(configuration, type_id);
    if (type == nullptr)
        errors::missing_type(type_id);
    return type;
}

/// Between two operations: a day that is taken in is a save of its own; and once all that was consumed less is given back, the
/// returns that lost their draws look for others.
void turn_to(Ledger& ledger, Account& account, const Operation& previous, const Operation& next)
{
    if (account.pending.count == 0)
        return;
    if (next.phase < previous.phase)
        end_save(ledger, account);
    else if (next.phase != previous.phase && next.phase > Phase::lose_return)
        tie_pending(ledger, account);
}

/// Carries out the operations on one account; returns the position after them.
int settle_account(const Configuration& configuration, Ledger& ledger, const Operations& operations, int position,
                   Crossings& crossings)
{
    const Operation& first = operations.sorted[position];
    Account account = open_account(ledger, first.customer, type_of(configuration, first.type_id));
    const Operation* previous = &first;
    for (; position < operations.count; position++) {
        const Operation& operation = operations.sorted[position];
        if (operation.customer != first.customer || operation.type_id != first.type_id)
            break;
        turn_to(ledger, account, *previous, operation);
        do_operation(ledger, account, operation);
        previous = &operation;
    }
    end_save(ledger, account);
    watch_level(crossings, account);
    close_account(ledger, account);
    return position;
}

} // namespace

void carry_out(const Configuration& configuration, std::span<const std::span<DocumentLine>> lines, Order order)
{
    const Operations operations = list_operations(lines, order);
    if (operations.count == 0)
        return;
    Crossings crossings{};
    const bool is_one_line = lines.size() == 1 && lines.front().size() == 1;
    const SaveSize size = is_one_line ? SaveSize::one_line : SaveSize::many_lines;
    Ledger ledger = open_ledger(configuration.first_open_day, size);
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) {
        ledger.snapshot = snapshot;
        for (int position = 0; position < operations.count;)
            position = settle_account(configuration, ledger, operations, position, crossings);
    });
    close_ledger(ledger);
    CommandCounterIncrement(); // what comes after sees the ledger as it is now
    raise_alarms(configuration, crossings);
}

} // namespace credits
