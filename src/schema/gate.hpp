// The gate, credits.closing: whoever uses the extension's tables locks it before any other of them. So whoever holds it in ACCESS
// EXCLUSIVE MODE may rewrite them in any order, and meets nobody who holds one and waits for another.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// For whoever saves: what is booked from here on belongs to a month that stays open until the end of the transaction.
void pass_gate();

/// For whoever only looks, or has nothing to book yet. Waits for nobody but who rewrites tables.
void come_to_gate();

} // namespace credits
