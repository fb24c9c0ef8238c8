// Subtransactions, as PL/pgSQL opens them for a block with EXCEPTION.
#include "pg/attempt.hpp"

namespace credits::pg
{

namespace
{

bool is_of_what_was_tried(int sqlstate)
{
    switch (ERRCODE_TO_CATEGORY(sqlstate)) {
    case ERRCODE_TRANSACTION_ROLLBACK:
    case ERRCODE_INSUFFICIENT_RESOURCES:
    case ERRCODE_OPERATOR_INTERVENTION:
    case ERRCODE_SYSTEM_ERROR:
        return false;
    default:
        return sqlstate != ERRCODE_LOCK_NOT_AVAILABLE && sqlstate != ERRCODE_DATA_CORRUPTED &&
               sqlstate != ERRCODE_INDEX_CORRUPTED;
    }
}

} // namespace

bool is_own_fault(const ErrorData& error)
{
    return is_of_what_was_tried(error.sqlerrcode) ||
           (error.funcname != nullptr && strcmp(error.funcname, "exec_stmt_raise") == 0);
}

Attempt begin_attempt()
{
    const Attempt attempt{.memory = CurrentMemoryContext, .owner = CurrentResourceOwner};
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(attempt.memory);
    return attempt;
}

void end_attempt(const Attempt& attempt)
{
    ReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(attempt.memory);
    CurrentResourceOwner = attempt.owner;
}

ErrorData* undo_attempt(const Attempt& attempt)
{
    MemoryContextSwitchTo(attempt.memory);
    ErrorData* const error = CopyErrorData();
    FlushErrorState();
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(attempt.memory);
    CurrentResourceOwner = attempt.owner;
    if (!is_own_fault(*error))
        ReThrowError(error);
    return error;
}

} // namespace credits::pg
