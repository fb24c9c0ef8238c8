-- The ledger as of past days (rule 29): portfolio and open lots as they were, late entries, dormant lots, the roll-forward.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(48);

INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES
    (1, 'A', '2026-01-05', 'S1', 'S', 10, 1000),
    (2, 'A', '2026-01-20', 'S2', 'H', 3, 0),
    (3, 'A', '2026-02-10', 'S3', 'H', 4, 0),
    (4, 'A', '2026-02-20', 'S4', 'S', 5, 450),
    (5, 'B', '2026-02-01', 'S5', 'T', 3, 750),
    (6, 'A', '2026-03-01', 'S6', 'H', 3, 0),
    (7, 'A', '2026-03-02', 'S7', 'S', -1, -90);

-- As of a day

SELECT results_eq($$SELECT customer, customer_name, type_code, sold, consumed, open, open_value,
                    oldest_open_sale, last_booked_on FROM credits.portfolio_as_of('2026-01-31')$$,
    $$VALUES ('A', 'Adam', 'SUPPORT', 10::numeric, 3::numeric, 7::numeric, 700.00, '2026-01-05'::date, '2026-01-20'::date)$$,
    'the portfolio of the end of January');
SELECT results_eq($$SELECT customer, type_code, sold, consumed, open, open_value, oldest_open_sale
                    FROM credits.portfolio_as_of('2026-03-01')$$,
    $$VALUES ('A', 'SUPPORT', 15::numeric, 10::numeric, 5::numeric, 450.00, '2026-02-20'::date),
      ('B', 'TRAINING', 3, 0, 3, 750.00, '2026-02-01')$$, 'of the first of March, that day included');
SELECT is_empty($$SELECT * FROM credits.portfolio_as_of('2026-01-04')$$, 'nothing of before the first sale');
SELECT is_empty($$SELECT * FROM credits.portfolio_as_of(NULL)$$, 'and nothing of no day');
SELECT results_eq($$SELECT customer, type_code, currency, sold, consumed, open, open_value, alarm_level,
                    below_alarm, oldest_open_sale, last_booked_on FROM credits.portfolio_as_of('infinity')$$,
    $$SELECT customer COLLATE "default", type_code, currency, sold, consumed, open, open_value,
      alarm_level, below_alarm, oldest_open_sale, last_booked_on FROM credits.portfolio ORDER BY customer, type_code$$,
    'as of the end of time it is the portfolio');
SELECT results_eq($$SELECT * FROM credits.open_lot_as_of('2026-02-15')$$,
    $$VALUES ('A', 'SUPPORT', 1::bigint, '2026-01-05'::date, 'S1', 'S', 10::numeric, 3::numeric, 1000.00, 300.00),
             ('B', 'TRAINING', 1, '2026-02-01', 'S5', 'T', 3, 3, 750.00, 750.00)$$,
             'the open lots of a day, with what was left of them then');
SELECT bag_eq($$SELECT customer, type_code, lot_no, sold_on, document_number, article, quantity,
                remaining, value, remaining_value FROM credits.open_lot_as_of('infinity')$$, 'SELECT * FROM credits.open_lot',
'as of the end of time the open lots');
SELECT results_eq($$SELECT customer_name, lot_no, remaining, remaining_value
                    FROM credits.deferred_revenue_detail('2026-01-15', 'SUPPORT')$$,
$$VALUES ('Adam', 1::bigint, 7::numeric, 700.00)$$,
    'the lots behind the closing value of a month');

-- The roll-forward

SELECT results_eq($$SELECT * FROM credits.deferred_revenue('2026-01-31', '2026-03-15')$$, $$VALUES
    ('2026-01-01'::date, 'SUPPORT', 'EUR', 0.00, 1000.00, 300.00, 0.00, 700.00, 0.00),
    ('2026-02-01', 'SUPPORT', 'EUR', 700.00, 450.00, 400.00, 0.00, 750.00, 0.00),
    ('2026-02-01', 'TRAINING', 'EUR', 0.00, 750.00, 0.00, 0.00, 750.00, 0.00),
    ('2026-03-01', 'SUPPORT', 'EUR', 750.00, -90.00, 300.00, 0.00, 360.00, 0.00),
    ('2026-03-01', 'TRAINING', 'EUR', 750.00, 0.00, 0.00, 0.00, 750.00, 0.00)$$,
    'opening + sold - consumed + changes = closing, per month and type');
