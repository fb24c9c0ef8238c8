// Locks and reads what the lines of a save were made from, and finds out which lines that covers.
#include "save/origins.hpp"

#include <algorithm>

#include "settings/contacts.hpp"
#include "settings/customer.hpp"
#include "save/find_origins.hpp"
#include "pg/numeric.hpp"
#include "pg/table.hpp"
#include "sources/row_location.hpp"

namespace credits
{

namespace
{

/// Locks the row of an origin that is its own document, or whose document is a view. A busy one is not waited for when its
/// customer is ours (header.cpp).
void lock_row(Batch& batch, pg::Table& table, MinimalTuple row)
{
    const KeyedTable lines = lines_of(*batch.source);
    Datum values[INDEX_MAX_KEYS];
    show(batch, row, nullptr);
    const std::string_view customer = evaluate_customer_to_lock(batch);
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

bool has_lockable_header(const Source& source) { return OidIsValid(source.header_table) && !source.header_is_view; }

void lock_rows(const Origins& origins)
{
    for (const Origin& origin : pg::span_of(origins.sorted)) {
        if (origin.row == nullptr || has_lockable_header(*origin.batch->source))
            continue;
        pg::Table table = pg::open_table(origin.line_table, RowShareLock);
        lock_row(*origin.batch, table, origin.row);
        pg::close_table(table);
    }
}

HeapTuple header_of(const Origin& origin)
{
    const Header* const header = origin.batch->images[origin.image].new_header;
    return header == nullptr ? nullptr : header->tuple;
}

/// A header that is a view cannot be locked, so it is compared, too.
bool have_same_header(const Origin& a, const Origin& b)
{
    if (!a.batch->source->header_is_view)
        return true;
    const HeapTuple left = header_of(a);
    const HeapTuple right = header_of(b);
    if (left == nullptr || right == nullptr)
        return left == right;
    return left->t_len == right->t_len && memcmp(left->t_data, right->t_data, left->t_len) == 0;
}

bool have_same_row(const Origin& a, const Origin& b)
{
    if (a.row == nullptr || b.row == nullptr)
        return a.row == b.row;
    return a.row->t_len == b.row->t_len && memcmp(a.row, b.row, a.row->t_len) == 0 && have_same_header(a, b);
}

bool are_same(const Origins& a, const Origins& b)
{
    return std::ranges::equal(pg::span_of(a.sorted), pg::span_of(b.sorted), [](const Origin& left, const Origin& right) {
        return left.line_table == right.line_table && left.key == right.key && have_same_row(left, right);
    });
}

/// Reads the headers that are views.
void read_views(const Origins& origins)
{
    for (Batch* const batch : pg::span_of(origins.batches)) {
        Batch* const batches[]{batch};
        if (batch->source->header_is_view)
            find_named_headers(batches);
    }
}

/// What a line with credits is made from is read whole, whatever its article: as long as it counts it covers that one.
const DocumentLine& line_of(const Origin& origin)
{
    DocumentLine& line = origin.batch->lines[origin.image];
    if (line.is_read_in_part)
        read_rest(*origin.batch, line);
    return line;
}

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
        origin.customer = evaluate_customer_to_lock(*origin.batch);
    }
}

void end(Origins* origins)
{
    if (origins != nullptr)
        end_batches(pg::span_of(origins->batches));
}

void set_origins(Batches batches, Origins* origins)
{
    end(origins_of(batches));
    for (Batch* const batch : batches)
        batch->origins = origins;
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
    Origins* const before = origins_of(batches);
    Origins* const now = find_origins(batches);
    if (now != nullptr)
        read_views(*now);
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
