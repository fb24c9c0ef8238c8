// Lines that were put into a save by their keys, since they had no row. No row can be locked that is not there: somebody may put
// it in again while the save waits, and book it.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Looks for their rows, as of now.
void find_gone_lines(Batch& batch);

/// Are they as they were found?
bool do_gone_lines_stand(Batch& batch);

} // namespace credits
