// Carries out the settlements of a save in the ledger: account by account, what gives before what takes (rule 13).
#pragma once

#include <span>

#include "lines/line.hpp"

namespace credits
{

/// Carries out the settlements of lines whose customers are locked.
void carry_out(const Configuration& configuration, std::span<const std::span<DocumentLine>> lines, Order order = Order::one_save);

} // namespace credits
