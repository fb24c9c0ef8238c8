// A run: sixteen clerks, a thread and a connection each, for a bounded number of operations.
#pragma once

#include "office.hpp"

namespace concurrency
{

inline constexpr int clerks = 16;

struct Run {
    std::string name;
    std::vector<Level> levels; // the clerks take them in turns
    int customers;
    int operations; // of all clerks together
    Ledger ledger;
    Duty duty = Duty::flags;
    Check check = Check::statement;
};

/// Opens the shop: sells each customer something of everything, and puts documents on the counters.
void open_shop(const Database& database, Register& documents, const std::vector<Customer>& customers, Random& random);

/// Lets clerks and office work, and returns when all have gone home.
Outcome let_all_work(const Run& run, const Database& database, Register& documents, const std::vector<Customer>& customers,
                     uint64_t seed);

} // namespace concurrency
