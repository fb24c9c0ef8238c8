// Prices: a consumption of a credits customer costs nothing (rule 11).
#pragma once

#include "lines/batch.hpp"
#include "save/customers.hpp"

namespace credits
{

/// Sets the price columns of the consumptions in the batch to 0 where the BEFORE ROW trigger could not know: the header changed.
void set_prices_to_zero(const Configuration& configuration, const Customers& customers, Batch& batch);

} // namespace credits
