// Renumbered lines and documents: the ledger follows a new line key or document number, books nothing, and keeps a record (rule
// 14).
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Moves the entries and lots of renumbered lines to their new key and number. Under the customers' locks, before the ledger
/// opens.
void follow_renumbering(Batch& batch);

} // namespace credits
