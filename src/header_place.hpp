// Where the row of a header lies: in its table, or in one of its partitions.
#pragma once

#include "batch.hpp"
#include "pg/conversion.hpp"
#include "pg/table.hpp"

namespace credits
{

/// Whose type the values of a header's key have: that of the line's columns, which refer to it, or its own.
enum class KeyOf { line, header };

struct HeaderPlace {
    pg::Table* table;
    Oid index; // unique, on the header key
    pg::RowConversion conversion;
};

/// What a lookup through place.index asks for.
struct HeaderKey {
    pg::KeyPart parts[INDEX_MAX_KEYS];
    size_t count;

    operator std::span<const pg::KeyPart>() const { return {parts, count}; }
};
HeaderKey make_header_key(const Source& source, const Header& header, KeyOf side);

/// The partition that holds the header as of now; InvalidOid: none does.
Oid find_header_partition(Source& source, const Header& header, KeyOf side);

/// The index of a partition, at whatever level, that belongs to an index of the root.
Oid index_of_partition(Relation partition, Oid root_index);

/// Calls fn(place) unless no partition holds the header. `table` is the open header table.
template <class Fn>
void with_header_place(Source& source, pg::Table& table, const Header& header, KeyOf side, Fn fn)
{
    if (!source.header_has_descendants)
        return fn(HeaderPlace{&table, source.header_index, {}});
    const Oid oid = find_header_partition(source, header, side);
    if (!OidIsValid(oid))
        return;
    pg::Table partition = pg::open_table(oid, RowShareLock);
    fn(HeaderPlace{&partition, index_of_partition(partition.relation, source.header_index),
                   pg::make_conversion(partition.relation, table.relation)});
    pg::close_table(partition);
}

/// The row that was found there, as a row of the header table.
inline HeapTuple copy_found(const HeaderPlace& place)
{
    return pg::convert(place.conversion, ExecCopySlotHeapTuple(place.table->found));
}

} // namespace credits
