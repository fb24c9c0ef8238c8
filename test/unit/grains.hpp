// The naive model of history_test, written differently on purpose. A credit is a handful of grains, each lying in its lot or in
// the hands of the line that took it; nothing is counted, only looked at. Values are never kept: they are worked out from the
// beginning, out of the list of what left and entered a lot, in whole coins.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>
#include <vector>

/// A document line in grains and coins. grains > 0 are sold, < 0 consumed.
struct GrainLine {
    size_t account = 0;
    int day = 0;
    int64_t grains = 0;
    int64_t paid = 0;  // coins, of a sale
    int64_t worth = 0; // coins, of a sale: its value

    friend bool operator==(const GrainLine&, const GrainLine&) = default;
    bool lies_where(const GrainLine& other) const { return account == other.account && day == other.day; }
};

class Grains
{
public:
    enum class Verdict { saved, lot_consumed, balance_negative };

    explicit Grains(size_t accounts) : numbered(accounts) {}

    Verdict save(const std::map<int, GrainLine>& changes)
    {
        Grains tried = *this;
        const Verdict verdict = tried.try_save(changes);
        if (verdict == Verdict::saved)
            *this = tried;
        return verdict;
    }

    int64_t free_in(size_t account, int64_t lot_no) const
    {
        return std::count_if(grains.begin(), grains.end(), [&](const Grain& grain) {
            return grain.account == account && grain.lot_no == lot_no && grain.taker == nobody;
        });
    }

    int64_t held_by(int line, int64_t lot_no) const
    {
        return std::count_if(grains.begin(), grains.end(),
                             [&](const Grain& grain) { return grain.taker == line && grain.lot_no == lot_no; });
    }

    /// The coins in a lot, and those in the hands of a line that came out of it.
    int64_t coins_in(size_t account, int64_t lot_no) const { return work_out(account, lot_no)[lying]; }

    int64_t coins_held(size_t account, int64_t lot_no, int line) const
    {
        int64_t sum = 0;
        for (const auto& [draw, coins] : work_out(account, lot_no))
            if (draw != lying && takers.at(draw) == line)
                sum += coins;
        return sum;
    }

    int64_t lots_numbered(size_t account) const { return numbered[account]; }

private:
    static constexpr int nobody = -1;
    static constexpr int64_t lying = 0;

    struct Grain {
        size_t account;
        int day;
        int64_t lot_no;
        int seller;
        int taker;
        int64_t draw; // with which it was taken
    };

    struct Move { // grains > 0 left the lot with this draw, < 0 came back from it
        int64_t draw;
        int64_t grains;
    };

    struct Story {
        int64_t grains = 0;
        int64_t coins = 0;
        std::vector<Move> moves;
    };

    Verdict try_save(const std::map<int, GrainLine>& changes)
    {
        std::set<std::tuple<int, int>> order;
        for (const auto& [key, line] : changes)
            order.insert({line.day, key});
        for (const auto& [day, key] : order)
            let_go(key, changes.at(key));
        for (const auto& [day, key] : order)
            if (!sell(key, changes.at(key)))
                return Verdict::lot_consumed;
        for (const auto& [day, key] : order)
            if (!take(key, changes.at(key)))
                return Verdict::balance_negative;
        for (const auto& [key, line] : changes)
            lines[key] = line;
        return Verdict::saved;
    }

    /// The grains that fulfil a condition, in an order.
    template <typename Condition, typename Before>
    std::vector<Grain*> grains_that(Condition condition, Before before)
    {
        std::vector<Grain*> found;
        for (Grain& grain : grains)
            if (condition(grain))
                found.push_back(&grain);
        std::stable_sort(found.begin(), found.end(), [&](const Grain* a, const Grain* b) { return before(*a, *b); });
        return found;
    }

    void let_go(int key, const GrainLine& wanted)
    {
        const auto held = grains_that([&](const Grain& grain) { return grain.taker == key; },
                                      [](const Grain& a, const Grain& b) { return a.draw > b.draw; });
        const int64_t keeps = lines[key].lies_where(wanted) ? std::max<int64_t>(-wanted.grains, 0) : 0;
        for (int64_t i = 0; i < static_cast<int64_t>(held.size()) - keeps; ++i) {
            auto& moves = stories[{held[i]->account, held[i]->lot_no}].moves;
            if (i == 0 || held[i - 1]->draw != held[i]->draw)
                moves.push_back({held[i]->draw, 0});
            --moves.back().grains;
            held[i]->taker = nobody;
        }
    }

    bool sell(int key, const GrainLine& wanted)
    {
        const GrainLine recorded = lines[key];
        if (recorded == wanted || (recorded.grains <= 0 && wanted.grains <= 0))
            return true;
        int64_t lot_no = 0;
        for (const Grain& grain : grains)
            if (grain.seller == key) {
                lot_no = grain.lot_no;
                if (grain.taker != nobody)
                    return false;
            }
        std::erase_if(grains, [&](const Grain& grain) { return grain.seller == key; });
        if (recorded.grains > 0)
            stories[{recorded.account, lot_no}] = {};
        if (wanted.grains <= 0)
            return true;
        if (recorded.grains <= 0 || !recorded.lies_where(wanted))
            lot_no = ++numbered[wanted.account];
        grains.insert(grains.end(), wanted.grains, {wanted.account, wanted.day, lot_no, key, nobody, lying});
        stories[{wanted.account, lot_no}] = {wanted.grains, wanted.worth, {}};
        return true;
    }

    bool take(int key, const GrainLine& wanted)
    {
        const auto has = std::count_if(grains.begin(), grains.end(), [&](const Grain& grain) { return grain.taker == key; });
        const auto open =
            grains_that([&](const Grain& grain) { return grain.account == wanted.account && grain.taker == nobody; },
                        [](const Grain& a, const Grain& b) { return std::tuple(a.day, a.lot_no) < std::tuple(b.day, b.lot_no); });
        const int64_t more = -wanted.grains - has;
        if (more > static_cast<int64_t>(open.size()))
            return false;
        for (int64_t i = 0; i < more; ++i) {
            auto& moves = stories[{wanted.account, open[i]->lot_no}].moves;
            if (i == 0 || open[i - 1]->lot_no != open[i]->lot_no) {
                takers[++last_draw] = key;
                moves.push_back({last_draw, 0});
            }
            ++moves.back().grains;
            open[i]->taker = key;
            open[i]->draw = last_draw;
        }
        return true;
    }

    /// The coins of a lot by who has them, worked out from its first day.
    std::map<int64_t, int64_t> work_out(size_t account, int64_t lot_no) const
    {
        const auto story = stories.find({account, lot_no});
        if (story == stories.end())
            return {};
        std::map<int64_t, int64_t> grains_of{{lying, story->second.grains}}, coins_of{{lying, story->second.coins}};
        for (const auto& [draw, moved] : story->second.moves) {
            const int64_t from = moved > 0 ? lying : draw, to = moved > 0 ? draw : lying, count = std::abs(moved);
            const __int128 twice = static_cast<__int128>(coins_of[from]) * count * 2 / grains_of[from];
            const auto coins = static_cast<int64_t>((twice + 1) / 2);
            coins_of[from] -= coins;
            coins_of[to] += coins;
            grains_of[from] -= count;
            grains_of[to] += count;
        }
        return coins_of;
    }

    std::vector<Grain> grains;
    std::map<int, GrainLine> lines;
    std::map<std::tuple<size_t, int64_t>, Story> stories; // by account and lot number
    std::map<int64_t, int> takers;                        // by draw
    std::vector<int64_t> numbered;                        // last lot number, by account
    int64_t last_draw = lying;
};
