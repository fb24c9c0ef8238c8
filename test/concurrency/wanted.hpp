// What the lines of the documents want of the ledger, by the rules alone, and which of them the ledger has not settled.
#pragma once

#include "findings.hpp"

namespace concurrency
{

/// A line that is booked otherwise than it wants, and may be: since it was saved the settings have changed, and nobody took it
/// in.
struct Unsettled {
    const DocumentLine* document_line;
    LineKey line;
    std::optional<std::pair<AccountId, Sums>> wanted;
    std::map<AccountId, Sums> standing;
    std::map<AccountId, Units> faults; // how many acts are not as they should be: verify() names each
};

struct Wanted {
    std::map<LineId, Sums> effects; // what the ledger must hold, per line
    std::map<LineId, Sums> sales;   // those of sales and credit notes; of these without the value
    std::vector<Unsettled> unsettled;
};

/// Before the documents are taken in, lines of fickle customers may be unsettled; afterwards, those that were refused.
Wanted wanted_of(const Books& books, const std::vector<Customer>& customers, Moment moment);

/// The part of `judge` that needs nothing but what the lines want, whatever shop they are of.
void judge_ledger(const Books& books, const Wanted& wanted, std::vector<Finding>& found);

/// verify() names the unsettled lines, and nothing else.
void check_complaints(const Books& books, const Wanted& wanted, Findings& findings);

/// What take_in() has refused cannot be settled as things stand.
void check_refusals(const Books& books, const Wanted& wanted, Findings& findings);

} // namespace concurrency
