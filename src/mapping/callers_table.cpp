// Opens tables for their owner, and asks whether they last.
#include "mapping/callers_table.hpp"

#include "errors/attaching.hpp"
#include "pg/identity.hpp"
#include "pg/query.hpp"
#include "pg/table.hpp"
#include "pg/version.hpp"
#include "schema/catalog.hpp"

namespace credits
{

namespace
{

void require_right(const char* act, Oid oid)
{
    if (pg::exists(oid) && !pg::owns_table(oid, GetUserId()))
        errors::not_owner(oid);
    if (!has_privs_of_role(GetUserId(), get_role_oid("credits_management", true)))
        errors::no_right_to_settings(act, oid);
}

} // namespace

Relation open_callers_table(const char* act, Oid oid)
{
    pg::refuse_if_reading();
    require_right(act, oid); // before the lock: nobody waits for a table, or holds it up, that is not his
    const Relation table = try_relation_open(oid, ShareRowExclusiveLock);
    if (table == nullptr)
        errors::no_such_table();
    require_right(act, oid); // it may be somebody else's by now
    return table;
}

const char* why_not_lasting(Relation table)
{
    switch (table->rd_rel->relpersistence) {
    case RELPERSISTENCE_TEMP:
        return "A temporary relation is gone with its session, and the ledger is not: it must be a permanent one.";
    case RELPERSISTENCE_UNLOGGED:
        return "An unlogged table is empty after a crash, and the ledger is not: it must be a permanent one.";
    default:
        return nullptr;
    }
}

bool belongs_to_system(Relation table)
{
    return RelationGetRelid(table) < FirstNormalObjectId || RelationGetNamespace(table) == catalog().schema;
}

void execute_as_owner(const char* sql) { pg::run({.role = catalog().owner, .sql = sql, .parameters = {}, .reads_only = false}); }

} // namespace credits
