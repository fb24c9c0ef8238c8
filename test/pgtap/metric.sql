-- Figures for monitoring: they say what the ledger says, without reading it, and refusals are counted although they leave
-- nothing.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(51);

-- One figure; 'SUPPORT' stands for {"type": "SUPPORT"}.
CREATE FUNCTION pg_temp.metric(what text, having_labels jsonb DEFAULT '{}') RETURNS numeric LANGUAGE sql AS
$$SELECT value FROM credits.metric WHERE name = what AND labels @> having_labels$$;
CREATE FUNCTION pg_temp.of_type(what text, code text) RETURNS numeric LANGUAGE sql AS
$$SELECT pg_temp.metric(what, jsonb_build_object('type', code))$$;
CREATE FUNCTION pg_temp.names() RETURNS text[]
    LANGUAGE sql AS $$SELECT array_agg(DISTINCT name ORDER BY name) FROM credits.metric$$;

-- Before anything is booked

SELECT is(pg_temp.names(),
          '{credits_accounts,credits_accounts_below_alarm,credits_attached_tables,credits_entries_booked_today,'
          'credits_entries_total,credits_lots_total,credits_open,credits_open_value,credits_refusals_total}'::text[],
    'every metric is there from the beginning, but for months: none was closed');
SELECT is(value, 0::numeric, concat(name, labels, ' begins at 0')) FROM credits.metric
WHERE labels @> '{"type": "SUPPORT"}' OR labels @> '{"kind": "sale"}' ORDER BY name;
SELECT is(pg_temp.metric('credits_attached_tables'), 2::numeric, 'the attached tables');

-- What the ledger says

UPDATE credits.credit_type SET alarm_level = 7 WHERE type_id = 101;
UPDATE credits.credit_type SET currency = 'USD' WHERE type_id = 102;
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (1, 'A', CURRENT_DATE - 100, 'S', 10, 1000), (2, 'A', CURRENT_DATE - 99, 'H', 3, 0), (3, 'B', CURRENT_DATE, 'S', 1.5, 150.05),
    (4, 'B', CURRENT_DATE, 'Q', 2, 0), (5, 'C', CURRENT_DATE + 1, 'T', 3, 300), (6, 'A', CURRENT_DATE, 'T', 1, 99.99);
SELECT is(pg_temp.of_type('credits_accounts', 'SUPPORT'), 2::numeric, 'accounts');
SELECT is(pg_temp.of_type('credits_open', 'SUPPORT')::text, '8', 'open credits, without idle zeros');
SELECT is(pg_temp.of_type('credits_accounts_below_alarm', 'SUPPORT'), 1::numeric, 'whose balance is below its level, not at it');
SELECT results_eq($$SELECT value, labels ->> 'type', labels ->> 'currency' FROM credits.metric WHERE name = 'credits_open_value'
                    ORDER BY 2$$,
    $$SELECT sum(entry.value), code, currency FROM credits.entry JOIN credits.credit_type USING (type_id)
      GROUP BY code, currency ORDER BY code$$, 'the value of what is open, with its currency');
SELECT bag_eq($$SELECT labels ->> 'type', value FROM credits.metric WHERE name = 'credits_entries_total'$$,
    $$SELECT code, count(*)::numeric FROM credits.entry JOIN credits.credit_type USING (type_id) GROUP BY code$$,
    'entries ever booked');
SELECT bag_eq($$SELECT labels ->> 'type', value FROM credits.metric WHERE name = 'credits_lots_total'$$,
    $$SELECT code, count(*)::numeric FROM credits.lot JOIN credits.credit_type USING (type_id) GROUP BY code$$,
    'sales ever booked');
SELECT is(pg_temp.metric('credits_entries_booked_today', '{"kind": "sale"}'), 2::numeric,
          'sales of today, not those dated before or after');
SELECT is(pg_temp.metric('credits_entries_booked_today', '{"kind": "consumption"}'), 1::numeric, 'consumptions of today');
SELECT pg_temp.of_type('credits_entries_total', 'SUPPORT') AS entries \gset
SELECT pg_temp.slip(7, 'A', CURRENT_DATE - 90, 'H', 1) \g /dev/null
SELECT is(pg_temp.metric('credits_entries_booked_today', '{"kind": "consumption"}'), 1::numeric, 'a late document is of its day');
SELECT is(pg_temp.of_type('credits_entries_total', 'SUPPORT'), :entries + 1::numeric, 'and seen in the counter of all entries');
UPDATE credits.credit_type SET active = false WHERE type_id = 101;
SELECT is(pg_temp.of_type('credits_open_value', 'SUPPORT'), (SELECT sum(value) FROM credits.entry WHERE type_id = 101),
          'an inactive type still has its value');
