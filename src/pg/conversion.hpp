// Rows of a partition or heir as rows of its root: columns may have other numbers there, and an heir more of them.
#pragma once

#include "pg/version.hpp"

extern "C" {
#include "access/heaptoast.h"
#include "access/tupconvert.h"
}

namespace credits::pg
{

/// Lives in the memory context that it was made in.
struct RowConversion {
    TupleConversionMap* map; // null: the rows are the same
};

inline RowConversion make_conversion(Relation from, Relation to)
{
    if (from == to)
        return {nullptr};
    return {convert_tuples_by_name(RelationGetDescr(from), RelationGetDescr(to))};
}

inline HeapTuple convert(const RowConversion& conversion, HeapTuple row)
{
    return conversion.map == nullptr ? row : execute_attr_map_tuple(row, conversion.map);
}

/// A copy of the row in a descendant's slot.
inline MinimalTuple copy_converted(const RowConversion& conversion, TupleTableSlot* slot)
{
    if (conversion.map == nullptr)
        return ExecCopySlotMinimalTuple(slot);
    return to_minimal_tuple(execute_attr_map_tuple(ExecCopySlotHeapTuple(slot), conversion.map));
}

/// A copy of the row with all that is stored apart from it: the row may go meanwhile.
inline MinimalTuple copy_whole(TupleTableSlot* slot)
{
    const HeapTuple row = ExecFetchSlotHeapTuple(slot, false, nullptr);
    return HeapTupleHasExternal(row) ? to_minimal_tuple(toast_flatten_tuple(row, slot->tts_tupleDescriptor))
                                     : to_minimal_tuple(row);
}

/// Calls fn(root, conversion): for the rows of a table that is the root itself or a descendant of it.
template <class Fn>
void with_root(Relation table, Oid root, Fn fn)
{
    if (RelationGetRelid(table) == root)
        return fn(table, RowConversion{});
    const Relation relation = table_open(root, AccessShareLock);
    fn(relation, make_conversion(table, relation));
    table_close(relation, NoLock);
}

/// The number in the descendant of one of the root's columns.
inline AttrNumber own_column(const RowConversion& conversion, AttrNumber column)
{
    return conversion.map == nullptr ? column : conversion.map->attrMap->attnums[column - 1];
}

} // namespace credits::pg
