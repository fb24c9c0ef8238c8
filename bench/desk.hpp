// A desk: one connection that saves one line per transaction, again and again.
#pragma once

#include "rounds.hpp"

#include <string>
#include <vector>

namespace bench
{

inline constexpr int rounds_of_single_lines = 31;

struct Line {
    long invoice;
    std::string article;
};

/// Saves these lines into the schema `erp`, round and round, over a connection of its own. Its figure: seconds per line.
Run single_lines(const std::string& erp, std::vector<Line> lines);

} // namespace bench
