// Amounts written as people write them, 33.33_u, and printed so when a test fails.
#pragma once

#include <cstdlib>
#include <ostream>
#include <string>

#include "core/amount.hpp"

namespace credits::core
{

/// Reads a decimal literal of at most 4 decimals exactly.
constexpr Amount operator""_u(const char* text)
{
    int64_t units = 0;
    int decimals = -1;
    for (; *text; ++text) {
        if (*text == '\'')
            continue;
        if (*text == '.') {
            decimals = 0;
            continue;
        }
        units = units * 10 + (*text - '0');
        decimals += decimals >= 0;
    }
    for (int seen = decimals < 0 ? 0 : decimals; seen < Amount::decimals; ++seen)
        units *= 10;
    return {units};
}

inline void PrintTo(Amount amount, std::ostream* out)
{
    std::string digits = std::to_string(std::llabs(amount.units));
    digits.insert(0, digits.size() <= Amount::decimals ? Amount::decimals + 1 - digits.size() : 0, '0');
    *out << (amount.units < 0 ? "-" : "") << digits.insert(digits.size() - Amount::decimals, ".");
}

inline constexpr Amount cent{100};

/// Tells whether `rounded` is numerator / denominator (> 0) rounded half away from zero to a multiple of `step`, from the
/// definition alone: a multiple, at most half a step away, and at exactly half a step the one farther from zero.
constexpr bool is_rounding_of(Amount rounded, __int128 numerator, __int128 denominator, Amount step)
{
    const __int128 difference = static_cast<__int128>(rounded.units) * denominator - numerator;
    const __int128 distance = difference < 0 ? -difference : difference;
    const bool half_away = numerator < 0 ? difference < 0 : difference > 0;
    return rounded.units % step.units == 0 &&
           (2 * distance < step.units * denominator || (2 * distance == step.units * denominator && half_away));
}

} // namespace credits::core
