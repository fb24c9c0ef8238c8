// Locks rows in their latest versions, and tells who has locked them.
#pragma once

#include "pg/table.hpp"

namespace credits::pg
{

enum class LockResult { absent, busy, free, locked };

/// Finds and locks the row with this key, FOR NO KEY UPDATE, in its latest version, and stores it in table.found. No 40001 below
/// SERIALIZABLE; there, when the version is not the transaction's. A row that is busy is stored as last committed.
LockResult lock_latest(Table& table, Oid index, std::span<const KeyPart> key, LockWaitPolicy wait = LockWaitBlock);

/// Locks the version of a row that lies there, in the same way; `absent`: it is not the latest any more. The row was seen by a
/// snapshot of this statement's, so no other has taken its place.
LockResult lock_version(Table& table, ItemPointerData tid, LockWaitPolicy wait);

/// Does the current transaction hold a lock on the row in table.found that keeps other writers out?
bool is_locked_by_us(const Table& table);

/// Does it hold one that keeps writers out, be it FOR SHARE?
bool is_shared_by_us(const Table& table);

/// Does somebody else hold a lock on the version of a row that lies there, which we would wait for? It is stored in table.found.
/// Who comes meanwhile is missed: only the lock itself is sure.
LockResult look_at_version(Table& table, ItemPointerData tid);

/// Waits for somebody else who holds such a lock on the row in table.found, without taking it; returns whether there was one, or
/// the row is not the latest version any more. Who comes meanwhile is missed here, too.
bool wait_for_locker(Table& table);

} // namespace credits::pg
