// Messages of what cannot happen, or only in a broken installation.
#include "errors/internal.hpp"
#include "pg/text.hpp"

namespace credits::errors
{

void unknown_kind(char code)
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("entry of the ledger is of unknown kind \"%c\"", code));
}

void unknown_valuation(std::string_view valuation)
{
    ereport(
        ERROR, errcode(ERRCODE_DATA_CORRUPTED),
        errmsg_internal("credit type is of unknown valuation \"%.*s\"", static_cast<int>(valuation.size()), valuation.data()));
}

void no_such_month() { ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("month of a closing is infinite")); }

void for_plans_only() { ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("this is for plans of queries only")); }

void missing_account_key(int32 account_no)
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("the ledger lacks account %d", account_no),
            errhint("Run credits.verify()."));
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

void missing_provenance(int32 provenance_no)
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("the ledger lacks provenance %d", provenance_no),
            errhint("Run credits.verify()."));
}

void missing_type(int32 type_id)
{
    ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("credit type %d of a booked line does not exist", type_id));
}

} // namespace credits::errors
