// Many saves of one customer while somebody holds an old snapshot, as a dump does: no version of a row that the saves replace may
// be thrown away, so each save has a longer way to the customer's row, to his account and to his lot.
#include "desk.hpp"
#include "parts.hpp"

namespace bench
{
namespace
{

constexpr int saves = 5000;
constexpr int compared = 500;
constexpr int rounds = 3;

/// One way to save, in one transaction each.
struct Way {
    std::string title;
    std::string statement; // of customer C$1
};

/// Took of the first and of the last saves of a customer, each of one save.
std::pair<Took, Took> take_ends(const std::string& statement, int customer, bool is_snapshot_held)
{
    pqxx::connection holding;
    pqxx::nontransaction holder(holding);
    holder.exec("BEGIN ISOLATION LEVEL REPEATABLE READ");
    if (is_snapshot_held)
        holder.exec("SELECT count(*) FROM credits.account"); // takes the snapshot
    pqxx::connection connection;
    pqxx::nontransaction session(connection);
    connection.prepare("save", statement);
    const auto save = [&](int count) {
        const Took took = measure(connection, [&] {
            for (int i = 0; i < count; ++i)
                session.exec_prepared("save", customer);
        });
        return Took{took.time / count, took.cpu / count, took.faults / count};
    };
    save(10); // fills its caches
    const Took first = save(compared);
    save(saves - 2 * compared);
    const Took last = save(compared);
    holder.exec("COMMIT");
    return {first, last};
}

std::string insert(const std::string& erp)
{
    return "INSERT INTO " + erp +
           ".invoice_line (invoice_id, article, quantity, unit_price, amount)"
           " VALUES (($1::bigint - 1) * 16 + 1, 'QUARTER', 2, 0, 0)";
}

void print_ends(const Way& way, int customer)
{
    TookByRound first;
    TookByRound last;
    TookByRound last_without;
    for (int round = 0; round < rounds; ++round) { // each of a customer whom nobody has come near
        const auto ends = take_ends(way.statement, customer + 2 * round, true);
        first.push_back(ends.first);
        last.push_back(ends.second);
        last_without.push_back(take_ends(way.statement, customer + 2 * round + 1, false).second);
    }
    print_ratio(way.title + ": last / first", last, first);
    print_ratio(way.title + ": last / last without the snapshot", last, last_without);
    print_median(way.title + ": the last", last, 1e-6, "us");
}

} // namespace

void measure_snapshot()
{
    const Way ways[] = {
        {"bare insert", insert("erp_bare")},
        {"bare update of one row", "UPDATE bench.account SET balance = balance - 0.5 WHERE customer = 'C' || $1::int"},
        {"credits", insert("erp_credits")},
        {"PL/pgSQL", insert("erp_plpgsql")},
    };
    print_heading("5 000 saves of one customer under an old snapshot");
    int customer = 9001;
    for (const Way& way : ways) {
        print_ends(way, customer);
        customer += 2 * rounds;
    }
}

} // namespace bench
