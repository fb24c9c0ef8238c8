// The statement trigger of a header table: a header whose state, customer, date or number changes settles its lines.
// Its rows are locked by the statement itself; a line that another transaction adds waits for that lock, or was committed before
// and is seen by the latest snapshot.
#include "batch.hpp"
#include "changes.hpp"
#include "contacts.hpp"
#include "errors.hpp"
#include "line_lookup.hpp"
#include "pg/table.hpp"
#include "pg/transition.hpp"
#include "price.hpp"
#include "row_place.hpp"
#include "wish.hpp"

namespace credits
{

namespace
{

/// A header that the statement changed: as it was, and, under lock, as it is now.
struct ChangedHeader {
    Header before;
    Header now;
};

struct ChangedHeaders {
    ChangedHeader** headers;
    int count;
    int capacity;
};

void add(ChangedHeaders& changed, ChangedHeader* header)
{
    if (changed.count == changed.capacity) {
        changed.capacity = changed.capacity == 0 ? 4 : changed.capacity * 4;
        const Size size = sizeof(ChangedHeader*) * changed.capacity;
        changed.headers =
            static_cast<ChangedHeader**>(changed.headers == nullptr ? palloc(size) : repalloc(changed.headers, size));
    }
    changed.headers[changed.count++] = header;
}

/// Locks the row with the key that the image has, and keeps its latest version.
void lock_header(Source& source, pg::Table& table, Header& header, TupleTableSlot* image)
{
    const HeapTuple row = ExecCopySlotHeapTuple(image);
    for (int i = 0; i < source.header_key_count; i++) {
        bool is_null = false;
        header.key[i] = heap_getattr(row, source.header_key[i].column, RelationGetDescr(table.relation), &is_null);
    }
    const KeyedTable headers = headers_of(source);
    with_row_place(headers, table, header.key, KeyOf::own, [&](const RowPlace& place) {
        const RowKey key = make_row_key(headers, header.key, KeyOf::own);
        if (pg::lock_latest(*place.table, place.index, key) == pg::LockResult::locked)
            header.tuple = copy_found(place);
    });
}

/// A header with a new key has lines only where the foreign key cascades: they change with it, and their own trigger settles
/// them.
bool is_renumbered(const Source& source, TupleTableSlot* before, TupleTableSlot* now)
{
    Bitmapset* key = nullptr;
    for (int i = 0; i < source.header_key_count; i++)
        key = bms_add_member(key, source.header_key[i].column - FirstLowInvalidHeapAttributeNumber);
    return !are_equal(key, before, now);
}

/// The headers that the statement changed in what their lines depend on, locked. Where the old and the new rows do not pair up, a
/// trigger has kept one out of the partition that it moved to: then any of the others may have changed.
ChangedHeaders read_changed_headers(Source& source, const TriggerData& trigger, pg::Table& table)
{
    const TupleDesc row = RelationGetDescr(table.relation);
    const pg::RowConversion conversion = pg::make_conversion(trigger.tg_relation, table.relation);
    TupleTableSlot* const old_slot = MakeSingleTupleTableSlot(row, &TTSOpsMinimalTuple);
    TupleTableSlot* const new_slot = MakeSingleTupleTableSlot(row, &TTSOpsMinimalTuple);
    const pg::TransitionReader old_rows = pg::begin_reading(trigger.tg_oldtable, conversion);
    const pg::TransitionReader new_rows = pg::begin_reading(trigger.tg_newtable, conversion);
    const bool are_paired = pg::are_paired(trigger);
    ChangedHeaders changed{};
    while (pg::read_row(old_rows, old_slot) && (!are_paired || pg::read_row(new_rows, new_slot))) {
        if (are_paired && (are_equal(source.header_columns, old_slot, new_slot) || is_renumbered(source, old_slot, new_slot)))
            continue;
        if (changed.count == 0) {
            CommandCounterIncrement(); // so that the latest snapshot sees the statement's own rows
            pass_gate();
        }
        auto* const header = static_cast<ChangedHeader*>(palloc0(sizeof(ChangedHeader)));
        header->before.tuple = ExecCopySlotHeapTuple(old_slot);
        lock_header(source, table, header->now, old_slot);
        add(changed, header);
    }
    pg::end_reading(new_rows);
    pg::end_reading(old_rows);
    ExecDropSingleTupleTableSlot(new_slot);
    ExecDropSingleTupleTableSlot(old_slot);
    return changed;
}

/// Was the line a consumption, at price 0, under the header as it was, and is none any more? Only the ERP knows its price now.
bool needs_price(Batch& batch, const DocumentLine& line, const Header& before)
{
    const Configuration& settings = configuration();
    const auto is_consumption = [&](std::string_view customer) {
        return is_consumption_line(settings, read_customer(customer), line);
    };
    show(batch, line.image->new_line, &before);
    const std::string_view customer_before = account_of(evaluate_text(batch, Fact::customer));
    if (is_null(customer_before) || customer_before == line.customer || !is_consumption(customer_before))
        return false;
    return is_null(line.customer) || !is_consumption(line.customer);
}

void warn_of_zero_prices(Batch& batch)
{
    if (batch.source->zero_columns == nullptr)
        return;
    for (int i = 0; i < batch.line_count; i++) {
        const DocumentLine& line = batch.lines[i];
        if (line.image->old_header != nullptr && line.is_zeroed && needs_price(batch, line, *line.image->old_header))
            errors::warn_price_stays_zero(line);
    }
}

/// Adds the lines of a changed header, which they see as it was and as it is.
void add_lines(Batch& batch, ChangedHeader& header)
{
    const int first = batch.image_count;
    if (header.now.tuple != nullptr)
        add_lines_of_header(batch, &header.now);
    for (int i = first; i < batch.image_count; i++)
        batch.images[i].old_header = &header.before;
}

/// Locks the customers that the headers had and have, before their lines are read: a saver who held one of them and did not wait
/// for the header (header.cpp) is done then, and his lines are seen.
void lock_customers_of_headers(Batch& batch, const ChangedHeaders& changed)
{
    if (reader(*batch.source, Fact::customer).needs_line)
        return;
    auto* const keys = static_cast<std::string_view*>(palloc0(sizeof(std::string_view) * 2 * changed.count));
    size_t count = 0;
    for (int i = 0; i < changed.count; i++)
        for (const Header* const header : {&changed.headers[i]->before, &changed.headers[i]->now}) {
            show_header(batch, header);
            keys[count++] = evaluate_text(batch, Fact::customer);
        }
    lock_accounts_in_order({keys, count});
}

void settle_lines(Source& source, const ChangedHeaders& changed, TupleDesc header_row)
{
    const Relation lines = table_open(source.line_table, AccessShareLock);
    Batch batch = begin_batch(source, lines);
    batch.header_slot = MakeSingleTupleTableSlot(header_row, &TTSOpsHeapTuple);
    lock_customers_of_headers(batch, changed);
    for (int i = 0; i < changed.count; i++)
        add_lines(batch, *changed.headers[i]);
    batch.known_header_count = batch.image_count;
    Batch* const batches[]{&batch};
    lock_headers(batches);
    const Batches save = add_chains(batches);
    read_lines(save);
    settle(save);
    warn_of_zero_prices(batch);
    // A line that the same statement inserted is settled now: its own trigger, still to come, must look again.
    note_settled(trigger_depth() + 1);
    end_batches(save);
    table_close(lines, NoLock);
}

void settle_lines_of_headers(Source& source, const TriggerData& trigger)
{
    pg::Table headers = pg::open_table(source.header_table, RowShareLock);
    const ChangedHeaders changed = read_changed_headers(source, trigger, headers);
    if (changed.count > 0)
        settle_lines(source, changed, RelationGetDescr(headers.relation));
    pg::close_table(headers);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_header_changed);
}

/// AFTER UPDATE … FOR EACH STATEMENT on the header table of attached lines, with transition tables.
Datum credits_header_changed(PG_FUNCTION_ARGS)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        errors::not_called_as_trigger("_header_changed");
    const auto& trigger = *reinterpret_cast<const TriggerData*>(fcinfo->context);
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits batch", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    for (const Oid line_table : line_tables_of_header(RelationGetRelid(trigger.tg_relation)))
        settle_lines_of_headers(get_source(line_table), trigger);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(memory);
    return PointerGetDatum(nullptr);
}

} // namespace credits
