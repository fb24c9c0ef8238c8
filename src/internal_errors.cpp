// Messages of what cannot happen, or only in a broken installation.
#include "errors.hpp"

namespace credits::errors
{

void missing_relation(const char* name)
{
    ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg_internal("extension credits lacks relation \"%s\"", name));
}

void not_called_as_trigger(const char* function)
{
    ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
            errmsg("function \"%s\" was not called by trigger manager", function));
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
