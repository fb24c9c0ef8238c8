// Consumptions: credits drawn and given back (rules 11, 12 and 15).
#include "ledger/consumptions.hpp"

#include <algorithm>

#include "ledger/draws.hpp"
#include "ledger/entries.hpp"
#include "ledger/lots.hpp"
#include "ledger/revaluation.hpp"
#include "ledger/standing_entries.hpp"
#include "ledger/ties.hpp"

namespace credits
{

namespace
{

/// Only the first booking of a line bears the plain name; what follows is a change of it.
bool is_first(const DocumentLine& line) { return line.recorded == nullptr || core::is_nothing(line.recorded->effect); }

void book_return_to_lot(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, const RecordedDraw& draw,
                        const core::Movement& back)
{
    const Document document = recorded_document(line);
    book(ledger, account, line, lot,
         {.kind = core::EntryKind::consumption_change,
          .document = document,
          .quantity = back.quantity,
          .value = back.value,
          .has_amount = false,
          .amount = {},
          .reverses = draw.draw.entry_no,
          .booked_on = booking_date(ledger, document, undoable_on(lot, draw.booked_on)),
          .undone_on = draw.booked_on});
}

/// Gives back a draw of which returns may have given back a part. Its own part comes first; what is wanted beyond that is theirs:
/// the draw gives it, the returns lose it.
void give_back_beside_returns(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, RecordedDraw& recorded,
                              core::Amount wanted)
{
    const Ties ties = find_ties(ledger, account, recorded.draw.entry_no);
    core::Draw own = recorded.draw;
    for (const Tie& tie : ties) {
        own.quantity = core::less(own.quantity, tie.draw.draw.quantity);
        own.value = core::less(own.value, tie.draw.draw.value);
    }
    core::Movement back{};
    if (own.quantity > core::zero)
        back = core::give_back(own, lot.lot, wanted, account.type->worth.step);
    for (Tie& tie : ties) {
        tie.lost = core::release(tie.draw.draw, core::less(wanted, back.quantity), account.type->worth.step);
        back.quantity.units += tie.lost.quantity.units;
        back.value.units += tie.lost.value.units;
    }
    recorded.draw.quantity = core::less(recorded.draw.quantity, back.quantity);
    recorded.draw.value = core::less(recorded.draw.value, back.value);
    book_return_to_lot(ledger, account, line, lot, recorded, back);
    lose_ties(ledger, account, line, lot, ties);
}

} // namespace

void give_back(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits)
{
    for (int i = line.recorded->draw_count - 1; i >= 0 && credits > core::zero; i--) {
        RecordedDraw& recorded = line.recorded->draws[i];
        LoadedLot& lot = get_lot(ledger, account, recorded.draw.lot_no);
        const core::Amount wanted = std::min(credits, recorded.draw.quantity);
        credits = core::less(credits, wanted);
        if (lot.lot.returned > core::zero) {
            give_back_beside_returns(ledger, account, line, lot, recorded, wanted);
        } else {
            const core::Movement back = core::give_back(recorded.draw, lot.lot, wanted, account.type->worth.step);
            book_return_to_lot(ledger, account, line, lot, recorded, back);
        }
        revalue_again(ledger, account, line, lot, recorded.draw.entry_no, recorded_document(line));
    }
}

void draw(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits)
{
    const core::EntryKind kind = is_first(line) ? core::EntryKind::consumption : core::EntryKind::consumption_change;
    take_in_turns(ledger, account, line, credits,
                  [&](core::Amount part) { draw_oldest_first(ledger, account, line, part, kind, present_document(line)); });
}

} // namespace credits
