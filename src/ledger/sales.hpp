// Sales: a lot opened, changed and closed (rules 10 and 14).
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// Is something of the recorded sale's lot consumed or credited?
bool is_used(const Recorded& sale);

/// Changes the lot of a recorded sale to `sale` (zeros empty it). Refused when some of it is consumed (rule 14).
void change_lot(Ledger& ledger, Account& account, DocumentLine& line, const core::Effect& sale);

/// Opens a new lot (rule 10).
void open_lot(Ledger& ledger, Account& account, DocumentLine& line);

} // namespace credits
