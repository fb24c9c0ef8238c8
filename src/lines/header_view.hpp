// Headers that are views: read, not watched. There is no row to lock, and no trigger: settle() is called when a document has
// changed.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Reads the header with this key, the line's columns that refer to it; raises 21000 when the view has several.
void read_from_view(Batch& batch, Header& header);

} // namespace credits
