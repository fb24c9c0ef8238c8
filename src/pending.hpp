// The notes of what is to be settled at the end of the transaction: one row of credits.pending per statement. They are kept for
// sources with check_at => 'commit', and for lines whose header is not there yet.
// A line or header is noted as a stub: a row that has nothing but the columns of its keys, and, of a header, those that credits
// depend on, as they were. What else a line says is read when it is settled.
#pragma once

#include <span>

#include "batch.hpp"

namespace credits
{

/// One row of credits.pending.
struct Note {
    int64 statement_no; // grows within the transaction
    Oid line_table;
    bool awaits_header;
    std::string_view recorded_by;        // the role that saved
    std::span<MinimalTuple> old_lines;   // what the statement did to each line: as it was; null for a new one
    std::span<MinimalTuple> new_lines;   // as it is; null for a deleted one
    std::span<MinimalTuple> old_headers; // headers whose lines are to be settled
};

/// Until when is it noted: the end of the transaction, or, at the earliest, the check of the foreign key to the header?
enum class Awaits { commit, header };

/// Are changes of this source's lines noted, not settled at once? Once a line waits for its header, so does all that follows in
/// the transaction: it must not be settled before that line.
bool settles_at_commit(const Source& source);

/// Notes images of the batch; those that come from a note stay with the role that it names.
void note_images(const Batch& batch, std::span<const LineImage> images, Awaits awaits);

/// Notes headers by their stubs.
void note_headers(Oid line_table, std::span<MinimalTuple> old_headers, Awaits awaits);

/// Notes lines or headers again, since a header is not there yet.
void note_again(const Note& note);

/// A row that has these columns (offset as pull_varattnos does) of the one in the slot, and nothing else.
MinimalTuple make_stub(TupleTableSlot* row, const Bitmapset* columns);

/// The event of a note: its row in credits.pending, which may have been taken by an earlier one.
struct NotedEvent {
    int64 statement_no;
    bool awaits_header;
    bool is_there;
};
NotedEvent read_event(const TriggerData& trigger);

/// Takes the transaction's notes from this number on out of the table, in their order.
std::span<Note> take_notes(int64 first_statement_no);

} // namespace credits
