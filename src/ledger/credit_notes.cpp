// Credit notes: credits taken back out of what was sold, and changes of the value of what is still open (rule 17).
// The amount is spread over the entries; where it differs from their value, the difference shows in them, as in rule 11.
#include "ledger/credit_notes.hpp"

#include <algorithm>

#include "errors/internal.hpp"
#include "errors/saving.hpp"
#include "ledger/entries.hpp"
#include "ledger/lots.hpp"
#include "ledger/open_lots.hpp"
#include "ledger/recorded.hpp"
#include "ledger/revaluation.hpp"
#include "pg/snapshot.hpp"
#include "schema/catalog.hpp"

namespace credits
{

namespace
{

struct Booking {
    Document document;
    core::Amount quantity;
    core::Amount value;
    core::Amount amount;
    int64 reverses; // 0: none
    DateADT follows;
    DateADT undone_on = DATEVAL_NOEND;
};

void book_credit_note(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, const Booking& booking)
{
    lot.lot.credited = {lot.lot.credited.units - booking.quantity.units};
    lot.is_refunded = true;
    const bool changes_lot = booking.quantity == core::zero && booking.value != core::zero;
    (changes_lot ? book_change : book)(ledger, account, line, lot,
                                       {.kind = core::EntryKind::credit_note,
                                        .document = booking.document,
                                        .quantity = booking.quantity,
                                        .value = booking.value,
                                        .has_amount = true,
                                        .amount = booking.amount,
                                        .reverses = booking.reverses,
                                        .booked_on = booking_date(ledger, booking.document, booking.follows),
                                        .undone_on = booking.undone_on});
}

/// Is it the lot of a sale of this batch that the line refers to?
bool is_sale_referred_to(const LoadedLot& lot, const DocumentLine& line)
{
    return lot.sale != nullptr && lot.sale->source_no == line.source_no && lot.sale->key == line.refers_to;
}

int64 read_lot_referred_to(pg::Table& entries, const DocumentLine& line, const pg::DatedSnapshot& snapshot)
{
    const Recorded* sale = read_recorded(entries, line.source_no, line.refers_to, snapshot);
    if (sale == nullptr && line.archive_no != 0)
        sale = read_recorded(entries, line.archive_no, line.refers_to, snapshot);
    const bool is_his =
        sale != nullptr && core::is_sale(sale->effect) && sale->customer == line.customer && sale->type_id == line.type->type_id;
    return is_his ? sale->lot_no : 0;
}

LoadedLot& get_lot_referred_to(Ledger& ledger, Account& account, const DocumentLine& line)
{
    for (LoadedLot* const lot : pg::span_of(account.lots))
        if (is_sale_referred_to(*lot, line))
            return *lot;
    const int64 lot_no = read_lot_referred_to(ledger.entries, line, ledger.snapshot);
    if (lot_no == 0)
        errors::no_sale_referred_to(place_of(line), line.refers_to, line.customer, account.type->code);
    return get_lot(ledger, account, lot_no);
}

/// Quantity 0 with an amount.
void change_value(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, core::Amount amount)
{
    const core::Amount value = core::value_of_note(account.type->worth, amount);
    if (core::change_of_value(lot.lot, value) != value)
        errors::refund_within_value(place_of(line), account.customer, account.type->code, -value, lot.lot);
    lot.lot.remaining_value.units += value.units;
    book_credit_note(ledger, account, line, lot,
                     {.document = present_document(line),
                      .quantity = {},
                      .value = value,
                      .amount = amount,
                      .reverses = 0,
                      .follows = available_on(lot)});
}

void undo_change_of_value(Ledger& ledger, Account& account, DocumentLine& line, const RecordedDraw& changed, core::Amount amount)
{
    LoadedLot& lot = get_lot(ledger, account, changed.draw.lot_no);
    const core::Amount value = core::change_of_value(lot.lot, changed.draw.value);
    lot.lot.remaining_value.units += value.units;
    book_credit_note(ledger, account, line, lot,
                     {.document = recorded_document(line),
                      .quantity = {},
                      .value = value,
                      .amount = amount,
                      .reverses = changed.draw.entry_no,
                      .follows = std::max(changed.booked_on, available_on(lot))});
}

} // namespace

int64 find_lot_referred_to(const DocumentLine& line)
{
    return pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        return read_lot_referred_to(entries, line, snapshot);
    });
}

void credit(Ledger& ledger, Account& account, DocumentLine& line, const core::CreditNoteStep& step)
{
    LoadedLot* const referred = is_null(line.refers_to) ? nullptr : &get_lot_referred_to(ledger, account, line);
    if (step.credits == core::zero) {
        change_value(ledger, account, line, *referred, step.amount);
        return;
    }
    const core::Amount open = referred == nullptr ? account.balance : referred->lot.remaining;
    if (open < step.credits)
        errors::refund_within_open(place_of(line), account.customer, account.type->code, step.credits, open,
                                   referred == nullptr ? 0 : referred->lot.lot_no);
    core::Spread spread{.amount = step.amount, .credits = step.credits};
    while (spread.credits > core::zero) {
        LoadedLot* const lot = referred == nullptr ? newest_open_lot(ledger, account) : referred;
        if (lot == nullptr)
            errors::missing_open_lots(account.customer, account.type->code);
        const core::Movement taken = core::draw(account.type->worth, lot->lot, spread.credits);
        book_credit_note(ledger, account, line, *lot,
                         {.document = present_document(line),
                          .quantity = -taken.quantity,
                          .value = -taken.value,
                          .amount = core::take_part(spread, taken.quantity, account.type->worth.step),
                          .reverses = 0,
                          .follows = available_on(*lot)});
    }
}

void undo_credit(Ledger& ledger, Account& account, DocumentLine& line, const core::CreditNoteStep& step)
{
    if (step.credits == core::zero) {
        undo_change_of_value(ledger, account, line, line.recorded->draws[0], step.amount);
        return;
    }
    core::Spread spread{.amount = step.amount, .credits = step.credits};
    for (int i = line.recorded->draw_count - 1; i >= 0 && spread.credits > core::zero; i--) {
        RecordedDraw& recorded = line.recorded->draws[i];
        LoadedLot& lot = get_lot(ledger, account, recorded.draw.lot_no);
        const core::Movement back = core::give_back(recorded.draw, lot.lot, spread.credits, account.type->worth.step);
        book_credit_note(ledger, account, line, lot,
                         {.document = recorded_document(line),
                          .quantity = back.quantity,
                          .value = back.value,
                          .amount = core::take_part(spread, back.quantity, account.type->worth.step),
                          .reverses = recorded.draw.entry_no,
                          .follows = recorded.booked_on,
                          .undone_on = recorded.booked_on});
        revalue_again(ledger, account, line, lot, recorded.draw.entry_no, recorded_document(line));
    }
}

void correct_amount(Ledger& ledger, Account& account, DocumentLine& line, core::Amount amount)
{
    const RecordedDraw& last = line.recorded->draws[line.recorded->draw_count - 1];
    book_credit_note(ledger, account, line, get_lot(ledger, account, last.draw.lot_no),
                     {.document = recorded_document(line),
                      .quantity = {},
                      .value = {},
                      .amount = amount,
                      .reverses = 0,
                      .follows = last.booked_on});
}

} // namespace credits
