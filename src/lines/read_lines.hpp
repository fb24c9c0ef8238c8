// Document lines from row images.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Makes the document lines of the images, whose headers are known by now. Lines that were read before are forgotten.
void read_lines(Batch& batch);

/// Reads the rest of a line that was read in part, since its article has no credits.
void read_rest(Batch& batch, DocumentLine& line);

/// Reads it where the entries of the line go by it. The caller knows what is recorded.
void read_rest_of_recorded(Batch& batch, DocumentLine& line);

} // namespace credits
