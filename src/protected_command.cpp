// What a command says that it will do to an attached table, asked before it is done.
#include <algorithm>

#include "errors.hpp"
#include "pg/sql_text.hpp"
#include "pg/version.hpp"
#include "protection.hpp"
#include "source.hpp"
#include "source_row.hpp"

namespace credits
{

namespace
{

/// Calls fn(row) for each source that the table is a part of, if the role may alter it at all.
template <class Fn>
void for_each_source_of(Oid table, Fn fn)
{
    if (!OidIsValid(table) || !pg::owns_table(table, GetUserId()))
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
    const char* const act = psprintf("%s column %s of table %s", verb, quote_identifier(name), pg::table_name(table));
    refuse_unless(act, [&] {
        if (column > 0 && reads_column(get_source(row.line_table), table, column))
            errors::attached(act, attachment(row, table));
    });
}

/// Do the first of these columns make up the whole key, as `part` of each of its columns?
bool are_columns_of_key(const Source& source, const AttrNumber* columns, int count, AttrNumber KeyColumn::*part)
{
    return count == source.header_key_count &&
           std::all_of(source.header_key, source.header_key + count,
                       [&](const KeyColumn& key) { return std::find(columns, columns + count, key.*part) != columns + count; });
}

bool is_foreign_key_to_header(const Source& source, Oid constraint)
{
    AttrNumber referring[INDEX_MAX_KEYS];
    AttrNumber referred[INDEX_MAX_KEYS];
    int count = 0;
    const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    const auto* form = reinterpret_cast<const FormData_pg_constraint*>(GETSTRUCT(tuple));
    const bool leads_there = form->contype == CONSTRAINT_FOREIGN && form->confrelid == source.header_table;
    if (leads_there)
        DeconstructFkConstraintRow(tuple, &count, referring, referred, nullptr, nullptr, nullptr, nullptr, nullptr);
    ReleaseSysCache(tuple);
    return leads_there && are_columns_of_key(source, referring, count, &KeyColumn::referring) &&
           are_columns_of_key(source, referred, count, &KeyColumn::column);
}

/// The foreign key keeps a line from being there before its header. Keys themselves are asked for after the command.
void check_constraint(const SourceRow& row, Oid table, const char* name)
{
    const Oid constraint = get_relation_constraint_oid(table, name, true);
    const char* const act = psprintf("drop constraint %s of table %s", quote_identifier(name), pg::table_name(table));
    refuse_unless(act, [&] {
        if (OidIsValid(constraint) && row.line_table == table && is_foreign_key_to_header(get_source(table), constraint))
            errors::attached(act, "It leads from the lines to their header, which are attached.");
    });
}

void check_alter(const AlterTableStmt* command)
{
    for (int i = 0; i < list_length(command->cmds); i++) {
        const auto* part = static_cast<const AlterTableCmd*>(list_nth(command->cmds, i));
        if (part->subtype != AT_DropColumn && part->subtype != AT_AlterColumnType && part->subtype != AT_DropConstraint)
            continue;
        const Oid table = RangeVarGetRelid(command->relation, NoLock, true);
        for_each_source_of(table, [&](const SourceRow& row) {
            if (part->subtype == AT_DropConstraint)
                check_constraint(row, table, part->name);
            else
                check_column(row, table, part->name, part->subtype == AT_DropColumn ? "drop" : "alter type of");
        });
    }
}

/// A concurrent drop has committed half of its work when it can be refused, and leaves an index that is no longer valid.
void check_concurrent_drop(Oid index)
{
    const Oid table = OidIsValid(index) ? IndexGetRelation(index, true) : InvalidOid;
    const char* const act = psprintf("drop index %s", OidIsValid(table) ? pg::table_name(index) : "");
    for_each_source_of(table, [&](const SourceRow& row) {
        refuse_unless(act, [&] {
            const Source& source = get_source(row.line_table);
            if (source.line_index == index || source.header_index == index)
                errors::attached(act, psprintf("It is the key of table %s, which is attached.", pg::table_name(table)));
        });
    });
}

void check_drop(const DropStmt* command)
{
    for (int i = 0; i < list_length(command->objects); i++) {
        List* const name = static_cast<List*>(list_nth(command->objects, i));
        if (command->removeType == OBJECT_INDEX && command->concurrent)
            check_concurrent_drop(RangeVarGetRelid(makeRangeVarFromNameList(name), NoLock, true));
        if (command->removeType != OBJECT_TABLE)
            continue;
        const Oid table = RangeVarGetRelid(makeRangeVarFromNameList(name), NoLock, true);
        for_each_source_of(table, [&](const SourceRow& row) {
            errors::attached(psprintf("drop table %s", pg::table_name(table)), attachment(row, table));
        });
    }
}

} // namespace

void check_command(const Node* command)
{
    if (IsA(command, AlterTableStmt))
        check_alter(reinterpret_cast<const AlterTableStmt*>(command));
    if (IsA(command, DropStmt))
        check_drop(reinterpret_cast<const DropStmt*>(command));
}

} // namespace credits
