// Looks at the headers of a save's lines.
#include "save/headers.hpp"

#include <algorithm>

#include "lines/header_view.hpp"
#include "pg/changed_columns.hpp"
#include "pg/row_lock.hpp"
#include "pg/table.hpp"
#include "settings/contacts.hpp"
#include "sources/row_location.hpp"

namespace credits
{

namespace
{

/// The customer of a header whose lines all have his: null when that depends on the line.
std::string_view customer_of(Batch& batch, const Header& header)
{
    if (header.tuple == nullptr || reader(*batch.source, Fact::customer).needs_line)
        return {};
    show_header(batch, &header);
    return evaluate_customer_to_lock(batch);
}

void keep_found(Header& header, const RowLocation& location)
{
    header.tuple = copy_found(location);
    header.member = RelationGetRelid(location.table->relation);
    header.tid = location.table->found->tts_tid;
}

/// Finds the header by the same key as of the batch's snapshot, without a lock.
void find(Batch& batch, pg::Table& table, Header& header)
{
    KeyedTable headers = headers_of(*batch.source);
    headers.snapshot = batch.snapshot;
    header.tuple = nullptr;
    find_in_snapshot(headers, table, header.key, KeyOf::referring,
                     [&](const RowLocation& location) { keep_found(header, location); });
}

/// Calls fn(table, tid) for the version that was found, where it lies.
template <class Fn>
pg::LockResult lock_found(pg::Table& table, const Header& header, Fn fn)
{
    if (header.member == RelationGetRelid(table.relation))
        return fn(table, header.tid);
    pg::Table member = pg::open_table(header.member, RowShareLock);
    const pg::LockResult result = fn(member, header.tid);
    pg::close_table(member);
    return result;
}

/// Is the latest version the one that was found? Another one is found anew, and is locked when it is looked at again.
bool keep_lock(Batch& batch, pg::Table& table, Header& header, pg::LockResult result)
{
    header.is_locked = result == pg::LockResult::locked;
    if (result != pg::LockResult::absent)
        return true;
    find(batch, table, header);
    return false;
}

/// Locks the version that was found, and waits for whoever holds it.
bool lock(Batch& batch, pg::Table& table, Header& header)
{
    return keep_lock(batch, table, header, lock_found(table, header, [](pg::Table& member, const ItemPointerData& tid) {
                         return pg::lock_version(member, tid, LockWaitBlock);
                     }));
}

/// Locks the version that was found, or only looks at it, unless it is busy and guarded. A busy one that is not is waited for
/// with no turn in our hands, and is to be looked at again.
template <class Fn>
bool lock(Batch& batch, pg::Table& table, Header& header, std::string_view guard, Turns& turns, Fn lock_or_look)
{
    return keep_lock(batch, table, header, lock_found(table, header, [&](pg::Table& member, const ItemPointerData& tid) {
                         const pg::LockResult result = lock_or_look(member, tid);
                         if (result != pg::LockResult::busy || (!is_null(guard) && !is_claimed(guard)))
                             return result;
                         give_back(turns);
                         pg::wait_for_locker(member);
                         return pg::LockResult::absent;
                     }));
}

pg::LockResult lock_if_free(pg::Table& table, const ItemPointerData& tid) { return pg::lock_version(table, tid, LockWaitSkip); }

/// Reads the header where it lies, if it does.
void read(Batch& batch, pg::Table& table, Header& header)
{
    open_header_slot(batch, table.relation); // also for a header that another batch has read
    if (batch.source->header_is_view)
        read_from_view(batch, header);
    else
        find(batch, table, header);
}

/// What another batch, or another line, has found out of the same header.
void take_from(Header& header, const Header& known)
{
    header.tuple = known.tuple;
    header.member = known.member;
    header.tid = known.tid;
    header.is_locked = known.is_locked;
}

bool needs_lock(const Reference& reference)
{
    const Header& header = *reference.header;
    return header.tuple != nullptr && !header.is_locked && !reference.batch->source->header_is_view;
}

/// Is the version that was found still the one of now? Another row may be there where none was found.
bool is_latest(Batch& batch, pg::Table& table, const Header& header)
{
    if (header.tuple == nullptr) {
        Header now = header;
        find(batch, table, now);
        return now.tuple == nullptr;
    }
    pg::Table member = pg::open_table(header.member, AccessShareLock);
    const bool is_there =
        pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) { return pg::fetch(member, header.tid, snapshot); });
    pg::close_table(member);
    return is_there;
}

