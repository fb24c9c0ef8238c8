-- Credits consumed by customer, over the months of a year and the days of a month (rule 29).
VACUUM FULL credits._entry; -- the index by day remembers what tests before have rolled back, block by block
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(44);

SELECT pg_temp.slip(1, 'A', '2024-12-31', 'S', 40, 4000), pg_temp.slip(2, 'A', '2024-12-31', 'H', 1),
       pg_temp.slip(3, 'A', '2025-01-01', 'Q', 2),
       pg_temp.slip(4, 'A', '2025-01-31', 'H', 3), pg_temp.slip(5, 'A', '2025-02-28', 'H', 4),
       pg_temp.slip(6, 'A', '2025-03-02', 'H', -5),
       pg_temp.slip(7, 'A', '2025-12-31', 'H', 2), pg_temp.slip(8, 'A', '2026-01-01', 'H', 7),
       pg_temp.slip(10, 'B', '2025-02-01', 'S', 5, 500), pg_temp.slip(11, 'B', '2025-02-10', 'T', 5, 500),
       pg_temp.slip(12, 'B', '2025-02-11', 'U', 1),
       pg_temp.slip(13, 'B', '2025-02-11', 'U', 1.5), pg_temp.slip(14, 'B', '2025-02-12', 'S', -1, -100),
       pg_temp.slip(15, 'B', '2025-06-01', 'H', 1),
       credits.register_opening('B', 'SUPPORT', 3, 30, 'from before', '2025-02-02') \g /dev/null

-- The months of a year

SELECT results_eq('SELECT * FROM credits.consumption_by_month(2025)', $$VALUES
    ('A', 'SUPPORT', 3.5, 4::numeric, -5::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric,
     0::numeric, 0::numeric, 0::numeric, 0::numeric, 2::numeric, 4.5),
    ('B', 'SUPPORT', 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1),
    ('B', 'TRAINING', 0, 2.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2.5)$$,
    'what was consumed is spread over the months, returns against it, sales, openings and credit notes not counted');
SELECT results_eq('SELECT customer, type_code, jan, "dec", total FROM credits.consumption_by_month(2024)',
                  $$VALUES ('A', 'SUPPORT', 0::numeric, 1::numeric, 1::numeric)$$,
    'the last day of a year belongs to it');
SELECT results_eq('SELECT customer, type_code, jan, "dec", total FROM credits.consumption_by_month(2026)',
                  $$VALUES ('A', 'SUPPORT', 7::numeric, 0::numeric, 7::numeric)$$,
    'the first day of the next to that');
SELECT is((SELECT concat_ws(' ', jan, feb, total) FROM credits.consumption_by_month(2025, 'A')),
          '3.5 4 4.5', 'figures without trailing zeros');
SELECT is_empty('SELECT FROM credits.consumption_by_month(2023)', 'a year without movement has no row');

-- The days of a month

SELECT results_eq($$SELECT customer, type_code, d1, d10, d11, d28, d29, total FROM credits.consumption_by_day('2025-02-14')$$,
                  $$VALUES
    ('A', 'SUPPORT', 0::numeric, 0::numeric, 0::numeric, 4::numeric, NULL::numeric, 4::numeric),
    ('B', 'TRAINING', 0, 0, 2.5, 0, NULL, 2.5)$$, 'any day names the month; what it does not have is null');
SELECT is((SELECT concat_ws(' ', d1, d30, d31, total) FROM credits.consumption_by_day('2025-01-31')),
          '0.5 0 3 3.5', 'its first and its last day belong to it');
SELECT is((SELECT concat_ws(' ', d1, d2, d3, d31, total) FROM credits.consumption_by_day('2025-03-01')),
          '0 -5 0 0 -5', 'a day on which more came back is negative');
SELECT is_empty($$SELECT FROM credits.consumption_by_day('2025-04-01')$$, 'a month without movement has no row');
SELECT pg_temp.slip(21, 'C', '2024-01-01', 'S', 9, 900), pg_temp.slip(22, 'C', '2024-02-29', 'H', 1),
       pg_temp.slip(31, 'C', '2024-04-30', 'H', 2) \g /dev/null
