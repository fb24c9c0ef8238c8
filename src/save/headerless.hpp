// Lines whose header is not there yet: the foreign key is deferrable, so they are settled once it is.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Takes lines without a header out of the batch, and notes them, where theirs may still come. One of statement `checked_up_to`
/// or before was looked at as its foreign key was checked: it is refused (23503).
void set_headerless_aside(Batch& batch, int64 checked_up_to);

/// Refuses a line whose header is not there at the last look.
[[noreturn]] void refuse_without_header(Batch& batch, MinimalTuple line);

} // namespace credits
