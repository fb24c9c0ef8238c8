// A ledger in memory that carries out what core decides, in the order of the real one, without a database: the thing under test
// in history_test. It holds the customers' accounts, and the document lines as they were last booked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "core/lot.hpp"
#include "core/settlement.hpp"

namespace credits::core
{

/// How an account counts: the coin of its currency, and the value of a credit where that is fixed.
struct Terms {
    Amount coin;
    std::optional<Amount> unit_value;
};

/// What a document line says now: credits > 0 a sale, < 0 a consumption, 0 a line that does not count.
struct Line {
    size_t account;
    int day;
    Amount credits;
    Amount amount;
};

using Lines = std::map<int, Line>; // by line key, which is also the order of documents of one day

enum class Verdict { saved, lot_consumed, balance_negative };

struct StoredLot {
    Lot lot;
    int day;
};

struct StoredLine {
    Line line;
    int64_t lot_no;          // of a sale
    std::vector<Draw> draws; // of a consumption, oldest first
};

class Book
{
public:
    explicit Book(std::vector<Terms> of_accounts) : terms(std::move(of_accounts)), lots(terms.size()) {}

    /// Settles the lines of one save: all of them, or none.
    Verdict save(const Lines& changes)
    {
        const auto lots_before = lots;
        const auto lines_before = lines;
        const auto entries_before = entries;
        const Verdict verdict = carry_out(in_document_order(changes));
        if (verdict != Verdict::saved) {
            lots = lots_before;
            lines = lines_before;
            entries = entries_before;
        }
        return verdict;
    }

    const std::vector<StoredLot>& lots_of(size_t account) const { return lots[account]; }
    const std::map<int, StoredLine>& booked() const { return lines; }
    size_t entry_count() const { return entries; }

private:
    struct Step {
        int key;
        Line line;
        Settlement settlement;
    };

    std::vector<Step> in_document_order(const Lines& changes)
    {
        std::vector<Step> steps;
        for (const auto& [key, line] : changes) {
            const Line& recorded = lines[key].line;
            const bool same = recorded.account == line.account && recorded.day == line.day;
            steps.push_back({key, line, settle(effect(recorded), effect(line), same ? Target::same : Target::other)});
        }
        std::sort(steps.begin(), steps.end(),
                  [](const Step& a, const Step& b) { return std::tuple(a.line.day, a.key) < std::tuple(b.line.day, b.key); });
        return steps;
    }

    Verdict carry_out(const std::vector<Step>& steps)
    {
        for (const Step& step : steps)
            return_credits(lines[step.key], step.settlement.give_back);
        for (const Step& step : steps)
            if (!change_lot(lines[step.key], step))
                return Verdict::lot_consumed;
        for (const Step& step : steps)
            if (!draw(lines[step.key], step.line, step.settlement.draw))
                return Verdict::balance_negative;
        for (const Step& step : steps)
            lines[step.key].line = step.line;
        return Verdict::saved;
    }

    void return_credits(StoredLine& stored, Amount wanted)
    {
        const size_t account = stored.line.account;
        for (auto draw = stored.draws.rbegin(); wanted > zero; ++draw) {
            const Movement back = give_back(*draw, lot_of(account, draw->lot_no), wanted, terms[account].coin);
            wanted = less(wanted, back.quantity);
            ++entries;
        }
        std::erase_if(stored.draws, [](const Draw& draw) { return draw.quantity == zero; });
    }

    bool change_lot(StoredLine& stored, const Step& step)
    {
        const LotChange change = step.settlement.lot;
        const Effect& sale = step.settlement.sale;
        if (change == LotChange::none)
            return true;
        ++entries;
        if (change == LotChange::open || change == LotChange::replace) {
            if (change == LotChange::replace && !overwrite(stored, {}))
                return false;
            stored.lot_no = static_cast<int64_t>(lots[step.line.account].size()) + 1;
            lots[step.line.account].push_back({new_lot(stored.lot_no, sale), step.line.day});
            return true;
        }
        return overwrite(stored, change == LotChange::change ? sale : Effect{});
    }

    bool overwrite(const StoredLine& stored, const Effect& sale)
    {
        Lot& lot = lot_of(stored.line.account, stored.lot_no);
        const bool allowed = is_untouched(lot);
        lot = new_lot(lot.lot_no, sale);
        return allowed;
    }

    bool draw(StoredLine& stored, const Line& line, Amount wanted)
    {
        while (wanted > zero) {
            Lot* lot = oldest_open(line.account);
            if (!lot)
                return false;
            const Movement taken = draw_from(*lot, wanted, terms[line.account].coin);
            stored.draws.push_back({static_cast<int64_t>(++entries), lot->lot_no, taken.quantity, taken.value});
            wanted = less(wanted, taken.quantity);
        }
        return true;
    }

    Lot* oldest_open(size_t account)
    {
        StoredLot* oldest = nullptr;
        for (StoredLot& stored : lots[account])
            if (stored.lot.remaining > zero && (!oldest || stored.day < oldest->day))
                oldest = &stored;
        return oldest ? &oldest->lot : nullptr;
    }

    Effect effect(const Line& line) const
    {
        if (line.credits <= zero)
            return {line.credits < zero ? Act::consumption : Act::none, line.credits, zero, zero};
        const auto& [coin, unit_value] = terms[line.account];
        return {Act::sale, line.credits, line.amount,
                unit_value ? multiply(line.credits, *unit_value, coin).value() : line.amount};
    }

    static Lot new_lot(int64_t lot_no, const Effect& sale)
    {
        return {lot_no, sale.credits, sale.amount, sale.value, sale.credits, sale.value};
    }

    Lot& lot_of(size_t account, int64_t lot_no) { return lots[account][static_cast<size_t>(lot_no) - 1].lot; }

    std::vector<Terms> terms;
    std::vector<std::vector<StoredLot>> lots; // per account, by lot number
    std::map<int, StoredLine> lines;
    size_t entries = 0;
};

} // namespace credits::core
