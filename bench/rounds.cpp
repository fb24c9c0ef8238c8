// Interleaved runs, their medians, and the table that they are printed in.
#include "rounds.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace bench
{

std::vector<Figures> interleave(int rounds, const std::vector<Run>& runs)
{
    std::vector<Figures> figures(runs.size());
    for (int round = 0; round < rounds; ++round)
        for (size_t turn = 0; turn < runs.size(); ++turn) {
            const size_t run = (turn + round) % runs.size();
            figures[run].push_back(runs[run]());
        }
    return figures;
}

double median(Figures figures)
{
    std::sort(figures.begin(), figures.end());
    const size_t middle = figures.size() / 2;
    return figures.size() % 2 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2;
}

double ratio(const Figures& a, const Figures& b) { return overhead_ratio(a, b, Figures(a.size(), 0.0)); }

double overhead_ratio(const Figures& a, const Figures& b, const Figures& bare)
{
    Figures ratios;
    for (size_t round = 0; round < a.size(); ++round)
        ratios.push_back((a[round] - bare[round]) / (b[round] - bare[round]));
    return median(ratios);
}

double seconds(const std::function<void()>& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void print(std::string_view what, double figure, int decimals, std::string_view unit, std::string_view target)
{
    std::printf("  %-62.*s %10.*f %-6.*s", int(what.size()), what.data(), decimals, figure, int(unit.size()), unit.data());
    std::printf(target.empty() ? "\n" : "  target %.*s\n", int(target.size()), target.data());
    std::fflush(stdout);
}

void print_heading(std::string_view title)
{
    std::printf("\n%.*s\n", int(title.size()), title.data());
    std::fflush(stdout);
}

} // namespace bench
