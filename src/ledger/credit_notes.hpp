// Credit notes: credits taken back out of what was sold, and changes of the value of what is still open (rule 17).
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// Takes credits out of the lot that the credit note refers to, else out of the newest, or changes the value of that lot (rule
/// 17). Refused when less is open.
void credit(Ledger& ledger, Account& account, DocumentLine& line, const core::CreditNoteStep& step);

/// Gives back what a recorded credit note took, last draw first; of a change of value what the lot still allows.
void undo_credit(Ledger& ledger, Account& account, DocumentLine& line, const core::CreditNoteStep& step);

/// Books the amount alone by which a credit note changes.
void correct_amount(Ledger& ledger, Account& account, DocumentLine& line, core::Amount amount);

/// The lot of the sale that the line refers to, as the ledger has it recorded for the line's customer and type; 0: none.
int64 find_lot_referred_to(const DocumentLine& line);

} // namespace credits
