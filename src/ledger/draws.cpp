// Draws from the oldest lots.
#include "ledger/draws.hpp"

#include "errors/internal.hpp"
#include "ledger/entries.hpp"
#include "ledger/lots.hpp"
#include "ledger/open_lots.hpp"

namespace credits
{

void draw_oldest_first(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits, core::EntryKind kind,
                       const Document& document)
{
    while (credits > core::zero) {
        LoadedLot* const lot = oldest_open_lot(ledger, account);
        if (lot == nullptr)
            errors::missing_open_lots(account.customer, account.type->code);
        const core::Movement drawn = core::draw(account.type->worth, lot->lot, credits);
        credits = core::less(credits, drawn.quantity);
        book(ledger, account, line, *lot,
             {.kind = kind,
              .document = document,
              .quantity = -drawn.quantity,
              .value = -drawn.value,
              .has_amount = false,
              .amount = {},
              .reverses = 0,
              .booked_on = booking_date(ledger, document, available_on(*lot))});
    }
}

} // namespace credits
