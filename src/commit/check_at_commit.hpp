// The check at commit: what was noted is settled as one save, by its final state.
#pragma once

namespace credits
{

/// Settles what the transaction has noted so far, before something that could not be followed later.
void settle_pending();

} // namespace credits