SELECT is((SELECT concat_ws(' ', d28, d29, coalesce(d30, -9), coalesce(d31, -9)) FROM credits.consumption_by_day('2024-02-01')),
          '0 1 -9 -9', 'a leap year has its day');
SELECT is((SELECT concat_ws(' ', d29, d30, coalesce(d31, -9)) FROM credits.consumption_by_day('2024-04-01')),
          '0 2 -9', 'April has thirty');

-- Changes: what undoes is booked where the books are open

SELECT credits.close_month('2024-01-01'), credits.close_month('2024-02-01'), credits.close_month('2024-03-01'),
       credits.close_month('2024-04-01') \g /dev/null
DELETE FROM shop.slip WHERE id = 22;
UPDATE shop.slip SET quantity = 5 WHERE id = 31;
SELECT is((SELECT concat_ws(' ', feb, apr, may, total) FROM credits.consumption_by_month(2024, 'C')),
          '1 2 2 5', 'a closed month stays: one deleted and three more are of the first open one');
UPDATE shop.slip SET quantity = 1 WHERE id = 15;
UPDATE shop.slip SET quantity = 0.25 WHERE id = 15;
SELECT is((SELECT concat_ws(' ', jun, total) FROM credits.consumption_by_month(2025, 'B') WHERE type_code = 'SUPPORT'),
          '0.25 0.25', 'an edit in an open month counts with what it changes');
DELETE FROM shop.slip WHERE id = 15;
SELECT is((SELECT concat_ws(' ', jun, total) FROM credits.consumption_by_month(2025, 'B') WHERE type_code = 'SUPPORT'),
          '0 0', 'what is undone altogether is still a movement');

-- Every cell is the sum of its entries

