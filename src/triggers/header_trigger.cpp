// The statement trigger of a header table: a header whose state, customer, date or number changes settles its lines.
// Its rows are locked by the statement itself. doc/design/3-locks.md says why no line is missed that another transaction adds.
#include <algorithm>

#include "lines/pending.hpp"
#include "lines/settled_since.hpp"
#include "pg/changed_columns.hpp"
#include "pg/firing_role.hpp"
#include "pg/identity.hpp"
#include "pg/memory.hpp"
#include "pg/table.hpp"
#include "pg/transition.hpp"
#include "pg/trigger_call.hpp"
#include "save/settle.hpp"
#include "sources/known_sources.hpp"
#include "sources/restoring.hpp"

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
/// settles them. Where they stay, another header may have the key by the time the foreign key is checked. Where a trigger has
/// kept them, they are settled as lines without a header, or with that which has the key by now.
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
        else if (may_lack_values(trigger.tg_relation, source.header_columns, new_slot) ||
                 !are_equal(source.header_columns, old_slot, new_slot))
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

/// What becomes of keys that headers leave: nobody has them, unless a trigger has kept their lines, or their lines are settled
/// with those of the header that has the key then, by the end of the statement or at the check at commit.
enum class Leaving { cascading, settled, noted };

Leaving leaving_by(const Source& source, const TriggerData& trigger)
{
    if (source.header_may_follow)
        return Leaving::noted;
    const bool stays = TRIGGER_FIRED_BY_DELETE(trigger.tg_event) ? source.stays_at_delete : source.stays_at_update;
    if (!stays)
        return Leaving::cascading;
    return settles_at_commit(source) ? Leaving::noted : Leaving::settled;
}

/// May the key that the image has be looked for in the lines? Another header has it, or a trigger has kept some.
bool leaves_lines(Source& source, pg::Table& headers, TupleTableSlot* image, Leaving leaving)
{
    const HeapTuple tuple = ExecCopySlotHeapTuple(image);
    return leaving == Leaving::cascading ? has_lines(source, headers, tuple) : is_key_in_use(source, headers, tuple);
}

/// Puts in each header as it was: under the key that it keeps, or, where another one may have that by now, under both of its
/// keys.
void add_changed_headers(Part& part, const TriggerData& trigger, pg::Table& table)
{
    Source& source = *part.batch.source;
    const auto change = [&](TupleTableSlot* image) { add_changed_header(part.headers, ExecCopySlotHeapTuple(image)); };
    const Leaving leaving = leaving_by(source, trigger);
    const auto leave = [&](TupleTableSlot* image) {
        if (!leaves_lines(source, table, image, leaving))
            return;
        change(image);
        part.headers.repeats_keys = true;
    };
    if (leaving == Leaving::noted && TRIGGER_FIRED_BY_DELETE(trigger.tg_event))
        return;
    if (TRIGGER_FIRED_BY_DELETE(trigger.tg_event))
        return for_each_deleted_header(trigger, table.relation, leave);
    for_each_changed_header(source, trigger, table.relation, [&](TupleTableSlot* before, TupleTableSlot* now) {
        if (!is_renumbered(source, before, now))
            return change(before);
        if (leaving == Leaving::noted)
            return;
        leave(before);
        if (leaving == Leaving::settled)
            leave(now);
    });
}

/// Settles the lines of all tables below the changed headers as one save (rule 13).
void settle_lines(std::span<const Oid> line_tables, const TriggerData& trigger, pg::Table& headers)
{
    Save save{};
    bool is_any_changed = false;
    for (const Oid line_table : line_tables) {
        Part& part = part_of(save, get_source(line_table));
        add_changed_headers(part, trigger, headers);
        part.batch.repeats_lines = part.headers.repeats_keys;
        is_any_changed |= part.headers.list.count > 0;
    }
    if (is_any_changed) {
        settle(save);
        // A line that the same statement inserted is settled now: its own trigger, still to come, must look again.
        remember_settled_ahead(last_settled_lines);
    }
    end_save(save);
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
void note_changed_headers(Source& source, const TriggerData& trigger, pg::Table& headers, bool settles_later)
{
    const Leaving leaving = leaving_by(source, trigger);
    const Bitmapset* const columns = bms_union(source.header_columns, key_columns(source));
    Stubs kept = make_list(trigger.tg_oldtable);
    Stubs renumbered = make_list(trigger.tg_oldtable);
    for_each_changed_header(source, trigger, headers.relation, [&](TupleTableSlot* before, TupleTableSlot* now) {
        if (is_renumbered(source, before, now)) {
            if (leaving != Leaving::noted && !leaves_lines(source, headers, before, leaving))
                return;
            renumbered.rows[renumbered.count++] = make_stub(before, columns);
            renumbered.rows[renumbered.count++] = make_stub(now, key_columns(source));
        } else if (settles_later) {
            kept.rows[kept.count++] = make_stub(before, columns);
        }
    });
    note(source, kept, Awaits::commit);
    note(source, renumbered, awaited(source));
}

/// Notes deleted headers by whose key another one may come, or has come, or whose lines a trigger has kept.
void note_deleted_headers(Source& source, const TriggerData& trigger, pg::Table& headers)
{
    const Leaving leaving = leaving_by(source, trigger);
    const Bitmapset* const columns = bms_union(source.header_columns, key_columns(source));
    Stubs deleted = make_list(trigger.tg_oldtable);
    for_each_deleted_header(trigger, headers.relation, [&](TupleTableSlot* image) {
        if (source.header_may_follow || leaves_lines(source, headers, image, leaving))
            deleted.rows[deleted.count++] = make_stub(image, columns);
    });
    note(source, deleted, awaited(source));
}

void note_headers_of(Source& source, const TriggerData& trigger, pg::Table& headers, bool settles_later)
{
    if (!settles_later && !source.header_may_follow)
        return;
    if (!TRIGGER_FIRED_BY_DELETE(trigger.tg_event))
        note_changed_headers(source, trigger, headers, settles_later);
    else
        note_deleted_headers(source, trigger, headers);
}

/// All tables below the headers are settled together: now, or at commit where one of them is.
void follow_headers(std::span<const Oid> line_tables, const TriggerData& trigger)
{
    const auto settles_later = [](Oid line_table) { return settles_at_commit(get_source(line_table)); };
    const bool is_later = std::ranges::any_of(line_tables, settles_later);
    CommandCounterIncrement(); // so that the latest snapshot sees the statement's own rows
    pg::Table headers = pg::open_table(get_source(line_tables.front()).header_table, RowShareLock);
    if (!is_later)
        settle_lines(line_tables, trigger, headers);
    for (const Oid line_table : line_tables)
        note_headers_of(get_source(line_table), trigger, headers, is_later);
    pg::close_table(headers);
}

void follow_statement(const TriggerData& trigger)
{
    pg::refuse_if_reading();
    remember_written(trigger.tg_relation);
    pg::with_memory("credits save", [&] {
        const std::span<const Oid> line_tables = line_tables_of_header(RelationGetRelid(trigger.tg_relation));
        if (!line_tables.empty())
            follow_headers(line_tables, trigger);
    });
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
    pg::as_firing_role(trigger, [&] { follow_statement(trigger); });
    return PointerGetDatum(nullptr);
}

} // namespace credits
