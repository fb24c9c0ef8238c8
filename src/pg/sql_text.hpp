// Pieces of SQL text that name objects with their schema.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// erp."Odd Table"
inline const char* table_name(Oid table)
{
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)), get_rel_name(table));
}

inline const char* column_name(Oid table, AttrNumber column) { return quote_identifier(get_attname(table, column, false)); }

/// OPERATOR(pg_catalog.=)
inline const char* operator_name(Oid oid)
{
    const HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(oid));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for operator %u", oid);
    const auto* form = reinterpret_cast<const FormData_pg_operator*>(GETSTRUCT(tuple));
    const char* const text =
        psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)), NameStr(form->oprname));
    ReleaseSysCache(tuple);
    return text;
}

/// A name for a whole row of the table: none of its columns has it.
inline const char* row_alias(Oid table)
{
    const char* alias = "line";
    while (get_attnum(table, alias) != InvalidAttrNumber)
        alias = psprintf("%s_", alias);
    return alias;
}

} // namespace credits::pg
