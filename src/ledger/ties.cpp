// Ties returns to draws, and unties them.
#include "ledger/ties.hpp"

#include <algorithm>

#include "ledger/entries.hpp"
#include "ledger/lots.hpp"
#include "ledger/recorded.hpp"
#include "ledger/revaluation.hpp"

namespace credits
{

namespace
{

/// Hands a part of what one return gave to another, on one day for both.
void hand_over(Ledger& ledger, Account& account, DocumentLine& line, RecordedDraw& given, PendingReturn& pending)
{
    LoadedLot& lot = get_lot(ledger, account, given.draw.lot_no);
    const core::Amount wanted = std::min(pending.left, line.settlement.take_again);
    const core::Movement moved = core::release(given.draw, wanted, account.type->worth.step);
    const Document document = present_document(*pending.line);
    const DateADT booked_on =
        booking_date(ledger, document, std::max(undoable_on(lot, given.booked_on), line.recorded->document.date));
    book_return(ledger, account, *pending.line, lot, given.reverses, moved, document, booked_on);
    book_return(ledger, account, line, lot, given.draw.entry_no, {-moved.quantity, -moved.value}, recorded_document(line),
                booked_on, given.booked_on);
    pending.left = core::less(pending.left, moved.quantity);
    line.settlement.take_again = core::less(line.settlement.take_again, moved.quantity);
}

} // namespace

PendingReturn& add_pending(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits)
{
    return keep(ledger, account.pending, {.line = &line, .left = credits});
}

void book_return(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, int64 reverses,
                 const core::Movement& moved, const Document& document, DateADT booked_on, DateADT undone_on)
{
    lot.lot.returned.units += moved.quantity.units;
    lot.is_refunded = true;
    if (moved.quantity > core::zero)
        lot.returned_on = std::max(lot.returned_on, booked_on);
    if (lot.lot.returned == core::zero)
        lot.returned_on = DATEVAL_NOBEGIN;
    book(ledger, account, line, lot,
         {.kind = core::EntryKind::return_line,
          .document = document,
          .quantity = moved.quantity,
          .value = moved.value,
          .has_amount = false,
          .amount = {},
          .reverses = reverses,
          .booked_on = booked_on,
          .undone_on = undone_on});
}

void tie(Ledger& ledger, Account& account, PendingReturn& pending)
{
    const std::span<RecordedDraw> draws = with_own_entries([&](const pg::DatedSnapshot& snapshot) {
        return latest_draws(ledger.entries, account.account_no, pending.left, snapshot);
    });
    const Document document = present_document(*pending.line);
    for (RecordedDraw& recorded : draws) {
        LoadedLot& lot = get_lot(ledger, account, recorded.draw.lot_no);
        const core::Movement back = core::give_back(recorded.draw, lot.lot, pending.left, account.type->worth.step);
        pending.left = core::less(pending.left, back.quantity);
        book_return(ledger, account, *pending.line, lot, recorded.draw.entry_no, back, document,
                    booking_date(ledger, document, undoable_on(lot, recorded.booked_on)));
        revalue_again(ledger, account, *pending.line, lot, recorded.draw.entry_no, document);
    }
}

void tie_pending(Ledger& ledger, Account& account)
{
    for (PendingReturn& pending : pg::span_of(account.pending))
        if (pending.left > core::zero)
            tie(ledger, account, pending);
    PendingReturn* const end = account.pending.items + account.pending.count;
    account.pending.count = static_cast<int>(
        std::remove_if(account.pending.items, end, [](const PendingReturn& pending) { return pending.left == core::zero; }) -
        account.pending.items);
}

void lose_ties(Ledger& ledger, Account& account, const DocumentLine& cause, LoadedLot& lot, Ties ties)
{
    for (Tie& tie : ties) {
        if (tie.lost.quantity == core::zero)
            continue;
        tie.line->entered_by = cause.entered_by;
        tie.line->recorded_by = cause.recorded_by;
        const Document document = present_document(*tie.line);
        book_return(ledger, account, *tie.line, lot, tie.draw.draw.entry_no, {-tie.lost.quantity, -tie.lost.value}, document,
                    booking_date(ledger, document, undoable_on(lot, tie.draw.booked_on)), tie.draw.booked_on);
        add_pending(ledger, account, *tie.line, tie.lost.quantity);
    }
}

void absorb_lost_return(Account& account, DocumentLine& line)
{
    for (PendingReturn& lost : pg::span_of(account.pending)) {
        if (lost.line->source_no != line.source_no || lost.line->key != line.key)
            continue;
        const core::Amount absorbed = std::min(lost.left, line.settlement.take_again);
        lost.left = core::less(lost.left, absorbed);
        line.settlement.take_again = core::less(line.settlement.take_again, absorbed);
    }
}

void hand_over_draws(Ledger& ledger, Account& account, DocumentLine& line)
{
    if (account.pending.count == 0 || line.settlement.take_again == core::zero)
        return;
    Recorded* const recorded = read_recorded_return(ledger, line);
    for (int i = recorded->draw_count - 1; i >= 0; i--)
        for (PendingReturn& pending : pg::span_of(account.pending))
            if (std::min(pending.left, line.settlement.take_again) > core::zero && recorded->draws[i].draw.quantity > core::zero)
                hand_over(ledger, account, line, recorded->draws[i], pending);
}

} // namespace credits
