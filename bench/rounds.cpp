// Medians of interleaved runs.
#include "rounds.hpp"

#include <algorithm>

namespace bench
{

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

} // namespace bench