SELECT results_eq($$SELECT * FROM credits.deferred_revenue('2026-03-01', '2026-03-01')$$,
                  $$SELECT * FROM credits.deferred_revenue('2026-01-01', '2026-03-01') WHERE month = '2026-03-01'$$,
    'a month by itself says the same');
SELECT pg_temp.refused($$SELECT * FROM credits.deferred_revenue('2026-03-01', '2026-01-01')$$, '22023',
                       'the first month comes first');
SELECT is_empty($$SELECT * FROM credits.deferred_revenue('2025-01-01', '2025-12-01')$$, 'nothing before the first entry');
SELECT pg_temp.refused('SELECT * FROM credits.deferred_revenue(NULL, CURRENT_DATE)', '22023', 'null is no month');
SELECT pg_temp.refused($$SELECT * FROM credits.deferred_revenue_detail('2026-01-01', 'NONE')$$, 'P0002', 'no such type');
SELECT is((SELECT sum(remaining_value) FROM credits.deferred_revenue_detail(month, type_code)),
          closing, format('%s: the closing value of %s is that of its lots', month, type_code))
FROM credits.deferred_revenue('2026-01-01', '2026-03-01');

-- What is closed is the same for ever, whatever comes

CREATE FUNCTION pg_temp.figures() RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(figure) FROM (
        SELECT d::text AS figure FROM credits.deferred_revenue('2026-01-01', '2026-02-01') AS d
        UNION ALL SELECT p::text FROM credits.portfolio_as_of('2026-01-31') AS p
        UNION ALL SELECT p::text FROM credits.portfolio_as_of('2026-02-28') AS p
        UNION ALL SELECT l::text FROM credits.open_lot_as_of('2026-01-31') AS l
        UNION ALL SELECT l::text FROM credits.open_lot_as_of('2026-02-28') AS l
        UNION ALL SELECT l::text FROM credits.deferred_revenue_detail('2026-02-28', 'SUPPORT') AS l) AS f
