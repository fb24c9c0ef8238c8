-- Rows of a bound table are taken over into the settings by few statements over all of them, at the latest snapshot. What changes
-- nothing writes nothing. The rows come as arrays: their old keys, their keys and their settings. Of each setting, or of two of
-- them together, it is said whether the ERP has it; else it is kept by hand.

CREATE TYPE credits._mistake AS (
    kind integer,
    key  text,
    what text
);
COMMENT ON TYPE credits._mistake IS
'What is wrong with a row of a bound table.
The kinds are those of enum Mistake in src/bind/take_over.cpp, which knows the errors:
- 0, 1, 2, 3: of an article: no such type, no coefficient, one that is not valid, no right to change it
- 4, 5, 6: of a customer: his account_of does not exist, is a contact himself, others use the credits of the contact';

-- Customers

CREATE FUNCTION credits._customers_renamed(old_keys text[], keys text[]) RETURNS TABLE (old_key text, key text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT erp.old_key, erp.key
    FROM unnest(old_keys, keys) AS erp (old_key, key)
    WHERE erp.key <> erp.old_key
      AND NOT EXISTS (SELECT FROM credits.customer AS taken WHERE taken.customer = erp.key);
END;
COMMENT ON FUNCTION credits._customers_renamed(text[], text[]) IS
'Which customers have got another key that nobody else has.';

-- A customer with an account stays, and so does one whose credits others use: unless they go, too.
CREATE FUNCTION credits._customers_to_remove(old_keys text[], keys text[]) RETURNS TABLE (customer text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH unused AS (
        SELECT his.customer, his.account_of
        FROM credits.customer AS his
        WHERE his.customer IN (SELECT unnest(old_keys) EXCEPT SELECT unnest(keys))
          AND NOT EXISTS (SELECT FROM credits._account AS account WHERE account.customer = his.customer)
    )
    SELECT unused.customer
    FROM unused
    WHERE unused.account_of IS NOT NULL
       OR NOT EXISTS (SELECT FROM credits.customer AS contact
                      WHERE contact.account_of = unused.customer AND contact.customer NOT IN (SELECT customer FROM unused));
END;
COMMENT ON FUNCTION credits._customers_to_remove(text[], text[]) IS
'Which customers have left the ERP, and nothing in the ledger or the settings needs.';

CREATE FUNCTION credits._wanted_customers(
    keys        text[],
    flags       boolean[],
    names       text[],
    accounts    text[],
    has_flag    boolean,
    has_name    boolean,
    has_account boolean
) RETURNS TABLE (
    key                text,
    works_with_credits boolean,
    name               text,
    account_of         text,
    is_changed         boolean,
    is_new_contact     boolean
)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT wanted.key, wanted.works_with_credits, wanted.name, wanted.account_of,
           his.customer IS NULL OR (wanted.works_with_credits, wanted.name, wanted.account_of)
                                   IS DISTINCT FROM (his.works_with_credits, his.name, his.account_of),
           wanted.account_of IS NOT NULL AND wanted.account_of IS DISTINCT FROM his.account_of
    FROM unnest(keys, flags, names, accounts) AS erp (key, works_with_credits, name, account_of)
    LEFT JOIN credits.customer AS his ON his.customer = erp.key
    CROSS JOIN LATERAL (
        SELECT erp.key,
               CASE WHEN has_flag THEN coalesce(erp.works_with_credits, false)
                    ELSE coalesce(his.works_with_credits, true) END AS works_with_credits,
               CASE WHEN has_name THEN erp.name ELSE his.name END AS name,
               CASE WHEN has_account THEN nullif(erp.account_of, erp.key) ELSE his.account_of END AS account_of) AS wanted
    WHERE erp.key IS NOT NULL;
END;
COMMENT ON FUNCTION credits._wanted_customers(text[], boolean[], text[], text[], boolean, boolean, boolean) IS
'What the settings of customers are to be, and whether they are so.';

-- What the settings' own triggers would refuse too, they would refuse with a statement of ours as context, which some ERPs show
-- to their user.
CREATE FUNCTION credits._mistake_in_customers(
    keys        text[],
    flags       boolean[],
    names       text[],
    accounts    text[],
    has_flag    boolean,
    has_name    boolean,
    has_account boolean
) RETURNS SETOF credits._mistake
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH wanted AS (
        SELECT customer.key, customer.account_of, customer.is_new_contact
        FROM credits._wanted_customers(keys, flags, names, accounts, has_flag, has_name, has_account) AS customer
    ),
    contact AS (
        SELECT
            CASE
                WHEN NOT EXISTS (SELECT FROM credits.customer AS known WHERE known.customer = wanted.account_of)
                     AND NOT EXISTS (SELECT FROM wanted AS fresh WHERE fresh.key = wanted.account_of) THEN 4
                WHEN EXISTS (SELECT FROM wanted AS fresh WHERE fresh.key = wanted.account_of AND fresh.account_of IS NOT NULL)
                     OR EXISTS (SELECT FROM credits.customer AS known
                                WHERE known.customer = wanted.account_of AND known.account_of IS NOT NULL
                                  AND known.customer NOT IN (SELECT key FROM wanted)) THEN 5
                WHEN EXISTS (SELECT FROM wanted AS fresh WHERE fresh.account_of = wanted.key)
                     OR EXISTS (SELECT FROM credits.customer AS known
                                WHERE known.account_of = wanted.key AND known.customer NOT IN (SELECT key FROM wanted)) THEN 6
            END AS kind,
            wanted.key,
            wanted.account_of
        FROM wanted
        WHERE wanted.is_new_contact
    )
    SELECT contact.kind, contact.key, contact.account_of
    FROM contact
    ORDER BY contact.kind, contact.key
    LIMIT 1;
END;
COMMENT ON FUNCTION credits._mistake_in_customers(text[], boolean[], text[], text[], boolean, boolean, boolean) IS
'Question: what is wrong with one of the customers; no kind for nothing.';

CREATE FUNCTION credits._take_over_customers(
    old_keys    text[],
    keys        text[],
    flags       boolean[],
    names       text[],
    accounts    text[],
    has_flag    boolean,
    has_name    boolean,
    has_account boolean,
    may_move    boolean
) RETURNS credits._mistake
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by how many rows there are
SET jit = off
AS $$
DECLARE
    mistake credits._mistake;
BEGIN
    IF may_move THEN
        PERFORM credits._do_now($command$
            UPDATE credits.customer AS his SET customer = renamed.key
            FROM credits._customers_renamed($1, $2) AS renamed
            WHERE his.customer = renamed.old_key $command$, ROW(old_keys, keys));
    END IF;
    SELECT * INTO mistake
    FROM credits._now(NULL::credits._mistake, 'credits._mistake_in_customers',
                      ROW(keys, flags, names, accounts, has_flag, has_name, has_account));
    IF mistake.kind IS NOT NULL THEN
        RETURN mistake;
    END IF;
    IF may_move THEN
        LOCK TABLE credits.closing IN ROW EXCLUSIVE MODE; -- the gate: nobody takes lines in, who locks no customer
        PERFORM credits._do_now($command$
            DELETE FROM credits.customer AS his
            USING credits._customers_to_remove($1, $2) AS gone
            WHERE his.customer = gone.customer $command$, ROW(old_keys, keys));
        PERFORM credits._do_now($command$
            UPDATE credits.customer AS his SET works_with_credits = false
            WHERE his.works_with_credits
              AND his.customer IN (SELECT unnest($1) EXCEPT SELECT unnest($2)) $command$, ROW(old_keys, keys));
    END IF;
    PERFORM credits._do_now($command$
        INSERT INTO credits.customer AS his (customer, works_with_credits, name, account_of)
        SELECT wanted.key, wanted.works_with_credits, wanted.name, wanted.account_of
        FROM credits._wanted_customers($1, $2, $3, $4, $5, $6, $7) AS wanted
        WHERE wanted.is_changed
        ORDER BY wanted.key
        ON CONFLICT (customer) DO UPDATE
        SET works_with_credits = excluded.works_with_credits, name = excluded.name, account_of = excluded.account_of $command$,
        ROW(keys, flags, names, accounts, has_flag, has_name, has_account));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._take_over_customers(text[], text[], boolean[], text[], text[], boolean, boolean, boolean, boolean) IS
'Takes rows of a bound table over into customer, whose rows the caller has locked. Returns what is wrong; null for nothing.';

-- Articles

CREATE FUNCTION credits._articles_renamed(old_keys text[], keys text[]) RETURNS TABLE (old_key text, key text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT erp.old_key, erp.key
    FROM unnest(old_keys, keys) AS erp (old_key, key)
    WHERE erp.key <> erp.old_key
      AND NOT EXISTS (SELECT FROM credits.article AS taken WHERE taken.article = erp.key);
END;
COMMENT ON FUNCTION credits._articles_renamed(text[], text[]) IS
'Which articles have got another key that no other one has.';

CREATE FUNCTION credits._articles_to_remove(old_keys text[], keys text[]) RETURNS TABLE (article text, type_id integer)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT its.article, its.type_id
    FROM credits.article AS its
    WHERE its.article IN (SELECT unnest(old_keys) EXCEPT SELECT unnest(keys))
      AND (NOT its.had_type OR NOT EXISTS (SELECT FROM credits.entry AS booked WHERE booked.article = its.article));
END;
COMMENT ON FUNCTION credits._articles_to_remove(text[], text[]) IS
'Which articles have left the ERP, and the ledger does not name.';

CREATE FUNCTION credits._may_be_booked(old_keys text[], keys text[]) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits.article AS its
                   WHERE its.had_type AND its.article IN (SELECT unnest(old_keys) EXCEPT SELECT unnest(keys)));
END;
COMMENT ON FUNCTION credits._may_be_booked(text[], text[]) IS
'Question: whether one of the articles that have left the ERP has, or had, credits.';

-- An article without a type has no credits, whatever its coefficient.
CREATE FUNCTION credits._wanted_articles(
    keys            text[],
    types           text[],
    coefficients    numeric[],
    accounts        text[],
    descriptions    text[],
    has_type        boolean,
    has_account     boolean,
    has_description boolean,
    are_ids         boolean
) RETURNS TABLE (
    key               text,
    description       text,
    ledger_account    text,
    type_id           integer,
    coefficient       numeric,
    type              text,
    given             numeric,
    is_changed        boolean,
    is_worth_changing boolean
)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT erp.key, wanted.description, wanted.ledger_account, wanted.type_id, wanted.coefficient, erp.type, erp.coefficient,
           its.article IS NULL OR (wanted.description, wanted.ledger_account, wanted.type_id, wanted.coefficient)
                                  IS DISTINCT FROM (its.description, its.ledger_account, its.type_id, its.coefficient),
           (wanted.type_id, wanted.coefficient) IS DISTINCT FROM (its.type_id, its.coefficient)
    FROM (SELECT row.key, nullif(row.type, '') AS type, row.coefficient, row.ledger_account, row.description
          FROM unnest(keys, types, coefficients, accounts, descriptions)
              AS row (key, type, coefficient, ledger_account, description)
          WHERE row.key IS NOT NULL) AS erp
    LEFT JOIN credits.credit_type AS type ON CASE WHEN are_ids THEN type.type_id::text ELSE type.code END = erp.type
    LEFT JOIN credits.article AS its ON its.article = erp.key
    CROSS JOIN LATERAL (
        SELECT CASE WHEN has_type THEN type.type_id ELSE its.type_id END AS type_id,
               CASE WHEN NOT has_type THEN its.coefficient
                    WHEN erp.type IS NOT NULL THEN trim_scale(erp.coefficient) END AS coefficient,
               CASE WHEN has_account THEN erp.ledger_account ELSE its.ledger_account END AS ledger_account,
               CASE WHEN has_description THEN erp.description ELSE its.description END AS description) AS wanted;
END;
COMMENT ON FUNCTION credits._wanted_articles(text[], text[], numeric[], text[], text[], boolean, boolean, boolean, boolean) IS
'What the settings of articles are to be, and whether they are so.
type and given: what the ERP says of type and coefficient. is_worth_changing: those change.';

CREATE FUNCTION credits._mistake_in_articles(
    old_keys        text[],
    keys            text[],
    types           text[],
    coefficients    numeric[],
    accounts        text[],
    descriptions    text[],
    has_type        boolean,
    has_account     boolean,
    has_description boolean,
    are_ids         boolean,
    may_move        boolean
) RETURNS SETOF credits._mistake
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH article AS (
        SELECT CASE WHEN NOT has_type OR wanted.type IS NULL THEN 3
                    WHEN wanted.type_id IS NULL THEN 0
                    WHEN wanted.given IS NULL THEN 1
                    WHEN wanted.given = 0 OR wanted.given <> round(wanted.given, 4) OR abs(wanted.given) >= 1e10 THEN 2
                    ELSE 3 END AS kind,
               wanted.key, wanted.type, wanted.given, wanted.is_worth_changing
        FROM credits._wanted_articles(keys, types, coefficients, accounts, descriptions, has_type, has_account, has_description,
                                      are_ids) AS wanted
        UNION ALL
        SELECT 3, gone.article, NULL, NULL, gone.type_id IS NOT NULL
        FROM credits._articles_to_remove(old_keys, keys) AS gone
        WHERE may_move
    )
    SELECT article.kind, article.key,
           CASE article.kind WHEN 2 THEN article.given::text WHEN 3 THEN credits._acting_role() ELSE article.type END
    FROM article
    WHERE article.kind < 3
       OR (article.is_worth_changing AND NOT pg_has_role(credits._acting_role()::name, 'credits_management', 'USAGE'))
    ORDER BY article.kind, article.key
    LIMIT 1;
END;
COMMENT ON FUNCTION credits._mistake_in_articles(
    text[], text[], text[], numeric[], text[], text[], boolean, boolean, boolean, boolean, boolean) IS
'Question: what is wrong with one of the articles; no row for nothing.';

CREATE FUNCTION credits._take_over_articles(
    old_keys        text[],
    keys            text[],
    types           text[],
    coefficients    numeric[],
    accounts        text[],
    descriptions    text[],
    has_type        boolean,
    has_account     boolean,
    has_description boolean,
    are_ids         boolean,
    may_move        boolean
) RETURNS credits._mistake
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by how many rows there are
SET jit = off
AS $$
DECLARE
    mistake credits._mistake;
BEGIN
    IF may_move THEN
        PERFORM credits._do_now($command$
            UPDATE credits.article AS its SET article = renamed.key
            FROM credits._articles_renamed($1, $2) AS renamed
            WHERE its.article = renamed.old_key $command$, ROW(old_keys, keys));
    END IF;
    SELECT * INTO mistake
    FROM credits._now(NULL::credits._mistake, 'credits._mistake_in_articles',
                      ROW(old_keys, keys, types, coefficients, accounts, descriptions, has_type, has_account, has_description,
                          are_ids, may_move));
    IF mistake.kind IS NOT NULL THEN
        RETURN mistake;
    END IF;
    IF may_move THEN
        IF (SELECT credits._now(NULL::boolean, 'credits._may_be_booked', ROW(old_keys, keys))) THEN
            LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- the gate: whoever saves with one of them has booked it
        END IF;
        PERFORM credits._do_now($command$
            DELETE FROM credits.article AS its
            USING credits._articles_to_remove($1, $2) AS gone
            WHERE its.article = gone.article $command$, ROW(old_keys, keys));
    END IF;
    PERFORM credits._do_now($command$
        INSERT INTO credits.article AS its (article, description, ledger_account, type_id, coefficient)
        SELECT wanted.key, wanted.description, wanted.ledger_account, wanted.type_id, wanted.coefficient
        FROM credits._wanted_articles($1, $2, $3, $4, $5, $6, $7, $8, $9) AS wanted
        WHERE wanted.is_changed
        ORDER BY wanted.key
        ON CONFLICT (article) DO UPDATE
        SET description = excluded.description, ledger_account = excluded.ledger_account,
            type_id = excluded.type_id, coefficient = excluded.coefficient $command$,
        ROW(keys, types, coefficients, accounts, descriptions, has_type, has_account, has_description, are_ids));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._take_over_articles(
    text[], text[], text[], numeric[], text[], text[], boolean, boolean, boolean, boolean, boolean) IS
'Takes rows of a bound table over into article, whose rows the caller has locked. Returns what is wrong; null for nothing.';
