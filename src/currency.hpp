// The decimals of a currency (ISO 4217): two, but for these.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "core/amount.hpp"

namespace credits
{

inline constexpr std::array<std::string_view, 16> without_decimals{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                                   "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
inline constexpr std::array<std::string_view, 7> with_three_decimals{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

constexpr int currency_decimals(std::string_view currency)
{
    if (std::ranges::find(without_decimals, currency) != without_decimals.end())
        return 0;
    return std::ranges::find(with_three_decimals, currency) != with_three_decimals.end() ? 3 : 2;
}

/// The smallest coin of a currency with so many decimals.
constexpr core::Amount smallest_coin(int decimals)
{
    int64_t units = core::Amount::per_unit;
    for (int i = 0; i < decimals; i++)
        units /= 10;
    return {units};
}

} // namespace credits
