// What chance decides, from a seed alone: the same numbers on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <string>

namespace fuzz
{

/// What the generator leaves out, by name: from CREDITS_FUZZ_WITHOUT, or because a shrunk case does without it.
using Without = std::set<std::string>;

class Chance
{
public:
    Chance(uint64_t seed, const Without& without_) : engine{seed}, without{without_} {}

    /// 0 to n - 1.
    int below(int n) { return static_cast<int>(engine() % static_cast<uint64_t>(n)); }

    bool percent(int chance) { return below(100) < chance; }

    /// Likewise, for a feature that may be left out. Draws either way, so that what follows stays as it was.
    bool has(const std::string& feature, int chance) { return percent(chance) && !without.contains(feature); }

    template <typename T, size_t N>
    const T& one_of(const T (&all)[N])
    {
        return all[below(static_cast<int>(N))];
    }

private:
    std::mt19937_64 engine;
    const Without& without;
};

} // namespace fuzz
