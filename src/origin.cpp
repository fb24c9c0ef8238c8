// Finds, locks and reads what the lines of a save were made from.
#include "origin.hpp"

#include <algorithm>

#include "contacts.hpp"
#include "customers.hpp"
#include "key_text.hpp"
#include "pg/numeric.hpp"
#include "pg/snapshot.hpp"
#include "pg/table.hpp"
#include "row_place.hpp"

namespace credits
{

namespace
{

/// An origin by its name.
struct OriginKey {
    Oid line_table;
    std::string_view key;

    friend bool operator==(const OriginKey&, const OriginKey&) = default;
};

template <class A, class B>
bool is_before(const A& a, const B& b)
{
    return a.line_table != b.line_table ? a.line_table < b.line_table : a.key < b.key;
}

using OriginKeys = pg::Array<OriginKey>;

Origin* find(const Origins& origins, const OriginKey& key)
{
    Origin* const end = origins.sorted.items + origins.sorted.count;
    Origin* const found = std::lower_bound(origins.sorted.items, end, key, is_before<Origin, OriginKey>);
    return found == end || found->line_table != key.line_table || found->key != key.key ? nullptr : found;
}

bool may_have_origins(const Batch& batch) { return OidIsValid(batch.source->origin_table); }

void add_origin_key(OriginKeys& keys, Batch& batch, MinimalTuple line)
{
    if (line == nullptr)
        return;
    show(batch, line, nullptr);
    const std::string_view key = evaluate_text(batch, Fact::origin);
    if (!is_null(key))
        pg::append(keys, {.line_table = batch.source->origin_table, .key = key});
}

void sort_and_merge(OriginKeys& keys)
{
    std::sort(keys.items, keys.items + keys.count, is_before<OriginKey, OriginKey>);
    keys.count = static_cast<int>(std::unique(keys.items, keys.items + keys.count) - keys.items);
}

/// The row with this key, as of the snapshot; null when it names none.
MinimalTuple find_row(Batch& batch, pg::Table& table, std::string_view key, Snapshot snapshot)
{
    const KeyedTable lines = lines_of(*batch.source);
    Datum values[INDEX_MAX_KEYS];
    if (!parse_key(lines.key, key, values))
        return nullptr;
    MinimalTuple row = nullptr;
    with_row_place(lines, table, values, KeyOf::own, [&](const RowPlace& place) {
        if (!pg::find(*place.table, place.index, make_row_key(lines, values, KeyOf::own), snapshot))
            return;
        pg::require_visible_to_transaction(*place.table);
        row = pg::copy_converted(place.conversion, place.table->found);
    });
    if (row == nullptr)
        return nullptr;
    show(batch, row, nullptr);
    return evaluate_text(batch, Fact::line_key) == key ? row : nullptr;
}

/// Looks up keys of one attached table, which are sorted and new.
void add_origins_of_source(Origins& origins, Source& source, std::span<const OriginKey> keys)
{
    Batch& batch = find_or_begin_batch(origins.batches, source);
    pg::with_latest_snapshot([&](Snapshot snapshot) {
        pg::Table table = pg::open_table(source.line_table, AccessShareLock);
        for (const OriginKey& key : keys) {
            const MinimalTuple row = find_row(batch, table, key.key, snapshot);
            pg::append(origins.sorted, {.line_table = key.line_table,
                                        .key = key.key,
                                        .row = row,
                                        .batch = &batch,
                                        .image = batch.image_count,
                                        .customer = {}});
            if (row != nullptr)
                add_image(batch, nullptr, row);
        }
        pg::close_table(table);
    });
}

/// Looks up keys of one table; where that is not attached any more they name nothing.
void add_origins_of_table(Origins& origins, std::span<const OriginKey> keys)
{
    const Oid line_table = keys.front().line_table;
    if (is_attached(line_table))
        return add_origins_of_source(origins, get_source(line_table), keys);
    for (const OriginKey& key : keys)
        pg::append(origins.sorted,
                   {.line_table = line_table, .key = key.key, .row = nullptr, .batch = nullptr, .image = 0, .customer = {}});
}

/// Looks up the keys that are new, and names the origins of what they name.
OriginKeys add_origins(Origins& origins, OriginKeys& keys)
{
    sort_and_merge(keys);
    keys.count = static_cast<int>(
        std::remove_if(keys.items, keys.items + keys.count, [&](const OriginKey& key) { return find(origins, key) != nullptr; }) -
        keys.items);
    const int known = origins.sorted.count;
    const OriginKey* const end = keys.items + keys.count;
    for (const OriginKey* first = keys.items; first != end;) {
        const OriginKey* const last =
            std::find_if(first, end, [&](const OriginKey& key) { return key.line_table != first->line_table; });
        add_origins_of_table(origins, {first, last});
        first = last;
    }
    OriginKeys next{};
    for (const Origin& origin : pg::span_of(origins.sorted).subspan(known))
        if (origin.row != nullptr && may_have_origins(*origin.batch))
            add_origin_key(next, *origin.batch, origin.row);
    std::sort(origins.sorted.items, origins.sorted.items + origins.sorted.count, is_before<Origin, Origin>);
    return next;
}

/// Locks the row of an origin that is its own document. A busy one is not waited for when its customer is ours (header.cpp).
void lock_row(Batch& batch, pg::Table& table, MinimalTuple row)
{
    const KeyedTable lines = lines_of(*batch.source);
    Datum values[INDEX_MAX_KEYS];
    show(batch, row, nullptr);
    const std::string_view customer = evaluate_text(batch, Fact::customer);
    for (size_t i = 0; i < lines.key.size(); i++) {
        bool is_null = false;
        values[i] = slot_getattr(batch.line_slot, lines.key[i].column, &is_null);
    }
    with_row_place(lines, table, values, KeyOf::own, [&](const RowPlace& place) {
        const RowKey key = make_row_key(lines, values, KeyOf::own);
        const pg::LockResult result = pg::lock_latest(*place.table, place.index, key, {.wait = LockWaitSkip});
        if (result == pg::LockResult::busy && (is_null(customer) || !is_customer_locked_by_us(account_of(customer))))
            pg::lock_latest(*place.table, place.index, key);
    });
}

void lock_rows(const Origins& origins)
{
    for (const Origin& origin : pg::span_of(origins.sorted)) {
        if (origin.row == nullptr || OidIsValid(origin.batch->source->header_table))
            continue;
        pg::Table table = pg::open_table(origin.line_table, RowShareLock);
        lock_row(*origin.batch, table, origin.row);
        pg::close_table(table);
    }
}

bool are_same(const Origins& a, const Origins& b)
{
    return std::ranges::equal(pg::span_of(a.sorted), pg::span_of(b.sorted), [](const Origin& left, const Origin& right) {
        if (left.line_table != right.line_table || left.key != right.key || (left.row == nullptr) != (right.row == nullptr))
            return false;
        return left.row == nullptr || (left.row->t_len == right.row->t_len && memcmp(left.row, right.row, left.row->t_len) == 0);
    });
}

const DocumentLine& line_of(const Origin& origin) { return origin.batch->lines[origin.image]; }

/// A line that consumes is covered by one that consumes, a return by a return: the return of what another line consumed counts.
bool covers(const DocumentLine& origin, const DocumentLine& line)
{
    return origin.counts && line.has_quantity && pg::is_negative(origin.quantity) == pg::is_negative(line.quantity);
}

/// Climbs from a line to what it was made from, as far as that goes.
bool is_covered(const Origins& origins, const Source& source, const DocumentLine& line)
{
    const OriginKey self{.line_table = line.line_table, .key = line.key};
    OriginKey key{.line_table = source.origin_table, .key = line.origin};
    bool is_covered = false;
    for (int step = 0; step < longest_chain && OidIsValid(key.line_table) && !is_null(key.key); step++) {
        if (key == self)
            return false;
        const Origin* const origin = find(origins, key);
        if (origin == nullptr || origin->row == nullptr)
            break;
        is_covered |= covers(line_of(*origin), line);
        key = {.line_table = origin->batch->source->origin_table, .key = line_of(*origin).origin};
    }
    return is_covered;
}

void read_lines_of(const Origins& origins)
{
    read_lines(pg::span_of(origins.batches));
    for (Origin& origin : pg::span_of(origins.sorted)) {
        if (origin.row == nullptr)
            continue;
        show(*origin.batch, origin.row, origin.batch->images[origin.image].new_header);
        origin.customer = evaluate_text(*origin.batch, Fact::customer);
    }
}

void end(Origins* origins)
{
    if (origins != nullptr)
        end_batches(pg::span_of(origins->batches));
}

void set_origins(Batches batches, Origins* origins)
{
    end(batches.front()->origins);
    for (Batch* const batch : batches)
        batch->origins = origins;
}

Origins* find_origins(Batches batches)
{
    OriginKeys keys{};
    for (Batch* const batch : batches)
        for (int i = 0; may_have_origins(*batch) && i < batch->image_count; i++) {
            add_origin_key(keys, *batch, batch->images[i].old_line);
            add_origin_key(keys, *batch, batch->images[i].new_line);
        }
    if (keys.count == 0)
        return nullptr;
    auto* const origins = static_cast<Origins*>(palloc0(sizeof(Origins)));
    for (int step = 0; step < longest_chain && keys.count > 0; step++)
        keys = add_origins(*origins, keys);
    return origins;
}

void lock_origins(Origins& origins)
{
    lock_named_headers(pg::span_of(origins.batches));
    lock_rows(origins);
    read_lines_of(origins);
}

/// The batches of the save and those of its origins: their headers are locked in one order.
BatchList add_batches_of(const Origins& origins, Batches batches)
{
    BatchList all{};
    for (const Batches some : {batches, Batches(pg::span_of(origins.batches))})
        for (Batch* const batch : some)
            pg::append(all, batch);
    return all;
}

} // namespace

void find_headers(Batches batches)
{
    Origins* const origins = find_origins(batches);
    if (origins == nullptr)
        return find_named_headers(batches);
    const BatchList all = add_batches_of(*origins, batches);
    find_named_headers(pg::span_of(all));
    read_lines_of(*origins);
    set_origins(batches, origins);
}

void lock_headers(Batches batches)
{
    Origins* const origins = find_origins(batches);
    if (origins == nullptr)
        return lock_named_headers(batches);
    const BatchList all = add_batches_of(*origins, batches);
    lock_named_headers(pg::span_of(all));
    lock_rows(*origins);
    read_lines_of(*origins);
    set_origins(batches, origins);
    while (!do_origins_stand(batches))
        CHECK_FOR_INTERRUPTS();
}

void renew_origins(Batches batches)
{
    Origins* const now = find_origins(batches);
    if (now != nullptr)
        lock_origins(*now);
    set_origins(batches, now);
}

bool do_origins_stand(Batches batches)
{
    Origins* const before = batches.front()->origins;
    Origins* const now = find_origins(batches);
    if (before == nullptr || now == nullptr || are_same(*before, *now)) {
        end(now);
        return true;
    }
    lock_origins(*now);
    set_origins(batches, now);
    return false;
}

void cover_lines(Batches batches)
{
    for (Batch* const batch : batches)
        for (DocumentLine& line : lines_of(*batch)) {
            if (is_null(line.origin))
                continue;
            line.is_covered =
                !may_have_origins(*batch) || (batch->origins != nullptr && is_covered(*batch->origins, *batch->source, line));
        }
}

} // namespace credits
