// numeric <-> core::Amount. Exact both ways: an amount has four decimals, what has more is rounded half away from zero.
#pragma once

#include <optional>

#include "core/amount.hpp"
#include "pg/postgres.hpp"

namespace credits::pg
{

/// Makes a numeric with as few decimals as the amount needs, but at least `min_decimals` (0 to 4).
Datum to_numeric(core::Amount amount, int min_decimals = 0);

/// Reads a numeric that the extension wrote itself: it is known to be in range.
core::Amount to_amount(Datum numeric);

/// Rounds a numeric from outside to an amount; nothing when it is NaN, infinite or beyond 14 digits before the decimal point.
std::optional<core::Amount> to_amount_in_range(Datum numeric);

/// Rounds a numeric from outside to money of whole coins, once (rule 11); nothing likewise.
std::optional<core::Amount> to_money_in_range(Datum numeric, core::Amount coin);

/// Is it exactly 0?
bool is_zero(Datum numeric);
bool is_negative(Datum numeric);
bool is_nan(Datum numeric);

/// The shortest decimal that reads back as the real: PostgreSQL's own cast keeps 6 digits, 12345.67 would become 12345.7.
Datum numeric_of_real(Datum real);

/// The seconds of an interval, days of 24 hours; NaN when it has months, which have no fixed number of hours (rule 9).
Datum seconds_of(Datum interval);

/// quantity (numeric) x coefficient, rounded once (rule 9); nothing when out of range.
std::optional<core::Amount> multiply_rounded(Datum quantity, core::Amount coefficient);

/// seconds (seconds_of an interval) x coefficient / 3600, rounded once (rule 9); nothing when they are no number or out of range.
std::optional<core::Amount> multiply_hours(Datum seconds, core::Amount coefficient);

} // namespace credits::pg
