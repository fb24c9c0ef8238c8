// credits_fuzz: random ERPs on the server that the PG* variables name, until the time is up or one fails.
//   CREDITS_FUZZ_SECONDS   how long, 60
//   CREDITS_FUZZ_SEED      makes the one case of this seed
//   CREDITS_FUZZ_WITHOUT   names of features to leave out, between commas
//   CREDITS_FUZZ_TELL      when set, each case is told as it begins
//   CREDITS_FUZZ_FOLDER    where the scripts of what failed go, /tmp
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "shrink.hpp"
#include "tally.hpp"

namespace fuzz
{

namespace
{

using Clock = std::chrono::steady_clock;

std::string from_environment(const char* name, const std::string& otherwise)
{
    const char* const text = std::getenv(name);
    return text && *text ? text : otherwise;
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Figures {
    long cases = 0;
    long sources = 0;
    long statements = 0;
    std::map<std::string, long> refused; // by SQLSTATE, and constraint where there is one of ours
    std::map<std::string, long> done;    // by the DBA, by function or command
};

/// A command, or the function that is called.
std::string act_of(const std::string& statement)
{
    if (statement.starts_with("DO "))
        return statement.find("CREATE TABLE") == std::string::npos ? "attached again" : "rebuilt";
    const size_t call = statement.find("credits.");
    return statement.starts_with("SELECT ") && call != std::string::npos
               ? statement.substr(call, statement.find('(', call) - call)
               : statement.substr(0, statement.find(' ', statement.find(' ') + 1));
}

/// By what a refusal is told from others: the SQLSTATE, and the constraint of ours.
std::string reason_of(const Sent& sent)
{
    const size_t at = sent.message.find("CONSTRAINT NAME:  credits");
    return sent.refused +
           (at == std::string::npos ? "" : " " + sent.message.substr(at + 18, sent.message.find('\n', at) - at - 18));
}

/// Does anything in the units or the ERP let documents differ from the ledger for a while?
bool is_loose(const Case& fuzzed, bool is_alone)
{
    for (const Unit& unit : fuzzed.units)
        for (const std::string& sql : unit.statements)
            if (sql.find("works_with_credits =") != std::string::npos || sql.find("SET active") != std::string::npos ||
                sql.find("pg_sleep") != std::string::npos)
                return true;
    for (const Source& source : fuzzed.schema.sources) // a header that is a view is read, not watched
        if (source.heading == Heading::view && !is_alone)
            return true;
    return false;
}

/// Does no trigger keep out what a foreign key does to lines without their header? They would be there without it, and a dump of
/// that does not come back.
bool keeps_references(const Schema& schema)
{
    return std::ranges::none_of(schema.neighbours,
                                [](const std::string& sql) { return sql.find("aa_unmoved") != std::string::npos; });
}

/// What needs the lines to be taken in afterwards, which mends much, is for some cases only.
Without leave_out_loose(Chance& chance, Without without, bool is_alone)
{
    for (const char* const feature : {"flags", "gap"})
        if (chance.percent(85))
            without.insert(feature);
    if (chance.percent(85) && !is_alone)
        without.insert("view");
    return without;
}

/// Two cases in five are sent by one connection.
Case random_case(uint64_t seed, const Without& given, bool& is_alone)
{
    Chance whole{seed, given};
    is_alone = whole.percent(40) || given.contains("concurrency");
    const Without without = leave_out_loose(whole, given, is_alone);
    Chance chance{seed + 1, without};
    Case fuzzed{random_schema(chance), {}};
    const int count = is_alone ? 10 + chance.below(90) : 60 + chance.below(200);
    const bool has_events = chance.has("events", 70);
    fuzzed.units = opening_units(chance, fuzzed.schema);
    for (int i = 0; i < count; ++i) {
        const bool is_event = chance.percent(12) && has_events;
        fuzzed.units.push_back(is_event ? random_event(chance, fuzzed.schema, dba)
                                        : random_unit(chance, fuzzed.schema, is_alone ? 0 : chance.below(clerks)));
    }
    fuzzed.is_loose = is_loose(fuzzed, is_alone);
    fuzzed.is_dumped = whole.has("dump", 8) && keeps_references(fuzzed.schema);
    return fuzzed;
}

void write_down(const std::string& path, const std::string& text)
{
    std::ofstream{path} << text;
    printf("%s:\n%s\n", path.c_str(), text.c_str());
}

/// Writes down what failed: as a small script when it fails on one connection as well.
void report(const Model& model, const Case& fuzzed, const Day& day, const std::vector<std::string>& findings, uint64_t seed)
{
    const std::string path = from_environment("CREDITS_FUZZ_FOLDER", "/tmp") + "/credits_fuzz_" + std::to_string(seed) + ".sql";
    std::set<std::string> kinds;
    for (const std::string& finding : findings)
        kinds.insert(kind_of(finding));
    Case replayed = fuzzed;
    replayed.units = day.in_order;
    const int seconds = std::stoi(from_environment("CREDITS_FUZZ_SHRINK_SECONDS", "120"));
    for (int attempt = 0; attempt < 2; ++attempt) {
        const std::vector<std::string> again = findings_of(model, replayed);
        const bool fails = std::ranges::any_of(again, [&](const std::string& one) { return kinds.contains(kind_of(one)); });
        if (!fails)
            continue;
        const Case small = shrink(model, replayed, kinds, seconds);
        write_down(path, script_of(small, findings_of(model, small)));
        return;
    }
    write_down(path, record_of(fuzzed, day, findings));
}

/// Whoever waits for ever, server or client, is told of: a statement ends after a minute, shrinking after two.
void end_when_stuck(int)
{
    static constexpr char told[] = "the fuzzer is stuck: no case takes ten minutes\n0 passed, 1 failed\n";
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, told, sizeof told - 1);
    _exit(1);
}

std::string what_is_left(const Copy& copy)
{
    try {
        return ledger_of(copy.address());
    } catch (const std::exception& error) { // the server is gone
        return error.what();
    }
}

bool run_case(const Model& model, uint64_t seed, const Without& without, concurrency::Tally& tally, Figures& figures)
{
    alarm(600);
    bool is_alone = false;
    const Case fuzzed = random_case(seed, without, is_alone);
    if (std::getenv("CREDITS_FUZZ_TELL"))
        printf("CREDITS_FUZZ_SEED=%lu, %s, %zu units\n", seed, is_alone ? "alone" : "at once", fuzzed.units.size());
    std::vector<std::string> findings;
    Day day;
    {
        const Copy copy{model};
        open_shop(copy, fuzzed);
        day = is_alone ? run_one_by_one(copy, fuzzed) : run_at_once(copy, fuzzed);
        findings = day.findings;
        for (const std::string& finding : judge(copy, fuzzed))
            findings.push_back(finding);
        if (!findings.empty())
            day.ledger = what_is_left(copy);
    }
    figures.cases++;
    figures.sources += static_cast<long>(fuzzed.schema.sources.size());
    for (const Sent& sent : day.sent) {
        figures.statements++;
        if (!sent.refused.empty())
            figures.refused[reason_of(sent)]++;
        else if (sent.connection == dba)
            figures.done[act_of(sent.statement)]++;
    }
    tally.check("CREDITS_FUZZ_SEED=" + std::to_string(seed), "documents and ledger agree", findings);
    if (!findings.empty())
        report(model, fuzzed, day, findings, seed);
    return findings.empty();
}

void print(const Figures& figures, double seconds)
{
    for (const auto& [act, count] : figures.done)
        printf("%8ld times %s\n", count, act.c_str());
    for (const auto& [reason, count] : figures.refused)
        printf("%8ld refused with %s\n", count, reason.c_str());
    printf("%ld schemas, %ld attached tables, %ld statements in %.0f s\n", figures.cases, figures.sources, figures.statements,
           seconds);
}

Without without_from_environment()
{
    Without without;
    std::istringstream names{from_environment("CREDITS_FUZZ_WITHOUT", "")};
    for (std::string name; std::getline(names, name, ',');)
        without.insert(name);
    return without;
}

} // namespace

static int main_of_fuzz()
{
    std::signal(SIGALRM, end_when_stuck);
    setvbuf(stdout, nullptr, _IOLBF, BUFSIZ); // what was said stays when somebody ends us
    const Clock::time_point start = Clock::now();
    const double seconds = std::stod(from_environment("CREDITS_FUZZ_SECONDS", "60"));
    const std::string one_seed = from_environment("CREDITS_FUZZ_SEED", "");
    const Without without = without_from_environment();
    concurrency::Tally tally;
    Figures figures;
    std::random_device device;
    try {
        const Model model;
        bool goes_on = true;
        while (goes_on) {
            const uint64_t seed = one_seed.empty() ? device() : std::stoull(one_seed);
            goes_on = run_case(model, seed, without, tally, figures) && one_seed.empty() && seconds_since(start) < seconds;
        }
    } catch (const std::exception& error) {
        tally.check("the fuzzer", "comes to its end", {error.what()});
    }
    print(figures, seconds_since(start));
    return tally.report();
}

} // namespace fuzz

int main() { return fuzz::main_of_fuzz(); }
