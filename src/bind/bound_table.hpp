// Which tables can be bound, and by which key; the protection of bound tables asks again.
#pragma once

#include "bind/binding.hpp"

namespace credits
{

/// Raise 42809, 0A000 or 42P16 when such a table, or one with such a key, cannot be bound.
void check_bound_table(Relation table);
void check_bound_key(const Binding& binding, Relation table);

/// The column that the key is, if it is one, as it is or as text; 0 for an expression.
AttrNumber key_column(const Binding& binding);

} // namespace credits
