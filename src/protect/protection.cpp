// The event triggers: what was attached or bound must still be so after a command, else the command is refused (2BP01).
// They look at what the transaction has touched (protect/checked_tables.hpp); so others' DDL pays for no more than a look at
// credits.source and credits.binding, and what a superuser has broken before is nobody else's obstacle.
#include "protect/protection.hpp"

#include "protect/checked_tables.hpp"
#include "protect/command.hpp"
#include "protect/followed_tables.hpp"
#include "protect/header_reference.hpp"

#include <string_view>

#include "attach/descendant_triggers.hpp"
#include "attach/tables.hpp"
#include "attach/triggers.hpp"
#include "bind/binding.hpp"
#include "bind/bound_table.hpp"
#include "errors/protecting.hpp"
#include "pg/errors.hpp"
#include "pg/query.hpp"
#include "pg/relation_kind.hpp"
#include "pg/sql_text.hpp"
#include "schema/catalog.hpp"
#include "schema/version.hpp"
#include "sources/descendants.hpp"
#include "sources/known_sources.hpp"
#include "sources/restoring.hpp"
#include "sources/source.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

namespace
{

constexpr const char* name_dropped = "SELECT * FROM credits._dropped($1, $2, $3)";

/// The parts are a table, its header, its mapping; what there is of them.
const char* drop_command(Oid table, Oid header, Oid mapping)
{
    const pg::Parameter parameters[]{
        {OIDOID, ObjectIdGetDatum(table), false},
        {OIDOID, ObjectIdGetDatum(header), false},
        {OIDOID, ObjectIdGetDatum(mapping), false},
    };
    const MemoryContext memory = CurrentMemoryContext;
    const char* command = nullptr;
    pg::run({.role = catalog().owner, .sql = name_dropped, .parameters = parameters, .reads_only = true}, [&] {
        const char* const object = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
        command = MemoryContextStrdup(memory, psprintf("drop %s", object));
    });
    return command;
}

const char* change_command(Oid table)
{
    return pg::exists(table) ? psprintf("change table %s", pg::table_name(table)) : "drop a table";
}

void check_existence(const SourceRow& row, const Command& command)
{
    if (!pg::exists(row.line_table))
        refuse(command, "The table is attached.");
    const char* const lines = pg::table_name(row.line_table);
    if (OidIsValid(row.header_table) && !pg::exists(row.header_table))
        refuse(command, psprintf("It is the header table of %s, which is attached.", lines));
    if (!pg::exists(row.mapping))
        refuse(command, psprintf("It says how a line of %s reads, which is attached.", lines));
}

/// A trigger of this name that calls the extension.
void check_trigger(Relation table, std::string_view name, const Command& command)
{
    const TriggerDesc* const triggers = table->trigdesc;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; i++)
        if (triggers->triggers[i].tgname == name && get_func_namespace(triggers->triggers[i].tgfoid) == catalog().schema)
            return;
    refuse(command, psprintf("Without trigger \"%s\", changes of table %s would go unseen.", name.data(),
                             pg::table_name(RelationGetRelid(table))));
}

/// On the table and on all its descendants.
template <size_t count>
void check_triggers(Oid root, const std::array<const char*, count>& names, const Command& command)
{
    const List* const members = members_of(root, AccessShareLock);
    for (int i = 0; i < list_length(members); i++) {
        const Relation table = table_open(list_nth_oid(members, i), AccessShareLock);
        for (const char* const name : names)
            check_trigger(table, name, command);
        table_close(table, AccessShareLock);
    }
}

void check_triggers(const SourceRow& row, const Command& command)
{
    check_triggers(row.line_table, line_triggers, command);
    if (get_source(row.line_table).zero_columns != nullptr)
        check_triggers(row.line_table, std::array{price_trigger}, command);
    if (!OidIsValid(row.header_table) || is_view(row.header_table))
        return;
    check_triggers(row.header_table, std::array{header_trigger, header_delete_trigger}, command);
}

/// What attach asks of the tables and their keys.
void check_fit(const SourceRow& row)
{
    const Relation lines = table_open(row.line_table, AccessShareLock);
    check_line_table(lines);
    table_close(lines, AccessShareLock);
    if (OidIsValid(row.header_table)) {
        const Relation header = table_open(row.header_table, AccessShareLock);
        check_header_table(header);
        table_close(header, AccessShareLock);
    }
    check_source(row.line_table);
}

bool has_trigger_off(Oid table)
{
    const Relation relation = table_open(table, AccessShareLock);
    const TriggerDesc* const triggers = relation->trigdesc;
    bool found = false;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; i++) {
        const Trigger& trigger = triggers->triggers[i];
        const bool is_off = trigger.tgenabled == TRIGGER_DISABLED || trigger.tgenabled == TRIGGER_FIRES_ON_REPLICA;
        found |= is_off && get_func_namespace(trigger.tgfoid) == catalog().schema;
    }
    table_close(relation, AccessShareLock);
    return found;
}

/// What happens while a trigger is off is not booked: afterwards a new line may have the key of one that has entries.
void remember_history(const SourceRow& row)
{
    const List* const members = row.has_history ? NIL : members_of(row.line_table, AccessShareLock);
    bool is_off = false;
    for (int i = 0; i < list_length(members); i++)
        is_off |= has_trigger_off(list_nth_oid(members, i));
    if (!is_off)
        return;
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(row.line_table), false}};
    pg::run({.role = catalog().owner,
             .sql = "UPDATE credits.source AS s SET has_history = true WHERE s.line_table OPERATOR(pg_catalog.=) $1",
             .parameters = parameters,
             .reads_only = false});
}

