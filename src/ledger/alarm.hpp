// Alarms: a balance that falls below its level warns the saver, is recorded, and is announced; once per episode (rule 21).
#pragma once

#include "ledger/ledger.hpp"

namespace credits
{

/// An account that crossed its alarm level in this batch.
struct Crossing {
    std::string_view customer;
    const CreditType* type;
    core::Amount balance;
    core::Amount level;
    bool is_below;
};

using Crossings = pg::Array<Crossing>;

/// Compares the account with its level and notes a crossing, in the account too. Before the account is closed.
void watch_level(Crossings& crossings, Account& account);

/// Warns, records and announces; after the accounts are closed.
void raise_alarms(const Configuration& configuration, const Crossings& crossings);

} // namespace credits
