// A run and its judgement: what the clerks saw while they worked, and what the oracle reads when they have gone home.
#include "scenarios.hpp"

#include <chrono>
#include <map>

#include "wanted.hpp"
#include "workload.hpp"

namespace concurrency
{

namespace
{

/// Acts of saves that cross documents.
constexpr const char* crossing_acts[] = {"report invoiced", "report invoiced at a counter", "state changed, then lines"};

/// Acts of every run.
constexpr const char* acts[] = {
    "amount changed",
    "cancelled",
    "customer changed",
    "customer changed at a counter",
    "day changed",
    "day changed at a counter",
    "document deleted",
    "draft",
    "line deleted",
    "line deleted at a counter",
    "line moved",
    "line rewritten",
    "line rewritten at a counter",
    "lines added",
    "lines added at counters",
    "lines added to a wandering document",
    "lines in one statement",
    "lines one by one",
    "lines, then total",
    "origin forgotten",
    "posted",
    "quantity changed",
    "rolled back",
    "sale refunded",
    "savepoint rolled back",
    "several documents",
    "state changed at a counter",
    "till changed",
    "touched",
};

using Texts = std::vector<std::string>;

/// The acts that a run can commit, and the refusals that it can meet.
Texts possible_in(const Run& run)
{
    Texts possible{std::begin(acts), std::end(acts)};
    const auto add = [&](bool can_happen, std::initializer_list<const char*> some) {
        if (can_happen)
            possible.insert(possible.end(), some.begin(), some.end());
    };
    if (run.check != Check::both)
        possible.insert(possible.end(), std::begin(crossing_acts), std::end(crossing_acts));
    add(run.check != Check::both, {"several customers"});
    if (run.ledger == Ledger::absent)
        return possible;
    add(run.duty == Duty::flags_and_contacts, {"account_of changed"});
    add(run.check != Check::statement, {"checked early", "document saved anew", "used before sold"});
    add(true,
        {"flag changed", "month closed", "month reopened", "refused in a savepoint", "taken in", "credits_balance_not_negative",
         "credits_lot_not_consumed", "credits_refund_within_open", "credits_return_within_consumed"});
    return possible;
}

/// What could have happened in the runs so far, and whether it has: rare acts need not come in each.
std::map<std::string, bool> has_happened;

void note_what_happened(const Run& run, const Outcome& outcome)
{
    for (const std::string& act : possible_in(run))
        has_happened[act] |= outcome.saved.contains(act) || outcome.refused.contains(act);
}

void check_outcome(Tally& tally, const Run& run, const Outcome& outcome)
{
    tally.check(run.name, "no error but the refusals of the ledger", outcome.unexpected);
    // Lines of a contact who has moved are booked for two, and no order of locks is promised: doc/design/3-locks.md.
    if (run.duty != Duty::flags_and_contacts || run.check == Check::commit)
        tally.check(run.name, "no deadlock", outcome.deadlocks);
    tally.check(run.name, "nothing refused without a reason", outcome.unjust);
    tally.check(run.name, "no failure to serialize below SERIALIZABLE", outcome.lost_races);
    note_what_happened(run, outcome);
}

void check_books(Tally& tally, const std::string& when, const Books& books, const std::vector<Customer>& customers, Moment moment)
{
    std::array<Texts, property_names.size()> found;
    for (const Finding& finding : judge(books, customers, moment))
        found[static_cast<size_t>(finding.property)].push_back(finding.what);
    for (size_t property = 0; property < found.size(); ++property)
        tally.check(when, property_names[property], found[property]);
}

/// Those who lost the flag have lines that were not booked: they wait from now on.
void turn_flags(pqxx::connection& connection, const std::vector<Customer>& customers)
{
    pqxx::nontransaction owner{connection};
    for (const Customer& customer : customers)
        if (customer.fickle)
            owner.exec_params("UPDATE credits.customer SET works_with_credits = NOT works_with_credits WHERE customer = $1",
                              customer.key);
}

/// Until nothing is settled any more: what comes late in the order of dates may have given to what was refused before.
void take_in_all(pqxx::connection& connection)
{
    pqxx::nontransaction owner{connection};
    while (owner.exec("SELECT lines FROM credits.take_in(on_refusal => 'report')")[0][0].as<long>() > 0) {
    }
}

void check_ledger(Tally& tally, const Run& run, const Database& database, const std::vector<Customer>& customers)
{
    pqxx::connection connection{database.address()};
    pqxx::quiet_errorhandler quiet{connection};
    turn_flags(connection, customers);
    const Books books = read_books(connection);
    check_books(tally, run.name, books, customers, Moment::closing_time);
    if (run.customers < 10) // else fickle ones come too seldom to be sure
        tally.check(run.name, "some lines wait for the settings",
                    wanted_of(books, customers, Moment::closing_time).unsettled.empty() ? Texts{"none"} : Texts{});
    take_in_all(connection);
    check_books(tally, run.name + ", taken in", read_books(connection), customers, Moment::taken_in);
}

void print(const Run& run, const Outcome& outcome, double seconds)
{
    long refused = 0;
    for (const auto& [constraint, count] : outcome.refused)
        refused += count;
    long acts_saved = 0;
    for (const auto& [act, count] : outcome.saved)
        acts_saved += count;
    printf("%-36s %5d operations, %5ld acts, %4ld refused, %5ld retried, %4.1f s\n", run.name.c_str(), run.operations, acts_saved,
           refused, outcome.retried, seconds);
    if (std::getenv("CREDITS_ACTS"))
        for (const auto& counts : {outcome.saved, outcome.refused})
            for (const auto& [act, count] : counts)
                printf("    %6ld %s\n", count, act.c_str());
    fflush(stdout);
}

} // namespace

void test_clerks(Tally& tally, const Run& run, uint64_t seed)
{
    const std::vector<Customer> known = customers(run.customers);
    const Database database{known, run.ledger, run.check};
    Register documents;
    std::seed_seq shop{seed, seed >> 32};
    Random random{shop};
    open_shop(database, documents, known, random);

    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome = let_all_work(run, database, documents, known, seed);
    print(run, outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    check_outcome(tally, run, outcome);
    if (run.ledger == Ledger::attached)
        check_ledger(tally, run, database, known);
}

void check_what_happened(Tally& tally)
{
    Texts missing;
    for (const auto& [act, has] : has_happened)
        if (!has)
            missing.push_back(act);
    tally.check("all runs", "every act was committed and every refusal met", missing);
}

} // namespace concurrency
