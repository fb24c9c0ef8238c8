// Random histories: documents are saved, edited, moved and deleted, and a ledger kept by core must stay what a naive model of
// grains and a sum over the documents say it is (rules 11 to 15). CREDITS_SEED and CREDITS_ITERATIONS repeat and prolong.
#include <gtest/gtest.h>

#include <cstdint>

#include "amounts.hpp"
#include "book.hpp"
#include "chance.hpp"
#include "grains.hpp"

namespace credits::core
{
namespace
{

struct Setting {
    std::vector<Terms> terms; // of each account
    Amount grain;             // every quantity is a multiple of it
    int lines;
    int saves;
};

/// How often each thing happened over all histories: a random test that never gets anywhere proves nothing.
struct Tally {
    int saved, lot_consumed, balance_negative, split_draws, values_rounded;
} tally;

class History
{
public:
    History(Chance& stream, const Setting& chosen)
        : chance(stream), setting(chosen), book(setting.terms), model(setting.terms.size())
    {
    }

    void run()
    {
        for (int i = 0; i < setting.saves && !testing::Test::HasFatalFailure(); ++i)
            save(some_changes());
        if (!testing::Test::HasFatalFailure())
            save_the_same_again();
        if (!testing::Test::HasFatalFailure())
            take_everything_back();
    }

private:
    void save(const Lines& changes)
    {
        const Verdict verdict = book.save(changes);
        ASSERT_EQ(static_cast<int>(verdict), static_cast<int>(model.save(in_grains(changes))));
        Lines after = documents;
        for (const auto& [key, line] : changes)
            after[key] = line;
        ASSERT_TRUE(verdict == Verdict::lot_consumed || (verdict == Verdict::saved) == is_covered(after));
        if (verdict == Verdict::saved)
            documents = after;
        tally.saved += verdict == Verdict::saved;
        tally.lot_consumed += verdict == Verdict::lot_consumed;
        tally.balance_negative += verdict == Verdict::balance_negative;
        compare();
    }

    void save_the_same_again()
    {
        const size_t before = book.entry_count();
        save(documents);
        ASSERT_EQ(book.entry_count(), before);
    }

    void take_everything_back()
    {
        Lines changes = documents;
        for (auto& [key, line] : changes)
            if (line.credits < zero)
                line.credits = zero;
        save(changes);
        for (size_t account = 0; account < setting.terms.size(); ++account)
            for (const auto& [lot, day] : book.lots_of(account)) {
                ASSERT_TRUE(is_untouched(lot));
                ASSERT_EQ(lot.remaining_value, lot.value);
            }
        for (auto& [key, line] : changes)
            line.credits = zero;
        save(changes);
        for (size_t account = 0; account < setting.terms.size(); ++account)
            for (const auto& [lot, day] : book.lots_of(account))
                ASSERT_EQ(lot.remaining, zero);
    }

    /// The documents alone: what is consumed is covered by what is sold, on every account.
    bool is_covered(const Lines& lines) const
    {
        std::vector<int64_t> balance(setting.terms.size());
        for (const auto& [key, line] : lines)
            balance[line.account] += line.credits.units;
        return *std::min_element(balance.begin(), balance.end()) >= 0;
    }

    void compare()
    {
        for (size_t account = 0; account < setting.terms.size(); ++account) {
            ASSERT_EQ(static_cast<int64_t>(book.lots_of(account).size()), model.lots_numbered(account));
            for (const auto& [lot, day] : book.lots_of(account)) {
                ASSERT_EQ(lot.remaining.units, model.free_in(account, lot.lot_no) * setting.grain.units);
                ASSERT_EQ(lot.remaining_value, in_money(account, model.coins_in(account, lot.lot_no)));
                ASSERT_LE(lot.remaining, lot.quantity);
                ASSERT_TRUE(lot.remaining > zero || lot.remaining_value == zero);
            }
        }
        for (const auto& [key, stored] : book.booked())
            compare_draws(key, stored);
    }

    void compare_draws(int key, const StoredLine& stored)
    {
        std::map<int64_t, Movement> by_lot;
        for (const Draw& draw : stored.draws) {
            by_lot[draw.lot_no].quantity.units += draw.quantity.units;
            by_lot[draw.lot_no].value.units += draw.value.units;
        }
        int64_t consumed = 0;
        for (const auto& [lot_no, drawn] : by_lot) {
            ASSERT_EQ(drawn.quantity.units, model.held_by(key, lot_no) * setting.grain.units);
            ASSERT_EQ(drawn.value, in_money(stored.line.account, model.coins_held(stored.line.account, lot_no, key)));
            consumed += drawn.quantity.units;
            const Lot& lot = book.lots_of(stored.line.account)[lot_no - 1].lot;
            tally.values_rounded += static_cast<__int128>(drawn.value.units) * lot.quantity.units !=
                                    static_cast<__int128>(lot.value.units) * drawn.quantity.units;
        }
        ASSERT_EQ(consumed, std::max<int64_t>(-stored.line.credits.units, 0));
        tally.split_draws += by_lot.size() > 1;
    }

