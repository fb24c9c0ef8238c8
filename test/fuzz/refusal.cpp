// Tells whether a refusal was right.
#include "refusal.hpp"

#include <algorithm>

#include "documents.hpp"

namespace fuzz
{

using namespace concurrency;

namespace
{

bool says(const Sent& sent, const char* constraint)
{
    return sent.message.find(std::string{"CONSTRAINT NAME:  "} + constraint) != std::string::npos;
}

void switch_triggers_off(pqxx::work& owner, const Schema& schema)
{
    for (const Source& source : schema.sources) {
        if (source.is_left_out)
            continue;
        owner.exec("ALTER TABLE " + lines_of(source) + " DISABLE TRIGGER USER");
        if (source.shape == Shape::heirs)
            owner.exec("ALTER TABLE " + lines_of(source) + "_heir DISABLE TRIGGER USER");
        if (source.heading != Heading::none)
            owner.exec("ALTER TABLE " + header_of(source) + " DISABLE TRIGGER USER");
    }
}

Books books_of(pqxx::work& owner, const std::vector<Line>& lines)
{
    Books books;
    books.lines = document_lines_of(lines);
    read_ledger(owner, books);
    return books;
}

/// What a line that returns gives counts only as far as it is booked: a return finds what it undoes after that was drawn.
bool is_any_account_short(const Books& books, const Wanted& wanted)
{
    std::map<LineId, Units> booked;
    for (const Entry& entry : books.entries)
        booked[{entry.customer, entry.type, entry.table, entry.key}] += entry.quantity;
    std::map<AccountId, Units> balances;
    for (const auto& [id, effect] : wanted.effects) {
        const bool returns = effect.credits > 0 && !wanted.sales.contains(id);
        const auto found = booked.find(id);
        const Units stands = found == booked.end() ? 0 : std::max<Units>(0, found->second);
        balances[{std::get<0>(id), std::get<1>(id)}] += returns ? std::min(effect.credits, stands) : effect.credits;
    }
    return std::ranges::any_of(balances, [](const auto& account) { return account.second < 0; });
}

std::string contents_of(const Line& line)
{
    return line.customer + "|" + line.day + "|" + line.article + "|" + (line.quantity ? to_text(*line.quantity) : "") + "|" +
           to_text(line.amount) + "|" + (line.counts ? "counts" : "");
}

/// Does a sale of which something was used or credited differ from what it was, or is it gone?
bool is_used_sale_changed(const Books& books, const std::vector<Line>& before, const std::vector<Line>& after)
{
    std::map<LineKey, std::string> were, are;
    for (const Line& line : before)
        were[{lines_of(*line.source), line.key}] = contents_of(line);
    for (const Line& line : after)
        are[{lines_of(*line.source), line.key}] = contents_of(line);
    return std::ranges::any_of(books.lots, [&](const Lot& lot) {
        const LineKey key{lot.table, lot.key};
        return lot.remaining < lot.quantity && were[key] != are[key];
    });
}

} // namespace

bool can_be_told(const Case& fuzzed, const Unit& unit, const Sent& sent)
{
    const std::string& sql = sent.statement;
    const bool is_plain =
        unit.statements.size() == 1 && unit.connection != dba &&
        (sql.starts_with("INSERT INTO s.l") || sql.starts_with("UPDATE s.") || sql.starts_with("DELETE FROM s.l"));
    const bool is_alone = std::ranges::none_of(
        fuzzed.schema.neighbours, [](const std::string& neighbour) { return neighbour.find("TRIGGER") != std::string::npos; });
    const bool is_watched =
        std::ranges::none_of(fuzzed.schema.sources, [](const Source& source) { return source.heading == Heading::view; });
    const bool changes_key = sql.starts_with("UPDATE s.h") && sql.find("SET (") != std::string::npos;
    return is_plain && is_alone && is_watched && !changes_key && !fuzzed.is_loose &&
           (says(sent, "credits_balance_not_negative") || says(sent, "credits_lot_not_consumed"));
}

std::string why_wrong(const Copy& copy, const Case& fuzzed, const Sent& sent)
{
    pqxx::connection connection{copy.address()};
    pqxx::work owner{connection}; // is rolled back
    const std::vector<Line> before = read_documents(owner, fuzzed.schema);
    switch_triggers_off(owner, fuzzed.schema);
    owner.exec(sent.statement);
    const std::vector<Line> after = read_documents(owner, fuzzed.schema);
    const Books books = books_of(owner, after);
    if (says(sent, "credits_lot_not_consumed"))
        return is_used_sale_changed(books, before, after) ? "" : "no sale of which something is used would change";
    const Wanted wanted = wanted_of(books, after, coefficients_of(owner), false);
    return is_any_account_short(books, wanted) ? "" : "no account would be below zero";
}

} // namespace fuzz
