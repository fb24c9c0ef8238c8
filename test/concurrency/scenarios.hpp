// The scenarios of the harness: each adds its checks to the tally.
#pragma once

#include <cstdint>

#include "tally.hpp"

namespace concurrency
{

struct Run;

/// The oracle finds every ledger that was broken on purpose. Needs no server.
void test_oracle(Tally& tally);

/// One run of all clerks, and the oracle's judgement afterwards.
void test_clerks(Tally& tally, const Run& run, uint64_t seed);

/// Has everything that could happen in the runs so far happened at least once? What never succeeded was not tested.
void check_what_happened(Tally& tally);

/// Ten thousand statements of each kind leave the backend's plans and memory as they were.
void test_memory(Tally& tally);

} // namespace concurrency