$$;
CREATE FUNCTION pg_temp.same_after(statement text, description text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before text[] := pg_temp.figures();
BEGIN
    EXECUTE statement;
    RETURN is(pg_temp.figures(), before, description);
END
$$;
SELECT credits.set_alarm_level('A', 'SUPPORT', 8), credits.close_month('2026-01-01'), credits.close_month('2026-02-01')
    \g /dev/null
SELECT pg_temp.same_after($$SELECT pg_temp.slip(10, 'A', '2026-01-21', 'H', 1)$$, 'after a late consumption');
SELECT pg_temp.same_after($$SELECT pg_temp.slip(11, 'A', '2026-02-21', 'S', 3, 333)$$, 'a late sale');
SELECT pg_temp.same_after($$UPDATE shop.slip SET quantity = 1 WHERE id = 2$$, 'an edit');
SELECT pg_temp.same_after($$DELETE FROM shop.slip WHERE id = 3$$, 'a deletion');
SELECT pg_temp.same_after($$UPDATE shop.slip SET quantity = 2, amount = 500 WHERE id = 5$$, 'another sale');
SELECT pg_temp.same_after($$UPDATE shop.slip SET day = '2026-04-01' WHERE id = 6$$, 'another date');
SELECT results_eq($$SELECT document_number, booked_on, document_date FROM credits.late_entry WHERE kind <> 'consumption_change'
                    ORDER BY document_number, booked_on$$, $$VALUES
    ('S10', '2026-03-01'::date, '2026-01-21'::date), ('S11', '2026-03-01', '2026-02-21'), ('S5', '2026-03-01', '2026-02-01')$$,
    'the late entries are listed');

-- With the settings of then

SELECT is((SELECT concat_ws(' ', alarm_level, below_alarm) FROM credits.portfolio_as_of(CURRENT_DATE) WHERE customer = 'A'),
          '8 f', 'given an alarm level');
UPDATE credits.setting_change SET changed_at = '2026-02-03' WHERE table_name = 'account';
SELECT results_eq($$SELECT (SELECT concat_ws(' ', alarm_level, below_alarm) FROM credits.portfolio_as_of(day)
                            WHERE customer = 'A')
                    FROM (VALUES ('2026-02-02'::date), ('2026-02-03'), ('2026-02-28')) AS of (day)$$,
                    ARRAY['f', '8 t', '8 f'], 'the level is the one of that day');
UPDATE credits.credit_type SET active = false WHERE type_id = 102;
UPDATE credits.setting_change SET changed_at = CASE new_value WHEN 'false' THEN '2026-03-10'::timestamptz
    ELSE '2026-01-01' END WHERE column_name = 'active';
SELECT isnt_empty($$SELECT FROM credits.portfolio_as_of('2026-03-09') WHERE type_code = 'TRAINING'$$,
                  'a type that is inactive since is there');
SELECT is_empty($$SELECT FROM credits.portfolio_as_of('2026-03-10') WHERE type_code = 'TRAINING'$$,
                'from that day on it is left out');
SELECT is_empty($$SELECT FROM credits.open_lot_as_of('2026-03-10') WHERE type_code = 'TRAINING'$$, 'of the open lots, too');
SELECT isnt_empty($$SELECT FROM credits.deferred_revenue('2026-03-01', '2026-03-01') WHERE type_code = 'TRAINING'$$,
                  'never of the roll-forward');
UPDATE credits.credit_type SET code = 'COURSES' WHERE type_id = 102;
UPDATE credits.credit_type SET code = 'LESSONS' WHERE type_id = 102;
SELECT isnt_empty($$SELECT FROM credits.portfolio_as_of('2026-03-09') WHERE type_code = 'LESSONS'$$,
                  'also when it has another code since');

SELECT is((SELECT count(*) FROM credits.open_lot_as_of(day)), lots, 'open lots at the end of ' || coalesce(day::text, 'no day'))
FROM (VALUES (NULL::date, 0::bigint), ('-infinity', 0), ('infinity', (SELECT count(*) FROM credits.open_lot))) AS of (day, lots);
SELECT is((SELECT count(*) FROM credits.portfolio_as_of(day)), accounts,
          'accounts at the end of ' || coalesce(day::text, 'no day'))
FROM (VALUES (NULL::date, 0::bigint), ('-infinity', 0), ('infinity', (SELECT count(*) FROM credits.portfolio)))
    AS of (day, accounts);

-- Dormant lots

SELECT results_eq($$SELECT customer, customer_name, type_code, lot_no, remaining, remaining_value,
                    days FROM credits.dormant_lot$$,
    $$SELECT lot.customer, name, code, lot_no, remaining, remaining_value, CURRENT_DATE - sold_on
      FROM credits.lot JOIN credits.customer USING (customer) JOIN credits.credit_type USING (type_id)
      WHERE open ORDER BY sold_on, lot.customer$$, 'open lots by age, the oldest first, of inactive types too');
SELECT pg_temp.slip(20, 'C', (CURRENT_DATE - interval '1 month')::date, 'S', 1, 10),
       pg_temp.slip(21, 'C', (CURRENT_DATE - interval '1 month')::date + 1, 'S', 1, 10) \g /dev/null
SELECT results_eq($$SELECT document_number, months FROM credits.dormant_lot WHERE customer = 'C' ORDER BY 1$$,
                  $$VALUES ('S20', 1), ('S21', 0)$$,
    'age in full months');

-- A reader may read all of it, a role without a right nothing

CREATE ROLE credits_test_reader;
CREATE ROLE credits_test_nobody;
GRANT credits_reader TO credits_test_reader;
SET ROLE credits_test_reader;
SELECT lives_ok('SELECT FROM ' || what, 'a reader reads ' || what)
FROM (VALUES ('credits.portfolio_as_of(''2026-01-31'')'), ('credits.open_lot_as_of(''2026-01-31'')'),
    ('credits.deferred_revenue(''2026-01-01'', ''2026-03-01'')'),
    ('credits.deferred_revenue_detail(''2026-01-01'', ''SUPPORT'')'), ('credits.closing_trace')) AS report (what);
SET ROLE credits_test_nobody;
SELECT throws_ok('SELECT FROM credits.portfolio_as_of(''2026-01-31'')', '42501', NULL, 'nobody else does');
RESET ROLE;
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
