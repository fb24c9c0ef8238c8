// Trying what a user's code may spoil, and going on without it. A save goes on only where what cannot be told is no reason to
// refuse.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Does an error say something of what was tried? Not one that the server or another transaction has brought about, such as a
/// cancelled query, a deadlock or a lack of memory: that goes on its way. What a RAISE says is its function's own, even if it
/// says that the query was cancelled.
bool is_own_fault(const ErrorData& error);

/// A subtransaction that is open; no transaction id is taken for it, so a hot standby allows it.
struct Attempt {
    MemoryContext memory;
    ResourceOwner owner;
};
Attempt begin_attempt();
void end_attempt(const Attempt& attempt);

/// In a PG_CATCH: undoes what was done since, and returns the error, in the memory of before. Does not return from one that is
/// nobody's own fault.
ErrorData* undo_attempt(const Attempt& attempt);

/// Calls fn(), and returns the error that it met, if any: what it did is undone then. fn leaves nothing open.
template <class Fn>
const ErrorData* attempt(Fn fn)
{
    const Attempt attempt = begin_attempt();
    const ErrorData* volatile error = nullptr;
    PG_TRY();
    {
        fn();
        end_attempt(attempt);
    }
    PG_CATCH();
    {
        error = undo_attempt(attempt);
    }
    PG_END_TRY();
    return error;
}

} // namespace credits::pg
