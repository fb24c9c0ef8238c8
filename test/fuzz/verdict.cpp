// Brings the settings back to where they were, has the lines taken in where some may wait, and asks the oracle.
#include "verdict.hpp"

#include "documents.hpp"

namespace fuzz
{

using namespace concurrency;

namespace
{

/// What was detached is attached, who lost the flag has it.
void restore_settings(pqxx::connection& owner, const Schema& schema)
{
    say(owner, "UPDATE credits.parameter SET active = true, closed_month_policy = 'next_open_month'");
    say(owner, "UPDATE credits.customer SET works_with_credits = true WHERE customer IN ('ann', 'bob', 'cy''s')");
    for (const Source& source : schema.sources) {
        if (source.is_left_out)
            continue;
        const std::string is_attached = "SELECT 1 FROM credits.source WHERE line_table = '" + lines_of(source) + "'::regclass";
        if (say(owner, is_attached).empty())
            say(owner, attach_call(schema, source));
    }
}

/// Until nothing is settled any more: what comes late in the order of dates may have given to what was refused before.
void take_in_all(pqxx::connection& owner)
{
    for (int round = 0; round < 50; ++round)
        if (say(owner, "SELECT lines FROM credits.take_in(on_refusal => 'report')")[0][0].as<long>() == 0)
            return;
    throw std::runtime_error("take_in() settles lines again and again");
}

/// Does a trigger that fires after ours set prices, or one keep our UPDATE out?
bool sets_prices(const Schema& schema, const Source& source)
{
    for (const std::string& sql : schema.neighbours)
        if (sql.find(" ON " + lines_of(source) + " ") != std::string::npos && sql.find(" BEFORE ") != std::string::npos &&
            (sql.find("CREATE TRIGGER zzz") != std::string::npos || sql.find("aa_unmoved") != std::string::npos))
            return true;
    return false;
}

/// A consumption costs nothing, on a draft too (rule 11).
void check_prices(const Schema& schema, const std::vector<Line>& lines, std::vector<std::string>& findings)
{
    for (const Line& line : lines) {
        const Article* const article = article_of(line.article);
        const bool consumes = article && article->type && article->coefficient[0] == '-' && line.is_of_interest &&
                              !line.is_past && works_with_credits(line.customer) && line.quantity &&
                              proportion(*line.quantity, to_units(article->coefficient), one, 1) != 0;
        if (consumes && line.source->zeroes && line.source->heading != Heading::view && line.price != 0 &&
            !sets_prices(schema, *line.source))
            findings.push_back("a consumption's price is 0: " + lines_of(*line.source) + " " + line.key + " costs " +
                               to_text(line.price));
    }
}

void ask_oracle(pqxx::connection& connection, const Case& fuzzed, std::vector<std::string>& findings)
{
    pqxx::work owner{connection};
    Books books;
    const std::vector<Line> lines = read_documents(owner, fuzzed.schema);
    books.lines = document_lines_of(lines);
    read_ledger(owner, books);
    books.referring_tables.clear();
    for (const Source& source : fuzzed.schema.sources)
        if (source.refers)
            books.referring_tables.insert(lines_of(source));
    const Wanted wanted = wanted_of(books, lines, coefficients_of(owner), fuzzed.is_loose);
    std::vector<Finding> found;
    judge_ledger(books, wanted, found);
    for (const Finding& finding : found)
        findings.push_back(std::string{name_of(finding.property)} + ": " + finding.what);
    if (!fuzzed.is_loose)
        check_prices(fuzzed.schema, lines, findings);
}

void check_dump(const Copy& copy, std::vector<std::string>& findings)
{
    const Restored restored{copy};
    if (ledger_of(copy.address()) != ledger_of(restored.address()))
        findings.push_back("a dump comes back as it was: its ledger differs");
}

} // namespace

std::string ledger_of(const std::string& address)
{
    pqxx::connection owner{address};
    std::string all;
    for (const char* const query : {"SELECT e::text FROM credits.entry AS e ORDER BY customer, type_id, entry_no",
                                    "SELECT l::text FROM credits.lot AS l ORDER BY customer, type_id, lot_no",
                                    "SELECT a::text FROM credits.account AS a ORDER BY customer, type_id",
                                    "SELECT v::text FROM credits.verify() AS v ORDER BY 1"})
        for (const auto& row : say(owner, query))
            all += std::string{row[0].c_str()} + "\n";
    return all;
}

std::vector<std::string> judge(const Copy& copy, const Case& fuzzed)
{
    std::vector<std::string> findings;
    try {
        pqxx::connection owner{copy.address()};
        const pqxx::quiet_errorhandler quiet{owner};
        restore_settings(owner, fuzzed.schema);
        if (fuzzed.is_loose)
            take_in_all(owner);
        ask_oracle(owner, fuzzed, findings);
        if (fuzzed.is_dumped)
            check_dump(copy, findings);
    } catch (const std::exception& error) {
        findings.push_back("the judgement fails: " + std::string{error.what()});
    }
    return findings;
}

std::string kind_of(const std::string& finding)
{
    const size_t end = finding.find(": ");
    const std::string kind = finding.substr(0, end);
    return kind;
}

} // namespace fuzz
