// Lots and draws: what comes out of a lot, what goes back, and at which value (rules 11, 15 and 17).
// Pure functions over the caller's structs; nothing here knows a table.
#pragma once

#include <algorithm>

#include "core/amount.hpp"

namespace credits::core
{

/// The credits of one sale. 0 <= remaining <= quantity - credited.
struct Lot {
    int64_t lot_no;
    Amount quantity;        // credits sold
    Amount amount;          // net amount invoiced
    Amount value;           // what the credits were worth at the sale
    Amount remaining;       // credits not consumed
    Amount remaining_value; // their value
    Amount credited{};      // credits that credit notes took out
    Amount returned{};      // credits of its draws that returns gave back
};

/// What a consumption or a credit note took from one lot and has not given back.
struct Draw {
    int64_t entry_no; // the entry that booked it
    int64_t lot_no;
    Amount quantity;
    Amount value;
};

/// A movement of one lot: credits and their value, both >= 0.
struct Movement {
    Amount quantity;
    Amount value;
};

constexpr Amount consumed_of(const Lot& lot) { return {lot.quantity.units - lot.credited.units - lot.remaining.units}; }

/// May the sale change? Nothing of it is consumed, net of what came back, or credited (rule 14).
constexpr bool is_untouched(const Lot& lot)
{
    return lot.remaining == lot.quantity && lot.credited == zero && lot.remaining_value == lot.value;
}

/// Takes up to `wanted` (> 0) out of an open lot. The movement that empties the lot takes all its value, so no cent is lost.
constexpr Movement draw_from(Lot& lot, Amount wanted, Amount step)
{
    const Amount quantity = std::min(lot.remaining, wanted);
    const bool empties = quantity == lot.remaining;
    const Amount value = empties ? lot.remaining_value : share(lot.remaining_value, quantity, lot.remaining, step);
    lot.remaining = less(lot.remaining, quantity);
    lot.remaining_value = less(lot.remaining_value, value);
    return {quantity, value};
}

/// Takes up to `wanted` (> 0) off a draw. The movement that completes the draw takes what is left of its value.
constexpr Movement release(Draw& draw, Amount wanted, Amount step)
{
    const Amount quantity = std::min(draw.quantity, wanted);
    const bool completes = quantity == draw.quantity;
    const Amount value = completes ? draw.value : share(draw.value, quantity, draw.quantity, step);
    draw.quantity = less(draw.quantity, quantity);
    draw.value = less(draw.value, value);
    return {quantity, value};
}

/// Gives up to `wanted` (> 0) of a draw back to its lot.
constexpr Movement give_back(Draw& draw, Lot& lot, Amount wanted, Amount step)
{
    const Movement back = release(draw, wanted, step);
    lot.remaining.units += back.quantity.units; // it was there before: within lot.quantity
    lot.remaining_value.units += back.value.units;
    return back;
}

/// Takes up to `wanted` (> 0) of what a return gave back out of its lot again, at the value that it came with. Nothing when the
/// lot has no longer both: then its credits went to others, and their value is another.
constexpr Movement take_again(Draw& given, Lot& lot, Amount wanted, Amount step)
{
    Draw left = given;
    const Movement taken = release(left, std::min(wanted, lot.remaining), step);
    const bool empties = taken.quantity == lot.remaining;
    if (taken.quantity == zero || taken.value > lot.remaining_value || (empties && taken.value != lot.remaining_value))
        return {zero, zero};
    given = left;
    lot.remaining = less(lot.remaining, taken.quantity);
    lot.remaining_value = less(lot.remaining_value, taken.value);
    return taken;
}

/// The value by which a lot may change when `wanted` is to be added to it: never below 0, and none without credits.
constexpr Amount change_of_value(const Lot& lot, Amount wanted)
{
    return lot.remaining == zero ? zero : std::max(wanted, -lot.remaining_value);
}

/// What the remaining credits of a lot are worth at a unit value (rule 11, `fixed`): a gift nothing, whatever that is. Nothing
/// when out of range.
constexpr std::optional<Amount> worth_at(const Lot& lot, Amount unit_value, Amount step)
{
    const bool is_gift = lot.amount == zero && lot.value == zero;
    return is_gift ? zero : multiply(lot.remaining, unit_value, step);
}

/// Money that goes with credits as they move, piece by piece; either sign.
struct Spread {
    Amount amount;
    Amount credits;
};

/// The part of the money that goes with `credits` of it. The last piece takes the rest, so that no cent is lost.
constexpr Amount take_part(Spread& spread, Amount credits, Amount step)
{
    const __int128 numerator = static_cast<__int128>(spread.amount.units) * credits.units;
    const bool is_last = credits == spread.credits;
    const Amount part =
        is_last ? spread.amount
                : Amount{divide_rounded(numerator, static_cast<__int128>(spread.credits.units) * step.units) * step.units};
    spread.amount = less(spread.amount, part);
    spread.credits = less(spread.credits, credits);
    return part;
}

} // namespace credits::core