/// Refuses to leave a source in parts, of which all exist.
void check_whole(const SourceRow& row, const Command& command)
{
    refuse_unless(command, [&] { check_fit(row); });
    check_triggers(row, command);
}

/// When the last command began. Of what it drops, others see no more than that it is gone.
constinit CommandId command_begun_at = FirstCommandId;

/// It may go by CASCADE, with a partition of the header, or with an index other than that of the header's key.
void check_header_reference(const SourceRow& row, const Command& command)
{
    if (OidIsValid(row.header_table) && !is_view(row.header_table) && is_header_reference_lost(row, command_begun_at))
        refuse(command, header_reference);
}

void protect_source(const SourceRow& row, bool drops)
{
    const Command command{.name = drops ? drop_command(row.line_table, row.header_table, row.mapping)
                                        : change_command(row.line_table)};
    check_existence(row, command);
    if (!drops)
        refuse_unless(command, [&] { follow_descendants(row); });
    check_whole(row, command);
    if (drops)
        check_header_reference(row, command);
    remember_history(row);
}

void protect_binding(Oid erp_table, Oid mapping, bool drops)
{
    const Command command{.name = drops ? drop_command(erp_table, InvalidOid, mapping) : change_command(erp_table),
                          .way_out = "unbind"};
    if (!pg::exists(erp_table))
        refuse(command, "The table is bound.");
    if (!pg::exists(mapping))
        refuse(command, psprintf("It says how a row of %s reads, which is bound.", pg::table_name(erp_table)));
    const Relation table = table_open(erp_table, AccessShareLock);
    refuse_unless(command, [&] {
        check_bound_table(table);
        check_bound_key(get_binding(erp_table), table);
    });
    for (const char* const name : bound_triggers)
        check_trigger(table, name, command);
    table_close(table, AccessShareLock);
}

/// In a dump, sources arrive before keys and triggers. The extension's update script knows what it does.
bool is_our_own_work() { return is_restoring() || is_own_script_running(); }

/// Tells, by the command alone, that it takes nothing from any table: what is made most often.
bool is_harmless(const Node* command)
{
    if (IsA(command, CreateStmt))
        return reinterpret_cast<const CreateStmt*>(command)->inhRelations == NIL;
    return IsA(command, CreateTrigStmt) && !reinterpret_cast<const CreateTrigStmt*>(command)->replace;
}

/// ALTER TABLE … NO INHERIT or DETACH PARTITION.
bool may_part_from_root(const Node* command)
{
    if (!IsA(command, AlterTableStmt))
        return false;
    const List* const steps = reinterpret_cast<const AlterTableStmt*>(command)->cmds;
    for (int i = 0; i < list_length(steps); i++) {
        const AlterTableType step = static_cast<const AlterTableCmd*>(list_nth(steps, i))->subtype;
        if (step == AT_DropInherit || step == AT_DetachPartition || step == AT_DetachPartitionFinalize)
            return true;
    }
    return false;
}

} // namespace

void explain_refusal(void* context)
{
    const auto* command = static_cast<const Command*>(context);
    const int code = geterrcode();
    if (ERRCODE_TO_CATEGORY(code) != ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION && code != ERRCODE_FEATURE_NOT_SUPPORTED)
        return;
    const MemoryContext errors_memory = MemoryContextSwitchTo(command->memory);
    const ErrorData* const error = CopyErrorData();
    const char* const reason =
        error->hint == nullptr ? psprintf("%s.", error->message) : psprintf("%s. %s", error->message, error->hint);
    MemoryContextSwitchTo(errors_memory);
    errors::become_needed(command->name, reason, command->way_out);
}

extern "C" {
PG_FUNCTION_INFO_V1(credits_protect);
}

/// ddl_command_start, sql_drop and ddl_command_end.
Datum credits_protect(PG_FUNCTION_ARGS)
{
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        errors::not_called_as_trigger("_protect");
    const auto* trigger = reinterpret_cast<const EventTriggerData*>(fcinfo->context);
    const std::string_view event = trigger->event;
    const bool drops = event == "sql_drop";
    if (!drops && event != "ddl_command_start" && event != "ddl_command_end")
        errors::not_our_trigger("_protect", trigger->event);
    if ((!drops && is_harmless(trigger->parsetree)) || !OidIsValid(source_table()) || is_our_own_work())
        return Datum(0);
    if (event == "ddl_command_start") {
        command_begun_at = GetCurrentCommandId(false);
        check_command(trigger->parsetree);
        follow_called_names(trigger->parsetree);
        return Datum(0);
    }
    for_each_source_row([&](const SourceRow& row) {
        check_touched(row.line_table, row.header_table, row.mapping, [&] { protect_source(row, drops); });
    });
    for_each_binding([&](Oid erp_table, Oid mapping) {
        check_touched(erp_table, InvalidOid, mapping, [&] { protect_binding(erp_table, mapping, drops); });
    });
    if (!drops && may_part_from_root(trigger->parsetree))
        release_strangers();
    if (drops)
        forget_lost_tables();
    else
        follow_names(trigger->parsetree);
    return Datum(0);
}

} // namespace credits
