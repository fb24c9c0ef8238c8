// The statement triggers of a bound table: what changed in its rows is taken over into the settings (rules 5 and 7).
// Rows in which no mapped column changed are passed over at the cost of comparing them.
#include "bind/binding.hpp"
#include "bind/bound_rows.hpp"
#include "bind/take_over.hpp"
#include "lines/settled_since.hpp"
#include "pg/changed_columns.hpp"
#include "pg/firing_role.hpp"
#include "pg/memory.hpp"
#include "pg/transition.hpp"
#include "pg/trigger_call.hpp"
#include "schema/gate.hpp"
#include "sources/restoring.hpp"

namespace credits
{

namespace
{

/// The last statement whose rows were taken over.
constinit LastSettled last_taken_over{};

/// What the statement did to the rows. Old images tell of the rows of an UPDATE or INSERT only which they were.
enum class Images { before_and_now, before };
void read_changed_rows(BoundRows& rows, const TriggerData& trigger, Images images = Images::before_and_now)
{
    const TupleDesc row = RelationGetDescr(trigger.tg_relation);
    TupleTableSlot* const before = MakeSingleTupleTableSlot(row, &TTSOpsMinimalTuple);
    TupleTableSlot* const now = MakeSingleTupleTableSlot(row, &TTSOpsMinimalTuple);
    const pg::TransitionReader old_rows = pg::begin_reading(trigger.tg_oldtable);
    const pg::TransitionReader new_rows = pg::begin_reading(trigger.tg_newtable);
    if (TRIGGER_FIRED_BY_INSERT(trigger.tg_event))
        while (pg::read_row(new_rows, now))
            add_bound_row(rows, nullptr, images == Images::before ? nullptr : now);
    else if (TRIGGER_FIRED_BY_DELETE(trigger.tg_event))
        while (pg::read_row(old_rows, before))
            add_bound_row(rows, before, nullptr);
    else
        while (pg::read_row(old_rows, before) && pg::read_row(new_rows, now))
            if (!are_equal(rows.binding->columns, before, now))
                add_bound_row(rows, before, images == Images::before ? nullptr : now);
    pg::end_reading(new_rows);
    pg::end_reading(old_rows);
    ExecDropSingleTupleTableSlot(now);
    ExecDropSingleTupleTableSlot(before);
}

/// A trigger within the statement has changed rows since: the images of those that are left are old.
BoundRows read_again(const BoundRows& rows, const TriggerData& trigger)
{
    BoundRows again = begin_bound_rows(*rows.binding);
    read_changed_rows(again, trigger, Images::before);
    scan_bound_table(again, trigger.tg_relation, keys_of(rows));
    return again;
}

/// As of lines (line_trigger.cpp).
bool may_be_old(const TriggerData& trigger)
{
    if (TRIGGER_FIRED_BY_TRUNCATE(trigger.tg_event))
        return false;
    return TRIGGER_FIRED_BY_INSERT(trigger.tg_event) ? is_settled_since(last_taken_over)
                                                     : is_settled_since_or_by(last_taken_over);
}

void take_over_changes(const TriggerData& trigger)
{
    come_to_gate();
    BoundRows rows = begin_bound_rows(get_binding(RelationGetRelid(trigger.tg_relation)));
    if (TRIGGER_FIRED_BY_TRUNCATE(trigger.tg_event))
        scan_bound_table(rows, trigger.tg_relation, Scanned::before);
    else
        read_changed_rows(rows, trigger);
    if (rows.count == 0)
        return;
    CommandCounterIncrement(); // so that the latest snapshot sees the statement's own rows
    take_over(may_be_old(trigger) ? read_again(rows, trigger) : rows);
    remember_settled(last_taken_over);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_bound_changed);
}

/// AFTER INSERT, UPDATE or DELETE, and BEFORE TRUNCATE, … FOR EACH STATEMENT on a bound table.
Datum credits_bound_changed(PG_FUNCTION_ARGS)
{
    const TriggerData& trigger = trigger_of(fcinfo, TriggerKind::after_or_truncate, "_bound_changed");
    if (!is_restoring()) // a dump brings the settings themselves
        pg::as_firing_role(trigger, [&] { pg::with_memory("credits bound rows", [&] { take_over_changes(trigger); }); });
    return PointerGetDatum(nullptr);
}

} // namespace credits
