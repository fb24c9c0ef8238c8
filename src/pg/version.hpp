// What differs between PostgreSQL majors, under the names of the newest.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Does an AFTER trigger run as who acted when its event was queued, be it within a cascade?
constexpr bool triggers_fire_as_queued = PG_VERSION_NUM >= 180000;

inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int key_count)
{
#if PG_VERSION_NUM >= 180000
    return index_beginscan(table, index, snapshot, nullptr, key_count, 0);
#else
    return index_beginscan(table, index, snapshot, key_count, 0);
#endif
}

/// Pins the page, if it is in memory where it was; false: it is not.
inline bool read_recent_buffer(Relation relation, BlockNumber block, Buffer buffer)
{
#if PG_VERSION_NUM >= 160000
    return ReadRecentBuffer(relation->rd_locator, MAIN_FORKNUM, block, buffer);
#else
    return ReadRecentBuffer(relation->rd_node, MAIN_FORKNUM, block, buffer);
#endif
}

/// Which indexes an update must maintain.
enum class IndexUpdate { none, all, summarizing };

inline TM_Result update_tuple(Relation table, ItemPointer tid, TupleTableSlot* slot, CommandId command, Snapshot snapshot,
                              IndexUpdate* indexes)
{
    TM_FailureData failure;
    LockTupleMode lock_mode;
#if PG_VERSION_NUM >= 160000
    TU_UpdateIndexes which;
    const TM_Result result =
        table_tuple_update(table, tid, slot, command, snapshot, InvalidSnapshot, true, &failure, &lock_mode, &which);
    *indexes = which == TU_None ? IndexUpdate::none : which == TU_Summarizing ? IndexUpdate::summarizing : IndexUpdate::all;
#else
    bool all;
    const TM_Result result =
        table_tuple_update(table, tid, slot, command, snapshot, InvalidSnapshot, true, &failure, &lock_mode, &all);
    *indexes = all ? IndexUpdate::all : IndexUpdate::none;
#endif
    return result;
}

inline bool is_summarizing(const IndexInfo* info)
{
#if PG_VERSION_NUM >= 160000
    return info->ii_Summarizing;
#else
    (void)info;
    return false;
#endif
}

/// Gives back what an index kept between inserts: from 17 on BRIN keeps pages pinned.
inline void end_inserts(Relation index, IndexInfo* info)
{
#if PG_VERSION_NUM >= 170000
    index_insert_cleanup(index, info);
#else
    (void)index;
    (void)info;
#endif
}

/// Only 17 knows intervals without end.
inline bool is_infinite(const Interval& interval)
{
#if PG_VERSION_NUM >= 170000
    return INTERVAL_NOT_FINITE(&interval);
#else
    (void)interval;
    return false;
#endif
}

inline MinimalTuple to_minimal_tuple(HeapTuple tuple)
{
#if PG_VERSION_NUM >= 180000
    return minimal_tuple_from_heap_tuple(tuple, 0);
#else
    return minimal_tuple_from_heap_tuple(tuple);
#endif
}

inline MinimalTuple form_minimal_tuple(TupleDesc descriptor, Datum* values, bool* nulls)
{
#if PG_VERSION_NUM >= 180000
    return heap_form_minimal_tuple(descriptor, values, nulls, 0);
#else
    return heap_form_minimal_tuple(descriptor, values, nulls);
#endif
}

/// The index of the primary key; one that is deferrable is none.
inline Oid primary_key_index(Relation table)
{
#if PG_VERSION_NUM >= 180000
    return RelationGetPrimaryKeyIndex(table, false);
#else
    return RelationGetPrimaryKeyIndex(table);
#endif
}

/// Has the column no null, in no row that there was or will be? NOT NULL … NOT VALID says so of those to come alone.
inline bool is_never_null(TupleDesc columns, AttrNumber column)
{
#if PG_VERSION_NUM >= 180000
    return TupleDescCompactAttr(columns, column - 1)->attnullability == ATTNULLABLE_VALID;
#else
    return TupleDescAttr(columns, column - 1)->attnotnull;
#endif
}

