// Keeps when each relation of what is attached or bound has changed, as relcache messages tell, and when it was found whole.
#include "protect/checked_tables.hpp"

#include <algorithm>

#include "pg/table.hpp"
#include "schema/catalog.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
}

namespace credits
{

namespace
{

/// Moments are numbers of changes.
struct Watched {
    Oid relation; // the key
    uint64 changed_at;
    uint64 whole_at; // of a mapping; 0: nobody has looked yet
};

constinit HTAB* watched = nullptr; // lives below TopMemoryContext
constinit uint64 changes = 0;
constinit uint64 all_changed_at = 0;

Watched* find(Oid relation) { return static_cast<Watched*>(hash_search(watched, &relation, HASH_FIND, nullptr)); }

Watched& watch(Oid relation)
{
    bool is_known = false;
    auto* const found = static_cast<Watched*>(hash_search(watched, &relation, HASH_ENTER, &is_known));
    if (!is_known)
        *found = {.relation = relation, .changed_at = 0, .whole_at = 0};
    return *found;
}

/// A relcache message: takes no memory.
void mark_changed(Oid relation, const Catalog&)
{
    changes++;
    Watched* const found = OidIsValid(relation) ? find(relation) : nullptr;
    if (found != nullptr)
        found->changed_at = changes;
    if (!OidIsValid(relation))
        all_changed_at = changes;
}

void begin()
{
    HASHCTL control{};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Watched);
    control.hcxt = TopMemoryContext;
    watched = hash_create("credits checked tables", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    on_change(mark_changed);
}

/// Of what is gone itself: its lock is still held.
void append_with_descendants(pg::Array<Oid>& parts, Oid table)
{
    if (!OidIsValid(table))
        return;
    if (!pg::exists(table) || !has_subclass(table)) {
        pg::append(parts, table);
        return;
    }
    const List* const tables = find_all_inheritors(table, NoLock, nullptr);
    for (int i = 0; i < list_length(tables); i++)
        pg::append(parts, list_nth_oid(tables, i));
}

} // namespace

pg::Array<Oid> parts_of(Oid table, Oid header, Oid mapping)
{
    pg::Array<Oid> parts{};
    append_with_descendants(parts, table);
    append_with_descendants(parts, header);
    pg::append(parts, mapping);
    return parts;
}

bool is_touched(const pg::Array<Oid>& parts)
{
    return std::ranges::any_of(span_of(parts),
                               [](Oid part) { return CheckRelationOidLockedByMe(part, ShareUpdateExclusiveLock, true); });
}

bool is_found_whole(Oid mapping, const pg::Array<Oid>& parts)
{
    const Watched* const its = watched == nullptr ? nullptr : find(mapping);
    return its != nullptr && its->whole_at > all_changed_at && std::ranges::all_of(span_of(parts), [its](Oid part) {
               const Watched* const known = find(part);
               return known != nullptr && known->changed_at < its->whole_at;
           });
}

void note_whole(Oid mapping, const pg::Array<Oid>& parts)
{
    if (watched == nullptr)
        begin();
    for (const Oid part : span_of(parts))
        watch(part);
    watch(mapping).whole_at = ++changes;
}

} // namespace credits
