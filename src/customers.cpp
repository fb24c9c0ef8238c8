// Locks the customers of a batch.
#include "customers.hpp"

#include <algorithm>

#include "catalog.hpp"
#include "errors.hpp"
#include "pg/key.hpp"
#include "pg/snapshot.hpp"

namespace credits
{

namespace
{

constexpr int works_with_credits_column = 3;

bool is_flagged(const pg::Table& customers) { return DatumGetBool(pg::get_not_null(customers, works_with_credits_column)); }

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
        .customer = customer, .is_recorded = is_recorded, .exists = false, .works_with_credits = false};
}

/// Of a line whose record nets to nothing nothing is written, unless its entries follow a new key.
bool writes_recorded_ledger(const DocumentLine& line)
{
    return line.recorded != nullptr &&
           (line.recorded->effect.credits != core::zero || (!line.is_gone && line.recorded_key != line.key));
}

Customers name_customers(Batches batches)
{
    Size most = 1;
    for (const Batch* const batch : batches)
        most += 2 * static_cast<Size>(batch->line_count);
    Customers customers{.sorted = static_cast<Customer*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Customer) * most)),
                        .count = 0};
    for (const Batch* const batch : batches)
        for (const DocumentLine& line : lines_of(*batch)) {
            if (writes_recorded_ledger(line))
                add(customers, line.recorded->customer, true);
            // Counting or not: a line is not dropped before its customer is locked.
            add(customers, line.customer, false);
        }
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
}

void find(pg::Table& table, Customer& customer)
{
    pg::with_latest_snapshot([&](Snapshot snapshot) {
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
    Customer customer{.customer = key, .is_recorded = true, .exists = false, .works_with_credits = false};
    pg::Table table = pg::open_table(catalog().customer, RowShareLock);
    lock(table, customer);
    pg::close_table(table);
    return customer;
}

} // namespace

Customers lock_customers(Batches batches) { return read_customers(batches, lock); }

Customers find_customers(Batches batches) { return read_customers(batches, find); }

const Customer& find_customer(const Customers& customers, std::string_view customer)
{
    const Customer* const end = customers.sorted + customers.count;
    return *std::lower_bound(static_cast<const Customer*>(customers.sorted), end, customer,
                             [](const Customer& a, std::string_view key) { return a.customer < key; });
}

Customer lock_customer(std::string_view key)
{
    const Customer customer = lock_always(key);
    if (!customer.exists)
        errors::unknown_customer(key);
    return customer;
}

void lock_customers_in_order(std::span<std::string_view> keys)
{
    std::sort(keys.begin(), keys.end());
    for (const std::string_view key : keys)
        if (!is_null(key))
            lock_always(key);
}

bool is_customer_locked_by_us(std::string_view key)
{
    return pg::with_latest_snapshot([&](Snapshot snapshot) {
        pg::Table table = pg::open_table(catalog().customer, AccessShareLock);
        const bool is_locked =
            pg::find(table, catalog().customer_pkey, pg::make_key(key), snapshot) && pg::is_locked_by_us(table);
        pg::close_table(table);
        return is_locked;
    });
}

bool works_with_credits(std::string_view customer)
{
    return pg::with_latest_snapshot([&](Snapshot snapshot) {
        pg::Table table = pg::open_table(catalog().customer, AccessShareLock);
        const bool found = pg::find(table, catalog().customer_pkey, pg::make_key(customer), snapshot) && is_flagged(table);
        pg::close_table(table);
        return found;
    });
}

} // namespace credits
