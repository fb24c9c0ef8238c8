// Finds the customer whose credits a contact uses. Without contacts in the database this costs nothing: the configuration says
// so.
#include "settings/contacts.hpp"

#include "pg/key.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"
#include "settings/configuration.hpp"

namespace credits
{

bool may_be_contacts(ContactsKnown known) { return known == ContactsKnown::from_locked_row || configuration().has_contacts; }

std::string_view find_account(pg::Table& customers, std::string_view customer, const pg::DatedSnapshot& snapshot)
{
    if (!pg::find(customers, catalog().customer_contact_idx, pg::make_key(customer), snapshot))
        return customer;
    pg::require_visible_to_transaction(customers);
    return pg::copy(pg::to_view(pg::get_not_null(customers, customer_column::account_of)));
}

std::string_view account_of(std::string_view customer, ContactsKnown known)
{
    if (is_null(customer) || !may_be_contacts(known))
        return customer;
    return with_accounts([&](const auto& find) { return find(customer); });
}

} // namespace credits
