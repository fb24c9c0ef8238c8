// The trigger on the parameter closing_hook: in C, since it asks who sets it, and calls what he may not.
#include "pg/errors.hpp"
#include "pg/query.hpp"
#include "pg/text.hpp"
#include "pg/trigger_call.hpp"
#include "schema/catalog.hpp"

namespace credits
{

namespace
{

/// Null: there is no row.
pg::Parameter column_of(Relation table, HeapTuple row, const char* column)
{
    if (row == nullptr)
        return {TEXTOID, Datum(0), true};
    const TupleDesc descriptor = RelationGetDescr(table);
    bool is_null = false;
    const Datum value = heap_getattr(row, SPI_fnumber(descriptor, column), descriptor, &is_null);
    return {TEXTOID, value, is_null};
}

/// As whom a closing will call the hook.
pg::Parameter owner_of_hook(Relation table, HeapTuple before, HeapTuple now)
{
    const pg::Parameter parameters[]{{TEXTOID, pg::to_text(GetUserNameFromId(GetUserId(), false)), false},
                                     column_of(table, now, "closing_hook"),
                                     column_of(table, before, "closing_hook"),
                                     column_of(table, before, "closing_hook_owner"),
                                     column_of(table, now, "closing_hook_owner")};
    const MemoryContext caller = CurrentMemoryContext;
    pg::Parameter owner{TEXTOID, Datum(0), true};
    pg::run({.role = catalog().owner,
             .sql = "SELECT credits._owner_of_hook($1, $2, $3, $4, $5)",
             .parameters = parameters,
             .reads_only = true},
            [&] {
                const Datum found = pg::result(0, 1, &owner.is_null);
                const MemoryContext spi = MemoryContextSwitchTo(caller);
                owner.value = owner.is_null ? Datum(0) : datumCopy(found, false, -1);
                MemoryContextSwitchTo(spi);
            });
    return owner;
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_check_closing_hook);
}

/// INSTEAD OF INSERT or UPDATE ON credits.parameter FOR EACH ROW.
Datum credits_check_closing_hook(PG_FUNCTION_ARGS)
{
    const TriggerData& trigger = trigger_of(fcinfo, TriggerKind::instead_of_row, "_check_closing_hook");
    const Relation table = trigger.tg_relation;
    if (RelationGetRelid(table) != get_relname_relid("parameter", catalog().schema))
        errors::not_our_trigger("_check_closing_hook", trigger.tg_trigger->tgname);
    const bool is_new = TRIGGER_FIRED_BY_INSERT(trigger.tg_event);
    const HeapTuple before = is_new ? nullptr : trigger.tg_trigtuple;
    const HeapTuple now = is_new ? trigger.tg_trigtuple : trigger.tg_newtuple;
    pg::Parameter owner{TEXTOID, Datum(0), true};
    if (!column_of(table, now, "closing_hook").is_null)
        owner = owner_of_hook(table, before, now);
    int column = SPI_fnumber(RelationGetDescr(table), "closing_hook_owner");
    return PointerGetDatum(heap_modify_tuple_by_cols(now, RelationGetDescr(table), 1, &column, &owner.value, &owner.is_null));
}

} // namespace credits
