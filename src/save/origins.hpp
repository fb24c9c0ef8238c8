// What the lines of a save were made from (rule 19): a delivery note line, a service report line, and what that was made from in
// turn. These lines are not settled; they are read, since as long as they count they cover the lines below. Like a header
// (headers.hpp) each stands under the lock of its customer: whoever changes it locks that one before he looks for what was made
// from it. Lives in the memory of the save.
#pragma once

#include "save/headers.hpp"

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
    References headers;       // of these
};

/// Finds the origins of all lines, as these were and are, and theirs, with their headers, as of the latest snapshot and without a
/// lock; null: there are none.
Origins* look_for_origins(Batches batches);
/// The customers of these, as far as they are known, whether or not they count.
pg::Array<std::string_view> customers_of(const Origins* origins);

void end_origins(Origins* origins); // may be null

/// Locks the headers of origins, and the rows of those that are their own documents, which tell no customer, who could guard
/// them. Are the rows as they were found?
bool lock_origins_without_customer(Origins* origins, Turns& turns);

/// Locks the other rows of origins that are their own documents, or whose document is a view; a busy one is waited for like a
/// header that is. Are they as they were found?
bool lock_origins(const Origins* origins, const Customers& customers, Turns& turns);

/// Are the same origins found again, with the same rows and headers?
bool do_origins_stand(Batches batches, const Origins* origins);

/// Finds out which of the lines are covered by a line that counts, under the locks of headers and customers.
void cover_lines(Batches batches, const Origins* origins);

} // namespace credits
