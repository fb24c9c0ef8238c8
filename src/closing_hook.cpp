// Runs the closing's hook, and knows its lines.
#include "closing_hook.hpp"

#include "catalog.hpp"
#include "errors.hpp"
#include "pg/key.hpp"
#include "pg/query.hpp"
#include "pg/row.hpp"
#include "pg/snapshot.hpp"
#include "pg/text.hpp"

namespace credits
{

namespace
{

enum HookLineColumn { hook_line_table = 1, hook_line_key = 2, hook_line_closing_id = 3 };

/// The closing whose hook runs; 0: none does. An error in a hook sets back what it was before.
constinit int32 running = 0;

void note_hook_line(pg::Table& table, Oid line_table, std::string_view key, Snapshot snapshot)
{
    if (pg::find(table, catalog().closing_hook_line_pkey, pg::make_key(line_table, key), snapshot))
        return;
    pg::Row row(table);
    row.set(hook_line_table, ObjectIdGetDatum(line_table));
    row.set_text(hook_line_key, key);
    row.set_int4(hook_line_closing_id, running);
    row.store();
    pg::insert(table);
}

void change_hook_line(const char* sql, std::span<const pg::Parameter> parameters)
{
    pg::run({.role = catalog().owner, .sql = sql, .parameters = parameters, .reads_only = false});
    CommandCounterIncrement();
}

void forget_hook_line(Oid line_table, std::string_view key)
{
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(line_table), false}, {TEXTOID, pg::to_text(key), false}};
    change_hook_line("DELETE FROM credits.closing_hook_line"
                     " WHERE line_table OPERATOR(pg_catalog.=) $1 AND line_key OPERATOR(pg_catalog.=) $2",
                     parameters);
}

void rename_hook_line(Oid line_table, std::string_view old_key, std::string_view new_key)
{
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(line_table), false},
                                     {TEXTOID, pg::to_text(old_key), false},
                                     {TEXTOID, pg::to_text(new_key), false}};
    change_hook_line("UPDATE credits.closing_hook_line SET line_key = $3"
                     " WHERE line_table OPERATOR(pg_catalog.=) $1 AND line_key OPERATOR(pg_catalog.=) $2",
                     parameters);
}

template <class Key>
bool is_there(const Key& key, Snapshot at)
{
    return pg::in_snapshot(at, [&](Snapshot snapshot) {
        pg::Table table = pg::open_table(catalog().closing_hook_line, AccessShareLock);
        pg::IndexCursor cursor = pg::begin_scan(table, catalog().closing_hook_line_pkey, key, snapshot);
        const bool found = pg::next(cursor);
        pg::end_scan(cursor);
        pg::close_table(table);
        return found;
    });
}

Oid owner_of_function(Oid function)
{
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    const Oid owner = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proowner;
    ReleaseSysCache(tuple);
    return owner;
}

} // namespace

int32 closing_of_running_hook() { return running; }

void note_hook_lines(Batch& batch)
{
    pg::with_latest_snapshot([&](Snapshot snapshot) {
        pg::Table table = pg::open_table(catalog().closing_hook_line, RowExclusiveLock);
        for (const LineImage& image : images_of(batch)) {
            show(batch, image.new_line, nullptr);
            note_hook_line(table, batch.source->line_table, evaluate_text(batch, Fact::line_key), snapshot);
        }
        pg::close_table(table);
    });
    CacheInvalidateRelcacheByRelid(catalog().closing_hook_line);
    CommandCounterIncrement();
}

void forget_hook_lines(Batch& batch)
{
    for (const LineImage& image : images_of(batch)) {
        show(batch, image.old_line, nullptr);
        const std::string_view key = evaluate_text(batch, Fact::line_key);
        if (is_hook_line(batch.source->line_table, key))
            forget_hook_line(batch.source->line_table, key);
    }
}

void follow_hook_lines(Batch& batch)
{
    for (const LineImage& image : images_of(batch)) {
        if (image.old_line == nullptr || image.new_line == nullptr)
            continue;
        show(batch, image.old_line, nullptr);
        const std::string_view old_key = evaluate_text(batch, Fact::line_key);
        show(batch, image.new_line, nullptr);
        const std::string_view new_key = evaluate_text(batch, Fact::line_key);
        if (old_key != new_key && is_hook_line(batch.source->line_table, old_key))
            rename_hook_line(batch.source->line_table, old_key, new_key);
    }
}

bool is_hook_line(Oid line_table, std::string_view key, Snapshot snapshot)
{
    return is_there(pg::make_key(line_table, key), snapshot);
}

bool has_hook_lines(Oid line_table) { return is_there(pg::make_key(line_table), nullptr); }

extern "C" {
PG_FUNCTION_INFO_V1(credits_run_closing_hook);
}

/// _run_closing_hook(closing_id, hook): strict; calls hook(closing_id) as the function's owner.
Datum credits_run_closing_hook(PG_FUNCTION_ARGS)
{
    const Oid hook = PG_GETARG_OID(1);
    const char* const name = quote_qualified_identifier(get_namespace_name(get_func_namespace(hook)), get_func_name(hook));
    const char* const sql = psprintf("SELECT %s($1)", name);
    const pg::Parameter parameters[]{{INT4OID, PG_GETARG_DATUM(0), false}};
    const int32 outer = running;
    running = PG_GETARG_INT32(0);
    PG_TRY();
    {
        pg::run({.role = owner_of_function(hook), .sql = sql, .parameters = parameters, .reads_only = false});
    }
    PG_FINALLY();
    {
        running = outer;
    }
    PG_END_TRY();
    PG_RETURN_VOID();
}

} // namespace credits
