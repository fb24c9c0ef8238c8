// Inserts and updates of a Table.
// The fast way writes heap and indexes itself: the constraint checks of the executor, compiled anew for each statement, would
// cost as much as a whole lookup. Where users have put ROW triggers on the table, or columns, the executor writes, so that they
// fire, and what a column of theirs may be is asked.
#include "pg/table_writer.hpp"

#include <algorithm>

#include "pg/errors.hpp"
#include "pg/identity.hpp"
#include "pg/version.hpp"
#include "pg/view_columns.hpp"

namespace credits::pg
{

namespace
{

bool is_owner_code(const IndexInfo* info)
{
    return pg::is_owner_code(reinterpret_cast<Node*>(info->ii_Predicate)) ||
           pg::is_owner_code(reinterpret_cast<Node*>(info->ii_Expressions));
}

/// What an index computes is folded when it is first asked for: by the owner of the table, like all of his code.
IndexAccess open_index(Relation table, Oid oid)
{
    const Relation index = index_open(oid, RowExclusiveLock);
    if (is_plain(index))
        return {.relation = index, .info = BuildIndexInfo(index), .is_owner_code = false};
    const bool is_known =
        (index->rd_indexprs != nullptr || heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, nullptr)) &&
        (index->rd_indpred != nullptr || heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr));
    IndexInfo* const info =
        is_known ? BuildIndexInfo(index) : as_owner(table->rd_rel->relowner, [&] { return BuildIndexInfo(index); });
    return {.relation = index, .info = info, .is_owner_code = is_owner_code(info)};
}

void open_indexes(Table& table)
{
    if (table.indexes != nullptr)
        return;
    const MemoryContext caller = MemoryContextSwitchTo(table.memory);
    List* const index_oids = RelationGetIndexList(table.relation);
    table.indexes = static_cast<IndexAccess*>(palloc(sizeof(IndexAccess) * (list_length(index_oids) + 1)));
    for (int i = 0; i < list_length(index_oids); i++) {
        const IndexAccess index = open_index(table.relation, list_nth_oid(index_oids, i));
        if (index.info->ii_ReadyForInserts)
            table.indexes[table.index_count++] = index;
        else
            index_close(index.relation, NoLock);
    }
    MemoryContextSwitchTo(caller);
}

/// The executor state in which index expressions and predicates are evaluated, with table.written as the scan tuple.
EState* expression_state(Table& table)
{
    if (table.expressions == nullptr) {
        const MemoryContext caller = MemoryContextSwitchTo(table.memory);
        table.expressions = CreateExecutorState();
        MemoryContextSwitchTo(caller);
    }
    GetPerTupleExprContext(table.expressions)->ecxt_scantuple = table.written;
    return table.expressions;
}

bool belongs_into(Table& table, IndexInfo* info)
{
    if (info->ii_Predicate == NIL)
        return true;
    EState* const estate = expression_state(table);
    if (info->ii_PredicateState == nullptr)
        info->ii_PredicateState = ExecPrepareQual(info->ii_Predicate, estate);
    return ExecQual(info->ii_PredicateState, GetPerTupleExprContext(estate));
}

/// False: the row does not belong into the index.
bool compute_entry(Table& table, IndexInfo* info, Datum* values, bool* is_null)
{
    if (!belongs_into(table, info))
        return false;
    EState* const estate = info->ii_Expressions == NIL ? nullptr : expression_state(table);
    FormIndexDatum(info, table.written, estate, values, is_null);
    return true;
}

void insert_index_entries(Table& table, IndexUpdate which)
{
    for (int i = 0; i < table.index_count; i++) {
        const IndexAccess& index = table.indexes[i];
        if (which == IndexUpdate::summarizing && !is_summarizing(index.info))
            continue;
        Datum values[INDEX_MAX_KEYS];
        bool is_null[INDEX_MAX_KEYS];
        const auto compute = [&] { return compute_entry(table, index.info, values, is_null); };
        if (!(index.is_owner_code ? as_owner(table.relation->rd_rel->relowner, compute) : compute()))
            continue;
        const IndexUniqueCheck check = index.relation->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO;
        index_insert(index.relation, values, is_null, &table.written->tts_tid, table.relation, check, false, index.info);
    }
    if (table.expressions != nullptr)
        ResetPerTupleExprContext(table.expressions);
}

