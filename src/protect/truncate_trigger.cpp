// TRUNCATE empties a table without telling which lines go: refused while one of them has credits.
#include "pg/trigger_call.hpp"
#include "protect/counting_lines.hpp"
#include "sources/restoring.hpp"

namespace credits
{

extern "C" {
PG_FUNCTION_INFO_V1(credits_line_truncated);
}

/// BEFORE TRUNCATE on an attached line table.
Datum credits_line_truncated(PG_FUNCTION_ARGS)
{
    const TriggerData& trigger = trigger_of(fcinfo, TriggerKind::before_truncate, "_line_truncated");
    if (!is_restoring_rows())
        require_no_counting_line(RelationGetRelid(trigger.tg_relation), "truncate");
    return PointerGetDatum(nullptr);
}

} // namespace credits
