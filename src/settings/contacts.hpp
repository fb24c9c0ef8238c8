// Contacts and branches: customers who use the credits of another one (rule 7). The customer that a document names is resolved to
// the one whose account it is before a row is locked; all that follows sees that one only.
#pragma once

#include <string_view>

#include "pg/snapshot.hpp"
#include "pg/table.hpp"
#include "schema/catalog.hpp"

namespace credits
{

/// How sure the cached configuration is that there are contacts at all: a locked row may show the first one before it does.
enum class ContactsKnown { from_configuration, from_locked_row };

bool may_be_contacts(ContactsKnown known);

/// Looks at the partial index of contacts.
std::string_view find_account(pg::Table& customers, std::string_view customer, const pg::DatedSnapshot& snapshot);

/// Calls fn(find), where find(customer) is the customer whose credits this one uses, all of them as of one latest snapshot.
template <class Fn>
auto with_accounts(Fn fn)
{
    return pg::read_latest(catalog().customer, [&](pg::Table& customers, const pg::DatedSnapshot& snapshot) {
        return fn([&](std::string_view customer) { return find_account(customers, customer, snapshot); });
    });
}

/// The customer whose credits this one uses, as of the latest snapshot: himself, unless he is a contact.
std::string_view account_of(std::string_view customer, ContactsKnown known = ContactsKnown::from_configuration);

} // namespace credits
