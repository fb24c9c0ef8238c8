// Locks the customers of a batch.
#include "save/customers.hpp"

#include <algorithm>

#include "schema/catalog.hpp"
#include "settings/contacts.hpp"
#include "errors/registering.hpp"
#include "save/origins.hpp"
#include "pg/key.hpp"
#include "pg/snapshot.hpp"

namespace credits
{

namespace
{

constexpr int works_with_credits_column = 3;
constexpr int account_of_column = 4;

bool is_flagged(const pg::Table& customers) { return DatumGetBool(pg::get_not_null(customers, works_with_credits_column)); }

bool is_contact(const pg::Table& customers)
{
    bool has_own_account = false;
    pg::get(customers, account_of_column, &has_own_account);
    return !has_own_account;
}

void add(Customers& customers, std::string_view customer, bool is_recorded)
{
    if (is_null(customer))
        return;
    Customer* const last = customers.count == 0 ? nullptr : &customers.sorted[customers.count - 1];
    if (last != nullptr && last->customer == customer) {
        last->is_recorded |= is_recorded;
        return;
    }
    customers.sorted[customers.count++] = {
        .customer = customer, .is_recorded = is_recorded, .exists = false, .works_with_credits = false, .is_contact = false};
}

/// Of a line whose record nets to nothing nothing is written, unless its entries follow a new key.
bool writes_recorded_ledger(const DocumentLine& line)
{
    return line.recorded != nullptr &&
           (!core::is_nothing(line.recorded->effect) || (!line.is_gone && line.recorded_key != line.key));
}

Customers name_customers(Batches batches)
{
    Size most = 1;
    for (const Batch* const batch : batches)
        most += 2 * static_cast<Size>(batch->line_count);
    const std::span<Origin> origins =
        origins_of(batches) == nullptr ? std::span<Origin>() : pg::span_of(origins_of(batches)->sorted);
    most += origins.size();
    Customers customers{.sorted = static_cast<Customer*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Customer) * most)),
                        .count = 0};
    for (const Batch* const batch : batches)
        for (const DocumentLine& line : lines_of(*batch)) {
            if (writes_recorded_ledger(line))
                add(customers, line.recorded->customer, true);
            // Counting or not: a line is not dropped before its customer is locked.
            add(customers, line.customer, false);
        }
    for (const Origin& origin : origins)
        add(customers, account_of(origin.customer), true);
    return customers;
}

void sort_and_merge(Customers& customers)
{
    Customer* const begin = customers.sorted;
    std::sort(begin, begin + customers.count, [](const Customer& a, const Customer& b) { return a.customer < b.customer; });
    Customers merged{.sorted = begin, .count = 0};
    for (int i = 0; i < customers.count; i++) {
        const Customer customer = begin[i];
        add(merged, customer.customer, customer.is_recorded);
    }
    customers.count = merged.count;
}

void lock(pg::Table& table, Customer& customer)
{
    bool (*const worth_locking)(const pg::Table&) = customer.is_recorded ? nullptr : is_flagged;
    const auto key = pg::make_key(customer.customer);
    customer.exists =
        pg::lock_latest(table, catalog().customer_pkey, key, {.worth_locking = worth_locking}) != pg::LockResult::absent;
    customer.works_with_credits = customer.exists && is_flagged(table);
    customer.is_contact = customer.exists && is_contact(table);
}

void find(pg::Table& table, Customer& customer)
{
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) {
        customer.exists = pg::find(table, catalog().customer_pkey, pg::make_key(customer.customer), snapshot);
        customer.works_with_credits = customer.exists && is_flagged(table);
    });
}

/// Calls fn for the customers that the lines name or are recorded for, in key order.
Customers read_customers(Batches batches, void (*fn)(pg::Table&, Customer&))
{
    Customers customers = name_customers(batches);
    sort_and_merge(customers);
    pg::Table table = pg::open_table(catalog().customer, RowShareLock);
    for (int i = 0; i < customers.count; i++)
        fn(table, customers.sorted[i]);
    pg::close_table(table);
    return customers;
}

Customer lock_always(std::string_view key)
{
    Customer customer{.customer = key, .is_recorded = true, .exists = false, .works_with_credits = false, .is_contact = false};
    pg::Table table = pg::open_table(catalog().customer, RowShareLock);
    lock(table, customer);
    pg::close_table(table);
    return customer;
}

