// Locks customers' rows, and reads them.
#include "settings/customer.hpp"

#include <algorithm>

#include "errors/registering.hpp"
#include "pg/key.hpp"
#include "pg/name_lock.hpp"
#include "pg/snapshot.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"
#include "settings/contacts.hpp"

namespace credits
{

namespace
{

bool is_flagged(const pg::Table& customers)
{
    return DatumGetBool(pg::get_not_null(customers, customer_column::works_with_credits));
}

bool is_contact(const pg::Table& customers)
{
    bool has_own_account = false;
    pg::get(customers, customer_column::account_of, &has_own_account);
    return !has_own_account;
}

Customer lock_always(std::string_view key)
{
    Customer customer{.customer = key,
                      .must_be_locked = true,
                      .exists = false,
                      .is_locked = false,
                      .works_with_credits = false,
                      .is_contact = false};
    pg::Table table = pg::open_table(catalog().customer, RowShareLock);
    lock_customer(table, customer);
    pg::close_table(table);
    return customer;
}

/// A customer who has no row may get one while we go on: who finds it is told by the lock of the name (is_claimed).
Customer lock_or_claim(std::string_view key)
{
    const Customer customer = lock_always(key);
    if (customer.exists)
        return customer;
    pg::lock_name(catalog().customer, key);
    return lock_always(key);
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
        if (!is_null(sorted[i]) && (i == 0 || sorted[i] != sorted[i - 1]) && lock_or_claim(sorted[i]).is_contact)
            known = ContactsKnown::from_locked_row;
    return std::equal(named.begin(), named.end(), accounts, [&](std::string_view customer, std::string_view account) {
        return account_of(customer, known) == account;
    });
}

} // namespace

void lock_customer(pg::Table& table, Customer& customer)
{
    bool (*const worth_locking)(const pg::Table&) = customer.must_be_locked ? nullptr : is_flagged;
    const auto key = pg::make_key(customer.customer);
    const pg::LockResult result = pg::lock_latest(table, catalog().customer_pkey, key, {.worth_locking = worth_locking});
    customer.exists = result != pg::LockResult::absent;
    customer.is_locked = result == pg::LockResult::locked || (result == pg::LockResult::declined && pg::is_locked_by_us(table));
    customer.works_with_credits = customer.exists && is_flagged(table);
    customer.is_contact = customer.exists && is_contact(table);
}

void look_at_customer(pg::Table& table, Customer& customer)
{
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) {
        customer.exists = pg::find(table, catalog().customer_pkey, pg::make_key(customer.customer), snapshot);
        customer.works_with_credits = customer.exists && is_flagged(table);
    });
}

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

bool is_claimed(std::string_view customer) { return pg::is_name_locked(catalog().customer, customer); }

Customer read_customer(std::string_view key)
{
    return pg::read_latest(catalog().customer, [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        const bool exists = pg::find(table, catalog().customer_pkey, pg::make_key(key), snapshot);
        return Customer{.customer = key,
                        .must_be_locked = false,
                        .exists = exists,
                        .is_locked = false,
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
