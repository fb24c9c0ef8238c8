// Keeps our triggers on the descendants of attached tables.
#include "attach/descendant_triggers.hpp"

#include <string_view>

#include "attach/triggers.hpp"
#include "errors/attaching.hpp"
#include "mapping/callers_table.hpp"
#include "pg/query.hpp"
#include "pg/relation_kind.hpp"
#include "pg/version.hpp"
#include "schema/catalog.hpp"
#include "sources/descendants.hpp"
#include "sources/known_sources.hpp"

namespace credits
{

namespace
{

/// A partition has the key of its root; an heir must have one of its own.
void check_key_of_heir(Oid heir, Relation root, const Columns& key)
{
    const Relation table = table_open(heir, NoLock);
    Columns own{.count = key.count, .numbers = {}};
    for (int i = 0; i < key.count; i++)
        own.numbers[i] = get_attnum(heir, get_attname(RelationGetRelid(root), key.numbers[i], false));
    check_unique(table, own);
    table_close(table, NoLock);
}

void check_descendant(Oid table)
{
    const Relation relation = relation_open(table, NoLock);
    const char kind = relation->rd_rel->relkind;
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
        errors::wrong_table_kind(table, "Partitions and heirs of an attached table are no foreign tables.");
    if (const char* const reason = why_not_lasting(relation))
        errors::wrong_table_kind(table, reason);
    relation_close(relation, NoLock);
}

/// What is covered already is left alone: whether its triggers are whole is the protection's question.
bool is_covered(Oid table, std::string_view function)
{
    const Relation relation = table_open(table, NoLock);
    const TriggerDesc* const triggers = relation->trigdesc;
    bool found = false;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers && !found; i++) {
        const Oid called = triggers->triggers[i].tgfoid;
        found = get_func_namespace(called) == catalog().schema && get_func_name(called) == function;
    }
    table_close(relation, NoLock);
    return found;
}

void cover_lines(Relation lines, const Columns& key, bool with_price)
{
    const List* const members = members_of(RelationGetRelid(lines), ShareRowExclusiveLock);
    for (int i = 0; i < list_length(members); i++) {
        const Oid table = list_nth_oid(members, i);
        check_descendant(table);
        check_key_of_heir(table, lines, key);
        if (!is_covered(table, "_line_changed"))
            create_line_triggers(table, with_price);
    }
}

void cover_headers(Oid headers)
{
    const List* const members = members_of(headers, ShareRowExclusiveLock);
    for (int i = 0; i < list_length(members); i++) {
        check_descendant(list_nth_oid(members, i));
        if (!is_covered(list_nth_oid(members, i), "_header_changed"))
            create_header_triggers(list_nth_oid(members, i));
    }
}

void require_ownership(Oid root)
{
    const List* const members = members_of(root, ShareRowExclusiveLock);
    for (int i = 0; i < list_length(members); i++)
        if (!pg::owns_table(list_nth_oid(members, i), GetUserId()))
            errors::not_owner(list_nth_oid(members, i));
}

constexpr const char* find_strangers = "SELECT * FROM credits._strangers()";

Columns key_of(const Source& source)
{
    Columns key{.count = source.line_key_count, .numbers = {}};
    for (int i = 0; i < key.count; i++)
        key.numbers[i] = source.line_key[i].column;
    return key;
}

} // namespace

void create_triggers_of_lines(Relation lines, const Columns& key, bool with_price)
{
    require_ownership(RelationGetRelid(lines));
    cover_lines(lines, key, with_price);
}

void create_triggers_of_headers(Relation headers)
{
    require_ownership(RelationGetRelid(headers));
    cover_headers(RelationGetRelid(headers));
}

void drop_triggers_of_lines(Oid lines)
{
    const List* const members = members_of(lines, ShareRowExclusiveLock);
    for (int i = 0; i < list_length(members); i++) // the root first: the price's trigger of a partition goes with it
        drop_line_triggers(list_nth_oid(members, i));
}

void drop_triggers_of_headers(Oid headers)
{
    const List* const members = members_of(headers, ShareRowExclusiveLock);
    for (int i = 0; i < list_length(members); i++)
        drop_header_triggers(list_nth_oid(members, i));
}

void follow_descendants(const SourceRow& row)
{
    const Relation lines = table_open(row.line_table, AccessShareLock);
    cover_lines(lines, key_of(get_source(row.line_table)), has_trigger(row.line_table, price_trigger));
    table_close(lines, NoLock);
    if (OidIsValid(row.header_table) && !is_view(row.header_table))
        cover_headers(row.header_table);
}

void release_strangers()
{
    pg::run({.role = catalog().owner, .sql = find_strangers, .parameters = {}, .reads_only = true}, [] {
        const SPITupleTable* const found = SPI_tuptable;
        const uint64 count = SPI_processed;
        for (uint64 i = 0; i < count; i++) {
            bool is_null = false;
            const Oid table = DatumGetObjectId(SPI_getbinval(found->vals[i], found->tupdesc, 1, &is_null));
            const bool has_lines = DatumGetBool(SPI_getbinval(found->vals[i], found->tupdesc, 2, &is_null));
            has_lines ? drop_line_triggers(table) : drop_header_triggers(table);
        }
    });
}

} // namespace credits
