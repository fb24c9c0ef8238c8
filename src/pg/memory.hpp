// A memory context for the length of a call.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Calls fn() in a new memory context below the current one, which goes with the call. An error leaves it to the caller's.
template <class Fn>
void with_memory(const char* name, Fn fn)
{
    const MemoryContext memory = AllocSetContextCreateInternal(CurrentMemoryContext, name, ALLOCSET_DEFAULT_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    fn();
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(memory);
}

} // namespace credits::pg
