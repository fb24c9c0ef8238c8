// Tells SQL who acts.
#include "pg/identity.hpp"
#include "pg/text.hpp"

namespace credits
{

extern "C" {
PG_FUNCTION_INFO_V1(credits_acting_role);
}

/// _acting_role()
Datum credits_acting_role(FunctionCallInfo) { return pg::to_text(GetUserNameFromId(pg::acting_role(), false)); }

} // namespace credits
