// Which line each record of the ledger belongs to, where lines have new keys or were settled before.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Keeps one line of each key: of two images of one line that which tells its old key. Of what is gone, too, there may be
/// several.
void drop_repeated_lines(Batch& batch);

/// Does so where images repeat lines, and sees to it that each record is one line's, and each line has one:
/// its recorded_key is the key of that record afterwards, or one that nobody has. The lines are read, their records are not.
void assign_records(Batch& batch);

/// A line that gives back what is recorded under the same key.
DocumentLine gone_line(const DocumentLine& line);

/// Another name for the record of a new line whose key is still that of another one's: one that nobody's has.
std::string_view unused_key(std::string_view key);

} // namespace credits
