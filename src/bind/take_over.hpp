// Takes over what rows of a bound table say.
#pragma once

#include "bind/bound_rows.hpp"

namespace credits
{

/// Writes what the rows say to credits.customer or credits.article, as the extension's owner, after locking what they name in the
/// order of keys. Raises 23503, 23514, 42501.
void take_over(const BoundRows& rows);

} // namespace credits
