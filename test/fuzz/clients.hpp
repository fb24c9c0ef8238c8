// Runs the units of a case: eight clerks and a DBA at once, or one after the other.
#pragma once

#include "copy.hpp"
#include "statements.hpp"

namespace fuzz
{

/// A statement that was sent, and what became of it.
struct Sent {
    int connection;
    long began, ended; // in the order of all that happened
    std::string statement;
    std::string refused; // the SQLSTATE; empty when it was not, or its connection was lost
    std::string message; // of the server or of libpqxx; empty when it was not refused
};

struct Day {
    std::vector<Sent> sent;
    std::vector<Unit> in_order;        // the units as they ended, to be replayed one by one
    std::vector<std::string> findings; // refusals without a reason that may be, rows of verify(), a crash
    std::string ledger;                // as it was left, where something was found
};

/// What a case is made of: the ERP, and what is done with it.
struct Case {
    Schema schema;
    std::vector<Unit> units;
    bool is_loose = false;  // documents may be other than what is booked, until they are taken in
    bool is_dumped = false; // in the end a dump is restored, and compared
};

/// Makes the ERP in the copy; throws when it cannot be attached.
void open_shop(const Copy& copy, const Case& fuzzed);

/// All connections at once.
Day run_at_once(const Copy& copy, const Case& fuzzed);

/// The units in their order, on one connection.
Day run_one_by_one(const Copy& copy, const Case& fuzzed);

} // namespace fuzz
