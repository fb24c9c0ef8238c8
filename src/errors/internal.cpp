// Messages of what cannot happen, or only in a broken installation; and of a race that is lost.
#include "errors/errors.hpp"
#include "pg/text.hpp"

namespace credits::errors
{

void missing_relation(const char* name)
{
    ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg_internal("extension credits lacks relation \"%s\"", name));
}

void lost_race()
{
    ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE), errmsg("could not serialize access due to concurrent update"),
            errhint("The transaction might succeed if retried."));
}

void nobody_acts()
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
            errmsg("cannot change the settings of credits within security-restricted operation"),
            errdetail("An index expression or a materialized view computes something by a function that does."),
            errhint("Change them by a statement of your own."));
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

void missing_lot(std::string_view customer, std::string_view type_code, int64 lot_no)
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
            errmsg_internal("ledger of customer \"%s\", type \"%s\" lacks lot %lld", pg::to_cstring(customer),
                            pg::to_cstring(type_code), static_cast<long long>(lot_no)),
            errhint("Run credits.verify()."));
}

void missing_open_lots(std::string_view customer, std::string_view type_code)
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
            errmsg_internal("open lots of customer \"%s\", type \"%s\" do not add up to the balance", pg::to_cstring(customer),
                            pg::to_cstring(type_code)),
            errhint("Run credits.verify()."));
}

void missing_type(int32 type_id)
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("credit type %d of a booked line does not exist", type_id));
}

} // namespace credits::errors
