// Finds how lines refer to headers that a view shows.
#include "attach/view_reference.hpp"

#include "errors/attaching.hpp"
#include "errors/registering.hpp"
#include "pg/version.hpp"
#include "sources/key_text.hpp"

extern "C" {
#include "parser/parse_oper.h"
}

namespace credits
{

namespace
{

Form_pg_attribute column_of(Relation table, AttrNumber number) { return TupleDescAttr(RelationGetDescr(table), number - 1); }

/// The operator header column = line column.
Oid find_equality(Oid header_type, Oid line_type)
{
    char name[] = "=";
    const Oid found = compatible_oper_opid(list_make1(makeString(name)), header_type, line_type, true);
    return OidIsValid(found) && op_volatile(found) == PROVOLATILE_IMMUTABLE ? found : InvalidOid;
}

void require_readable_key(const MappedTables& tables, const Columns& columns)
{
    for (int i = 0; i < columns.count; i++) {
        const Form_pg_attribute column = column_of(tables.lines, columns.numbers[i]);
        if (pg::is_virtual(*column))
            errors::not_supported(psprintf("virtual column \"%s\" as a reference to a header", NameStr(column->attname)),
                                  "Make it STORED, or name the columns that it is computed from.");
        const KeyColumn key{.base_type = getBaseType(column->atttypid)};
        if (!is_key_readable({&key, 1}))
            errors::not_supported(psprintf("a key of type %s for a header that is a view", format_type_be(column->atttypid)),
                                  "Integers, numeric, text, uuid, boolean and date are supported.");
    }
}

} // namespace

HeaderReference find_view_reference(const MappedTables& tables, ArrayType* line_header, ArrayType* header_key)
{
    if (header_key == nullptr)
        errors::missing_argument("header_key");
    if (line_header == nullptr)
        errors::missing_argument("line_header");
    HeaderReference reference{.line_columns = find_columns(tables.lines, line_header),
                              .header_columns = find_columns(tables.header, header_key),
                              .operators = {}};
    const auto does_not_fit = [&](const char* why) {
        errors::no_header_reference(RelationGetRelid(tables.lines), RelationGetRelid(tables.header), why);
    };
    if (reference.line_columns.count == 0 || reference.line_columns.count != reference.header_columns.count)
        does_not_fit("header_key and line_header do not name as many columns.");
    for (int i = 0; i < reference.line_columns.count; i++) {
        reference.operators[i] = find_equality(column_of(tables.header, reference.header_columns.numbers[i])->atttypid,
                                               column_of(tables.lines, reference.line_columns.numbers[i])->atttypid);
        if (!OidIsValid(reference.operators[i]))
            does_not_fit("The columns of header_key and line_header cannot be compared.");
    }
    require_readable_key(tables, reference.line_columns);
    if (pg_class_aclcheck(RelationGetRelid(tables.header), tables.lines->rd_rel->relowner, ACL_SELECT) != ACLCHECK_OK)
        errors::view_not_readable(RelationGetRelid(tables.header), RelationGetRelid(tables.lines));
    return reference;
}

} // namespace credits
