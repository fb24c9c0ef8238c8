// What was made from the lines of a save (rule 19): it takes part in it.
#pragma once

#include "save/origins.hpp"

namespace credits
{

/// The customers of a save as far as they can be told before any is locked, sorted, each once: those whom its lines name and
/// named, are recorded for and were made from; where there are several, also those of what was made from its lines. They are
/// locked together, since whoever comes later comes out of order. The headers of the lines are known.
pg::Array<std::string_view> foresee_customers(Batches batches, const Origins* origins);

/// Adds the lines that were made from lines of the save, in whatever source they are; their headers are still to be found.
/// Returns the batches of the whole save; without chains the same ones. Where there may be chains it takes the customers' turns
/// first.
Batches add_chains(Batches batches, const Origins* origins, Turns& turns);

/// Has a save of this transaction settled lines as parts of a chain whose table is checked at commit? They may be noted as well.
bool has_settled_noted_lines();

} // namespace credits
