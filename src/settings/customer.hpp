// A customer's row: its lock is that of his ledger (invariants 3 and 4).
#pragma once

#include <span>
#include <string_view>

#include "pg/table.hpp"

namespace credits
{

struct Customer {
    std::string_view customer;
    bool is_recorded; // the ledger knows one of the lines as his
    bool exists;
    bool is_locked;          // by us
    bool works_with_credits; // as of the lock
    bool is_contact;         // he uses the credits of another one
};

/// Locks the customer's row, and tells what it says then. One who is not recorded and does not work with credits is not locked.
void lock_customer(pg::Table& customers, Customer& customer);

/// Tells what the customer's row says, as of the latest snapshot.
void look_at_customer(pg::Table& customers, Customer& customer);

/// Locks the row of the customer whose credits this one uses, for a registration by hand. Raises when he does not exist.
Customer lock_account_of(std::string_view named);

/// Locks the rows of the customers whose credits these use, as far as they exist, whether or not they work with credits.
void lock_accounts_in_order(std::span<const std::string_view> named);

/// Reads the customer without a lock, for a question.
Customer read_customer(std::string_view customer);

} // namespace credits
