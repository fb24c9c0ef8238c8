// Opens the shop, and lets all work at once: the clerks, and the office that changes settings under them.
#include "workload.hpp"

#include <future>

namespace concurrency
{

static void sell_something_of_everything(pqxx::work& erp, const std::vector<Customer>& customers)
{
    for (const Customer& customer : customers) {
        const Document invoice = open_document(erp, sources[0], customer.key, -60, "posted");
        std::vector<NewLine> lines;
        for (const Article& article : articles)
            if (article.sells())
                lines.push_back({&article, "3", article.price * one, article.price * 3 * one});
        add_lines(erp, invoice, lines);
    }
}

static Register::Counter open_counter(pqxx::work& erp, const Customer& customer, Random& random)
{
    Register::Counter counter;
    counter.is_fickle = customer.fickle;
    for (const Source& source : sources)
        counter.steady.push_back(open_document(erp, source, customer.key, static_cast<int>(below(random, 30)) - 30, "posted"));
    const Source& source = sources[below(random, sources.size())];
    counter.wandering = open_document(erp, source, chance(random, 50) ? "" : customer.key, 0, "posted");
    return counter;
}

void open_shop(const Database& database, Register& documents, const std::vector<Customer>& customers, Random& random)
{
    pqxx::connection connection{database.address()};
    pqxx::quiet_errorhandler quiet{connection};
    database.sign_in(connection, Level::read_committed, database.clerk());
    pqxx::work erp{connection};
    sell_something_of_everything(erp, customers);
    for (const Customer& customer : customers)
        if (customer.works_with_credits)
            documents.counters.push_back(open_counter(erp, customer, random));
    erp.commit();
}

static Level level_of(const Run& run, int number) { return run.levels[static_cast<size_t>(number) % run.levels.size()]; }

static Outcome one_clerk(const Run& run, const Database& database, Register& documents, const std::vector<Customer>& customers,
                         Random random, int number, Progress& progress)
{
    const bool unlocked = std::ranges::all_of(run.levels, [](Level level) { return level == Level::read_committed; });
    const Custom custom{level_of(run, number), unlocked, run.check};
    Clerk clerk{database, documents, customers, custom, random};
    return clerk.work(run.operations / clerks, progress);
}

static Random own_random(uint64_t seed, int number)
{
    std::seed_seq own{seed, seed >> 32, uint64_t(number)}; // takes 32 bits of each
    return Random{own};
}

Outcome let_all_work(const Run& run, const Database& database, Register& documents, const std::vector<Customer>& customers,
                     uint64_t seed)
{
    Progress progress;
    std::vector<std::future<Outcome>> at_work;
    for (int number = 0; number < clerks; ++number)
        at_work.push_back(std::async(std::launch::async, [&, number, random = own_random(seed, number)] {
            return one_clerk(run, database, documents, customers, random, number, progress);
        }));
    for (int number = 0; number < Office::offices && run.ledger == Ledger::attached; ++number)
        at_work.push_back(std::async(std::launch::async, [&, number, random = own_random(seed, clerks + number)] {
            return Office{database, customers, run.duty, level_of(run, number), random, number}.work(run.operations / clerks / 2,
                                                                                                     run.operations, progress);
        }));
    Outcome all;
    for (std::future<Outcome>& someone : at_work)
        all.add(someone.get());
    return all;
}

} // namespace concurrency
