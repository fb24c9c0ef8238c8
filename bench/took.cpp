// What a run took, measured and printed.
#include "took.hpp"

#include "rounds.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
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

Figures figures(const TookByRound& took, double Took::*which)
{
    Figures result;
    for (const Took& round : took)
        result.push_back(round.*which);
    return result;
}

void print_row(std::string_view what, double time, double cpu, int decimals, std::string_view unit, std::string_view target)
{
    std::printf("  %-52.*s %8.*f %-2.*s %8.*f %-2.*s", int(what.size()), what.data(), decimals, time, int(unit.size()),
                unit.data(), decimals, cpu, int(unit.size()), unit.data());
    std::printf(target.empty() ? "\n" : "  target %.*s\n", int(target.size()), target.data());
    std::fflush(stdout);
}

} // namespace

Took measure(pqxx::connection& connection, const std::function<void()>& work)
{
    const int process = connection.backendpid();
    const double cpu = cpu_of(process);
    const auto start = std::chrono::steady_clock::now();
    work();
    const double time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {time, cpu_of(process) - cpu};
}

void print_heading(std::string_view title)
{
    std::printf("\n%-54.*s %11s %11s\n", int(title.size()), title.data(), "time   ", "server CPU");
    std::fflush(stdout);
}

void print_median(std::string_view what, const TookByRound& took, double unit, std::string_view unit_name)
{
    print_row(what, median(figures(took, &Took::time)) / unit, median(figures(took, &Took::cpu)) / unit, 1, unit_name, "");
}

void print_ratio(std::string_view what, const TookByRound& a, const TookByRound& b, std::string_view target)
{
    print_overhead_ratio(what, a, b, TookByRound(a.size(), Took{}), target);
}

void print_overhead_ratio(std::string_view what, const TookByRound& a, const TookByRound& b, const TookByRound& bare,
                          std::string_view target)
{
    const auto of = [&](double Took::*which) {
        return overhead_ratio(figures(a, which), figures(b, which), figures(bare, which));
    };
    print_row(what, of(&Took::time), of(&Took::cpu), 2, "x", target);
}

} // namespace bench
