// Follows lines through the notes of a transaction.
#include "commit/traces.hpp"

#include "lines/find_lines.hpp"
#include "pg/view_table.hpp"

namespace credits
{

namespace
{

/// A trace by the key that its line has now, or had first.
struct KeyedTrace {
    std::string_view key;
    Trace* trace;
};

/// A key that a note speaks of, and what the images say of it.
struct SpokenOf {
    std::string_view key;
    MinimalTuple stub;
    const Note* note; // the last
    bool is_there;    // a line with this key is among them
    bool is_known;    // or one that had it
};

void speak_of(Batch& batch, Traces& traces, const Note& note, MinimalTuple stub)
{
    if (stub == nullptr)
        return;
    const std::string_view key = key_of(batch, stub);
    auto* const spoken = static_cast<SpokenOf*>(hash_search(traces.spoken_of, &key, HASH_ENTER, nullptr));
    *spoken = {.key = key, .stub = stub, .note = &note, .is_there = false, .is_known = false};
}

SpokenOf* find_spoken_of(Batch& batch, const Traces& traces, MinimalTuple line)
{
    if (line == nullptr)
        return nullptr;
    const std::string_view key = key_of(batch, line);
    return static_cast<SpokenOf*>(hash_search(traces.spoken_of, &key, HASH_FIND, nullptr));
}

Trace* add_trace(Traces& traces, MinimalTuple first)
{
    auto* const trace = static_cast<Trace*>(palloc0(sizeof(Trace)));
    trace->first = trace->seen = first;
    return pg::append(traces.list, trace);
}

Trace* take(Traces& traces, std::string_view key)
{
    const auto* found = static_cast<const KeyedTrace*>(hash_search(traces.by_key, &key, HASH_REMOVE, nullptr));
    return found == nullptr ? nullptr : found->trace;
}

/// Puts a line where the statement left it. A trigger within the statement may have noted what it did there before the
/// statement was noted: then it is one line, and was where the statement found it.
void put(Batch& batch, Traces& traces, Trace* trace, MinimalTuple now)
{
    trace->last = now;
    if (now == nullptr)
        return;
    trace->seen = now;
    const std::string_view key = key_of(batch, now);
    bool is_found = false;
    auto* const slot = static_cast<KeyedTrace*>(hash_search(traces.by_key, &key, HASH_ENTER, &is_found));
    if (is_found && slot->trace->first != nullptr && key_of(batch, slot->trace->first) == key) {
        slot->trace->first = trace->first;
        trace->first = trace->last = nullptr;
        return;
    }
    if (is_found)
        slot->trace->last = nullptr;
    slot->key = key;
    slot->trace = trace;
}

HTAB* list_by_first_key(Batch& batch, const Traces& traces)
{
    HTAB* const by_key = pg::make_view_table("credits first keys", traces.list.count, sizeof(KeyedTrace));
    for (int i = 0; i < traces.list.count; i++) {
        Trace* const trace = traces.list.items[i];
        if (trace->first == nullptr)
            continue;
        const std::string_view key = key_of(batch, trace->first);
        static_cast<KeyedTrace*>(hash_search(by_key, &key, HASH_ENTER, nullptr))->trace = trace;
    }
    return by_key;
}

/// A line that is not where its statement left it was moved on by a trigger that noted it first: the two traces are one line.
void join_traces(Batch& batch, Traces& traces, const bool* is_there)
{
    HTAB* by_first_key = nullptr;
    for (int i = 0; i < traces.list.count; i++) {
        Trace* const trace = traces.list.items[i];
        if (trace->last == nullptr || is_there[i])
            continue;
        if (by_first_key == nullptr)
            by_first_key = list_by_first_key(batch, traces);
        const std::string_view key = key_of(batch, trace->last);
        const auto* const found = static_cast<const KeyedTrace*>(hash_search(by_first_key, &key, HASH_FIND, nullptr));
        trace->last = nullptr;
        if (found == nullptr || found->trace == trace || found->trace->last == nullptr)
            continue;
        found->trace->first = trace->first;
        trace->first = nullptr;
    }
}

/// Is the line with this key among them?
bool is_traced(const Traces& traces, std::string_view key)
{
    return hash_search(traces.by_key, &key, HASH_FIND, nullptr) != nullptr;
}

/// A trigger within a DELETE may have brought the line back before the DELETE was noted.
MinimalTuple find_last(Batch& batch, pg::Table& table, const Traces& traces, Trace& trace)
{
    if (trace.last != nullptr)
        return find_line(batch, table, trace.last);
    if (trace.seen == nullptr || is_traced(traces, key_of(batch, trace.seen)))
        return nullptr;
    const MinimalTuple line = find_line(batch, table, trace.seen);
    if (line != nullptr && trace.first == nullptr)
        trace.first = trace.seen;
    return line;
}

void add(Batch& batch, const Note* note, MinimalTuple first, MinimalTuple now)
{
    add_image(batch, first, now);
    batch.images[batch.image_count - 1].note = note;
}

void mark_spoken_of(Batch& batch, const Traces& traces)
{
    for (const LineImage& image : images_of(batch)) {
        SpokenOf* const before = find_spoken_of(batch, traces, image.old_line);
        SpokenOf* const now = find_spoken_of(batch, traces, image.new_line);
        if (before != nullptr)
            before->is_known = true;
        if (now != nullptr)
            now->is_there = true;
    }
}

/// The notes of a statement, and of those within it, may pass for those of another line: what has its key then is nowhere at the
/// end of a trace. Who claims which record is found out later (assign_records).
void add_untraced_lines(Batch& batch, pg::Table& table, const Traces& traces)
{
    mark_spoken_of(batch, traces);
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, traces.spoken_of);
    while (const auto* const spoken = static_cast<const SpokenOf*>(hash_seq_search(&scan))) {
        if (spoken->is_there)
            continue;
        const MinimalTuple line = find_line(batch, table, spoken->stub);
        if (line != nullptr)
            add(batch, spoken->note, nullptr, line);
        else if (!spoken->is_known)
            add(batch, spoken->note, spoken->stub, nullptr);
    }
}

} // namespace

