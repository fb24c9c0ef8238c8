// What a command says that it will do to an attached or bound table, asked before it is done.
#include "protect/command.hpp"

#include "bind/binding.hpp"
#include "bind/bound_table.hpp"
#include "pg/sql_text.hpp"
#include "pg/version.hpp"
#include "protect/counting_lines.hpp"
#include "protect/header_reference.hpp"
#include "protect/protection.hpp"
#include "sources/known_sources.hpp"
#include "sources/source.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

namespace
{

bool may_alter(Oid table) { return OidIsValid(table) && pg::owns_table(table, GetUserId()); }

bool is_bound(Oid table)
{
    bool found = false;
    for_each_binding([&](Oid erp_table, Oid) { found |= erp_table == table; });
    return found && may_alter(table);
}

/// Calls fn(row) for each source that the table is a part of, if the role may alter it at all.
template <class Fn>
void for_each_source_of(Oid table, Fn fn)
{
    if (!may_alter(table))
        return;
    for_each_source_row([&](const SourceRow& row) {
        if (row.line_table == table || row.header_table == table)
            fn(row);
    });
}

const char* attachment(const SourceRow& row, Oid table)
{
    if (row.line_table == table)
        return "The table is attached.";
    return psprintf("It is the header table of %s, which is attached.", pg::table_name(row.line_table));
}

bool reads_column(const Source& source, Oid table, AttrNumber column)
{
    const int member = column - FirstLowInvalidHeapAttributeNumber;
    if (source.line_table == table)
        return bms_is_member(member, source.line_columns) || bms_is_member(member, source.zero_columns);
    return bms_is_member(member, source.header_columns);
}

void check_column(const SourceRow& row, Oid table, const char* name, const char* verb)
{
    const AttrNumber column = get_attnum(table, name);
    const Command command{.name = psprintf("%s column %s of table %s", verb, quote_identifier(name), pg::table_name(table))};
    refuse_unless(command, [&] {
        if (column > 0 && reads_column(get_source(row.line_table), table, column))
            refuse(command, attachment(row, table));
    });
}

void check_bound_column(Oid table, const char* name, const char* verb)
{
    const int column = get_attnum(table, name) - FirstLowInvalidHeapAttributeNumber;
    const Command command{.name = psprintf("%s column %s of table %s", verb, quote_identifier(name), pg::table_name(table)),
                          .way_out = "unbind"};
    refuse_unless(command, [&] {
        if (bms_is_member(column, get_binding(table).columns))
            refuse(command, "The table is bound.");
    });
}

/// The foreign key keeps a line from being there before its header. Keys themselves are asked for after the command.
void check_constraint(const SourceRow& row, Oid table, const char* name, const char* verb)
{
    const Oid constraint = get_relation_constraint_oid(table, name, true);
    const Command command{.name = psprintf("%s constraint %s of table %s", verb, quote_identifier(name), pg::table_name(table))};
    refuse_unless(command, [&] {
        const HeapTuple tuple = row.line_table == table ? SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint)) : nullptr;
        if (!HeapTupleIsValid(tuple))
            return;
        if (is_foreign_key_to_header(get_source(table), tuple))
            refuse(command, header_reference);
        ReleaseSysCache(tuple);
    });
}

void check_constraint(Oid table, const char* name, const char* verb)
{
    for_each_source_of(table, [&](const SourceRow& row) { check_constraint(row, table, name, verb); });
}

void check_column(Oid table, const char* name, const char* verb)
{
    for_each_source_of(table, [&](const SourceRow& row) { check_column(row, table, name, verb); });
    if (is_bound(table))
        check_bound_column(table, name, verb);
}

bool is_virtual(Oid table, const char* column)
{
    const HeapTuple tuple = SearchSysCacheAttName(table, column);
    if (!HeapTupleIsValid(tuple))
        return false;
    const bool found = pg::is_virtual(*reinterpret_cast<const FormData_pg_attribute*>(GETSTRUCT(tuple)));
    ReleaseSysCache(tuple);
    return found;
}

