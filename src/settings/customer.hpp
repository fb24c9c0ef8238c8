// A customer's row: its lock is that of his ledger (invariants 3 and 4).
#pragma once

#include <span>
#include <string_view>

#include "pg/array.hpp"
#include "pg/name_lock.hpp"
#include "pg/table.hpp"

namespace credits
{

struct Customer {
    std::string_view customer;
    bool must_be_locked; // whether or not he works with credits
    bool exists;
    bool is_locked;          // by us
    bool is_shared;          // by us: locked FOR SHARE at least
    bool works_with_credits; // as of the lock
    bool is_contact;         // he uses the credits of another one
    ItemPointerData tid;     // of the version that was found; invalid before
};

/// Turns of customers. Whoever wants a customer's row takes his turn first. Who has it and nobody's row can still give it back.
struct Turns {
    pg::Array<pg::Turn> taken;
    bool has_waited;      // for a turn, or for who held a row
    pg::Table* customers; // their table, open from the first question on until end_turns; null before
};

/// The table of customers, open and locked as long as these turns.
pg::Table& customers_of(Turns& turns);
void end_turns(Turns& turns);

/// Of more customers the rows are locked at once: the table of locks is small, and all sessions share it.
inline constexpr int most_turns = 16;

/// Takes the customer's turn and waits until nobody else holds his row, unless it is ours already or need not be locked.
void take_turn(Turns& turns, pg::Table& customers, Customer& customer);

/// Likewise, of the customers whose credits these use, whether or not they work with credits; the names of those who do not exist
/// are claimed.
void take_turns_of_accounts(Turns& turns, std::span<const std::string_view> named);

void give_back(Turns& turns);

/// Locks the customer's row, and tells what it says then. One who need not be locked and does not work with credits is
/// not, but may be ours already.
void lock_customer(pg::Table& customers, Customer& customer);

/// Tells what the customer's row says, as of the latest snapshot.
void look_at_customer(pg::Table& customers, Customer& customer);

/// Locks the row of the customer whose credits this one uses, for a registration by hand. Raises when he does not exist.
Customer lock_account_of(std::string_view named);

/// Locks the rows of the customers whose credits these use, whether or not they work with credits; of those who do not exist, the
/// names.
void lock_accounts_in_order(pg::Table& customers, std::span<const std::string_view> named);

/// Has somebody else looked for this customer to lock him, and not found him? His row may have come since.
bool is_claimed(std::string_view customer);

/// Reads the customer without a lock, for a question.
Customer read_customer(std::string_view customer);

} // namespace credits