Traces make_traces(long expected_count)
{
    return {.list = {},
            .by_key = pg::make_view_table("credits pending lines", expected_count, sizeof(KeyedTrace)),
            .spoken_of =
                are_notes_in_order() ? nullptr : pg::make_view_table("credits keys in notes", expected_count, sizeof(SpokenOf))};
}

void follow(Batch& batch, Traces& traces, const Note& note)
{
    const size_t count = note.old_lines.size();
    auto* const moved = static_cast<Trace**>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Trace*) * (count + 1)));
    for (size_t i = 0; i < count; i++) {
        MinimalTuple const old_line = note.old_lines[i];
        moved[i] = old_line == nullptr ? nullptr : take(traces, key_of(batch, old_line));
        if (moved[i] == nullptr)
            moved[i] = add_trace(traces, old_line);
        moved[i]->note = &note;
    }
    for (size_t i = 0; i < count; i++)
        put(batch, traces, moved[i], note.new_lines[i]);
    for (size_t i = 0; i < count && traces.spoken_of != nullptr; i++) {
        speak_of(batch, traces, note, note.old_lines[i]);
        speak_of(batch, traces, note, note.new_lines[i]);
    }
}

void add_traced_lines(Batch& batch, Traces& traces)
{
    auto* const lines =
        static_cast<MinimalTuple*>(palloc_extended(sizeof(MinimalTuple) * (traces.list.count + 1), MCXT_ALLOC_HUGE));
    auto* const is_there = static_cast<bool*>(palloc_extended(traces.list.count + 1, MCXT_ALLOC_HUGE));
    pg::Table table = pg::open_table(batch.source->line_table, AccessShareLock);
    for (int i = 0; i < traces.list.count; i++) {
        lines[i] = find_last(batch, table, traces, *traces.list.items[i]);
        is_there[i] = lines[i] != nullptr;
    }
    join_traces(batch, traces, is_there);
    for (int i = 0; i < traces.list.count; i++) {
        const Trace& trace = *traces.list.items[i];
        if (trace.first == nullptr && lines[i] == nullptr)
            continue;
        add(batch, trace.note, trace.first, lines[i]);
    }
    if (traces.spoken_of != nullptr)
        add_untraced_lines(batch, table, traces);
    pg::close_table(table);
}

} // namespace credits
