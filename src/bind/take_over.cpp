// Takes the rows of a bound table over into credits.customer or credits.article: locks them, and has the functions of
// sql/install/34-bound-rows.sql do the rest, as the extension's owner and with a search_path of nobody's.
#include "bind/take_over.hpp"

#include <algorithm>

#include "bind/bound_rows.hpp"
#include "errors/binding.hpp"
#include "pg/key.hpp"
#include "pg/query.hpp"
#include "pg/row_lock.hpp"
#include "pg/text.hpp"
#include "schema/catalog.hpp"
#include "settings/contacts.hpp"

namespace credits
{

namespace
{

pg::Parameter array_parameter(const ArrayBuildState* values)
{
    auto* const state = const_cast<ArrayBuildState*>(values);
    return {get_array_type(state->element_type), makeArrayResult(state, CurrentMemoryContext), false};
}

pg::Parameter bool_parameter(bool value) { return {BOOLOID, BoolGetDatum(value), false}; }

/// The arguments of _take_over_customers() and _take_over_articles().
struct Parameters {
    pg::Parameter values[most_settings + 6];
    size_t count;
};

Parameters make_parameters(const BoundRows& rows)
{
    const Binding& binding = *rows.binding;
    const bool are_customers = binding.settings == Settings::customers;
    Parameters parameters{};
    const auto add = [&](const pg::Parameter& parameter) { parameters.values[parameters.count++] = parameter; };
    add(array_parameter(rows.old_keys));
    for (int i = 0; i < binding.count; i++)
        add(array_parameter(rows.settings[i]));
    for (int i = are_customers ? customer_setting::works_with_credits : article_setting::coefficient; i < binding.count; i++)
        add(bool_parameter(is_given(binding, i)));
    if (!are_customers)
        add(bool_parameter(rows.settings[article_setting::credit_type]->element_type == INT8OID));
    add(bool_parameter(rows.moves));
    return parameters;
}

/// The kinds of credits._mistake.
enum class Mistake {
    unknown_type,
    no_coefficient,
    invalid_coefficient,
    no_right,
    unknown_account,
    account_is_contact,
    has_contacts
};

const char* text_result(int column)
{
    bool is_null = false;
    const Datum value = pg::result(0, column, &is_null);
    return is_null ? nullptr : TextDatumGetCString(value);
}

void refuse(Mistake mistake, const char* key, const char* what)
{
    switch (mistake) {
    case Mistake::unknown_type:
        errors::unknown_type_of_article(key, what);
    case Mistake::no_coefficient:
        errors::coefficient_missing(key, what);
    case Mistake::invalid_coefficient:
        errors::coefficient_not_valid(key, what);
    case Mistake::no_right:
        errors::no_right_to_article(key, what);
    case Mistake::unknown_account:
        errors::unknown_account_of(key, what);
    case Mistake::account_is_contact:
        errors::not_one_level(key, what, psprintf("Customer \"%s\" uses the credits of another one himself.", what));
    case Mistake::has_contacts:
        errors::not_one_level(key, what, psprintf("Other customers use the credits of \"%s\".", key));
    }
}

/// Runs one of the two functions, and raises what it says is wrong.
void run_take_over(const BoundRows& rows)
{
    constexpr const char* take_over_customers =
        "SELECT * FROM credits._take_over_customers($1, $2, $3, $4, $5, $6, $7, $8, $9) AS mistake";
    constexpr const char* take_over_articles =
        "SELECT * FROM credits._take_over_articles($1, $2, $3::text[], $4, $5, $6, $7, $8, $9, $10, $11) AS mistake";
    const Parameters parameters = make_parameters(rows);
    pg::run({.role = catalog().owner,
             .sql = rows.binding->settings == Settings::customers ? take_over_customers : take_over_articles,
             .parameters = {parameters.values, parameters.count},
             .reads_only = false},
            [] {
                bool is_null = false;
                const Datum mistake = pg::result(0, 1, &is_null);
                if (!is_null)
                    refuse(static_cast<Mistake>(DatumGetInt32(mistake)), text_result(2), text_result(3));
            });
}

/// Two rows with one key would overwrite each other.
void require_distinct_keys(const BoundRows& rows)
{
    const ArrayBuildState& keys = *rows.settings[0];
    auto* const sorted = static_cast<std::string_view*>(
        MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * (static_cast<Size>(keys.nelems) + 1)));
    std::string_view* end = sorted;
    for (int i = 0; i < keys.nelems; i++)
        if (!keys.dnulls[i])
            *end++ = pg::to_view(keys.dvalues[i]);
    std::sort(sorted, end);
    const std::string_view* const twice = std::adjacent_find(sorted, end);
    if (twice != end)
        errors::bound_key_twice(rows.binding->erp_table, *twice);
}

std::string_view text_at(const ArrayBuildState& values, int i)
{
    return values.dnulls[i] ? std::string_view() : pg::to_view(values.dvalues[i]);
}

/// The customers whose credits contacts use, before and after, where that changes (14-contacts.sql locks them, too).
std::span<const std::string_view> changed_accounts(const BoundRows& rows)
{
    auto* const accounts = static_cast<std::string_view*>(
        MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * (2 * static_cast<Size>(rows.count) + 1)));
    size_t count = 0;
    for (int i = 0; is_given(*rows.binding, customer_setting::account_of) && i < rows.count; i++) {
        const std::string_view key = text_at(*rows.settings[0], i);
        const std::string_view named = text_at(*rows.settings[customer_setting::account_of], i);
        const std::string_view before = account_of(key);
        const std::string_view after = is_null(named) ? key : named;
        if (is_null(key) || before == after)
            continue;
        accounts[count++] = before;
        accounts[count++] = after;
    }
    return {accounts, count};
}

void lock(Oid table_oid, Oid key_index, std::span<const std::string_view> keys)
{
    pg::Table table = pg::open_table(table_oid, RowExclusiveLock);
    for (const std::string_view key : keys)
        pg::lock_latest(table, key_index, pg::make_key(key));
    pg::close_table(table);
}

/// All in the order of keys, as saves lock customers.
void lock_in_order(const BoundRows& rows)
{
    const std::span<const std::string_view> keys = keys_of(rows);
    if (rows.binding->settings == Settings::articles) {
        lock(catalog().article, catalog().article_pkey, keys);
        return;
    }
    const std::span<const std::string_view> accounts = changed_accounts(rows);
    auto* const all = static_cast<std::string_view*>(
        MemoryContextAllocHuge(CurrentMemoryContext, sizeof(std::string_view) * (keys.size() + accounts.size() + 1)));
    std::string_view* const end = std::copy(accounts.begin(), accounts.end(), std::copy(keys.begin(), keys.end(), all));
    std::sort(all, end);
    lock(catalog().customer, catalog().customer_pkey, {all, std::unique(all, end)});
}

/// What is written here is recorded and checked, though a function of somebody else's may run under the settings of a dump: in a
/// dump the settings come by themselves. Lasts as long as the safe path.
void check_function_bodies_again()
{
    if (!check_function_bodies)
        set_config_option("check_function_bodies", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

} // namespace

void take_over(const BoundRows& rows)
{
    require_distinct_keys(rows);
    lock_in_order(rows);
    pg::in_safe_path([&] {
        check_function_bodies_again();
        run_take_over(rows);
    });
}

} // namespace credits
