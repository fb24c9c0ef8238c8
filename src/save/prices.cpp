// Prices of consumptions.
#include "save/prices.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "lines/pending.hpp"
#include "pg/changed_columns.hpp"
#include "pg/identity.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"
#include "save/decide.hpp"

namespace credits
{

namespace
{

/// UPDATE erp.invoice_line AS line SET price = 0, net = 0 WHERE line.id OPERATOR(pg_catalog.=) $1 [AND …]
const char* update_price_text(const Source& source)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "UPDATE %s AS line SET ", pg::table_name(source.line_table));
    const char* separator = "";
    int member = -1;
    while ((member = bms_next_member(source.zero_columns, member)) >= 0) {
        const auto column = static_cast<AttrNumber>(member + FirstLowInvalidHeapAttributeNumber);
        appendStringInfo(&sql, "%s%s = 0", separator, pg::column_name(source.line_table, column));
        separator = ", ";
    }
    for (int i = 0; i < source.line_key_count; i++)
        appendStringInfo(&sql, " %s line.%s %s $%d", i == 0 ? "WHERE" : "AND",
                         pg::column_name(source.line_table, source.line_key[i].column),
                         pg::operator_name(source.line_key[i].equality), i + 1);
    return sql.data;
}

/// Sets the price columns of a line to 0, as its table's owner. The line's own triggers see an ordinary UPDATE.
void set_price_to_zero(Batch& batch, MinimalTuple line)
{
    const Source& source = *batch.source;
    pg::Parameter parameters[INDEX_MAX_KEYS];
    show(batch, line, nullptr);
    for (int i = 0; i < source.line_key_count; i++) {
        pg::Parameter& parameter = parameters[i];
        parameter.type = get_atttype(source.line_table, source.line_key[i].column);
        parameter.value = slot_getattr(batch.line_slot, source.line_key[i].column, &parameter.is_null);
    }
    const pg::Statement update{.role = source.owner,
                               .sql = update_price_text(source),
                               .parameters = {parameters, static_cast<size_t>(source.line_key_count)},
                               .reads_only = false};
    if (may_fire_triggers(source.owner))
        pg::run(update);
    else
        pg::as_owner(
            source.owner, [&] { pg::run(update); }, pg::Purpose::save_as_caller);
}

/// A line whose price is being set to 0 now, within those around it. It lives on the stack: where only we can say so.
struct LineBeingSet {
    const LineBeingSet* outer;
    Oid line_table;
    std::string_view key;
};

constinit const LineBeingSet* innermost = nullptr;

/// At commit the line whose price comes back is noted, and settled after us. A trigger may have other lines written, whose prices
/// are set in the next round; but at some point it has the last word.
constexpr int most_rounds_of_notes = 3;

int round_of(const DocumentLine& line) { return line.image->note == nullptr ? 0 : line.image->note->price_round; }

/// Does a trigger of the table's give the line its price again, whatever we do? Then it has the last word.
bool comes_back(const DocumentLine& line)
{
    if (round_of(line) >= most_rounds_of_notes)
        return true;
    for (const LineBeingSet* set = innermost; set != nullptr; set = set->outer)
        if (set->line_table == line.line_table && set->key == line.key)
            return true;
    return false;
}

void set_line_to_zero(Batch& batch, const DocumentLine& line)
{
    if (comes_back(line))
        return errors::warn_price_comes_back(place_of(line));
    const LineBeingSet set{.outer = innermost, .line_table = line.line_table, .key = line.key};
    const int outer_round = price_round();
    innermost = &set;
    set_price_round(std::max(outer_round, round_of(line)) + 1);
    PG_TRY();
    {
        set_price_to_zero(batch, line.image->new_line);
    }
    PG_FINALLY();
    {
        innermost = set.outer;
        set_price_round(outer_round);
    }
    PG_END_TRY();
}

} // namespace

void set_prices_to_zero(const Configuration& settings, const Customers& customers, Batch& batch)
{
    for (int i = 0; i < batch.line_count; i++) {
        const DocumentLine& line = batch.lines[i];
        if (!line.is_zeroed && !is_null(line.customer) &&
            is_consumption_line(settings, find_customer(customers, line.customer), line))
            set_line_to_zero(batch, line);
    }
}

} // namespace credits
