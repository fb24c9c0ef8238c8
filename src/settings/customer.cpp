// Locks customers' rows, and reads them.
#include "settings/customer.hpp"

#include <algorithm>

#include "errors/registering.hpp"
#include "pg/key.hpp"
#include "pg/name_lock.hpp"
#include "pg/row_lock.hpp"
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

Customer customer_named(std::string_view key, bool must_be_locked)
{
    Customer customer{};
    customer.customer = key;
    customer.must_be_locked = must_be_locked;
    return customer;
}

/// Tells what the row says that was found, if it was.
void tell(const pg::Table& table, Customer& customer, bool exists)
{
    customer.exists = exists;
    customer.works_with_credits = exists && is_flagged(table);
    customer.is_contact = exists && is_contact(table);
    if (exists)
        customer.tid = table.found->tts_tid;
}

bool find(pg::Table& table, Customer& customer)
{
    const bool exists = pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) {
        return pg::find(table, catalog().customer_pkey, pg::make_key(customer.customer), snapshot);
    });
    tell(table, customer, exists);
    customer.is_locked = exists && pg::is_locked_by_us(table);
    customer.is_shared = customer.is_locked || (exists && pg::is_shared_by_us(table));
    return exists;
}

/// At SERIALIZABLE, raises 40001 when another transaction has written the row that is found.
bool find_for_save(pg::Table& table, Customer& customer)
{
    if (!find(table, customer))
        return false;
    pg::require_visible_to_transaction(table);
    return true;
}

/// One who need not be locked is not, unless he works with credits.
bool is_to_be_locked(const Customer& customer)
{
    return !customer.is_locked && (customer.must_be_locked || !customer.exists || customer.works_with_credits);
}

/// Takes the turn unless it is taken already; returns whether it had to wait.
bool take(Turns& turns, pg::Turn turn)
{
    const std::span<const pg::Turn> taken = pg::span_of(turns.taken);
    if (std::ranges::find(taken, turn) != taken.end())
        return false;
    const bool has_waited = pg::take_turn(catalog().customer, turn);
    pg::append(turns.taken, turn);
    return has_waited;
}

void lock_row(pg::Table& table, Customer& customer)
{
    customer.is_locked =
        (customer.exists && pg::lock_version(table, customer.tid, LockWaitBlock) == pg::LockResult::locked) ||
        pg::lock_latest(table, catalog().customer_pkey, pg::make_key(customer.customer)) == pg::LockResult::locked;
    tell(table, customer, customer.is_locked);
}

Customer lock_always(pg::Table& table, std::string_view key)
{
    Customer customer = customer_named(key, true);
    lock_customer(table, customer);
    return customer;
}

Customer lock_always(std::string_view key)
{
    pg::Table table = pg::open_table(catalog().customer, RowShareLock);
    const Customer customer = lock_always(table, key);
    pg::close_table(table);
    return customer;
}

/// A customer who has no row may get one while we go on: who finds it is told that we have claimed the name (is_claimed).
Customer lock_or_claim(pg::Table& table, std::string_view key)
{
    const Customer customer = lock_always(table, key);
    if (customer.exists)
        return customer;
    pg::claim_name(catalog().customer, key);
    return lock_always(table, key);
}

/// Calls lock(account) for the accounts of these customers as they are found first; returns whether they are still theirs. The
/// cached settings, which need not hear of it meanwhile, may not know yet that there are contacts: a locked row tells.
template <class Fn>
bool are_accounts_of(std::span<const std::string_view> named, ContactsKnown& known, Fn lock)
{
    auto* const accounts = static_cast<std::string_view*>(palloc(sizeof(std::string_view) * (named.size() + 1)));
    const auto find_account_of = [&](std::string_view customer) { return account_of(customer, known); };
    std::transform(named.begin(), named.end(), accounts, find_account_of);
    auto* const sorted = static_cast<std::string_view*>(palloc(sizeof(std::string_view) * (named.size() + 1)));
    std::copy(accounts, accounts + named.size(), sorted);
    std::sort(sorted, sorted + named.size());
    for (size_t i = 0; i < named.size(); i++)
        if (!is_null(sorted[i]) && (i == 0 || sorted[i] != sorted[i - 1]) && lock(sorted[i]).is_contact)
            known = ContactsKnown::from_locked_row;
    return std::equal(named.begin(), named.end(), accounts,
                      [&](std::string_view customer, std::string_view account) { return find_account_of(customer) == account; });
}

