// Lines that wait for settings or were refused: verify() must name exactly these, and each refusal must be right as things stand.
#include "wanted.hpp"

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

/// What settling the line would do to each account.
std::map<AccountId, Units> changes_of(const Unsettled& line)
{
    std::map<AccountId, Units> changes;
    for (const auto& [account, sums] : line.standing)
        changes[account] -= sums.credits;
    if (line.wanted)
        changes[line.wanted->first] += line.wanted->second.credits;
    return changes;
}

bool lacks_credits(const Books& books, const Unsettled& line)
{
    return std::ranges::any_of(changes_of(line),
                               [&](const auto& change) { return -change.second > balance_of(books, change.first); });
}

bool is_sold_and_used(const Books& books, const Unsettled& line)
{
    return std::ranges::any_of(books.lots, [&](const Lot& lot) {
        return LineKey{lot.table, lot.key} == line.line && standing_at(line, {lot.customer, lot.type}) > 0 &&
               lot.remaining < lot.quantity;
    });
}

/// Of the sale that a credit note refers to, there is less open than it takes.
bool lacks_open(const Books& books, const Unsettled& line)
{
    if (line.document_line->refund_of.empty() || !line.wanted)
        return lacks_credits(books, line);
    Units open = 0;
    for (const Lot& lot : books.lots)
        if (lot.table == line.document_line->table && lot.key == line.document_line->refund_of &&
            AccountId{lot.customer, lot.type} == line.wanted->first)
            open += lot.remaining;
    return -line.wanted->second.credits > open;
}

/// More would come back than was consumed.
bool lacks_draws(const Books& books, const Unsettled& line)
{
    std::map<AccountId, Units> consumed;
    for (const Entry& entry : books.entries)
        if (is_consumed(entry))
            consumed[{entry.customer, entry.type}] -= entry.quantity;
    return std::ranges::any_of(changes_of(line), [&](const auto& change) { return change.second > consumed[change.first]; });
}

bool is_just(const Books& books, const Unsettled& line, const std::string& constraint)
{
    return constraint == "credits_balance_not_negative"     ? lacks_credits(books, line)
           : constraint == "credits_lot_not_consumed"       ? is_sold_and_used(books, line)
           : constraint == "credits_refund_within_open"     ? lacks_open(books, line)
           : constraint == "credits_return_within_consumed" ? lacks_draws(books, line)
           : constraint == "credits_quantity_in_range"
               ? line.wanted && (line.wanted->second.credits < 0) != (line.document_line->amount < 0)
               : false;
}

} // namespace

void check_complaints(const Books& books, const Wanted& wanted, Findings& findings)
{
    std::map<AccountId, Sums> unsettled, complained;
    for (const Unsettled& line : wanted.unsettled)
        for (const auto& [account, count] : line.faults)
            unsettled[account].credits += count * one;
    for (const Complaint& complaint : books.complaints) {
        if (speaks_of_lines(complaint))
            complained[{complaint.customer, complaint.type}].credits += one;
        else
            findings.add(Property::verified, complaint.invariant + " · " + complaint.customer + " " + complaint.detail);
    }
    findings.compare(Property::verified, unsettled, complained);
}

void check_refusals(const Books& books, const Wanted& wanted, Findings& findings)
{
    for (const Refusal& refusal : books.refusals) {
        const LineKey key{refusal.table, refusal.key};
        const auto line = std::ranges::find(wanted.unsettled, key, &Unsettled::line);
        const bool is_right = line != wanted.unsettled.end() && is_just(books, *line, refusal.constraint);
        if (!is_right)
            findings.add(Property::refusals, text_of(key) + "was refused: " + refusal.constraint);
    }
}

} // namespace concurrency
