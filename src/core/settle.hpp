// The settlement of one document line: what the ledger has recorded against what the line wants now (rules 9 to 16).
// A pure function: the ledger carries out what it says.
#pragma once

#include <algorithm>

#include "core/amount.hpp"

namespace credits::core
{

/// What a line did to the ledger, or wants to do: credits > 0 are a sale, < 0 a consumption, 0 is nothing at all.
struct Effect {
    Amount credits;
    Amount amount; // a sale's net amount
    Amount value;  // a sale's value

    friend constexpr bool operator==(const Effect&, const Effect&) = default;
};

constexpr bool is_sale(const Effect& effect) { return effect.credits > zero; }

constexpr bool is_consumption(const Effect& effect) { return effect.credits < zero; }

enum class LotChange {
    none,
    open,    // a new lot for `sale`
    change,  // the recorded lot becomes `sale`
    close,   // the recorded lot becomes empty
    replace, // close the recorded one, open a new one for `sale`
};

/// The steps that lead from the recorded to the wanted effect. They are carried out in this order over all lines of a save:
/// everything that comes back, then the lots, then the draws (rule 13).
struct Settlement {
    Amount give_back; // credits of the recorded consumption that return, last draw first
    LotChange lot;    // allowed only while the recorded lot is untouched (rule 14)
    Effect sale;      // meaning with open, change, replace
    Amount draw;      // credits to draw, oldest lot first

    friend constexpr bool changes_nothing(const Settlement& s)
    {
        return s.give_back == zero && s.lot == LotChange::none && s.draw == zero;
    }
};

/// How the wanted place of a line (customer, type, article, date) relates to the recorded one.
enum class Place { same, moved };

constexpr Settlement undo(const Effect& recorded)
{
    Settlement settlement{};
    if (is_consumption(recorded))
        settlement.give_back = -recorded.credits;
    if (is_sale(recorded))
        settlement.lot = LotChange::close;
    return settlement;
}

constexpr Settlement book(Settlement settlement, const Effect& wanted)
{
    if (is_consumption(wanted))
        settlement.draw = -wanted.credits;
    if (is_sale(wanted)) {
        settlement.lot = settlement.lot == LotChange::close ? LotChange::replace : LotChange::open;
        settlement.sale = wanted;
    }
    return settlement;
}

/// Compares and decides. A moved line, or one that turns from sale to consumption, is undone and booked anew;
/// one that stays books the difference alone (rules 14 and 15).
constexpr Settlement settle(const Effect& recorded, const Effect& wanted, Place place)
{
    if (place == Place::same && is_sale(recorded) && is_sale(wanted))
        return {zero, recorded == wanted ? LotChange::none : LotChange::change, wanted, zero};
    if (place == Place::same && is_consumption(recorded) && is_consumption(wanted)) {
        const int64_t more = recorded.credits.units - wanted.credits.units;
        return {Amount{std::max<int64_t>(-more, 0)}, LotChange::none, {}, Amount{std::max<int64_t>(more, 0)}};
    }
    return book(undo(recorded), wanted);
}

} // namespace credits::core
