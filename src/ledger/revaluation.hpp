// Credits of a type with a fixed unit value are worth that value, also when they come back from before it changed.
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// Stands for what was booked first: it is from before any revaluation.
inline constexpr int64 first_entry = 1;

/// Books a revaluation of the lot, to what its credits are worth now, when an entry from before the unit value changed was undone
/// in it: the credits moved at the value that they had then. Books nothing for any other entry.
void revalue_again(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, int64 undone_entry_no,
                   const Document& document);

} // namespace credits
