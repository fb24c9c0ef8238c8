// The messages of registrations by hand and of questions.
#include "errors/registering.hpp"
#include "pg/text.hpp"

namespace credits::errors
{

namespace
{

const char* text(std::string_view view) { return pg::to_cstring(view); }

} // namespace

void unknown_customer(std::string_view customer)
{
    ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND), errmsg("customer \"%s\" does not exist", text(customer)),
            errhint("Customers are the rows of credits.customer."));
}

void unknown_type(std::string_view type_code)
{
    ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND), errmsg("credit type \"%s\" does not exist", text(type_code)),
            errhint("Credit types are the rows of credits.credit_type."));
}

void missing_argument(const char* argument)
{
    ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("argument \"%s\" must not be null", argument));
}

void quantity_not_positive(const char* argument)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("argument \"%s\" must be greater than 0", argument),
            errdetail("It is a number of credits with at most 14 digits before the decimal point; four decimals count."),
            err_generic_string(PG_DIAG_SCHEMA_NAME, "credits"), err_generic_string(PG_DIAG_TABLE_NAME, "account"),
            err_generic_string(PG_DIAG_CONSTRAINT_NAME, "credits_quantity_in_range"));
}

void not_working_with_credits(std::string_view customer)
{
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("customer \"%s\" does not work with credits", text(customer)),
            errhint("Set works_with_credits in credits.customer first."));
}

void module_not_active()
{
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the credits module is switched off"),
            errhint("Set active in credits.parameter first."));
}

void no_such_registration(std::string_view customer, std::string_view type_code, int64 entry_no)
{
    ereport(ERROR, errcode(ERRCODE_NO_DATA_FOUND),
            errmsg("no registration by hand has entry number %lld", static_cast<long long>(entry_no)),
            errdetail("Customer \"%s\", credit type \"%s\".", text(customer), text(type_code)),
            errhint("Give the number that the registration returned. Entries of document lines change with "
                    "their documents."));
}

void already_reversed(std::string_view customer, std::string_view type_code, int64 entry_no)
{
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("registration %lld is reversed already", static_cast<long long>(entry_no)),
            errdetail("Customer \"%s\", credit type \"%s\".", text(customer), text(type_code)));
}

void acting_is_restricted()
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
            errmsg("cannot say whom to act for within security-restricted operation"),
            errdetail("What a table's or a function's owner has made runs in another's transaction."),
            errhint("Call credits.act_for() in the application's own statement."));
}

} // namespace credits::errors
