// Lots and draws: what comes out of a lot, what goes back, and at which value (rules 11 and 15).
// Pure functions over the caller's structs; nothing here knows a table.
#pragma once

#include <algorithm>

#include "core/amount.hpp"

namespace credits::core
{

/// The credits of one sale. 0 <= remaining <= quantity.
struct Lot {
    int64_t lot_no;
    Amount quantity;        // credits sold
    Amount amount;          // net amount invoiced
    Amount value;           // what the credits were worth at the sale
    Amount remaining;       // credits not consumed
    Amount remaining_value; // their value
};

/// What a consumption took from one lot and has not given back.
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

constexpr bool is_untouched(const Lot& lot) { return lot.remaining == lot.quantity; }

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

/// Gives up to `wanted` (> 0) of a draw back to its lot. The movement that completes the draw takes what is left of its value.
constexpr Movement give_back(Draw& draw, Lot& lot, Amount wanted, Amount step)
{
    const Amount quantity = std::min(draw.quantity, wanted);
    const bool completes = quantity == draw.quantity;
    const Amount value = completes ? draw.value : share(draw.value, quantity, draw.quantity, step);
    draw.quantity = less(draw.quantity, quantity);
    draw.value = less(draw.value, value);
    lot.remaining.units += quantity.units; // it was there before: within lot.quantity
    lot.remaining_value.units += value.units;
    return {quantity, value};
}

} // namespace credits::core
