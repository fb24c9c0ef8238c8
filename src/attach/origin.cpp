// Checks the mapping of an origin.
#include "attach/origin.hpp"

#include "errors/attaching.hpp"
#include "lines/made_from.hpp"
#include "pg/version.hpp"
#include "sources/descendants.hpp"
#include "sources/key_text.hpp"
#include "sources/known_sources.hpp"
#include "sources/source.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

namespace
{

void require_own_source(Oid origin_table)
{
    if (!find_source_row(origin_table).has_value())
        errors::origin_not_attached(origin_table);
    if (!pg::owns_table(origin_table, GetUserId()))
        errors::not_owner(origin_table);
}

} // namespace

/// Whoever has written origins until now has left alone what has no credits, and has looked for nothing that is made from them.
void hold_origin_table(Oid line_table, Oid origin_table)
{
    if (!OidIsValid(origin_table) || origin_table == line_table)
        return;
    require_own_source(origin_table); // before the lock: nobody waits for a table, or holds it up, that is not his
    LockRelationOid(origin_table, ShareRowExclusiveLock);
    require_own_source(origin_table); // it may be detached by now
    list_free(members_of(origin_table, ShareRowExclusiveLock));
}

void check_origin(Oid line_table)
{
    Source& source = get_source(line_table);
    if (!OidIsValid(source.origin_table))
        return;
    if (reader(source, Fact::origin).needs_header)
        errors::not_supported("an origin that depends on the header", "Name a column of the line.");
    const Source& origins = get_source(source.origin_table);
    if (!is_key_readable({origins.line_key, static_cast<size_t>(origins.line_key_count)}))
        errors::not_supported(psprintf("an origin in table \"%s\", whose key is of a type that cannot be read from text",
                                       get_rel_name(source.origin_table)),
                              "Attach it with another line_key.");
    const char* const index = missing_origin_index(source);
    if (index != nullptr)
        errors::advise_origin_index(line_table, index);
}

} // namespace credits
