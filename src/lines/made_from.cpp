// Finds the lines that were made from given lines.
#include "lines/made_from.hpp"

#include <algorithm>

#include "lines/find_lines.hpp"
#include "pg/attempt.hpp"
#include "pg/conversion.hpp"
#include "pg/identity.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"
#include "pg/text.hpp"
#include "pg/view_columns.hpp"
#include "sources/column_index.hpp"
#include "sources/descendants.hpp"
#include "sources/key_text.hpp"

extern "C" {
#include "catalog/pg_am.h"
}

namespace credits
{

namespace
{

/// What is compared with the keys: a column of a type whose text can be read back, or the text of an expression.
struct Compared {
    Expr* expression;
    Oid type;
};

Compared find_compared(Source& source)
{
    Expr* const text = reader(source, Fact::origin).expression;
    if (!IsA(text, CoerceViaIO))
        return {.expression = text, .type = TEXTOID};
    auto* const column = const_cast<Expr*>(pg::strip_relabel(reinterpret_cast<CoerceViaIO*>(text)->arg));
    const KeyColumn key{.base_type = getBaseType(exprType(reinterpret_cast<Node*>(column)))};
    if (!IsA(column, Var) || !is_key_readable({&key, 1}))
        return {.expression = text, .type = TEXTOID};
    return {.expression = column, .type = key.base_type};
}

constexpr size_t few_keys = 16;

/// SELECT line FROM erp.invoice_line AS line WHERE line.origin_id = ANY ($1)
/// For many keys … IN (SELECT pg_catalog.unnest($1)): a scan of the table would compare every line with every key, and is hashed
/// so.
SPIPlanPtr prepare_lines_made_from(const Source& source, const Compared& compared, bool has_few_keys)
{
    const char* const among = has_few_keys ? "= ANY ($1)" : "IN (SELECT pg_catalog.unnest($1))";
    const char* const alias = pg::row_alias(source.line_table);
    const char* const sql = psprintf("SELECT %s FROM %s AS %s WHERE %s %s", alias, pg::table_name(source.line_table), alias,
                                     pg::expression_text(compared.expression, source.line_table, alias), among);
    Oid type = get_array_type(compared.type);
    return pg::prepare_kept(sql, {&type, 1}, CURSOR_OPT_GENERIC_PLAN);
}

/// The keys as values of the compared type; a text that is none of them names no line.
pg::Array<Datum> make_values(Oid type, std::span<const std::string_view> keys)
{
    const KeyColumn column{.base_type = type};
    pg::Array<Datum> values{};
    for (const std::string_view key : keys) {
        Datum value = Datum(0);
        if (type == TEXTOID)
            pg::append(values, pg::to_text(key));
        else if (parse_key({&column, 1}, key, &value))
            pg::append(values, value);
    }
    return values;
}

pg::Parameter make_array(Oid type, std::span<const std::string_view> keys)
{
    const pg::Array<Datum> values = make_values(type, keys);
    int16 length = 0;
    bool is_by_value = false;
    char alignment = '\0';
    get_typlenbyvalalign(type, &length, &is_by_value, &alignment);
    ArrayType* const array = construct_array(values.items, values.count, type, length, is_by_value, alignment);
    return {get_array_type(type), PointerGetDatum(array), false};
}

void add_selected_lines(Batch& batch)
{
    const MemoryContext caller = MemoryContextSwitchTo(batch.memory);
    for (uint64 row = 0; row < SPI_processed; row++) {
        bool is_null = false;
        add_image(batch, nullptr, to_row(pg::result(row, 1, &is_null)));
    }
    MemoryContextSwitchTo(caller);
}

/// Has the index, first of all, what is compared?
bool leads_to(Oid index_oid, const Compared& compared)
{
    const Relation index = index_open(index_oid, AccessShareLock);
    const Oid method = index->rd_rel->relam;
    const List* const expressions = RelationGetIndexExpressions(index);
    const Expr* const column = pg::strip_relabel(compared.expression);
    bool leads = index->rd_index->indisvalid && (method == BTREE_AM_OID || method == HASH_AM_OID);
    const AttrNumber first = index->rd_index->indkey.values[0];
    if (first != 0) {
        leads = leads && IsA(column, Var) && reinterpret_cast<const Var*>(column)->varattno == first;
    } else {
        auto* const expression = static_cast<Node*>(copyObjectImpl(linitial(expressions)));
        ChangeVarNodes(expression, 1, INNER_VAR, 0);
        leads = leads && equal(expression, compared.expression);
    }
    index_close(index, AccessShareLock);
    return leads;
}

} // namespace

namespace
{

void select_lines_made_from(Batch& batch, std::span<const std::string_view> keys)
{
    Source& source = *batch.source;
    const Compared compared = find_compared(source);
    const pg::Parameter parameters[]{make_array(compared.type, keys)};
    SPIPlanPtr& plan = source.lines_made_from[keys.size() <= few_keys ? 0 : 1];
    pg::with_spi([&] {
        pg::as_owner(source.owner, [&] {
            if (plan == nullptr)
                plan = prepare_lines_made_from(source, compared, keys.size() <= few_keys);
            pg::execute_plan(plan, parameters, true);
        });
        add_selected_lines(batch);
    });
}

/// Of an origin that is a column, as it is or as text, the index on that.
const ColumnIndex& index_of_origin(Source& source, const Compared& compared, Relation lines)
{
    ColumnIndex& way = source.lines_made_from_index;
    const Expr* const column = pg::strip_relabel(compared.expression);
    if (!way.is_looked_for && IsA(column, Var))
        way = find_column_index(lines, reinterpret_cast<const Var*>(column)->varattno);
    way.is_looked_for = true;
    return way;
}

/// Through an index on the origin's column; false: SQL must find them. A key that is none of its values names no line.
bool find_lines_made_from(Batch& batch, std::span<const std::string_view> keys)
{
    Source& source = *batch.source;
    pg::Table table = pg::open_table(source.line_table, AccessShareLock);
    const Compared compared = find_compared(source);
    const ColumnIndex& way = index_of_origin(source, compared, table.relation);
    const pg::Array<Datum> values = OidIsValid(way.index) ? make_values(compared.type, keys) : pg::Array<Datum>{};
    const bool is_read =
        for_each_with_value(way, table, pg::span_of(values), [&] { add_image(batch, nullptr, copy_line(batch, table.found)); });
    pg::close_table(table);
    return is_read;
}

void scan_lines_made_from(Batch& batch, Relation member, const pg::RowConversion& conversion, Snapshot snapshot,
                          std::span<const std::string_view> keys)
{
    TupleTableSlot* const slot = table_slot_create(member, nullptr);
    const TableScanDesc scan = table_beginscan(member, snapshot, 0, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        const MinimalTuple line = pg::copy_converted(conversion, slot);
        show(batch, line, nullptr);
        const std::optional<std::string_view> origin = try_evaluate_text(batch, Fact::origin);
        if (origin && !is_null(*origin) && std::ranges::binary_search(keys, *origin))
            add_image(batch, nullptr, line);
        else
            pfree(line);
    }
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
}

void scan_member(Batch& batch, Oid table, Relation lines, Snapshot snapshot, std::span<const std::string_view> keys)
{
    const Relation member = table_open(table, NoLock);
    if (member->rd_rel->relkind == RELKIND_RELATION)
        scan_lines_made_from(batch, member, pg::make_conversion(member, lines), snapshot, keys);
    table_close(member, NoLock);
}

/// Row by row: of one whose origin cannot be read nobody knows that it was made from any.
void scan_lines_made_from(Batch& batch, std::span<const std::string_view> keys)
{
    const Relation lines = table_open(batch.source->line_table, AccessShareLock);
    const List* const members = members_of(batch.source->line_table, AccessShareLock);
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) { // the members are locked
        for (int i = 0; i < list_length(members); i++)
            scan_member(batch, list_nth_oid(members, i), lines, snapshot.data, keys);
    });
    table_close(lines, NoLock);
}

} // namespace

void add_lines_made_from(Batch& batch, std::span<const std::string_view> keys)
{
    if (find_lines_made_from(batch, keys))
        return;
    if (!reader(*batch.source, Fact::origin).may_fail)
        return select_lines_made_from(batch, keys);
    if (pg::attempt([&] { select_lines_made_from(batch, keys); }) != nullptr)
        scan_lines_made_from(batch, keys);
}

const char* missing_origin_index(Source& source)
{
    const Compared compared = find_compared(source);
    const Relation lines = table_open(source.line_table, AccessShareLock);
    const List* const indexes = RelationGetIndexList(lines);
    bool is_found = false;
    for (int i = 0; i < list_length(indexes); i++)
        is_found |= pg::as_owner(source.owner, [&] { return leads_to(list_nth_oid(indexes, i), compared); });
    table_close(lines, AccessShareLock);
    if (is_found)
        return nullptr;
    const char* const text = pg::expression_text(compared.expression, source.line_table, nullptr);
    const bool is_column = IsA(compared.expression, Var);
    return psprintf(is_column ? "CREATE INDEX ON %s (%s);" : "CREATE INDEX ON %s ((%s));", pg::table_name(source.line_table),
                    text);
}

} // namespace credits
