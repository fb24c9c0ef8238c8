-- What a closing of a month would move, and the lines that it makes of it (rules 25 and 26).

-- What a closing would move, by credit type, movement and result side, with the type's settings: they are read once, here.
-- Openings are here for the roll-forward: they move nothing.
CREATE TYPE credits._movement AS (
    type_id            integer,
    type_code          text,
    currency           text,
    movement           text,
    relation           text,
    activation_article text,
    balance_account    text,
    result_article     text,
    result_account     text,
    quantity           numeric,
    value              numeric,
    posting_relation   text,
    posting_articles   text,
    type_article       text,
    type_account       text
);
COMMENT ON TYPE credits._movement IS
'Credits and value that moved in a month: sold, consumed, changes or opening, and the two sides that a closing posts them to.';

CREATE FUNCTION credits._types_posted(per_customer boolean, by_article boolean) RETURNS SETOF integer[]
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT array_agg(type.type_id)
    FROM credits.credit_type AS type
    WHERE (type.posting_relation = 'per_customer') = per_customer AND (type.posting_articles = 'original') = by_article;
END;
COMMENT ON FUNCTION credits._types_posted(boolean, boolean) IS
'Question: the credit types that are posted so; null for none.';

-- Entries are grouped only as finely as their type needs it: by customer where each gets a document, by lot where the original
-- article counts. What no type needs is not read: the planner knows the arguments, and that a null one is.
CREATE FUNCTION credits._moved_in(month date, by_type integer[], by_customer integer[], by_article integer[], by_both integer[])
    RETURNS SETOF credits._movement
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH sums (type_id, kind, customer, owner, lot_no, quantity, value) AS (
        SELECT entry.type_id, entry.kind, NULL::text, NULL::text, NULL::bigint, sum(entry.quantity), sum(entry.value)
        FROM credits.entry
        WHERE entry.booked_on >= month AND entry.booked_on < (month + interval '1 month')::date
          AND by_type IS NOT NULL AND entry.type_id = ANY (by_type)
        GROUP BY entry.type_id, entry.kind
        UNION ALL
        SELECT entry.type_id, entry.kind, entry.customer, NULL, NULL, sum(entry.quantity), sum(entry.value)
        FROM credits.entry
        WHERE entry.booked_on >= month AND entry.booked_on < (month + interval '1 month')::date
          AND by_customer IS NOT NULL AND entry.type_id = ANY (by_customer)
        GROUP BY entry.type_id, entry.kind, entry.customer
        UNION ALL
        SELECT entry.type_id, entry.kind, NULL, entry.customer, entry.lot_no, sum(entry.quantity), sum(entry.value)
        FROM credits.entry
        WHERE entry.booked_on >= month AND entry.booked_on < (month + interval '1 month')::date
          AND by_article IS NOT NULL AND entry.type_id = ANY (by_article)
        GROUP BY entry.type_id, entry.kind, entry.customer, entry.lot_no
        UNION ALL
        SELECT entry.type_id, entry.kind, entry.customer, entry.customer, entry.lot_no, sum(entry.quantity), sum(entry.value)
        FROM credits.entry
        WHERE entry.booked_on >= month AND entry.booked_on < (month + interval '1 month')::date
          AND by_both IS NOT NULL AND entry.type_id = ANY (by_both)
        GROUP BY entry.type_id, entry.kind, entry.customer, entry.lot_no
    )
    SELECT
        type.type_id,
        type.code,
        type.currency,
        credits._movement_of(sums.kind) AS movement,
        CASE type.posting_relation WHEN 'per_customer' THEN sums.customer ELSE parameter.fixed_relation END AS relation,
        type.activation_article,
        type.balance_account,
        coalesce(lot.article, type.result_article) AS result_article,
        coalesce(lot.ledger_account, type.result_account) AS result_account,
        sum(sums.quantity),
        sum(sums.value),
        type.posting_relation,
        type.posting_articles,
        type.result_article,
        type.result_account
    FROM sums
    JOIN credits.credit_type AS type USING (type_id)
    CROSS JOIN credits.parameter
    LEFT JOIN credits._lot_by_customer AS lot
        ON lot.customer = sums.owner AND lot.type_id = sums.type_id AND lot.lot_no = sums.lot_no
    GROUP BY type.type_id, 4, 5, 8, 9;
END;
COMMENT ON FUNCTION credits._moved_in(date, integer[], integer[], integer[], integer[]) IS
'Question: what the entries of a month moved.
Arguments:
- month: its first day
- by_type, by_customer, by_article, by_both: the credit types, by what their entries are grouped by; null for none';

