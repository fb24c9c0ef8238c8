// The statement trigger of a header table: a header whose state, customer, date or number changes settles its lines.
// Its rows are locked by the statement itself; a line that another transaction adds waits for that lock, or was committed before
// and is seen by the latest snapshot.
#include "save/changed_headers.hpp"
#include "pg/changed_columns.hpp"
#include "settings/customer.hpp"
#include "schema/gate.hpp"
#include "lines/pending.hpp"
#include "pg/table.hpp"
#include "pg/transition.hpp"
#include "sources/restoring.hpp"
#include "lines/settled_since.hpp"
#include "pg/trigger_call.hpp"
#include "sources/known_sources.hpp"

namespace credits
{

namespace
{

Bitmapset* key_columns(const Source& source)
{
    Bitmapset* key = nullptr;
    for (int i = 0; i < source.header_key_count; i++)
        key = bms_add_member(key, source.header_key[i].column - FirstLowInvalidHeapAttributeNumber);
    return key;
}

/// A header with a new key, or one that is deleted, takes its lines along where the foreign key cascades: their own trigger
/// settles them. Where they stay, another header may have the key by the time the foreign key is checked.
bool is_renumbered(const Source& source, TupleTableSlot* before, TupleTableSlot* now)
{
    return !are_equal(key_columns(source), before, now);
}

/// Calls fn(before, now) for each header that an UPDATE changed in what its lines depend on. Where the old and the new rows do
/// not pair up, a trigger has kept one out of the partition that it moved to: then any of the others may have changed.
template <class Fn>
void for_each_changed_header(const Source& source, const TriggerData& trigger, Relation headers, Fn fn)
{
    const pg::RowConversion conversion = pg::make_conversion(trigger.tg_relation, headers);
    TupleTableSlot* const old_slot = MakeSingleTupleTableSlot(RelationGetDescr(headers), &TTSOpsMinimalTuple);
    TupleTableSlot* const new_slot = MakeSingleTupleTableSlot(RelationGetDescr(headers), &TTSOpsMinimalTuple);
    const pg::TransitionReader old_rows = pg::begin_reading(trigger.tg_oldtable, conversion);
    const pg::TransitionReader new_rows = pg::begin_reading(trigger.tg_newtable, conversion);
    const bool are_paired = pg::are_paired(trigger);
    while (pg::read_row(old_rows, old_slot) && (!are_paired || pg::read_row(new_rows, new_slot)))
        if (!are_paired)
            fn(old_slot, old_slot);
        else if (!are_equal(source.header_columns, old_slot, new_slot))
            fn(old_slot, new_slot);
    pg::end_reading(new_rows);
    pg::end_reading(old_rows);
    ExecDropSingleTupleTableSlot(new_slot);
    ExecDropSingleTupleTableSlot(old_slot);
}

/// Calls fn(image) for each header that a DELETE took away.
template <class Fn>
void for_each_deleted_header(const TriggerData& trigger, Relation headers, Fn fn)
{
    TupleTableSlot* const slot = MakeSingleTupleTableSlot(RelationGetDescr(headers), &TTSOpsMinimalTuple);
    const pg::TransitionReader rows = pg::begin_reading(trigger.tg_oldtable, pg::make_conversion(trigger.tg_relation, headers));
    while (pg::read_row(rows, slot))
        fn(slot);
    pg::end_reading(rows);
    ExecDropSingleTupleTableSlot(slot);
}

/// Is there a header with the key of the image? Nobody else can have made one since the statement changed that one.
bool is_key_in_use(Source& source, pg::Table& table, TupleTableSlot* image)
{
    Header header{};
    lock_changed_header(source, table, header, image);
    return header.tuple != nullptr;
}

/// What becomes of keys that headers leave: nothing, or their lines are settled with those of the header that has the key then,
/// by the end of the statement or at the check at commit.
enum class Leaving { harmless, settled, noted };

Leaving leaving_by(const Source& source, const TriggerData& trigger)
{
    if (source.header_may_follow)
        return Leaving::noted;
    const bool stays = TRIGGER_FIRED_BY_DELETE(trigger.tg_event) ? source.stays_at_delete : source.stays_at_update;
    if (!stays)
        return Leaving::harmless;
    return settles_at_commit(source) ? Leaving::noted : Leaving::settled;
}

/// Of each key that a header had or has: the header as it was, and the one that has the key now.
ChangedHeaders lock_changed_headers(Source& source, const TriggerData& trigger, pg::Table& table)
{
    ChangedHeaders changed{};
    CommandCounterIncrement(); // so that the latest snapshot sees the statement's own rows
    const auto change = [&](TupleTableSlot* image) {
        if (changed.count == 0)
            pass_gate();
        auto* const header = static_cast<ChangedHeader*>(palloc0(sizeof(ChangedHeader)));
        header->before.tuple = ExecCopySlotHeapTuple(image);
        lock_changed_header(source, table, header->now, image);
        add(changed, header);
    };
    const auto leave = [&](TupleTableSlot* image) {
        if (!is_key_in_use(source, table, image))
            return;
        change(image);
        changed.repeats_keys = true;
    };
    const Leaving leaving = leaving_by(source, trigger);
    if (TRIGGER_FIRED_BY_DELETE(trigger.tg_event)) {
        if (leaving == Leaving::settled)
            for_each_deleted_header(trigger, table.relation, leave);
        return changed;
    }
    for_each_changed_header(source, trigger, table.relation, [&](TupleTableSlot* before, TupleTableSlot* now) {
        if (!is_renumbered(source, before, now))
            return change(before);
        if (leaving != Leaving::settled)
            return;
        leave(before);
        leave(now);
    });
    return changed;
}

void settle_lines(Source& source, const ChangedHeaders& changed, TupleDesc header_row)
{
    const Relation lines = table_open(source.line_table, AccessShareLock);
    Batch batch = begin_batch(source, lines);
    batch.header_slot = MakeSingleTupleTableSlot(header_row, &TTSOpsHeapTuple);
    lock_accounts_in_order(customers_of(batch, changed));
    add_lines_of(batch, changed);
    batch.known_header_count = batch.image_count;
    batch.repeats_lines = changed.repeats_keys;
    Batch* const batches[]{&batch};
    lock_headers(batches);
    const Batches save = add_chains(batches);
    read_lines(save);
    settle(save);
    warn_of_zero_prices(batch);
    // A line that the same statement inserted is settled now: its own trigger, still to come, must look again.
    note_settled_ahead(last_settled_lines);
    end_batches(save);
    table_close(lines, NoLock);
}

void settle_lines_of_headers(Source& source, const TriggerData& trigger)
{
    pg::Table headers = pg::open_table(source.header_table, RowShareLock);
    const ChangedHeaders changed = lock_changed_headers(source, trigger, headers);
    if (changed.count > 0)
        settle_lines(source, changed, RelationGetDescr(headers.relation));
    pg::close_table(headers);
}

/// A list of stubs.
struct Stubs {
    MinimalTuple* rows;
    size_t count;
};

/// A list for twice as many stubs as the statement has headers.
Stubs make_list(Tuplestorestate* headers)
{
    const Size count = headers == nullptr ? 1 : 2 * static_cast<Size>(tuplestore_tuple_count(headers)) + 1;
    return {.rows = static_cast<MinimalTuple*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(MinimalTuple) * count)),
            .count = 0};
}