bool is_below(Oid table, Oid root)
{
    return OidIsValid(root) && pg::exists(root) && list_member_oid(find_all_inheritors(root, NoLock, nullptr), table);
}

/// Lines, headers and settings would say something else, and no trigger fires. A partition or heir may have an expression of its
/// own; but a virtual column is read as the table at the top computes it.
void check_expression(Oid table, const char* name)
{
    constexpr const char* verb = "set the expression of";
    check_column(table, name, verb);
    if (!may_alter(table) || !has_superclass(table) || is_virtual(table, name))
        return;
    for_each_source_row([&](const SourceRow& row) {
        for (const Oid root : {row.line_table, row.header_table})
            if (is_below(table, root))
                check_column(row, root, name, verb);
    });
}

void check_step(const AlterTableCmd& step, Oid table)
{
    if (step.subtype == AT_DropColumn)
        check_column(table, step.name, "drop");
    else if (step.subtype == AT_AlterColumnType)
        check_column(table, step.name, "alter type of");
    else if (step.subtype == AT_DropConstraint)
        check_constraint(table, step.name, "drop");
    else if (const char* const constraint = pg::constraint_not_enforced(step))
        check_constraint(table, constraint, "no longer enforce");
    else if (pg::sets_expression(step))
        check_expression(table, step.name);
}

/// A partition or heir that parts from the attached table takes its lines along. Locked as the command will lock it, parent
/// first.
void check_parting(Oid table, LOCKMODE lock, const char* verb)
{
    const bool is_descendant = may_alter(table) && (get_rel_relispartition(table) || has_superclass(table));
    if (!is_descendant || !OidIsValid(attached_root(table)))
        return;
    if (get_rel_relispartition(table))
        LockRelationOid(get_partition_parent(table, true), lock);
    LockRelationOid(table, lock);
    if (pg::exists(table))
        require_no_counting_line(table, verb);
}

void check_detach(const PartitionCmd* detached)
{
    const Oid partition = RangeVarGetRelid(detached->name, NoLock, true);
    check_parting(partition, detached->concurrent ? ShareRowExclusiveLock : AccessExclusiveLock, "detach");
}

/// Of a table that others refer to PostgreSQL says no for a reason of its own.
void check_unlogging(Oid table)
{
    const char* const name = OidIsValid(table) ? psprintf("make table %s unlogged", pg::table_name(table)) : "";
    for_each_source_of(table, [&](const SourceRow& row) { refuse({.name = name}, attachment(row, table)); });
    if (is_bound(table))
        refuse({.name = name, .way_out = "unbind"}, "The table is bound.");
}

void check_alter(const AlterTableStmt* command)
{
    for (int i = 0; i < list_length(command->cmds); i++) {
        const auto* step = static_cast<const AlterTableCmd*>(list_nth(command->cmds, i));
        if (step->subtype == AT_DetachPartition)
            check_detach(reinterpret_cast<const PartitionCmd*>(step->def));
        if (step->subtype == AT_DropInherit)
            check_parting(RangeVarGetRelid(command->relation, NoLock, true), AccessExclusiveLock, "detach");
        if (step->subtype == AT_SetUnLogged)
            check_unlogging(RangeVarGetRelid(command->relation, NoLock, true));
        check_step(*step, RangeVarGetRelid(command->relation, NoLock, true));
    }
}

bool is_key_index(Oid index, AttrNumber key)
{
    const HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
    const auto* form = reinterpret_cast<const FormData_pg_index*>(GETSTRUCT(tuple));
    const bool is_key = form->indisunique && form->indnkeyatts == 1 && form->indkey.values[0] == key;
    ReleaseSysCache(tuple);
    return is_key;
}

