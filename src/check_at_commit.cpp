// The deferred trigger of credits.pending. The first event of a transaction takes all its notes and settles them as one save
// (rule 13), from the final state of the lines; the others find nothing. What comes after, by a user's own deferred trigger or
// after SET CONSTRAINTS … IMMEDIATE, is noted and settled anew. Settled and taken within a savepoint that is rolled back, the
// notes and their events are there again.
#include "check_at_commit.hpp"

#include <algorithm>

#include "catalog.hpp"
#include "changed_headers.hpp"
#include "changes.hpp"
#include "customers.hpp"
#include "errors.hpp"
#include "ledger.hpp"
#include "line_lookup.hpp"
#include "pending_lines.hpp"
#include "pg/snapshot.hpp"
#include "pg/version.hpp"
#include "resaved_lines.hpp"

namespace credits
{

namespace
{

/// The last transaction that was settled: by an earlier check, or within a statement that is noted after it.
constinit TransactionId settled_transaction = InvalidTransactionId;

/// What was noted of one source.
struct PendingSource {
    Relation lines;
    Batch batch;
    Traces traces;
    int traced_count; // images that come from traces; those of changed headers follow
    ChangedHeaders headers;
};

using PendingSources = std::span<PendingSource>;

bool has_header(const LineImage& image) { return image.new_header == nullptr || image.new_header->tuple != nullptr; }

bool is_settled_now(const LineImage& image, int64 checked_up_to)
{
    const bool is_checked = image.note != nullptr && image.note->statement_no <= checked_up_to;
    return image.new_line == nullptr || has_header(image) || image.new_header->is_missing || is_checked;
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
PendingSources read_notes(std::span<Note> notes)
{
    auto* const sources = static_cast<PendingSource*>(palloc0(sizeof(PendingSource) * std::min<size_t>(notes.size(), 1024)));
    size_t count = 0;
    for (const Note& note : notes) {
        PendingSource* const end = sources + count;
        PendingSource* pending =
            std::find_if(sources, end, [&](const PendingSource& s) { return s.batch.source->line_table == note.line_table; });
        if (pending == end) {
            if (!is_attached(note.line_table))
                continue;
            *pending = open_source(get_source(note.line_table));
            count++;
        }
        follow(pending->batch, pending->traces, note);
        add_headers(*pending, note);
    }
    return {sources, count};
}

/// New lines alone have no entries, unless the table has some of an earlier time.
bool may_be_recorded(const PendingSource& pending)
{
    if (settled_transaction == GetTopTransactionIdIfAny())
        return true;
    const std::span images(pending.batch.images, static_cast<size_t>(pending.batch.image_count));
    return pending.batch.source->has_history || pending.headers.count > 0 ||
           std::ranges::any_of(images,
                               [](const LineImage& image) { return image.old_line != nullptr || image.note->awaits_header; });
}

/// A header that is not there may come until the foreign key is checked; later its lines are gone, too.
void note_if_it_may_come(const Source& source, const ChangedHeader& header, int64 checked_up_to)
{
    if (!source.header_may_follow || header.note->statement_no <= checked_up_to)
        return;
    MinimalTuple stub[]{pg::to_minimal_tuple(header.before.tuple)};
    note_again(
        {.line_table = source.line_table, .awaits_header = true, .recorded_by = header.note->recorded_by, .old_headers = stub});
}

/// Tells the headers of one table apart.
std::string_view key_text(const Source& source, const Header& header)
{
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < source.header_key_count; i++) {
        Oid output = InvalidOid;
        bool is_varlena = false;
        getTypeOutputInfo(get_atttype(source.header_table, source.header_key[i].column), &output, &is_varlena);
        const char* const part = OidOutputFunctionCall(output, header.key[i]);
        appendStringInfo(&text, "%zu:%s", strlen(part), part);
    }
    return {text.data, static_cast<size_t>(text.len)};
}

/// Locks the changed headers. The transaction has changed them, so it need not wait for any.
void lock_headers_of(PendingSource& pending, int64 checked_up_to)
{
    if (pending.headers.count == 0)
        return;
    Source& source = *pending.batch.source;
    pg::Table table = pg::open_table(source.header_table, RowShareLock);
    if (pending.batch.header_slot == nullptr)
        pending.batch.header_slot = MakeSingleTupleTableSlot(RelationGetDescr(table.relation), &TTSOpsHeapTuple);
    for (int i = 0; i < pending.headers.count; i++) {
        ChangedHeader& header = *pending.headers.headers[i];
        ExecStoreHeapTuple(header.before.tuple, pending.batch.header_slot, false);
        lock_changed_header(source, table, header.now, pending.batch.header_slot);
        header.key = key_text(source, header.now);
        if (header.now.tuple == nullptr)
            note_if_it_may_come(source, header, checked_up_to);
    }
    pg::close_table(table);
}

/// The customers of the lines as far as they are known before those of changed headers are read.
std::span<std::string_view> customers_of_traced(PendingSource& pending, Snapshot snapshot)
{
    Batch& batch = pending.batch;
    read_lines(batch);
    auto* const names = static_cast<std::string_view*>(
        MemoryContextAllocHuge(batch.memory, sizeof(std::string_view) * (2 * static_cast<Size>(batch.line_count) + 1)));
    size_t count = 0;
    pg::Table entries = pg::open_table(catalog().entry, AccessShareLock);
    for (const DocumentLine& line : lines_of(batch)) {
        const Recorded* const recorded = read_recorded(entries, batch.source->line_table, line.recorded_key, snapshot);
        if (recorded != nullptr)
            names[count++] = recorded->customer;
        if (!is_null(line.customer))
            names[count++] = line.customer;
    }
    pg::close_table(entries);
    batch.line_count = 0;
    return {names, count};
}

struct Names {
    std::string_view* list;
    size_t count;
};

void append(Names& names, std::span<const std::string_view> more)
{
    const Size size = sizeof(std::string_view) * (names.count + more.size() + 1);
    names.list = static_cast<std::string_view*>(names.list == nullptr ? MemoryContextAllocHuge(CurrentMemoryContext, size)
                                                                      : repalloc_huge(names.list, size));
    std::copy(more.begin(), more.end(), names.list + names.count);
    names.count += more.size();
}

/// Locks the customers of all lines and changed headers, in one order, before the lines of the headers are read.
void lock_customers_of(PendingSources sources)
{
    Names names{};
    pg::with_latest_snapshot([&](Snapshot snapshot) {
        for (PendingSource& pending : sources) {
            append(names, customers_of(pending.batch, pending.headers));
            append(names, customers_of_traced(pending, snapshot));
        }
    });
    std::sort(names.list, names.list + names.count);
    const std::string_view* const end = std::unique(names.list, names.list + names.count);
    lock_accounts_in_order({names.list, static_cast<size_t>(end - names.list)});
}

/// Keeps the headers that are there, each once, as it was first.
void keep_first_of_each(ChangedHeaders& changed)
{
    ChangedHeader** const begin = changed.headers;
    ChangedHeader** end =
        std::remove_if(begin, begin + changed.count, [](const ChangedHeader* header) { return header->now.tuple == nullptr; });
    std::sort(begin, end, [](const ChangedHeader* a, const ChangedHeader* b) {
        return a->key != b->key ? a->key < b->key : a->note->statement_no < b->note->statement_no;
    });
    end = std::unique(begin, end, [](const ChangedHeader* a, const ChangedHeader* b) { return a->key == b->key; });
    changed.count = static_cast<int>(end - begin);
}

/// Adds the lines of changed headers that were not noted themselves.
void add_lines_of_headers(PendingSource& pending)
{
    Batch& batch = pending.batch;
    keep_first_of_each(pending.headers);
    add_lines_of(batch, pending.headers);
    LineImage* const begin = batch.images + pending.traced_count;
    LineImage* const end = std::remove_if(begin, batch.images + batch.image_count, [&](const LineImage& image) {
        return is_traced(pending.traces, key_of(batch, image.new_line));
    });
    batch.image_count = batch.known_header_count = static_cast<int>(end - batch.images);
}

void add_headers_and_their_lines(PendingSources sources, Batches batches, int64 checked_up_to)
{
    if (std::ranges::none_of(sources, [](const PendingSource& pending) { return pending.headers.count > 0; }))
        return;
    for (PendingSource& pending : sources)
        lock_headers_of(pending, checked_up_to);
    lock_customers_of(sources);
    for (PendingSource& pending : sources)
        if (pending.headers.count > 0)
            add_lines_of_headers(pending);
    lock_headers(batches); // of what these lines were made from
}

void settle_sources(PendingSources sources, int64 checked_up_to)
{
    const int depth = trigger_depth();
    auto** const list = static_cast<Batch**>(palloc(sizeof(Batch*) * sources.size()));
    const Batches batches(list, sources.size());
    for (size_t i = 0; i < sources.size(); i++) {
        list[i] = &sources[i].batch;
        add_traced_lines(sources[i].batch, sources[i].traces, has_settled_deeper(depth));
        sources[i].batch.reads_ledger = may_be_recorded(sources[i]);
    }
    lock_headers(batches);
    for (PendingSource& pending : sources) {
        set_headerless_aside(pending.batch, checked_up_to);
        pending.traced_count = pending.batch.image_count;
    }
    add_headers_and_their_lines(sources, batches, checked_up_to);
    const Batches save = add_chains(batches);
    read_lines(save);
    for (PendingSource& pending : sources)
        join_resaved_lines(pending.batch, pending.traced_count);
    settle(save);
    for (PendingSource& pending : sources)
        warn_of_zero_prices(pending.batch);
    end_batches(save);
    note_settled(depth);
}

void settle_notes(std::span<Note> notes, int64 checked_up_to)
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

void settle_notes_from(int64 first_statement_no, int64 checked_up_to)
{
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits batch", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    CommandCounterIncrement(); // so that the latest snapshot sees the statement's own rows
    const std::span<Note> notes = take_notes(first_statement_no);
    if (!notes.empty())
        settle_notes(notes, checked_up_to);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(memory);
}

} // namespace

void set_headerless_aside(Batch& batch, int64 checked_up_to)
{
    if (!OidIsValid(batch.source->header_table) || batch.source->header_is_view)
        return;
    LineImage* const end = batch.images + batch.image_count;
    LineImage* const aside =
        std::partition(batch.images, end, [&](const LineImage& image) { return is_settled_now(image, checked_up_to); });
    batch.image_count = batch.known_header_count = static_cast<int>(aside - batch.images);
    note_images(batch, {aside, end}, Awaits::header);
}

void settle_pending() { settle_notes_from(0, 0); }

extern "C" {
PG_FUNCTION_INFO_V1(credits_check_at_commit);
}

/// AFTER INSERT … FOR EACH ROW on credits.pending, a deferred constraint trigger.
Datum credits_check_at_commit(PG_FUNCTION_ARGS)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        errors::not_called_as_trigger("_check_at_commit");
    const NotedEvent event = read_event(*reinterpret_cast<const TriggerData*>(fcinfo->context));
    if (event.is_there)
        settle_notes_from(event.statement_no, event.awaits_header ? event.statement_no : 0);
    return PointerGetDatum(nullptr);
}

} // namespace credits
