// A run and its judgement: what the clerks saw while they worked, and what the oracle reads when they have gone home.
#include "scenarios.hpp"

#include <chrono>

#include "oracle.hpp"
#include "workload.hpp"

namespace concurrency
{

namespace
{

/// Every act that a run must have committed: a run in which one never succeeded has not tested it.
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
    "posted",
    "quantity changed",
    "rolled back",
    "savepoint rolled back",
    "several customers",
    "several documents",
    "state changed at a counter",
    "state changed, then lines",
    "touched",
};

using Texts = std::vector<std::string>;

Texts what_never_happened(const Run& run, const Outcome& outcome)
{
    Texts missing;
    for (const char* act : acts)
        if (!outcome.saved.contains(act))
            missing.emplace_back(act);
    if (run.ledger == Ledger::absent)
        return missing;
    if (!outcome.saved.contains("refused in a savepoint"))
        missing.emplace_back("refused in a savepoint");
    for (const char* constraint : {"credits_balance_not_negative", "credits_lot_not_consumed"})
        if (!outcome.refused.contains(constraint))
            missing.emplace_back(constraint);
    return missing;
}

void check_outcome(Tally& tally, const Run& run, const Outcome& outcome)
{
    tally.check(run.name, "no error but the refusals of the ledger", outcome.unexpected);
    tally.check(run.name, "no deadlock", outcome.deadlocks);
    tally.check(run.name, "no failure to serialize below SERIALIZABLE", outcome.lost_races);
    tally.check(run.name, "every act was committed and every refusal met", what_never_happened(run, outcome));
}

void check_books(Tally& tally, const Run& run, const Database& database, const std::vector<Customer>& customers)
{
    pqxx::connection connection{database.address()};
    pqxx::quiet_errorhandler quiet{connection};
    std::array<Texts, property_names.size()> found;
    for (const Finding& finding : judge(read_books(connection), customers))
        found[static_cast<size_t>(finding.property)].push_back(finding.what);
    for (size_t property = 0; property < found.size(); ++property)
        tally.check(run.name, property_names[property], found[property]);
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
    const Database database{known, run.ledger};
    Register documents;
    std::seed_seq shop{seed, seed >> 32};
    Random random{shop};
    open_shop(database, documents, known, random);

    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome = let_clerks_work(run, database, documents, known, seed);
    print(run, outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    check_outcome(tally, run, outcome);
    if (run.ledger == Ledger::attached)
        check_books(tally, run, database, known);
}

} // namespace concurrency
