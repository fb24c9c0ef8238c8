// _next_number(): keys of rows that have none in the world.
#include "pg/sequence.hpp"
#include "schema/catalog.hpp"

namespace credits
{

extern "C" {
PG_FUNCTION_INFO_V1(credits_next_number);
}

/// _next_number(sequence): strict; the default of columns, evaluated by whoever writes the row.
Datum credits_next_number(PG_FUNCTION_ARGS) { PG_RETURN_INT64(pg::count_up(PG_GETARG_OID(0), catalog().owner)); }

} // namespace credits
