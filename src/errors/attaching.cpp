// The messages of attach and detach.
#include "errors/attaching.hpp"

namespace credits::errors
{

namespace
{

/// Its name; of a table that is gone, its number.
const char* name_of(Oid table)
{
    const char* const name = get_rel_name(table);
    return name == nullptr ? psprintf("%u", table) : name;
}

} // namespace

void no_such_table()
{
    ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table does not exist"), errdetail("It was dropped meanwhile."));
}

void no_right_to_settings(const char* act, Oid table)
{
    const char* const role = GetUserNameFromId(GetUserId(), false);
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied to %s table \"%s\"", act, name_of(table)),
            errdetail("Role \"%s\" does not have the privileges of role credits_management.", role),
            errhint("GRANT credits_management TO %s; it may be revoked afterwards, since saving documents needs no such role.",
                    quote_identifier(role)));
}

void not_owner(Oid table)
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of table %s", name_of(table)));
}

void not_attached(Oid table)
{
    ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("table \"%s\" is not attached to credits", name_of(table)),
            errhint("The table credits.source shows the attached tables."));
}

void already_attached(Oid table)
{
    ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("table \"%s\" is attached to credits already", get_rel_name(table)),
            errhint("Detach it first with credits.detach()."));
}

void origin_not_attached(Oid table)
{
    ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("table \"%s\" is not attached to credits", get_rel_name(table)),
            errdetail("It is the origin_table: whether an origin counts is told by its own mapping."),
            errhint("Attach it first."));
}

void origin_of_others(Oid table, Oid line_table)
{
    ereport(ERROR, errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
            errmsg("cannot detach table \"%s\", from whose lines others are made", get_rel_name(table)),
            errdetail("It is the origin_table of table \"%s\".", get_rel_name(line_table)), errhint("Detach that table first."));
}

void advise_origin_index(Oid line_table, const char* sql)
{
    ereport(NOTICE, errmsg("lines of table \"%s\" are looked for by their origin, and no index helps", get_rel_name(line_table)),
            errhint("%s", sql));
}

void advise_check_at()
{
    ereport(
        NOTICE, errmsg("tables that are checked at commit and tables that are checked by statement are attached side by side"),
        errdetail("Once a transaction has saved to one of the former, all that it saves is settled, or refused, with COMMIT."),
        errhint("Attach them with the same check_at where the ERP hides what COMMIT refuses."));
}

void wrong_table_kind(Oid table, const char* hint)
{
    ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("cannot attach \"%s\" to credits", get_rel_name(table)),
            errhint("%s", hint));
}

void no_key(Oid table)
{
    ereport(
        ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION), errmsg("table \"%s\" has no fitting key", get_rel_name(table)),
        errdetail("A line and a header are recognised by columns with a unique index that is not partial and not deferrable."),
        errhint("Give the table a primary key, or name the columns of a unique key."));
}

void nullable_key(Oid table, const char* column)
{
    ereport(ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
            errmsg("column \"%s\" of table \"%s\" may be null, so it is no key", column, get_rel_name(table)),
            errhint("Make the column NOT NULL, or name another key with line_key."));
}

void no_header_reference(Oid line_table, Oid header_table, const char* detail)
{
    ereport(
        ERROR, errcode(ERRCODE_INVALID_TABLE_DEFINITION),
        errmsg("table \"%s\" does not refer to \"%s\" by one foreign key", get_rel_name(line_table), get_rel_name(header_table)),
        errdetail("%s", detail), errhint("Name the columns of the lines with line_header."));
}

void advise_header_table() { errhint("Columns of the header can be named where header_table is given."); }

void view_not_readable(Oid view, Oid line_table)
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
            errmsg("the owner of table \"%s\" may not read view \"%s\"", get_rel_name(line_table), get_rel_name(view)),
            errdetail("Headers are read as the owner of their lines."), errhint("Grant him SELECT on the view."));
}

void no_such_column(Oid table, const char* column)
{
    ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
            errmsg("column \"%s\" of table \"%s\" does not exist", column, get_rel_name(table)));
}

void wrong_column_type(const char* argument, Oid type, const char* expected)
{
    ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
            errmsg("argument \"%s\" is of type %s, but must be %s", argument, format_type_be(type), expected));
}

void not_one_expression(const char* argument, const char* text)
{
    ereport(ERROR, errcode(ERRCODE_SYNTAX_ERROR), errmsg("argument \"%s\" is not one column or expression: %s", argument, text));
}

void not_supported(const char* what, const char* hint)
{
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("%s is not supported", what),
            hint == nullptr ? 0 : errhint("%s", hint));
}

void not_immutable(const char* argument, const char* text)
{
    ereport(
        ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
        errmsg("argument \"%s\" must be an immutable expression: %s", argument, text),
        errhint(
            "It may depend on nothing but the row and its header: not on the time zone, DateStyle, extra_float_digits, the "
            "current time or other tables. For a timestamp with time zone, say AT TIME ZONE; for the text of a float, ::numeric "
            "first."));
}

void invalid_argument(const char* argument, const char* value, const char* hint)
{
    ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("argument \"%s\" cannot be \"%s\"", argument, value),
            errhint("%s", hint));
}

void mapping_does_not_fit(Oid line_table)
{
    ereport(ERROR, errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
            errmsg("table \"%s\" has no mapping of this version of credits", get_rel_name(line_table)),
            errhint("Detach the table with credits.detach(), and attach it again."));
}

void attach_of_other_version()
{
    ereport(ERROR, errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
            errmsg("function credits.attach() is not of the version of the library of credits"),
            errhint("Install script and library of one version, and say ALTER EXTENSION credits UPDATE."));
}

} // namespace credits::errors
