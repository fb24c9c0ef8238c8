// Consumptions: credits drawn and given back (rules 11, 12 and 15).
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// Draws credits from the oldest lots (rule 11). Refused when there are not enough (rule 12).
void draw(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// Returns credits of a recorded consumption to the lots they came from, last draw first (rule 15). What a return has given back
/// before is taken from it, and looks for another draw.
void give_back(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

} // namespace credits
