// Commands that would take a part of what is attached or bound.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Before a command: refuses by name what PostgreSQL would refuse with a hint to CASCADE or not as 2BP01, and what could not be
/// undone afterwards. Says nothing of tables that the role does not own: PostgreSQL does.
void check_command(const Node* command);

} // namespace credits
