// The customers of a batch, and the lock of their ledgers: the customer's row (invariants 3 and 4).
#pragma once

#include <span>

#include "batch.hpp"

namespace credits
{

struct Customer {
    std::string_view customer;
    bool is_recorded; // the ledger knows one of the lines as his
    bool exists;
    bool works_with_credits; // as of the lock
};

struct Customers {
    Customer* sorted; // by key
    int count;
};

/// Finds the customers that the lines name and those that the ledger has recorded for them, and locks, in key order, the rows of
/// those whose ledger may be written: who works with credits, or is recorded.
Customers lock_customers(Batches batches);

/// Finds the same customers without a lock.
Customers find_customers(Batches batches);

/// The customer with this key, whom the batch names.
const Customer& find_customer(const Customers& customers, std::string_view customer);

/// Locks one customer's row, for a registration by hand. Raises when he does not exist.
Customer lock_customer(std::string_view customer);

/// Locks the rows of these customers, as far as they exist, whether or not they work with credits.
void lock_customers_in_order(std::span<std::string_view> keys);

/// Does the current transaction hold the customer's row already?
bool is_customer_locked_by_us(std::string_view customer);

/// Reads, without a lock, whether the customer works with credits.
bool works_with_credits(std::string_view customer);

} // namespace credits
