// Finds the descendants of attached tables.
#include "sources/descendants.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
}

namespace credits
{

namespace
{

struct Descent {
    Oid table; // the key
    Oid root;
};

constinit HTAB* descents = nullptr; // lives below TopMemoryContext; null: nothing is known yet
constinit bool is_stale = false;    // marked by relcache messages: a descendant has come, gone or changed

HTAB* make_descents(std::span<const Oid> roots)
{
    HASHCTL control{};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Descent);
    control.hcxt = TopMemoryContext;
    HTAB* const made = hash_create("credits descendants", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    for (const Oid root : roots) {
        const List* const members = has_subclass(root) ? find_all_inheritors(root, NoLock, nullptr) : NIL;
        for (int i = 1; i < list_length(members); i++) {
            const Oid table = list_nth_oid(members, i);
            static_cast<Descent*>(hash_search(made, &table, HASH_ENTER, nullptr))->root = root;
        }
    }
    return made;
}

Oid look_up(Oid table)
{
    if (descents == nullptr)
        return InvalidOid;
    const auto* found = static_cast<const Descent*>(hash_search(descents, &table, HASH_FIND, nullptr));
    return found == nullptr ? InvalidOid : found->root;
}

void forget()
{
    if (descents != nullptr)
        hash_destroy(descents);
    descents = nullptr;
}

} // namespace

bool has_descendants(Relation table)
{
    return table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE || (table->rd_rel->relhassubclass && has_subclass(table->rd_id));
}

List* members_of(Oid table, LOCKMODE mode)
{
    LockRelationOid(table, AccessShareLock); // PostgreSQL locks those below alone
    return find_all_inheritors(table, mode, nullptr);
}

Oid find_root(Oid table, std::span<const Oid> roots)
{
    if (!is_stale && OidIsValid(look_up(table)))
        return look_up(table);
    is_stale = false; // before reading: a change that arrives meanwhile marks it again
    forget();
    descents = make_descents(roots);
    return look_up(table);
}

void mark_descendants_stale(Oid table)
{
    if (!OidIsValid(table) || OidIsValid(look_up(table)))
        is_stale = true;
}

} // namespace credits
