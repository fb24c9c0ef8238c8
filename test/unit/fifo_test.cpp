// What comes out of a lot and what goes back, to the cent: rules 11, 14 and 15, and the worked examples of the domain.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "amounts.hpp"
#include "chance.hpp"
#include "core/lot.hpp"

namespace credits::core
{
namespace
{

Lot sold(int64_t lot_no, Amount quantity, Amount value) { return {lot_no, quantity, value, value, quantity, value}; }

/// Draws from the lots in the order given and returns one draw per lot touched.
std::vector<Draw> consume(std::vector<Lot>& lots, Amount wanted, Amount step = cent)
{
    std::vector<Draw> draws;
    for (Lot& lot : lots) {
        if (wanted == zero)
            break;
        if (lot.remaining == zero)
            continue;
        const Movement movement = draw_from(lot, wanted, step);
        draws.push_back({static_cast<int64_t>(draws.size()) + 1, lot.lot_no, movement.quantity, movement.value});
        wanted = less(wanted, movement.quantity);
    }
    EXPECT_EQ(wanted, zero);
    return draws;
}

Amount value_of(const std::vector<Draw>& draws)
{
    Amount sum = zero;
    for (const Draw& draw : draws)
        sum = add(sum, draw.value).value();
    return sum;
}

TEST(Draw, takes_the_oldest_lot_first_and_splits_over_the_next)
{
    std::vector<Lot> lots{sold(1, 10_u, 1'000_u), sold(2, 10_u, 900_u)};
    const auto first = consume(lots, 8_u);
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(value_of(first), 800_u);
    const auto second = consume(lots, 4_u);
    ASSERT_EQ(second.size(), 2u);
    EXPECT_EQ(second[0].value, 200_u);
    EXPECT_EQ(second[1].value, 180_u);
    const auto third = consume(lots, 8_u);
    EXPECT_EQ(value_of(third), 720_u);
    EXPECT_EQ(value_of(first).units + value_of(second).units + value_of(third).units, (1'900_u).units);
    EXPECT_EQ(lots[1].remaining, zero);
}

TEST(Draw, loses_no_cent_of_a_lot_that_does_not_divide)
{
    std::vector<Lot> lots{sold(1, 3_u, 100_u)};
    EXPECT_EQ(value_of(consume(lots, 1_u)), 33.33_u);
    EXPECT_EQ(value_of(consume(lots, 1_u)), 33.34_u);
    EXPECT_EQ(value_of(consume(lots, 1_u)), 33.33_u);
    EXPECT_EQ(lots[0].remaining, zero);
    EXPECT_EQ(lots[0].remaining_value, zero);
}

TEST(Draw, of_fixed_lots_has_the_fixed_unit_value)
{
    const Amount value = multiply(10_u, 95_u, cent).value();
    std::vector<Lot> lots{{1, 10_u, 1'000_u, value, 10_u, value}, {2, 10_u, 900_u, value, 10_u, value}};
    EXPECT_EQ(value_of(consume(lots, 8_u)), 760_u);
    EXPECT_EQ(value_of(consume(lots, 4_u)), 380_u);
    EXPECT_EQ(value_of(consume(lots, 8_u)), 760_u);
}

TEST(Draw, month_by_month_brings_the_advance_into_the_result)
{
    std::vector<Lot> lots{sold(1, 10_u, 1'000_u)};
    EXPECT_EQ(value_of(consume(lots, 3_u)), 300_u);
    EXPECT_EQ(lots[0].remaining_value, 700_u);
    EXPECT_EQ(value_of(consume(lots, 4_u)), 400_u);
    EXPECT_EQ(lots[0].remaining_value, 300_u);
    EXPECT_EQ(value_of(consume(lots, 3_u)), 300_u);
    EXPECT_EQ(lots[0].remaining_value, zero);
}

TEST(Draw, of_the_last_open_credit_is_enough_and_leaves_zero)
{
    Lot lot = sold(1, 0.5_u, 50_u);
    const Movement all = draw_from(lot, 0.5_u, cent);
    EXPECT_EQ(all.quantity, 0.5_u);
    EXPECT_EQ(lot.remaining, zero);
}

TEST(Draw, never_takes_more_than_is_open)
{
    Lot lot = sold(1, 0.25_u, 25_u);
    const Movement movement = draw_from(lot, 0.5_u, cent);
    EXPECT_EQ(movement.quantity, 0.25_u);
    EXPECT_EQ(movement.value, 25_u);
    EXPECT_EQ(lot.remaining, zero);
    EXPECT_EQ(lot.remaining_value, zero);
}

TEST(Draw, from_a_gift_has_no_value)
{
    Lot gift = sold(1, 2_u, zero);
    EXPECT_EQ(draw_from(gift, 1_u, cent).value, zero);
    EXPECT_EQ(draw_from(gift, 1_u, cent).value, zero);
}

TEST(Draw, works_up_to_the_limits)
{
    constexpr Amount most{Amount::limit - 1};
    Lot lot = sold(1, most, most);
    const Movement half = draw_from(lot, Amount{most.units / 2}, {1});
    EXPECT_EQ(half.value, half.quantity);
    EXPECT_EQ(lot.remaining_value, lot.remaining);
    EXPECT_EQ(draw_from(lot, most, {1}).quantity, less(most, half.quantity));
    EXPECT_EQ(lot.remaining_value, zero);
}

TEST(Return, of_a_whole_draw_restores_the_lot_exactly)
{
    Lot lot = sold(1, 3_u, 100_u);
    draw_from(lot, 1_u, cent);
    const Lot before = lot;
    const Movement taken = draw_from(lot, 1_u, cent);
    Draw draw{2, 1, taken.quantity, taken.value};
    const Movement back = give_back(draw, lot, 1_u, cent);
    EXPECT_EQ(back.value, 33.34_u);
    EXPECT_EQ(lot.remaining, before.remaining);
    EXPECT_EQ(lot.remaining_value, before.remaining_value);
    EXPECT_EQ(draw.quantity, zero);
    EXPECT_EQ(draw.value, zero);
}

TEST(Return, of_a_part_has_its_share_and_the_last_part_the_rest)
{
    Lot lot = sold(1, 3_u, 100_u);
    const Movement taken = draw_from(lot, 3_u, cent);
    Draw draw{1, 1, taken.quantity, taken.value};
    EXPECT_EQ(give_back(draw, lot, 1_u, cent).value, 33.33_u);
    EXPECT_EQ(give_back(draw, lot, 1_u, cent).value, 33.34_u);
    EXPECT_FALSE(is_untouched(lot));
    EXPECT_EQ(give_back(draw, lot, 1_u, cent).value, 33.33_u);
    EXPECT_TRUE(is_untouched(lot));
    EXPECT_EQ(lot.remaining_value, lot.value);
}

TEST(Return, never_gives_more_than_the_draw_took)
{
    Lot lot = sold(1, 10_u, 100_u);
    const Movement taken = draw_from(lot, 4_u, cent);
    Draw draw{1, 1, taken.quantity, taken.value};
    EXPECT_EQ(give_back(draw, lot, 5_u, cent).quantity, 4_u);
    EXPECT_EQ(lot.remaining, lot.quantity);
}

TEST(Return, works_up_to_the_limits)
{
    constexpr Amount most{Amount::limit - 1};
    Lot lot = sold(1, most, most);
    const Movement taken = draw_from(lot, most, {1});
    Draw draw{1, 1, taken.quantity, taken.value};
    EXPECT_EQ(give_back(draw, lot, Amount{1}, {1}).value, Amount{1});
    give_back(draw, lot, most, {1});
    EXPECT_EQ(lot.remaining, most);
    EXPECT_EQ(lot.remaining_value, most);
}

TEST(Lot, is_untouched_only_while_nothing_is_out)
{
    Lot lot = sold(1, 10_u, 1'000_u);
    EXPECT_TRUE(is_untouched(lot));
    draw_from(lot, 0.0001_u, cent);
    EXPECT_FALSE(is_untouched(lot));
}

/// One lot under random draws and returns, with values as fine as the coin or finer.
TEST(Lot, keeps_every_cent_through_any_draws_and_returns)
{
    Chance chance;
    for (uint64_t i = number_from_environment("CREDITS_ITERATIONS", 1'000); i > 0; --i) {
        const Amount step{chance.one_in(2) ? 100 : 10'000};
        const Amount grain{chance.one_in(3) ? 1 : step.units};
        Lot lot = sold(1, Amount{chance.magnitude(Amount::limit - 1) + 1},
                       Amount{chance.magnitude(Amount::limit) / grain.units * grain.units});
        std::vector<Draw> draws;
        for (auto moves = chance.between(1, 40); moves > 0; --moves) {
            const Amount wanted{chance.magnitude(lot.quantity.units) + 1};
            if (draws.empty() || (lot.remaining > zero && chance.one_in(2))) {
                const Movement taken = draw_from(lot, wanted, step);
                draws.push_back({static_cast<int64_t>(draws.size()), 1, taken.quantity, taken.value});
            } else {
                give_back(draws[chance.between(0, draws.size() - 1)], lot, wanted, step);
            }
            __int128 credits = lot.remaining.units, value = lot.remaining_value.units;
            for (const Draw& draw : draws) {
                ASSERT_GE(draw.quantity, zero);
                ASSERT_GE(draw.value, zero);
                ASSERT_TRUE(draw.quantity > zero || draw.value == zero);
                credits += draw.quantity.units;
                value += draw.value.units;
            }
            ASSERT_TRUE(credits == lot.quantity.units && value == lot.value.units);
            ASSERT_GE(lot.remaining, zero);
            ASSERT_GE(lot.remaining_value, zero);
            ASSERT_TRUE(lot.remaining > zero || lot.remaining_value == zero);
        }
        for (Draw& draw : draws)
            give_back(draw, lot, draw.quantity, step);
        ASSERT_TRUE(is_untouched(lot));
        ASSERT_EQ(lot.remaining_value, lot.value);
    }
}

TEST(TakingAgain, what_a_return_gave_is_its_exact_reversal)
{
    Lot lot = sold(1, 3_u, 100_u);
    Draw draw{1, 1, zero, zero};
    const Movement drawn = draw_from(lot, 3_u, cent);
    draw.quantity = drawn.quantity;
    draw.value = drawn.value;
    const Movement given = give_back(draw, lot, 2_u, cent);
    EXPECT_EQ(given.value, 66.67_u);
    Draw tie{2, 1, given.quantity, given.value};
    const Movement first = take_again(tie, lot, 1_u, cent);
    EXPECT_EQ(first.value, 33.34_u);
    const Movement second = take_again(tie, lot, 1_u, cent);
    EXPECT_EQ(second.value, 33.33_u);
    EXPECT_EQ(lot.remaining, zero);
    EXPECT_EQ(lot.remaining_value, zero);
}

TEST(TakingAgain, takes_no_more_than_the_lot_still_has)
{
    Lot lot{1, 5_u, 500_u, 500_u, 2_u, 200_u};
    Draw tie{2, 1, 3_u, 300_u};
    EXPECT_EQ(take_again(tie, lot, 3_u, cent).quantity, 2_u);
    EXPECT_EQ(tie.quantity, 1_u);
    EXPECT_EQ(tie.value, 100_u);
    EXPECT_EQ(take_again(tie, lot, 1_u, cent).quantity, zero);
}

TEST(TakingAgain, leaves_a_lot_alone_that_has_the_credits_at_another_value)
{
    const Draw given{2, 1, 1_u, 33.34_u};
    for (const Amount left : {33.33_u, 33.35_u, zero}) { // emptied, it must leave no value behind, and not go below 0
        Lot lot{1, 3_u, 100_u, 100_u, 1_u, left};
        Draw tie = given;
        EXPECT_EQ(take_again(tie, lot, 1_u, cent).quantity, zero);
        EXPECT_EQ(tie.value, given.value);
        EXPECT_EQ(lot.remaining_value, left);
    }
    Lot cheaper{1, 3_u, 100_u, 100_u, 2_u, 33.33_u};
    Draw tie = given;
    EXPECT_EQ(take_again(tie, cheaper, 1_u, cent).quantity, zero);
}

TEST(ChangeOfValue, is_within_the_value_of_what_is_open)
{
    const Lot open{1, 3_u, 300_u, 300_u, 1_u, 100_u};
    EXPECT_EQ(change_of_value(open, 30_u), 30_u);
    EXPECT_EQ(change_of_value(open, -100_u), -100_u);
    EXPECT_EQ(change_of_value(open, -100.01_u), -100_u);
    const Lot used{1, 3_u, 300_u, 300_u, zero, zero};
    EXPECT_EQ(change_of_value(used, 30_u), zero);
    EXPECT_EQ(change_of_value(used, -30_u), zero);
}

TEST(Untouched, is_a_lot_that_is_neither_consumed_nor_credited_nor_worth_something_else)
{
    Lot lot = sold(1, 3_u, 100_u);
    EXPECT_TRUE(is_untouched(lot));
    EXPECT_EQ(consumed_of(lot), zero);
    lot.remaining_value = 90_u;
    EXPECT_FALSE(is_untouched(lot));
    lot = sold(1, 3_u, 100_u);
    lot.remaining = 2_u;
    EXPECT_FALSE(is_untouched(lot));
    EXPECT_EQ(consumed_of(lot), 1_u);
    lot.credited = 1_u;
    EXPECT_EQ(consumed_of(lot), zero);
    lot.remaining = lot.quantity;
    EXPECT_FALSE(is_untouched(lot));
}

TEST(Worth, of_what_remains_is_credits_times_unit_value)
{
    Lot lot = sold(1, 10_u, 950_u);
    EXPECT_EQ(worth_at(lot, 100_u, cent), 1'000_u);
    lot.remaining = {33'333}; // 3.3333 x 95 = 316.6635
    EXPECT_EQ(worth_at(lot, 95_u, cent), (Amount{3'166'600}));
    lot.remaining = zero;
    EXPECT_EQ(worth_at(lot, 95_u, cent), zero);
}

TEST(Worth, of_a_gift_is_nothing_and_of_a_sale_at_unit_value_0_is_not)
{
    Lot gift = sold(1, 10_u, zero);
    EXPECT_EQ(worth_at(gift, 100_u, cent), zero);
    gift.amount = 1_u;
    EXPECT_EQ(worth_at(gift, 100_u, cent), 1'000_u);
}

TEST(Worth, out_of_range_is_nothing) { EXPECT_FALSE(worth_at(sold(1, 10'000'000_u, 1_u), 10'000'000_u, cent)); }

TEST(Spread, gives_every_cent_to_some_piece)
{
    Chance chance;
    for (int i = 0; i < 1'000; ++i) {
        Spread spread{{chance.between(-100'000, 100'000)}, {chance.between(1, 90'000)}};
        const Spread whole = spread;
        int64_t sum = 0;
        while (spread.credits > zero) {
            const Amount piece{chance.between(1, spread.credits.units)};
            const Spread before = spread;
            const Amount part = take_part(spread, piece, cent);
            EXPECT_TRUE(piece == before.credits ? part == before.amount
                                                : is_rounding_of(part, static_cast<__int128>(before.amount.units) * piece.units,
                                                                 before.credits.units, cent));
            sum += part.units;
        }
        EXPECT_EQ(sum, whole.amount.units);
        EXPECT_EQ(spread.amount, zero);
    }
}

} // namespace
} // namespace credits::core
