// The oracle: says from the documents alone what the ledger must hold, with an arithmetic of its own, and finds what differs.
// Pure functions over the books; what order and price of draws must have been is told by replaying the entries.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "books.hpp"

namespace concurrency
{

enum class Property { balances, lines, sales, conservation, lots, numbers, draws, days, prices, verified, refusals };

inline constexpr std::array<std::string_view, 11> property_names{
    "every balance is what the documents leave",
    "every line's entries are what the line says",
    "every sale has the value of its document",
    "remaining value plus consumed value is the value sold",
    "every lot is within what was sold, and is the sum of its entries",
    "entries and lots are gapless, and balances chain",
    "every draw takes the oldest lot at its share, every return goes to the last draw",
    "no balance was negative on any day",
    "a consumption's price is 0, any other is as written",
    "verify() names the lines that wait for the settings, and nothing else",
    "what take_in() refused cannot be settled",
};

inline std::string_view name_of(Property property) { return property_names[static_cast<size_t>(property)]; }

struct Finding {
    Property property;
    std::string what;
};

/// When the books are read: after the clerks have gone home, or after the documents were taken in until nothing changed.
enum class Moment { closing_time, taken_in };

/// Everything that is wrong with the books; nothing when they are right.
std::vector<Finding> judge(const Books& books, const std::vector<Customer>& customers, Moment moment);

/// The part of `judge` that follows the entries in order of their numbers.
void replay_entries(const Books& books, std::vector<Finding>& findings);

inline bool is_sold(const Entry& entry) { return entry.kind == "sale" || entry.kind == "sale_change"; }

inline bool is_consumed(const Entry& entry)
{
    return entry.kind == "consumption" || entry.kind == "consumption_change" || entry.kind == "return";
}

inline bool is_refund(const Entry& entry) { return entry.kind == "credit_note"; }

} // namespace concurrency
