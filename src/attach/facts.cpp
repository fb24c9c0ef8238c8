// The text of a source's mapping view.
#include "attach/facts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "pg/sql_text.hpp"
#include "sources/source.hpp"

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
    const char* const fact = make_fact(tables, "kind", kind, Expected::text);
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

/// Which rows are the extension's business at all: not those dated before the cut-over; a draft without a date yet is.
const char* applies_text(const MappedTables& tables, const Arguments& arguments)
{
    const char* const condition = arguments.applies_to == nullptr ? "true" : arguments.applies_to;
    const char* const applies = make_fact(tables, "applies_to", condition, Expected::boolean);
    if (!arguments.has_from_date)
        return applies;
    return psprintf("%s AND COALESCE(%s >= (DATE '2000-01-01' + %d), true)", applies,
                    make_fact(tables, "document_date", arguments.document_date, Expected::day), arguments.from_date);
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
    const auto fact = [&](const char* argument, const char* text, Expected expected) {
        if (text != nullptr)
            return make_fact(tables, argument, text, expected);
        return expected == Expected::number ? "NULL::pg_catalog.numeric" : "NULL::pg_catalog.text";
    };
    const std::array<const char*, fact_count> facts{
        make_key_text(tables, keys.line_key),
        kind_fact(tables, arguments.kind),
        fact("article", arguments.article, Expected::text),
        fact("quantity", arguments.quantity, Expected::quantity),
        fact("amount", arguments.amount, Expected::number),
        fact("customer", arguments.customer, Expected::text),
        fact("document_date", arguments.document_date, Expected::day),
        fact("document_number", arguments.document_number, Expected::text),
        applies_text(tables, arguments),
        fact("counts_when", arguments.counts_when == nullptr ? "true" : arguments.counts_when, Expected::boolean),
        fact("currency", arguments.currency, Expected::text),
        fact("entered_by", arguments.entered_by, Expected::text),
        fact("origin", arguments.origin, Expected::text),
        fact("refers_to", arguments.refers_to, Expected::text),
        zeroed_text(tables, keys.zero_columns),
        make_join(tables, keys.reference),
    };
    StringInfoData sql;
    initStringInfo(&sql);
    for (const char* const text : facts)
        appendStringInfo(&sql, "\n    %s,", text);
    appendStringInfoString(&sql, "\n    NULL::credits._mapping"); // so that the view goes with the extension
    return sql.data;
}

} // namespace credits
