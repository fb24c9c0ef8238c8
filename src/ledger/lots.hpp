// The lots of one open account: loaded when touched, written once.
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// The lot with this number, loaded at its first use. It exists: an entry names it.
LoadedLot& get_lot(Ledger& ledger, Account& account, int64 lot_no);

/// Adds a lot that this batch sells.
LoadedLot& add_lot(Ledger& ledger, Account& account, const LoadedLot& lot);

/// The lot with this number, if it is loaded.
LoadedLot* find_loaded(const Account& account, int64 lot_no);

/// Loads the lot in lots.found.
LoadedLot& load_found(Ledger& ledger, Account& account);

/// By the date of the sale, then by number.
bool is_older(const LoadedLot* a, const LoadedLot* b);

/// Writes the lot's row; the caller resets the memory that it uses.
void write_lot(Ledger& ledger, const Account& account, LoadedLot& lot);

} // namespace credits
