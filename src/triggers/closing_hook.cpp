// Notes the lines of a closing's hook.
#include "triggers/closing_hook.hpp"

#include "pg/key.hpp"
#include "pg/query.hpp"
#include "pg/row.hpp"
#include "pg/snapshot.hpp"
#include "pg/table_writer.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"
#include "schema/gate.hpp"
#include "sources/hook_lines.hpp"

namespace credits
{

namespace
{

void remember_hook_line(pg::Table& table, int32 source_no, std::string_view key, const pg::DatedSnapshot& snapshot)
{
    if (pg::find(table, catalog().closing_hook_line_pkey, pg::make_key(source_no, key), snapshot))
        return;
    pg::Row row(table, closing_hook_line_column::count);
    row.set_int4(closing_hook_line_column::source_no, source_no);
    row.set_text(closing_hook_line_column::line_key, key);
    row.set_int4(closing_hook_line_column::closing_id, closing_of_running_hook());
    row.store();
    pg::insert(table);
}

void change_hook_line(const char* sql, std::span<const pg::Parameter> parameters)
{
    come_to_gate();
    pg::run({.role = catalog().owner, .sql = sql, .parameters = parameters, .reads_only = false});
    CommandCounterIncrement();
}

void forget_hook_line(int32 source_no, std::string_view key)
{
    const pg::Parameter parameters[]{{INT4OID, Int32GetDatum(source_no), false}, {TEXTOID, pg::to_text(key), false}};
    change_hook_line("SELECT credits._forget_hook_line($1, $2)", parameters);
}

void rename_hook_line(int32 source_no, std::string_view old_key, std::string_view new_key)
{
    const pg::Parameter parameters[]{{INT4OID, Int32GetDatum(source_no), false},
                                     {TEXTOID, pg::to_text(old_key), false},
                                     {TEXTOID, pg::to_text(new_key), false}};
    change_hook_line("SELECT credits._rename_hook_line($1, $2, $3)", parameters);
}

} // namespace

void remember_hook_lines(Batch& batch)
{
    const auto note = [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        for (const LineImage& image : images_of(batch)) {
            show(batch, image.new_line, nullptr);
            remember_hook_line(table, batch.source->number, evaluate_text(batch, Fact::line_key), snapshot);
        }
    };
    come_to_gate();
    pg::read_latest(catalog().closing_hook_line, note, RowExclusiveLock);
    CacheInvalidateRelcacheByRelid(catalog().closing_hook_line);
    CommandCounterIncrement();
}

void forget_hook_lines(Batch& batch)
{
    for (const LineImage& image : images_of(batch)) {
        show(batch, image.old_line, nullptr);
        const std::string_view key = evaluate_text(batch, Fact::line_key);
        if (is_hook_line(batch.source->number, key))
            forget_hook_line(batch.source->number, key);
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
        if (old_key != new_key && is_hook_line(batch.source->number, old_key))
            rename_hook_line(batch.source->number, old_key, new_key);
    }
}

} // namespace credits
