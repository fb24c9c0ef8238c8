// Finds what is recorded for the lines of a batch.
#include "save/recorded_lines.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "ledger/recorded.hpp"
#include "lines/read_lines.hpp"
#include "pg/snapshot.hpp"
#include "pg/view_table.hpp"
#include "schema/catalog.hpp"

namespace credits
{

namespace
{

/// A line that is archived must not be booked once more. One whose entries had come to nothing by then stands nowhere.
void find_recorded_of(const Batch& batch, DocumentLine& line, pg::Table& entries, const pg::DatedSnapshot& snapshot)
{
    line.recorded = read_recorded(entries, batch.source->number, line.recorded_key, snapshot);
    if (line.is_gone && line.recorded != nullptr)
        line.date = line.recorded->document.date;
    if (line.archive_no == 0 || line.recorded != nullptr || !(line.counts || line.is_past || line.recorded_key != line.key))
        return;
    line.archived = read_recorded(entries, line.archive_no, line.recorded_key, snapshot);
    if (line.archived != nullptr && core::is_nothing(line.archived->effect))
        line.archived = nullptr;
    if (line.archived != nullptr && line.counts)
        errors::line_archived(line.line_table, line.recorded_key, batch.source->archived_before);
}

bool is_renumbered(const DocumentLine& line)
{
    return !line.is_gone && line.recorded_key != line.key && (line.recorded != nullptr || line.archived != nullptr);
}

/// The keys whose archived lines get other ones.
HTAB* left_archived_keys(const Batch& batch)
{
    HTAB* const left = pg::make_view_table("credits left keys", batch.line_count, sizeof(std::string_view));
    for (const DocumentLine& line : lines_of(batch))
        if (line.archived != nullptr && is_renumbered(line))
            hash_search(left, &line.recorded_key, HASH_ENTER, nullptr);
    return left;
}

/// What is on record of a line follows its new key, but not to one under which something is archived: the two would be one line.
void keep_archived_keys(const Batch& batch, pg::Table& entries, const pg::DatedSnapshot& snapshot)
{
    if (batch.source->archive_no == 0 || std::ranges::none_of(lines_of(batch), is_renumbered))
        return;
    HTAB* const left = left_archived_keys(batch);
    for (const DocumentLine& line : lines_of(batch)) {
        if (!is_renumbered(line) || hash_search(left, &line.key, HASH_FIND, nullptr) != nullptr)
            continue;
        const Recorded* const archived = read_recorded(entries, line.archive_no, line.key, snapshot);
        if (archived != nullptr && !core::is_nothing(archived->effect))
            errors::line_archived(line.line_table, line.key, batch.source->archived_before);
    }
}

void read_recorded_of(Batch& batch, DocumentLine& line, pg::Table& entries, const pg::DatedSnapshot& snapshot)
{
    find_recorded_of(batch, line, entries, snapshot);
    read_rest_of_recorded(batch, line);
}

} // namespace

void read_all_recorded(Batch& batch)
{
    if (!batch.reads_ledger && std::ranges::none_of(lines_of(batch), &DocumentLine::is_past))
        return;
    pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        for (DocumentLine& line : lines_of(batch))
            read_recorded_of(batch, line, entries, snapshot);
        keep_archived_keys(batch, entries, snapshot);
    });
}

bool do_records_stand(Batch* batch)
{
    if (!batch->reads_ledger)
        return true;
    return pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        return std::ranges::all_of(lines_of(*batch), [&](const DocumentLine& line) {
            return is_same(line.recorded, read_recorded(entries, batch->source->number, line.recorded_key, snapshot));
        });
    });
}

} // namespace credits
