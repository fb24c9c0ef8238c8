// Revaluations that follow a change of the unit value; the change itself is made by credits.revalue().
#include "ledger/revaluation.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "ledger/entries.hpp"

namespace credits
{

void revalue_again(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, int64 undone_entry_no,
                   const Document& document)
{
    if (undone_entry_no > account.revalued_entry_no)
        return;
    const std::optional<core::Amount> worth = core::worth_now(account.type->worth, lot.lot);
    if (!worth)
        errors::balance_out_of_range(account.customer, account.type->code);
    const core::Amount difference{worth->units - lot.lot.remaining_value.units};
    if (difference == core::zero)
        return;
    lot.lot.remaining_value = *worth;
    book_change(ledger, account, line, lot,
                {.kind = core::EntryKind::revaluation,
                 .document = document,
                 .quantity = {},
                 .value = difference,
                 .has_amount = false,
                 .amount = {},
                 .reverses = 0,
                 .booked_on = booking_date(ledger, document, std::max(available_on(lot), account.revalued_on))});
}

} // namespace credits
