// The headers of a save's lines. They are looked at first, without a lock, since they tell the customers, whose turns come first.
// Then they are locked, too: so whoever saves a line and then its document has both before anybody else can write the document.
// A busy one is waited for with no turn in our hands, unless a customer guards it who was locked before: whoever holds it, and
// changes of it what credits depend on, locks that customer before he reads its lines. No customer guards a header whose customer
// is unknown, depends on the line, or has no ledger to write. The lock needs no privilege on the header table, and row security
// hides nothing from it.
#pragma once

#include "save/customers.hpp"
#include "save/references.hpp"

namespace credits
{

/// Finds the headers that the images name and that are not known yet, as of the batch's snapshot or else the latest, without a
/// lock; hands them to the images, and adds them to the list.
void find_headers(Batches batches, References& references);

/// Finds the header of a line image in the same way. Null when the source has none.
Header* find_header(Batch& batch, MinimalTuple line);

/// Locks the headers that tell no customer, who could guard them: in the order of tables and keys, and before any customer. They
/// are waited for, with no turn in our hands. Are they as they were found? If not, they are found anew.
bool lock_headers_without_customer(References& references, Turns& turns);

/// Locks the headers in the order of tables and keys, but for busy ones that a customer guards who was locked before. Are they as
/// they were found? If not, they are not all locked, and turns may be given back. Of several none is locked before all are free.
bool lock_headers(References& references, const Customers& customers, Turns& turns);

/// Are those that were busy still as they were found, and those of views?
bool do_headers_stand(References& references);

} // namespace credits
