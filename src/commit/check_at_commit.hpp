// The check at commit: what was noted is settled as one save, by its final state.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Notes, and takes out of the batch, the lines whose header is not there and may still come. One that was noted by statement
/// `checked_up_to` or before is refused: nothing would look at it again. The headers are locked.
void set_headerless_aside(Batch& batch, int64 checked_up_to = 0);

/// Refuses a line that is looked at for the last time and has no header.
[[noreturn]] void refuse_without_header(Batch& batch, MinimalTuple line);

/// Settles what the transaction has noted so far, before something that could not be followed later.
void settle_pending();

} // namespace credits
