// One line per transaction, and 50 000 lines in one statement: bare, with the extension, with PL/pgSQL.
#include "desk.hpp"
#include "parts.hpp"
#include "rounds.hpp"

#include <pqxx/pqxx>

namespace bench
{
namespace
{

constexpr int rounds_of_bulk = 7;

/// Which lines are saved into which tables.
struct Saving {
    std::string erp;   // schema
    std::string lines; // table
};

enum Which { // the place of each in `savings`
    bare,
    credits,
    plpgsql,
    bare_article,
    credits_article,
    bare_customer,
    credits_customer,
};

const std::vector<Saving> savings = {
    {"erp_bare", "bench.consumption"},       {"erp_credits", "bench.consumption"},   {"erp_plpgsql", "bench.consumption"},
    {"erp_bare", "bench.other_article"},     {"erp_credits", "bench.other_article"}, {"erp_bare", "bench.other_customer"},
    {"erp_credits", "bench.other_customer"},
};

std::vector<Line> staged_lines(const std::string& table)
{
    pqxx::connection connection;
    std::vector<Line> lines;
    for (const auto& row : pqxx::nontransaction(connection).exec("SELECT invoice_id, article FROM " + table + " ORDER BY n"))
        lines.push_back({row[0].as<long>(), row[1].as<std::string>()});
    return lines;
}

/// Its figure: seconds per statement. The tables are vacuumed before, so that no variant pays for another round.
Run one_statement(const Saving& saving)
{
    return [saving] {
        pqxx::connection connection;
        pqxx::nontransaction session(connection);
        session.exec("VACUUM");
        return seconds([&] {
            session.exec("INSERT INTO " + saving.erp +
                         ".invoice_line (invoice_id, article, quantity, unit_price, amount)"
                         " SELECT invoice_id, article, 2, 0, 0 FROM " +
                         saving.lines + " ORDER BY n");
        });
    };
}

Run single_lines(const Saving& saving) { return single_lines(saving.erp, staged_lines(saving.lines)); }

std::vector<Figures> measure(int rounds, Run (*run)(const Saving&))
{
    std::vector<Run> runs;
    for (const Saving& saving : savings)
        runs.push_back(run(saving));
    return interleave(rounds, runs);
}

void print_others(const std::vector<Figures>& took)
{
    print("other article, credits / bare", ratio(took[credits_article], took[bare_article]), 2, "x", "<= 1.05");
    print("other customer, credits / bare", ratio(took[credits_customer], took[bare_customer]), 2, "x", "<= 1.3");
}

} // namespace

void measure_lines()
{
    const auto single = measure(rounds_of_single_lines, single_lines);
    print_heading("One line, one transaction, synchronous_commit = off");
    print("bare insert", median(single[bare]) * 1e6, 1, "us");
    print("credits", median(single[credits]) * 1e6, 1, "us");
    print("PL/pgSQL", median(single[plpgsql]) * 1e6, 1, "us");
    print("credits / bare", ratio(single[credits], single[bare]), 2, "x", "<= 2.2");
    print("overhead of credits / overhead of PL/pgSQL", overhead_ratio(single[credits], single[plpgsql], single[bare]), 2, "x",
          "<= 0.3");
    print_others(single);

    const auto bulk = measure(rounds_of_bulk, one_statement);
    print_heading("50 000 lines in one statement");
    print("bare insert", median(bulk[bare]) * 1e3, 0, "ms");
    print("credits", median(bulk[credits]) * 1e3, 0, "ms");
    print("PL/pgSQL", median(bulk[plpgsql]) * 1e3, 0, "ms");
    print("credits / bare", ratio(bulk[credits], bulk[bare]), 2, "x", "<= 1.8");
    print("PL/pgSQL / credits", ratio(bulk[plpgsql], bulk[credits]), 2, "x", ">= 6");
    print_others(bulk);
}

} // namespace bench
