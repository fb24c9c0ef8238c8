// The function that parameter.closing_hook names, and the document lines that it writes: a closing's own, which never touch
// credits (rule 26), whenever and by whomever they are changed later.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits
{

/// The closing whose hook runs now; 0: none does.
int32 closing_of_running_hook();

/// Sets it, and returns what it was before. Whoever sets it sets it back, after an error, too.
int32 exchange_running_hook(int32 closing_id);

/// Did a hook write the line with this key, as of the snapshot, or for a null one of the latest?
bool is_hook_line(int32 source_no, std::string_view key, Snapshot snapshot = nullptr);

/// Did a hook write any line of this source?
bool has_hook_lines(int32 source_no);

} // namespace credits
