// Reads lines from their table: by key, and those of a header.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// The line that has the image's key, as it is at the snapshot; null when it is gone.
MinimalTuple find_line(Batch& batch, pg::Table& table, MinimalTuple image);

/// The line with this key, as of now; null when it names none.
MinimalTuple find_line(Batch& batch, pg::Table& table, std::string_view key);

/// May new lines have keys under which something is on record? Not as long as the table's entries are all of lines that are
/// there, or were deleted and settled: a statement that goes on may have deleted or renumbered some whose entries stand. Archived
/// lines are asked for behind the gate (save/settle.cpp).
bool may_reuse_keys(const Source& source, Relation lines);

/// The key of a row image, as text.
std::string_view key_of(Batch& batch, MinimalTuple line);

/// Replaces the images by the lines as they are now: a statement within ours may have changed, deleted and settled them since the
/// images were made. A line may come twice, and two may claim one record (assign_records).
void read_lines_again(Batch& batch);

/// Has the statement changed a line more than once? A cascading foreign key brings its changes in the same batch.
bool has_repeated_lines(Batch& batch);

/// A row that SPI returned as a value, in the current memory context.
MinimalTuple to_row(Datum composite);

/// A row that a scan of the table has found, in the batch's memory.
MinimalTuple copy_line(const Batch& batch, TupleTableSlot* found);

/// Adds the lines of a header, as of the latest snapshot.
void add_lines_of_header(Batch& batch, Header* header);

/// Has it any?
bool has_lines_of_header(Source& source, const Header& header);

} // namespace credits
