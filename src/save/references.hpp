// Which headers the lines of a save refer to, in the order in which they are locked.
#pragma once

#include "lines/batch.hpp"
#include "pg/table.hpp"

namespace credits
{

/// The order of header keys: that of the line's columns, so that all sources of a header agree.
struct KeyOrder {
    int count;
    Oid type[INDEX_MAX_KEYS];
    FmgrInfo* compare[INDEX_MAX_KEYS];
    Oid collation[INDEX_MAX_KEYS];
};

/// A header that some line of a batch refers to.
struct Reference {
    Batch* batch;
    const KeyOrder* order;
    Header* header;
    std::string_view customer; // whom it names for all its lines; null: nobody, or that depends on the line
};

/// Headers that were looked for, and their tables, open until the end.
struct References {
    pg::Array<Reference> list;
    pg::Array<pg::Table*> tables;
};
void end_references(References& references);

/// Negative, 0, or positive: by table, then by key.
int compare(const Reference& a, const Reference& b);

/// Reads the columns of the line that refer to its header.
Header* read_reference(Batch& batch, MinimalTuple line);

/// Adds the headers that the lines name and that are not known yet, in the order of tables and keys; returns these.
std::span<Reference> list_references(References& references, Batches batches);

/// The customers whom these headers name.
pg::Array<std::string_view> customers_of(const References& references);

/// The table, open as long as the references.
pg::Table& table_of(References& references, Oid oid);

/// Calls fn(table, reference, previous) in the order of tables and keys; `previous` is the same header, or null.
template <class Fn>
void for_each_reference(References& references, std::span<Reference> list, Fn fn)
{
    const Reference* previous = nullptr;
    pg::Table* table = nullptr;
    for (Reference& reference : list) {
        const Oid header_table = reference.batch->source->header_table;
        if (table == nullptr || RelationGetRelid(table->relation) != header_table)
            table = &table_of(references, header_table);
        fn(*table, reference, previous != nullptr && compare(reference, *previous) == 0 ? previous : nullptr);
        previous = &reference;
    }
}

} // namespace credits