TupleTableSlot* make_slot(const Batch& batch, const Header& header)
{
    return ExecStoreHeapTuple(header.tuple, MakeSingleTupleTableSlot(batch.header_slot->tts_tupleDescriptor, &TTSOpsHeapTuple),
                              false);
}

/// Does the view still say the same of it? Only by what the mapping reads: a view may have columns that are never the same.
bool stands_in_view(Batch& batch, const Header& header)
{
    Header now = header;
    now.tuple = nullptr;
    read_from_view(batch, now);
    if (header.tuple == nullptr || now.tuple == nullptr)
        return header.tuple == now.tuple;
    TupleTableSlot* const found = make_slot(batch, header);
    TupleTableSlot* const latest = make_slot(batch, now);
    const bool stands = are_equal(batch.source->header_columns, found, latest);
    ExecDropSingleTupleTableSlot(latest);
    ExecDropSingleTupleTableSlot(found);
    return stands;
}

bool stands(Batch& batch, pg::Table& table, const Header& header)
{
    return header.is_locked || (batch.source->header_is_view ? stands_in_view(batch, header) : is_latest(batch, table, header));
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
    read(batch, table, *header);
    pg::close_table(table);
    return header;
}

void find_headers(Batches batches, References& references)
{
    const std::span<Reference> named = list_references(references, batches);
    for_each_reference(references, named, [](pg::Table& table, Reference& reference, const Reference* previous) {
        open_header_slot(*reference.batch, table.relation);
        if (previous != nullptr)
            take_from(*reference.header, *previous->header);
        else
            read(*reference.batch, table, *reference.header);
        reference.customer = customer_of(*reference.batch, *reference.header);
    });
}

bool lock_headers_without_customer(References& references, Turns& turns)
{
    bool all_stand = true;
    for_each_reference(
        references, pg::span_of(references.list), [&](pg::Table& table, Reference& reference, const Reference* previous) {
            Batch& batch = *reference.batch;
            Header& header = *reference.header;
            if (previous != nullptr && previous->header->is_locked)
                take_from(header, *previous->header);
            const auto lock_it = [&] {
                return turns.taken.count == 0 ? lock(batch, table, header) : lock(batch, table, header, {}, turns, lock_if_free);
            };
            while (is_null(reference.customer) && needs_lock(reference) && !lock_it()) {
                reference.customer = customer_of(batch, header);
                all_stand = false;
                CHECK_FOR_INTERRUPTS();
            }
        });
    return all_stand;
}

namespace
{

/// The customer of the header, if he guards it: his own name is asked for, too, since he may have become a contact.
std::string_view guard_of(const Reference& reference, const Customers& customers)
{
    return is_locked(customers, account_of(reference.customer)) ? reference.customer : std::string_view();
}

template <class Fn>
bool lock_all(References& references, const Customers& customers, Turns& turns, Fn lock_or_look)
{
    bool all_stand = true;
    for_each_reference(
        references, pg::span_of(references.list), [&](pg::Table& table, Reference& reference, const Reference* previous) {
            Header& header = *reference.header;
            if (previous != nullptr && previous->header->is_locked)
                take_from(header, *previous->header);
            if (all_stand && needs_lock(reference))
                all_stand = lock(*reference.batch, table, header, guard_of(reference, customers), turns, lock_or_look);
        });
    return all_stand;
}

} // namespace

bool lock_headers(References& references, const Customers& customers, Turns& turns)
{
    const auto is_before = [](const Reference& a, const Reference& b) { return compare(a, b) < 0; };
    Reference* const begin = references.list.items;
    Reference* const end = begin + references.list.count;
    if (!std::is_sorted(begin, end, is_before))
        std::sort(begin, end, is_before);
    const bool are_several = begin != end && is_before(*begin, *(end - 1));
    return (!are_several || lock_all(references, customers, turns, pg::look_at_version)) &&
           lock_all(references, customers, turns, lock_if_free);
}

bool do_headers_stand(References& references)
{
    bool all_stand = true;
    for_each_reference(references, pg::span_of(references.list),
                       [&](pg::Table& table, Reference& reference, const Reference* previous) {
                           if (previous == nullptr)
                               all_stand = all_stand && stands(*reference.batch, table, *reference.header);
                       });
    return all_stand;
}

} // namespace credits
