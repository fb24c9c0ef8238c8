// Has anything been settled since a statement began? A function or trigger may run statements within another one. They are
// settled, or noted, before it; its own triggers then hold rows as it wrote them, not as they are.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// The newest statement that was settled, by the command number that it began with. One of an earlier transaction says nothing.
struct LastSettled {
    TransactionId transaction;
    CommandId statement;
};

/// Of document lines, settled or noted.
extern LastSettled last_settled_lines;

/// Remembers that the statement whose trigger runs is settled.
void remember_settled(LastSettled& last);

/// Remembers that rows of statements which have not ended yet may be settled: all of these must look again.
void remember_settled_ahead(LastSettled& last);

/// Has a statement been settled since the one whose trigger runs began? Or that one itself, by another of its triggers?
bool is_settled_since(const LastSettled& last);
bool is_settled_since_or_by(const LastSettled& last);

} // namespace credits
