// Keeps the notes of the transaction under way.
// Two lists: what is kept, by number, and what was taken, in the order of taking. Savepoints nest, so what one of them has
// written or taken is the end of a list, and its own end need not look at more.
#include "lines/notes.hpp"

#include <algorithm>

#include "errors/settling.hpp"

namespace credits
{

namespace
{

struct KeptNote {
    dlist_node link;
    SubTransactionId written_in; // the innermost savepoint that can still undo it
    SubTransactionId taken_in;
    Note note;
};

/// Numbers the notes of this backend.
constinit int64 last_statement_no = 0;

constinit bool listens = false;
constinit MemoryContext memory = nullptr; // the transaction's; null before its first note
constinit dlist_head kept{};
constinit dlist_head taken{};

KeptNote& at(dlist_node* link) { return *reinterpret_cast<KeptNote*>(link); } // its first member

void remove(KeptNote& note)
{
    dlist_delete(&note.link);
    pfree(&note);
}

/// Calls fn for the notes at the end of the list that fn belongs to: as long as `in` says the savepoint.
template <class Fn>
void for_each_of(dlist_head& list, SubTransactionId KeptNote::*in, SubTransactionId savepoint, Fn fn)
{
    while (!dlist_is_empty(&list) && at(dlist_tail_node(&list)).*in == savepoint)
        fn(at(dlist_tail_node(&list)));
}

void undo(SubTransactionId savepoint)
{
    for_each_of(kept, &KeptNote::written_in, savepoint, remove);
    for_each_of(taken, &KeptNote::taken_in, savepoint, [&](KeptNote& note) {
        if (note.written_in == savepoint)
            return remove(note);
        dlist_delete(&note.link);
        dlist_push_head(&kept, &note.link); // before all others: it was taken together with all that stood behind it
    });
}

/// What the savepoint did becomes what the one around it did; what was taken is forgotten once nothing is around.
void hand_over(SubTransactionId savepoint, SubTransactionId outer)
{
    dlist_node* node = nullptr;
    for (node = kept.head.prev; node != &kept.head && at(node).written_in == savepoint; node = node->prev)
        at(node).written_in = outer;
    if (outer == TopSubTransactionId)
        return for_each_of(taken, &KeptNote::taken_in, savepoint, remove);
    for (node = taken.head.prev; node != &taken.head && at(node).taken_in == savepoint; node = node->prev) {
        at(node).taken_in = outer;
        if (at(node).written_in == savepoint)
            at(node).written_in = outer;
    }
}

void on_savepoint(SubXactEvent event, SubTransactionId savepoint, SubTransactionId outer, void*)
{
    if (memory == nullptr)
        return;
    if (event == SUBXACT_EVENT_ABORT_SUB)
        undo(savepoint);
    else if (event == SUBXACT_EVENT_COMMIT_SUB)
        hand_over(savepoint, outer);
}

/// The deferred triggers have fired: a note that is still there would be lost.
void on_transaction(XactEvent event, void*)
{
    if (memory == nullptr)
        return;
    if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) {
        if (!dlist_is_empty(&kept))
            errors::not_settled(at(dlist_head_node(&kept)).note.line_table);
        return;
    }
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE || event == XACT_EVENT_ABORT)
        memory = nullptr; // it goes with the transaction's
}

void begin_notes()
{
    if (!listens) {
        RegisterSubXactCallback(on_savepoint, nullptr);
        RegisterXactCallback(on_transaction, nullptr);
        listens = true;
    }
    memory = AllocSetContextCreate(TopTransactionContext, "credits notes", ALLOCSET_DEFAULT_SIZES);
    dlist_init(&kept);
    dlist_init(&taken);
}

Size size_of(std::span<const MinimalTuple> rows)
{
    Size size = sizeof(MinimalTuple) * rows.size();
    for (const MinimalTuple row : rows)
        size += row == nullptr ? 0 : MAXALIGN(row->t_len);
    return size;
}

/// Copies the rows to `place`, which moves behind them.
std::span<MinimalTuple> copy_rows(std::span<const MinimalTuple> rows, char*& place)
{
    auto* const copies = reinterpret_cast<MinimalTuple*>(place);
    place += sizeof(MinimalTuple) * rows.size();
    for (size_t i = 0; i < rows.size(); i++) {
        copies[i] = rows[i] == nullptr ? nullptr : reinterpret_cast<MinimalTuple>(place);
        if (rows[i] == nullptr)
            continue;
        memcpy(place, rows[i], rows[i]->t_len);
        place += MAXALIGN(rows[i]->t_len);
    }
    return {copies, rows.size()};
}

/// A note is one piece of memory: itself, its rows, and the name of the role at the end.
KeptNote& copy(const Note& note)
{
    static_assert(sizeof(KeptNote) % MAXIMUM_ALIGNOF == 0 && sizeof(MinimalTuple) % MAXIMUM_ALIGNOF == 0);
    const Size size = sizeof(KeptNote) + size_of(note.old_lines) + size_of(note.new_lines) + size_of(note.old_headers) +
                      note.recorded_by.size();
    auto* const copied = static_cast<KeptNote*>(MemoryContextAllocHuge(memory, size));
    *copied = {.written_in = GetCurrentSubTransactionId(), .note = note};
    char* place = reinterpret_cast<char*>(copied + 1);
    copied->note.old_lines = copy_rows(note.old_lines, place);
    copied->note.new_lines = copy_rows(note.new_lines, place);
    copied->note.old_headers = copy_rows(note.old_headers, place);
    copied->note.recorded_by = {place, note.recorded_by.size()};
    std::copy(note.recorded_by.begin(), note.recorded_by.end(), place);
    return *copied;
}

} // namespace

int64 keep_note(const Note& note)
{
    if (memory == nullptr)
        begin_notes();
    KeptNote& copied = copy(note);
    copied.note.statement_no = ++last_statement_no;
    dlist_push_tail(&kept, &copied.link);
    return copied.note.statement_no;
}

void remember_event(int64 statement_no, const ItemPointerData& row)
{
    dlist_node* node = kept.head.prev; // mostly the last one
    while (node != &kept.head && at(node).note.statement_no > statement_no)
        node = node->prev;
    if (node != &kept.head && at(node).note.statement_no == statement_no)
        at(node).note.event = row;
}

bool has_notes() { return memory != nullptr && !dlist_is_empty(&kept); }

const Note* find_note(int64 statement_no)
{
    if (memory == nullptr)
        return nullptr;
    for (dlist_node* node = kept.head.next; node != &kept.head; node = node->next)
        if (at(node).note.statement_no >= statement_no)
            return at(node).note.statement_no == statement_no ? &at(node).note : nullptr;
    return nullptr;
}

Notes take_notes()
{
    if (memory == nullptr)
        return {};
    size_t count = 0;
    for (const dlist_node* node = kept.head.next; node != &kept.head; node = node->next)
        count++;
    auto** const notes = static_cast<const Note**>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Note*) * (count + 1)));
    for (size_t i = 0; i < count; i++) {
        KeptNote& note = at(dlist_pop_head_node(&kept));
        note.taken_in = GetCurrentSubTransactionId();
        dlist_push_tail(&taken, &note.link);
        notes[i] = &note.note;
    }
    return {notes, count};
}

void forget_notes(Notes notes)
{
    if (GetCurrentSubTransactionId() != TopSubTransactionId)
        return;
    for (const Note* const note : notes)
        remove(*reinterpret_cast<KeptNote*>(reinterpret_cast<char*>(const_cast<Note*>(note)) - offsetof(KeptNote, note)));
}

} // namespace credits
