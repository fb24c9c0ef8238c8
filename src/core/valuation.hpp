// The valuations of credits: what a sale's are worth, what a draw takes of that, and what may change it (rules 11, 17 and 25).
// Whoever asks for the worth of credits asks here; nobody else in C++ tells one valuation from another. A new one: a case in each
// function here, and its name in sql/install/10-settings.sql. Where it goes by the unit value, also what SQL says of that:
// _open_worth() in 24-use-of-settings.sql, 64-revaluation.sql, the price in 74-budget.sql.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/lot.hpp"
#include "core/settlement.hpp"

namespace credits::core
{

enum class Valuation {
    fifo,  // each lot keeps the value that it was sold for
    fixed, // a credit is worth the type's unit value, of a gift nothing
};

/// In credit_type.valuation, in the order of the enum.
inline constexpr std::array<std::string_view, 2> valuation_names{"fifo", "fixed"};

/// Nothing: there is no valuation of this name.
constexpr std::optional<Valuation> find_valuation(std::string_view name)
{
    const auto* const found = std::ranges::find(valuation_names, name);
    if (found == valuation_names.end())
        return std::nullopt;
    return static_cast<Valuation>(found - valuation_names.begin());
}

/// How the credits of a type are valued.
struct Worth {
    Valuation valuation;
    Amount unit_value; // of one credit, under `fixed`
    Amount step;       // the smallest coin of the type's currency
};

/// What the credits of a sale are worth that was invoiced with this amount. Nothing when out of range.
constexpr std::optional<Amount> value_of_sale(const Worth& worth, Amount credits, Amount amount)
{
    switch (worth.valuation) {
    case Valuation::fifo:
        break;
    case Valuation::fixed:
        return amount == zero ? zero : multiply(credits, worth.unit_value, worth.step);
    }
    return amount;
}

/// Does a recorded sale that changes keep its value? Under `fixed` it does while its credits are the same and it stays a gift, or
/// none, also when the unit value has changed since.
constexpr bool keeps_value(const Worth& worth, const Effect& recorded, const Effect& wanted)
{
    switch (worth.valuation) {
    case Valuation::fifo:
        break;
    case Valuation::fixed:
        return recorded.credits == wanted.credits && (recorded.amount == zero) == (wanted.amount == zero);
    }
    return false;
}

/// Takes up to `wanted` (> 0) out of an open lot, at its value.
constexpr Movement draw(const Worth& worth, Lot& lot, Amount wanted)
{
    switch (worth.valuation) {
    case Valuation::fifo:
    case Valuation::fixed: // the lot was valued at its sale
        break;
    }
    return draw_from(lot, wanted, worth.step);
}

/// The value by which a credit note without credits changes a lot: under `fixed` by none, the amount is all difference.
constexpr Amount value_of_note(const Worth& worth, Amount amount)
{
    switch (worth.valuation) {
    case Valuation::fifo:
        break;
    case Valuation::fixed:
        return zero;
    }
    return amount;
}

/// What the remaining credits of a lot are worth now. Nothing when out of range.
constexpr std::optional<Amount> worth_now(const Worth& worth, const Lot& lot)
{
    switch (worth.valuation) {
    case Valuation::fifo:
        break;
    case Valuation::fixed:
        return worth_at(lot, worth.unit_value, worth.step);
    }
    return lot.remaining_value;
}

} // namespace credits::core
