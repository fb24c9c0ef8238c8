// Locks on names, of rows that are there or not.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Takes a lock on a name of what has no row yet, which many may have, until the end of the transaction or savepoint. Waits for
/// nobody: who asks, does not keep it. All names of a table share a few of them, so that a statement over many names needs no
/// more: whoever asks may meet another name's lock.
void claim_name(Oid table, std::string_view name);

/// Has somebody else claimed the name?
bool is_name_claimed(Oid table, std::string_view name);

/// A name, as its turn knows it.
using Turn = uint32;
Turn turn_of(std::string_view name);

/// Waits for the turn, which one has at a time, in the order in which they came; returns whether it had to. It can be given back,
/// unlike the lock of a row.
bool take_turn(Oid table, Turn turn);
void give_turn_back(Oid table, Turn turn);

} // namespace credits::pg
