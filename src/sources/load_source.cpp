// Reads one source.
#include "sources/load_source.hpp"

#include <algorithm>

#include "errors/attaching.hpp"
#include "pg/identity.hpp"
#include "pg/relation_kind.hpp"
#include "pg/version.hpp"
#include "pg/view_columns.hpp"
#include "schema/catalog.hpp"
#include "sources/descendants.hpp"
#include "sources/hook_lines.hpp"

namespace credits
{

namespace
{

/// By what is written: a virtual column that reads no other is null, too, where there is no row.
bool mentions(const pg::ViewColumn& fact, int row)
{
    Bitmapset* columns = nullptr;
    pg::add_columns_read(fact, row, &columns);
    return !bms_is_empty(columns);
}

/// What PostgreSQL's cast would make a numeric of 6 digits from; null for anything else.
Expr* find_real(const Expr* expression)
{
    if (!IsA(expression, FuncExpr) || reinterpret_cast<const FuncExpr*>(expression)->funcid != F_NUMERIC_FLOAT4)
        return nullptr;
    return static_cast<Expr*>(linitial(reinterpret_cast<const FuncExpr*>(expression)->args));
}

FactReader make_reader(const pg::ViewColumn& column)
{
    Expr* const real = find_real(column.planned);
    Expr* const expression = real == nullptr ? column.planned : real;
    FactReader fact{.expression = expression,
                    .state = nullptr,
                    .line_column = 0,
                    .header_column = 0,
                    .is_owner_code = pg::is_owner_code(reinterpret_cast<Node*>(expression)),
                    .needs_header = mentions(column, OUTER_VAR),
                    .needs_line = mentions(column, INNER_VAR),
                    .is_real = real != nullptr,
                    .may_fail = !pg::is_harmless(reinterpret_cast<const Node*>(expression))};
    const Expr* const stripped = pg::strip_relabel(expression);
    if (!IsA(stripped, Var))
        return fact;
    const auto* var = reinterpret_cast<const Var*>(stripped);
    if (var->varattno > 0)
        (var->varno == INNER_VAR ? fact.line_column : fact.header_column) = var->varattno;
    return fact;
}

bool is_column(const FactReader& fact) { return fact.line_column != 0 || fact.header_column != 0; }

/// The expression's states live as long as the source, unless they are the owner's code: that is prepared as he, and might keep
/// something of a failed call.
void prepare_readers(Source& source)
{
    for (FactReader& fact : source.facts)
        if (!is_column(fact) && !fact.is_owner_code)
            fact.state = ExecInitExpr(fact.expression, nullptr);
}

/// An interval is taken apart by us: its months would be lost in a number.
bool fits_quantity(const Source& source, Node* fact)
{
    return exprType(fact) == (source.measures_time ? INTERVALOID : NUMERICOID);
}

void read_mapping(Source& source)
{
    constexpr int quantity = static_cast<int>(Fact::quantity);
    // Dropped by a superuser while the protection was off, or named by somebody who writes any table: a view of his own would
    // have his code run as the table's owner.
    if (!pg::exists(source.mapping) ||
        !pg::is_view_over(source.mapping, catalog().schema, source.line_table, source.header_table))
        errors::mapping_does_not_fit(source.line_table);
    const pg::ViewColumns facts = pg::as_owner(source.owner, [&] { return pg::plan_view_columns(source.mapping); });
    source.parts = facts.parts;
    if (facts.count != fact_count + 1 || !fits_quantity(source, reinterpret_cast<Node*>(facts.items[quantity].planned)))
        errors::mapping_does_not_fit(source.line_table);
    for (int i = 0; i < fact_count; i++) {
        source.facts[i] = make_reader(facts.items[i]);
        Bitmapset*& line_columns = i == static_cast<int>(Fact::zeroed) ? source.zero_columns : source.line_columns;
        pg::add_columns_read(facts.items[i], INNER_VAR, &line_columns);
        pg::add_columns_read(facts.items[i], OUTER_VAR, &source.header_columns);
    }
}

/// Is this the unique index on just the columns in `key`? Then their order becomes the index's.
bool orders_key(Oid index_oid, KeyColumn* key, int count)
{
    const Relation index = index_open(index_oid, AccessShareLock);
    const Form_pg_index form = index->rd_index;
    bool fits = form->indnkeyatts == count && pg::is_unique(index);
    for (int i = 0; fits && i < count; i++) {
        KeyColumn* const match =
            std::find_if(key + i, key + count, [&](const KeyColumn& column) { return column.column == form->indkey.values[i]; });
        fits = match != key + count;
        if (!fits)
            break;
        std::swap(key[i], *match);
        key[i].collation = index->rd_indcollation[i];
        const Oid type = index->rd_opcintype[i];
        key[i].own_equality = get_opfamily_member(index->rd_opfamily[i], type, type, BTEqualStrategyNumber);
        key[i].own_equals = get_opcode(key[i].own_equality);
        if (!OidIsValid(key[i].equals)) {
            key[i].equality = key[i].own_equality;
            key[i].equals = key[i].own_equals;
        }
    }
    index_close(index, AccessShareLock);
    return fits;
}

Oid find_key_index(Oid table, KeyColumn* key, int count)
{
    const Relation relation = table_open(table, AccessShareLock);
    Oid found = InvalidOid;
    const List* const indexes = RelationGetIndexList(relation);
    for (int i = 0; i < list_length(indexes) && !OidIsValid(found); i++)
        if (orders_key(list_nth_oid(indexes, i), key, count))
            found = list_nth_oid(indexes, i);
    table_close(relation, AccessShareLock);
    if (!OidIsValid(found))
        errors::no_key(table);
    return found;
}

/// The line's key: the columns that make up its text, in their order.
void read_line_key(Source& source)
{
    const List* const columns = pull_var_clause(reinterpret_cast<Node*>(reader(source, Fact::line_key).expression), 0);
    for (int i = 0; i < list_length(columns); i++) {
        const auto* var = static_cast<const Var*>(list_nth(columns, i));
        KeyColumn* const end = source.line_key + source.line_key_count;
        if (std::find_if(source.line_key, end, [&](const KeyColumn& key) { return key.column == var->varattno; }) != end)
            continue; // year, month and day of one date
        *end = {.column = var->varattno,
                .base_type = getBaseType(var->vartype),
                .part = source.line_key_count++,
                .referring = var->varattno};
    }
    source.line_index = find_key_index(source.line_table, source.line_key, source.line_key_count);
}

/// The key of a view has the types of the lines' columns: they are all that is ever asked for.
void compare_as_lines_do(Source& source)
{
    for (KeyColumn& key : std::span(source.header_key, static_cast<size_t>(source.header_key_count))) {
        const Oid type = get_atttype(source.line_table, key.referring);
        key.base_type = getBaseType(type);
        key.own_equality = lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
    }
}

/// The header's key: one comparison, header column = line column, or several under AND.
void read_header_key(Source& source)
{
    if (!OidIsValid(source.header_table))
        return;
    Expr* const joined = reader(source, Fact::joined).expression;
    List* const comparisons = IsA(joined, BoolExpr) ? reinterpret_cast<BoolExpr*>(joined)->args : list_make1(joined);
    for (int i = 0; i < list_length(comparisons); i++) {
        const auto* comparison = static_cast<const OpExpr*>(list_nth(comparisons, i));
        const auto* header =
            reinterpret_cast<const Var*>(pg::strip_relabel(static_cast<const Expr*>(linitial(comparison->args))));
        const auto* line = reinterpret_cast<const Var*>(pg::strip_relabel(static_cast<const Expr*>(lsecond(comparison->args))));
        source.header_key[source.header_key_count++] = {.column = header->varattno,
                                                        .base_type = getBaseType(header->vartype),
                                                        .part = i,
                                                        .referring = line->varattno,
                                                        .equality = comparison->opno,
                                                        .equals = comparison->opfuncid};
    }
    if (source.header_is_view)
        compare_as_lines_do(source);
    else
        source.header_index = find_key_index(source.header_table, source.header_key, source.header_key_count);
}

/// What the foreign keys from the lines to the header allow.
void read_foreign_keys(Source& source)
{
    const Relation lines = table_open(source.line_table, AccessShareLock);
    const auto* const foreign_keys = static_cast<const List*>(copyObjectImpl(RelationGetFKeyList(lines)));
    table_close(lines, AccessShareLock);
    for (int i = 0; i < list_length(foreign_keys); i++) {
        const auto* const foreign_key = static_cast<const ForeignKeyCacheInfo*>(list_nth(foreign_keys, i));
        if (foreign_key->confrelid != source.header_table)
            continue;
        const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(foreign_key->conoid));
        const auto* const constraint = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
        const bool is_obeyed = pg::leads_to_one_row(*constraint);
        source.header_may_follow |= is_obeyed && constraint->condeferrable;
        source.stays_at_update |= is_obeyed && constraint->confupdtype == FKCONSTR_ACTION_NOACTION;
        source.stays_at_delete |= is_obeyed && constraint->confdeltype == FKCONSTR_ACTION_NOACTION;
        ReleaseSysCache(tuple);
    }
}

void free_plans(void* argument)
{
    auto* source = static_cast<Source*>(argument);
    for (const SPIPlanPtr plan :
         {source->lines_of_header, source->lines_made_from[0], source->lines_made_from[1], source->line_location[0],
          source->line_location[1], source->header_location[0], source->header_location[1], source->header_from_view})
        if (plan != nullptr)
            SPI_freeplan(plan);
}

void read_tables(Source& source)
{
    const Relation lines = table_open(source.line_table, AccessShareLock);
    source.owner = lines->rd_rel->relowner;
    source.has_descendants = has_descendants(lines);
    table_close(lines, AccessShareLock);
    if (!OidIsValid(source.header_table))
        return;
    const Relation headers = table_open(source.header_table, AccessShareLock);
    source.header_owner = headers->rd_rel->relowner;
    source.header_has_descendants = has_descendants(headers);
    source.header_is_view = is_view(source.header_table);
    table_close(headers, AccessShareLock);
}

} // namespace

Source* load_source(const SourceRow& row)
{
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits source", ALLOCSET_SMALL_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    auto* source = static_cast<Source*>(palloc0(sizeof(Source)));
    source->number = row.number;
    source->archive_no = row.archive_no;
    source->archived_before = row.archived_before;
    source->line_table = row.line_table;
    source->header_table = row.header_table;
    source->mapping = row.mapping;
    source->has_origin = row.has_origin;
    source->origin_table = row.origin_table;
    source->sells = row.sells;
    source->measures_time = row.measures_time;
    source->has_history = row.has_history;
    source->checks_at_commit = row.checks_at_commit;
    source->has_hook_lines = has_hook_lines(row.number);
    source->memory = memory;
    read_tables(*source);
    read_mapping(*source);
    read_line_key(*source);
    read_header_key(*source);
    read_foreign_keys(*source);
    prepare_readers(*source);
    auto* callback = static_cast<MemoryContextCallback*>(palloc(sizeof(MemoryContextCallback)));
    callback->func = free_plans;
    callback->arg = source;
    MemoryContextRegisterResetCallback(memory, callback);
    MemoryContextSwitchTo(caller);
    MemoryContextSetParent(memory, TopMemoryContext);
    return source;
}

} // namespace credits
