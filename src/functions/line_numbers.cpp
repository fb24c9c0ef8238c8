// _line_no(): by what SQL finds the entries of a line.
#include "core/line_no.hpp"
#include "pg/text.hpp"

namespace credits
{

extern "C" {
PG_FUNCTION_INFO_V1(credits_line_no);
}

/// _line_no(source_no, line_key): strict.
Datum credits_line_no(PG_FUNCTION_ARGS) { PG_RETURN_INT64(core::line_no(PG_GETARG_INT32(0), pg::to_view(PG_GETARG_DATUM(1)))); }

} // namespace credits
