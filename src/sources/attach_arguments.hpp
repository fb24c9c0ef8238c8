// The arguments of attach, one row each. What a call is checked for, the row of credits.source, the mapping view and what
// messages call a fact all follow from this table. A new argument comes last: a row here, with a Fact of its own if lines are
// read by it; in the script the parameter of credits.attach() and the column of credits.source of that name; and the file that
// uses it.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "pg/postgres.hpp"

namespace credits
{

/// What the mapping view of a source says of a line: its columns, in their order. Views stand in databases: a new one comes last.
enum class Fact {
    line_key,
    kind,
    article,
    quantity,
    amount,
    customer,
    document_date,
    document_number,
    applies,
    counts,
    currency,
    entered_by,
    origin,    // the key of the line that it was made from
    refers_to, // the key of the sale line that a credit note takes back
    zeroed,    // all zero_columns are 0
    joined,    // the header's key equals the line's columns
    count
};
inline constexpr int fact_count = static_cast<int>(Fact::count);

/// What an expression must give.
enum class Expected { text, number, quantity, day, boolean, code_or_id };

/// How SQL gives an argument.
enum class Given {
    table,
    expression, // the text of one over line and header, or of a column's name
    columns,    // of one of the tables
    day,
    word, // one of a few
    name, // of a source
};

struct AttachArgument {
    const char* name; // of the parameter, of the column of credits.source that keeps it, and of that of the mapping view
    Given given;
    bool is_required = false;
    std::optional<Fact> fact = std::nullopt; // that it gives
    Expected expected = Expected::text;      // of an expression
    const char* otherwise = nullptr;         // the expression that null stands for; null: the fact is null
    const char* words[2] = {};               // that it may be
};

/// In the order of the parameters of credits.attach().
inline constexpr AttachArgument attach_arguments[]{
    {.name = "line_table", .given = Given::table, .is_required = true},
    {.name = "kind", .given = Given::expression, .is_required = true, .fact = Fact::kind},
    {.name = "article", .given = Given::expression, .is_required = true, .fact = Fact::article},
    {.name = "quantity", .given = Given::expression, .is_required = true, .fact = Fact::quantity, .expected = Expected::quantity},
    {.name = "amount", .given = Given::expression, .fact = Fact::amount, .expected = Expected::number},
    {.name = "customer", .given = Given::expression, .is_required = true, .fact = Fact::customer},
    {.name = "document_date",
     .given = Given::expression,
     .is_required = true,
     .fact = Fact::document_date,
     .expected = Expected::day},
    {.name = "document_number", .given = Given::expression, .fact = Fact::document_number},
    {.name = "line_key", .given = Given::columns, .fact = Fact::line_key},
    {.name = "header_table", .given = Given::table},
    {.name = "header_key", .given = Given::columns, .fact = Fact::joined},
    {.name = "line_header", .given = Given::columns},
    {.name = "applies_to", .given = Given::expression, .fact = Fact::applies, .expected = Expected::boolean, .otherwise = "true"},
    {.name = "counts_when", .given = Given::expression, .fact = Fact::counts, .expected = Expected::boolean, .otherwise = "true"},
    {.name = "zero_columns", .given = Given::columns, .fact = Fact::zeroed},
    {.name = "origin", .given = Given::expression, .fact = Fact::origin},
    {.name = "origin_table", .given = Given::table},
    {.name = "refers_to", .given = Given::expression, .fact = Fact::refers_to},
    {.name = "currency", .given = Given::expression, .fact = Fact::currency},
    {.name = "entered_by", .given = Given::expression, .fact = Fact::entered_by},
    {.name = "from_date", .given = Given::day},
    {.name = "check_at", .given = Given::word, .is_required = true, .words = {"statement", "commit"}},
    {.name = "continues", .given = Given::name},
};
inline constexpr int argument_count = static_cast<int>(std::size(attach_arguments));

/// The position of an argument by its name and how it is given. One that there is not does not compile: it is past the last.
consteval int position_of(std::string_view name, Given given)
{
    int i = 0;
    while (name != attach_arguments[i].name || given != attach_arguments[i].given)
        i++;
    return i;
}

/// The position of the argument that gives a fact.
constexpr int position_of(Fact fact)
{
    int i = 0;
    while (attach_arguments[i].fact != fact)
        i++;
    return i;
}

constexpr const AttachArgument& argument_of(Fact fact) { return attach_arguments[position_of(fact)]; }

consteval bool gives_each_fact_once()
{
    for (int i = 0; i < fact_count; i++)
        if (std::ranges::count(attach_arguments, std::optional(static_cast<Fact>(i)), &AttachArgument::fact) != 1)
            return false;
    return true;
}
static_assert(gives_each_fact_once());

} // namespace credits
