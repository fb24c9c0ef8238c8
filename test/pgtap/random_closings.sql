-- Random histories of bills, late documents, revaluations, closings and reopened months: whatever happens, every cent is
-- somewhere, the closed months stay as they were closed, and the result of all months is what was invoiced less what is open
-- (rules 25 to 28).
BEGIN;
\ir common.psql
\ir shop.psql
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- months are closed in the transaction that saves
SELECT plan(22);
CREATE FUNCTION pg_temp.any_day() RETURNS date
    LANGUAGE sql VOLATILE AS $$SELECT '2026-01-01'::date + floor(random() * 180)::int$$;
\ir bills.psql

-- Accounts; the fixed type is closed per customer, with the original articles.
INSERT INTO credits.article (article, ledger_account)
VALUES ('ACT', '460000'), ('RES', '700000'), ('ACT-F', '460003'), ('RES-F', '700003');
UPDATE credits.article SET ledger_account = '700013' WHERE article = 'F';
UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACT', result_account = '700000',
    result_article = 'RES';
UPDATE credits.credit_type SET balance_account = '460003', activation_article = 'ACT-F', result_account = '700003',
    result_article = 'RES-F',
    posting_relation = 'per_customer', posting_articles = 'original' WHERE type_id = 103;
UPDATE credits.parameter SET fixed_relation = 'R';

-- What an attempt becomes, as for a bill.
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    violated text;
BEGIN
    EXECUTE statement;
    INSERT INTO shop.outcome VALUES (NULL);
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
    INSERT INTO shop.outcome VALUES (violated);
END
$$;

CREATE FUNCTION pg_temp.next_month() RETURNS date LANGUAGE sql AS $$
    SELECT (max(month) + interval '1 month')::date FROM credits.closing WHERE reopened_at IS NULL
$$;

-- What the reports say of the time until the last closed day.
CREATE FUNCTION pg_temp.figures_before(day date) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    IF day IS NOT NULL THEN
        RETURN QUERY SELECT r::text FROM credits.deferred_revenue('2026-01-01', day - 1) AS r
                     UNION ALL SELECT p::text FROM credits.portfolio_as_of(day - 1) AS p
                     UNION ALL SELECT l::text FROM credits.open_lot_as_of(day - 1) AS l;
    END IF;
END
$$;

-- Closes, reopens, revalues, registers, or saves bills; gives what was closed before and is another thing now.
CREATE FUNCTION pg_temp.step() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    until  CONSTANT date := pg_temp.next_month();
    before CONSTANT text[] := ARRAY(SELECT pg_temp.figures_before(until));
BEGIN
    CASE floor(random() * 40)::int
        WHEN 0, 1 THEN
            PERFORM pg_temp.attempt(format('SELECT credits.close_month(%L)',
                                           least(coalesce(until, (SELECT min(booked_on) FROM credits.entry
                                                                  WHERE kind <> 'opening')), '2026-05-31')));
        WHEN 2 THEN
            PERFORM pg_temp.attempt(format('SELECT credits.reopen_month(%L)', coalesce(until, '2026-01-02') - 1));
        WHEN 3, 4 THEN
            PERFORM pg_temp.attempt(format('SELECT credits.revalue(%L, %s, %L)', 'FIXED',
                                           pg_temp.one_of('{33.33, 30, 35.5, 41.27, 0.01, 100}'::numeric[]), pg_temp.any_day()));
        WHEN 5 THEN
            PERFORM pg_temp.attempt(format('SELECT credits.register_opening(%L, %L, 3, %s, NULL, %L)',
                                           pg_temp.one_of('{A, B}'::text[]),
                                           pg_temp.one_of('{SUPPORT, FIXED}'::text[]), round((random() * 200)::numeric, 2),
                                           pg_temp.any_day()));
        WHEN 6 THEN
            UPDATE credits.parameter SET closed_month_policy
                = pg_temp.one_of('{reject, next_open_month, next_open_month}'::text[]);
        ELSE
            PERFORM pg_temp.save();
    END CASE;
    IF until <= pg_temp.next_month() THEN -- not reopened
        RETURN QUERY SELECT b FROM unnest(before) AS b EXCEPT SELECT pg_temp.figures_before(until);
    END IF;
END
$$;

CREATE FUNCTION pg_temp.history() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 70 LOOP
        RETURN QUERY SELECT 'closed figure changed: ' || s FROM pg_temp.step() AS s;
    END LOOP;
    RETURN QUERY SELECT v::text FROM credits.verify() AS v;
END
$$;
SELECT is_empty('SELECT pg_temp.history()', format('part %s of a history leaves a sound ledger, and closed months alone', n))
FROM generate_series(1, 6) AS n;

-- Then all months are closed.
CREATE FUNCTION pg_temp.close_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WHILE EXISTS (SELECT FROM credits.entry WHERE kind <> 'opening' AND booked_on >= coalesce(pg_temp.next_month(), '2026-01-01'))
        LOOP
        PERFORM credits.close_month(coalesce(pg_temp.next_month(),
                                             (SELECT min(booked_on) FROM credits.entry WHERE kind <> 'opening')));
    END LOOP;
END
$$;
SELECT pg_temp.close_all() \g /dev/null
SELECT is_empty('SELECT * FROM credits.verify()', 'all months closed: verify() finds nothing');

