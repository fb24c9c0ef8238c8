// Compares the extension's own tables with their description.
#include "schema/own_tables.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "schema/columns.hpp"
#include "schema/errors.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_index.h"
}

namespace credits
{

namespace
{

struct OwnColumn {
    AttrNumber number; // 0 behind the last
    const char* name;
    Oid type;
    bool may_be_null;
};

enum class Use { read, written };

struct OwnTable {
    const char* name;
    Use use;
    OwnColumn columns[32];
};

/// Of which rows an index is.
struct Condition {
    AttrNumber column; // 0: of all
    bool is_null_test; // where the column is not null; else where it is true
};

constexpr Condition always{0, false};
constexpr Condition where(AttrNumber column) { return {column, false}; }
constexpr Condition where_not_null(AttrNumber column) { return {column, true}; }

enum class Uniqueness { plain, unique };

struct OwnIndex {
    const char* name;
    const char* table;
    Uniqueness uniqueness;
    Condition condition;
    AttrNumber key[5]; // 0 behind the last
};

// clang-format off
constexpr OwnTable own_tables[] = {
#define OWN_TABLE(table, use, columns) {#table, Use::use, {
#define OWN_COLUMN(number, name, type) {number, #name, type, false},
#define OWN_COLUMN_OR_NULL(number, name, type) {number, #name, type, true},
#define END_OF_OWN_TABLE }},
#include "schema/own_tables.def"
};

constexpr OwnIndex own_indexes[] = {
#define OWN_INDEX(index, table, uniqueness, condition, ...) {#index, #table, Uniqueness::uniqueness, condition, {__VA_ARGS__}},
#include "schema/own_tables.def"
};
// clang-format on

/// Every list ends with a zero, and the columns of a table stand in order.
consteval bool is_description_sound()
{
    for (const OwnTable& table : own_tables)
        for (const OwnColumn* column = table.columns; column->number != 0; column++)
            if (column == std::end(table.columns) - 1 || (column[1].number != 0 && column[1].number <= column->number))
                return false;
    return std::ranges::all_of(own_indexes, [](const OwnIndex& index) { return *(std::end(index.key) - 1) == 0; });
}
static_assert(is_description_sound());

const char* type_name(Oid type, int32 modifier) { return format_type_extended(type, modifier, FORMAT_TYPE_TYPEMOD_GIVEN); }

/// Says what is wrong with a column; null when nothing is.
const char* difference(const OwnTable& table, const OwnColumn& column, const FormData_pg_attribute& found)
{
    if (found.attisdropped)
        return psprintf("Column \"%s\" is gone.", column.name);
    if (std::string_view(NameStr(found.attname)) != column.name)
        return psprintf("Column %d is \"%s\", not \"%s\".", column.number, NameStr(found.attname), column.name);
    if (found.atttypid != column.type || found.atttypmod != -1)
        return psprintf("Column \"%s\" is of type %s, not %s.", column.name, type_name(found.atttypid, found.atttypmod),
                        type_name(column.type, -1));
    if (!found.attnotnull && !column.may_be_null)
        return psprintf("Column \"%s\" may be null.", column.name);
    if (found.attnotnull && column.may_be_null && table.use == Use::written)
        return psprintf("Column \"%s\" may not be null.", column.name);
    return nullptr;
}

void check_columns(const OwnTable& table, Oid oid)
{
    for (const OwnColumn* column = table.columns; column->number != 0; column++) {
        const HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(oid), Int16GetDatum(column->number));
        if (!HeapTupleIsValid(tuple)) // one that was dropped is still there
            errors::own_table_differs(table.name, column->name, psprintf("Column \"%s\" is missing.", column->name));
        const char* const what = difference(table, *column, *reinterpret_cast<const FormData_pg_attribute*>(GETSTRUCT(tuple)));
        ReleaseSysCache(tuple);
        if (what != nullptr)
            errors::own_table_differs(table.name, column->name, what);
    }
}

/// Direct access is to heaps.
void check_kind(const OwnTable& table, Oid oid)
{
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(oid));
    if (!HeapTupleIsValid(tuple))
        errors::own_table_differs(table.name, nullptr, "It is missing.");
    const auto* const form = reinterpret_cast<const FormData_pg_class*>(GETSTRUCT(tuple));
    const bool is_heap = form->relkind == RELKIND_RELATION && form->relam == HEAP_TABLE_AM_OID;
    ReleaseSysCache(tuple);
    if (!is_heap)
        errors::own_table_differs(table.name, nullptr, "It is no ordinary table of access method heap.");
}

void check_table(const OwnTable& table, Oid oid)
{
    check_kind(table, oid);
    check_columns(table, oid);
}

const OwnTable& table_named(std::string_view name)
{
    return *std::ranges::find_if(own_tables, [name](const OwnTable& table) { return name == table.name; });
}

const OwnColumn& column_numbered(const OwnTable& table, AttrNumber number)
{
    return *std::ranges::find_if(table.columns, [number](const OwnColumn& column) { return column.number == number; });
}

