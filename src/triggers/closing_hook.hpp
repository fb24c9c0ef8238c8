// Keeps credits.closing_hook_line: the lines that a closing's hook inserts, deletes and renames.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Notes the lines that the hook inserts, in credits.closing_hook_line.
void remember_hook_lines(Batch& batch);

/// Forgets the lines that the hook deletes: their keys may be used again.
void forget_hook_lines(Batch& batch);

/// Follows the hook's lines to new keys.
void follow_hook_lines(Batch& batch);

} // namespace credits
