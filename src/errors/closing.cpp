// The messages of closings and their hook.
#include "errors/closing.hpp"

namespace credits::errors
{

namespace
{

/// What PostgreSQL says to whoever is restricted, and to whoever is somebody else for a while.
bool is_of_restriction(const ErrorData* error)
{
    return error->sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE && error->message_id != nullptr &&
           (strstr(error->message_id, "within security-restricted operation") != nullptr ||
            strstr(error->message_id, "within security-definer function") != nullptr);
}

} // namespace

void no_such_hook(const char* function)
{
    ereport(
        ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("closing hook %s does not exist", function),
        errdetail("A closing hook is a function (closing_id integer): no procedure, no aggregate or window function, and not one "
                  "that returns a set."));
}

void no_such_closing(int32 closing_id)
{
    ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND), errmsg("closing %d does not exist", closing_id),
            errhint("Closings are the rows of credits.closing."));
}

void advise_hook(const char* function)
{
    const MemoryContext errors_memory = MemoryContextSwitchTo(TopTransactionContext);
    const ErrorData* const error = CopyErrorData();
    const bool is_restriction = is_of_restriction(error);
    const bool ends_transaction = error->sqlerrcode == ERRCODE_INVALID_TRANSACTION_TERMINATION;
    MemoryContextSwitchTo(errors_memory);
    if (is_restriction)
        errhint(
            "While a closing hook runs, all constraints are immediate and stay so. It cannot defer them, take another role, nor "
            "make temporary tables, prepared statements, listeners or cursors that are held.");
    if (ends_transaction)
        errhint("A closing hook runs in the transaction of the closing. An error that it raises takes the closing back.");
    errcontext("closing hook %s", function);
}

void constraints_are_the_sessions()
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
            errmsg("an owner's code may not set constraints in the session of whoever saves or asks"),
            errhint("Take SET CONSTRAINTS out of the function that the mapping calls."));
}

} // namespace credits::errors
