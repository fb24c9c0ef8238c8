// An account of the open ledger: opened, changed and closed before the next one.
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// Finds the account or makes a new one.
Account open_account(Ledger& ledger, std::string_view customer, const CreditType* type);

/// Writes the lots and the account, and returns it as it is now.
void close_account(Ledger& ledger, Account& account);

} // namespace credits
