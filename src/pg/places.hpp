// Where rows lay when this session last found them by a unique key: the next lookup looks there first.
//
// A place is a guess, of which nothing must be true. What lies there is taken only if the caller's snapshot sees just that
// version and it has the key; the key is unique, so it is the row that the index would lead to. It does not matter what has moved
// it, rewritten its table or taken its place: VACUUM, VACUUM FULL, CLUSTER, another session, a savepoint that was rolled back.
// What this transaction has changed is followed from version to version, so that the thousandth save of a customer is no slower
// than the first: by the index he who looks passes all versions of the transaction, since none may be removed before it ends.
#pragma once

#include "pg/table.hpp"

namespace credits::pg
{

/// Does the row with this key lie where it was? It is stored in table.found then.
bool find_in_place(Table& table, Oid index, std::span<const KeyPart> key, const DatedSnapshot& snapshot);

/// Remembers where the row in table.found lies, which was found by this key.
void remember_place(const Table& table, Relation index, std::span<const KeyPart> key);

} // namespace credits::pg
