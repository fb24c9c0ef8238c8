// Lines that have sold or consumed credits must not vanish unseen: with a TRUNCATE, or with the partition or heir that they lie
// in.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Refuses (23514) to take an attached table, or a partition or heir of one, away from its lines while one of them counts. The
/// caller holds a lock on it that keeps writers out. `verb` is what would be done to it.
void require_no_counting_line(Oid table, const char* verb);

} // namespace credits
