// Interleaved runs and their medians: a shared machine drifts, so all that is compared runs in turn, and ratios are
// taken within a round.
#pragma once

#include <functional>
#include <vector>

namespace bench
{

/// Does what is measured once and returns its figure.
template <class Figure>
using Run = std::function<Figure()>;

/// Does every run `rounds` times, in turn, each round starting with another one. Returns by run the figures by round.
template <class Figure>
std::vector<std::vector<Figure>> interleave(size_t rounds, const std::vector<Run<Figure>>& runs)
{
    std::vector<std::vector<Figure>> figures(runs.size());
    for (size_t round = 0; round < rounds; ++round)
        for (size_t turn = 0; turn < runs.size(); ++turn) {
            const size_t run = (turn + round) % runs.size();
            figures[run].push_back(runs[run]());
        }
    return figures;
}

using Figures = std::vector<double>; // of one run, by round

double median(Figures figures);

/// The median of a / b within a round.
double ratio(const Figures& a, const Figures& b);

/// The median of (a - bare) / (b - bare) within a round.
double overhead_ratio(const Figures& a, const Figures& b, const Figures& bare);

} // namespace bench
