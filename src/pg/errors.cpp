// Messages of what the backend itself meets.
#include "pg/errors.hpp"

namespace credits::errors
{

void lost_race()
{
    ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE), errmsg("could not serialize access due to concurrent update"),
            errhint("The transaction might succeed if retried."));
}

void missing_relation(const char* name)
{
    ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg_internal("extension credits lacks relation \"%s\"", name));
}

void not_called_as_trigger(const char* function)
{
    ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
            errmsg("function \"%s\" was not called by trigger manager", function));
}

void nobody_acts()
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
            errmsg("cannot change the settings of credits within security-restricted operation"),
            errdetail("An index expression or a materialized view computes something by a function that does."),
            errhint("Change them by a statement of your own."));
}

void saves_while_reading()
{
    ereport(ERROR, errcode(ERRCODE_OBJECT_IN_USE),
            errmsg("cannot change attached tables or credits while a line, a document or a setting is being read"),
            errdetail("A function by which it is read does so."),
            errhint("Let the function compute its result from its arguments alone."));
}

void not_our_trigger(const char* function, const char* trigger)
{
    ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
            errmsg("function \"%s\" cannot be called by trigger \"%s\"", function, trigger),
            errhint("credits.attach() and the bind functions make its triggers."));
}

void no_such_amount()
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("amount of the ledger is out of range"),
            errhint("Run credits.verify()."));
}

void unexpected_lock_result(Relation relation, int result)
{
    ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
            errmsg_internal("unexpected result %d of locking a row of \"%s\"", result, RelationGetRelationName(relation)));
}

void unexpected_update_result(Relation relation, int result)
{
    if (IsolationIsSerializable())
        lost_race();
    ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
            errmsg_internal("unexpected result %d of updating a row of \"%s\"", result, RelationGetRelationName(relation)));
}

} // namespace credits::errors
