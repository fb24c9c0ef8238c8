// The open lots of one account, drawn oldest first.
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// The oldest lot with open credits (date of the sale, then number); null when there is none.
LoadedLot* oldest_open_lot(Ledger& ledger, Account& account);

/// The newest lot with open credits; null when there is none.
LoadedLot* newest_open_lot(Ledger& ledger, Account& account);

/// Ends looking for them, and tells the account which is the oldest by now, where that is known.
void end_open_lots(Ledger& ledger, Account& account);

} // namespace credits
