// numeric <-> core::Amount, by the form in which a numeric is stored: digits of base 10 000, so that the four decimals of an
// amount are just one digit behind the point. No function of PostgreSQL's reads it without memory that stays until the context
// is reset. The form has been the same since 9.1, and pg_upgrade keeps it: no later version can give it up
// (utils/adt/numeric.c; test/pgtap/numeric_forms.sql compares).
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

/// value = digits[0] * base^weight + digits[1] * base^(weight - 1) + …
struct Digits {
    int count;
    int weight;
    int sign;
    const char* bytes; // not aligned
};

// The first two bytes: which form it is, and in the short one all but the digits.
constexpr uint16 negative = 0x4000;
constexpr uint16 is_short = 0x8000;
constexpr uint16 is_special = 0xC000; // NaN, infinity
constexpr uint16 short_negative = 0x2000;
constexpr int short_scale_shift = 7;
constexpr uint16 short_weight = 0x007F; // seven bits, of which the first is the sign
constexpr uint16 short_weight_sign = 0x0040;

constexpr int most_digits = 5;    // of 64 bits
constexpr int largest_weight = 3; // 10^16 and more is out of range in any case

uint16 read_uint16(const char* bytes)
{
    uint16 value = 0;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

Digits digits_of(Datum numeric)
{
    const varlena* const stored = PG_DETOAST_DATUM_PACKED(numeric);
    const char* const bytes = VARDATA_ANY(stored);
    const int size = static_cast<int>(VARSIZE_ANY_EXHDR(stored));
    const uint16 header = read_uint16(bytes);
    if ((header & is_special) == is_special)
        return {.count = 0, .weight = 0, .sign = is_special, .bytes = nullptr};
    if ((header & is_short) != 0)
        return {.count = (size - 2) / 2,
                .weight = (header & short_weight) - ((header & short_weight_sign) != 0 ? short_weight + 1 : 0),
                .sign = (header & short_negative) != 0 ? negative : 0,
                .bytes = bytes + 2};
    return {.count = (size - 4) / 2,
            .weight = static_cast<int16>(read_uint16(bytes + 2)),
            .sign = header & is_special,
            .bytes = bytes + 4};
}

int digit_at(const Digits& digits, int i) { return i >= 0 && i < digits.count ? read_uint16(digits.bytes + 2 * i) : 0; }

bool is_finite(const Digits& digits) { return digits.sign == 0 || digits.sign == negative; }

std::optional<core::Amount> to_amount_in_range(const Digits& digits, core::Amount step = {1})
{
    if (!is_finite(digits) || digits.weight > largest_weight)
        return std::nullopt;
    __int128 units = 0;
    for (int i = 0; i <= digits.weight + 1; i++)
        units = units * base + digit_at(digits, i);
    if (units >= core::Amount::limit)
        return std::nullopt;
    const int fifth_decimal = digit_at(digits, digits.weight + 2) / (base / 10);
    const core::Amount rounded = core::round_cut({static_cast<int64>(units)}, fifth_decimal, step);
    if (!rounded.in_range())
        return std::nullopt;
    return digits.sign == negative ? -rounded : rounded;
}

Datum parse_numeric(const char* text)
{
    return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

} // namespace

Datum to_numeric(core::Amount amount, int min_decimals)
{
    const uint64 units = amount < core::zero ? -static_cast<uint64>(amount.units) : static_cast<uint64>(amount.units);
    int decimals = core::Amount::decimals;
    for (uint64 rest = units % base; decimals > min_decimals && rest % 10 == 0; rest /= 10)
        decimals--;
    uint16 digits[most_digits]; // from the last, of weight -1
    int count = 0;
    for (uint64 rest = units; rest != 0; rest /= base)
        digits[count++] = static_cast<uint16>(rest % base);
    const int first = count - 1;
    int last = 0;
    while (last < count && digits[last] == 0)
        last++;
    const int weight = count == 0 ? 0 : first - 1;
    const auto header = static_cast<uint16>(is_short | (amount < core::zero ? short_negative : 0) |
                                            decimals << short_scale_shift | (static_cast<unsigned>(weight) & short_weight));
    const Size size = VARHDRSZ + sizeof(header) + sizeof(uint16) * static_cast<Size>(count - last);
    auto* const stored = static_cast<varlena*>(palloc(size));
    SET_VARSIZE(stored, size);
    char* place = VARDATA(stored);
    memcpy(place, &header, sizeof(header));
    for (int i = first; i >= last; i--)
        memcpy(place += sizeof(uint16), &digits[i], sizeof(uint16));
    return PointerGetDatum(stored);
}

std::optional<core::Amount> to_amount_in_range(Datum numeric) { return to_amount_in_range(digits_of(numeric)); }

std::optional<core::Amount> to_money_in_range(Datum numeric, core::Amount coin)
{
    return to_amount_in_range(digits_of(numeric), coin);
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
    const Digits digits = digits_of(numeric);
    return is_finite(digits) && digits.count == 0;
}

bool is_negative(Datum numeric)
{
    const Digits digits = digits_of(numeric);
    return is_finite(digits) && digits.count > 0 && digits.sign == negative;
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
    const Digits digits = digits_of(quantity);
    const std::optional<core::Amount> rounded = to_amount_in_range(digits);
    if (!rounded)
        return std::nullopt;
    const bool has_more_decimals = digits.count > digits.weight + 2;
    if (has_more_decimals)
        return to_amount_in_range(DirectFunctionCall2(numeric_mul, quantity, to_numeric(coefficient)));
    return core::multiply(*rounded, coefficient, core::Amount{1});
}

std::optional<core::Amount> multiply_hours(Datum seconds, core::Amount coefficient)
{
    const Digits digits = digits_of(seconds);
    if (!is_finite(digits) || digits.weight > largest_weight) // no interval is so long
        return std::nullopt;
    __int128 microseconds = 0;
    for (int i = 0; i <= digits.weight + 2; i++)
        microseconds = microseconds * base + digit_at(digits, i);
    microseconds /= 100; // two digits behind the point are eight decimals; an interval has six
    return core::multiply_hours(digits.sign == negative ? -microseconds : microseconds, coefficient);
}

} // namespace credits::pg
