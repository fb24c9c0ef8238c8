// Many saves of one customer in one transaction: the last ones must not take longer than the first ones.
#include "desk.hpp"
#include "parts.hpp"

namespace bench
{
namespace
{

constexpr int saves = 8000;
constexpr int compared = 500;

/// Took of the first and of the last saves, each of one save.
std::pair<Took, Took> take_ends(const std::string& erp, bool has_savepoints)
{
    pqxx::connection connection;
    pqxx::nontransaction session(connection);
    connection.prepare("save", "INSERT INTO " + erp +
                                   ".invoice_line (invoice_id, article, quantity, unit_price, amount)"
                                   " VALUES (1, 'QUARTER', 2, 0, 0)");
    const auto save = [&](int count) {
        const Took took = measure(connection, [&] {
            for (int i = 0; i < count; ++i) {
                if (has_savepoints)
                    session.exec("SAVEPOINT line");
                session.exec_prepared("save");
                if (has_savepoints)
                    session.exec("RELEASE line");
            }
        });
        return Took{took.time / count, took.cpu / count, took.faults / count};
    };
    session.exec("BEGIN");
    save(10); // fills its caches
    const Took first = save(compared);
    save(saves - 2 * compared);
    const Took last = save(compared);
    session.exec("ROLLBACK");
    return {first, last};
}

void print_ends(const std::string& what, const std::string& erp, bool has_savepoints, Goal goal)
{
    TookByRound first;
    TookByRound last;
    for (int round = 0; round < 3; ++round) {
        const auto ends = take_ends(erp, has_savepoints);
        first.push_back(ends.first);
        last.push_back(ends.second);
    }
    print_ratio(what, last, first, goal);
}

} // namespace

void measure_transaction()
{
    print_heading("8 000 saves of one customer in one transaction: last / first");
    print_ends("bare", "erp_bare", false, {});
    print_ends("credits", "erp_credits", false, {"1.5", "1.1"});
    print_ends("credits, a savepoint each", "erp_credits", true, {"1.5", "1.1"});
    print_ends("PL/pgSQL", "erp_plpgsql", false, {});
}

} // namespace bench
