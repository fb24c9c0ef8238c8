// Functions and types that went into a plan: PostgreSQL may have put the body of a function in place of its call, and the value
// of one that it has called.
#pragma once

#include "pg/postgres.hpp"

namespace credits::pg
{

/// Calls `listener` at every change of a function or type from now on, as AcceptInvalidationMessages() does. Once per backend.
void on_code_change(SyscacheCallbackFunction listener);

/// Is one of these parts of a plan the function or type that has changed? A hash of 0 means any.
bool is_among(const List* parts, int cache, uint32 hash);

} // namespace credits::pg
