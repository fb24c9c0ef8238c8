// The notes of what is to be settled at the end of the transaction: for sources with check_at => 'commit', and for lines whose
// header is not there yet. A row of credits.pending per note carries the event that settles it, and nothing else.
// A line or header is noted as a stub: a row that has nothing but the columns of its keys, and, of a header, those that credits
// depend on, as they were. What else a line says is read when it is settled.
#pragma once

#include <span>

#include "lines/batch.hpp"
#include "lines/notes.hpp"

namespace credits
{

/// Until when is it noted: the end of the transaction, or, at the earliest, the check of the foreign key to the header?
enum class Awaits { commit, header };

/// Are changes of this source's lines noted, not settled at once? Once something is noted, so is all that follows in the
/// transaction, of whatever source: it is one save with it (rule 13), and must not be settled before it.
bool settles_at_commit(const Source& source);

/// Does each note of the transaction speak of lines as all notes before it have left them? Not when a statement was noted, or
/// settled, within one that is noted later.
bool are_notes_in_order();

/// Notes images of the batch; those that come from a note stay with the role that it names.
void note_images(const Batch& batch, std::span<const LineImage> images, Awaits awaits);

/// Notes headers by their stubs.
void note_headers(Oid line_table, std::span<MinimalTuple> old_headers, Awaits awaits);

/// The round of the prices that are being set to 0 now, of which what is noted meanwhile is the consequence; 0: none are.
int price_round();

/// Begins a round, or goes back to the one around it.
void set_price_round(int round);

/// Notes lines or headers again, since a header is not there yet.
void note_again(const Note& note);

/// A row that has these columns (offset as pull_varattnos does) of the one in the slot, and nothing else.
MinimalTuple make_stub(TupleTableSlot* row, const Bitmapset* columns);

/// The note that this event is to settle; null when an earlier one has.
const Note* note_of(const TriggerData& event);

/// Takes all notes, and their rows out of the table.
Notes take_noted();

} // namespace credits
