// Locks the customers of a save.
#include "save/customers.hpp"

#include <algorithm>

#include "schema/catalog.hpp"
#include "settings/contacts.hpp"

namespace credits
{

namespace
{

void add(Customers& customers, std::string_view customer, bool must_be_locked)
{
    if (is_null(customer))
        return;
    Customer* const last = customers.count == 0 ? nullptr : &customers.sorted[customers.count - 1];
    if (last != nullptr && last->customer == customer) {
        last->must_be_locked |= must_be_locked;
        return;
    }
    Customer& added = customers.sorted[customers.count++];
    added = {};
    added.customer = customer;
    added.must_be_locked = must_be_locked;
}

/// Of a line whose record nets to nothing nothing is written, unless its entries follow a new key.
bool writes_recorded_ledger(const DocumentLine& line)
{
    return line.recorded != nullptr &&
           (!core::is_nothing(line.recorded->effect) || (!line.is_gone && line.recorded_key != line.key));
}

/// What is archived of a line is not written, unless it follows a new key: then its lots do.
const Recorded* moved_in_archive(const DocumentLine& line)
{
    return line.is_gone || line.recorded_key == line.key ? nullptr : line.archived;
}

Size count_recorded(const DocumentLine& line)
{
    Size count = 0;
    for (const Recorded* const first : {static_cast<const Recorded*>(line.recorded), moved_in_archive(line)})
        for (const Recorded* recorded = first; recorded != nullptr; recorded = recorded->next)
            count++;
    return count;
}

Customers name_customers(Batches batches, const DocumentCustomers& documents)
{
    Size most = 1;
    for (const Batch* const batch : batches)
        for (const DocumentLine& line : lines_of(*batch))
            most += 1 + count_recorded(line);
    most += documents.of_lines.size() + documents.of_origins.size();
    Customers customers{.sorted = static_cast<Customer*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Customer) * most)),
                        .count = 0};
    for (const Batch* const batch : batches)
        for (const DocumentLine& line : lines_of(*batch)) {
            if (writes_recorded_ledger(line))
                for (const Recorded* recorded = line.recorded; recorded != nullptr; recorded = recorded->next)
                    add(customers, recorded->customer, true);
            for (const Recorded* moved = moved_in_archive(line); moved != nullptr; moved = moved->next)
                add(customers, moved->customer, true);
            // Counting or not: a line is not dropped before its customer is locked.
            add(customers, line.customer, false);
        }
    for (const std::string_view customer : documents.of_lines)
        add(customers, account_of(customer), false);
    for (const std::string_view customer : documents.of_origins)
        add(customers, account_of(customer), true);
    return customers;
}

void sort_and_merge(Customers& customers)
{
    Customer* const begin = customers.sorted;
    std::sort(begin, begin + customers.count, [](const Customer& a, const Customer& b) { return a.customer < b.customer; });
    Customers merged{.sorted = begin, .count = 0};
    for (int i = 0; i < customers.count; i++) {
        const Customer customer = begin[i];
        add(merged, customer.customer, customer.must_be_locked);
    }
    customers.count = merged.count;
}

Customers sorted_customers(Batches batches, const DocumentCustomers& documents)
{
    Customers customers = name_customers(batches, documents);
    sort_and_merge(customers);
    return customers;
}

/// Calls fn(table, customer) for each of them.
template <class Fn>
void for_each(const Customers& customers, Turns& turns, Fn fn)
{
    pg::Table& table = customers_of(turns);
    for (Customer& customer : std::span(customers.sorted, static_cast<size_t>(customers.count)))
        fn(table, customer);
}

ContactsKnown contacts_among(const Customers& customers)
{
    const bool any = std::any_of(customers.sorted, customers.sorted + customers.count,
                                 [](const Customer& customer) { return customer.is_contact; });
    return any ? ContactsKnown::from_locked_row : ContactsKnown::from_configuration;
}

const Customer* lower_bound(const Customers& customers, std::string_view customer)
{
    const Customer* const end = customers.sorted + customers.count;
    return std::lower_bound(static_cast<const Customer*>(customers.sorted), end, customer,
                            [](const Customer& a, std::string_view key) { return a.customer < key; });
}

/// Sets the customer of each line to the one whose credits its document's customer uses; returns whether that changed any.
bool find_accounts(Batches batches, ContactsKnown known = ContactsKnown::from_configuration)
{
    if (!may_be_contacts(known))
        return false;
    return with_accounts([&](const auto& find) {
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

} // namespace

Customers take_turns(Batches batches, const DocumentCustomers& documents, Turns& turns)
{
    find_accounts(batches);
    const Customers customers = sorted_customers(batches, documents);
    const bool are_many = customers.count > most_turns;
    for_each(customers, turns, [&](pg::Table& table, Customer& customer) {
        are_many ? lock_customer(table, customer) : take_turn(turns, table, customer);
    });
    return customers;
}

// Whoever changes account_of holds the rows of the customers before and after: what is found under the locks stays.
void lock_customers(Customers& customers, Batches batches, const DocumentCustomers& documents, Turns& turns)
{
    for_each(customers, turns, lock_customer);
    while (find_accounts(batches, contacts_among(customers))) {
        customers = sorted_customers(batches, documents);
        for_each(customers, turns, lock_customer);
    }
}

Customers find_customers(Batches batches, const DocumentCustomers& documents, Turns& turns)
{
    find_accounts(batches);
    const Customers customers = sorted_customers(batches, documents);
    for_each(customers, turns, look_at_customer);
    return customers;
}

const Customer& find_customer(const Customers& customers, std::string_view customer) { return *lower_bound(customers, customer); }

bool is_locked(const Customers& customers, std::string_view customer)
{
    const Customer* const end = customers.sorted + customers.count;
    const Customer* const found = is_null(customer) ? end : lower_bound(customers, customer);
    return found != end && found->customer == customer && found->is_locked;
}

} // namespace credits
