// Reads rows of a bound table under its mapping, whose expressions run as the table's owner.
#include "bind/bound_rows.hpp"

#include <algorithm>

#include "pg/attempt.hpp"
#include "pg/identity.hpp"
#include "pg/snapshot.hpp"
#include "pg/text.hpp"
#include "pg/view_columns.hpp"

extern "C" {
#include "catalog/pg_collation.h"
}

namespace credits
{

namespace
{

struct Row {
    Datum values[most_settings + 1]; // the last one is for _bound_customer() and _bound_article(): why it cannot be read
    bool nulls[most_settings + 1];
};

/// Evaluates the first `count` settings of the row in the slot.
Row read(BoundRows& rows, TupleTableSlot* slot, int count)
{
    rows.expressions->ecxt_innertuple = slot;
    const auto evaluate = [&] {
        Row row{};
        for (int i = 0; i < count; i++)
            row.values[i] = ExecEvalExpr(rows.states[i], rows.expressions, &row.nulls[i]);
        return row;
    };
    return rows.binding->has_owner_code ? pg::as_owner(rows.binding->owner, evaluate) : evaluate();
}

ArrayBuildState* begin_array(Oid type) { return initArrayResult(type, CurrentMemoryContext, false); }

/// Is the old key no longer that of the row?
bool is_moved(const Row& before, const Row& now)
{
    if (before.nulls[0])
        return false;
    return now.nulls[0] || !DatumGetBool(DirectFunctionCall2Coll(texteq, C_COLLATION_OID, before.values[0], now.values[0]));
}

Row no_row()
{
    Row row{};
    for (bool& is_null : row.nulls)
        is_null = true;
    return row;
}

} // namespace

BoundRows begin_bound_rows(const Binding& binding)
{
    BoundRows rows{};
    rows.binding = &binding;
    rows.memory = CurrentMemoryContext;
    rows.row_memory = AllocSetContextCreate(CurrentMemoryContext, "credits bound row", ALLOCSET_SMALL_SIZES);
    rows.expressions = makeNode(ExprContext);
    rows.expressions->ecxt_per_query_memory = rows.memory;
    rows.expressions->ecxt_per_tuple_memory = rows.row_memory;
    rows.old_keys = begin_array(TEXTOID);
    const auto prepare = [&] {
        for (int i = 0; i < binding.count; i++)
            rows.states[i] = ExecInitExpr(binding.values[i], nullptr);
    };
    binding.has_owner_code ? pg::as_owner(binding.owner, prepare) : prepare();
    for (int i = 0; i < binding.count; i++)
        rows.settings[i] = begin_array(exprType(reinterpret_cast<const Node*>(binding.values[i])));
    return rows;
}

void add_bound_row(BoundRows& rows, TupleTableSlot* before, TupleTableSlot* now)
{
    const MemoryContext caller = MemoryContextSwitchTo(rows.row_memory);
    const Row old_row = before == nullptr ? no_row() : read(rows, before, 1);
    const Row row = now == nullptr ? no_row() : read(rows, now, rows.binding->count);
    MemoryContextSwitchTo(caller);
    if (!old_row.nulls[0] || !row.nulls[0]) {
        rows.moves |= is_moved(old_row, row);
        accumArrayResult(rows.old_keys, old_row.values[0], old_row.nulls[0], TEXTOID, rows.memory);
        for (int i = 0; i < rows.binding->count; i++)
            accumArrayResult(rows.settings[i], row.values[i], row.nulls[i], rows.settings[i]->element_type, rows.memory);
        rows.count++;
    }
    MemoryContextReset(rows.row_memory);
}

namespace
{

template <class Fn>
void for_each_row(Relation table, const pg::DatedSnapshot& snapshot, Fn fn)
{
    TupleTableSlot* const slot = table_slot_create(table, nullptr);
    const TableScanDesc scan = table_beginscan(table, snapshot.data, 0, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        fn(slot);
    }
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
}

bool has_one_of(BoundRows& rows, TupleTableSlot* slot, std::span<const std::string_view> keys)
{
    const MemoryContext caller = MemoryContextSwitchTo(rows.row_memory);
    const Row row = read(rows, slot, 1);
    const bool found = !row.nulls[0] && std::binary_search(keys.begin(), keys.end(), pg::to_view(row.values[0]));
    MemoryContextSwitchTo(caller);
    MemoryContextReset(rows.row_memory);
    return found;
}

} // namespace

void scan_bound_table(BoundRows& rows, Relation table, Scanned scanned)
{
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) {
        for_each_row(table, snapshot, [&](TupleTableSlot* slot) {
            add_bound_row(rows, scanned == Scanned::before ? slot : nullptr, scanned == Scanned::now ? slot : nullptr);
        });
    });
}

