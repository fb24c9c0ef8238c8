// What of an account's draws, returns and credit notes still stands, read from its entries, the latest first.
// The caller holds the customer's lock.
#pragma once

#include <span>

#include "ledger/ledger.hpp"

namespace credits
{

/// An entry by which a return line gave back a part of a draw, as far as it still stands.
struct Tie {
    RecordedDraw draw;   // the entry, its lot, and what it gave
    DocumentLine* line;  // the return
    core::Movement lost; // what it loses
};
using Ties = std::span<Tie>;

/// The ties on a draw, the latest first.
Ties find_ties(Ledger& ledger, Account& account, int64 draw);

/// Does a credit note stand that changes the value of the lot?
bool has_change_of_value(Ledger& ledger, const Account& account, int64 lot_no);

/// The account's latest standing draws, latest first, at a snapshot: as many as it takes to cover `wanted`, or all there are.
std::span<RecordedDraw> latest_draws(pg::Table& entries, int32 account_no, core::Amount wanted,
                                     const pg::DatedSnapshot& snapshot);

} // namespace credits
