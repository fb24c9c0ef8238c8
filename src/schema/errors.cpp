// Messages of an extension that is not the one that its library was made for.
#include "schema/errors.hpp"

#include "schema/version.hpp"

namespace credits::errors
{

void own_table_differs(const char* table, const char* column, const char* what)
{
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("table credits.%s is not as the library knows it", quote_identifier(table)), errdetail_internal("%s", what),
            errhint("Take back what was altered since version %s of the extension made its tables.", library_version()),
            err_generic_string(PG_DIAG_SCHEMA_NAME, "credits"), err_generic_string(PG_DIAG_TABLE_NAME, table),
            column == nullptr ? 0 : err_generic_string(PG_DIAG_COLUMN_NAME, column));
}

void library_is_older(const char* library, const char* extension)
{
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("extension credits is of version %s, and its library of version %s", extension, library),
            errhint("Install the library of version %s, and connect again.", extension));
}

void library_is_newer(const char* library, const char* extension)
{
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("extension credits is of version %s, and its library of version %s", extension, library),
            errhint("Run ALTER EXTENSION credits UPDATE TO '%s'.", library));
}

} // namespace credits::errors