/// A concurrent drop has committed half of its work when it can be refused, and leaves an index that is no longer valid. So the
/// table is locked first, as the command will: somebody may just attach it.
void check_concurrent_drop(Oid index)
{
    const Oid table = OidIsValid(index) ? IndexGetRelation(index, true) : InvalidOid;
    if (!may_alter(table))
        return;
    LockRelationOid(table, ShareUpdateExclusiveLock);
    if (!pg::exists(index))
        return;
    const char* const name = psprintf("drop index %s", pg::table_name(index));
    for_each_source_of(table, [&](const SourceRow& row) {
        const Command command{.name = name};
        refuse_unless(command, [&] {
            const Source& source = get_source(row.line_table);
            if (source.line_index == index || source.header_index == index)
                refuse(command, psprintf("It is the key of table %s, which is attached.", pg::table_name(table)));
        });
    });
    const Command command{.name = name, .way_out = "unbind"};
    if (is_bound(table) && is_key_index(index, key_column(get_binding(table))))
        refuse(command, psprintf("It is the key of table %s, which is bound.", pg::table_name(table)));
}

void check_drop_of_table(Oid table)
{
    const char* const name = OidIsValid(table) ? psprintf("drop table %s", pg::table_name(table)) : "";
    for_each_source_of(table, [&](const SourceRow& row) { refuse({.name = name}, attachment(row, table)); });
    if (is_bound(table))
        refuse({.name = name, .way_out = "unbind"}, "The table is bound.");
    check_parting(table, AccessExclusiveLock, "drop");
}

void check_drop(const DropStmt* command)
{
    const bool drops_index = command->removeType == OBJECT_INDEX && command->concurrent;
    if (!drops_index && command->removeType != OBJECT_TABLE)
        return;
    for (int i = 0; i < list_length(command->objects); i++) {
        RangeVar* const name = makeRangeVarFromNameList(static_cast<List*>(list_nth(command->objects, i)));
        const Oid relation = RangeVarGetRelid(name, NoLock, true);
        if (drops_index)
            check_concurrent_drop(relation);
        else
            check_drop_of_table(relation);
    }
}

/// Tables that event triggers find by their names, and without which they would ask for nothing more.
bool is_found_by_name(const RangeVar* relation)
{
    const Oid table = RangeVarGetRelid(relation, NoLock, true);
    const Oid own = get_rel_namespace(source_table());
    if (!OidIsValid(table) || get_rel_namespace(table) != own)
        return false;
    return table == source_table() || table == binding_table() || table == get_relname_relid("_source", own);
}

void check_own_names(const Node* command)
{
    const auto& rename = *reinterpret_cast<const RenameStmt*>(command);
    const auto& move = *reinterpret_cast<const AlterObjectSchemaStmt*>(command);
    const bool is_rename = IsA(command, RenameStmt);
    if (is_rename && rename.renameType == OBJECT_SCHEMA) {
        if (get_namespace_oid(rename.subname, true) == get_rel_namespace(source_table()))
            errors::name_needed(psprintf("rename schema %s", quote_identifier(rename.subname)));
        return;
    }
    const bool is_table = is_rename ? rename.renameType == OBJECT_TABLE : move.objectType == OBJECT_TABLE;
    const RangeVar* const relation = is_rename ? rename.relation : move.relation;
    if (is_table && is_found_by_name(relation))
        errors::name_needed(
            psprintf("%s table %s", is_rename ? "rename" : "move", pg::table_name(RangeVarGetRelid(relation, NoLock, true))));
}

} // namespace

void check_command(const Node* command)
{
    if (IsA(command, RenameStmt) || IsA(command, AlterObjectSchemaStmt))
        check_own_names(command);
    if (IsA(command, AlterTableStmt))
        check_alter(reinterpret_cast<const AlterTableStmt*>(command));
    if (IsA(command, DropStmt))
        check_drop(reinterpret_cast<const DropStmt*>(command));
}

} // namespace credits
