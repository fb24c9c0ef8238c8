// Ties: which draws the returns of an account undo (rule 17). A return that finds no draw waits in the account until one is
// there, or the save ends.
#pragma once

#include "ledger/ledger.hpp"
#include "ledger/standing_entries.hpp"

namespace credits
{

/// Leaves credits of a return waiting: for draws that are there, or once they are free.
PendingReturn& add_pending(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// Ties a return to the latest draws, as far as there are any.
void tie(Ledger& ledger, Account& account, PendingReturn& pending);

/// Ties the pending returns to draws, as far as there are any.
void tie_pending(Ledger& ledger, Account& account);

/// Books that a return gives credits back, undoing a draw, or loses them, undoing what it gave.
void book_return(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, int64 reverses,
                 const core::Movement& moved, const Document& document, DateADT booked_on, DateADT undone_on = DATEVAL_NOEND);

/// Books what the ties lose, for the save of `cause`, and lets their returns look for other draws.
void lose_ties(Ledger& ledger, Account& account, const DocumentLine& cause, LoadedLot& lot, Ties ties);

/// A return that shrinks first gives up what it lost to its draws that went.
void absorb_lost_return(Account& account, DocumentLine& line);

/// Lets returns that find no draw have those of a return that shrinks in the same save: no credits move.
void hand_over_draws(Ledger& ledger, Account& account, DocumentLine& line);

} // namespace credits
