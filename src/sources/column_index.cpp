// Chooses the index, and asks whether it may still be used.
#include "sources/column_index.hpp"

#include <algorithm>
#include <iterator>

#include "sources/descendants.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "nodes/primnodes.h"
}

namespace credits
{

namespace
{

/// Of numeric, char(n) and others equal values may have several texts: of two keys one row would be found twice.
bool has_one_text(Oid type)
{
    constexpr Oid types[]{INT2OID, INT4OID, INT8OID, UUIDOID, TEXTOID, VARCHAROID};
    return std::ranges::find(types, type) != std::end(types);
}

/// The condition of a partial index as it is written: the relation cache would fold it. Null: it has several.
const Node* condition_of(Relation index)
{
    bool is_null = true;
    const Datum stored = SysCacheGetAttr(INDEXRELID, index->rd_indextuple, Anum_pg_index_indpred, &is_null);
    const auto* const condition = static_cast<const Node*>(stringToNode(TextDatumGetCString(stored)));
    if (!IsA(condition, List))
        return condition;
    const auto* const conditions = reinterpret_cast<const List*>(condition);
    return list_length(conditions) == 1 ? static_cast<const Node*>(linitial(conditions)) : nullptr;
}

/// Has the index all rows in which the column is not null?
bool has_all_values(Relation index, AttrNumber column)
{
    if (!heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, nullptr))
        return false;
    if (pg::is_plain(index))
        return true;
    const Node* const condition = condition_of(index);
    if (condition == nullptr || !IsA(condition, NullTest))
        return false;
    const auto* const test = reinterpret_cast<const NullTest*>(condition);
    return test->nulltesttype == IS_NOT_NULL && IsA(test->arg, Var) &&
           reinterpret_cast<const Var*>(test->arg)->varattno == column;
}

/// Does the index compare as SQL does?
bool leads_to(Relation index, const FormData_pg_attribute& column, const TypeCacheEntry& type)
{
    return index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
           index->rd_index->indkey.values[0] == column.attnum && index->rd_opfamily[0] == type.btree_opf &&
           index->rd_opcintype[0] == type.btree_opintype && index->rd_indcollation[0] == column.attcollation &&
           has_all_values(index, column.attnum);
}

} // namespace

ColumnIndex find_column_index(Relation table, AttrNumber column)
{
    ColumnIndex way{.is_looked_for = true};
    const FormData_pg_attribute& attribute = *TupleDescAttr(RelationGetDescr(table), column - 1);
    const Oid base_type = getBaseType(attribute.atttypid);
    if (table->rd_rel->relkind != RELKIND_RELATION || !has_one_text(base_type) ||
        (OidIsValid(attribute.attcollation) && !get_collation_isdeterministic(attribute.attcollation)))
        return way;
    const TypeCacheEntry& type = *lookup_type_cache(base_type, TYPECACHE_BTREE_OPFAMILY);
    const Oid equality = get_opfamily_member(type.btree_opf, type.btree_opintype, type.btree_opintype, BTEqualStrategyNumber);
    way.equals = get_opcode(equality);
    way.collation = attribute.attcollation;
    const List* const indexes = RelationGetIndexList(table);
    for (int i = 0; i < list_length(indexes) && !OidIsValid(way.index); i++) {
        const Relation index = index_open(list_nth_oid(indexes, i), AccessShareLock);
        way.index = leads_to(index, attribute, type) ? RelationGetRelid(index) : InvalidOid;
        index_close(index, AccessShareLock);
    }
    return way;
}

Relation open_column_index(const ColumnIndex& way, Relation table)
{
    if (!OidIsValid(way.index) || has_descendants(table))
        return nullptr;
    const Relation index = try_relation_open(way.index, AccessShareLock);
    if (index == nullptr)
        return nullptr;
    const bool is_usable =
        index->rd_index != nullptr && index->rd_index->indrelid == RelationGetRelid(table) && pg::is_usable(index);
    if (is_usable)
        return index;
    relation_close(index, AccessShareLock);
    return nullptr;
}

} // namespace credits
