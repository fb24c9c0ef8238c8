// What a transaction has touched of the attached and bound tables, and what of it was found whole and has not changed since: who
// alters many looks at each once, not again with every command. That lives as long as the backend.
// A command has touched a table when the transaction holds a lock on a part of it that only DDL takes.
#pragma once

#include "pg/array.hpp"

namespace credits
{

/// The relations of a source or binding: its table, header (InvalidOid: none) and mapping, and all descendants of these.
pg::Array<Oid> parts_of(Oid table, Oid header, Oid mapping);

bool is_touched(const pg::Array<Oid>& parts);

/// Has none of the parts changed, and has none come, since those of this mapping were found whole?
bool is_found_whole(Oid mapping, const pg::Array<Oid>& parts);

void note_whole(Oid mapping, const pg::Array<Oid>& parts);

/// Calls check() of a source or binding, unless it is known already that nothing is to be found.
template <class Fn>
void check_touched(Oid table, Oid header, Oid mapping, Fn check)
{
    const pg::Array<Oid> parts = parts_of(table, header, mapping);
    if (!is_touched(parts) || is_found_whole(mapping, parts))
        return;
    check();
    note_whole(mapping, parts);
}

} // namespace credits
