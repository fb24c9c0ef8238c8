// What the lines of a save were made from (rule 19): a delivery note line, a service report line, and what that was made from in
// turn. These lines are not settled; their documents are locked and read, since as long as they count they cover the lines below.
// Lives in the memory of the save.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// A chain is followed no further than this. A line whose chain comes back to itself is made from nothing.
inline constexpr int longest_chain = 16;

/// A line that others were made from, as of the latest snapshot.
struct Origin {
    Oid line_table;
    std::string_view key;
    MinimalTuple row; // null: the key names none
    Batch* batch;     // of the row, with its header
    int image;
    std::string_view customer; // whether or not it counts
};

/// The origins of a save, and theirs.
struct Origins {
    pg::Array<Origin> sorted; // by table and key
    BatchList batches;        // their rows, one batch per table
};

/// Finds the origins of all lines, as these were and are, and theirs; locks their headers or, where there are none to lock, their
/// rows; reads them, and hands them to all batches.
void renew_origins(Batches batches);

/// Reads the origins again. Are they still the ones that were locked? Otherwise the batches get those of now, locked.
bool do_origins_stand(Batches batches);

/// Finds out which of the lines are covered by a line that counts, under the locks of headers and customers.
void cover_lines(Batches batches);

} // namespace credits
