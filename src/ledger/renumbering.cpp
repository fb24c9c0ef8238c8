// Renumbered lines and documents.
#include "ledger/renumbering.hpp"

#include "errors/saving.hpp"
#include "pg/query.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"

namespace credits
{

namespace
{

constexpr const char* follow = "SELECT credits._follow_renumbering($1, $2, $3, $4, $5, $6)";

bool is_booked(const DocumentLine& line) { return line.recorded != nullptr && !core::is_nothing(line.recorded->effect); }

bool is_renumbered(const DocumentLine& line, RecordOf record)
{
    return line.*record != nullptr && !line.is_gone && (line.recorded_key != line.key || has_new_number(line));
}

/// The values of one column of the statement's parameters.
struct TextColumn {
    Datum* values;
    bool* nulls;
    int count;
};

TextColumn make_column(int capacity)
{
    return {static_cast<Datum*>(palloc(sizeof(Datum) * capacity)), static_cast<bool*>(palloc(sizeof(bool) * capacity)), 0};
}

void append(TextColumn& column, std::string_view text)
{
    column.nulls[column.count] = is_null(text);
    column.values[column.count] = is_null(text) ? Datum(0) : pg::to_text(text);
    column.count++;
}

pg::Parameter to_parameter(const TextColumn& column)
{
    int dimensions[]{column.count};
    int lower_bounds[]{1};
    ArrayType* const array =
        construct_md_array(column.values, column.nulls, 1, dimensions, lower_bounds, TEXTOID, -1, false, TYPALIGN_INT);
    return {TEXTARRAYOID, PointerGetDatum(array), false};
}

} // namespace

bool has_new_number(const DocumentLine& line)
{
    if (!is_booked(line) || !follows_number(line))
        return false;
    const std::string_view recorded = line.recorded->document.number;
    return line.number != recorded || is_null(line.number) != is_null(recorded);
}

void follow_renumbering(int32 source_no, std::span<const DocumentLine> lines, RecordOf record)
{
    int count = 0;
    for (const DocumentLine& line : lines) {
        if (!is_renumbered(line, record))
            continue;
        if (line.key.size() > longest_line_key)
            errors::key_too_long(line.line_table, line.key.size());
        count++;
    }
    if (count == 0)
        return;
    TextColumn old_keys = make_column(count);
    TextColumn new_keys = make_column(count);
    TextColumn old_numbers = make_column(count);
    TextColumn new_numbers = make_column(count);
    TextColumn roles = make_column(count);
    const std::string_view current_role = GetUserNameFromId(GetUserId(), false);
    for (const DocumentLine& line : lines) {
        if (!is_renumbered(line, record))
            continue;
        append(old_keys, line.recorded_key);
        append(roles, is_null(line.recorded_by) ? current_role : line.recorded_by);
        append(new_keys, line.key);
        append(old_numbers, (line.*record)->document.number);
        append(new_numbers, has_new_number(line) ? line.number : (line.*record)->document.number);
    }
    const pg::Parameter parameters[]{{INT4OID, Int32GetDatum(source_no), false},
                                     to_parameter(old_keys),
                                     to_parameter(new_keys),
                                     to_parameter(old_numbers),
                                     to_parameter(new_numbers),
                                     to_parameter(roles)};
    pg::run({.role = catalog().owner, .sql = follow, .parameters = parameters, .reads_only = false});
    CommandCounterIncrement();
}

} // namespace credits
