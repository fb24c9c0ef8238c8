// Finds and keeps sources: the list of all, and those that were used.
#include "sources/known_sources.hpp"

#include <algorithm>

#include "errors/attaching.hpp"
#include "pg/code_change.hpp"
#include "pg/version.hpp"
#include "schema/catalog.hpp"
#include "schema/gate.hpp"
#include "sources/descendants.hpp"
#include "sources/load_source.hpp"

namespace credits
{

namespace
{

/// All sources of the database; a null stands for one that was not used yet.
struct Sources {
    int count;
    int capacity; // of the lists below
    Oid* line_tables;
    Oid* header_tables;
    Oid* origin_tables;
    Source** loaded;
    bool has_chains; // some line is made from another
};

constinit Sources sources{};
constinit bool is_complete = false;
constinit bool is_stale = false;
constinit uint64 code_changes = 0;

template <class Item>
void enlarge(Item*& list, int capacity)
{
    const Size size = sizeof(Item) * static_cast<Size>(capacity);
    list = static_cast<Item*>(list == nullptr ? MemoryContextAlloc(TopMemoryContext, size) : repalloc(list, size));
}

void make_room()
{
    if (sources.count < sources.capacity)
        return;
    const int capacity = std::max(16, 2 * sources.capacity);
    enlarge(sources.line_tables, capacity);
    enlarge(sources.header_tables, capacity);
    enlarge(sources.origin_tables, capacity);
    enlarge(sources.loaded, capacity);
    sources.capacity = capacity; // last: an error leaves the lists no smaller than that
}

/// A source that is loaded anew may still be in use further up: its memory goes with the transaction.
void retire(Source*& source)
{
    if (source != nullptr)
        MemoryContextSetParent(source->memory, TopTransactionContext);
    source = nullptr;
}

/// Marks what a change of a relation may have changed; the declarations stand here, since loading listens.
void mark_stale(Oid relation, const Catalog& known);
void mark_code_stale(Datum, int cache, uint32 hash);

void listen()
{
    static constinit bool listens = false;
    on_change(mark_stale);
    if (!listens)
        pg::on_code_change(mark_code_stale);
    listens = true;
}

/// Whoever has waited for a row or a turn hears of no change by that.
void load_list()
{
    AcceptInvalidationMessages();
    while (!is_complete || is_stale) {
        listen();
        come_to_gate();
        is_complete = false;
        is_stale = false; // before reading: a change that arrives meanwhile marks it again
        for (int i = 0; i < sources.count; i++)
            retire(sources.loaded[i]);
        sources.count = 0;
        sources.has_chains = false;
        for_each_source_row([](const SourceRow& row) {
            make_room();
            sources.line_tables[sources.count] = row.line_table;
            sources.header_tables[sources.count] = row.header_table;
            sources.origin_tables[sources.count] = row.origin_table;
            sources.has_chains |= OidIsValid(row.origin_table);
            sources.loaded[sources.count] = nullptr;
            sources.count++;
        });
        is_complete = true;
    }
}

Source* load_from_table(Oid line_table)
{
    come_to_gate();
    const std::optional<SourceRow> row = find_source_row(line_table);
    if (!row)
        errors::not_attached(line_table);
    return load_source(*row);
}

/// The attached table that this one is a descendant of; the table itself when it is none.
Oid root_of(Oid table)
{
    auto* const roots = static_cast<Oid*>(palloc(sizeof(Oid) * (2 * sources.count + 1)));
    size_t count = 0;
    for (int i = 0; i < sources.count; i++) {
        if (pg::exists(sources.line_tables[i]))
            roots[count++] = sources.line_tables[i];
        if (pg::exists(sources.header_tables[i]))
            roots[count++] = sources.header_tables[i];
    }
    const Oid root = find_root(table, {roots, count});
    pfree(roots);
    return OidIsValid(root) ? root : table;
}

int find_position(Oid line_table)
{
    for (int i = 0; i < sources.count; i++)
        if (sources.line_tables[i] == line_table)
            return i;
    return -1;
}

int position_of(Oid line_table)
{
    int position = find_position(line_table);
    if (position < 0)
        position = find_position(root_of(line_table));
    return position;
}

/// The sources of which one of the two tables is this one; not those whose lines were lost while the protection was off. They
/// stay on the list, since a drop that is refused may come back with its savepoint.
std::span<Oid> line_tables_with(const Oid* tables, Oid table)
{
    auto* const found = static_cast<Oid*>(palloc(sizeof(Oid) * (sources.count + 1)));
    size_t count = 0;
    for (int i = 0; i < sources.count; i++)
        if (tables[i] == table && pg::exists(sources.line_tables[i]))
            found[count++] = sources.line_tables[i];
    return {found, count};
}

/// Holds the tables that the search finds, so that none is detached until the transaction ends: else its row may be there and
/// its mapping gone. What we wait for may change what is found, hence once more.
template <class Fn>
std::span<Oid> hold(Fn find)
{
    std::span<Oid> found = find();
    for (;;) {
        for (const Oid line_table : found)
            LockRelationOid(line_table, RowShareLock);
        load_list();
        const std::span<Oid> again = find();
        if (std::ranges::equal(found, again))
            return found;
        found = again;
    }
}

void mark_stale(Oid relation, const Catalog& known)
{
    if (!OidIsValid(relation) || relation == known.source || relation == known.closing_hook_line) {
        is_stale = true;
        return mark_descendants_stale(InvalidOid);
    }
    mark_descendants_stale(relation);
    for (int i = 0; i < sources.count; i++)
        is_stale |= sources.line_tables[i] == relation; // it may be gone
    for (int i = 0; i < sources.count; i++)
        if (sources.loaded[i] != nullptr && (sources.line_tables[i] == relation || sources.header_tables[i] == relation))
            sources.loaded[i]->is_stale = true;
}

void mark_code_stale(Datum, int cache, uint32 hash)
{
    code_changes++;
    for (int i = 0; i < sources.count; i++)
        if (sources.loaded[i] != nullptr && pg::is_among(sources.loaded[i]->parts, cache, hash))
            sources.loaded[i]->is_stale = true;
}

} // namespace

Source& get_source(Oid line_table)
{
    load_list();
    const int position = position_of(line_table);
    if (position < 0)
        errors::not_attached(line_table);
    Source*& slot = sources.loaded[position];
    if (slot != nullptr && slot->is_stale)
        retire(slot);
    if (slot == nullptr) {
        const uint64 changes = code_changes;
        slot = load_from_table(sources.line_tables[position]);
        slot->is_stale = changes != code_changes; // a function may have changed since it was planned: the next one loads it anew
    }
    return *slot;
}

bool is_attached(Oid line_table)
{
    load_list();
    const Oid* const end = sources.line_tables + sources.count;
    return std::find(static_cast<const Oid*>(sources.line_tables), end, line_table) != end;
}

Oid attached_root(Oid table)
{
    load_list();
    const int position = position_of(table);
    return position < 0 ? InvalidOid : sources.line_tables[position];
}

std::span<Oid> line_tables_of_header(Oid header_table)
{
    load_list();
    return hold([header_table] {
        const std::span<Oid> found = line_tables_with(sources.header_tables, header_table);
        return found.empty() ? line_tables_with(sources.header_tables, root_of(header_table)) : found;
    });
}

std::span<Oid> line_tables_made_from(Oid origin_table)
{
    return is_origin_table(origin_table) ? hold([origin_table] { return line_tables_with(sources.origin_tables, origin_table); })
                                         : std::span<Oid>();
}

bool is_origin_table(Oid line_table)
{
    load_list();
    const Oid* const end = sources.origin_tables + sources.count;
    return sources.has_chains && std::find(static_cast<const Oid*>(sources.origin_tables), end, line_table) != end;
}

void check_source(Oid line_table)
{
    Source* const source = load_from_table(line_table);
    const Relation lines = table_open(line_table, AccessShareLock);
    for (int i = 0; i < source->line_key_count; i++) {
        const Form_pg_attribute column = TupleDescAttr(RelationGetDescr(lines), source->line_key[i].column - 1);
        if (!pg::is_never_null(RelationGetDescr(lines), source->line_key[i].column))
            errors::nullable_key(line_table, NameStr(column->attname));
    }
    table_close(lines, AccessShareLock);
    MemoryContextDelete(source->memory);
}

} // namespace credits
