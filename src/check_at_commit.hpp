// The check at commit: what was noted is settled as one save, by its final state.
#pragma once

#include "batch.hpp"

namespace credits
{

/// Notes, and takes out of the batch, the lines whose header is not there. A line that was noted by statement `checked_up_to` or
/// before stays: its foreign key is checked, so no header will come. So does one whose header is a view, where none may ever
/// come. The headers are locked.
void set_headerless_aside(Batch& batch, int64 checked_up_to = 0);

/// Settles what the transaction has noted so far, before something that could not be followed later.
void settle_pending();

} // namespace credits
