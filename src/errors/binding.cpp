// The messages of bind_customers, bind_articles and unbind, and of the settings that come from bound tables.
#include "errors/binding.hpp"
#include "pg/text.hpp"

namespace credits::errors
{

namespace
{

int article_table()
{
    err_generic_string(PG_DIAG_SCHEMA_NAME, "credits");
    return err_generic_string(PG_DIAG_TABLE_NAME, "article");
}

int customer_table()
{
    err_generic_string(PG_DIAG_SCHEMA_NAME, "credits");
    return err_generic_string(PG_DIAG_TABLE_NAME, "customer");
}

constexpr const char* coefficient_hint = "Credits per unit of quantity: > 0 sells, < 0 consumes, at most 4 decimals.";

} // namespace

void unknown_type_of_article(const char* article, const char* type)
{
    ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
            errmsg("credit type \"%s\" of article \"%s\" does not exist", type, article),
            errhint("Credit types are the rows of credits.credit_type."), article_table());
}

void coefficient_missing(const char* article, const char* type)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("article \"%s\" has a credit type and no coefficient", article),
            errdetail("Its credit type is \"%s\".", type), errhint("%s", coefficient_hint), article_table(),
            err_generic_string(PG_DIAG_CONSTRAINT_NAME, "credits_coefficient_valid"));
}

void coefficient_not_valid(const char* article, const char* coefficient)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
            errmsg("coefficient %s of article \"%s\" is not valid", coefficient, article), errhint("%s", coefficient_hint),
            article_table(), err_generic_string(PG_DIAG_CONSTRAINT_NAME, "credits_coefficient_valid"));
}

void unknown_account_of(const char* contact, const char* account)
{
    ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("customer \"%s\" does not exist", account),
            errdetail("Customer \"%s\" is to use his credits.", contact), errhint("Customers are the rows of credits.customer."),
            customer_table());
}

void not_one_level(const char* contact, const char* account, const char* detail)
{
    ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION), errmsg("customer \"%s\" cannot use the credits of \"%s\"", contact, account),
            errdetail("%s", detail), errhint("A contact names the customer who has the credits, and nobody names a contact."),
            customer_table(), err_generic_string(PG_DIAG_CONSTRAINT_NAME, "credits_account_of_one_level"));
}

void no_right_to_article(const char* article, const char* role)
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
            errmsg("permission denied to change the credit type or coefficient of article \"%s\"", article),
            errdetail("Role \"%s\" is no member of credits_management.", role), errhint("Its other columns may be changed."),
            article_table());
}

void bound_key_twice(Oid erp_table, std::string_view key)
{
    ereport(ERROR, errcode(ERRCODE_UNIQUE_VIOLATION),
            errmsg("two rows of table \"%s\" have the key \"%s\"", get_rel_name(erp_table), pg::to_cstring(key)),
            errhint("Bind the table by a key that tells its rows apart."));
}

void not_bound(Oid erp_table)
{
    ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("table \"%s\" is not bound to credits", get_rel_name(erp_table)),
            errhint("The table credits.binding shows the bound tables."));
}

void binding_has_no_mapping(Oid erp_table)
{
    ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
            errmsg("bound table \"%s\" has no mapping", get_rel_name(erp_table)),
            errhint("Unbind the table with credits.unbind(), and bind it again."));
}

void already_bound(Oid erp_table)
{
    ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("table \"%s\" is bound to credits already", get_rel_name(erp_table)),
            errhint("Unbind it first with credits.unbind()."));
}

void cannot_bind(Oid erp_table, const char* hint)
{
    ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("cannot bind \"%s\" to credits", get_rel_name(erp_table)),
            errhint("%s", hint));
}

void no_unique_key(Oid erp_table, const char* column)
{
    ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
            errmsg("column \"%s\" of table \"%s\" is no key", column, get_rel_name(erp_table)),
            errdetail("It has no unique index of its own that is not partial and not deferrable."),
            errhint("Bind the table by a column that is unique."));
}

} // namespace credits::errors