-- Invariant 27, per type and month, the books being kept in the journal alone.
CREATE VIEW shop.figures AS
SELECT r.*, (SELECT coalesce(sum(d.remaining_value), 0) FROM credits.deferred_revenue_detail(r.month, r.type_code) AS d)
    AS open_lots,
       (SELECT coalesce(sum(j.credit - j.debit), 0) FROM credits.closing_journal AS j
        JOIN credits.credit_type AS t ON t.balance_account = j.ledger_account
        WHERE t.code = r.type_code AND j.month <= r.month)
       + (SELECT coalesce(sum(e.value), 0) FROM credits.entry AS e JOIN credits.credit_type AS t USING (type_id)
          WHERE t.code = r.type_code AND e.kind = 'opening' AND e.booked_on < r.month + interval '1 month') AS balance_account
FROM credits.deferred_revenue('2026-01-01', (SELECT max(month) FROM credits.closing WHERE reopened_at IS NULL)) AS r;
SELECT cmp_ok(count(*), '>=', 4::bigint, 'there are months to look at') FROM shop.figures;
SELECT is_empty('SELECT * FROM shop.figures WHERE opening + sold - consumed + changes <> closing',
                'opening + sold - consumed + changes = closing');
SELECT is_empty('SELECT * FROM shop.figures WHERE closing <> open_lots', '= the value of the open lots');
SELECT is_empty('SELECT * FROM shop.figures WHERE closing <> balance_account', '= the balance of the balance account');
SELECT is_empty('SELECT * FROM shop.figures WHERE closing < 0', 'and never below 0');
SELECT is_empty($$SELECT * FROM (SELECT month, opening, lag(closing) OVER (PARTITION BY type_code ORDER BY month) AS former,
                                 type_code FROM shop.figures) AS f
    WHERE opening <> coalesce(former, 0)
        + coalesce((SELECT sum(value) FROM credits.entry JOIN credits.credit_type AS t USING (type_id)
        WHERE t.code = f.type_code AND kind = 'opening' AND date_trunc('month', booked_on) = f.month), 0)$$,
        'each month opens with what the one before closed with');
CREATE FUNCTION pg_temp.invoiced(type_id integer) RETURNS numeric LANGUAGE sql AS $$
    SELECT coalesce(sum(round(amount, 2)), 0) FROM shop.bill WHERE state = 'posted' AND item = CASE type_id
        WHEN 101 THEN 'S' WHEN 103 THEN 'F' END AND (quantity <> 0 OR refund_of IS NOT NULL)
$$;
SELECT is_empty($$SELECT type.code, pg_temp.invoiced(type_id), result.posted, openings.value, account.value
    FROM credits.credit_type AS type
    CROSS JOIN LATERAL (SELECT coalesce(sum(l.amount), 0) AS posted FROM credits.closing_line AS l
                        JOIN credits.closing AS c USING (closing_id)
                        WHERE c.reopened_at IS NULL AND l.type_code = type.code AND l.line_no % 2 = 0) AS result
    CROSS JOIN LATERAL (SELECT coalesce(sum(e.value), 0) AS value FROM credits.entry AS e WHERE e.type_id = type.type_id
                        AND e.kind = 'opening') AS openings
    CROSS JOIN LATERAL (SELECT coalesce(sum(a.value), 0) AS value FROM credits.account AS a WHERE a.type_id = type.type_id)
        AS account
    WHERE pg_temp.invoiced(type_id) + result.posted <> pg_temp.invoiced(type_id) + openings.value - account.value
       OR pg_temp.invoiced(type_id) <> (SELECT coalesce(sum(e.amount), 0) FROM credits.entry AS e
                                        WHERE e.type_id = type.type_id)$$,
    'the result of all months is what was invoiced, and what was open from before, less what is open');
SELECT is_empty($$SELECT l.closing_id, l.relation, l.line_no, l.amount, l.quantity FROM credits.closing_line AS l
                  JOIN credits.closing AS c USING (closing_id)
    LEFT JOIN credits.closing_trace AS t USING (closing_id, relation, line_no) WHERE c.reopened_at IS NULL
    GROUP BY l.closing_id, l.relation, l.line_no, l.amount, l.quantity
    HAVING l.amount IS DISTINCT FROM sum(t.amount) OR l.quantity NOT IN (sum(t.quantity), 0) OR l.quantity * l.amount < 0$$,
    'each closing line is traced to its entries, to the cent');
SELECT is_empty($$SELECT * FROM credits.closing_document WHERE round(quantity * unit_price, 2) <> amount$$,
                'quantity x price is the amount');

-- A lot that is used up has given all its value: the sum of what went out is what came in.
SELECT is_empty($$SELECT customer, type_id, lot_no FROM credits.lot JOIN credits.entry USING (customer, type_id, lot_no)
    GROUP BY customer, type_id, lot_no, remaining HAVING remaining = 0 AND sum(entry.value) <> 0$$,
    'a used-up lot leaves no cent');
SELECT is_empty($$SELECT customer, type_id, lot_no, remaining, remaining_value, unit_value FROM credits.lot
                  JOIN credits.credit_type USING (type_id)
    WHERE open AND valuation = 'fixed' AND NOT (amount = 0 AND lot.value = 0)
      AND abs(remaining_value - remaining * unit_value) > 0.05
      AND line_table IS NOT NULL$$, 'what is open of a fixed type is worth the unit value, but for roundings');

SELECT bag_has($$SELECT DISTINCT refusal FROM shop.outcome$$, $$VALUES ('credits_month_open'), ('credits_balance_not_negative')$$,
               'saves were refused, also for their month');
SELECT cmp_ok(count(*), '>', 0::bigint, 'months were reopened') FROM credits.closing WHERE reopened_at IS NOT NULL;
SELECT cmp_ok(count(*), '>', 0::bigint, 'entries were late') FROM credits.late_entry;
SELECT cmp_ok(count(*) FILTER (WHERE kind = 'revaluation' AND line_key IS NULL), '>', 0::bigint, 'credits were revalued')
FROM credits.entry;
SELECT * FROM finish();
ROLLBACK;
