// What a run took, measured and printed.
#include "took.hpp"

#include "rounds.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace bench
{
namespace
{

/// The CPU time that a process has used, in seconds. It is exact while the process waits for its client.
double cpu_of(int process)
{
    long nanoseconds = 0;
    std::ifstream statistics("/proc/" + std::to_string(process) + "/schedstat");
    if (!(statistics >> nanoseconds))
        throw std::runtime_error("cannot read the CPU time of server process " + std::to_string(process));
    return nanoseconds / 1e9;
}

/// The minor page faults of a process: the tenth figure of its stat, the eighth behind the name in parentheses.
double faults_of(int process)
{
    std::ifstream statistics("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    double faults = 0;
    std::getline(statistics, text);
    std::istringstream figures(text.substr(text.rfind(')') + 1));
    for (int place = 3; place < 10; ++place)
        figures >> text;
    if (!(figures >> faults))
        throw std::runtime_error("cannot read the page faults of server process " + std::to_string(process));
    return faults;
}

Figures figures(const TookByRound& took, double Took::*which)
{
    Figures result;
    for (const Took& round : took)
        result.push_back(round.*which);
    return result;
}

void print_row(std::string_view what, double time, double cpu, int decimals, std::string_view unit, Goal goal)
{
    std::printf("  %-52.*s %8.*f %-2.*s %8.*f %-2.*s %8.*s %10.*s\n", int(what.size()), what.data(), decimals, time,
                int(unit.size()), unit.data(), decimals, cpu, int(unit.size()), unit.data(), int(goal.due.size()),
                goal.due.data(), int(goal.moonshot.size()), goal.moonshot.data());
    std::fflush(stdout);
}

} // namespace

Took measure(pqxx::connection& connection, const std::function<void()>& work)
{
    const int process = connection.backendpid();
    const double faults = faults_of(process);
    const double cpu = cpu_of(process);
    const auto start = std::chrono::steady_clock::now();
    work();
    const double time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {time, cpu_of(process) - cpu, faults_of(process) - faults};
}

void print_heading(std::string_view title)
{
    std::printf("\n%-54.*s %11s %11s %8s %10s\n", int(title.size()), title.data(), "time   ", "server CPU", "due", "moonshot");
    std::fflush(stdout);
}

void print_figure(std::string_view what, double figure, int decimals, std::string_view unit, Goal goal)
{
    std::printf("  %-52.*s %11s %8.*f %-2.*s %8.*s %10.*s\n", int(what.size()), what.data(), "", decimals, figure,
                int(unit.size()), unit.data(), int(goal.due.size()), goal.due.data(), int(goal.moonshot.size()),
                goal.moonshot.data());
    std::fflush(stdout);
}

double median_of(const TookByRound& took, double Took::*which) { return median(figures(took, which)); }

void print_median(std::string_view what, const TookByRound& took, double unit, std::string_view unit_name)
{
    print_row(what, median_of(took, &Took::time) / unit, median_of(took, &Took::cpu) / unit, 1, unit_name, {});
}

void print_ratio(std::string_view what, const TookByRound& a, const TookByRound& b, Goal goal)
{
    print_overhead_ratio(what, a, b, TookByRound(a.size(), Took{}), goal);
}

void print_overhead_ratio(std::string_view what, const TookByRound& a, const TookByRound& b, const TookByRound& bare, Goal goal)
{
    const auto of = [&](double Took::*which) {
        return overhead_ratio(figures(a, which), figures(b, which), figures(bare, which));
    };
    print_row(what, of(&Took::time), of(&Took::cpu), 2, "x", goal);
}

} // namespace bench
