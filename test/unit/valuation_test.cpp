// Valuations: what credits are worth when they are sold, drawn, credited and revalued (rules 11, 17 and 25).
#include <gtest/gtest.h>

#include "amounts.hpp"
#include "core/valuation.hpp"

namespace credits::core
{
namespace
{

constexpr Worth fifo{.valuation = Valuation::fifo, .unit_value = zero, .step = cent};
constexpr Worth fixed{.valuation = Valuation::fixed, .unit_value = {1'212'500}, .step = cent}; // 121.25

constexpr Lot sold(Amount quantity, Amount amount, Amount value)
{
    return {.lot_no = 1, .quantity = quantity, .amount = amount, .value = value, .remaining = quantity, .remaining_value = value};
}

TEST(Valuation, is_found_by_its_name_alone)
{
    EXPECT_EQ(find_valuation("fifo"), Valuation::fifo);
    EXPECT_EQ(find_valuation("fixed"), Valuation::fixed);
    for (const char* const other : {"", "fif", "fifo ", "Fixed", "average"})
        EXPECT_EQ(find_valuation(other), std::nullopt) << other;
}

TEST(Valuation, a_sale_is_worth_its_amount_or_its_units)
{
    EXPECT_EQ(value_of_sale(fifo, 10_u, 1'000_u), 1'000_u);
    EXPECT_EQ(value_of_sale(fixed, 10_u, 1'000_u), (Amount{12'125'000}));
    EXPECT_EQ(value_of_sale(fixed, {1}, 1_u), (Amount{100})); // 0.012125, to the cent
}

TEST(Valuation, a_gift_is_worth_nothing)
{
    EXPECT_EQ(value_of_sale(fifo, 10_u, zero), zero);
    EXPECT_EQ(value_of_sale(fixed, 10_u, zero), zero);
}

TEST(Valuation, a_value_out_of_range_is_nothing)
{
    EXPECT_FALSE(value_of_sale({Valuation::fixed, 10'000'000_u, cent}, 10'000'000_u, 1_u));
}

TEST(Valuation, a_sale_at_a_unit_value_keeps_it_while_its_credits_stay)
{
    const Effect recorded{.act = Act::sale, .credits = 10_u, .amount = 900_u, .value = 950_u};
    Effect wanted{.act = Act::sale, .credits = 10_u, .amount = 800_u, .value = 1'000_u};
    EXPECT_TRUE(keeps_value(fixed, recorded, wanted));
    EXPECT_FALSE(keeps_value(fifo, recorded, wanted));
    wanted.amount = zero; // a gift now
    EXPECT_FALSE(keeps_value(fixed, recorded, wanted));
    wanted = {.act = Act::sale, .credits = 11_u, .amount = 900_u, .value = 1'100_u};
    EXPECT_FALSE(keeps_value(fixed, recorded, wanted));
}

TEST(Valuation, a_draw_takes_its_share_and_the_last_one_the_rest)
{
    for (const Worth& worth : {fifo, fixed}) {
        Lot lot = sold(3_u, 100_u, 100_u);
        EXPECT_EQ(draw(worth, lot, 1_u).value, (Amount{333'300}));
        EXPECT_EQ(draw(worth, lot, 1_u).value, (Amount{333'400}));
        EXPECT_EQ(draw(worth, lot, 5_u).quantity, 1_u);
        EXPECT_EQ(lot.remaining_value, zero);
    }
}

TEST(Valuation, a_note_without_credits_changes_no_fixed_value)
{
    EXPECT_EQ(value_of_note(fifo, -50_u), -50_u);
    EXPECT_EQ(value_of_note(fixed, -50_u), zero);
}

TEST(Valuation, what_remains_is_worth_what_it_cost_or_its_units)
{
    Lot lot = sold(10_u, 1'000_u, 1'000_u);
    draw(fifo, lot, 4_u);
    EXPECT_EQ(worth_now(fifo, lot), 600_u);
    EXPECT_EQ(worth_now(fixed, lot), (Amount{7'275'000}));
}

} // namespace
} // namespace credits::core