void scan_bound_table(BoundRows& rows, Relation table, std::span<const std::string_view> keys)
{
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) {
        for_each_row(table, snapshot, [&](TupleTableSlot* slot) {
            if (has_one_of(rows, slot, keys))
                add_bound_row(rows, nullptr, slot);
        });
    });
}

std::span<const std::string_view> keys_of(const BoundRows& rows)
{
    auto* const keys = static_cast<std::string_view*>(
        MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * (2 * static_cast<Size>(rows.count) + 1)));
    std::string_view* end = keys;
    for (const ArrayBuildState* const array : {rows.old_keys, rows.settings[0]})
        for (int i = 0; i < array->nelems; i++)
            if (!array->dnulls[i])
                *end++ = pg::to_view(array->dvalues[i]);
    std::sort(keys, end);
    return {keys, std::unique(keys, end)};
}

namespace
{

void prepare_states(BoundRows& rows)
{
    const MemoryContext caller = MemoryContextSwitchTo(rows.memory);
    for (int i = 0; i < rows.binding->count; i++)
        rows.states[i] = ExecInitExpr(rows.binding->values[i], nullptr);
    MemoryContextSwitchTo(caller);
}

bool may_fail(const Binding& binding)
{
    return std::any_of(binding.values, binding.values + binding.count,
                       [](const Expr* value) { return !pg::is_harmless(reinterpret_cast<const Node*>(value)); });
}

/// Reads the first `count` settings; returns why not.
const ErrorData* try_to_read(BoundRows& rows, TupleTableSlot* slot, int count, Row& row)
{
    const ErrorData* const error = pg::attempt([&] { row = read(rows, slot, count); });
    if (error != nullptr)
        prepare_states(rows); // what failed may have left something in them
    return error;
}

/// Of a row that cannot be read the key, if that can.
Row read_or_say_why(BoundRows& rows, TupleTableSlot* slot)
{
    const int count = rows.binding->count;
    Row row{};
    row.nulls[count] = true;
    const ErrorData* const error = try_to_read(rows, slot, count, row);
    if (error != nullptr) {
        row = no_row();
        if (try_to_read(rows, slot, 1, row) != nullptr)
            row = no_row();
        std::fill(row.nulls + 1, row.nulls + count, true);
        row.values[count] = CStringGetTextDatum(error->message);
    }
    row.nulls[count] = error == nullptr;
    return row;
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_bound_row);
}

/// _bound_customer(erp_table), _bound_article(erp_table): strict; all rows of a bound table, at the active snapshot.
Datum credits_bound_row(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    if (!SearchSysCacheExists1(RELOID, PG_GETARG_DATUM(0))) // dropped with CASCADE
        return Datum(0);
    const Relation table = table_open(PG_GETARG_OID(0), AccessShareLock);
    BoundRows rows = begin_bound_rows(get_binding(PG_GETARG_OID(0)));
    const bool is_tried = may_fail(*rows.binding);
    for_each_row(table, pg::older_snapshot(GetActiveSnapshot(), table), [&](TupleTableSlot* slot) {
        const MemoryContext caller = MemoryContextSwitchTo(rows.row_memory);
        Row row = is_tried ? read_or_say_why(rows, slot) : read(rows, slot, rows.binding->count);
        if (!is_tried)
            row.nulls[rows.binding->count] = true;
        for (int i = 0; i < rows.binding->count; i++) // the id of a credit type, as text
            if (rows.settings[i]->element_type == INT8OID && !row.nulls[i])
                row.values[i] = CStringGetTextDatum(DatumGetCString(DirectFunctionCall1(int8out, row.values[i])));
        tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
        MemoryContextSwitchTo(caller);
        MemoryContextReset(rows.row_memory);
    });
    table_close(table, AccessShareLock);
    return Datum(0);
}

} // namespace credits
