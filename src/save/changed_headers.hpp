// Headers that a save changed, and their lines: what the header trigger settles at once and the check at commit later.
#pragma once

#include "lines/batch.hpp"
#include "lines/pending.hpp"

namespace credits
{

/// As the header was, and, under lock, as it is now.
struct ChangedHeader {
    Header before;
    Header now;
    const Note* note;     // null: it is settled by its own statement
    std::string_view key; // of one that was noted
};

/// The headers of one source that a save changed.
struct ChangedHeaders {
    pg::Array<ChangedHeader*> list;
    bool repeats_keys; // two of them may have exchanged theirs
};

/// Adds a header that was changed, as it was before.
void add_changed_header(ChangedHeaders& changed, HeapTuple before, const Note* note = nullptr);

/// Is there a header with the key of the image? The row is locked: the transaction has changed it, so it need not wait.
bool is_key_in_use(Source& source, pg::Table& headers, HeapTuple image);

/// Are there lines under the key of the image? After the statement that took the header away: a trigger has kept them from what
/// their foreign key does.
bool has_lines(Source& source, pg::Table& headers, HeapTuple image);

/// Locks the rows that have the keys of these headers now. One that was noted is looked at once, as it was first; one that is not
/// there is noted again, unless its foreign key was checked: statement `checked_up_to` or one before noted it.
void lock_changed_headers(Batch& batch, ChangedHeaders& changed, int64 checked_up_to);

/// The customers that the headers had and have; none when that depends on the line. They are to be locked before lines are read:
/// a saver who held one of them and did not lock the header (headers.hpp) is done then, and his lines are seen.
std::span<std::string_view> customers_of(Batch& batch, const ChangedHeaders& changed);

/// Adds the lines of the headers, which see theirs as it was and as it is, but for those that are in the batch. Of a header that
/// is not there only where none may come: its lines want nothing.
void add_lines_of(Batch& batch, ChangedHeaders& changed);

/// Warns of lines whose price stays 0 though the new customer pays for them.
void warn_of_zero_prices(Batch& batch);

} // namespace credits
