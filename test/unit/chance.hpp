// Randomness that replays: CREDITS_SEED sets the seed, which is printed; CREDITS_ITERATIONS how long a random test goes on.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

inline uint64_t number_from_environment(const char* name, uint64_t otherwise)
{
    const char* text = std::getenv(name);
    return text ? std::stoull(text) : otherwise;
}

/// One seed for the whole run, printed when first asked for.
inline uint64_t seed_of_run()
{
    static const uint64_t seed = [] {
        const uint64_t chosen = number_from_environment("CREDITS_SEED", std::random_device{}());
        std::cout << "CREDITS_SEED=" << chosen << std::endl;
        return chosen;
    }();
    return seed;
}

/// Every test draws from a stream of its own, so that it replays alone as in the whole run.
class Chance
{
public:
    Chance() : engine(seed_of_run()) {}

    int64_t between(int64_t low, int64_t high) { return low + static_cast<int64_t>(engine() % span(low, high)); }
    bool one_in(int64_t n) { return between(1, n) == 1; }

    /// A number in [0, below) of which every order of magnitude is as likely: small ones and extremes alike.
    int64_t magnitude(int64_t below)
    {
        const auto bits = between(0, 60);
        const auto number = between(0, (int64_t{1} << bits));
        return one_in(20) ? below - 1 : number % below;
    }

private:
    static uint64_t span(int64_t low, int64_t high) { return static_cast<uint64_t>(high - low) + 1; }

    std::mt19937_64 engine;
};