ContactsKnown contacts_among(const Customers& customers)
{
    const bool any = std::any_of(customers.sorted, customers.sorted + customers.count,
                                 [](const Customer& customer) { return customer.is_contact; });
    return any ? ContactsKnown::from_locked_row : ContactsKnown::from_configuration;
}

/// Locks the accounts of these customers as they are found first; returns whether they are still theirs.
bool lock_accounts(std::span<const std::string_view> named)
{
    auto* const accounts = static_cast<std::string_view*>(palloc(sizeof(std::string_view) * (named.size() + 1)));
    std::transform(named.begin(), named.end(), accounts, [](std::string_view customer) { return account_of(customer); });
    auto* const sorted = static_cast<std::string_view*>(palloc(sizeof(std::string_view) * (named.size() + 1)));
    std::copy(accounts, accounts + named.size(), sorted);
    std::sort(sorted, sorted + named.size());
    ContactsKnown known = ContactsKnown::from_configuration;
    for (size_t i = 0; i < named.size(); i++)
        if (!is_null(sorted[i]) && (i == 0 || sorted[i] != sorted[i - 1]) && lock_always(sorted[i]).is_contact)
            known = ContactsKnown::from_locked_row;
    return std::equal(named.begin(), named.end(), accounts, [&](std::string_view customer, std::string_view account) {
        return account_of(customer, known) == account;
    });
}

const Customer* lower_bound(const Customers& customers, std::string_view customer)
{
    const Customer* const end = customers.sorted + customers.count;
    return std::lower_bound(static_cast<const Customer*>(customers.sorted), end, customer,
                            [](const Customer& a, std::string_view key) { return a.customer < key; });
}

} // namespace

// Whoever changes account_of holds the rows of the customers before and after: what is found under the locks stays.
Customers lock_customers(Batches batches)
{
    find_accounts(batches);
    Customers customers = read_customers(batches, lock);
    while (find_accounts(batches, contacts_among(customers)))
        customers = read_customers(batches, lock);
    return customers;
}

Customers find_customers(Batches batches)
{
    find_accounts(batches);
    return read_customers(batches, find);
}

const Customer& find_customer(const Customers& customers, std::string_view customer) { return *lower_bound(customers, customer); }

Customer lock_account_of(std::string_view named)
{
    std::string_view account = account_of(named);
    for (;;) {
        const Customer customer = lock_always(account);
        account = account_of(named, customer.is_contact ? ContactsKnown::from_locked_row : ContactsKnown::from_configuration);
        if (account != customer.customer)
            continue;
        if (!customer.exists)
            errors::unknown_customer(named);
        return customer;
    }
}

void lock_accounts_in_order(std::span<const std::string_view> named)
{
    while (!lock_accounts(named)) {
    }
}

bool are_recorded_locked(const Customers& customers, Batches batches)
{
    const auto is_locked = [&](const DocumentLine& line) {
        if (!writes_recorded_ledger(line))
            return true;
        const std::string_view customer = line.recorded->customer;
        const Customer* const end = customers.sorted + customers.count;
        const Customer* const found = lower_bound(customers, customer);
        return found != end && found->customer == customer && found->is_recorded;
    };
    return std::ranges::all_of(batches, [&](const Batch* batch) { return std::ranges::all_of(lines_of(*batch), is_locked); });
}

bool is_customer_locked_by_us(std::string_view key)
{
    return pg::read_latest(catalog().customer, [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        return pg::find(table, catalog().customer_pkey, pg::make_key(key), snapshot) && pg::is_locked_by_us(table);
    });
}

Customer read_customer(std::string_view key)
{
    return pg::read_latest(catalog().customer, [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        const bool exists = pg::find(table, catalog().customer_pkey, pg::make_key(key), snapshot);
        return Customer{.customer = key,
                        .is_recorded = false,
                        .exists = exists,
                        .works_with_credits = exists && is_flagged(table),
                        .is_contact = exists && is_contact(table)};
    });
}

extern "C" {
PG_FUNCTION_INFO_V1(credits_lock_customers);
}

/// _lock_customers(text[]): strict. For who changes a customer's account_of.
Datum credits_lock_customers(PG_FUNCTION_ARGS)
{
    Datum* keys = nullptr;
    int count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &keys, nullptr, &count);
    auto* const customers = static_cast<std::string_view*>(palloc(sizeof(std::string_view) * (count + 1)));
    std::transform(keys, keys + count, customers, [](Datum key) { return pg::to_view(key); });
    std::sort(customers, customers + count);
    for (int i = 0; i < count; i++)
        lock_always(customers[i]);
    PG_RETURN_VOID();
}

} // namespace credits
