// TRUNCATE empties a table without telling which lines go: refused while one of them has credits.
#include "counting_lines.hpp"
#include "errors.hpp"
#include "restoring.hpp"

namespace credits
{

extern "C" {
PG_FUNCTION_INFO_V1(credits_line_truncated);
}

/// BEFORE TRUNCATE on an attached line table.
Datum credits_line_truncated(PG_FUNCTION_ARGS)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        errors::not_called_as_trigger("_line_truncated");
    if (is_restoring_rows())
        return PointerGetDatum(nullptr);
    const Relation table = reinterpret_cast<const TriggerData*>(fcinfo->context)->tg_relation;
    require_no_counting_line(RelationGetRelid(table), "truncate");
    return PointerGetDatum(nullptr);
}

} // namespace credits
