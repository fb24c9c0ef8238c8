// Returns: credits given back to the lots last drawn, and taken again (rule 17).
#include "ledger/returns.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "ledger/draws.hpp"
#include "ledger/entries.hpp"
#include "ledger/line_in_hand.hpp"
#include "ledger/lots.hpp"
#include "ledger/recorded.hpp"
#include "ledger/revaluation.hpp"
#include "ledger/ties.hpp"

namespace credits
{

namespace
{

/// Takes back what a tie gave, as far as its lot still has it at its value; returns what has to come from other lots.
core::Amount untie(Ledger& ledger, Account& account, DocumentLine& line, RecordedDraw& given, core::Amount wanted)
{
    LoadedLot& lot = get_lot(ledger, account, given.draw.lot_no);
    const core::Movement taken = core::take_again(given.draw, lot.lot, wanted, account.type->worth.step);
    const Document document = recorded_document(line);
    if (taken.quantity > core::zero) {
        book_return(ledger, account, line, lot, given.draw.entry_no, {-taken.quantity, -taken.value}, document,
                    booking_date(ledger, document, std::max(given.booked_on, available_on(lot))), given.booked_on);
        revalue_again(ledger, account, line, lot, given.reverses, document); // it came at the value of that draw
    }
    return core::less(wanted, taken.quantity);
}

} // namespace

void give_return(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits)
{
    tie(ledger, account, add_pending(ledger, account, line, credits));
}

void take_return_again(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits)
{
    Recorded* const recorded = read_recorded_return(ledger, line);
    take_in_turns(ledger, account, line, credits, [&](core::Amount part) {
        core::Amount elsewhere = core::zero;
        for (int i = recorded->draw_count - 1; part > core::zero; i--) {
            const core::Amount wanted = std::min(part, recorded->draws[i].draw.quantity);
            elsewhere.units += untie(ledger, account, line, recorded->draws[i], wanted).units;
            part = core::less(part, wanted);
        }
        draw_oldest_first(ledger, account, line, elsewhere, core::EntryKind::return_line, recorded_document(line));
    });
}

void end_save(Ledger& ledger, Account& account)
{
    if (account.pending.count == 0)
        return;
    tie_pending(ledger, account);
    if (account.pending.count > 0) {
        take_in_hand(account.pending.items[0].line);
        errors::return_within_consumed(place_of(*account.pending.items[0].line), account.customer, account.type->code,
                                       account.pending.items[0].left);
    }
}

} // namespace credits
