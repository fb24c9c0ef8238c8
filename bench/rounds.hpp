// Interleaved runs and their medians: a shared machine drifts, so all that is compared runs in turn, and ratios are
// taken within a round.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace bench
{

/// Does what is measured once and returns its figure: seconds, or saves per second.
using Run = std::function<double()>;

using Figures = std::vector<double>; // of one run, by round

/// Does every run `rounds` times, in turn, each round starting with another one. Returns the figures in the order of the runs.
std::vector<Figures> interleave(int rounds, const std::vector<Run>& runs);

double median(Figures figures);

/// The median of a / b within a round.
double ratio(const Figures& a, const Figures& b);

/// The median of (a - bare) / (b - bare) within a round.
double overhead_ratio(const Figures& a, const Figures& b, const Figures& bare);

/// Measures what `work` takes, in seconds.
double seconds(const std::function<void()>& work);

/// Prints one line of the table: what, the figure with its unit, and what it must reach where there is a target.
void print(std::string_view what, double figure, int decimals, std::string_view unit = "", std::string_view target = "");

void print_heading(std::string_view title);

} // namespace bench
