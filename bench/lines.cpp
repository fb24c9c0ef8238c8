// One line per transaction, and 50 000 lines in one statement, their documents scattered: bare, with the extension, with
// PL/pgSQL.
#include "desk.hpp"
#include "parts.hpp"

namespace bench
{
namespace
{

constexpr size_t rounds_of_bulk = 7;

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
    {"erp_bare", "bench.scattered"},         {"erp_credits", "bench.scattered"},     {"erp_plpgsql", "bench.scattered"},
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

void vacuum()
{
    pqxx::connection connection;
    pqxx::nontransaction(connection).exec("VACUUM");
}

/// Its figure: of the statement, the first of its session. The tables are vacuumed before, so that no variant pays for another
/// round.
Run<Took> one_statement(const Saving& saving)
{
    return [saving] {
        vacuum();
        pqxx::connection connection;
        pqxx::nontransaction session(connection);
        return measure(connection, [&] {
            session.exec("INSERT INTO " + saving.erp +
                         ".invoice_line (invoice_id, article, quantity, unit_price, amount)"
                         " SELECT invoice_id, article, 2, 0, 0 FROM " +
                         saving.lines + " ORDER BY n");
        });
    };
}

Run<Took> single_lines(const Saving& saving) { return single_lines(saving.erp, staged_lines(saving.lines)); }

std::vector<TookByRound> measure_savings(size_t rounds, Run<Took> (*run)(const Saving&))
{
    std::vector<Run<Took>> runs;
    for (const Saving& saving : savings)
        runs.push_back(run(saving));
    return interleave(rounds, runs);
}

void print_medians(const std::vector<TookByRound>& took, double unit, const std::string& unit_name)
{
    print_median("bare insert", took[bare], unit, unit_name);
    print_median("credits", took[credits], unit, unit_name);
    print_median("PL/pgSQL", took[plpgsql], unit, unit_name);
}

void print_others(const std::vector<TookByRound>& took)
{
    print_ratio("other article, credits / bare", took[credits_article], took[bare_article]);
    print_ratio("other customer, credits / bare", took[credits_customer], took[bare_customer]);
}

} // namespace

void measure_lines()
{
    const auto single = measure_savings(rounds_of_single_lines, single_lines);
    print_heading("One line, one transaction, over a unix socket");
    print_medians(single, 1e-6, "us");
    print_ratio("credits / bare", single[credits], single[bare], {"2.0", "1.7"});
    print_overhead_ratio("overhead / that of PL/pgSQL", single[credits], single[plpgsql], single[bare], {"0.25", "0.2"});
    print_others(single);

    const auto bulk = measure_savings(rounds_of_bulk, one_statement);
    print_heading("50 000 lines in one statement, documents scattered");
    print_medians(bulk, 1e-3, "ms");
    print_ratio("credits / bare", bulk[credits], bulk[bare], {"2.2", "1.5"});
    print_overhead_ratio("overhead / that of PL/pgSQL", bulk[credits], bulk[plpgsql], bulk[bare]);
    print_figure("page faults per line over bare",
                 (median_of(bulk[credits], &Took::faults) - median_of(bulk[bare], &Took::faults)) / 50000, 2, "");
    print_others(bulk);
}

} // namespace bench
