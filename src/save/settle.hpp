// Settles a save.
#pragma once

#include "save/save.hpp"

namespace credits
{

/// The seven steps of a save: gate, headers, chains, reading, customers, deciding and carrying out, prices.
/// The images, and what lines they change, are put in before; the settled lines stand in the batches afterwards.
void settle(Save& save);

} // namespace credits