/// Does each row with a whole reference have one row that it refers to? Not where the foreign key is NOT ENFORCED, nor where it
/// refers to a PERIOD, which several rows may cover together.
inline bool leads_to_one_row(const FormData_pg_constraint& foreign_key)
{
#if PG_VERSION_NUM >= 180000
    return foreign_key.conenforced && !foreign_key.conperiod;
#else
    (void)foreign_key;
    return true;
#endif
}

/// The constraint that an ALTER TABLE … ALTER CONSTRAINT makes NOT ENFORCED; null for any other command.
inline const char* constraint_not_enforced(const AlterTableCmd& command)
{
#if PG_VERSION_NUM >= 180000
    if (command.subtype != AT_AlterConstraint)
        return nullptr;
    const auto* const constraint = castNode(ATAlterConstraint, command.def);
    return constraint->alterEnforceability && !constraint->is_enforced ? constraint->conname : nullptr;
#else
    (void)command;
    return nullptr;
#endif
}

/// Does the command compute a generated column anew, and all of its rows with it?
inline bool sets_expression(const AlterTableCmd& command)
{
#if PG_VERSION_NUM >= 170000
    return command.subtype == AT_SetExpression;
#else
    (void)command;
    return false;
#endif
}

/// Puts what virtual generated columns of a table are computed from in their place: no row has them. `number` is that of the
/// table in the expression. Before 18 there are none.
inline Node* expand_virtual_columns(Node* expression, Relation table, int number)
{
#if PG_VERSION_NUM >= 180000
    return expand_generated_columns_in_expr(expression, table, number);
#else
    (void)table;
    (void)number;
    return expression;
#endif
}

inline bool is_virtual(const FormData_pg_attribute& column)
{
#if PG_VERSION_NUM >= 180000
    return column.attgenerated == ATTRIBUTE_GENERATED_VIRTUAL;
#else
    (void)column;
    return false;
#endif
}

inline bool owns_table(Oid table, Oid role)
{
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, table, role);
#else
    return pg_class_ownercheck(table, role);
#endif
}

/// Gives an executor state its range table: the one relation that it writes.
inline void init_range_table(EState* estate, RangeTblEntry* entry)
{
#if PG_VERSION_NUM >= 160000
    List* permissions = NIL;
    addRTEPermissionInfo(&permissions, entry);
#endif
#if PG_VERSION_NUM >= 180000
    ExecInitRangeTable(estate, list_make1(entry), permissions, bms_make_singleton(1));
#elif PG_VERSION_NUM >= 160000
    ExecInitRangeTable(estate, list_make1(entry), permissions);
#else
    ExecInitRangeTable(estate, list_make1(entry));
#endif
}

/// Prepares the rechecks of an update that no plan feeds.
inline void init_recheck(EPQState* recheck, EState* estate)
{
#if PG_VERSION_NUM >= 160000
    EvalPlanQualInit(recheck, estate, nullptr, NIL, -1, NIL);
#else
    EvalPlanQualInit(recheck, estate, nullptr, NIL, -1);
#endif
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-function-type" // before 16 walkers are declared without arguments
using ExpressionWalker = bool (*)(Node*, void*);

inline bool walk_expression(Node* node, ExpressionWalker walker, void* context)
{
#if PG_VERSION_NUM >= 160000
    return expression_tree_walker(node, walker, context);
#else
    return expression_tree_walker(node, reinterpret_cast<bool (*)()>(walker), context);
#endif
}

inline bool walk_raw_expression(Node* node, ExpressionWalker walker, void* context)
{
#if PG_VERSION_NUM >= 160000
    return raw_expression_tree_walker(node, walker, context);
#else
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(walker), context);
#endif
}
#pragma GCC diagnostic pop

} // namespace credits::pg
