// What our trigger functions ask of whoever calls them: a trigger as attach makes it. Any other would hand over rows, and tables
// of rows, that are not there.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

enum class TriggerKind {
    before_row,       // INSERT or UPDATE
    after_row,        // INSERT
    instead_of_row,   // INSERT or UPDATE
    before_truncate,  // FOR EACH STATEMENT
    after_statement,  // INSERT, UPDATE or DELETE, with all transition tables of its kind
    after_or_truncate // one of the last two
};

/// The trigger that calls; 39P01 when it is none of this kind. Its statement may have waited for a row since it last took a lock:
/// what others have committed by then is heard, so that nothing that is kept of it is older than the rows.
const TriggerData& trigger_of(FunctionCallInfo fcinfo, TriggerKind kind, const char* function);

} // namespace credits
