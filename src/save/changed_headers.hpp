// Headers that a save changed, and their lines: what the header trigger settles at once and the check at commit later.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

struct Note;

/// As the header was, and, under lock, as it is now.
struct ChangedHeader {
    Header before;
    Header now;
    const Note* note;     // null: it is settled by its own statement
    std::string_view key; // of one that was noted
};

struct ChangedHeaders {
    ChangedHeader** headers;
    int count;
    int capacity;
    bool repeats_keys; // two of them may have exchanged theirs
};

void add(ChangedHeaders& changed, ChangedHeader* header);

/// Locks the row with the key that the image has, and keeps its latest version.
void lock_changed_header(Source& source, pg::Table& table, Header& header, TupleTableSlot* image);

/// The customers that the headers had and have; none when that depends on the line. They are to be locked before lines are read:
/// a saver who held one of them and did not wait for the header (header.cpp) is done then, and his lines are seen.
std::span<std::string_view> customers_of(Batch& batch, const ChangedHeaders& changed);

/// Adds the lines of the headers that are there, which see theirs as it was and as it is.
void add_lines_of(Batch& batch, const ChangedHeaders& changed);

/// Warns of lines whose price stays 0 though the new customer pays for them.
void warn_of_zero_prices(Batch& batch);

} // namespace credits
