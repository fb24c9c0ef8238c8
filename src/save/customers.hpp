// The customers of a batch, and the lock of their ledgers: the customer's row (invariants 3 and 4).
#pragma once

#include <span>

#include "lines/batch.hpp"

namespace credits
{

struct Customer {
    std::string_view customer;
    bool is_recorded; // the ledger knows one of the lines as his
    bool exists;
    bool works_with_credits; // as of the lock
    bool is_contact;         // he uses the credits of another one
};

struct Customers {
    Customer* sorted; // by key
    int count;
};

/// Finds the customers whose credits the lines use and those that the ledger has recorded for them, and locks, in key order, the
/// rows of those whose ledger may be written: who works with credits, or is recorded. Those of the lines that theirs
/// were made from, too.
Customers lock_customers(Batches batches);

/// Finds the same customers without a lock.
Customers find_customers(Batches batches);

/// The customer with this key, whom the batch names.
const Customer& find_customer(const Customers& customers, std::string_view customer);

/// Locks the row of the customer whose credits this one uses, for a registration by hand. Raises when he does not exist.
Customer lock_account_of(std::string_view named);

/// Is every customer locked whose ledger the recorded effects of the lines, read again, are in?
bool are_recorded_locked(const Customers& customers, Batches batches);

/// Locks the rows of the customers whose credits these use, as far as they exist, whether or not they work with credits.
void lock_accounts_in_order(std::span<const std::string_view> named);

/// Does the current transaction hold the customer's row already?
bool is_customer_locked_by_us(std::string_view customer);

/// Reads the customer without a lock, for a question.
Customer read_customer(std::string_view customer);

} // namespace credits
