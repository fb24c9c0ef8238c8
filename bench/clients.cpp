// Many clients at the same time, a thread and a connection each: throughput, lost transactions, and whether the balances
// are what was committed.
#include "parts.hpp"
#include "rounds.hpp"

#include <barrier>
#include <chrono>
#include <cstdio>
#include <pqxx/pqxx>
#include <random>
#include <thread>

namespace bench
{
namespace
{

constexpr size_t rounds = 5;
constexpr auto time_per_run = std::chrono::milliseconds(1500);
constexpr double credits_per_save = 0.5;

/// One way to save a consumption of 0.5 credits on invoice $1, in one transaction.
struct Way {
    std::string name;
    std::vector<std::string> statements;
    std::string balance; // the query for the sum of all balances
};

struct Scenario {
    std::string title;
    int clients;
    int customers;
    std::string isolation;
    std::vector<Way> ways; // the first is the baseline of the throughput
};

/// What the clients met.
struct Tally {
    long committed = 0;
    long serialization = 0; // 40001
    long deadlocks = 0;     // 40P01

    Tally& operator+=(const Tally& other)
    {
        committed += other.committed;
        serialization += other.serialization;
        deadlocks += other.deadlocks;
        return *this;
    }
};

const std::string update = "UPDATE bench.account SET balance = balance - 0.5 WHERE customer = 'C' || (($1::bigint - 1) / 16 + 1)";

std::string insert(const std::string& erp)
{
    return "INSERT INTO " + erp +
           ".invoice_line (invoice_id, article, quantity, unit_price, amount)"
           " VALUES ($1, 'QUARTER', 2, 0, 0)";
}

const Way plain_update = {"plain UPDATE account", {update}, "SELECT sum(balance) FROM bench.account"};
const Way insert_and_update = {"bare insert + UPDATE", {insert("erp_bare"), update}, plain_update.balance};
const Way credits = {"credits", {insert("erp_credits")}, "SELECT sum(balance) FROM credits.account"};
const Way plpgsql = {"PL/pgSQL", {insert("erp_plpgsql")}, "SELECT sum(balance) FROM plpgsql.account"};

/// One client of a scenario: saves for a random customer, each time, on the invoice that it has there.
class Client
{
public:
    Client(const Scenario& scenario, const Way& a_way, int place) : way(a_way), number(place), customer(1, scenario.customers)
    {
        pqxx::nontransaction session(connection);
        session.exec("SET default_transaction_isolation = '" + scenario.isolation + "'");
        for (const std::string& statement : way.statements)
            connection.prepare(statement, statement);
        random.seed(number + 1);
    }

    void save()
    try {
        pqxx::work transaction(connection);
        const int invoice = (customer(random) - 1) * 16 + number + 1;
        for (const std::string& statement : way.statements)
            transaction.exec_prepared(statement, invoice);
        transaction.commit();
        ++tally.committed;
    } catch (const pqxx::serialization_failure&) {
        ++tally.serialization;
    } catch (const pqxx::deadlock_detected&) {
        ++tally.deadlocks;
    }

    Tally tally;

private:
    const Way& way;
    int number;
    pqxx::connection connection;
    std::uniform_int_distribution<int> customer;
    std::minstd_rand random;
};

/// Lets the clients save until the time is over. Adds what they met to `total`; returns the saves per second.
double run_clients(const Scenario& scenario, const Way& way, Tally& total)
{
    std::vector<Tally> tallies(scenario.clients);
    std::barrier start(scenario.clients);
    std::vector<std::thread> threads;
    for (int number = 0; number < scenario.clients; ++number)
        threads.emplace_back([&, number] {
            Client client(scenario, way, number);
            client.save(); // fills its caches
            start.arrive_and_wait();
            const auto end = std::chrono::steady_clock::now() + time_per_run;
            while (std::chrono::steady_clock::now() < end)
                client.save();
            tallies[number] = client.tally;
        });
    for (std::thread& thread : threads)
        thread.join();
    Tally met;
    for (const Tally& tally : tallies)
        met += tally;
    total += met;
    return met.committed / std::chrono::duration<double>(time_per_run).count();
}

double sum_of_balances(const Way& way)
{
    pqxx::connection connection;
    return pqxx::nontransaction(connection).exec(way.balance)[0][0].as<double>();
}

void print_row(const Way& way, const Figures& figures, const Figures& baseline, const Tally& met, double lost_updates)
{
    const long tried = met.committed + met.serialization + met.deadlocks;
    std::printf("  %-24s %8.0f %11.2f %13.1f %% %10ld %13.1f\n", way.name.c_str(), median(figures), ratio(figures, baseline),
                100.0 * met.serialization / tried, met.deadlocks, lost_updates);
}

void measure(const Scenario& scenario)
{
    std::vector<Tally> met(scenario.ways.size());
    std::vector<double> lost_updates(scenario.ways.size());
    std::vector<Run<double>> runs;
    for (size_t i = 0; i < scenario.ways.size(); ++i)
        runs.push_back([&, i] {
            const Way& way = scenario.ways[i];
            const double before = sum_of_balances(way);
            const long committed = met[i].committed;
            const double throughput = run_clients(scenario, way, met[i]);
            const double booked = (before - sum_of_balances(way)) / credits_per_save;
            lost_updates[i] += (met[i].committed - committed) - booked;
            return throughput;
        });
    const auto figures = interleave(rounds, runs);
    std::printf("\n%s\n", scenario.title.c_str());
    std::printf("  %-24s %8s %11s %15s %10s %13s\n", "", "saves/s", "x baseline", "lost to 40001", "deadlocks", "lost updates");
    for (size_t i = 0; i < scenario.ways.size(); ++i)
        print_row(scenario.ways[i], figures[i], figures[0], met[i], lost_updates[i]);
    std::fflush(stdout);
}

} // namespace

void measure_clients()
{
    const std::vector<Way> all = {plain_update, insert_and_update, credits, plpgsql};
    measure({"16 clients on one customer (target: no deadlock, no lost update)", 16, 1, "read committed", all});
    measure({"16 clients on 10 000 customers (target: no deadlock, no lost update)", 16, 10000, "read committed", all});
    measure({"12 clients on 3 customers at REPEATABLE READ (target for credits: none lost to 40001)",
             12,
             3,
             "repeatable read",
             {insert_and_update, credits, plpgsql}});
}

} // namespace bench
