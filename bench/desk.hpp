// A desk: one connection that saves one line per transaction, again and again.
#pragma once

#include "rounds.hpp"
#include "took.hpp"

#include <string>
#include <vector>

namespace bench
{

inline constexpr size_t rounds_of_single_lines = 151;

struct Line {
    long invoice;
    std::string article;
};

/// Saves these lines into the schema `erp`, round and round, over a connection of its own. Its figure: of one line.
Run<Took> single_lines(const std::string& erp, std::vector<Line> lines);

} // namespace bench
