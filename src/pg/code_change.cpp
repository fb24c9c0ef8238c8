// Listens to changes of functions and types, as PostgreSQL's own plan cache does.
#include "pg/code_change.hpp"

namespace credits::pg
{

void on_code_change(SyscacheCallbackFunction listener)
{
    CacheRegisterSyscacheCallback(PROCOID, listener, Datum(0));
    CacheRegisterSyscacheCallback(TYPEOID, listener, Datum(0));
}

bool is_among(const List* parts, int cache, uint32 hash)
{
    for (int i = 0; i < list_length(parts); i++) {
        const auto* const part = static_cast<const PlanInvalItem*>(list_nth(parts, i));
        if (part->cacheId == cache && (hash == 0 || part->hashValue == hash))
            return true;
    }
    return false;
}

} // namespace credits::pg
