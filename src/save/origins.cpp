// Reads what the lines of a save were made from, and finds out which lines that covers.
#include "save/origins.hpp"

#include <algorithm>

#include "ledger/recorded.hpp"
#include "lines/read_lines.hpp"
#include "pg/numeric.hpp"
#include "pg/row_lock.hpp"
#include "pg/table.hpp"
#include "save/find_origins.hpp"
#include "schema/catalog.hpp"
#include "settings/contacts.hpp"
#include "sources/known_sources.hpp"
#include "sources/row_location.hpp"

namespace credits
{

namespace
{

/// Is the row of this origin to be locked itself, as it has no header that could be?
bool is_own_document(const Origin& origin)
{
    return origin.row != nullptr && (!OidIsValid(origin.batch->source->header_table) || origin.batch->source->header_is_view);
}

bool is_same_row(MinimalTuple a, MinimalTuple b)
{
    return a == nullptr || b == nullptr ? a == b : a->t_len == b->t_len && memcmp(a, b, a->t_len) == 0;
}

/// Calls lock(table, index, key) for the row of an origin. Is it as it was found?
template <class Fn>
bool lock_row(const Origin& origin, Fn lock)
{
    Batch& batch = *origin.batch;
    const KeyedTable lines = lines_of(*batch.source);
    Datum values[INDEX_MAX_KEYS];
    show(batch, origin.row, nullptr);
    for (size_t i = 0; i < lines.key.size(); i++) {
        bool is_null = false;
        values[i] = slot_getattr(batch.line_slot, lines.key[i].column, &is_null);
    }
    bool stands = false;
    pg::Table table = pg::open_table(batch.source->line_table, RowShareLock);
    with_row_location(lines, table, values, KeyOf::own, [&](const RowLocation& location) {
        const pg::LockResult result = lock(*location.table, location.index, make_row_key(lines, values, KeyOf::own));
        stands = result == pg::LockResult::busy ||
                 (result == pg::LockResult::locked &&
                  is_same_row(pg::copy_converted(location.conversion, location.table->found), origin.row));
    });
    pg::close_table(table);
    return stands;
}

bool lock_row(const Origin& origin)
{
    return lock_row(origin, [](pg::Table& table, Oid index, const RowKey& key) { return pg::lock_latest(table, index, key); });
}

/// Likewise, unless it is busy: then as a header that is (headers.hpp).
bool lock_row(const Origin& origin, const Customers& customers, Turns& turns)
{
    return lock_row(origin, [&](pg::Table& table, Oid index, const RowKey& key) {
        const pg::LockResult result = pg::lock_latest(table, index, key, LockWaitSkip);
        if (result != pg::LockResult::busy || (is_locked(customers, account_of(origin.customer)) && !is_claimed(origin.customer)))
            return result;
        give_back(turns);
        pg::wait_for_locker(table);
        return pg::LockResult::absent;
    });
}

HeapTuple header_of(const Origin& origin)
{
    const Header* const header = origin.batch->images[origin.image].new_header;
    return header == nullptr ? nullptr : header->tuple;
}

/// What a row says, without who has locked it.
bool have_same_header(const Origin& a, const Origin& b)
{
    constexpr Size begin = offsetof(HeapTupleHeaderData, t_bits);
    const HeapTuple left = header_of(a);
    const HeapTuple right = header_of(b);
    if (left == nullptr || right == nullptr)
        return left == right;
    return left->t_len == right->t_len && memcmp(left->t_data->t_bits, right->t_data->t_bits, left->t_len - begin) == 0;
}

bool have_same_row(const Origin& a, const Origin& b)
{
    return is_same_row(a.row, b.row) && (a.row == nullptr || have_same_header(a, b));
}

bool are_same(const Origins& a, const Origins& b)
{
    return std::ranges::equal(pg::span_of(a.sorted), pg::span_of(b.sorted), [](const Origin& left, const Origin& right) {
        return left.line_table == right.line_table && left.key == right.key && have_same_row(left, right);
    });
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
    return (origin.counts || origin.is_past) && line.has_quantity &&
           pg::is_negative(origin.quantity) == pg::is_negative(line.quantity);
}

/// Is this the key of an archived line that consumed, or gave back, as the line would? It covers that one, whatever has become of
/// its row.
bool is_covered_by_archive(const OriginKey& key, const DocumentLine& line)
{
    const int32 archive_no = is_attached(key.line_table) ? get_source(key.line_table).archive_no : 0;
    if (archive_no == 0 || !line.has_quantity)
        return false;
    const core::Act act = pg::is_negative(line.quantity) ? core::Act::return_line : core::Act::consumption;
    return pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        const Recorded* recorded = read_recorded(entries, archive_no, key.key, snapshot);
        while (recorded != nullptr && recorded->effect.act != act)
            recorded = recorded->next;
        return recorded != nullptr;
    });
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
        is_covered |= is_covered_by_archive(key, line);
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
    for (Batch* const batch : pg::span_of(origins.batches))
        read_lines(*batch);
    for (Origin& origin : pg::span_of(origins.sorted)) {
        if (origin.row == nullptr)
            continue;
        show(*origin.batch, origin.row, origin.batch->images[origin.image].new_header);
        origin.customer = evaluate_customer_to_lock(*origin.batch);
    }
}

} // namespace

Origins* look_for_origins(Batches batches)
{
    Origins* const origins = find_origins(batches);
    if (origins == nullptr)
        return nullptr;
    find_headers(pg::span_of(origins->batches), origins->headers);
    read_lines_of(*origins);
    return origins;
}

pg::Array<std::string_view> customers_of(const Origins* origins)
{
    pg::Array<std::string_view> customers{};
    if (origins != nullptr)
        for (const Origin& origin : pg::span_of(origins->sorted))
            if (!is_null(origin.customer))
                pg::append(customers, origin.customer);
    return customers;
}

void end_origins(Origins* origins)
{
    if (origins == nullptr)
        return;
    end_references(origins->headers);
    for (Batch* const batch : pg::span_of(origins->batches))
        end_batch(*batch);
}

bool lock_origins_without_customer(Origins* origins, Turns& turns)
{
    if (origins == nullptr)
        return true;
    bool all_stand = lock_headers_without_customer(origins->headers, turns);
    for (const Origin& origin : pg::span_of(origins->sorted))
        if (is_null(origin.customer) && is_own_document(origin))
            all_stand = (turns.taken.count == 0 ? lock_row(origin) : lock_row(origin, {}, turns)) && all_stand;
    return all_stand;
}

bool lock_origins(const Origins* origins, const Customers& customers, Turns& turns)
{
    bool all_stand = true;
    if (origins == nullptr)
        return all_stand;
    for (const Origin& origin : pg::span_of(origins->sorted))
        if (!is_null(origin.customer) && is_own_document(origin))
            all_stand = all_stand && lock_row(origin, customers, turns);
    return all_stand;
}

bool do_origins_stand(Batches batches, const Origins* origins)
{
    if (origins == nullptr)
        return true; // which origins a line has is told by the line alone
    Origins* const now = look_for_origins(batches);
    const bool stand = now != nullptr && are_same(*origins, *now);
    end_origins(now);
    return stand;
}

void cover_lines(Batches batches, const Origins* origins)
{
    for (Batch* const batch : batches)
        for (DocumentLine& line : lines_of(*batch)) {
            if (is_null(line.origin))
                continue;
            line.is_covered = !may_have_origins(*batch) || (origins != nullptr && is_covered(*origins, *batch->source, line));
        }
}

} // namespace credits
