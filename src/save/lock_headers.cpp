// Locks the headers of a save's lines.
// Without this lock a line that comes while its header changes would be settled by neither side. The lock also returns the
// header's latest version, so it is read once. It needs no privilege on the header table, and row security hides nothing from it.
#include <algorithm>

#include "lines/batch.hpp"
#include "settings/contacts.hpp"
#include "settings/customer.hpp"
#include "lines/header_view.hpp"
#include "pg/table.hpp"
#include "save/prices.hpp"
#include "sources/row_location.hpp"

namespace credits
{

namespace
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
};

struct References {
    Reference* list;
    int count;
};

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

/// Reads the columns of the line that refer to its header.
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
Header* add_reference(References& references, const KeyOrder* order, Batch& batch, MinimalTuple line)
{
    if (line == nullptr)
        return nullptr;
    Header* const header = read_reference(batch, line);
    const Reference* const last = references.count == 0 ? nullptr : &references.list[references.count - 1];
    if (last != nullptr && last->batch == &batch && is_same_reference(batch, *last->header, *header)) {
        pfree(header);
        return last->header;
    }
    references.list[references.count++] = {.batch = &batch, .order = order, .header = header};
    return header;
}

void add_references(References& references, Batch& batch)
{
    const KeyOrder* const order = make_order(batch);
    for (int i = batch.known_header_count; i < batch.image_count; i++) {
        LineImage& image = batch.images[i];
        image.old_header = add_reference(references, order, batch, image.old_line);
        image.new_header = add_reference(references, order, batch, image.new_line);
    }
    batch.known_header_count = batch.image_count;
}

/// The headers that the lines name, in the order in which they are locked.
References list_references(Batches batches)
{
    Size most = 1;
    for (const Batch* const batch : batches)
        most += 2 * static_cast<Size>(batch->image_count);
    References references{.list = static_cast<Reference*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Reference) * most)),
                          .count = 0};
    for (Batch* const batch : batches)
        if (OidIsValid(batch->source->header_table))
            add_references(references, *batch);
        else
            batch->known_header_count = batch->image_count;
    Reference* const end = std::remove_if(references.list, references.list + references.count,
                                          [](const Reference& reference) { return reference.header->is_missing; });
    std::sort(references.list, end, [](const Reference& a, const Reference& b) { return compare(a, b) < 0; });
    references.count = static_cast<int>(end - references.list);
    return references;
}

/// The customer of a header whose lines all have his: null when that depends on the line.
std::string_view customer_of(Batch& batch, const Header& header)
{
    if (reader(*batch.source, Fact::customer).needs_line)
        return {};
    show_header(batch, &header);
    return evaluate_customer_to_lock(batch);
}

/// Locks a header where it lies, unless it is busy and its customer's row is ours already. Then whoever holds the header saves
/// lines of it, or changes it and must wait for the customer before he can settle its lines, ours among them: to wait for him
/// here would be a deadlock, and going on with the committed header is right. As long as the customer is not ours, waiting is.
void lock_header_at(Batch& batch, const RowPlace& place, Header& header)
{
    const RowKey key = make_row_key(headers_of(*batch.source), header.key, KeyOf::referring);
    pg::LockResult result = pg::lock_latest(*place.table, place.index, key, {.wait = LockWaitSkip});
    if (result == pg::LockResult::busy) {
        header.tuple = copy_found(place);
        const std::string_view customer = customer_of(batch, header);
        if (!is_null(customer) && is_customer_locked_by_us(account_of(customer)))
            return;
        header.tuple = nullptr;
        result = pg::lock_latest(*place.table, place.index, key);
    }
    if (result == pg::LockResult::locked)
        header.tuple = copy_found(place);
}

void lock_header(Batch& batch, pg::Table& table, Header& header)
{
    with_row_place(headers_of(*batch.source), table, header.key, KeyOf::referring,
                   [&](const RowPlace& place) { lock_header_at(batch, place, header); });
}

/// Finds the header by the same key as of the batch's snapshot, without a lock.
void find(Batch& batch, pg::Table& table, Header& header)
{
    KeyedTable headers = headers_of(*batch.source);
    headers.snapshot = batch.snapshot;
    find_in_snapshot(headers, table, header.key, KeyOf::referring,
                     [&](const RowPlace& place) { header.tuple = copy_found(place); });
}

/// Reads the header where it lies, if it does.
void read_header(Batch& batch, pg::Table& table, Header& header, void (*read)(Batch&, pg::Table&, Header&))
{
    if (batch.source->header_is_view)
        read_from_view(batch, header);
    else
        read(batch, table, header);
}

/// Reads each header that the lines name, in the common order.
void read_headers(Batches batches, void (*read)(Batch&, pg::Table&, Header&))
{
    const References references = list_references(batches);
    for (int i = 0; i < references.count;) {
        const Oid header_table = references.list[i].batch->source->header_table;
        pg::Table table = pg::open_table(header_table, RowShareLock);
        for (; i < references.count && references.list[i].batch->source->header_table == header_table; i++) {
            const Reference& reference = references.list[i];
            open_header_slot(*reference.batch); // also for a header that another batch has read
            if (i > 0 && compare(reference, references.list[i - 1]) == 0)
                reference.header->tuple = references.list[i - 1].header->tuple;
            else
                read_header(*reference.batch, table, *reference.header, read);
        }
        pg::close_table(table);
    }
}

} // namespace

void open_header_slot(Batch& batch)
{
    if (batch.header_slot != nullptr || !OidIsValid(batch.source->header_table))
        return;
    const Relation headers = relation_open(batch.source->header_table, AccessShareLock);
    batch.header_slot = MakeSingleTupleTableSlot(RelationGetDescr(headers), &TTSOpsHeapTuple);
    relation_close(headers, NoLock);
}

Header* find_header(Batch& batch, MinimalTuple line)
{
    if (!OidIsValid(batch.source->header_table))
        return nullptr;
    Header* const header = read_reference(batch, line);
    if (header->is_missing)
        return header;
    pg::Table table = pg::open_table(batch.source->header_table, AccessShareLock);
    open_header_slot(batch);
    read_header(batch, table, *header, find);
    pg::close_table(table);
    return header;
}

void lock_named_headers(Batches batches) { read_headers(batches, lock_header); }

void find_named_headers(Batches batches) { read_headers(batches, find); }

} // namespace credits
