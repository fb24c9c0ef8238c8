// Follows the entries in order of their numbers, and says of each draw and each return what it must have been at that moment.
#include <map>
#include <tuple>

#include "oracle.hpp"

namespace concurrency
{

namespace
{

struct Open {
    Units quantity = 0;
    Units value = 0;
};

struct DrawnLine {
    int64_t lot_no;
    std::string line;
    Open left; // what has not come back
};

/// The account as it was after the entries read so far.
struct AccountThen {
    std::map<int64_t, Open> lots;
    std::map<int64_t, DrawnLine> draws; // by entry_no
};

using SoldOn = std::map<std::tuple<std::string, std::string, int64_t>, std::string>;

/// The part of a value, to the cent; the last part is all that is left.
Units part_of(const Open& whole, Units quantity)
{
    return quantity == whole.quantity ? whole.value
                                      : std::min(whole.value, proportion(whole.value, quantity, whole.quantity, cent));
}

void take(Open& from, Units quantity, Units value)
{
    from.quantity -= quantity;
    from.value -= value;
}

bool is_oldest(const AccountThen& account, const Entry& draw, const SoldOn& sold_on)
{
    const auto age = [&](int64_t lot_no) { return std::pair{sold_on.at({draw.customer, draw.type, lot_no}), lot_no}; };
    for (const auto& [lot_no, open] : account.lots)
        if (open.quantity > 0 && age(lot_no) < age(draw.lot_no))
            return false;
    return true;
}

/// Books a draw; says what is wrong with it.
std::string follow_draw(AccountThen& account, const Entry& entry, const SoldOn& sold_on)
{
    Open& lot = account.lots[entry.lot_no];
    const Units quantity = -entry.quantity;
    std::string wrong;
    if (quantity > lot.quantity)
        wrong = "draws more than the lot has";
    else if (!is_oldest(account, entry, sold_on))
        wrong = "passes over an older lot";
    else if (part_of(lot, quantity) != -entry.value)
        wrong = "has value " + to_text(-entry.value) + " and not " + to_text(part_of(lot, quantity));
    take(lot, quantity, -entry.value);
    account.draws[entry.entry_no] = {entry.lot_no, entry.table + " " + entry.key, {quantity, -entry.value}};
    return wrong;
}

/// The latest draw of this line that has not come back entirely.
int64_t last_draw(const AccountThen& account, const std::string& line)
{
    for (auto draw = account.draws.rbegin(); draw != account.draws.rend(); ++draw)
        if (draw->second.line == line && draw->second.left.quantity > 0)
            return draw->first;
    return 0;
}

/// Books a return; says what is wrong with it.
std::string follow_return(AccountThen& account, const Entry& entry)
{
    const auto found = account.draws.find(entry.reverses);
    if (found == account.draws.end())
        return "returns what was never drawn";
    DrawnLine& draw = found->second;
    std::string wrong;
    if (draw.lot_no != entry.lot_no || draw.line != entry.table + " " + entry.key)
        wrong = "returns the draw of another line or lot";
    else if (entry.quantity > draw.left.quantity)
        wrong = "returns more than was drawn";
    else if (last_draw(account, draw.line) != entry.reverses)
        wrong = "does not return the last draw first";
    else if (part_of(draw.left, entry.quantity) != entry.value)
        wrong = "has value " + to_text(entry.value) + " and not " + to_text(part_of(draw.left, entry.quantity));
    take(draw.left, entry.quantity, entry.value);
    take(account.lots[entry.lot_no], -entry.quantity, -entry.value);
    return wrong;
}

/// Books a change of what was sold; says what is wrong with it.
std::string follow_sale(AccountThen& account, const Entry& entry)
{
    Open& lot = account.lots[entry.lot_no];
    take(lot, -entry.quantity, -entry.value);
    return lot.quantity < 0 || lot.value < 0 ? "takes back more than the lot has" : "";
}

} // namespace

void replay_entries(const Books& books, std::vector<Finding>& findings)
{
    SoldOn sold_on;
    for (const Lot& lot : books.lots)
        sold_on[{lot.customer, lot.type, lot.lot_no}] = lot.sold_on;
    std::map<std::pair<std::string, std::string>, AccountThen> accounts;
    for (const Entry& entry : books.entries) {
        AccountThen& account = accounts[{entry.customer, entry.type}];
        std::string wrong;
        if (!sold_on.contains({entry.customer, entry.type, entry.lot_no}))
            wrong = "is of no lot";
        else if (is_sold(entry))
            wrong = follow_sale(account, entry);
        else if (!is_consumed(entry))
            wrong = "is of a kind that nobody asked for: " + entry.kind;
        else
            wrong = entry.quantity < 0 ? follow_draw(account, entry, sold_on) : follow_return(account, entry);
        if (!wrong.empty())
            findings.push_back(
                {Property::draws, entry.customer + " " + entry.type + " entry " + std::to_string(entry.entry_no) + " " + wrong});
    }
}

} // namespace concurrency
