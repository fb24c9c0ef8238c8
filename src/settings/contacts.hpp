// Contacts and branches: customers who use the credits of another one (rule 7). The customer that a document names is resolved to
// the one whose account it is before a row is locked; all that follows sees that one only.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// How sure the cached configuration is that there are contacts at all: a locked row may show the first one before it does.
enum class ContactsKnown { from_configuration, from_locked_row };

/// The customer whose credits this one uses, as of the latest snapshot: himself, unless he is a contact.
std::string_view account_of(std::string_view customer, ContactsKnown known = ContactsKnown::from_configuration);

/// Sets the customer of each line to the one whose credits its document's customer uses; returns whether that changed any.
bool find_accounts(Batches batches, ContactsKnown known = ContactsKnown::from_configuration);

} // namespace credits
