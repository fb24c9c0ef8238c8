// The deferred trigger of credits.pending. The first event of a transaction takes all its notes and settles them as one save
// (rule 13), from the final state of the lines; the others find nothing. What comes after, by a user's own deferred trigger or
// after SET CONSTRAINTS … IMMEDIATE, is noted and settled anew. Settled and taken within a savepoint that is rolled back, the
// notes and their events are there again.
#include "commit/check_at_commit.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "schema/gate.hpp"
#include "commit/noted_source.hpp"
#include "lines/find_lines.hpp"
#include "save/record_claims.hpp"
#include "save/resaved_lines.hpp"
#include "lines/settled_since.hpp"
#include "pg/trigger_call.hpp"
#include "sources/known_sources.hpp"

namespace credits
{

namespace
{

/// The last transaction that was settled: by an earlier check, or within a statement that is noted after it.
constinit TransactionId settled_transaction = InvalidTransactionId;

bool has_header(const LineImage& image) { return image.new_header == nullptr || image.new_header->tuple != nullptr; }

/// A line without a header wants nothing, unless its header may still come.
bool is_settled_now(const Source& source, const LineImage& image)
{
    return image.new_line == nullptr || has_header(image) || image.new_header->is_missing || !source.header_may_follow;
}

PendingSource open_source(Source& source)
{
    PendingSource pending{};
    pending.lines = table_open(source.line_table, AccessShareLock);
    pending.batch = begin_batch(source, pending.lines);
    pending.traces = make_traces(64);
    return pending;
}

void add_headers(PendingSource& pending, const Note& note)
{
    for (MinimalTuple const stub : note.old_headers) {
        auto* const header = static_cast<ChangedHeader*>(palloc0(sizeof(ChangedHeader)));
        header->before.tuple = heap_tuple_from_minimal_tuple(stub);
        header->note = &note;
        add(pending.headers, header);
    }
}

/// A source that was dropped since has nothing to settle.
PendingSources read_notes(Notes notes)
{
    auto* const sources = static_cast<PendingSource*>(palloc0(sizeof(PendingSource) * std::min<size_t>(notes.size(), 1024)));
    size_t count = 0;
    for (const Note* const note : notes) {
        PendingSource* const end = sources + count;
        PendingSource* pending =
            std::find_if(sources, end, [&](const PendingSource& s) { return s.batch.source->line_table == note->line_table; });
        if (pending == end) {
            if (!is_attached(note->line_table))
                continue;
            *pending = open_source(get_source(note->line_table));
            count++;
        }
        follow(pending->batch, pending->traces, *note);
        add_headers(*pending, *note);
    }
    return {sources, count};
}

/// New lines alone have no entries, unless the table has some of an earlier time.
bool may_be_recorded(const PendingSource& pending)
{
    if (settled_transaction == GetTopTransactionIdIfAny() || has_settled_noted_lines() || !are_notes_in_order())
        return true;
    const std::span images(pending.batch.images, static_cast<size_t>(pending.batch.image_count));
    return may_reuse_keys(*pending.batch.source, pending.lines) || pending.headers.count > 0 ||
           std::ranges::any_of(images,
                               [](const LineImage& image) { return image.old_line != nullptr || image.note->awaits_header; });
}

void settle_sources(PendingSources sources, int64 checked_up_to)
{
    auto** const list = static_cast<Batch**>(palloc(sizeof(Batch*) * sources.size()));
    const Batches batches(list, sources.size());
    for (size_t i = 0; i < sources.size(); i++) {
        list[i] = &sources[i].batch;
        add_traced_lines(sources[i].batch, sources[i].traces);
        sources[i].batch.repeats_lines = !are_notes_in_order();
        sources[i].batch.reads_ledger = may_be_recorded(sources[i]);
    }
    lock_customers_of_changed_headers(sources, batches, checked_up_to);
    lock_headers(batches);
    for (PendingSource& pending : sources) {
        set_headerless_aside(pending.batch, checked_up_to);
        pending.traced_count = pending.batch.image_count;
    }
    add_lines_of_changed_headers(sources, batches);
    const Batches save = add_chains(batches);
    read_lines(save);
    for (PendingSource& pending : sources) {
        if (pending.batch.repeats_lines)
            drop_repeated_lines(pending.batch);
        join_resaved_lines(pending.batch, pending.traced_count);
    }
    settle(save);
    for (PendingSource& pending : sources)
        warn_of_zero_prices(pending.batch);
    end_batches(save);
    note_settled(last_settled_lines);
}

void settle_notes(Notes notes, int64 checked_up_to)
{
    pass_gate();
    const PendingSources sources = read_notes(notes);
    if (sources.empty())
        return;
    settle_sources(sources, checked_up_to);
    settled_transaction = GetTopTransactionId();
    for (const PendingSource& pending : sources)
        table_close(pending.lines, NoLock);
}

void settle_noted(int64 checked_up_to)
{
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits batch", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    CommandCounterIncrement(); // so that the latest snapshot sees the statement's own rows
    const Notes notes = take_noted();
    if (!notes.empty())
        settle_notes(notes, checked_up_to);
    forget_notes(notes);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(memory);
}

} // namespace

void refuse_without_header(Batch& batch, MinimalTuple line)
{
    show(batch, line, nullptr);
    errors::header_not_there(batch.source->line_table, batch.source->header_table, evaluate_text(batch, Fact::line_key));
}

void set_headerless_aside(Batch& batch, int64 checked_up_to)
{
    if (!OidIsValid(batch.source->header_table) || batch.source->header_is_view)
        return;
    LineImage* const end = batch.images + batch.image_count;
    LineImage* const aside =
        std::partition(batch.images, end, [&](const LineImage& image) { return is_settled_now(*batch.source, image); });
    for (const LineImage* image = aside; image != end; image++)
        if (image->note != nullptr && image->note->statement_no <= checked_up_to)
            refuse_without_header(batch, image->new_line);
    batch.image_count = batch.known_header_count = static_cast<int>(aside - batch.images);
    note_images(batch, {aside, end}, Awaits::header);
}

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
