// The text of a source's mapping view.
#include "attach/facts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "pg/sql_text.hpp"

namespace credits
{

namespace
{

constexpr std::array<std::string_view, 7> kinds{"invoice",  "delivery_note", "cash_sale", "service_report",
                                                "helpdesk", "event",         "other"};

/// A kind by name, or an expression; what that gives besides the seven kinds is `other`.
const char* kind_fact(const MappedTables& tables, const char* kind)
{
    if (std::ranges::find(kinds, std::string_view(kind)) != kinds.end())
        return psprintf("%s::pg_catalog.text", quote_literal_cstr(kind));
    const char* const fact = make_fact(tables, argument_of(Fact::kind).name, kind, Expected::text);
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "CASE WHEN %s IN (", fact);
    for (const std::string_view name : kinds)
        appendStringInfo(&sql, "%s'%s'", name == kinds.front() ? "" : ", ", name.data());
    appendStringInfo(&sql, ") THEN %s ELSE 'other' END", fact);
    return sql.data;
}

/// NOT (line.price IS DISTINCT FROM 0 OR …)
const char* zeroed_text(const MappedTables& tables, const Columns& columns)
{
    if (columns.count == 0)
        return "true";
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < columns.count; i++)
        appendStringInfo(&sql, "%sline.%s IS DISTINCT FROM 0", i == 0 ? "NOT (" : " OR ",
                         pg::column_name(RelationGetRelid(tables.lines), columns.numbers[i]));
    appendStringInfoChar(&sql, ')');
    return sql.data;
}

const char* plain_fact(const MappedTables& tables, const Arguments& arguments, Fact fact)
{
    const AttachArgument& argument = argument_of(fact);
    if (const char* const expression = expression_of(arguments, fact))
        return make_fact(tables, argument.name, expression, argument.expected);
    return argument.expected == Expected::number ? "NULL::pg_catalog.numeric" : "NULL::pg_catalog.text";
}

/// Which rows are the extension's business at all: not those dated before the cut-over; a draft without a date yet is.
const char* applies_text(const MappedTables& tables, const Arguments& arguments)
{
    const char* const applies = plain_fact(tables, arguments, Fact::applies);
    const std::optional<DateADT> from_date = day_of(arguments, "from_date");
    if (!from_date)
        return applies;
    return psprintf("%s AND COALESCE(%s >= (DATE '2000-01-01' + %d), true)", applies,
                    plain_fact(tables, arguments, Fact::document_date), *from_date);
}

const char* make_fact(const MappedTables& tables, const Arguments& arguments, const Keys& keys, Fact fact)
{
    switch (fact) {
    case Fact::line_key:
        return make_key_text(tables, keys.line_key);
    case Fact::kind:
        return kind_fact(tables, expression_of(arguments, fact));
    case Fact::applies:
        return applies_text(tables, arguments);
    case Fact::zeroed:
        return zeroed_text(tables, keys.zero_columns);
    case Fact::joined:
        return make_join(tables, keys.reference);
    default:
        return plain_fact(tables, arguments, fact);
    }
}

} // namespace

const char* make_join(const MappedTables& tables, const HeaderReference& reference)
{
    if (tables.header == nullptr)
        return "true";
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < reference.line_columns.count; i++)
        appendStringInfo(&sql, "%sheader.%s %s line.%s", i == 0 ? "" : " AND ",
                         pg::column_name(RelationGetRelid(tables.header), reference.header_columns.numbers[i]),
                         pg::operator_name(reference.operators[i]),
                         pg::column_name(RelationGetRelid(tables.lines), reference.line_columns.numbers[i]));
    return sql.data;
}

const char* make_facts(const MappedTables& tables, const Arguments& arguments, const Keys& keys)
{
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < fact_count; i++)
        appendStringInfo(&sql, "\n    %s,", make_fact(tables, arguments, keys, static_cast<Fact>(i)));
    appendStringInfoString(&sql, "\n    NULL::credits._mapping"); // so that the view goes with the extension
    return sql.data;
}

const char* fact_names()
{
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < fact_count; i++)
        appendStringInfo(&names, "%s, ", argument_of(static_cast<Fact>(i)).name);
    appendStringInfoString(&names, "extension");
    return names.data;
}

} // namespace credits
