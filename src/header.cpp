// Locks the headers of a batch's lines.
// Without this lock a line that comes while its header changes would be settled by neither side. The lock also returns the
// header's latest version, so it is read once. It needs no privilege on the header table, and row security hides nothing from it.
#include <algorithm>

#include "batch.hpp"
#include "customers.hpp"
#include "pg/snapshot.hpp"
#include "pg/table.hpp"
#include "price.hpp"

namespace credits
{

namespace
{

/// The order of header keys: that of the line's columns, so that all sources of a header agree.
struct KeyOrder {
    int count;
    FmgrInfo* compare[INDEX_MAX_KEYS];
    Oid collation[INDEX_MAX_KEYS];
};

KeyOrder make_order(const Batch& batch)
{
    const Source& source = *batch.source;
    const TupleDesc row = batch.line_slot->tts_tupleDescriptor;
    KeyOrder order{};
    order.count = source.header_key_count;
    for (int i = 0; i < order.count; i++) {
        const Form_pg_attribute column = TupleDescAttr(row, source.header_key[i].referring - 1);
        order.compare[i] = &lookup_type_cache(column->atttypid, TYPECACHE_CMP_PROC_FINFO)->cmp_proc_finfo;
        order.collation[i] = column->attcollation;
    }
    return order;
}

int compare(const KeyOrder& order, const Header* a, const Header* b)
{
    for (int i = 0; i < order.count; i++) {
        const int result = DatumGetInt32(FunctionCall2Coll(order.compare[i], order.collation[i], a->key[i], b->key[i]));
        if (result != 0)
            return result;
    }
    return 0;
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
struct References {
    Header** headers;
    int count;
};

Header* add_reference(Batch& batch, References& references, MinimalTuple line)
{
    if (line == nullptr)
        return nullptr;
    Header* const header = read_reference(batch, line);
    Header* const last = references.count == 0 ? nullptr : references.headers[references.count - 1];
    if (last != nullptr && is_same_reference(batch, *last, *header)) {
        pfree(header);
        return last;
    }
    references.headers[references.count++] = header;
    return header;
}

struct HeaderKey {
    pg::KeyPart parts[INDEX_MAX_KEYS];
    size_t count;
};

HeaderKey make_header_key(const Batch& batch, const Header& header)
{
    HeaderKey key{};
    for (; key.count < static_cast<size_t>(batch.source->header_key_count); key.count++) {
        const KeyColumn& column = batch.source->header_key[key.count];
        key.parts[key.count] = {.equals = column.equals, .collation = column.collation, .value = header.key[key.count]};
    }
    return key;
}

std::span<const pg::KeyPart> parts(const HeaderKey& key) { return {key.parts, key.count}; }

/// The customer of a header whose lines all have his: null when that depends on the line.
std::string_view customer_of(Batch& batch, const Header& header)
{
    if (reader(*batch.source, Fact::customer).needs_line)
        return {};
    show_header(batch, &header);
    return evaluate_text(batch, Fact::customer);
}

/// Locks a header, unless it is busy and its customer's row is ours already. Then whoever holds the header saves lines of it, or
/// changes it and must wait for the customer before he can settle its lines, ours among them: to wait for him here would be a
/// deadlock, and going on with the committed header is right. As long as the customer is not ours, waiting is.
void lock_header(Batch& batch, pg::Table& table, Header& header)
{
    const HeaderKey key = make_header_key(batch, header);
    pg::LockResult result = pg::lock_latest(table, batch.source->header_index, parts(key), {.wait = LockWaitSkip});
    if (result == pg::LockResult::busy) {
        header.tuple = ExecCopySlotHeapTuple(table.found);
        const std::string_view customer = customer_of(batch, header);
        if (!is_null(customer) && is_customer_locked_by_us(customer))
            return;
        header.tuple = nullptr;
        result = pg::lock_latest(table, batch.source->header_index, parts(key));
    }
    if (result == pg::LockResult::locked)
        header.tuple = ExecCopySlotHeapTuple(table.found);
}

/// Finds the header by the same key, without a lock.
void find(Batch& batch, pg::Table& table, Header& header)
{
    const HeaderKey key = make_header_key(batch, header);
    pg::with_latest_snapshot([&](Snapshot snapshot) {
        if (pg::find(table, batch.source->header_index, parts(key), snapshot))
            header.tuple = ExecCopySlotHeapTuple(table.found);
    });
}

} // namespace

Header* find_header(Batch& batch, MinimalTuple line)
{
    if (!OidIsValid(batch.source->header_table))
        return nullptr;
    Header* const header = read_reference(batch, line);
    if (header->is_missing)
        return header;
    pg::Table table = pg::open_table(batch.source->header_table, AccessShareLock);
    batch.header_slot = MakeSingleTupleTableSlot(RelationGetDescr(table.relation), &TTSOpsHeapTuple);
    find(batch, table, *header);
    pg::close_table(table);
    return header;
}

void lock_headers(Batch& batch)
{
    if (!OidIsValid(batch.source->header_table))
        return;
    const Size most = 2 * static_cast<Size>(batch.image_count) + 1;
    References references{.headers = static_cast<Header**>(MemoryContextAllocHuge(batch.memory, sizeof(Header*) * most)),
                          .count = 0};
    for (int i = 0; i < batch.image_count; i++) {
        LineImage& image = batch.images[i];
        image.old_header = add_reference(batch, references, image.old_line);
        image.new_header = add_reference(batch, references, image.new_line);
    }
    Header** const end = std::remove_if(references.headers, references.headers + references.count,
                                        [](const Header* header) { return header->is_missing; });
    const KeyOrder order = make_order(batch);
    std::sort(references.headers, end, [&](const Header* a, const Header* b) { return compare(order, a, b) < 0; });
    pg::Table table = pg::open_table(batch.source->header_table, RowShareLock);
    batch.header_slot = MakeSingleTupleTableSlot(RelationGetDescr(table.relation), &TTSOpsHeapTuple);
    for (Header** header = references.headers; header != end; header++) {
        if (header != references.headers && compare(order, *header, header[-1]) == 0)
            (*header)->tuple = header[-1]->tuple;
        else
            lock_header(batch, table, **header);
    }
    pg::close_table(table);
}

} // namespace credits
