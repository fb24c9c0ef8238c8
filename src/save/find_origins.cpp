// Looks up origins, level by level: what the lines were made from, then what that was made from.
#include "save/find_origins.hpp"

#include <algorithm>

#include "lines/find_lines.hpp"
#include "sources/known_sources.hpp"

namespace credits
{

namespace
{

template <class A, class B>
bool is_before(const A& a, const B& b)
{
    return a.line_table != b.line_table ? a.line_table < b.line_table : a.key < b.key;
}

using OriginKeys = pg::Array<OriginKey>;

void add_origin_key(OriginKeys& keys, Batch& batch, MinimalTuple line)
{
    if (line == nullptr)
        return;
    show(batch, line, nullptr);
    const std::optional<std::string_view> key = try_evaluate_text(batch, Fact::origin);
    if (key && !is_null(*key))
        pg::append(keys, {.line_table = batch.source->origin_table, .key = *key});
}

void sort_and_merge(OriginKeys& keys)
{
    std::sort(keys.items, keys.items + keys.count, is_before<OriginKey, OriginKey>);
    keys.count = static_cast<int>(std::unique(keys.items, keys.items + keys.count) - keys.items);
}

/// Looks up keys of one attached table, which are sorted and new.
void add_origins_of_source(Origins& origins, Source& source, std::span<const OriginKey> keys)
{
    Batch& batch = find_or_begin_batch(origins.batches, source);
    pg::Table table = pg::open_table(source.line_table, AccessShareLock);
    for (const OriginKey& key : keys) {
        const MinimalTuple row = find_line(batch, table, key.key);
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

} // namespace

bool may_have_origins(const Batch& batch) { return OidIsValid(batch.source->origin_table); }

Origin* find(const Origins& origins, const OriginKey& key)
{
    Origin* const end = origins.sorted.items + origins.sorted.count;
    Origin* const found = std::lower_bound(origins.sorted.items, end, key, is_before<Origin, OriginKey>);
    return found == end || found->line_table != key.line_table || found->key != key.key ? nullptr : found;
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

} // namespace credits
