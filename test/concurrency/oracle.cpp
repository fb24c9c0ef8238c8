#include "oracle.hpp"

#include <map>
#include <tuple>

namespace concurrency
{

namespace
{

using AccountId = std::tuple<std::string, std::string>;                        // customer, type
using LotId = std::tuple<std::string, std::string, int64_t>;                   // and lot_no
using LineId = std::tuple<std::string, std::string, std::string, std::string>; // customer, type, table, key

struct Sums {
    Units credits = 0;
    Units value = 0;
    Units amount = 0;

    friend bool operator==(const Sums&, const Sums&) = default;
};

std::string text_of(const Sums& sums)
{
    return to_text(sums.credits) + " credits, value " + to_text(sums.value) + ", amount " + to_text(sums.amount);
}

template <typename... Parts>
std::string text_of(const std::tuple<Parts...>& id)
{
    return std::apply(
        [](const auto&... parts) {
            std::string text;
            const auto append = [&](const auto& part) {
                if constexpr (std::is_integral_v<std::decay_t<decltype(part)>>)
                    text += std::to_string(part) + " ";
                else
                    text += part + " ";
            };
            (append(parts), ...);
            return text;
        },
        id);
}

class Findings
{
public:
    explicit Findings(std::vector<Finding>& all_) : all{all_} {}

    void add(Property property, const std::string& what) { all.push_back({property, what}); }

    /// Compares two maps of which a missing key means nothing at all.
    template <typename Id>
    void compare(Property property, const std::map<Id, Sums>& documents, const std::map<Id, Sums>& ledger)
    {
        std::map<Id, std::pair<Sums, Sums>> both;
        for (const auto& [id, sums] : documents)
            both[id].first = sums;
        for (const auto& [id, sums] : ledger)
            both[id].second = sums;
        for (const auto& [id, pair] : both)
            if (pair.first != pair.second)
                add(property, text_of(id) + "documents: " + text_of(pair.first) + "; ledger: " + text_of(pair.second));
    }

private:
    std::vector<Finding>& all;
};

bool works_with_credits(const std::vector<Customer>& customers, const std::string& key)
{
    const auto found = std::ranges::find(customers, key, &Customer::key);
    return found != customers.end() && found->works_with_credits;
}

/// What a line does to its customer's account while its document counts (rules 8 to 11).
Sums effect_of(const DocumentLine& line, const Article& article)
{
    const Units credits = proportion(*line.quantity, to_units(article.coefficient), one, 1);
    if (!article.sells())
        return {credits, 0, 0};
    if (article.type->unit_value.empty() || line.amount == 0)
        return {credits, line.amount, line.amount};
    return {credits, proportion(credits, to_units(article.type->unit_value), one, cent), line.amount};
}

std::map<LineId, Sums> effects_of_documents(const Books& books, const std::vector<Customer>& customers)
{
    std::map<std::string, bool> flagged;
    for (const Customer& customer : customers)
        flagged[customer.key] = customer.works_with_credits;
    std::map<LineId, Sums> effects;
    for (const DocumentLine& line : books.lines) {
        const Article* article = article_of(line.article);
        if (line.state != "posted" || line.day.empty() || !flagged[line.customer] || !article || !article->type || !line.quantity)
            continue;
        if (article->sells() && !line.has_amount)
            continue;
        effects[{line.customer, std::string{article->type->code}, line.table, line.key}] = effect_of(line, *article);
    }
    return effects;
}

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

void check_lines(const Books& books, const std::map<LineId, Sums>& effects, Findings& findings)
{
    std::map<LineId, Sums> credits, sales, booked_credits, booked_sales;
    for (const auto& [id, effect] : effects) {
        credits[id].credits = effect.credits;
        if (effect.credits > 0)
            sales[id] = effect;
    }
    for (const Entry& entry : books.entries) {
        const LineId id{entry.customer, entry.type, entry.table, entry.key};
        booked_credits[id].credits += entry.quantity;
        if (!is_sold(entry))
            continue;
        Sums& sold = booked_sales[id];
        sold = {sold.credits + entry.quantity, sold.value + entry.value, sold.amount + entry.amount};
    }
    findings.compare(Property::lines, credits, booked_credits);
    findings.compare(Property::sales, sales, booked_sales);
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
        if (is_consumed(entry))
            accounted[{entry.customer, entry.type}].value -= entry.value;
    findings.compare(Property::conservation, sold, accounted);
    findings.compare(Property::conservation, in_accounts, in_lots);
}

void check_lots(const Books& books, Findings& findings)
{
    std::map<LotId, Sums> moved, remaining, sold, lots;
    for (const Entry& entry : books.entries) {
        const LotId id{entry.customer, entry.type, entry.lot_no};
        moved[id] = {moved[id].credits + entry.quantity, moved[id].value + entry.value, 0};
        if (is_sold(entry))
            sold[id] = {sold[id].credits + entry.quantity, sold[id].value + entry.value, 0};
    }
    for (const Lot& lot : books.lots) {
        const LotId id{lot.customer, lot.type, lot.lot_no};
        remaining[id] = {lot.remaining, lot.remaining_value, 0};
        lots[id] = {lot.quantity, lot.value, 0};
        const bool bounded = lot.remaining >= 0 && lot.remaining <= lot.quantity && lot.remaining_value >= 0;
        const bool closes = lot.open == (lot.remaining > 0) && (lot.open || lot.remaining_value == 0);
        if (!bounded || !closes)
            findings.add(Property::lots, text_of(id) + "has " + to_text(lot.remaining) + " of " + to_text(lot.quantity) +
                                             ", value " + to_text(lot.remaining_value));
    }
    findings.compare(Property::lots, moved, remaining);
    findings.compare(Property::lots, sold, lots);
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
        const bool consumes = article->consumes() && works_with_credits(customers, line.customer);
        const bool is_zero = line.price == 0 && line.amount == 0;
        const bool as_written = line.price == article->price * one && line.amount == line.written;
        // A consumption whose customer works without credits by now may have been at 0 before: only the ERP knows its price.
        if (consumes ? !is_zero : !as_written && !article->consumes())
            findings.add(Property::prices, line.table + " " + line.key + " " + line.article + ": price " + to_text(line.price) +
                                               ", amount " + to_text(line.amount) + ", written " + to_text(line.written));
    }
}

} // namespace

std::vector<Finding> judge(const Books& books, const std::vector<Customer>& customers)
{
    std::vector<Finding> found;
    Findings findings{found};
    const std::map<LineId, Sums> effects = effects_of_documents(books, customers);
    check_balances(books, effects, findings);
    check_lines(books, effects, findings);
    check_conservation(books, effects, findings);
    check_lots(books, findings);
    check_numbers(books, findings);
    check_days(books, findings);
    check_prices(books, customers, findings);
    replay_entries(books, found);
    for (const std::string& said : books.verified)
        findings.add(Property::verified, said);
    return found;
}

} // namespace concurrency
