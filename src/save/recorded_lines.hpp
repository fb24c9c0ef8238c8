// What the ledger has for the lines of a save, looked at before its customers are locked and once more after.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Reads it, and what else of the lines depends on it. A line that is archived and dated later is refused (23514).
void read_all_recorded(Batch& batch);

/// Is what is recorded still what was read? Then it is what the customers were named by.
bool do_records_stand(Batch* batch);

} // namespace credits
