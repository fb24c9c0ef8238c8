// The lots of one open account: loaded when touched, drawn oldest first, written once.
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// The lot with this number, loaded at its first use. It exists: an entry names it.
LoadedLot& get_lot(Ledger& ledger, Account& account, int64 lot_no);

/// Adds a lot that this batch sells.
LoadedLot& add_lot(Ledger& ledger, Account& account, const LoadedLot& lot);

/// The oldest lot with open credits (date of the sale, then number); null when there is none.
LoadedLot* oldest_open_lot(Ledger& ledger, Account& account);

/// The newest lot with open credits; null when there is none.
LoadedLot* newest_open_lot(Ledger& ledger, Account& account);

void end_open_lots(Account& account);

/// Writes the lot's row; the caller resets the memory that it uses.
void write_lot(Ledger& ledger, const Account& account, const LoadedLot& lot);

} // namespace credits
