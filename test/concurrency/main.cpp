// The concurrency harness: sixteen clerks save documents at once, at every isolation level; an oracle judges the ledger
// afterwards.
//
// Runs on the server that the PG* variables name, as a superuser, in databases of its own.
// CREDITS_SEED replays a failure as far as the scheduling of the server allows; CREDITS_OPERATIONS sets the length of a run;
// CREDITS_RUN names one run, or several by a part of their names;
// CREDITS_ACTS, when set, prints how often each act was committed.
#include <algorithm>
#include <cstdlib>
#include <exception>

#include "scenarios.hpp"
#include "workload.hpp"

using namespace concurrency;

static uint64_t from_environment(const char* name, uint64_t otherwise)
{
    const char* value = std::getenv(name);
    return value && *value ? std::strtoull(value, nullptr, 10) : otherwise;
}

static std::vector<Run> runs(int operations)
{
    static constexpr Level levels[] = {Level::read_committed, Level::repeatable_read, Level::serializable};
    static constexpr struct {
        const char* name;
        int customers;
    } crowds[] = {{"few customers", 3}, {"many customers", 300}};

    // Without the ledger: whatever fails here is the ERP's own, and would excuse the ledger afterwards.
    std::vector<Run> all{{"the ERP alone, READ COMMITTED", {Level::read_committed}, 3, operations, Ledger::absent},
                         {"the ERP alone, mixed levels", {std::begin(levels), std::end(levels)}, 3, operations, Ledger::absent}};
    for (const auto& crowd : crowds) {
        for (const Level level : levels)
            all.push_back(
                {crowd.name + (", " + std::string{name_of(level)}), {level}, crowd.customers, operations, Ledger::attached});
        all.push_back({crowd.name + std::string{", mixed levels"},
                       {std::begin(levels), std::end(levels)},
                       crowd.customers,
                       operations,
                       Ledger::attached});
    }
    for (const auto& [name, check] : {std::pair{"checked at commit", Check::commit}, {"checked at both", Check::both}})
        all.push_back({name + std::string{", mixed levels"},
                       {std::begin(levels), std::end(levels)},
                       3,
                       operations,
                       Ledger::attached,
                       Duty::flags,
                       check});
    all.push_back({"contacts move, mixed levels",
                   {std::begin(levels), std::end(levels)},
                   3,
                   operations,
                   Ledger::attached,
                   Duty::flags_and_contacts});
    return all;
}

/// By CREDITS_RUN: a part of the name; everything where it is not set.
static bool is_asked_for(std::string_view name)
{
    const char* part = std::getenv("CREDITS_RUN");
    return !part || name.find(part) != std::string_view::npos;
}

/// A name that fits no run must not count as passed.
static bool is_any_asked_for(const std::vector<Run>& all)
{
    if (is_asked_for("memory") || std::ranges::any_of(all, [](const Run& run) { return is_asked_for(run.name); }))
        return true;
    printf("CREDITS_RUN: no run is named like \"%s\"; there are:\n", std::getenv("CREDITS_RUN"));
    for (const Run& run : all)
        printf("    %s\n", run.name.c_str());
    printf("    memory\n");
    return false;
}

int main()
{
    const uint64_t seed = from_environment("CREDITS_SEED", std::random_device{}());
    const int operations = static_cast<int>(from_environment("CREDITS_OPERATIONS", 3000));
    printf("CREDITS_SEED=%llu CREDITS_OPERATIONS=%d\n", static_cast<unsigned long long>(seed), operations);
    const std::vector<Run> all = runs(operations);
    if (!is_any_asked_for(all))
        return 1;
    Tally tally;
    try {
        test_oracle(tally);
        for (const Run& run : all)
            if (is_asked_for(run.name))
                test_clerks(tally, run, seed);
        if (is_asked_for("all runs"))
            check_what_happened(tally); // a single run does not meet everything
        if (is_asked_for("memory"))
            test_memory(tally);
    } catch (const std::exception& error) {
        tally.check("the harness", "comes to its end", {error.what()});
    }
    return tally.report();
}
