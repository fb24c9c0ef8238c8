// Lines that wait for settings or were refused: verify() must name exactly these, and each refusal must be right as things stand.
#include "wishes.hpp"

namespace concurrency
{

namespace
{

bool speaks_of_lines(const Complaint& complaint)
{
    return complaint.invariant == "unbooked_line" || complaint.invariant == "line_booked";
}

Units balance_of(const Books& books, const AccountId& id)
{
    for (const Account& account : books.accounts)
        if (AccountId{account.customer, account.type} == id)
            return account.balance;
    return 0;
}

Units standing_at(const Unsettled& line, const AccountId& id)
{
    const auto found = line.standing.find(id);
    return found == line.standing.end() ? 0 : found->second.credits;
}

bool lacks_credits(const Books& books, const Unsettled& line)
{
    if (!line.wish)
        return false;
    const auto& [account, wanted] = *line.wish;
    return standing_at(line, account) - wanted.credits > balance_of(books, account);
}

bool is_sold_and_used(const Books& books, const Unsettled& line)
{
    return std::ranges::any_of(books.lots, [&](const Lot& lot) {
        return LineKey{lot.table, lot.key} == line.line && standing_at(line, {lot.customer, lot.type}) > 0 &&
               lot.remaining < lot.quantity;
    });
}

} // namespace

void check_complaints(const Books& books, const Wishes& wishes, Findings& findings)
{
    std::map<AccountId, Sums> unsettled, complained;
    for (const Unsettled& line : wishes.unsettled) {
        if (line.wish)
            unsettled[line.wish->first].credits += one;
        for (const auto& [account, sums] : line.standing)
            unsettled[account].credits += one;
    }
    for (const Complaint& complaint : books.complaints) {
        if (speaks_of_lines(complaint))
            complained[{complaint.customer, complaint.type}].credits += one;
        else
            findings.add(Property::verified, complaint.invariant + " · " + complaint.customer + " " + complaint.detail);
    }
    findings.compare(Property::verified, unsettled, complained);
}

void check_refusals(const Books& books, const Wishes& wishes, Findings& findings)
{
    for (const Refusal& refusal : books.refusals) {
        const LineKey key{refusal.table, refusal.key};
        const auto line = std::ranges::find(wishes.unsettled, key, &Unsettled::line);
        const bool is_right =
            line != wishes.unsettled.end() && (refusal.constraint == "credits_balance_not_negative" ? lacks_credits(books, *line)
                                               : refusal.constraint == "credits_lot_not_consumed" ? is_sold_and_used(books, *line)
                                                                                                  : false);
        if (!is_right)
            findings.add(Property::refusals, text_of(key) + "was refused: " + refusal.constraint);
    }
}

} // namespace concurrency
