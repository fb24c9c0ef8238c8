// The deferred trigger of credits.pending. The first event of a transaction takes all its notes and settles them as one save
// (rule 13), from the final state of the lines; the others find nothing. What comes after, by a user's own deferred trigger or
// after SET CONSTRAINTS … IMMEDIATE, is noted and settled anew. Settled and taken within a savepoint that is rolled back, the
// notes and their events are there again.
#include "commit/check_at_commit.hpp"

#include <algorithm>

#include "commit/traces.hpp"
#include "lines/find_lines.hpp"
#include "lines/settled_since.hpp"
#include "pg/memory.hpp"
#include "pg/trigger_call.hpp"
#include "save/chains.hpp"
#include "save/settle.hpp"
#include "sources/known_sources.hpp"

namespace credits
{

namespace
{

/// The last transaction that was settled: by an earlier check, or within a statement that is noted after it.
constinit TransactionId settled_transaction = InvalidTransactionId;

/// What was noted of one source.
struct NotedSource {
    Part* part;
    Traces traces;
};
using NotedSources = pg::Array<NotedSource>;

NotedSource& noted_of(NotedSources& noted, Save& save, Source& source)
{
    Part& part = part_of(save, source);
    const auto all = pg::span_of(noted);
    const auto found = std::ranges::find(all, &part, &NotedSource::part);
    return found != all.end() ? *found : pg::append(noted, {.part = &part, .traces = make_traces(64)});
}

/// A source that was dropped since has nothing to settle.
NotedSources read_notes(Save& save, Notes notes)
{
    NotedSources noted{};
    for (const Note* const note : notes) {
        if (!is_attached(note->line_table))
            continue;
        NotedSource& source = noted_of(noted, save, get_source(note->line_table));
        follow(source.part->batch, source.traces, *note);
        for (MinimalTuple const stub : note->old_headers)
            add_changed_header(source.part->headers, heap_tuple_from_minimal_tuple(stub), note);
    }
    return noted;
}

/// New lines alone have no entries, unless the table has some of an earlier time.
bool may_be_recorded(const Part& part)
{
    if (settled_transaction == GetTopTransactionIdIfAny() || has_settled_noted_lines() || !are_notes_in_order())
        return true;
    return may_reuse_keys(*part.batch.source, part.lines) || part.headers.list.count > 0 ||
           std::ranges::any_of(images_of(part.batch),
                               [](const LineImage& image) { return image.old_line != nullptr || image.note->awaits_header; });
}

void settle_notes(Notes notes, int64 checked_up_to)
{
    Save save{.is_of_transaction = true, .checked_up_to = checked_up_to};
    NotedSources noted = read_notes(save, notes);
    if (noted.count == 0)
        return;
    for (NotedSource& source : pg::span_of(noted)) {
        Batch& batch = source.part->batch;
        add_traced_lines(batch, source.traces);
        batch.repeats_lines = !are_notes_in_order();
        batch.reads_ledger = may_be_recorded(*source.part);
    }
    settle(save);
    remember_settled(last_settled_lines);
    settled_transaction = GetTopTransactionId();
    end_save(save);
}

void settle_noted(int64 checked_up_to)
{
    pg::with_memory("credits save", [&] {
        CommandCounterIncrement(); // so that the latest snapshot sees the statement's own rows
        const Notes notes = take_noted();
        if (!notes.empty())
            settle_notes(notes, checked_up_to);
        forget_notes(notes);
    });
}

} // namespace

void settle_pending() { settle_noted(0); }

extern "C" {
PG_FUNCTION_INFO_V1(credits_check_at_commit);
}

/// AFTER INSERT … FOR EACH ROW on credits.pending, a deferred constraint trigger.
Datum credits_check_at_commit(PG_FUNCTION_ARGS)
{
    const Note* const note = note_of(trigger_of(fcinfo, TriggerKind::after_row, "_check_at_commit"));
    if (note != nullptr)
        settle_noted(note->awaits_header ? note->statement_no : 0);
    return PointerGetDatum(nullptr);
}

} // namespace credits