int key_length(const OwnIndex& index)
{
    return static_cast<int>(std::ranges::find(index.key, AttrNumber{0}) - std::begin(index.key));
}

/// (customer, type_id) WHERE open
const char* definition(const OwnIndex& index)
{
    const OwnTable& table = table_named(index.table);
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < key_length(index); i++)
        appendStringInfo(&text, "%s%s", i == 0 ? "(" : ", ", column_numbered(table, index.key[i]).name);
    appendStringInfoChar(&text, ')');
    if (index.condition.column != 0)
        appendStringInfo(&text, " WHERE %s%s", column_numbered(table, index.condition.column).name,
                         index.condition.is_null_test ? " IS NOT NULL" : "");
    return text.data;
}

template <class Vector>
const auto* values_of(HeapTuple index, AttrNumber attribute)
{
    bool is_null = false;
    const Datum vector = SysCacheGetAttr(INDEXRELID, index, attribute, &is_null);
    return reinterpret_cast<const Vector*>(DatumGetPointer(vector))->values;
}

/// Are these the columns, each compared as B-trees compare its type by default, texts bytewise, in ascending order?
bool has_key(HeapTuple tuple, const OwnIndex& index)
{
    const OwnTable& table = table_named(index.table);
    const int16* const columns = values_of<int2vector>(tuple, Anum_pg_index_indkey);
    const Oid* const collations = values_of<oidvector>(tuple, Anum_pg_index_indcollation);
    const Oid* const classes = values_of<oidvector>(tuple, Anum_pg_index_indclass);
    const int16* const options = values_of<int2vector>(tuple, Anum_pg_index_indoption);
    for (int i = 0; i < key_length(index); i++) {
        const Oid type = column_numbered(table, index.key[i]).type;
        if (columns[i] != index.key[i] || options[i] != 0 || collations[i] != (type == TEXTOID ? C_COLLATION_OID : InvalidOid) ||
            get_opclass_family(classes[i]) != lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf)
            return false;
    }
    return true;
}

bool is_column(const Node* node, AttrNumber column)
{
    return IsA(node, Var) && reinterpret_cast<const Var*>(node)->varattno == column;
}

/// As it is stored: not folded, and not printed, for which PostgreSQL would open the table.
bool has_condition(HeapTuple tuple, const Condition& condition)
{
    bool is_null = false;
    const Datum stored = SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indpred, &is_null);
    if (is_null || condition.column == 0)
        return is_null && condition.column == 0;
    const auto* const node = static_cast<const Node*>(stringToNode(TextDatumGetCString(stored)));
    if (!condition.is_null_test)
        return is_column(node, condition.column);
    const auto* const test = reinterpret_cast<const NullTest*>(node);
    return IsA(node, NullTest) && test->nulltesttype == IS_NOT_NULL &&
           is_column(reinterpret_cast<const Node*>(test->arg), condition.column);
}

bool is_as_described(HeapTuple tuple, const OwnIndex& index, Oid table)
{
    const auto* const form = reinterpret_cast<const FormData_pg_index*>(GETSTRUCT(tuple));
    return form->indrelid == table && form->indisvalid && form->indisunique == (index.uniqueness == Uniqueness::unique) &&
           form->indnkeyatts == key_length(index) && has_key(tuple, index) && has_condition(tuple, index.condition);
}

void check_index(const OwnIndex& index, Oid schema)
{
    const Oid oid = get_relname_relid(index.name, schema);
    const HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(oid));
    if (!HeapTupleIsValid(tuple))
        errors::own_table_differs(index.table, nullptr, psprintf("Index \"%s\" is missing.", index.name));
    const bool is_right = is_as_described(tuple, index, get_relname_relid(index.table, schema));
    ReleaseSysCache(tuple);
    if (!is_right)
        errors::own_table_differs(
            index.table, nullptr,
            psprintf("Index \"%s\" is not the valid index on %s that it was.", index.name, definition(index)));
}

} // namespace

void require_own_tables(Oid schema)
{
    for (const OwnTable& table : own_tables)
        check_table(table, get_relname_relid(table.name, schema));
    for (const OwnIndex& index : own_indexes)
        check_index(index, schema);
}

void require_own_table(Oid table) { check_table(table_named(get_rel_name(table)), table); }

void require_own_index(Oid schema, std::string_view name)
{
    check_index(*std::ranges::find_if(own_indexes, [name](const OwnIndex& index) { return name == index.name; }), schema);
}

extern "C" {
PG_FUNCTION_INFO_V1(credits_own_columns);
}

/// _own_columns()
Datum credits_own_columns(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* const result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    for (const OwnTable& table : own_tables)
        for (const OwnColumn* column = table.columns; column->number != 0; column++) {
            Datum values[]{CStringGetTextDatum(table.name), Int16GetDatum(column->number), CStringGetTextDatum(column->name),
                           ObjectIdGetDatum(column->type), BoolGetDatum(!column->may_be_null)};
            bool nulls[std::size(values)]{};
            tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        }
    return Datum(0);
}

} // namespace credits