bool has_row_triggers(const Table& table)
{
    const TriggerDesc* triggers = table.relation->trigdesc;
    return triggers != nullptr && (triggers->trig_insert_before_row || triggers->trig_insert_after_row ||
                                   triggers->trig_update_before_row || triggers->trig_update_after_row);
}

/// What users have added to the table is the executor's business: row triggers, and columns, which may have constraints or be
/// computed from others.
bool is_executors(const Table& table)
{
    const TupleConstr* const constraints = table.relation->rd_att->constr;
    return has_row_triggers(table) || table.has_others || (constraints != nullptr && constraints->has_generated_stored);
}

void fill_in_default(Table& table, AttrNumber column)
{
    Node* const expression = build_column_default(table.relation, column);
    if (expression == nullptr)
        return;
    EState* const estate = CreateExecutorState();
    ExprState* const state = ExecPrepareExpr(reinterpret_cast<Expr*>(expression), estate);
    bool is_null = false;
    const Datum value = ExecEvalExpr(state, GetPerTupleExprContext(estate), &is_null);
    const Form_pg_attribute attribute = TupleDescAttr(table.relation->rd_att, column - 1);
    table.written->tts_isnull[column - 1] = is_null;
    if (!is_null)
        table.written->tts_values[column - 1] = datumCopy(value, attribute->attbyval, attribute->attlen);
    FreeExecutorState(estate);
}

/// Calls fn(estate, result relation) as one query of the executor, and fires the triggers that it queued.
template <class Fn>
void with_query(Table& table, Fn fn)
{
    EState* const estate = CreateExecutorState();
    RangeTblEntry* const entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_RELATION;
    entry->relid = RelationGetRelid(table.relation);
    entry->relkind = table.relation->rd_rel->relkind;
    entry->rellockmode = RowExclusiveLock;
    init_range_table(estate, entry);
    ResultRelInfo* const result_relation = makeNode(ResultRelInfo);
    InitResultRelInfo(result_relation, table.relation, 1, nullptr, 0);
    estate->es_opened_result_relations = lappend(estate->es_opened_result_relations, result_relation);
    estate->es_output_cid = GetCurrentCommandId(true);
    AfterTriggerBeginQuery();
    fn(estate, result_relation);
    AfterTriggerEndQuery(estate);
    ExecCloseResultRelations(estate);
    ExecResetTupleTable(estate->es_tupleTable, false);
    FreeExecutorState(estate);
}

/// Likewise, with the indexes open.
template <class Fn>
void with_executor(Table& table, Fn fn)
{
    with_query(table, [&](EState* estate, ResultRelInfo* result_relation) {
        ExecOpenIndices(result_relation, false);
        fn(estate, result_relation);
    });
}

/// Of the constraint triggers with one function, which differ by their conditions, leaves the one with this name, and that
/// without its condition: to read it from the catalog's text would cost as much as the row.
void choose_trigger(const TriggerDesc& triggers, std::string_view name)
{
    Trigger* const end = triggers.triggers + triggers.numtriggers;
    Trigger* const chosen = std::find_if(triggers.triggers, end, [&](const Trigger& trigger) { return trigger.tgname == name; });
    if (chosen == end)
        return;
    chosen->tgqual = nullptr;
    for (Trigger* other = triggers.triggers; other != end; other++)
        if (other != chosen && other->tgfoid == chosen->tgfoid && OidIsValid(other->tgconstraint))
            other->tgenabled = TRIGGER_DISABLED;
}

