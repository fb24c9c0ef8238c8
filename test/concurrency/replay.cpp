// Follows the entries in order of their numbers, and says of each draw and each return what it must have been at that moment.
#include <map>
#include <set>
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
    Open left;      // what has not come back
    Units tied = 0; // what returns have of it
};

/// What a return gave back, and to which draw.
struct Given {
    int64_t draw;
    std::string line;
    Open left; // what was not taken again
};

/// The account as it was after the entries read so far.
struct AccountThen {
    std::map<int64_t, Open> lots;
    std::map<int64_t, DrawnLine> draws;   // by entry_no
    std::map<int64_t, DrawnLine> refunds; // by entry_no: what credit notes took
    std::map<int64_t, Given> returns;     // by entry_no
    std::set<int64_t> short_of_return;    // draws given back with what returns had of it: these lose it next
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

/// The latest draw of which something is left by `remains`.
template <typename Remains>
int64_t last_draw(const std::map<int64_t, DrawnLine>& draws, Remains remains)
{
    const auto found = std::find_if(draws.rbegin(), draws.rend(), [&](const auto& draw) { return remains(draw.second) > 0; });
    return found == draws.rend() ? 0 : found->first;
}

/// Is it the last draw of the line that stands? Once returns have given back, their draws change hands, and the order is not
/// told. Nor is it where another line took the key of one that had moved on or was gone: the ledger follows it (rule 14), and
/// what the two ever drew stands under one key since, each in an order of its own.
bool is_last(const AccountThen& account, const std::map<int64_t, DrawnLine>& draws, const std::string& line, int64_t draw,
             bool is_taken_over)
{
    return is_taken_over || !account.returns.empty() ||
           draw == last_draw(draws, [&](const DrawnLine& d) { return d.line == line ? d.left.quantity : 0; });
}

/// Gives back a part of what this line drew, or took as a credit note; says what is wrong with it. What returns had of a draw
/// goes with it, and is taken from them by the entries that follow.
std::string give_back(AccountThen& account, std::map<int64_t, DrawnLine>& draws, const Entry& entry, bool is_taken_over)
{
    const std::string line = entry.table + " " + entry.key;
    const auto found = draws.find(entry.reverses);
    if (found == draws.end())
        return "returns what was never drawn";
    DrawnLine& draw = found->second;
    const bool is_short = entry.quantity > draw.left.quantity;
    std::string wrong;
    if (draw.lot_no != entry.lot_no || draw.line != line)
        wrong = "returns the draw of another line or lot";
    else if (entry.quantity > draw.left.quantity + draw.tied)
        wrong = "returns more than was drawn";
    else if (!is_last(account, draws, line, entry.reverses, is_taken_over))
        wrong = "does not return the last draw first";
    else if (!is_short && part_of(draw.left, entry.quantity) != entry.value)
        wrong = "has value " + to_text(entry.value) + " and not " + to_text(part_of(draw.left, entry.quantity));
    if (is_short)
        account.short_of_return.insert(entry.reverses);
    take(draw.left, entry.quantity, entry.value);
    take(account.lots[entry.lot_no], -entry.quantity, -entry.value);
    return wrong;
}

/// Gives to the latest draw of the account; says what is wrong with it.
std::string follow_tie(AccountThen& account, const Entry& entry)
{
    account.returns[entry.entry_no] = {entry.reverses, entry.table + " " + entry.key, {entry.quantity, entry.value}};
    const auto found = account.draws.find(entry.reverses);
    if (found == account.draws.end())
        return "returns what was never drawn";
    DrawnLine& draw = found->second;
    const bool is_short = entry.quantity > draw.left.quantity; // another return hands it over, and loses it next
    std::string wrong;
    if (draw.lot_no != entry.lot_no || entry.quantity > draw.left.quantity + draw.tied)
        wrong = "returns more than was drawn";
    else if (!is_short && last_draw(account.draws, [](const DrawnLine& d) { return d.left.quantity; }) != entry.reverses)
        wrong = "does not undo the latest draw";
    else if (!is_short && part_of(draw.left, entry.quantity) != entry.value)
        wrong = "has value " + to_text(entry.value) + " and not " + to_text(part_of(draw.left, entry.quantity));
    if (is_short)
        account.short_of_return.insert(entry.reverses);
    take(draw.left, entry.quantity, entry.value);
    draw.tied += entry.quantity;
    take(account.lots[entry.lot_no], -entry.quantity, -entry.value);
    return wrong;
}

/// Takes again what a return gave, since it shrinks, or since the draw that it undid was given back.
std::string follow_untie(AccountThen& account, const Entry& entry)
{
    const auto found = account.returns.find(entry.reverses);
    const std::string line = entry.table + " " + entry.key;
    if (found == account.returns.end() || found->second.line != line || -entry.quantity > found->second.left.quantity)
        return "takes again what it did not give";
    Given& given = found->second;
    DrawnLine& draw = account.draws[given.draw];
    const bool is_share = part_of(given.left, -entry.quantity) == -entry.value;
    take(given.left, -entry.quantity, -entry.value);
    take(draw.left, entry.quantity, entry.value);
    draw.tied += entry.quantity;
    take(account.lots[entry.lot_no], -entry.quantity, -entry.value);
    if (draw.left.quantity >= 0)
        account.short_of_return.erase(given.draw);
    if (draw.left.quantity == 0 && draw.left.value != 0)
        return "leaves a value of a draw without credits";
    return is_share ? "" : "takes again at another value";
}

/// Books what a return line gives or takes again; says what is wrong with it.
std::string follow_return(AccountThen& account, const Entry& entry, const SoldOn& sold_on)
{
    if (entry.quantity > 0)
        return follow_tie(account, entry);
    // What it gave is with others by now: it draws from the oldest, and later returns may undo that like any draw.
    return entry.reverses == 0 ? follow_draw(account, entry, sold_on) : follow_untie(account, entry);
}

/// Without a reference, credit notes take from the newest lots.
bool is_newest(const AccountThen& account, const Entry& refund, const SoldOn& sold_on)
{
    const auto age = [&](int64_t lot_no) { return std::pair{sold_on.at({refund.customer, refund.type, lot_no}), lot_no}; };
    return std::ranges::none_of(account.lots,
                                [&](const auto& lot) { return lot.second.quantity > 0 && age(lot.first) > age(refund.lot_no); });
}

/// Books what a credit note takes or gives back; says what is wrong with it. What one that may refer to another line referred to
/// at that moment the books do not say.
std::string follow_refund(AccountThen& account, const Entry& entry, const SoldOn& sold_on, bool may_refer, bool is_taken_over)
{
    const std::string line = entry.table + " " + entry.key;
    if (entry.quantity == 0) // its amount changed
        return entry.value == 0 ? "" : "moves a value without credits";
    if (entry.quantity > 0)
        return give_back(account, account.refunds, entry, is_taken_over);
    Open& lot = account.lots[entry.lot_no];
    std::string wrong;
    if (-entry.quantity > lot.quantity)
        wrong = "takes more than the lot has";
    else if (!may_refer && !is_newest(account, entry, sold_on))
        wrong = "passes over a newer lot";
    else if (part_of(lot, -entry.quantity) != -entry.value)
        wrong = "has value " + to_text(-entry.value) + " and not " + to_text(part_of(lot, -entry.quantity));
    take(lot, -entry.quantity, -entry.value);
    account.refunds[entry.entry_no] = {entry.lot_no, line, {-entry.quantity, -entry.value}};
    return wrong;
}

std::string follow_consumption(AccountThen& account, const Entry& entry, const SoldOn& sold_on, bool is_taken_over)
{
    return entry.quantity < 0 ? follow_draw(account, entry, sold_on) : give_back(account, account.draws, entry, is_taken_over);
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
        const bool is_taken_over = books.taken_over.contains({entry.table, entry.key});
        std::string wrong;
        if (!sold_on.contains({entry.customer, entry.type, entry.lot_no}))
            wrong = "is of no lot";
        else if (is_sold(entry))
            wrong = follow_sale(account, entry);
        else if (is_refund(entry))
            wrong = follow_refund(account, entry, sold_on, books.referring_tables.contains(entry.table), is_taken_over);
        else if (entry.kind == "return")
            wrong = follow_return(account, entry, sold_on);
        else if (is_consumed(entry))
            wrong = follow_consumption(account, entry, sold_on, is_taken_over);
        else
            wrong = "is of a kind that nobody asked for: " + entry.kind;
        if (!account.short_of_return.empty() && entry.kind != "return" && entry.kind != "consumption_change")
            wrong += " before a return lost what was given back";
        if (!wrong.empty())
            findings.push_back(
                {Property::draws, entry.customer + " " + entry.type + " entry " + std::to_string(entry.entry_no) + " " + wrong});
    }
}

} // namespace concurrency