CREATE FUNCTION pg_temp.cells(report text) RETURNS TABLE (customer text, type_code text, cell text, credits numeric)
    LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT r.customer, r.type_code, c.key, c.value::numeric
                                 FROM %s AS r, jsonb_each_text(to_jsonb(r)) AS c
                                 WHERE c.key NOT IN (''customer'', ''type_code'') AND c.value <> ''0''', report);
END
$$;
SELECT bag_eq(format('SELECT * FROM pg_temp.cells(''credits.consumption_by_month(%s)'')', year), format($$
    SELECT customer, type_code, coalesce(lower(to_char(booked_on, 'mon')), 'total'), -sum(quantity) FROM credits.history
    WHERE kind IN ('consumption', 'consumption_change', 'return') AND to_char(booked_on, 'YYYY') = '%s'
    GROUP BY customer, type_code, ROLLUP (to_char(booked_on, 'mon')) HAVING sum(quantity) <> 0$$, year), 'each month of ' || year)
FROM generate_series(2024, 2026) AS year;
SELECT bag_eq(format('SELECT * FROM pg_temp.cells(%L)', format('credits.consumption_by_day(%L)', month)), format($$
    SELECT customer, type_code, coalesce('d' || to_char(booked_on, 'FMDD'), 'total'), -sum(quantity) FROM credits.history
    WHERE kind IN ('consumption', 'consumption_change', 'return') AND to_char(booked_on, 'YYYY-MM') = '%s'
    GROUP BY customer, type_code, ROLLUP (to_char(booked_on, 'FMDD')) HAVING sum(quantity) <> 0$$, to_char(month, 'YYYY-MM')),
    'each day of ' || to_char(month, 'YYYY-MM'))
FROM (VALUES ('2024-05-01'::date), ('2025-01-01'), ('2025-02-01'), ('2025-03-01'), ('2025-12-01')) AS of (month);

-- Of one customer

SELECT bag_eq($$SELECT * FROM credits.consumption_by_month(2025, 'B')$$,
              $$SELECT * FROM credits.consumption_by_month(2025) WHERE customer = 'B'$$,
              'a customer''s months are his part of all');
SELECT bag_eq($$SELECT * FROM credits.consumption_by_day('2025-02-01', 'B')$$,
              $$SELECT * FROM credits.consumption_by_day('2025-02-01') WHERE customer = 'B'$$, 'so are his days');
SELECT bag_eq($$SELECT * FROM credits.consumption_by_day('2025-02-01', NULL)$$,
              $$SELECT * FROM credits.consumption_by_day('2025-02-01')$$, 'no customer is all of them');
SELECT is_empty($$SELECT FROM credits.consumption_by_month(2025, 'D')$$, 'one without credits has no row');
INSERT INTO credits.customer (customer, account_of) VALUES ('A.1', 'A');
SELECT pg_temp.slip(40, 'A.1', '2025-05-01', 'H', 1) \g /dev/null
SELECT is_empty($$SELECT FROM credits.consumption_by_month(2025, 'A.1')$$, 'nor has a contact:');
SELECT is((SELECT may FROM credits.consumption_by_month(2025, 'A')), 1::numeric, 'what he uses is the customer''s');

-- Bad input

SELECT pg_temp.refused(format('SELECT FROM credits.consumption_by_month(%s)', year), '22023', 'no year: ' || year)
FROM unnest(ARRAY['0', '-1', '10000', 'NULL']) AS year;
SELECT lives_ok('SELECT FROM credits.consumption_by_month(1) UNION ALL SELECT FROM credits.consumption_by_month(9999)',
                'the first year and the last');
SELECT pg_temp.refused(format('SELECT FROM credits.consumption_by_day(%s)', month), '22023', 'no month: ' || month)
FROM unnest(ARRAY['NULL', '''infinity''']) AS month;
SELECT pg_temp.refused($$SELECT FROM credits.consumption_by_month(2025, 'Z')$$, 'P0002', 'no such customer');
SELECT pg_temp.refused($$SELECT FROM credits.consumption_by_day('2025-02-01', '')$$, 'P0002', 'nor this one');

-- What is read of the ledger

CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE ' || statement LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan;
END
$$;
SAVEPOINT small; -- many others have entries of earlier years
INSERT INTO credits._account_key (customer, type_id) SELECT 'before ' || n, 101 FROM generate_series(0, 1999) AS n;
INSERT INTO credits._entry (account_no, entry_no, lot_no, booked_on, kind, quantity, value, balance_after, line_key,
                            recorded_at, provenance_no)
SELECT pg_temp.no('before ' || n % 2000), n / 2000 + 1, 1, '2010-01-01'::date + n / 10, credits._kind_code('consumption'),
       -1, 0, 20000 - n, 'before/' || n, now(), (SELECT min(provenance_no) FROM credits._provenance)
FROM generate_series(1, 20000) AS n;
SELECT brin_summarize_new_values('credits._entry_booked_on_idx') \g /dev/null
ANALYZE credits._entry;
PREPARE consumption (date, date, text) AS SELECT * FROM credits._consumption($1, $2, $3);
SET LOCAL plan_cache_mode = force_generic_plan; -- as in a function
SET LOCAL enable_seqscan = off;                 -- as in a large ledger
SELECT pg_temp.plan_of($$consumption('2025-01-01', '2025-12-31', NULL)$$) AS of_all,
       pg_temp.plan_of($$consumption('2025-01-01', '2025-12-31', 'A')$$) AS of_one \gset
ROLLBACK TO small;
SELECT matches(:'of_all'::text,
               '_entry_booked_on_idx \(actual (.*\n)*.*_entry_pkey .*never executed',
               'of all customers, entries are found by date');
SELECT matches(:'of_one'::text,
               '_entry_booked_on_idx \(never executed(.*\n)*.*_entry_pkey .*\(actual', 'of one customer, by his key');

-- Inactive types, and rights

UPDATE credits.credit_type SET active = false WHERE type_id = 102;
SELECT is_empty($$SELECT FROM credits.consumption_by_month(2025) WHERE type_code = 'TRAINING'$$,
                'an inactive type is left out of the months');
SELECT is_empty($$SELECT FROM credits.consumption_by_day('2025-02-01') WHERE type_code = 'TRAINING'$$, 'and of the days');
CREATE ROLE credits_test_reader;
CREATE ROLE credits_test_nobody;
GRANT credits_reader TO credits_test_reader;
SET ROLE credits_test_reader;
SELECT lives_ok($$SELECT FROM credits.consumption_by_month(2025, 'A'), credits.consumption_by_day('2025-02-01')$$,
                'a reader reads them');
SET ROLE credits_test_nobody;
SELECT throws_ok('SELECT FROM credits.consumption_by_month(2025)', '42501', NULL, 'nobody else does');
RESET ROLE;
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