/// Calls lock(account) for the accounts of these customers until they are theirs.
template <class Fn>
void for_each_account_of(std::span<const std::string_view> named, Fn lock)
{
    ContactsKnown known = ContactsKnown::from_configuration;
    while (!are_accounts_of(named, known, lock))
        CHECK_FOR_INTERRUPTS();
}

Customer turn_or_claim(Turns& turns, pg::Table& table, std::string_view key)
{
    Customer customer = customer_named(key, true);
    take_turn(turns, table, customer);
    if (customer.exists)
        return customer;
    pg::claim_name(catalog().customer, key);
    take_turn(turns, table, customer);
    return customer;
}

} // namespace

pg::Table& customers_of(Turns& turns)
{
    if (turns.customers == nullptr) {
        turns.customers = static_cast<pg::Table*>(palloc(sizeof(pg::Table)));
        *turns.customers = pg::open_table(catalog().customer, RowShareLock);
    }
    return *turns.customers;
}

void end_turns(Turns& turns)
{
    if (turns.customers != nullptr)
        pg::close_table(*turns.customers);
    turns.customers = nullptr;
}

void take_turn(Turns& turns, pg::Table& table, Customer& customer)
{
    while (find_for_save(table, customer) && is_to_be_locked(customer)) {
        if (turns.taken.count == most_turns || customer.is_shared)
            return lock_customer(table, customer);
        if (!take(turns, pg::turn_of(customer.customer)) && !pg::wait_for_locker(table))
            return;
        turns.has_waited = true;
        CHECK_FOR_INTERRUPTS();
    }
}

void give_back(Turns& turns)
{
    for (const pg::Turn turn : pg::span_of(turns.taken))
        pg::give_turn_back(catalog().customer, turn);
    turns.taken.count = 0;
    turns.has_waited = false;
}

void lock_customer(pg::Table& table, Customer& customer)
{
    if (!customer.exists)
        find_for_save(table, customer);
    if (!is_to_be_locked(customer))
        return;
    if (customer.is_shared) // whoever has the turn waits for us
        return lock_row(table, customer);
    const pg::Turn turn = pg::turn_of(customer.customer);
    pg::take_turn(catalog().customer, turn);
    lock_row(table, customer);
    pg::give_turn_back(catalog().customer, turn);
}

void look_at_customer(pg::Table& table, Customer& customer) { find(table, customer); }

Customer lock_account_of(std::string_view named)
{
    std::string_view account = account_of(named);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        const Customer customer = lock_always(account);
        account = account_of(named, customer.is_contact ? ContactsKnown::from_locked_row : ContactsKnown::from_configuration);
        if (account != customer.customer)
            continue;
        if (!customer.exists)
            errors::unknown_customer(named);
        return customer;
    }
}

void lock_accounts_in_order(pg::Table& customers, std::span<const std::string_view> named)
{
    for_each_account_of(named, [&](std::string_view account) { return lock_or_claim(customers, account); });
}

void take_turns_of_accounts(Turns& turns, std::span<const std::string_view> named)
{
    pg::Table& table = customers_of(turns);
    for_each_account_of(named, [&](std::string_view account) { return turn_or_claim(turns, table, account); });
}

bool is_claimed(std::string_view customer) { return pg::is_name_claimed(catalog().customer, customer); }

Customer read_customer(std::string_view key)
{
    Customer customer = customer_named(key, false);
    pg::Table table = pg::open_table(catalog().customer, AccessShareLock);
    find(table, customer);
    pg::close_table(table);
    return customer;
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
