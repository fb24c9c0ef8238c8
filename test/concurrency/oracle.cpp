// What must hold in the books, a function per property.
#include "wanted.hpp"

namespace concurrency
{

namespace
{

void check_balances(const Books& books, const std::map<LineId, Sums>& effects, Findings& findings)
{
    std::map<AccountId, Sums> documents, ledger;
    for (const auto& [id, effect] : effects)
        documents[{std::get<0>(id), std::get<1>(id)}].credits += effect.credits;
    for (const Account& account : books.accounts) {
        ledger[{account.customer, account.type}].credits += account.balance;
        if (account.balance < 0)
            findings.add(Property::balances, account.customer + " " + account.type + " is below zero");
    }
    findings.compare(Property::balances, documents, ledger);
}

void check_lines(const Books& books, const Wanted& wanted, Findings& findings)
{
    std::map<LineId, Sums> credits, booked_credits, booked_sales;
    for (const auto& [id, effect] : wanted.effects)
        credits[id].credits = effect.credits;
    for (const Entry& entry : books.entries) {
        const LineId id{entry.customer, entry.type, entry.table, entry.key};
        booked_credits[id].credits += entry.quantity;
        if (!is_sold(entry) && !is_refund(entry))
            continue;
        Sums& sold = booked_sales[id];
        sold = {sold.credits + entry.quantity, sold.value + (is_sold(entry) ? entry.value : 0), sold.amount + entry.amount};
    }
    findings.compare(Property::lines, credits, booked_credits);
    findings.compare(Property::sales, wanted.sales, booked_sales);
}

void check_conservation(const Books& books, const std::map<LineId, Sums>& effects, Findings& findings)
{
    std::map<AccountId, Sums> sold, accounted, in_accounts, in_lots;
    for (const auto& [id, effect] : effects)
        sold[{std::get<0>(id), std::get<1>(id)}].value += effect.value;
    for (const Account& account : books.accounts)
        in_accounts[{account.customer, account.type}] = {account.balance, account.value, 0};
    for (const Lot& lot : books.lots) {
        accounted[{lot.customer, lot.type}].value += lot.remaining_value;
        in_lots[{lot.customer, lot.type}].credits += lot.remaining;
        in_lots[{lot.customer, lot.type}].value += lot.remaining_value;
    }
    for (const Entry& entry : books.entries)
        if (is_consumed(entry) || is_refund(entry))
            accounted[{entry.customer, entry.type}].value -= entry.value;
    findings.compare(Property::conservation, sold, accounted);
    findings.compare(Property::conservation, in_accounts, in_lots);
}

void check_lots(const Books& books, Findings& findings)
{
    std::map<LotId, Sums> moved, remaining, sold, lots;
    std::map<LotId, Units> credited;
    for (const Entry& entry : books.entries) {
        const LotId id{entry.customer, entry.type, entry.lot_no};
        moved[id] = {moved[id].credits + entry.quantity, moved[id].value + entry.value, 0};
        if (is_refund(entry))
            credited[id] -= entry.quantity;
        if (is_sold(entry))
            sold[id] = {sold[id].credits + entry.quantity, sold[id].value + entry.value, 0};
    }
    for (const Lot& lot : books.lots) {
        const LotId id{lot.customer, lot.type, lot.lot_no};
        remaining[id] = {lot.remaining, lot.remaining_value, 0};
        lots[id] = {lot.quantity, lot.value, 0};
        const bool bounded =
            lot.remaining >= 0 && lot.remaining <= lot.quantity - credited[id] && credited[id] >= 0 && lot.remaining_value >= 0;
        const bool closes = lot.open == (lot.remaining > 0) && (lot.open || lot.remaining_value == 0);
        if (!bounded || !closes)
            findings.add(Property::lots, text_of(id) + "has " + to_text(lot.remaining) + " of " + to_text(lot.quantity) +
                                             ", value " + to_text(lot.remaining_value));
    }
    findings.compare(Property::lots, moved, remaining);
    findings.compare(Property::lots, sold, lots);
}

/// What a credit note takes back is of the sale that it refers to. One that was given another key is referred to by its former.
void check_references(const Books& books, Findings& findings)
{
    std::map<LineKey, LineKey> sale_of;
    for (const DocumentLine& line : books.lines)
        if (!line.refund_of.empty())
            sale_of[{line.table, line.key}] = {line.table, line.refund_of};
    std::map<LotId, LineKey> sold_by;
    for (const Lot& lot : books.lots)
        sold_by[{lot.customer, lot.type, lot.lot_no}] = {lot.table, lot.key};
    std::map<std::pair<LineKey, LotId>, Units> taken;
    for (const Entry& entry : books.entries)
        if (is_refund(entry))
            taken[{{entry.table, entry.key}, {entry.customer, entry.type, entry.lot_no}}] += entry.quantity;
    for (const auto& [refund, credits] : taken) {
        const auto sale = sale_of.find(refund.first);
        const LineKey& sold = sold_by[refund.second];
        if (credits != 0 && sale != sale_of.end() && sale->second != sold && !books.taken_over.contains(sold))
            findings.add(Property::sales, text_of(refund.first) + "took from lot " + text_of(refund.second));
    }
}

void check_numbers(const Books& books, Findings& findings)
{
    struct Last {
        int64_t entry_no, lot_no;
        Units balance;
    };
    std::map<AccountId, Last> last;
    for (const Entry& entry : books.entries) {
        Last& before = last[{entry.customer, entry.type}];
        if (entry.entry_no != before.entry_no + 1 || entry.balance_after != before.balance + entry.quantity ||
            entry.balance_after < 0)
            findings.add(Property::numbers, entry.customer + " " + entry.type + " entry " + std::to_string(entry.entry_no));
        before.entry_no = entry.entry_no;
        before.balance = entry.balance_after;
    }
    for (const Lot& lot : books.lots)
        if (++last[{lot.customer, lot.type}].lot_no != lot.lot_no)
            findings.add(Property::numbers, lot.customer + " " + lot.type + " lot " + std::to_string(lot.lot_no));
    for (const Account& account : books.accounts) {
        const Last& counted = last[{account.customer, account.type}];
        if (counted.entry_no != account.last_entry_no || counted.lot_no != account.last_lot_no ||
            counted.balance != account.balance)
            findings.add(Property::numbers, account.customer + " " + account.type + " ends at another number");
        last.erase({account.customer, account.type});
    }
    for (const auto& [id, numbers] : last)
        findings.add(Property::numbers, text_of(id) + "has no account");
}

void check_days(const Books& books, Findings& findings)
{
    std::map<AccountId, std::map<std::string, Units>> booked;
    for (const Entry& entry : books.entries)
        booked[{entry.customer, entry.type}][entry.booked_on] += entry.quantity;
    for (const auto& [id, days] : booked) {
        Units balance = 0;
        for (const auto& [day, credits] : days)
            if ((balance += credits) < 0)
                findings.add(Property::days, text_of(id) + "has " + to_text(balance) + " on " + day);
    }
}

void check_prices(const Books& books, const std::vector<Customer>& customers, Findings& findings)
{
    for (const DocumentLine& line : books.lines) {
        const Article* article = article_of(line.article);
        if (!article)
            continue;
        const Customer* const customer = find_customer(customers, line.customer);
        const bool consumes = article->consumes() && customer && customer->works_with_credits && !customer->fickle;
        const bool is_zero = line.price == 0 && line.amount == 0;
        const bool as_written = line.price == article->price * one && line.amount == line.written;
        // A consumption whose customer works without credits by now may have been at 0 before: only the ERP knows its price. That
        // of a fickle one was at 0 or not when it was saved.
        if (consumes ? !is_zero : !as_written && !article->consumes())
            findings.add(Property::prices, line.table + " " + line.key + " " + line.article + ": price " + to_text(line.price) +
                                               ", amount " + to_text(line.amount) + ", written " + to_text(line.written));
    }
}

} // namespace

void judge_ledger(const Books& books, const Wanted& wanted, std::vector<Finding>& found)
{
    Findings findings{found};
    check_balances(books, wanted.effects, findings);
    check_lines(books, wanted, findings);
    check_conservation(books, wanted.effects, findings);
    check_lots(books, findings);
    check_references(books, findings);
    check_numbers(books, findings);
    check_days(books, findings);
    replay_entries(books, found);
    check_complaints(books, wanted, findings);
}

std::vector<Finding> judge(const Books& books, const std::vector<Customer>& customers, Moment moment)
{
    std::vector<Finding> found;
    Findings findings{found};
    const Wanted wanted = wanted_of(books, customers, moment);
    judge_ledger(books, wanted, found);
    check_prices(books, customers, findings);
    if (moment == Moment::taken_in)
        check_refusals(books, wanted, findings);
    return found;
}

} // namespace concurrency
