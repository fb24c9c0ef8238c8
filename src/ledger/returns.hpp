// Returns: credits given back to the lots last drawn, and taken again (rule 17).
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// Gives credits back to the lots last drawn (rule 17); what finds no draw yet is left pending.
void give_return(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// Takes what a recorded return gave back again, the last given first; from the oldest lots where others have it by now.
void take_return_again(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// The end of a save: refused while a return has given back more than is consumed.
void end_save(Ledger& ledger, Account& account);

} // namespace credits
