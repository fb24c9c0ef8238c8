// Rows that keep each other out by a unique index.
#pragma once

#include "pg/table.hpp"

namespace credits::pg
{

/// Is there a row that keeps this one out of the table, by a unique index on columns of it? What others are about to commit is
/// missed.
bool has_rival(Relation table, HeapTuple row);

} // namespace credits::pg