SELECT is(pg_temp.of_type('credits_accounts_below_alarm', 'SUPPORT'), NULL, 'but no alarms');
UPDATE credits.credit_type SET active = true WHERE type_id = 101;

-- Months

SELECT is(pg_temp.metric('credits_months_open'), NULL, 'no month was closed');
SELECT credits.close_month(CURRENT_DATE - 100) \g /dev/null
SELECT is(pg_temp.metric('credits_months_open'),
          (SELECT count(*) - 2 FROM generate_series(date_trunc('month', CURRENT_DATE - 100), CURRENT_DATE, '1 month'))::numeric,
          'months that are over since the last one that is closed');
SELECT credits.close_month((date_trunc('month', CURRENT_DATE - 100) + interval '1 month')::date) \g /dev/null
SELECT is(pg_temp.metric('credits_months_open'),
          (SELECT count(*) - 3 FROM generate_series(date_trunc('month', CURRENT_DATE - 100), CURRENT_DATE, '1 month'))::numeric,
          'one less');
SELECT credits.reopen_month((date_trunc('month', CURRENT_DATE - 100) + interval '1 month')::date) \g /dev/null
SELECT is(pg_temp.metric('credits_months_open'),
          (SELECT count(*) - 2 FROM generate_series(date_trunc('month', CURRENT_DATE - 100), CURRENT_DATE, '1 month'))::numeric,
          'and one more, when it is reopened');

-- Refusals: counted although nothing else of them stays

CREATE TABLE shop.commit_line (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric);
SELECT credits.attach('shop.commit_line', 'other', article => 'item', quantity => 'quantity', amount => NULL,
                      customer => 'customer', document_date => 'day', check_at => 'commit') \g /dev/null
