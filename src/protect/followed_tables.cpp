// Has what is kept of attached and bound tables follow them, by the SQL functions that do it.
#include "protect/followed_tables.hpp"

#include "bind/binding.hpp"
#include "pg/query.hpp"
#include "pg/table.hpp"
#include "schema/catalog.hpp"
#include "sources/stored_source.hpp"

extern "C" {
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "parser/parse_type.h"
}

namespace credits
{

namespace
{

void follow(const char* sql, Oid table, const RenameStmt& rename, const char* former)
{
    NameData names[2]{};
    namestrcpy(&names[0], former);
    namestrcpy(&names[1], rename.newname);
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(table), false},
                                     {NAMEOID, NameGetDatum(&names[0]), false},
                                     {NAMEOID, NameGetDatum(&names[1]), false}};
    pg::run({.role = extension_owner(), .sql = sql, .parameters = parameters, .reads_only = false});
}

/// Asked of every command, so it needs nothing else of the extension.
bool has_binding(Oid table)
{
    bool found = false;
    for_each_binding([&](Oid erp_table, Oid) { found |= erp_table == table; });
    return found;
}

bool is_read(Oid table)
{
    bool found = has_binding(table);
    for_each_source_row([&](const SourceRow& row) { found |= row.line_table == table || row.header_table == table; });
    return found;
}

/// Partitions and heirs have the new name, too.
void follow_column(const RenameStmt& rename)
{
    const Oid table = RangeVarGetRelid(rename.relation, NoLock, true);
    const List* const members = OidIsValid(table) ? find_all_inheritors(table, NoLock, nullptr) : NIL;
    for (int i = 0; i < list_length(members); i++)
        if (is_read(list_nth_oid(members, i)))
            follow("SELECT credits._follow_column($1, $2, $3)", list_nth_oid(members, i), rename, rename.subname);
}

/// Expressions of a binding may name its table.
void follow_bound_table(const RenameStmt& rename)
{
    const Oid table = RangeVarGetRelid(makeRangeVar(rename.relation->schemaname, rename.newname, -1), NoLock, true);
    if (has_binding(table))
        follow("SELECT credits._follow_bound_table($1, $2, $3)", table, rename, rename.relation->relname);
}

/// A schema or name that something is about to get.
struct NewName {
    Oid catalog; // pg_proc, pg_type, pg_namespace, pg_extension
    Oid object;  // InvalidOid: nothing that a mapping can call
    const char* schema;
    const char* name;
};

Oid find_called(ObjectType kind, Node* object)
{
    if (kind == OBJECT_FUNCTION || kind == OBJECT_ROUTINE)
        return LookupFuncWithArgs(kind, reinterpret_cast<ObjectWithArgs*>(object), true);
    return LookupTypeNameOid(nullptr, makeTypeNameFromNameList(reinterpret_cast<List*>(object)), true);
}

bool is_called(ObjectType kind)
{
    return kind == OBJECT_FUNCTION || kind == OBJECT_ROUTINE || kind == OBJECT_TYPE || kind == OBJECT_DOMAIN;
}

Oid catalog_of(ObjectType kind) { return kind == OBJECT_TYPE || kind == OBJECT_DOMAIN ? TypeRelationId : ProcedureRelationId; }

NewName new_name(const Node* command)
{
    if (IsA(command, RenameStmt)) {
        const auto& rename = *reinterpret_cast<const RenameStmt*>(command);
        if (rename.renameType == OBJECT_SCHEMA)
            return {NamespaceRelationId, get_namespace_oid(rename.subname, true), rename.newname, nullptr};
        if (is_called(rename.renameType))
            return {catalog_of(rename.renameType), find_called(rename.renameType, rename.object), nullptr, rename.newname};
    }
    if (IsA(command, AlterObjectSchemaStmt)) {
        const auto& move = *reinterpret_cast<const AlterObjectSchemaStmt*>(command);
        if (move.objectType == OBJECT_EXTENSION)
            return {ExtensionRelationId, get_extension_oid(strVal(move.object), true), move.newschema, nullptr};
        if (is_called(move.objectType))
            return {catalog_of(move.objectType), find_called(move.objectType, move.object), move.newschema, nullptr};
    }
    return {};
}

/// Is the table of a source gone, attached or not? Asked of every drop, so it needs nothing else of the extension.
bool is_a_table_lost()
{
    const Oid sources = get_relname_relid("_source", get_rel_namespace(source_table()));
    const AttrNumber line_table = OidIsValid(sources) ? get_attnum(sources, "line_table") : InvalidAttrNumber;
    if (line_table == InvalidAttrNumber)
        return false;
    return pg::read_latest(sources, [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        bool is_lost = false;
        pg::for_each_row(table, snapshot, [&] {
            bool is_null = false;
            const Oid its_table = DatumGetObjectId(pg::get(table, line_table, &is_null));
            is_lost |= !is_null && !pg::exists(its_table);
        });
        return is_lost;
    });
}

} // namespace

void follow_names(const Node* command)
{
    const auto& rename = *reinterpret_cast<const RenameStmt*>(command);
    const bool is_rename = IsA(command, RenameStmt);
    const bool renames_table = is_rename && rename.renameType == OBJECT_TABLE;
    if (renames_table || IsA(command, AlterObjectSchemaStmt) || (is_rename && rename.renameType == OBJECT_SCHEMA))
        pg::run({.role = extension_owner(), .sql = "SELECT credits._follow_renames()", .reads_only = false});
    if (renames_table)
        follow_bound_table(rename);
    else if (is_rename && rename.renameType == OBJECT_COLUMN)
        follow_column(rename);
}

void follow_called_names(const Node* command)
{
    const NewName present = new_name(command);
    if (!OidIsValid(present.object))
        return;
    NameData names[2]{};
    const auto name = [&names](int i, const char* text) -> pg::Parameter {
        namestrcpy(&names[i], text == nullptr ? "" : text);
        return {NAMEOID, NameGetDatum(&names[i]), text == nullptr};
    };
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(present.catalog), false},
                                     {OIDOID, ObjectIdGetDatum(present.object), false},
                                     name(0, present.schema),
                                     name(1, present.name)};
    pg::run({.role = extension_owner(),
             .sql = "SELECT credits._follow_called($1, $2, $3, $4)",
             .parameters = parameters,
             .reads_only = false});
}

void forget_lost_tables()
{
    if (is_a_table_lost())
        pg::run({.role = extension_owner(), .sql = "SELECT credits._forget_lost_tables()", .reads_only = false});
}

} // namespace credits
