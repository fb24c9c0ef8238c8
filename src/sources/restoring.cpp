// Tells whether what arrives is a dump that is read back. Every trigger asks this first, so that none asks for what is not there
// yet; a save leaves at once, since check_function_bodies is on.
#include "sources/restoring.hpp"

#include "pg/identity.hpp"
#include "pg/version.hpp"
#include "sources/stored_source.hpp"

extern "C" {
#include "utils/rls.h"
}

namespace credits
{

namespace
{

/// As the role that acts for the session, and as the one that rights are checked for: a function of somebody else's may come with
/// settings of its own.
bool acts_as_owner()
{
    const Oid ours = source_table();
    return OidIsValid(ours) && pg::owns_table(ours, GetUserId()) && pg::owns_table(ours, pg::acting_role());
}

bool is_search_path_empty() { return namespace_search_path[0] == '\0'; }

} // namespace

bool is_restoring() { return !check_function_bodies && acts_as_owner(); }

bool is_restoring_rows() { return !check_function_bodies && (!row_security || is_search_path_empty()) && acts_as_owner(); }

extern "C" {
PG_FUNCTION_INFO_V1(credits_is_restoring);
}

/// _is_restoring()
Datum credits_is_restoring(FunctionCallInfo) { PG_RETURN_BOOL(is_restoring()); }

} // namespace credits
