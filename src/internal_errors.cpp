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

void not_our_trigger(const char* function, const char* trigger)
{
    ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
            errmsg("function \"%s\" cannot be called by trigger \"%s\"", function, trigger),
            errhint("credits.attach() and the bind functions make its triggers."));
}

void unknown_kind(std::string_view kind)
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
            errmsg_internal("entry of the ledger is of unknown kind \"%.*s\"", static_cast<int>(kind.size()), kind.data()));
}

void no_such_amount()
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("amount of the ledger is out of range"),
            errhint("Run credits.verify()."));
}

void no_such_month() { ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("month of a closing is infinite")); }

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
