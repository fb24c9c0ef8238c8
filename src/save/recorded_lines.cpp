// Finds what is recorded for the lines of a batch.
#include "save/recorded_lines.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "ledger/recorded.hpp"
#include "lines/read_lines.hpp"
#include "pg/snapshot.hpp"
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
