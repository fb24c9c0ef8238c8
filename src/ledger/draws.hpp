// Draws from the oldest lots: what consumptions and returns share when they take credits (rules 11 and 12).
#pragma once

#include "core/entry_kind.hpp"
#include "errors/saving.hpp"
#include "ledger/ledger.hpp"
#include "ledger/ties.hpp"

namespace credits
{

/// Draws from the oldest lots, an entry of this kind for each; there are enough.
void draw_oldest_first(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits, core::EntryKind kind,
                       const Document& document);

/// Calls take(credits) for all credits that the line needs, once the account has them. While it has not, and returns of the same
/// save still look for draws, some are taken and returns tied in turns: a document may use and return at once.
template <class Take>
void take_in_turns(Ledger& ledger, Account& account, const DocumentLine& line, core::Amount needed, Take take)
{
    constexpr int most_turns = 64;
    const core::Amount available = account.balance;
    core::Amount left = needed;
    for (int turn = 0; turn < most_turns && account.balance < left && account.pending.count > 0; turn++) {
        if (account.balance > core::zero) {
            const core::Amount part = account.balance;
            take(part);
            left = core::less(left, part);
        }
        tie_pending(ledger, account);
        if (account.balance == core::zero)
            break;
    }
    if (account.balance < left)
        errors::balance_not_negative(place_of(line), account.customer, account.type->code, needed, available);
    take(left);
}

} // namespace credits
