// Exact quantities: range, rounding half away from zero (rules 9 and 11), products and shares up to the limits.
#include <gtest/gtest.h>

#include <cstdint>

#include "amounts.hpp"
#include "chance.hpp"

namespace credits::core
{
namespace
{

constexpr Amount most{Amount::limit - 1}; // 99 999 999 999 999.9999
constexpr Amount steps[] = {{1}, {10}, {100}, {1'000}, {10'000}, {50'000}};

__int128 product(Amount a, Amount b) { return static_cast<__int128>(a.units) * b.units; }

TEST(Amount, is_in_range_up_to_fourteen_digits_before_the_point)
{
    EXPECT_EQ(most, 99'999'999'999'999.9999_u);
    EXPECT_TRUE(most.in_range());
    EXPECT_TRUE((-most).in_range());
    EXPECT_TRUE(zero.in_range());
    EXPECT_FALSE(Amount{Amount::limit}.in_range());
    EXPECT_FALSE(Amount{-Amount::limit}.in_range());
    EXPECT_FALSE(Amount{INT64_MAX}.in_range());
    EXPECT_FALSE(Amount{INT64_MIN}.in_range());
}

TEST(Amount, is_ordered_as_numbers_are)
{
    EXPECT_LT(-0.0001_u, zero);
    EXPECT_LT(9.9999_u, 10_u);
    EXPECT_EQ(0.5_u, 0.5000_u);
    EXPECT_EQ(-(-2.5_u), 2.5_u);
}

TEST(Amount, sum_is_exact_or_nothing)
{
    EXPECT_EQ(add(0.1_u, 0.2_u), 0.3_u);
    EXPECT_EQ(add(2_u, -2_u), zero);
    EXPECT_EQ(add(most, zero), most);
    EXPECT_EQ(add(most, -most), zero);
    EXPECT_EQ(add(most, 0.0001_u), std::nullopt);
    EXPECT_EQ(add(-most, -0.0001_u), std::nullopt);
    EXPECT_EQ(add(most, most), std::nullopt);
    EXPECT_EQ(add(Amount{INT64_MAX}, Amount{INT64_MAX}), std::nullopt);
    EXPECT_EQ(add(Amount{INT64_MIN}, Amount{INT64_MIN}), std::nullopt);
}

TEST(Amount, difference_is_exact_down_to_zero)
{
    EXPECT_EQ(less(10_u, 0.25_u), 9.75_u);
    EXPECT_EQ(less(most, most), zero);
}

TEST(Rounding, of_a_quotient_goes_half_away_from_zero)
{
    EXPECT_EQ(divide_rounded(1, 2), 1);
    EXPECT_EQ(divide_rounded(-1, 2), -1);
    EXPECT_EQ(divide_rounded(1, 3), 0);
    EXPECT_EQ(divide_rounded(2, 3), 1);
    EXPECT_EQ(divide_rounded(-2, 3), -1);
    EXPECT_EQ(divide_rounded(5, 2), 3);
    EXPECT_EQ(divide_rounded(-5, 2), -3);
    EXPECT_EQ(divide_rounded(49, 100), 0);
    EXPECT_EQ(divide_rounded(-149, 100), -1);
    EXPECT_EQ(divide_rounded(7, 1), 7);
}

TEST(Rounding, to_the_coin_goes_half_up)
{
    EXPECT_EQ(round_cut(0.005_u, 0, cent), 0.01_u);
    EXPECT_EQ(round_cut(0.0049_u, 0, cent), zero);
    EXPECT_EQ(round_cut(33.335_u, 0, cent), 33.34_u);
    EXPECT_EQ(round_cut(0.5_u, 0, 1_u), 1_u);
    EXPECT_EQ(round_cut(0.4999_u, 0, 1_u), zero);
    EXPECT_EQ(round_cut(1.2345_u, 4, 0.0001_u), 1.2345_u);
    EXPECT_EQ(round_cut(1.2345_u, 5, 0.0001_u), 1.2346_u);
}

TEST(Rounding, is_done_once)
{
    EXPECT_EQ(round_cut(1.0049_u, 9, cent), 1_u); // by way of four decimals it would be 1.005, and 1.01
    EXPECT_EQ(round_cut(1000.4999_u, 9, 1_u), 1000_u);
    EXPECT_EQ(round_cut(1.0004_u, 9, 0.001_u), 1_u);
}

TEST(Rounding, beyond_the_range_shows)
{
    EXPECT_FALSE(round_cut(most, 0, cent).in_range());
    EXPECT_FALSE(round_cut(most, 5, {1}).in_range());
    EXPECT_TRUE(round_cut(most, 4, {1}).in_range());
}

TEST(Rounding, is_that_of_the_whole_number_at_any_magnitude)
{
    Chance chance;
    constexpr int64_t behind = 1'000'000; // six further decimals
    for (uint64_t i = number_from_environment("CREDITS_ITERATIONS", 1'000) * 100; i > 0; --i) {
        const Amount step = steps[chance.between(0, std::size(steps) - 1)];
        const Amount cut{chance.magnitude(Amount::limit)};
        const int64_t rest = chance.one_in(2) ? behind / 2 - chance.between(0, 1) : chance.between(0, behind - 1);
        const Amount found = round_cut(cut, static_cast<int>(rest / (behind / 10)), step);
        ASSERT_TRUE(is_rounding_of(found, static_cast<__int128>(cut.units) * behind + rest, behind, step))
            << cut.units << " and " << rest << " to " << step.units << " gave " << found.units;
    }
}

TEST(Product, gives_the_credits_of_a_line)
{
    EXPECT_EQ(multiply(2_u, -0.25_u, {1}), -0.5_u);
    EXPECT_EQ(multiply(1_u, -0.25_u, {1}), -0.25_u);
    EXPECT_EQ(multiply(2_u, -0.375_u, {1}), -0.75_u);
    EXPECT_EQ(multiply(10_u, 1_u, {1}), 10_u);
    EXPECT_EQ(multiply(0.0002_u, 0.25_u, {1}), 0.0001_u);
    EXPECT_EQ(multiply(0.0002_u, -0.25_u, {1}), -0.0001_u);
    EXPECT_EQ(multiply(0.0001_u, -0.25_u, {1}), zero);
}

TEST(Product, gives_the_value_of_a_fixed_lot)
{
    EXPECT_EQ(multiply(10_u, 95_u, cent), 950_u);
    EXPECT_EQ(multiply(0.3333_u, 10.01_u, cent), 3.34_u);
    EXPECT_EQ(multiply(0.5_u, 0.01_u, cent), 0.01_u);
    EXPECT_EQ(multiply(10_u, zero, cent), zero);
    EXPECT_EQ(multiply(10.5_u, 95_u, 1_u), 998_u);
}

TEST(Product, out_of_range_is_nothing)
{
    EXPECT_EQ(multiply(most, 1_u, {1}), most);
    EXPECT_EQ(multiply(most, -1_u, {1}), -most);
    EXPECT_EQ(multiply(most, 1.0001_u, {1}), std::nullopt);
    EXPECT_EQ(multiply(most, -1.0001_u, {1}), std::nullopt);
    EXPECT_EQ(multiply(most, most, {1}), std::nullopt);
    EXPECT_EQ(multiply(most, -most, {1}), std::nullopt);
    EXPECT_EQ(multiply(10'000'000_u, 10'000'000_u, {1}), std::nullopt);
    EXPECT_EQ(multiply(-10'000'000_u, 10'000'000_u, {1}), std::nullopt);
}

TEST(Product, that_rounds_out_of_range_is_nothing)
{
    EXPECT_EQ(multiply(most, 1_u, cent), std::nullopt);
    EXPECT_EQ(multiply(most, -1_u, cent), std::nullopt);
    EXPECT_EQ(multiply(99'999'999'999'999.99_u, 1_u, cent), 99'999'999'999'999.99_u);
}

TEST(Product, is_the_exact_one_rounded_at_any_magnitude)
{
    Chance chance;
    for (uint64_t i = number_from_environment("CREDITS_ITERATIONS", 1'000) * 100; i > 0; --i) {
        const Amount a{chance.magnitude(Amount::limit) * (chance.one_in(2) ? 1 : -1)};
        const Amount b{chance.magnitude(Amount::limit) * (chance.one_in(2) ? 1 : -1)};
        const Amount step = steps[chance.between(0, std::size(steps) - 1)];
        const auto found = multiply(a, b, step);
        if (found) {
            ASSERT_TRUE(found->in_range());
            ASSERT_TRUE(is_rounding_of(*found, product(a, b), Amount::per_unit, step))
                << a.units << " x " << b.units << " to " << step.units << " gave " << found->units;
        } else {
            const __int128 half_step_below = static_cast<__int128>(Amount::limit) - step.units / 2;
            const __int128 size = product(a, b) < 0 ? -product(a, b) : product(a, b);
            ASSERT_GE(size, half_step_below * Amount::per_unit) << a.units << " x " << b.units << " is in range";
        }
    }
}

constexpr __int128 second = 1'000'000;

TEST(Hours, give_the_credits_of_a_duration)
{
    EXPECT_EQ(multiply_hours(1'800 * second, -1_u), -0.5_u);
    EXPECT_EQ(multiply_hours(1'200 * second, 1_u), 0.3333_u);
    EXPECT_EQ(multiply_hours(-1'200 * second, 1_u), -0.3333_u);
    EXPECT_EQ(multiply_hours(24 * 3'600 * second, -0.25_u), -6_u);
    EXPECT_EQ(multiply_hours(0, 1_u), zero);
}

TEST(Hours, that_end_in_a_tie_go_away_from_zero)
{
    EXPECT_EQ(multiply_hours(300 * second, 0.0006_u), 0.0001_u); // 1/12 hour rounded early would give 0.00004999…
    EXPECT_EQ(multiply_hours(300 * second - 1, 0.0006_u), zero);
    EXPECT_EQ(multiply_hours(1'800 * second, -0.0001_u), -0.0001_u);
    EXPECT_EQ(multiply_hours(-1'800 * second, -0.0001_u), 0.0001_u);
    EXPECT_EQ(multiply_hours(180'000, 1_u), 0.0001_u);
    EXPECT_EQ(multiply_hours(179'999, 1_u), zero);
}

TEST(Hours, out_of_range_are_nothing)
{
    constexpr __int128 longest = static_cast<__int128>(178'000'000) * 31'557'600 * second; // what an interval can say
    EXPECT_EQ(multiply_hours(longest, 1_u), 1'560'348'000'000_u);
    EXPECT_EQ(multiply_hours(longest, 1'000_u), std::nullopt);
    EXPECT_EQ(multiply_hours(longest, most), std::nullopt);
    EXPECT_EQ(multiply_hours(-longest, most), std::nullopt);
    EXPECT_EQ(multiply_hours(3'600 * second, most), most);
    EXPECT_EQ(multiply_hours(3'600 * second + 1, most), std::nullopt);
}

TEST(Hours, are_the_exact_ones_rounded_at_any_magnitude)
{
    Chance chance;
    constexpr __int128 per_hour = 3'600 * second;
    for (uint64_t i = number_from_environment("CREDITS_ITERATIONS", 1'000) * 100; i > 0; --i) {
        const __int128 duration = static_cast<__int128>(chance.magnitude(INT64_MAX)) * (chance.one_in(2) ? 1 : -1);
        const Amount coefficient{chance.magnitude(Amount::limit) * (chance.one_in(2) ? 1 : -1)};
        const auto found = multiply_hours(duration, coefficient);
        const __int128 exact = duration * coefficient.units;
        if (found) {
            ASSERT_TRUE(found->in_range());
            ASSERT_TRUE(is_rounding_of(*found, exact, per_hour, {1}));
        } else {
            ASSERT_GE(exact < 0 ? -exact : exact, Amount::limit * per_hour - per_hour / 2);
        }
    }
}

TEST(Share, is_rounded_half_away_from_zero)
{
    EXPECT_EQ(share(100_u, 1_u, 3_u, cent), 33.33_u);
    EXPECT_EQ(share(66.67_u, 1_u, 2_u, cent), 33.34_u);
    EXPECT_EQ(share(1_u, 1_u, 3_u, 1_u), zero);
    EXPECT_EQ(share(1_u, 1_u, 2_u, 1_u), 1_u);
    EXPECT_EQ(share(zero, 1_u, 2_u, cent), zero);
    EXPECT_EQ(share(100_u, zero, 2_u, cent), zero);
    EXPECT_EQ(share(most, most, most, {1}), most);
}

TEST(Share, of_a_value_finer_than_the_coin_is_never_more_than_the_value)
{
    EXPECT_EQ(share(0.006_u, 9_u, 10_u, cent), 0.006_u);
    EXPECT_EQ(share(0.006_u, 8_u, 10_u, cent), zero);
    EXPECT_EQ(share(100.006_u, 9'999.9999_u, 10'000_u, cent), 100.006_u);
}

TEST(Share, is_the_exact_one_rounded_at_any_magnitude)
{
    Chance chance;
    for (uint64_t i = number_from_environment("CREDITS_ITERATIONS", 1'000) * 100; i > 0; --i) {
        const Amount step = steps[chance.between(0, std::size(steps) - 1)];
        const Amount value{chance.magnitude(Amount::limit) / step.units * step.units};
        const Amount whole{chance.magnitude(Amount::limit - 1) + 1};
        const Amount part{chance.magnitude(whole.units + 1)};
        const Amount found = share(value, part, whole, step);
        ASSERT_LE(found, value);
        ASSERT_TRUE(is_rounding_of(found, product(value, part), whole.units, step))
            << part.units << " of " << whole.units << " of " << value.units << " to " << step.units << " gave " << found.units;
    }
}

} // namespace
} // namespace credits::core
