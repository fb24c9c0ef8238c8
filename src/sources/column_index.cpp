// Chooses the index, and asks whether it may still be used.
#include "sources/column_index.hpp"

#include "sources/descendants.hpp"

namespace credits
{

namespace
{

bool is_postgresqls_own(Oid type) { return type < FirstNormalObjectId; }

/// Has the index all rows in which the column is not null?
bool has_all_values(Relation index, AttrNumber column)
{
    if (!heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, nullptr))
        return false;
    if (pg::is_plain(index))
        return true;
    bool is_null = true;
    const Datum stored = SysCacheGetAttr(INDEXRELID, index->rd_indextuple, Anum_pg_index_indpred, &is_null);
    const auto* const test = static_cast<const NullTest*>(stringToNode(TextDatumGetCString(stored)));
    return IsA(test, NullTest) && test->nulltesttype == IS_NOT_NULL && IsA(test->arg, Var) &&
           reinterpret_cast<const Var*>(test->arg)->varattno == column;
}

/// Does the index compare as SQL does?
bool leads_to(Relation index, const FormData_pg_attribute& column, const TypeCacheEntry& type)
{
    return index->rd_index->indisvalid && index->rd_index->indkey.values[0] == column.attnum &&
           index->rd_opfamily[0] == type.btree_opf && index->rd_opcintype[0] == type.btree_opintype &&
           index->rd_indcollation[0] == column.attcollation && has_all_values(index, column.attnum);
}

} // namespace

ColumnIndex find_column_index(Relation table, AttrNumber column)
{
    ColumnIndex way{.is_looked_for = true};
    const FormData_pg_attribute& attribute = *TupleDescAttr(RelationGetDescr(table), column - 1);
    const Oid base_type = getBaseType(attribute.atttypid);
    if (table->rd_rel->relkind != RELKIND_RELATION || !is_postgresqls_own(base_type))
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
    AcceptInvalidationMessages(); // whoever has waited for a row has not heard of an heir yet
    if (!OidIsValid(way.index) || has_descendants(table))
        return nullptr;
    const Relation index = try_relation_open(way.index, AccessShareLock);
    if (index == nullptr)
        return nullptr;
    const bool is_usable =
        index->rd_index != nullptr && index->rd_index->indrelid == RelationGetRelid(table) && index->rd_index->indisvalid;
    if (is_usable)
        return index;
    relation_close(index, AccessShareLock);
    return nullptr;
}

} // namespace credits
