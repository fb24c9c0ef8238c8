// Locks on names of what has no row yet, until the end of the transaction or savepoint. All names of a table share a few of them,
// so that a statement over many names needs no more: whoever asks may meet another name's lock.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Takes the name's lock, which many may have. Waits for nobody: who asks, does not keep it.
void lock_name(Oid table, std::string_view name);

/// Has somebody else the name's lock?
bool is_name_locked(Oid table, std::string_view name);

} // namespace credits::pg
