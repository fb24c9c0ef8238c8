// Finds the customer whose credits a contact uses. Without contacts in the database this costs nothing: the configuration says
// so.
#include "settings/contacts.hpp"

#include "schema/catalog.hpp"
#include "settings/configuration.hpp"
#include "pg/key.hpp"
#include "pg/snapshot.hpp"

namespace credits
{

namespace
{

constexpr int account_of_column = 4;

bool may_be_contacts(ContactsKnown known) { return known == ContactsKnown::from_locked_row || configuration().has_contacts; }

/// Calls fn(find), where find(customer) looks at the partial index of contacts.
template <class Fn>
auto with_contacts(Fn fn)
{
    return pg::read_latest(catalog().customer, [&](pg::Table& customers, const pg::DatedSnapshot& snapshot) {
        return fn([&](std::string_view customer) {
            if (!pg::find(customers, catalog().customer_contact_idx, pg::make_key(customer), snapshot))
                return customer;
            pg::require_visible_to_transaction(customers);
            return pg::copy(pg::to_view(pg::get_not_null(customers, account_of_column)));
        });
    });
}

} // namespace

std::string_view account_of(std::string_view customer, ContactsKnown known)
{
    if (is_null(customer) || !may_be_contacts(known))
        return customer;
    return with_contacts([&](const auto& find) { return find(customer); });
}

bool find_accounts(Batches batches, ContactsKnown known)
{
    if (!may_be_contacts(known))
        return false;
    return with_contacts([&](const auto& find) {
        bool is_changed = false;
        std::string_view named; // neighbours are mostly of one document
        std::string_view account;
        for (const Batch* const batch : batches)
            for (DocumentLine& line : lines_of(*batch)) {
                if (is_null(line.named_customer))
                    continue;
                if (is_null(named) || named != line.named_customer) {
                    named = line.named_customer;
                    account = find(named);
                }
                is_changed |= account != line.customer;
                line.customer = account;
            }
        return is_changed;
    });
}

} // namespace credits
