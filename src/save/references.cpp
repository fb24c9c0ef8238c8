// Lists the headers that lines refer to.
#include "save/references.hpp"

#include <algorithm>

#include "pg/table.hpp"

namespace credits
{

namespace
{

const KeyOrder* make_order(const Batch& batch)
{
    const Source& source = *batch.source;
    const TupleDesc row = batch.line_slot->tts_tupleDescriptor;
    auto* const order = static_cast<KeyOrder*>(palloc0(sizeof(KeyOrder)));
    order->count = source.header_key_count;
    for (int i = 0; i < order->count; i++) {
        const Form_pg_attribute column = TupleDescAttr(row, source.header_key[i].referring - 1);
        order->type[i] = column->atttypid;
        order->compare[i] = &lookup_type_cache(column->atttypid, TYPECACHE_CMP_PROC_FINFO)->cmp_proc_finfo;
        order->collation[i] = column->attcollation;
    }
    return order;
}

int compare(Oid a, Oid b) { return a < b ? -1 : a > b ? 1 : 0; }

bool is_same_reference(const Batch& batch, const Header& a, const Header& b)
{
    const TupleDesc row = batch.line_slot->tts_tupleDescriptor;
    if (a.is_missing || b.is_missing)
        return a.is_missing == b.is_missing;
    for (int i = 0; i < batch.source->header_key_count; i++) {
        const Form_pg_attribute column = TupleDescAttr(row, batch.source->header_key[i].referring - 1);
        if (!datumIsEqual(a.key[i], b.key[i], column->attbyval, column->attlen))
            return false;
    }
    return true;
}

/// Neighbours mostly belong to one document: they share the reference, and so the lock.
Header* add_reference(References& references, int known, const KeyOrder* order, Batch& batch, MinimalTuple line)
{
    if (line == nullptr)
        return nullptr;
    Header* const header = read_reference(batch, line);
    const Reference* const last = references.list.count == known ? nullptr : &references.list.items[references.list.count - 1];
    if (last != nullptr && last->batch == &batch && is_same_reference(batch, *last->header, *header)) {
        pfree(header);
        return last->header;
    }
    pg::append(references.list, {.batch = &batch, .order = order, .header = header, .customer = {}});
    return header;
}

void add_references(References& references, int known, Batch& batch)
{
    const KeyOrder* const order = make_order(batch);
    for (int i = batch.known_header_count; i < batch.image_count; i++) {
        LineImage& image = batch.images[i];
        image.old_header = add_reference(references, known, order, batch, image.old_line);
        image.new_header = add_reference(references, known, order, batch, image.new_line);
    }
    batch.known_header_count = batch.image_count;
}

} // namespace

int compare(const Reference& a, const Reference& b)
{
    const KeyOrder& order = *a.order;
    int result = compare(a.batch->source->header_table, b.batch->source->header_table);
    for (int i = 0; i < order.count && result == 0; i++) {
        result = compare(order.type[i], b.order->type[i]);
        if (result == 0)
            result = DatumGetInt32(FunctionCall2Coll(order.compare[i], order.collation[i], a.header->key[i], b.header->key[i]));
    }
    return result;
}

Header* read_reference(Batch& batch, MinimalTuple line)
{
    show(batch, line, nullptr);
    auto* header = static_cast<Header*>(palloc0(sizeof(Header)));
    for (int i = 0; i < batch.source->header_key_count; i++) {
        bool is_null = false;
        header->key[i] = slot_getattr(batch.line_slot, batch.source->header_key[i].referring, &is_null);
        header->is_missing |= is_null;
    }
    return header;
}

std::span<Reference> list_references(References& references, Batches batches)
{
    const int before = references.list.count;
    for (Batch* const batch : batches)
        if (OidIsValid(batch->source->header_table))
            add_references(references, before, *batch);
        else
            batch->known_header_count = batch->image_count;
    Reference* const begin = references.list.items + before;
    Reference* const end = std::remove_if(begin, references.list.items + references.list.count,
                                          [](const Reference& reference) { return reference.header->is_missing; });
    std::sort(begin, end, [](const Reference& a, const Reference& b) { return compare(a, b) < 0; });
    references.list.count = static_cast<int>(end - references.list.items);
    return {begin, end};
}

pg::Array<std::string_view> customers_of(const References& references)
{
    pg::Array<std::string_view> customers{};
    for (const Reference& reference : pg::span_of(references.list))
        if (!is_null(reference.customer))
            pg::append(customers, reference.customer);
    return customers;
}

pg::Table& table_of(References& references, Oid oid)
{
    for (pg::Table* const table : pg::span_of(references.tables))
        if (RelationGetRelid(table->relation) == oid)
            return *table;
    auto* const table = static_cast<pg::Table*>(palloc(sizeof(pg::Table)));
    *table = pg::open_table(oid, RowShareLock);
    return *pg::append(references.tables, table);
}

void end_references(References& references)
{
    for (pg::Table* const table : pg::span_of(references.tables))
        pg::close_table(*table);
    references = {};
}

} // namespace credits
