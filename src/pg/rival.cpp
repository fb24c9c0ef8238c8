// Looks for rows that keep another one out.
#include "pg/rival.hpp"

extern "C" {
#include "catalog/pg_am.h"
}

namespace credits::pg
{

namespace
{

/// A row's key in a unique index; without parts where nothing can be equal to it.
struct UniqueKey {
    KeyPart parts[INDEX_MAX_KEYS];
    size_t count;
};

UniqueKey key_in(Relation index, HeapTuple row, TupleDesc columns)
{
    const Form_pg_index form = index->rd_index;
    UniqueKey key{};
    if (!is_unique(index) || index->rd_rel->relam != BTREE_AM_OID)
        return key;
    for (int i = 0; i < form->indnkeyatts; i++) {
        bool is_null = false;
        const Datum value = heap_getattr(row, form->indkey.values[i], columns, &is_null);
        if (is_null && !form->indnullsnotdistinct)
            return {};
        const Oid equality =
            get_opfamily_member(index->rd_opfamily[i], index->rd_opcintype[i], index->rd_opcintype[i], BTEqualStrategyNumber);
        key.parts[key.count++] = {
            .equals = is_null ? InvalidOid : get_opcode(equality), .collation = index->rd_indcollation[i], .value = value};
    }
    return key;
}

} // namespace

/// It is no MVCC snapshot that looks, so that two who insert at SERIALIZABLE do not depend on each other.
bool has_rival(Relation table, HeapTuple row)
{
    const List* const indexes = RelationGetIndexList(table);
    Table rows = open_table(RelationGetRelid(table), AccessShareLock);
    bool found = false;
    for (int i = 0; i < list_length(indexes) && !found; i++) {
        const Oid oid = list_nth_oid(indexes, i);
        const Relation index = index_open(oid, AccessShareLock);
        const UniqueKey key = key_in(index, row, RelationGetDescr(table));
        index_close(index, NoLock);
        found = key.count > 0 && find(rows, oid, {key.parts, key.count}, own_rows());
    }
    close_table(rows);
    return found;
}

} // namespace credits::pg
