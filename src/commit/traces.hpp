// What the notes of a transaction come to, line by line: where each line was when they began, and where it is now.
#pragma once

#include "lines/pending.hpp"
#include "pg/array.hpp"

namespace credits
{

/// One line on its way through the notes.
struct Trace {
    MinimalTuple first; // its stub before them; null: a new line
    MinimalTuple last;  // and after; null: deleted
    MinimalTuple seen;  // where it was last
    const Note* note;   // the last that speaks of it
};

struct Traces {
    pg::Array<Trace*> list;
    HTAB* by_key;    // those that are somewhere now
    HTAB* spoken_of; // every key in the notes; null while these are in order
};

Traces make_traces(long expected_count);

/// Follows the lines of one note. All lines of a statement move together: they may exchange their keys.
void follow(Batch& batch, Traces& traces, const Note& note);

/// Adds the lines to the batch: as they are now in their table, with the stub of what they were; and, where the notes are not in
/// order, what else is there by a key that they speak of.
void add_traced_lines(Batch& batch, Traces& traces);

} // namespace credits
