// Exact quantities: credits and money as integers, ten-thousandths of a unit.
// A single amount stays below 10^14 units (credits_quantity_in_range), so that a product of two fits in 128 bits.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>

namespace credits::core
{

struct Amount {
    static constexpr int64_t per_unit = 10'000;
    static constexpr int decimals = 4;
    static constexpr int64_t limit = 1'000'000'000'000'000'000; // 10^14 units: the first amount out of range

    int64_t units; // ten-thousandths

    friend constexpr auto operator<=>(Amount, Amount) = default;
    friend constexpr Amount operator-(Amount a) { return {-a.units}; }

    constexpr bool in_range() const { return units > -limit && units < limit; }
};

inline constexpr Amount zero{0};

/// Adds two amounts; nothing when the sum is out of range.
constexpr std::optional<Amount> add(Amount a, Amount b)
{
    int64_t sum = 0;
    if (__builtin_add_overflow(a.units, b.units, &sum) || !Amount{sum}.in_range())
        return std::nullopt;
    return Amount{sum};
}

/// Subtracts where the caller knows 0 <= part <= whole, so that nothing can overflow.
constexpr Amount less(Amount whole, Amount part) { return {whole.units - part.units}; }

/// Divides half away from zero. The denominator is > 0; the caller knows that the quotient fits.
constexpr int64_t divide_rounded(__int128 numerator, __int128 denominator)
{
    const __int128 half = numerator < 0 ? -denominator / 2 : denominator / 2;
    return static_cast<int64_t>((numerator + half) / denominator);
}

/// Rounds a number >= 0 half up to a multiple of `step` (the smallest coin of a currency; 0.01 is {100}), once (rule 11): `cut`
/// is what its first four decimals say, `next` the fifth. Of those the first behind the coin decides alone. May round out of
/// range.
constexpr Amount round_cut(Amount cut, int next, Amount step)
{
    if (step.units == 1)
        return {cut.units + (next >= 5 ? 1 : 0)};
    return {divide_rounded(cut.units, step.units) * step.units};
}

/// The share part / whole of a value, rounded half away from zero to a multiple of `step` (rule 11). All are >= 0, part <= whole,
/// whole > 0. Never more than the value: one that is finer than `step` would otherwise round up beyond itself.
constexpr Amount share(Amount value, Amount part, Amount whole, Amount step)
{
    const __int128 numerator = static_cast<__int128>(value.units) * part.units;
    const __int128 denominator = static_cast<__int128>(whole.units) * step.units;
    const Amount rounded{divide_rounded(numerator, denominator) * step.units};
    return rounded < value ? rounded : value;
}

/// The product, rounded half away from zero to `step` (rule 9, and rule 11 `fixed`); nothing when it is out of range.
constexpr std::optional<Amount> multiply(Amount a, Amount b, Amount step)
{
    constexpr __int128 limit = static_cast<__int128>(Amount::limit) * Amount::per_unit;
    const __int128 product = static_cast<__int128>(a.units) * b.units;
    if (product <= -limit || product >= limit)
        return std::nullopt;
    const Amount rounded{divide_rounded(product, static_cast<__int128>(Amount::per_unit) * step.units) * step.units};
    if (!rounded.in_range())
        return std::nullopt;
    return rounded;
}

/// The credits of a duration: hours x coefficient, rounded once, half away from zero (rule 9); nothing when out of range.
constexpr std::optional<Amount> multiply_hours(__int128 microseconds, Amount coefficient)
{
    constexpr __int128 per_hour = static_cast<__int128>(3'600) * 1'000'000;
    const __int128 duration = microseconds < 0 ? -microseconds : microseconds;
    const int64_t factor = coefficient.units < 0 ? -coefficient.units : coefficient.units;
    if (factor != 0 && duration > Amount::limit * per_hour / factor) // the product might not fit in 128 bits
        return std::nullopt;
    const Amount rounded{divide_rounded(microseconds * coefficient.units, per_hour)};
    if (!rounded.in_range())
        return std::nullopt;
    return rounded;
}

} // namespace credits::core
