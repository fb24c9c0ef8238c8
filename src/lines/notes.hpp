// What the transaction under way has noted, in the backend's own memory: there nobody can write, so nothing of it need be
// checked. It follows the transaction: what a savepoint noted goes with it, and what was taken within it comes back, as do the
// rows of credits.pending and their events. The end of the transaction frees it, and is refused as long as a note was not taken.
#pragma once

#include <span>
#include <string_view>

#include "pg/postgres.hpp"

namespace credits
{

/// What one statement did to the lines of one source, or to headers.
struct Note {
    int64 statement_no; // grows within the backend
    Oid line_table;
    bool awaits_header;
    int price_round{};                   // how many settings of prices to 0 led to it, each the consequence of the one before
    std::string_view recorded_by;        // the role that saved
    std::span<MinimalTuple> old_lines;   // what the statement did to each line: as it was; null for a new one
    std::span<MinimalTuple> new_lines;   // as it is; null for a deleted one
    std::span<MinimalTuple> old_headers; // headers whose lines are to be settled
    ItemPointerData event{};             // where its row of credits.pending was put; invalid before
};

using Notes = std::span<const Note* const>;

/// Keeps a copy of the note, which gets the next number, and returns that.
int64 keep_note(const Note& note);

/// Remembers where the row of its event was put, unless the note was taken meanwhile.
void remember_event(int64 statement_no, const ItemPointerData& row);

/// Has the transaction noted something that was not taken yet?
bool has_notes();

/// The note with this number, if it was not taken; null otherwise.
const Note* find_note(int64 statement_no);

/// Takes all notes, in their order. They live until forget_notes().
Notes take_notes();

/// Ends the lives of notes that were taken and settled: at once, or with the savepoint that could bring them back.
void forget_notes(Notes notes);

} // namespace credits