void note(const Source& source, const Stubs& stubs, Awaits awaits)
{
    if (stubs.count > 0)
        note_headers(source.line_table, {stubs.rows, stubs.count}, awaits);
}

/// Until when headers are noted whose key another one may have by the end: of the statement, or of the transaction.
Awaits awaited(const Source& source) { return source.header_may_follow ? Awaits::header : Awaits::commit; }

/// Notes changed headers as they were, and renumbered ones by both keys.
void note_changed_headers(const Source& source, const TriggerData& trigger, Relation headers)
{
    const Bitmapset* const columns = bms_union(source.header_columns, key_columns(source));
    Stubs kept = make_list(trigger.tg_oldtable);
    Stubs renumbered = make_list(trigger.tg_oldtable);
    for_each_changed_header(source, trigger, headers, [&](TupleTableSlot* before, TupleTableSlot* now) {
        if (is_renumbered(source, before, now)) {
            if (leaving_by(source, trigger) != Leaving::noted)
                return;
            renumbered.rows[renumbered.count++] = make_stub(before, columns);
            renumbered.rows[renumbered.count++] = make_stub(now, key_columns(source));
        } else if (settles_at_commit(source)) {
            kept.rows[kept.count++] = make_stub(before, columns);
        }
    });
    note(source, kept, Awaits::commit);
    note(source, renumbered, awaited(source));
}

/// Notes deleted headers by whose key another one may come, or has come.
void note_deleted_headers(Source& source, const TriggerData& trigger, pg::Table& headers)
{
    const Bitmapset* const columns = bms_union(source.header_columns, key_columns(source));
    Stubs deleted = make_list(trigger.tg_oldtable);
    for_each_deleted_header(trigger, headers.relation, [&](TupleTableSlot* image) {
        if (source.header_may_follow || is_key_in_use(source, headers, image))
            deleted.rows[deleted.count++] = make_stub(image, columns);
    });
    note(source, deleted, awaited(source));
}

void follow_headers(Source& source, const TriggerData& trigger)
{
    const bool is_later = settles_at_commit(source);
    if (!is_later)
        settle_lines_of_headers(source, trigger);
    if (!is_later && !source.header_may_follow)
        return;
    CommandCounterIncrement();
    pg::Table headers = pg::open_table(source.header_table, RowShareLock);
    if (!TRIGGER_FIRED_BY_DELETE(trigger.tg_event))
        note_changed_headers(source, trigger, headers.relation);
    else if (leaving_by(source, trigger) == Leaving::noted)
        note_deleted_headers(source, trigger, headers);
    pg::close_table(headers);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_header_changed);
}

/// AFTER UPDATE or DELETE … FOR EACH STATEMENT on the header table of attached lines, with transition tables.
Datum credits_header_changed(PG_FUNCTION_ARGS)
{
    const TriggerData& trigger = trigger_of(fcinfo, TriggerKind::after_statement, "_header_changed");
    if (is_restoring_rows())
        return PointerGetDatum(nullptr);
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits batch", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    note_written(trigger.tg_relation);
    for (const Oid line_table : line_tables_of_header(RelationGetRelid(trigger.tg_relation)))
        follow_headers(get_source(line_table), trigger);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(memory);
    return PointerGetDatum(nullptr);
}

} // namespace credits
