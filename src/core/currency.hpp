// The decimals of a currency (ISO 4217): two, but for these. SQL asks this list, by credits._money_decimals().
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "core/amount.hpp"

namespace credits
{

inline constexpr std::array<std::string_view, 17> without_decimals{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                                                   "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
inline constexpr std::array<std::string_view, 7> with_three_decimals{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
inline constexpr std::array<std::string_view, 2> with_four_decimals{"CLF", "UYW"}; // units of account

constexpr int currency_decimals(std::string_view currency)
{
    const auto is_among = [currency](const auto& currencies) {
        return std::ranges::find(currencies, currency) != currencies.end();
    };
    return is_among(without_decimals) ? 0 : is_among(with_three_decimals) ? 3 : is_among(with_four_decimals) ? 4 : 2;
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
