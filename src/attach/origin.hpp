// What attach checks of the lines that a table's lines are made from (rule 19).
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Locks the table of the origins, if it is another one than that of the lines, against writers. Raises 42704 unless it is
/// attached, and 42501 unless the caller owns it.
void hold_origin_table(Oid line_table, Oid origin_table);

/// Checks the mapping of an origin in an attached table: 0A000 when it reads the header, or when keys of the table of the origins
/// cannot be read from text. A NOTICE advises an index when there is none.
void check_origin(Oid line_table);

} // namespace credits
