// A sequence as a counter that no rollback takes back.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Adds 1 to the last value of a sequence, as its owner, and returns it. Unlike nextval() it leaves lastval() of the session as
/// it was.
int64 count_up(Oid sequence, Oid owner);

} // namespace credits::pg