-- The outcome of a statement, and how many refusals it counted.
CREATE FUNCTION pg_temp.counted(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before CONSTANT numeric := pg_temp.metric('credits_refusals_total');
    outcome CONSTANT text := pg_temp.outcome(statement);
BEGIN
    RETURN concat_ws(' ', outcome, pg_temp.metric('credits_refusals_total') - before);
END
$$;
SELECT is(pg_temp.counted(format('SELECT pg_temp.slip(10, ''A'', CURRENT_DATE, %L, %s)', item, quantity)),
          outcome, concat_ws(' ', item, quantity, outcome))
FROM (VALUES ('H', '99', '23514 credits_balance_not_negative 1'), ('S', '1e14', '23514 credits_quantity_in_range 1'),
      ('S', '-99', '23514 credits_refund_within_open 1'),
             ('H', '-99', '23514 credits_return_within_consumed 1'), ('X', '99', 'accepted 0')) AS line (item, quantity, outcome);
SELECT is(pg_temp.counted('UPDATE shop.slip SET quantity = 1 WHERE id = 1'), '23514 credits_lot_not_consumed 1',
          'a changed sale');
SELECT is(pg_temp.counted('UPDATE shop.slip SET memo = id'), 'accepted 0', 'what is saved is not counted');
SELECT is(pg_temp.counted($$INSERT INTO shop.commit_line VALUES (1, 'A', CURRENT_DATE, 'H', 99),
                            (2, 'B', CURRENT_DATE, 'H', 99); SET CONSTRAINTS ALL IMMEDIATE$$),
    '23514 credits_balance_not_negative 1', 'a save that is checked at commit, once');
SELECT is(pg_temp.counted($$SELECT credits.register_consumption('A', 'SUPPORT', 99, '')$$),
          '23514 credits_balance_not_negative 1', 'a registration');
SELECT is(pg_temp.counted('TRUNCATE shop.slip'), '23514 credits_lines_kept 1', 'a TRUNCATE of booked lines');
SAVEPOINT refused;
SELECT is(pg_temp.counted('SELECT pg_temp.slip(11, ''A'', CURRENT_DATE, ''H'', 99)'), '23514 credits_balance_not_negative 1',
          'given a refusal');
SELECT pg_temp.metric('credits_refusals_total') AS refusals \gset
ROLLBACK TO SAVEPOINT refused;
SELECT is(pg_temp.metric('credits_refusals_total'), :refusals::numeric, 'it stays counted when what surrounds it is rolled back');
CREATE SEQUENCE shop.number START 4711;
SELECT nextval('shop.number') \g /dev/null
SELECT pg_temp.counted('SELECT pg_temp.slip(12, ''A'', CURRENT_DATE, ''H'', 99)') \g /dev/null
SELECT is(lastval(), 4711::bigint, 'the session''s own last number is what it was');

-- What is no refused save

SELECT is(pg_temp.counted($$SELECT * FROM credits.preview_line('A', 'H', 'NaN')$$), '23514 credits_quantity_in_range 0',
          'a question saves nothing');
SELECT is(pg_temp.counted($$SELECT credits.close_month('2099-01-01')$$), '23514 credits_month_open 0', 'nor does a closing');
SELECT is(pg_temp.counted($$INSERT INTO credits.article (article, type_id, coefficient) VALUES ('Z', 101, 0)$$),
          '23514 credits_coefficient_valid 0', 'nor a setting');
SELECT is(pg_temp.counted($$SET LOCAL transaction_read_only = on; SELECT credits.register_opening('A', 'SUPPORT', 1, -1, '')$$),
          '25006 0',
    'nor does a read-only transaction, whatever it asks for');
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'A';
INSERT INTO shop.slip (id, customer, day, item, quantity)
SELECT 100 + n, 'A', CURRENT_DATE, 'H', CASE WHEN n % 3 = 0 THEN 99 ELSE 0.01 END FROM generate_series(1, 9) AS n;
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'A';
CREATE FUNCTION pg_temp.taken_in(on_refusal text) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.counted(format('SELECT FROM credits.take_in(on_refusal => %L)', on_refusal))$$;
SELECT is(pg_temp.taken_in('stop'), '23514 credits_balance_not_negative 0', 'what take_in() stops at is no save');
SELECT is(pg_temp.taken_in('report'), 'accepted 0', 'and what it tries and reports');
SELECT is((SELECT count(*) FROM credits.take_in_refusal), 3::bigint, 'it has its own list for');
SELECT is(pg_temp.counted('SELECT pg_temp.slip(12, ''A'', CURRENT_DATE, ''H'', 99)'), '23514 credits_balance_not_negative 1',
          'afterwards saves are counted again');
DELETE FROM shop.slip WHERE id IN (103, 106, 109);

-- Cheap: the ledger's entries are found by their booking date

SET LOCAL enable_seqscan = off;
SET LOCAL enable_nestloop = off; -- of so few rows those of each account are as good
CREATE FUNCTION pg_temp.explained() RETURNS SETOF text
    LANGUAGE plpgsql AS $$BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) SELECT * FROM credits.metric'; END$$;
SELECT is(array_agg(trim(line)), ARRAY['->  Bitmap Index Scan on _entry_booked_on_idx'],
          'no other scan of entries than by the index on booked_on')
FROM pg_temp.explained() AS line WHERE line ~ 'Index.* _entry_|Seq Scan on _entry';

-- For Prometheus

UPDATE credits.credit_type SET code = E'odd "\\ type' WHERE type_id = 102;
SELECT is(array_agg(line ORDER BY line COLLATE "C"),
          ARRAY['credits_open{type="SUPPORT"} ' || pg_temp.of_type('credits_open', 'SUPPORT'),
                E'credits_open{type="odd \\"\\\\ type"} 4'], 'labels as Prometheus reads them')
FROM (SELECT format('%s{%s} %s', name,
                    (SELECT string_agg(format('%s=%s', key, to_json(value)), ',') FROM jsonb_each_text(labels)), value) AS line
      FROM credits.metric WHERE name = 'credits_open') AS exposed;
CREATE ROLE credits_test_monitor;
GRANT SELECT ON credits.metric TO credits_test_monitor;
SET ROLE credits_test_monitor;
SELECT isnt_empty('SELECT * FROM credits.metric', 'a role that has nothing but a right on this view reads it');
SELECT is_empty($$SELECT FROM credits.metric, jsonb_each_text(labels) AS label
                  WHERE label.value IN ('A', 'B', 'C', 'Adam', 'Bea', 'Carl')$$, 'it names no customer');
RESET ROLE;
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
