// The customers of a save: whose credits its lines use, and whose ledgers it writes.
#pragma once

#include <span>

#include "lines/batch.hpp"
#include "settings/customer.hpp"

namespace credits
{

/// Customers whom the documents of a save name, so that he who is locked guards his own (headers.hpp).
struct DocumentCustomers {
    std::span<const std::string_view> of_lines;
    std::span<const std::string_view> of_origins;
};

struct Customers {
    Customer* sorted; // by key
    int count;
};

/// Finds the customers whose credits the lines use and those that the ledger has recorded for them, and takes, in key order, the
/// turns of those whose ledger may be written: who works with credits, or is recorded. Those of the lines that theirs were made
/// from come with them. Who is ours already is locked then. Many are all locked at once, so that they guard their documents:
/// whoever had some of them, and waited for a document of another one, would meet who has that and wants one of these.
Customers take_turns(Batches batches, const DocumentCustomers& documents, Turns& turns);

/// Locks the rows of the same customers.
void lock_customers(Customers& customers, Batches batches, const DocumentCustomers& documents, Turns& turns);

/// Finds the same customers without a lock.
Customers find_customers(Batches batches, const DocumentCustomers& documents, Turns& turns);

/// The customer with this key, whom the batch names.
const Customer& find_customer(const Customers& customers, std::string_view customer);

/// Is the row of the customer with this key locked by us? Null: no.
bool is_locked(const Customers& customers, std::string_view customer);

} // namespace credits
