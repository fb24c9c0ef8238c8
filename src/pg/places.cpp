// Remembers where rows lay.
#include "pg/places.hpp"

#include <algorithm>

#include "pg/text.hpp"
#include "pg/version.hpp"

extern "C" {
#include "common/hashfn.h"
}

namespace credits::pg
{

namespace
{

constexpr size_t most_key_parts = 3;

struct Place {
    Oid index;
    uint32 hash; // of the key
    ItemPointerData tid;
    Buffer page;
    AttrNumber columns[most_key_parts]; // of the table, in the order of the key
};

/// One that comes later with the same remainder takes the place of the former.
constexpr size_t place_count = 1024;
constinit Place places[place_count]{};

/// Only types of which equal values are the same bytes: to mistake a key for another costs a lookup, no more.
bool is_hashed(const KeyPart& part) { return part.equals == F_TEXTEQ || part.equals == F_INT4EQ || part.equals == F_INT8EQ; }

uint32 hash_of(std::string_view text)
{
    return hash_bytes(reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
}

uint32 hash_of(Datum number) { return murmurhash32(static_cast<uint32>(number ^ (number >> 32))); }

uint32 hash_of(Oid index, std::span<const KeyPart> key)
{
    uint32 hash = murmurhash32(index);
    for (const KeyPart& part : key) {
        hash = hash_combine(hash, part.equals == F_TEXTEQ ? hash_of(to_view(part.value)) : hash_of(part.value));
    }
    return hash;
}

Place& place_of(uint32 hash) { return places[hash % place_count]; }

bool is_rememberable(std::span<const KeyPart> key) { return key.size() <= most_key_parts && std::ranges::all_of(key, is_hashed); }

bool is_equal(const KeyPart& part, Datum value)
{
    return part.equals == F_TEXTEQ ? to_view(value) == to_view(part.value) : value == part.value;
}

bool has_key(const Table& table, const Place& place, std::span<const KeyPart> key)
{
    for (size_t i = 0; i < key.size(); i++) {
        bool is_null = false;
        const Datum value = get(table, place.columns[i], &is_null);
        if (is_null || !is_equal(key[i], value))
            return false;
    }
    return true;
}

/// The version by which this transaction has replaced the one that lies there; an invalid place where that is not so. Others may
/// write the lockers of a version at any time, hence the lock of its page.
ItemPointerData next_version_of_ours(HeapTupleData& version, Buffer page)
{
    ItemPointerData next;
    ItemPointerSetInvalid(&next);
    LockBuffer(page, BUFFER_LOCK_SHARE);
    const HeapTupleHeader row = version.t_data;
    const bool is_replaced = (row->t_infomask & HEAP_XMAX_INVALID) == 0 && !HEAP_XMAX_IS_LOCKED_ONLY(row->t_infomask) &&
                             TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(row));
    if (is_replaced && !ItemPointerEquals(&row->t_ctid, &version.t_self))
        next = row->t_ctid;
    LockBuffer(page, BUFFER_LOCK_UNLOCK);
    return next;
}

/// Stores the version that lies there in table.found, if the snapshot sees it; else turns `tid` to that by which we have replaced
/// it.
bool fetch_or_turn(Table& table, ItemPointerData& tid, const DatedSnapshot& snapshot)
{
    ExecClearTuple(table.found);
    HeapTupleData& version = reinterpret_cast<BufferHeapTupleTableSlot*>(table.found)->base.tupdata;
    version.t_self = tid;
    Buffer page = InvalidBuffer;
    if (heap_fetch(table.relation, snapshot.data, &version, &page, true)) {
        ExecStorePinnedBufferHeapTuple(&version, table.found, page);
        table.found->tts_tableOid = RelationGetRelid(table.relation);
        return true;
    }
    ItemPointerSetInvalid(&tid);
    if (!BufferIsValid(page))
        return false;
    tid = next_version_of_ours(version, page);
    ReleaseBuffer(page);
    return false;
}

constexpr int most_steps = 4;

/// The table may have fewer pages by now, so its page must be in memory; a version of ours lies on one that is there.
bool fetch_from(Table& table, const Place& place, const DatedSnapshot& snapshot)
{
    if (!read_recent_buffer(table.relation, ItemPointerGetBlockNumber(&place.tid), place.page))
        return false;
    heap_page_prune_opt(table.relation, place.page); // as who comes by the index does: the next version needs room
    ItemPointerData tid = place.tid;
    bool is_found = false;
    for (int step = 0; step < most_steps && !is_found && ItemPointerIsValid(&tid); step++)
        is_found = fetch_or_turn(table, tid, snapshot);
    ReleaseBuffer(place.page);
    return is_found;
}

} // namespace

bool find_in_place(Table& table, Oid index, std::span<const KeyPart> key, const DatedSnapshot& snapshot)
{
    if (!TTS_IS_BUFFERTUPLE(table.found) || !is_rememberable(key))
        return false;
    const uint32 hash = hash_of(index, key);
    Place& place = place_of(hash);
    if (place.index != index || place.hash != hash || !fetch_from(table, place, snapshot))
        return false;
    if (!has_key(table, place, key)) {
        ExecClearTuple(table.found);
        return false;
    }
    place.tid = table.found->tts_tid;
    place.page = reinterpret_cast<const BufferHeapTupleTableSlot*>(table.found)->buffer;
    return true;
}

void remember_place(const Table& table, Relation index, std::span<const KeyPart> key)
{
    if (!TTS_IS_BUFFERTUPLE(table.found) || !is_rememberable(key) || !is_unique(index) ||
        static_cast<size_t>(IndexRelationGetNumberOfKeyAttributes(index)) != key.size())
        return;
    const uint32 hash = hash_of(RelationGetRelid(index), key);
    Place& place = place_of(hash);
    place = {.index = RelationGetRelid(index),
             .hash = hash,
             .tid = table.found->tts_tid,
             .page = reinterpret_cast<const BufferHeapTupleTableSlot*>(table.found)->buffer,
             .columns = {}};
    for (size_t i = 0; i < key.size(); i++)
        place.columns[i] = index->rd_index->indkey.values[i];
}

} // namespace credits::pg
