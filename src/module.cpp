// What makes this a PostgreSQL module, and what it asks of every command from then on.
#include "errors/closing.hpp"
#include "pg/firing_role.hpp"
#include "pg/identity.hpp"
#include "pg/postgres.hpp"
#include "sources/hook_lines.hpp"

extern "C" {
#include "tcop/utility.h"

PG_MODULE_MAGIC;
}

namespace credits
{

namespace
{

constinit ProcessUtility_hook_type next_hook = nullptr;

/// SET CONSTRAINTS reaches beyond the code that says it: what the session has queued would fire as whoever owns a mapping, and
/// what he defers would stay so. PostgreSQL restricts it nowhere. A closing's hook finds everything immediate, and leaves it so.
void refuse_constraint_settings(PlannedStmt* statement, const char* query, bool is_read_only_tree, ProcessUtilityContext context,
                                ParamListInfo parameters, QueryEnvironment* environment, DestReceiver* receiver,
                                QueryCompletion* completion)
{
    if (IsA(statement->utilityStmt, ConstraintsSetStmt) && pg::is_owner_in_charge() && closing_of_running_hook() == 0)
        errors::constraints_are_the_sessions();
    (next_hook == nullptr ? standard_ProcessUtility : next_hook)(statement, query, is_read_only_tree, context, parameters,
                                                                 environment, receiver, completion);
}

} // namespace

} // namespace credits

extern "C" void _PG_init(void)
{
    credits::next_hook = ProcessUtility_hook;
    ProcessUtility_hook = credits::refuse_constraint_settings;
    credits::pg::watch_statements();
}
