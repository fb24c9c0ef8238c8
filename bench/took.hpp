// What a run took: by the clock, and by the CPU of its server process. The clock is what a user sees; the CPU hardly minds what
// else runs on the machine.
#pragma once

#include <functional>
#include <pqxx/pqxx>
#include <string_view>
#include <vector>

namespace bench
{

struct Took {
    double time;   // seconds
    double cpu;    // seconds
    double faults; // pages that the kernel had to give
};

/// What a figure must reach, and what it may. Empty: it is for comparison.
struct Goal {
    std::string_view due;
    std::string_view moonshot;
};

using TookByRound = std::vector<Took>;

/// Measures what `work` takes over this connection. The server runs on this machine.
Took measure(pqxx::connection& connection, const std::function<void()>& work);

/// Prints a heading over the rows that follow.
void print_heading(std::string_view title);

/// Prints a figure that is neither.
void print_figure(std::string_view what, double figure, int decimals, std::string_view unit, Goal goal = {});

/// Prints the medians, in units of `unit` seconds.
void print_median(std::string_view what, const TookByRound& took, double unit, std::string_view unit_name);

/// Prints the median of a / b within a round.
void print_ratio(std::string_view what, const TookByRound& a, const TookByRound& b, Goal goal = {});

/// Prints the median of (a - bare) / (b - bare) within a round.
void print_overhead_ratio(std::string_view what, const TookByRound& a, const TookByRound& b, const TookByRound& bare,
                          Goal goal = {});

/// The median of one of the figures.
double median_of(const TookByRound& took, double Took::*which);

} // namespace bench