/// Heap and indexes.
void insert_directly(Table& table)
{
    open_indexes(table);
    table_tuple_insert(table.relation, table.written, GetCurrentCommandId(true), 0, nullptr);
    insert_index_entries(table, IndexUpdate::all);
}

/// An index scan shows one visible version of a HOT chain. Where the transaction's snapshot sees an older version of the row than
/// the one to be replaced, both must be found by whoever reads at that snapshot: the new one gets index entries of its own.
bool is_newer_than_transaction(Table& table, ItemPointer tid)
{
    return IsolationUsesXactSnapshot() &&
           !table_tuple_fetch_row_version(table.relation, tid, GetTransactionSnapshot(), table.found);
}

} // namespace

TupleTableSlot* written_slot(Table& table)
{
    if (table.written == nullptr) {
        const MemoryContext caller = MemoryContextSwitchTo(table.memory);
        table.written = MakeSingleTupleTableSlot(RelationGetDescr(table.relation), table_slot_callbacks(table.relation));
        MemoryContextSwitchTo(caller);
    }
    return table.written;
}

void fill_others(Table& table, int known)
{
    const TupleDesc descriptor = table.relation->rd_att;
    for (int i = known; i < descriptor->natts; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped)
            continue;
        table.has_others = true;
        if ((attribute->atthasdef && attribute->attgenerated == '\0') || attribute->attidentity != '\0')
            as_owner(table.relation->rd_rel->relowner, [&] { fill_in_default(table, static_cast<AttrNumber>(i + 1)); });
    }
}

void insert(Table& table)
{
    if (is_executors(table)) {
        with_executor(table, [&](EState* estate, ResultRelInfo* result_relation) {
            ExecSimpleRelationInsert(result_relation, estate, table.written);
        });
        return;
    }
    insert_directly(table);
}

void insert_event(Table& table, std::string_view trigger)
{
    const TupleConstr* const constraints = table.relation->rd_att->constr;
    if (table.has_others || table.relation->trigdesc == nullptr || table.relation->trigdesc->trig_insert_before_row ||
        (constraints != nullptr && constraints->has_generated_stored))
        return insert(table);
    with_query(table, [&](EState* estate, ResultRelInfo* result_relation) {
        choose_trigger(*result_relation->ri_TrigDesc, trigger); // its copy of the table's
        insert_directly(table);
        ExecARInsertTriggers(estate, result_relation, table.written, NIL, nullptr);
    });
}

void update(Table& table, ItemPointer tid, const DatedSnapshot& snapshot)
{
    if (is_executors(table)) {
        // The executor fetches the old row for the triggers by the tid in table.found.
        with_executor(table, [&](EState* estate, ResultRelInfo* result_relation) {
            EPQState recheck;
            init_recheck(&recheck, estate);
            PushActiveSnapshot(snapshot.data);
            table.found->tts_tid = *tid;
            ExecSimpleRelationUpdate(result_relation, estate, &recheck, table.found, table.written);
            PopActiveSnapshot();
            EvalPlanQualEnd(&recheck);
        });
        return;
    }
    if (is_newer_than_transaction(table, tid)) {
        remove(table, tid, snapshot);
        insert(table);
        return;
    }
    IndexUpdate which = IndexUpdate::none;
    const TM_Result result = update_tuple(table.relation, tid, table.written, GetCurrentCommandId(true), snapshot.data, &which);
    if (result != TM_Ok)
        errors::unexpected_update_result(table.relation, result);
    if (which == IndexUpdate::none)
        return;
    open_indexes(table);
    insert_index_entries(table, which);
}

void remove(Table& table, ItemPointer tid, const DatedSnapshot& snapshot)
{
    TM_FailureData failure;
    const TM_Result result =
        table_tuple_delete(table.relation, tid, GetCurrentCommandId(true), snapshot.data, InvalidSnapshot, true, &failure, false);
    if (result != TM_Ok)
        errors::unexpected_update_result(table.relation, result);
}

} // namespace credits::pg