    Lines some_changes()
    {
        Lines changes;
        for (auto count = chance.between(1, 5); count > 0; --count) {
            const int key = static_cast<int>(chance.between(1, setting.lines));
            const auto known = documents.find(key);
            changes[key] = known == documents.end() || chance.one_in(3) ? any_line(key) : edited(known->second);
        }
        return changes;
    }

    /// Most keys are lines that always sell or always consume; now and then the article changes.
    Line any_line(int key)
    {
        const bool sells = (key % 3 == 0) != chance.one_in(12);
        const int64_t grains = chance.one_in(5) ? 0 : sells ? chance.between(1, 30) : -chance.between(1, 12);
        const auto account = static_cast<size_t>(chance.between(0, static_cast<int64_t>(setting.terms.size()) - 1));
        return {account, static_cast<int>(chance.between(1, 9)), {grains * setting.grain.units}, any_amount(account)};
    }

    Line edited(Line line)
    {
        const int64_t more = chance.between(-3, 3) * setting.grain.units;
        switch (chance.between(1, 6)) {
        case 1:
            line.day = static_cast<int>(chance.between(1, 9));
            break;
        case 2:
            line.credits = zero;
            break;
        case 3:
            line.amount = any_amount(line.account);
            break;
        default:
            line.credits.units += more;
            break;
        }
        return line;
    }

    Amount any_amount(size_t account)
    {
        return in_money(account, chance.magnitude(Amount::limit / setting.terms[account].coin.units));
    }

    Amount in_money(size_t account, int64_t coins) const { return {coins * setting.terms[account].coin.units}; }

    std::map<int, GrainLine> in_grains(const Lines& changes) const
    {
        std::map<int, GrainLine> lines;
        for (const auto& [key, line] : changes) {
            const auto& [coin, unit_value] = setting.terms[line.account];
            const int64_t paid = line.credits > zero ? line.amount.units / coin.units : 0;
            const int64_t worth = unit_value && line.credits > zero ? fixed_worth(line.credits, *unit_value, coin) : paid;
            lines[key] = {line.account, line.day, line.credits.units / setting.grain.units, paid, worth};
        }
        return lines;
    }

    /// In coins: the number of whole half coins, then the halves together upwards.
    static int64_t fixed_worth(Amount credits, Amount unit_value, Amount coin)
    {
        const int64_t half_coins = 2 * credits.units * unit_value.units / (Amount::per_unit * coin.units);
        return (half_coins + 1) / 2;
    }

    Chance& chance;
    const Setting setting;
    Book book;
    Grains model;
    Lines documents;
};

Setting any_setting(Chance& chance)
{
    constexpr int64_t coins[] = {100, 10'000, 1};
    constexpr int64_t grains[] = {2'500, 10'000, 1, 3'333};
    std::vector<Terms> terms;
    for (auto count = chance.between(1, 3); count > 0; --count)
        terms.push_back({{coins[chance.between(0, 2)]},
                         chance.one_in(3) ? std::optional(Amount{chance.between(0, 1'000'000)}) : std::nullopt});
    return {terms, {grains[chance.between(0, 3)]}, 12, 40};
}

TEST(History, of_any_saves_is_what_the_naive_model_says)
{
    Chance chance;
    tally = {};
    const uint64_t iterations = number_from_environment("CREDITS_ITERATIONS", 1'000);
    for (uint64_t i = 0; i < iterations && !HasFatalFailure(); ++i) {
        SCOPED_TRACE(testing::Message() << "history " << i);
        History(chance, any_setting(chance)).run();
    }
    if (iterations < 100)
        return;
    EXPECT_GT(tally.saved, 0);
    EXPECT_GT(tally.lot_consumed, 0);
    EXPECT_GT(tally.balance_negative, 0);
    EXPECT_GT(tally.split_draws, 0);
    EXPECT_GT(tally.values_rounded, 0);
}

TEST(History, of_many_lots_and_lines_is_what_the_naive_model_says)
{
    Chance chance;
    const uint64_t iterations = number_from_environment("CREDITS_ITERATIONS", 1'000) / 500 + 1;
    for (uint64_t i = 0; i < iterations && !HasFatalFailure(); ++i) {
        SCOPED_TRACE(testing::Message() << "history " << i);
        Setting setting = any_setting(chance);
        setting.lines = 150;
        setting.saves = 300;
        History(chance, setting).run();
    }
}

} // namespace
} // namespace credits::core
