// Reads lines from their table: by key, and those of a header.
#pragma once

#include "batch.hpp"

namespace credits
{

/// The line that has the image's key, as it is at the snapshot; null when it is gone.
MinimalTuple find_line(Batch& batch, pg::Table& table, MinimalTuple image);

/// The key of a row image, as text.
std::string_view key_of(Batch& batch, MinimalTuple line);

/// Replaces the images by the lines as they are now: a deeper trigger may have changed, deleted and settled them since the images
/// were made. A key may come twice.
void read_lines_again(Batch& batch);

/// Has the statement changed a line more than once? A cascading foreign key brings its changes in the same batch.
bool has_repeated_lines(Batch& batch);

/// Drops the lines that read_lines_again found twice; of two with one key the renumbered one knows where its entries are.
void drop_repeated_lines(Batch& batch);

/// Drops, once it is known where each line is recorded, the gone ones whose entries another line has taken along.
void drop_lines_with_same_record(Batch& batch);

/// A name for a whole row of the table: none of its columns has it.
const char* row_alias(Oid table);

/// A row that SPI returned as a value, in the current memory context.
MinimalTuple to_row(Datum composite);

/// Adds the lines of a header, as of the latest snapshot.
void add_lines_of_header(Batch& batch, Header* header);

/// Sets the price columns of a line to 0, as its table's owner. The line's own triggers see an ordinary UPDATE.
void set_price_to_zero(Batch& batch, MinimalTuple line);

} // namespace credits
