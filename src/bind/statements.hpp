// The SQL that takes rows of a bound table over into the settings: few statements over all rows. src/bind/take_over.cpp runs them
// as the extension's owner, at the latest snapshot and with a search_path of pg_catalog. What changes nothing writes nothing.
#pragma once

namespace credits
{

// $1: the rows' old keys, $2: their keys, $3 …: their settings, one array each; then for each setting, or two of them together,
// whether the ERP has it; of articles, $10, whether their type is given by its id, and $11, whether any may be gone.

inline constexpr const char* follow_customers =
    "UPDATE credits.customer AS his SET customer = erp.key"
    " FROM unnest($1, $2) AS erp (old_key, key)"
    " WHERE his.customer = erp.old_key AND erp.key <> erp.old_key"
    " AND NOT EXISTS (SELECT FROM credits.customer AS taken WHERE taken.customer = erp.key)";

// A customer with an account stays, and so does one whose credits others use: unless they go, too.
inline constexpr const char* remove_customers =
    "WITH unused AS (SELECT his.customer, his.account_of FROM credits.customer AS his"
    "     WHERE his.customer IN (SELECT unnest($1) EXCEPT SELECT unnest($2))"
    "     AND NOT EXISTS (SELECT FROM credits._account AS account WHERE account.customer = his.customer))"
    " DELETE FROM credits.customer AS his USING unused WHERE his.customer = unused.customer"
    " AND (unused.account_of IS NOT NULL OR NOT EXISTS (SELECT FROM credits.customer AS contact"
    "     WHERE contact.account_of = his.customer AND contact.customer NOT IN (SELECT customer FROM unused)))";

inline constexpr const char* unflag_customers =
    "UPDATE credits.customer AS his SET works_with_credits = false WHERE his.works_with_credits"
    " AND his.customer IN (SELECT unnest($1) EXCEPT SELECT unnest($2))";

#define CREDITS_WANTED_CUSTOMERS                                                                                                 \
    "wanted AS (SELECT erp.key,"                                                                                                 \
    "        CASE WHEN $6 THEN coalesce(erp.works_with_credits, false) ELSE coalesce(his.works_with_credits, true) END"          \
    "            AS works_with_credits,"                                                                                         \
    "        CASE WHEN $7 THEN erp.name ELSE his.name END AS name,"                                                              \
    "        CASE WHEN $8 THEN nullif(erp.account_of, erp.key) ELSE his.account_of END AS account_of,"                           \
    "        his.customer IS NULL AS is_new, his AS before"                                                                      \
    "    FROM unnest($2, $3, $4, $5) AS erp (key, works_with_credits, name, account_of)"                                         \
    "    LEFT JOIN credits.customer AS his ON his.customer = erp.key"                                                            \
    "    WHERE erp.key IS NOT NULL)"

inline constexpr const char* write_customers =
    "WITH " CREDITS_WANTED_CUSTOMERS " INSERT INTO credits.customer AS his (customer, works_with_credits, name, account_of)"
    " SELECT key, works_with_credits, name, account_of FROM wanted"
    " WHERE is_new OR (works_with_credits, name, account_of)"
    "     IS DISTINCT FROM ((before).works_with_credits, (before).name, (before).account_of)"
    " ORDER BY key"
    " ON CONFLICT (customer) DO UPDATE SET works_with_credits = excluded.works_with_credits, name = excluded.name,"
    "     account_of = excluded.account_of";

inline constexpr const char* follow_articles =
    "UPDATE credits.article AS its SET article = erp.key"
    " FROM unnest($1, $2) AS erp (old_key, key)"
    " WHERE its.article = erp.old_key AND erp.key <> erp.old_key"
    " AND NOT EXISTS (SELECT FROM credits.article AS taken WHERE taken.article = erp.key)";

// The articles that go: an article that the ledger names stays.
#define CREDITS_UNUSED_ARTICLES                                                                                                  \
    "unused AS (SELECT its.article, its.type_id FROM credits.article AS its"                                                     \
    "    WHERE its.article IN (SELECT unnest($1) EXCEPT SELECT unnest($2))"                                                      \
    "    AND (NOT its.had_type OR NOT EXISTS (SELECT FROM credits.entry AS booked WHERE booked.article = its.article)))"

inline constexpr const char* remove_articles =
    "WITH " CREDITS_UNUSED_ARTICLES " DELETE FROM credits.article AS its USING unused WHERE its.article = unused.article";

// An article without a type has no credits, whatever its coefficient.
#define CREDITS_WANTED_ARTICLES                                                                                                  \
    "wanted AS (SELECT erp.key, erp.type, erp.coefficient AS given,"                                                             \
    "        CASE WHEN $7 THEN type.type_id ELSE its.type_id END AS type_id,"                                                    \
    "        CASE WHEN NOT $7 THEN its.coefficient WHEN erp.type IS NOT NULL THEN trim_scale(erp.coefficient) END"               \
    "            AS coefficient,"                                                                                                \
    "        CASE WHEN $8 THEN erp.ledger_account ELSE its.ledger_account END AS ledger_account,"                                \
    "        CASE WHEN $9 THEN erp.description ELSE its.description END AS description,"                                         \
    "        its.article IS NULL AS is_new, its AS before"                                                                       \
    "    FROM (SELECT key, nullif(credit_type::text, '') AS type, coefficient, ledger_account, description"                      \
    "          FROM unnest($2, $3, $4, $5, $6) AS erp (key, credit_type, coefficient, ledger_account, description)"              \
    "          WHERE key IS NOT NULL) AS erp"                                                                                    \
    "    LEFT JOIN credits.credit_type AS type ON CASE WHEN $10 THEN type.type_id::text ELSE type.code END = erp.type"           \
    "    LEFT JOIN credits.article AS its ON its.article = erp.key)"

// What is wrong with the articles, and with one of the customers (enum Mistake of bound_settings.cpp); what the settings' own
// triggers would refuse too, they would refuse with these statements as context, which some ERPs show to their user.
inline constexpr const char* find_article_mistake =
    "WITH " CREDITS_WANTED_ARTICLES ", " CREDITS_UNUSED_ARTICLES ", mistake AS ("
    " SELECT CASE WHEN NOT $7 OR type IS NULL THEN 3 WHEN type_id IS NULL THEN 0 WHEN given IS NULL THEN 1"
    "             WHEN given = 0 OR given <> round(given, 4) OR abs(given) >= 1e10 THEN 2 ELSE 3 END AS kind,"
    "        key, type, given::text AS given, (type_id, coefficient) IS DISTINCT FROM ((before).type_id, (before).coefficient) "
    "AS changes"
    " FROM wanted"
    " UNION ALL SELECT 3, article, NULL, NULL, type_id IS NOT NULL FROM unused WHERE $11)"
    " SELECT kind, key, CASE kind WHEN 2 THEN given WHEN 3 THEN credits._acting_role() ELSE type END FROM mistake"
    " WHERE kind < 3 OR (changes AND NOT pg_has_role(credits._acting_role()::name, 'credits_management', 'USAGE'))"
    " ORDER BY kind, key LIMIT 1";

inline constexpr const char* find_customer_mistake =
    "WITH " CREDITS_WANTED_CUSTOMERS ", contact AS (SELECT key, account_of FROM wanted"
    "     WHERE account_of IS NOT NULL AND account_of IS DISTINCT FROM (before).account_of)"
    " SELECT CASE WHEN NOT EXISTS (SELECT FROM credits.customer AS known WHERE known.customer = contact.account_of)"
    "              AND NOT EXISTS (SELECT FROM wanted AS fresh WHERE fresh.key = contact.account_of) THEN 4"
    "             WHEN EXISTS (SELECT FROM wanted AS fresh WHERE fresh.key = contact.account_of AND fresh.account_of IS NOT NULL)"
    "               OR EXISTS (SELECT FROM credits.customer AS known WHERE known.customer = contact.account_of"
    "                          AND known.account_of IS NOT NULL AND known.customer NOT IN (SELECT key FROM wanted)) THEN 5"
    "             WHEN EXISTS (SELECT FROM wanted AS fresh WHERE fresh.account_of = contact.key)"
    "               OR EXISTS (SELECT FROM credits.customer AS known WHERE known.account_of = contact.key"
    "                          AND known.customer NOT IN (SELECT key FROM wanted)) THEN 6 END AS kind, contact.key, "
    "contact.account_of"
    " FROM contact ORDER BY kind, key LIMIT 1";

inline constexpr const char* write_articles =
    "WITH " CREDITS_WANTED_ARTICLES
    " INSERT INTO credits.article AS its (article, description, ledger_account, type_id, coefficient)"
    " SELECT key, description, ledger_account, type_id, coefficient FROM wanted"
    " WHERE is_new OR (description, ledger_account, type_id, coefficient)"
    "     IS DISTINCT FROM ((before).description, (before).ledger_account, (before).type_id, (before).coefficient)"
    " ORDER BY key"
    " ON CONFLICT (article) DO UPDATE SET description = excluded.description, ledger_account = excluded.ledger_account,"
    "     type_id = excluded.type_id, coefficient = excluded.coefficient";

} // namespace credits
