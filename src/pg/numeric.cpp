// numeric <-> core::Amount.
// Reading goes through numeric's wire format, which is documented and the same in all versions: digits of base 10 000, so that
// the four decimals of an amount are just one digit behind the point. It costs a quarter of a multiplication and a cast.
#include "pg/numeric.hpp"

#include "pg/errors.hpp"
#include "pg/text.hpp"
#include "pg/version.hpp"

extern "C" {
#include "common/shortest_dec.h"
}

namespace credits::pg
{

namespace
{

constexpr int base = 10'000;
static_assert(core::Amount::per_unit == base);

/// What numeric_send says: value = digits[0] * base^weight + digits[1] * base^(weight - 1) + …
struct WireNumeric {
    int digit_count;
    int weight;
    int sign;
    const unsigned char* digits;
};

constexpr int negative = 0x4000;
constexpr int largest_weight = 3; // 10^16 and more is out of range in any case

int read_int16(const unsigned char* bytes) { return static_cast<int16>(bytes[0] << 8 | bytes[1]); }

WireNumeric to_wire(Datum numeric)
{
    const bytea* const message = DatumGetByteaPP(DirectFunctionCall1(numeric_send, numeric));
    const auto* bytes = reinterpret_cast<const unsigned char*>(VARDATA_ANY(message));
    return {
        .digit_count = read_int16(bytes), .weight = read_int16(bytes + 2), .sign = read_int16(bytes + 4), .digits = bytes + 8};
}

int digit_at(const WireNumeric& wire, int i) { return i >= 0 && i < wire.digit_count ? read_int16(wire.digits + 2 * i) : 0; }

bool is_finite(const WireNumeric& wire) { return wire.sign == 0 || wire.sign == negative; }

std::optional<core::Amount> to_amount_in_range(const WireNumeric& wire, core::Amount step = {1})
{
    if (!is_finite(wire) || wire.weight > largest_weight)
        return std::nullopt;
    __int128 units = 0;
    for (int i = 0; i <= wire.weight + 1; i++)
        units = units * base + digit_at(wire, i);
    if (units >= core::Amount::limit)
        return std::nullopt;
    const int fifth_decimal = digit_at(wire, wire.weight + 2) / (base / 10);
    const core::Amount rounded = core::round_cut({static_cast<int64>(units)}, fifth_decimal, step);
    if (!rounded.in_range())
        return std::nullopt;
    return wire.sign == negative ? -rounded : rounded;
}

Datum int64_numeric(int64 value) { return NumericGetDatum(int64_to_numeric(value)); }

Datum parse_numeric(const char* text)
{
    return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
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

std::optional<core::Amount> to_amount_in_range(Datum numeric) { return to_amount_in_range(to_wire(numeric)); }

std::optional<core::Amount> to_money_in_range(Datum numeric, core::Amount coin)
{
    return to_amount_in_range(to_wire(numeric), coin);
}

core::Amount to_amount(Datum numeric)
{
    const std::optional<core::Amount> amount = to_amount_in_range(numeric);
    if (!amount)
        errors::no_such_amount();
    return *amount;
}

bool is_zero(Datum numeric)
{
    const WireNumeric wire = to_wire(numeric);
    return is_finite(wire) && wire.digit_count == 0;
}

bool is_negative(Datum numeric)
{
    const WireNumeric wire = to_wire(numeric);
    return is_finite(wire) && wire.digit_count > 0 && wire.sign == negative;
}

bool is_nan(Datum numeric) { return numeric_is_nan(DatumGetNumeric(numeric)); }

Datum numeric_of_real(Datum real)
{
    char text[FLOAT_SHORTEST_DECIMAL_LEN];
    float_to_shortest_decimal_buf(DatumGetFloat4(real), text);
    return parse_numeric(text);
}

Datum seconds_of(Datum interval)
{
    if (DatumGetIntervalP(interval)->month != 0 && !is_infinite(*DatumGetIntervalP(interval)))
        return parse_numeric("NaN");
    return DirectFunctionCall2(extract_interval, to_text("epoch"), interval);
}

std::optional<core::Amount> multiply_rounded(Datum quantity, core::Amount coefficient)
{
    const WireNumeric wire = to_wire(quantity);
    const std::optional<core::Amount> rounded = to_amount_in_range(wire);
    if (!rounded)
        return std::nullopt;
    const bool has_more_decimals = wire.digit_count > wire.weight + 2;
    if (has_more_decimals)
        return to_amount_in_range(DirectFunctionCall2(numeric_mul, quantity, to_numeric(coefficient)));
    return core::multiply(*rounded, coefficient, core::Amount{1});
}

std::optional<core::Amount> multiply_hours(Datum seconds, core::Amount coefficient)
{
    const WireNumeric wire = to_wire(seconds);
    if (!is_finite(wire) || wire.weight > largest_weight) // no interval is so long
        return std::nullopt;
    __int128 microseconds = 0;
    for (int i = 0; i <= wire.weight + 2; i++)
        microseconds = microseconds * base + digit_at(wire, i);
    microseconds /= 100; // two digits behind the point are eight decimals; an interval has six
    return core::multiply_hours(wire.sign == negative ? -microseconds : microseconds, coefficient);
}

} // namespace credits::pg
