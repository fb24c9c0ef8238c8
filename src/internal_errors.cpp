// Messages of what cannot happen, or only in a broken installation; and of a race that is lost.
#include "errors.hpp"
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
