// The price trigger of an attached line table: a consumption costs nothing (rule 11), as far as its row can tell before it is
// saved. Where the header changes what a line is, save/prices.cpp follows.
#include "ledger/recorded.hpp"
#include "lines/read_lines.hpp"
#include "pg/conversion.hpp"
#include "pg/identity.hpp"
#include "pg/rival.hpp"
#include "pg/trigger_call.hpp"
#include "pg/version.hpp"
#include "save/decide.hpp"
#include "save/headers.hpp"
#include "schema/catalog.hpp"
#include "schema/gate.hpp"
#include "settings/contacts.hpp"
#include "sources/hook_lines.hpp"
#include "sources/known_sources.hpp"
#include "sources/restoring.hpp"

namespace credits
{

namespace
{

/// 0 as a value of the column's type. A domain is checked, by whatever its owner wants.
Datum zero_of(const Source& source, Form_pg_attribute column)
{
    Oid input = InvalidOid;
    Oid parameter = InvalidOid;
    getTypeInputInfo(column->atttypid, &input, &parameter);
    const auto read = [&] {
        char zero[] = "0";
        return OidInputFunctionCall(input, zero, parameter, column->atttypmod);
    };
    return getBaseType(column->atttypid) == column->atttypid ? read() : pg::as_owner(source.owner, read);
}

/// `row` and `line` are those of the trigger's table; `conversion` knows its columns by the numbers that they have in the
/// source's.
HeapTuple with_zero_prices(const Source& source, const pg::RowConversion& conversion, TupleDesc row, HeapTuple line)
{
    int columns[MaxHeapAttributeNumber];
    Datum values[MaxHeapAttributeNumber];
    bool nulls[MaxHeapAttributeNumber];
    int count = 0;
    int member = -1;
    while ((member = bms_next_member(source.zero_columns, member)) >= 0) {
        columns[count] = pg::own_column(conversion, static_cast<AttrNumber>(member + FirstLowInvalidHeapAttributeNumber));
        values[count] = zero_of(source, TupleDescAttr(row, columns[count] - 1));
        nulls[count++] = false;
    }
    return heap_modify_tuple_by_cols(line, row, count, columns, values, nulls);
}

/// Could the line be a consumption? Asked before anything is looked up. A booked one keeps its terms when its article's change.
bool may_be_consumption(Batch& batch, const Configuration& settings, const LineImage& image)
{
    if (evaluate_bool(batch, Fact::zeroed))
        return false;
    if (reader(*batch.source, Fact::article).needs_header)
        return true;
    const std::optional<std::string_view> text = try_evaluate_text(batch, Fact::article);
    if (!text)
        return true; // the header tells whether it matters
    const Article* const article = is_null(*text) ? nullptr : find_article(settings, *text);
    return article != nullptr && (article->coefficient < core::zero || image.old_line != nullptr);
}

Recorded* read_recorded_now(int32 source_no, const DocumentLine& line)
{
    return pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        return read_recorded(entries, source_no, line.recorded_key, snapshot);
    });
}

bool needs_zero_price(Batch& batch, MinimalTuple old_line, MinimalTuple new_line)
{
    const Configuration& settings = configuration();
    show(batch, new_line, nullptr);
    add_image(batch, old_line, new_line);
    if (!may_be_consumption(batch, settings, batch.images[0]))
        return false;
    come_to_gate();
    CommandCounterIncrement(); // so that the latest snapshot sees the header as the running statement has left it
    batch.images[0].new_header = find_header(batch, new_line);
    read_lines(batch);
    DocumentLine& line = batch.lines[0];
    if (old_line != nullptr) {
        line.recorded = read_recorded_now(batch.source->number, line);
        read_rest_of_recorded(batch, line);
    }
    if (line.is_past)
        line.archived = read_recorded_now(batch.source->archive_no, line);
    if (is_null(line.customer))
        return false;
    line.customer = account_of(line.customer);
    return is_consumption_line(settings, read_customer(line.customer), line);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_price_line);
}

/// BEFORE INSERT OR UPDATE … FOR EACH ROW on an attached line table with zero_columns. A row that another one keeps out is only
/// proposed (ON CONFLICT DO UPDATE), maybe for a line that is no consumption: what becomes of that, its update tells.
Datum credits_price_line(PG_FUNCTION_ARGS)
{
    const TriggerData& trigger = trigger_of(fcinfo, TriggerKind::before_row, "_price_line");
    const bool is_update = TRIGGER_FIRED_BY_UPDATE(trigger.tg_event);
    if (is_restoring_rows())
        return PointerGetDatum(is_update ? trigger.tg_newtuple : trigger.tg_trigtuple);
    if (!is_update && closing_of_running_hook() != 0) // a line of the closing's keeps its price
        return PointerGetDatum(trigger.tg_trigtuple);
    HeapTuple line = is_update ? trigger.tg_newtuple : trigger.tg_trigtuple;
    Source& source = get_source(RelationGetRelid(trigger.tg_relation));
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits price", ALLOCSET_SMALL_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    pg::with_root(trigger.tg_relation, source.line_table, [&](Relation lines, const pg::RowConversion& conversion) {
        const auto image = [&](HeapTuple row) { return pg::to_minimal_tuple(pg::convert(conversion, row)); };
        Batch batch = begin_batch(source, lines);
        const bool becomes_zero = needs_zero_price(batch, is_update ? image(trigger.tg_trigtuple) : nullptr, image(line));
        end_batch(batch);
        const bool is_proposed = becomes_zero && !is_update && pg::has_rival(trigger.tg_relation, line);
        MemoryContextSwitchTo(caller);
        if (becomes_zero && !is_proposed)
            line = with_zero_prices(source, conversion, RelationGetDescr(trigger.tg_relation), line);
    });
    MemoryContextDelete(memory);
    return PointerGetDatum(line);
}

} // namespace credits
