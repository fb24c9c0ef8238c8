// The line that a save is at, so that whoever tries to take many lines in learns which one was refused. It is the process's, and
// lives as long as the save: whoever asks does so while an error is under way, or has begun anew.
#pragma once

#include "lines/line.hpp"

namespace credits
{

/// Null: none yet, or no line by itself.
const DocumentLine* line_in_hand();
void take_in_hand(const DocumentLine* line);

} // namespace credits
