// The settlement of one line, every recorded against every wanted effect: rules 10, 11, 14, 15 and 17.
#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "amounts.hpp"
#include "core/settlement.hpp"

namespace credits::core
{

namespace
{

constexpr Effect nothing{};
constexpr Target targets[] = {Target::same, Target::other};

Effect sale(Amount credits, Amount amount) { return {Act::sale, credits, amount, amount}; }
Effect consumption(Amount credits) { return {Act::consumption, -credits, zero, zero}; }
Effect note(Amount credits, Amount amount) { return {Act::credit_note, -credits, amount, zero}; }
Effect return_of(Amount credits) { return {Act::return_line, credits, zero, zero}; }

/// Sales, gifts, fixed values that differ from the amount, consumptions, notes, changes of value, returns, nothing, and the
/// limits.
std::vector<Effect> effects()
{
    constexpr Amount most{Amount::limit - 1};
    return {nothing,
            sale(10_u, 1'000_u),
            sale(10_u, 900_u),
            sale(8_u, 1'000_u),
            sale(10_u, zero),
            {Act::sale, 10_u, 1'000_u, 950_u},
            {Act::sale, 10_u, 900_u, 950_u},
            sale(0.0001_u, 0.01_u),
            sale(most, most),
            consumption(0.5_u),
            consumption(0.25_u),
            consumption(12_u),
            consumption(0.0001_u),
            consumption(most),
            note(10_u, -1'000_u),
            note(10_u, zero),
            note(4_u, -1'000_u),
            note(4_u, -390_u),
            note(zero, -30_u),
            note(zero, 30_u),
            note(most, -most),
            return_of(0.5_u),
            return_of(0.25_u),
            return_of(most)};
}

/// What the ledger has recorded of the line once the settlement is carried out: undone first, then booked.
Effect carry_out(Effect recorded, const Settlement& s)
{
    if (s.lot == LotChange::close || s.lot == LotChange::change || s.lot == LotChange::replace)
        recorded = nothing;
    if (s.lot == LotChange::open || s.lot == LotChange::change || s.lot == LotChange::replace) {
        recorded.credits.units += s.sale.credits.units;
        recorded.amount.units += s.sale.amount.units;
        recorded.value = s.sale.value;
    }
    recorded.credits.units += s.give_back.units - s.take_again.units + s.credit_note_undone.credits.units;
    recorded.credits.units += s.to_return.units - s.draw.units - s.credit_note.credits.units;
    recorded.amount.units += s.credit_note_undone.amount.units + s.credit_note.amount.units + s.credit_note_amount.units;
    return recorded;
}

/// An effect but for its kind, which only its article tells.
auto figures(const Effect& effect) { return std::tuple(effect.credits, effect.amount, effect.value); }

TEST(Act, is_told_by_coefficient_and_sign)
{
    EXPECT_EQ(act_of(0.25_u, 0.5_u), Act::sale);
    EXPECT_EQ(act_of(0.25_u, -0.5_u), Act::credit_note);
    EXPECT_EQ(act_of(-0.25_u, -0.5_u), Act::consumption);
    EXPECT_EQ(act_of(-0.25_u, 0.5_u), Act::return_line);
    for (const Amount coefficient : {1_u, -1_u})
        EXPECT_EQ(act_of(coefficient, zero), Act::none);
}

TEST(Settlement, of_a_new_sale_opens_a_lot)
{
    const Settlement s = settle(nothing, sale(10_u, 1'000_u), Target::same);
    EXPECT_EQ(s.lot, LotChange::open);
    EXPECT_EQ(s.sale, sale(10_u, 1'000_u));
    EXPECT_EQ(s.give_back, zero);
    EXPECT_EQ(s.draw, zero);
}

TEST(Settlement, of_a_new_consumption_draws_it_all)
{
    const Settlement s = settle(nothing, consumption(0.5_u), Target::same);
    EXPECT_EQ(s.draw, 0.5_u);
    EXPECT_EQ(s.give_back, zero);
    EXPECT_EQ(s.lot, LotChange::none);
}

TEST(Settlement, of_a_changed_sale_changes_its_lot)
{
    for (const Effect& wanted :
         {sale(8_u, 1'000_u), sale(10_u, 900_u), sale(8_u, 800_u), Effect{Act::sale, 10_u, 1'000_u, 950_u}}) {
        const Settlement s = settle(sale(10_u, 1'000_u), wanted, Target::same);
        EXPECT_EQ(s.lot, LotChange::change);
        EXPECT_EQ(s.sale, wanted);
        EXPECT_FALSE(changes_nothing(s));
    }
}

TEST(Settlement, of_more_consumption_draws_the_difference)
{
    const Settlement s = settle(consumption(0.5_u), consumption(0.75_u), Target::same);
    EXPECT_EQ(s.draw, 0.25_u);
    EXPECT_EQ(s.give_back, zero);
    EXPECT_EQ(s.lot, LotChange::none);
}

TEST(Settlement, of_less_consumption_gives_the_difference_back)
{
    const Settlement s = settle(consumption(0.75_u), consumption(0.5_u), Target::same);
    EXPECT_EQ(s.give_back, 0.25_u);
    EXPECT_EQ(s.draw, zero);
    EXPECT_EQ(s.lot, LotChange::none);
}

TEST(Settlement, of_more_credit_note_takes_the_difference_at_the_difference_of_the_amounts)
{
    const Settlement s = settle(note(4_u, -390_u), note(10_u, -1'000_u), Target::same);
    EXPECT_EQ(s.credit_note, (CreditNoteStep{6_u, -610_u}));
    EXPECT_EQ(s.credit_note_undone, no_step);
    EXPECT_EQ(s.credit_note_amount, zero);
}

TEST(Settlement, of_less_credit_note_gives_the_difference_back)
{
    const Settlement s = settle(note(10_u, -1'000_u), note(4_u, -390_u), Target::same);
    EXPECT_EQ(s.credit_note_undone, (CreditNoteStep{6_u, 610_u}));
    EXPECT_EQ(s.credit_note, no_step);
}

TEST(Settlement, of_another_amount_alone_moves_no_credits)
{
    const Settlement s = settle(note(4_u, -390_u), note(4_u, -400_u), Target::same);
    EXPECT_EQ(s.credit_note_amount, -10_u);
    EXPECT_EQ(s.credit_note, no_step);
    EXPECT_EQ(s.credit_note_undone, no_step);
}

TEST(Settlement, of_a_changed_change_of_value_undoes_it_and_books_it_anew)
{
    const Settlement s = settle(note(zero, -30_u), note(zero, 20_u), Target::same);
    EXPECT_EQ(s.credit_note_undone, (CreditNoteStep{zero, 30_u}));
    EXPECT_EQ(s.credit_note, (CreditNoteStep{zero, 20_u}));
}

TEST(Settlement, of_more_return_gives_the_difference_and_of_less_takes_it_again)
{
    EXPECT_EQ(settle(return_of(0.25_u), return_of(0.5_u), Target::same).to_return, 0.25_u);
    EXPECT_EQ(settle(return_of(0.5_u), return_of(0.25_u), Target::same).take_again, 0.25_u);
}

TEST(Settlement, of_a_moved_credit_note_or_return_undoes_it_and_books_it_anew)
{
    const Settlement moved_note = settle(note(4_u, -390_u), note(4_u, -390_u), Target::other);
    EXPECT_EQ(moved_note.credit_note_undone, (CreditNoteStep{4_u, 390_u}));
    EXPECT_EQ(moved_note.credit_note, (CreditNoteStep{4_u, -390_u}));
    const Settlement moved_return = settle(return_of(0.5_u), return_of(0.5_u), Target::other);
    EXPECT_EQ(moved_return.take_again, 0.5_u);
    EXPECT_EQ(moved_return.to_return, 0.5_u);
}

TEST(Settlement, of_a_deleted_line_undoes_it)
{
    for (const Target target : targets) {
        EXPECT_EQ(settle(sale(10_u, 1'000_u), nothing, target).lot, LotChange::close);
        EXPECT_EQ(settle(consumption(0.5_u), nothing, target).give_back, 0.5_u);
        EXPECT_EQ(settle(note(4_u, -390_u), nothing, target).credit_note_undone, (CreditNoteStep{4_u, 390_u}));
        EXPECT_EQ(settle(return_of(0.5_u), nothing, target).take_again, 0.5_u);
    }
}

TEST(Settlement, of_a_moved_line_undoes_it_and_books_it_anew)
{
    const Settlement moved_sale = settle(sale(10_u, 1'000_u), sale(10_u, 1'000_u), Target::other);
    EXPECT_EQ(moved_sale.lot, LotChange::replace);
    EXPECT_EQ(moved_sale.sale, sale(10_u, 1'000_u));

    const Settlement moved_consumption = settle(consumption(0.5_u), consumption(0.75_u), Target::other);
    EXPECT_EQ(moved_consumption.give_back, 0.5_u);
    EXPECT_EQ(moved_consumption.draw, 0.75_u);
}

TEST(Settlement, between_sale_and_consumption_undoes_the_one_and_books_the_other)
{
    for (const Target target : targets) {
        const Settlement to_consumption = settle(sale(10_u, 1'000_u), consumption(0.5_u), target);
        EXPECT_EQ(to_consumption.lot, LotChange::close);
        EXPECT_EQ(to_consumption.draw, 0.5_u);

        const Settlement to_sale = settle(consumption(0.5_u), sale(10_u, 1'000_u), target);
        EXPECT_EQ(to_sale.give_back, 0.5_u);
        EXPECT_EQ(to_sale.lot, LotChange::open);
        EXPECT_EQ(to_sale.sale, sale(10_u, 1'000_u));
    }
}

TEST(Settlement, of_what_stays_changes_nothing)
{
    for (const Effect& effect : effects())
        EXPECT_TRUE(changes_nothing(settle(effect, effect, Target::same)));
    EXPECT_TRUE(changes_nothing(settle(nothing, nothing, Target::other)));
}

TEST(Settlement, leads_to_what_is_wanted_and_then_to_nothing_more)
{
    for (const Effect& recorded : effects())
        for (const Effect& wanted : effects())
            for (const Target target : targets) {
                const Effect reached = carry_out(recorded, settle(recorded, wanted, target));
                EXPECT_EQ(figures(reached), figures(wanted));
                EXPECT_TRUE(recorded == wanted || !changes_nothing(settle(recorded, wanted, target)));
                EXPECT_TRUE(
                    changes_nothing(settle({wanted.act, reached.credits, reached.amount, reached.value}, wanted, Target::same)));
            }
}

TEST(Settlement, in_place_is_only_the_difference_and_never_gives_back_more_than_was_consumed)
{
    for (const Effect& recorded : effects())
        for (const Effect& wanted : effects())
            for (const Target target : targets) {
                const Settlement s = settle(recorded, wanted, target);
                EXPECT_GE(s.give_back, zero);
                EXPECT_GE(s.draw, zero);
                EXPECT_TRUE(target == Target::other || s.give_back == zero || s.draw == zero);
                EXPECT_TRUE(target == Target::other || s.take_again == zero || s.to_return == zero);
                EXPECT_LE(s.give_back, is_consumption(recorded) ? -recorded.credits : zero);
                EXPECT_LE(s.take_again, is_return(recorded) ? recorded.credits : zero);
                EXPECT_LE(s.credit_note_undone.credits, is_credit_note(recorded) ? -recorded.credits : zero);
            }
}

TEST(Settlement, leaves_the_lot_alone_unless_the_line_was_or_becomes_a_sale)
{
    for (const Effect& recorded : effects())
        for (const Effect& wanted : effects())
            for (const Target target : targets) {
                const LotChange lot = settle(recorded, wanted, target).lot;
                EXPECT_EQ(lot == LotChange::close, is_sale(recorded) && !is_sale(wanted));
                EXPECT_EQ(lot == LotChange::open, !is_sale(recorded) && is_sale(wanted));
                EXPECT_EQ(lot == LotChange::replace, is_sale(recorded) && is_sale(wanted) && target == Target::other);
            }
}

} // namespace
} // namespace credits::core
