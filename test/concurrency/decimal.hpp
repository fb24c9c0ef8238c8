// Exact decimals of the harness: credits, quantities and money as ten-thousandths in 64 bits.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace concurrency
{

using Units = int64_t; // ten-thousandths
inline constexpr Units one = 10'000;
inline constexpr Units cent = 100;

/// Reads a decimal as the server prints it. Throws when it is finer than a ten-thousandth.
inline Units to_units(std::string_view text)
{
    const bool negative = text.starts_with('-');
    Units units = 0;
    int decimals = -1; // no point yet
    for (const char c : text.substr(negative ? 1 : 0)) {
        if (c == '.' && decimals < 0)
            decimals = 0;
        else if (c < '0' || c > '9' || (decimals >= 4 && c != '0'))
            throw std::domain_error("not a decimal of the books: " + std::string{text});
        else if (decimals < 4) {
            units = units * 10 + (c - '0');
            decimals += decimals >= 0;
        }
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 4; ++i)
        units *= 10;
    return negative ? -units : units;
}

inline std::string to_text(Units units)
{
    const std::string digits = std::to_string(units < 0 ? -units : units);
    const std::string padded = digits.size() > 4 ? digits : std::string(5 - digits.size(), '0') + digits;
    return (units < 0 ? "-" : "") + padded.substr(0, padded.size() - 4) + "." + padded.substr(padded.size() - 4);
}

/// a × b / c to the nearest multiple of `step`, halves away from zero; c > 0.
inline Units proportion(Units a, Units b, Units c, Units step)
{
    const __int128 twice = 2 * static_cast<__int128>(a) * b;
    const __int128 unit = static_cast<__int128>(c) * step;
    const __int128 steps = twice < 0 ? -((unit - twice) / (2 * unit)) : (twice + unit) / (2 * unit);
    return static_cast<Units>(steps) * step;
}

} // namespace concurrency