CREATE FUNCTION credits._closing_movement(month date) RETURNS credits._movement[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the month and the types
SET jit = off
AS $$
DECLARE
    by_type     CONSTANT integer[] := (SELECT credits._now(NULL::integer[], 'credits._types_posted', ROW(false, false)));
    by_customer CONSTANT integer[] := (SELECT credits._now(NULL::integer[], 'credits._types_posted', ROW(true, false)));
    by_article  CONSTANT integer[] := (SELECT credits._now(NULL::integer[], 'credits._types_posted', ROW(false, true)));
    by_both     CONSTANT integer[] := (SELECT credits._now(NULL::integer[], 'credits._types_posted', ROW(true, true)));
BEGIN
    RETURN ARRAY(SELECT moved FROM credits._now(NULL::credits._movement, 'credits._moved_in',
                                                ROW(month, by_type, by_customer, by_article, by_both)) AS moved);
END
$$;
COMMENT ON FUNCTION credits._closing_movement(date) IS
'What a closing of the month, given by its first day, would move, as of now.';

CREATE FUNCTION credits._lacks_of_posting(moved credits._movement[]) RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH type AS (
        SELECT DISTINCT type_code, posting_relation, balance_account, activation_article, type_account, type_article,
               posting_relation = 'fixed_relation' AND coalesce(relation, '') = '' AS lacks_relation
        FROM unnest(moved)
        WHERE value <> 0 AND movement <> 'opening'
    ),
    lack AS (
        SELECT format('type "%s" has no %s', type.type_code, string_agg(setting.name, ', ' ORDER BY setting.position)) AS what
        FROM type
        CROSS JOIN LATERAL (VALUES (1, 'balance_account', balance_account), (2, 'activation_article', activation_article),
                                   (3, 'result_account', type_account), (4, 'result_article', type_article))
                                   AS setting (position, name, value)
        WHERE coalesce(setting.value, '') = ''
        GROUP BY type.type_code
        UNION ALL
        SELECT format('article "%s" of type "%s" has no %s', side.article, type.type_code,
                      CASE WHEN article.article IS NULL THEN 'row in credits.article' ELSE 'ledger_account' END)
        FROM type
        CROSS JOIN LATERAL (VALUES (activation_article), (type_article)) AS side (article)
        LEFT JOIN credits.article USING (article)
        WHERE side.article <> '' AND article.ledger_account IS NULL
        UNION ALL
        SELECT format('the parameters have no fixed_relation, for type %s',
                      string_agg(format('"%s"', type_code), ', ' ORDER BY type_code COLLATE "C"))
        FROM type
        WHERE lacks_relation
        HAVING count(*) > 0
    )
    SELECT lack.what FROM lack;
END;
COMMENT ON FUNCTION credits._lacks_of_posting(credits._movement[]) IS
'Question: which accounts, articles and relations movements lack that have a value.';

CREATE FUNCTION credits._check_posting(moved credits._movement[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(lack.what, '; ' ORDER BY lack.what COLLATE "C") INTO missing
    FROM credits._now(NULL::text, 'credits._lacks_of_posting', ROW(moved)) AS lack (what);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'accounts for the closing are missing'
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'credit_type',
                  CONSTRAINT = 'credits_accounts_complete',
                  DETAIL = missing || '.',
                  HINT = 'They are in credits.credit_type, credits.article and credits.parameter.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_posting(credits._movement[]) IS
'Raises 23514 credits_accounts_complete, naming all that is missing, when a movement lacks an account, an article or a relation.';

-- A pair of lines per amount: the activation article, then the result side with the opposite sign. Its columns by name, as a row
-- of the table may have others that somebody has added.
CREATE FUNCTION credits._lines_of(closing_id integer, moved credits._movement[]) RETURNS SETOF credits.closing_line
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    line credits.closing_line;
BEGIN
    FOR line.closing_id, line.relation, line.line_no, line.type_code, line.currency, line.movement,
        line.article, line.ledger_account,
        line.quantity, line.amount
    IN
        SELECT
            _lines_of.closing_id,
            pair.relation,
            2 * pair.number - CASE WHEN side.sign > 0 THEN 1 ELSE 0 END,
            pair.type_code,
            pair.currency,
            pair.movement,
            CASE WHEN side.sign > 0 THEN pair.activation_article ELSE pair.result_article END,
            CASE WHEN side.sign > 0 THEN pair.balance_account ELSE pair.result_account END,
            CASE WHEN sign(pair.quantity) = sign(pair.value) THEN side.sign * pair.quantity ELSE 0 END,
            side.sign * pair.value
        FROM (
            SELECT
                m.*,
                row_number() OVER (
                    PARTITION BY m.relation COLLATE "C"
                    ORDER BY m.currency COLLATE "C", m.type_code COLLATE "C",
                        array_position('{sold,consumed,changes}', m.movement),
                             m.result_article COLLATE "C", m.result_account COLLATE "C") AS number
            FROM unnest(moved) AS m
            WHERE m.value <> 0 AND m.movement <> 'opening') AS pair
        CROSS JOIN (VALUES (1), (-1)) AS side (sign)
    LOOP
        RETURN NEXT line;
    END LOOP;
END
$$;
COMMENT ON FUNCTION credits._lines_of(integer, credits._movement[]) IS
'The lines that a closing makes of what moved, in no order.';
