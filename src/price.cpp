// Prices of consumptions.
#include "price.hpp"

#include "catalog.hpp"
#include "closing_hook.hpp"
#include "contacts.hpp"
#include "errors.hpp"
#include "ledger.hpp"
#include "line_lookup.hpp"
#include "pg/conversion.hpp"
#include "pg/snapshot.hpp"
#include "pg/version.hpp"
#include "wish.hpp"

namespace credits
{

namespace
{

/// 0 as a value of the column's type.
Datum zero_of(Form_pg_attribute column)
{
    Oid input = InvalidOid;
    Oid parameter = InvalidOid;
    getTypeInputInfo(column->atttypid, &input, &parameter);
    char zero[] = "0";
    return OidInputFunctionCall(input, zero, parameter, column->atttypmod);
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
        values[count] = zero_of(TupleDescAttr(row, columns[count] - 1));
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

Recorded* read_recorded_now(const Batch& batch, const DocumentLine& line)
{
    return pg::with_latest_snapshot([&](Snapshot snapshot) {
        pg::Table entries = pg::open_table(catalog().entry, AccessShareLock);
        Recorded* const recorded = read_recorded(entries, batch.source->line_table, line.recorded_key, snapshot);
        pg::close_table(entries);
        return recorded;
    });
}

bool needs_zero_price(Batch& batch, MinimalTuple old_line, MinimalTuple new_line)
{
    const Configuration& settings = configuration();
    show(batch, new_line, nullptr);
    add_image(batch, old_line, new_line);
    if (!may_be_consumption(batch, settings, batch.images[0]))
        return false;
    batch.images[0].new_header = find_header(batch, new_line);
    read_lines(batch);
    DocumentLine& line = batch.lines[0];
    if (old_line != nullptr) {
        line.recorded = read_recorded_now(batch, line);
        read_rest_of_recorded(batch, line);
    }
    if (is_null(line.customer))
        return false;
    line.customer = account_of(line.customer);
    return is_consumption_line(settings, read_customer(line.customer), line);
}

/// The lines whose price is being set to 0 now, one per row: a setting, because an error that is caught restores it.
constexpr const char* lines_being_set = "credits.lines_being_set";

/// Does a trigger of the table's give the line its price again, whatever we do? Then it has the last word.
bool is_being_set(const char* lines, const char* line)
{
    const char* const found = strstr(lines, line);
    return found != nullptr && (found == lines || found[-1] == '\n');
}

void set_line_to_zero(Batch& batch, const DocumentLine& line)
{
    const char* const outer = GetConfigOption(lines_being_set, true, false);
    const char* const lines = outer == nullptr ? "" : outer;
    const char* const name = psprintf("%u %.*s\n", line.line_table, static_cast<int>(line.key.size()), line.key.data());
    if (is_being_set(lines, name))
        return errors::warn_price_comes_back(line);
    const int level = NewGUCNestLevel();
    set_config_option(lines_being_set, psprintf("%s%s", lines, name), PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                      false);
    set_price_to_zero(batch, line.image->new_line);
    AtEOXact_GUC(true, level);
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

extern "C" {
PG_FUNCTION_INFO_V1(credits_price_line);
}

/// BEFORE INSERT OR UPDATE … FOR EACH ROW on an attached line table with zero_columns.
Datum credits_price_line(PG_FUNCTION_ARGS)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        errors::not_called_as_trigger("_price_line");
    const auto& trigger = *reinterpret_cast<const TriggerData*>(fcinfo->context);
    const bool is_update = TRIGGER_FIRED_BY_UPDATE(trigger.tg_event);
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
        MemoryContextSwitchTo(caller);
        if (becomes_zero)
            line = with_zero_prices(source, conversion, RelationGetDescr(trigger.tg_relation), line);
    });
    MemoryContextDelete(memory);
    return PointerGetDatum(line);
}

} // namespace credits
