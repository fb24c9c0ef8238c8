// numeric <-> core::Amount, through the backend's own arithmetic.
#include "pg/numeric.hpp"

namespace credits::pg
{

namespace
{

Datum int64_numeric(int64 value) { return NumericGetDatum(int64_to_numeric(value)); }

bool is_finite(Datum numeric)
{
    const Numeric value = DatumGetNumeric(numeric);
    return !numeric_is_nan(value) && !numeric_is_inf(value);
}

bool is_below_limit(Datum numeric)
{
    const Datum magnitude = DirectFunctionCall1(numeric_abs, numeric);
    return DatumGetInt32(
               DirectFunctionCall2(numeric_cmp, magnitude, int64_numeric(core::Amount::limit / core::Amount::per_unit))) < 0;
}

} // namespace

Datum to_numeric(core::Amount amount, int min_decimals)
{
    int64 units = amount.units;
    int decimals = core::Amount::decimals;
    while (decimals > min_decimals && units % 10 == 0) {
        units /= 10;
        decimals--;
    }
    return decimals == 0 ? int64_numeric(units) : NumericGetDatum(int64_div_fast_to_numeric(units, decimals));
}

core::Amount to_amount(Datum numeric)
{
    const Datum scaled = DirectFunctionCall2(numeric_mul, numeric, int64_numeric(core::Amount::per_unit));
    return {DatumGetInt64(DirectFunctionCall1(numeric_int8, scaled))};
}

std::optional<core::Amount> to_amount_in_range(Datum numeric)
{
    if (!is_finite(numeric) || !is_below_limit(numeric))
        return std::nullopt;
    const core::Amount amount = to_amount(numeric);
    return amount.in_range() ? std::optional(amount) : std::nullopt;
}

std::optional<core::Amount> multiply_rounded(Datum quantity, Datum coefficient)
{
    if (!is_finite(quantity) || !is_below_limit(quantity))
        return std::nullopt;
    return to_amount_in_range(DirectFunctionCall2(numeric_mul, quantity, coefficient));
}

} // namespace credits::pg
