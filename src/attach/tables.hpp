// Which tables can be attached; the protection of attached tables asks again.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Raise 42809 or 0A000 when such a table cannot be attached.
void check_line_table(Relation table);
void check_header_table(Relation table);

} // namespace credits
