// Creates and drops our triggers.
#include "attach/triggers.hpp"

#include "mapping/callers_table.hpp"
#include "pg/sql_text.hpp"

namespace credits
{

namespace
{

void create_trigger(const char* name, const char* event, Oid table, const char* clauses, const char* function)
{
    if (has_trigger(table, name))
        return;
    execute_as_owner(psprintf("CREATE TRIGGER %s %s ON %s %s EXECUTE FUNCTION credits.%s()", name, event, pg::table_name(table),
                              clauses, function));
}

void drop_trigger(const char* name, Oid table)
{
    if (has_trigger(table, name))
        execute_as_owner(psprintf("DROP TRIGGER %s ON %s", name, pg::table_name(table)));
}

} // namespace

bool has_trigger(Oid table, const char* name) { return OidIsValid(get_trigger_oid(table, name, true)); }

void create_line_triggers(Oid table, bool with_price)
{
    if (with_price)
        create_trigger(price_trigger, "BEFORE INSERT OR UPDATE", table, "FOR EACH ROW", "_price_line");
    create_trigger("zz_credits_insert", "AFTER INSERT", table, "REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT",
                   "_line_changed");
    create_trigger("zz_credits_update", "AFTER UPDATE", table,
                   "REFERENCING OLD TABLE AS old_lines NEW TABLE AS new_lines FOR EACH STATEMENT", "_line_changed");
    create_trigger("zz_credits_delete", "AFTER DELETE", table, "REFERENCING OLD TABLE AS old_lines FOR EACH STATEMENT",
                   "_line_changed");
    create_trigger("zz_credits_truncate", "BEFORE TRUNCATE", table, "FOR EACH STATEMENT", "_line_truncated");
}

void create_header_triggers(Oid table)
{
    create_trigger(header_delete_trigger, "AFTER DELETE", table, "REFERENCING OLD TABLE AS old_headers FOR EACH STATEMENT",
                   "_header_changed");
    create_trigger(header_trigger, "AFTER UPDATE", table,
                   "REFERENCING OLD TABLE AS old_headers NEW TABLE AS new_headers FOR EACH STATEMENT", "_header_changed");
}

void drop_line_triggers(Oid table)
{
    drop_trigger(price_trigger, table);
    for (const char* const name : line_triggers)
        drop_trigger(name, table);
}

void drop_header_triggers(Oid table)
{
    drop_trigger(header_trigger, table);
    drop_trigger(header_delete_trigger, table);
}

} // namespace credits
