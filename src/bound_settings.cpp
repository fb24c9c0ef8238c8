// Takes the rows of a bound table over into credits.customer or credits.article: few statements over all rows, at the latest
// snapshot, as the extension's owner and with a search_path of nobody's. What changes nothing writes nothing.
#include <algorithm>

#include "bound_rows.hpp"
#include "catalog.hpp"
#include "contacts.hpp"
#include "errors.hpp"
#include "pg/key.hpp"
#include "pg/query.hpp"
#include "pg/text.hpp"

namespace credits
{

namespace
{

// $1: the rows' old keys, $2: their keys, $3 …: their settings, one array each; then for each setting, or two of them together,
// whether the ERP has it.

constexpr const char* follow_customers = "UPDATE credits.customer AS his SET customer = erp.key"
                                         " FROM unnest($1, $2) AS erp (old_key, key)"
                                         " WHERE his.customer = erp.old_key AND erp.key <> erp.old_key"
                                         " AND NOT EXISTS (SELECT FROM credits.customer AS taken WHERE taken.customer = erp.key)";

// A customer with an account stays, and so does one whose credits others use: unless they go, too.
constexpr const char* remove_customers =
    "WITH unused AS (SELECT his.customer, his.account_of FROM credits.customer AS his"
    "     WHERE his.customer IN (SELECT old_key FROM unnest($1) AS gone (old_key) EXCEPT SELECT key FROM unnest($2) AS kept "
    "(key))"
    "     AND NOT EXISTS (SELECT FROM credits._account AS account WHERE account.customer = his.customer))"
    " DELETE FROM credits.customer AS his USING unused WHERE his.customer = unused.customer"
    " AND (unused.account_of IS NOT NULL OR NOT EXISTS (SELECT FROM credits.customer AS contact"
    "     WHERE contact.account_of = his.customer AND contact.customer NOT IN (SELECT customer FROM unused)))";

constexpr const char* unflag_customers =
    "UPDATE credits.customer AS his SET works_with_credits = false WHERE his.works_with_credits"
    " AND his.customer IN (SELECT old_key FROM unnest($1) AS gone (old_key) EXCEPT SELECT key FROM unnest($2) AS kept (key))";

constexpr const char* write_customers =
    "WITH wanted AS (SELECT erp.key,"
    "        CASE WHEN $6 THEN coalesce(erp.works_with_credits, false) ELSE coalesce(his.works_with_credits, true) END AS "
    "works_with_credits,"
    "        CASE WHEN $7 THEN erp.name ELSE his.name END AS name,"
    "        CASE WHEN $8 THEN nullif(erp.account_of, erp.key) ELSE his.account_of END AS account_of,"
    "        his.customer IS NULL AS is_new, his AS before"
    "    FROM unnest($2, $3, $4, $5) AS erp (key, works_with_credits, name, account_of)"
    "    LEFT JOIN credits.customer AS his ON his.customer = erp.key"
    "    WHERE erp.key IS NOT NULL)"
    " INSERT INTO credits.customer AS his (customer, works_with_credits, name, account_of)"
    " SELECT key, works_with_credits, name, account_of FROM wanted"
    " WHERE is_new OR (works_with_credits, name, account_of)"
    "     IS DISTINCT FROM ((before).works_with_credits, (before).name, (before).account_of)"
    " ORDER BY key"
    " ON CONFLICT (customer) DO UPDATE SET works_with_credits = excluded.works_with_credits, name = excluded.name,"
    "     account_of = excluded.account_of";

constexpr const char* follow_articles = "UPDATE credits.article AS its SET article = erp.key"
                                        " FROM unnest($1, $2) AS erp (old_key, key)"
                                        " WHERE its.article = erp.old_key AND erp.key <> erp.old_key"
                                        " AND NOT EXISTS (SELECT FROM credits.article AS taken WHERE taken.article = erp.key)";

// The articles that go: an article that the ledger names stays.
#define CREDITS_UNUSED_ARTICLES                                                                                                  \
    "unused AS (SELECT its.article, its.type_id FROM credits.article AS its"                                                     \
    "    WHERE its.article IN (SELECT old_key FROM unnest($1) AS gone (old_key) EXCEPT SELECT key FROM unnest($2) AS kept "      \
    "(key))"                                                                                                                     \
    "    AND (NOT its.had_type OR NOT EXISTS (SELECT FROM credits.entry AS booked WHERE booked.article = its.article)))"

constexpr const char* remove_articles =
    "WITH " CREDITS_UNUSED_ARTICLES " DELETE FROM credits.article AS its USING unused WHERE its.article = unused.article";

// An article without a type has no credits, whatever its coefficient.
#define CREDITS_WANTED_ARTICLES                                                                                                  \
    "wanted AS (SELECT erp.key, erp.type, erp.coefficient AS given,"                                                             \
    "        CASE WHEN $7 THEN type.type_id ELSE its.type_id END AS type_id,"                                                    \
    "        CASE WHEN NOT $7 THEN its.coefficient WHEN erp.type IS NOT NULL THEN trim_scale(erp.coefficient) END AS "           \
    "coefficient,"                                                                                                               \
    "        CASE WHEN $8 THEN erp.ledger_account ELSE its.ledger_account END AS ledger_account,"                                \
    "        CASE WHEN $9 THEN erp.description ELSE its.description END AS description,"                                         \
    "        its.article IS NULL AS is_new, its AS before"                                                                       \
    "    FROM (SELECT key, nullif(credit_type::text, '') AS type, coefficient, ledger_account, description"                      \
    "          FROM unnest($2, $3, $4, $5, $6) AS erp (key, credit_type, coefficient, ledger_account, description)"              \
    "          WHERE key IS NOT NULL) AS erp"                                                                                    \
    "    LEFT JOIN credits.credit_type AS type ON CASE WHEN $10 THEN type.type_id::text ELSE type.code END = erp.type"           \
    "    LEFT JOIN credits.article AS its ON its.article = erp.key)"

// What is wrong with an article: 1, its type is unknown; 2, it has a type and no coefficient; 3, its credits settings would
// change, and whoever saves it has not the right (rule 5).
constexpr const char* find_mistake =
    "WITH " CREDITS_WANTED_ARTICLES ", " CREDITS_UNUSED_ARTICLES ", mistake AS ("
    "    SELECT CASE WHEN $7 AND type IS NOT NULL AND type_id IS NULL THEN 1 WHEN $7 AND type IS NOT NULL AND given IS NULL THEN "
    "2 ELSE 3 END"
    "        AS kind, key, type FROM wanted"
    "    WHERE (type_id, coefficient) IS DISTINCT FROM ((before).type_id, (before).coefficient)"
    "    OR ($7 AND type IS NOT NULL AND (type_id IS NULL OR given IS NULL))"
    "    UNION ALL SELECT 3, article, NULL FROM unused WHERE type_id IS NOT NULL)"
    " SELECT kind, key, type, credits._acting_role() FROM mistake"
    " WHERE kind < 3 OR NOT pg_has_role(credits._acting_role()::name, 'credits_management', 'USAGE')"
    " ORDER BY kind, key LIMIT 1";

constexpr const char* write_articles =
    "WITH " CREDITS_WANTED_ARTICLES
    " INSERT INTO credits.article AS its (article, description, ledger_account, type_id, coefficient)"
    " SELECT key, description, ledger_account, type_id, coefficient FROM wanted"
    " WHERE is_new OR (description, ledger_account, type_id, coefficient)"
    "     IS DISTINCT FROM ((before).description, (before).ledger_account, (before).type_id, (before).coefficient)"
    " ORDER BY key"
    " ON CONFLICT (article) DO UPDATE SET description = excluded.description, ledger_account = excluded.ledger_account,"
    "     type_id = excluded.type_id, coefficient = excluded.coefficient";

pg::Parameter array_parameter(const ArrayBuildState* values)
{
    auto* const state = const_cast<ArrayBuildState*>(values);
    return {get_array_type(state->element_type), makeArrayResult(state, CurrentMemoryContext), false};
}

pg::Parameter bool_parameter(bool value) { return {BOOLOID, BoolGetDatum(value), false}; }

/// The arguments of the statements above.
struct Parameters {
    pg::Parameter values[most_settings + 5];
    size_t count;
};

Parameters make_parameters(const BoundRows& rows)
{
    const Binding& binding = *rows.binding;
    Parameters parameters{};
    const auto add = [&](const pg::Parameter& parameter) { parameters.values[parameters.count++] = parameter; };
    add(array_parameter(rows.old_keys));
    for (int i = 0; i < binding.count; i++)
        add(array_parameter(rows.settings[i]));
    if (binding.settings == Settings::customers) {
        for (int i = customer_setting::works_with_credits; i < customer_setting::count; i++)
            add(bool_parameter(is_given(binding, i)));
        return parameters;
    }
    for (int i = article_setting::coefficient; i < article_setting::count; i++)
        add(bool_parameter(is_given(binding, i)));
    add(bool_parameter(rows.settings[article_setting::credit_type]->element_type == INT8OID));
    return parameters;
}

pg::Statement make_statement(const Parameters& parameters, const char* sql, bool reads_only)
{
    return {.role = catalog().owner, .sql = sql, .parameters = {parameters.values, parameters.count}, .reads_only = reads_only};
}

void write(const Parameters& parameters, const char* sql) { pg::run(make_statement(parameters, sql, false)); }

const char* text_result(int column)
{
    bool is_null = false;
    const Datum value = pg::result(0, column, &is_null);
    return is_null ? nullptr : TextDatumGetCString(value);
}

void refuse_mistake(const Parameters& parameters)
{
    pg::run(make_statement(parameters, find_mistake, true), [] {
        if (SPI_processed == 0)
            return;
        bool is_null = false;
        const int kind = DatumGetInt32(pg::result(0, 1, &is_null));
        const char* const article = text_result(2);
        if (kind == 1)
            errors::unknown_type_of_article(article, text_result(3));
        if (kind == 2)
            errors::coefficient_missing(article, text_result(3));
        errors::no_right_to_article(article, text_result(4));
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

/// The customers whose credits contacts use, before and after, where that changes (17-contacts.sql locks them, too).
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

} // namespace

void take_over(const BoundRows& rows)
{
    require_distinct_keys(rows);
    lock_in_order(rows);
    const Parameters parameters = make_parameters(rows);
    const bool are_customers = rows.binding->settings == Settings::customers;
    pg::in_safe_path([&] {
        if (rows.moves)
            write(parameters, are_customers ? follow_customers : follow_articles);
        if (!are_customers)
            refuse_mistake(parameters);
        if (rows.moves)
            write(parameters, are_customers ? remove_customers : remove_articles);
        if (rows.moves && are_customers)
            write(parameters, unflag_customers);
        write(parameters, are_customers ? write_customers : write_articles);
    });
}

} // namespace credits
