-- Quantities that are durations: exact seconds x coefficient / 3600, rounded once, half away from zero (rule 9).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(41);
CREATE DOMAIN shop.spell AS interval CHECK (VALUE IS NULL OR VALUE < '1000000000 h');
CREATE TABLE shop.timesheet (id int PRIMARY KEY, customer text DEFAULT 'A', item text, spent shop.spell,
                             extra interval, price numeric DEFAULT 5, day date DEFAULT '2026-01-11');
SELECT pg_temp.accepted($$SELECT credits.attach('shop.timesheet', 'service_report', article => 'item',
                                                quantity => 'spent', amount => NULL,
    customer => 'customer', document_date => 'day', zero_columns => '{price}')$$,
    'given timesheets, whose quantity is an interval');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 1000000, 1000000);
INSERT INTO credits.article (article, type_id, coefficient)
VALUES ('tiny', 101, -0.0001), ('small', 101, -0.0006), ('block', 101, 10000);

-- What a duration consumes; null: it touches nothing
CREATE FUNCTION pg_temp.consumes(what text, item text, spent text, expected numeric) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    n int := (SELECT coalesce(max(id), 0) + 1 FROM shop.timesheet);
BEGIN
    INSERT INTO shop.timesheet (id, item, spent) VALUES (n, item, spent::interval);
    RETURN is((SELECT -sum(quantity) FROM credits.entry WHERE line_table = 'shop.timesheet'::regclass AND line_key = n::text),
              expected, what);
END
$$;
SELECT pg_temp.consumes('half an hour at one credit an hour', 'H', '30 min', 0.5);
SELECT pg_temp.consumes('one second', 'H', '1 s', 0.0003);
SELECT pg_temp.consumes('a third of an hour', 'H', '20 min', 0.3333);
SELECT pg_temp.consumes('a tie that hours rounded early would lose', 'small', '300 s', 0.0001);
SELECT pg_temp.consumes('the same with one microsecond less', 'small', '299.999999 s', NULL);
SELECT pg_temp.consumes('a tie goes away from zero', 'tiny', '1800 s', 0.0001);
SELECT pg_temp.consumes('below it is nothing', 'tiny', '1799.999999 s', NULL);
SELECT pg_temp.consumes('microseconds count', 'H', '0.18 s', 0.0001);
SELECT pg_temp.consumes('to the last one', 'H', '0.179999 s', NULL);
SELECT pg_temp.consumes('a microsecond is nothing', 'H', '0.000001 s', NULL);
SELECT pg_temp.consumes('a day has 24 hours', 'H', '1 day 30 min', 24.5);
SELECT pg_temp.consumes('parts of opposite sign add up', 'H', '1 day -23 h', 1);
SELECT pg_temp.consumes('to nothing, too', 'H', '1 day -24 h', NULL);
SELECT pg_temp.consumes('no duration yet', 'H', NULL, NULL);
SELECT is((SELECT string_agg(price::text, ' ' ORDER BY id) FROM shop.timesheet WHERE id IN (1, 5, 10)),
          '0 5 5', 'prices follow: what rounds to 0 keeps its own');
SELECT pg_temp.refused($$INSERT INTO shop.timesheet (id, item, spent) VALUES (99, 'H', '-1 h')$$,
                       pg_temp.outcome($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (99, 'A', 'H', -1)$$, true),
    'a negative duration is a negative quantity');
SELECT pg_temp.refused($$INSERT INTO shop.timesheet (id, item, spent) VALUES (99, 'H', '876600000 h')$$,
                       '23514 credits_balance_not_negative', 'more than there is');

-- Months have no fixed number of hours: refused wherever the line touches credits, and left alone everywhere else
SELECT pg_temp.refused(format('INSERT INTO shop.timesheet (id, item, spent) VALUES (99, %L, %L)', item, spent),
                       '23514 credits_quantity_in_range', spent || ' of ' || item)
FROM (VALUES ('H', '1 mon'), ('H', '1 year'), ('H', '1 mon -30 days'), ('H', '-1 mon'), ('Q', '2 mon'), ('tiny', '1 mon'))
    AS t (item, spent);
SELECT pg_temp.refused($$UPDATE shop.timesheet SET spent = age('2026-03-01', '2026-02-01') WHERE id = 1$$,
                       '23514 credits_quantity_in_range', 'nor does a line that is booked get them');
SELECT pg_temp.accepted($$INSERT INTO shop.timesheet (id, item, spent)
                          VALUES (98, 'H', age('2026-02-03 12:00'::timestamp, '2026-02-03'))$$, 'age() within a month has none');
DELETE FROM shop.timesheet WHERE id = 98;
DO $$
DECLARE
    detail text;
    hint text;
BEGIN
    INSERT INTO shop.timesheet (id, item, spent) VALUES (99, 'H', '1 mon');
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    PERFORM set_config('test.said', detail || ' ' || hint, true);
END
$$;
SELECT matches(current_setting('test.said', true),
               '^Months have no fixed number of hours \(service_report, line 99\)\. Give days', 'the user is told why');
SELECT pg_temp.accepted(format('INSERT INTO shop.timesheet (id, customer, item, spent) VALUES (%s, %L, %L, %L)',
                               id, customer, item, '1 mon'), what)
FROM (VALUES (96, 'A', 'X', 'an article without credits has no hours'), (97, 'D', 'H', 'nor has a customer without'),
      (95, 'A', NULL, 'nor a line without an article')) AS t (id, customer, item, what);
SELECT is((SELECT string_agg(price::text, ' ') FROM shop.timesheet WHERE id IN (95, 96, 97)), '5 5 5', 'and their prices stay');
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'D';
SELECT is((SELECT count(*) FROM credits.verify() WHERE detail LIKE '%line 97: it wants NaN credits%'),
          1::bigint, 'verify() names what was there before');
SELECT pg_temp.refused($$SELECT credits.take_in()$$, '23514 credits_quantity_in_range', 'take_in() refuses it');
DELETE FROM shop.timesheet WHERE id = 97;
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'D';
UPDATE shop.timesheet SET spent = '45 min' WHERE id = 1;
UPDATE shop.timesheet SET spent = spent - '5 min'::interval WHERE id = 3;
SELECT is((SELECT -sum(quantity) FROM credits.entry WHERE line_table = 'shop.timesheet'::regclass AND line_key IN ('1', '3')),
          1.0, 'a duration that changes settles');

-- Any expression that gives an interval, and sales
SELECT credits.detach('shop.timesheet') \gset
SELECT pg_temp.accepted($$SELECT credits.attach('shop.timesheet', 'service_report', article => 'item',
                                                quantity => 'line.spent + COALESCE(line.extra, INTERVAL ''0'')',
                                                amount => 'price',
    customer => 'customer', document_date => 'day')$$, 'an expression may give the interval');
INSERT INTO shop.timesheet (id, item, spent, extra) VALUES (201, 'H', '1 h', '15 min'), (202, 'S', '90 min', '30 min');
SELECT bag_eq($$SELECT quantity FROM credits.entry WHERE line_table = 'shop.timesheet'::regclass AND line_key IN ('201', '202')$$,
              ARRAY[-1.25, 2], 'time is sold by the hour, too');
SELECT pg_temp.refused($$INSERT INTO shop.timesheet (id, item, spent) VALUES (99, 'block', '2147483647 days')$$,
                       '23514 credits_quantity_in_range', 'but not more than a quantity can say')
FROM (SELECT pg_temp.outcome('ALTER DOMAIN shop.spell DROP CONSTRAINT spell_check')) AS given;
INSERT INTO shop.timesheet (id, customer, item, spent) VALUES (203, 'B', 'S', '2562047788 h');
SELECT is(credits.balance('B', 'SUPPORT'), 2562047788::numeric, 'far below which all is exact');

-- Against an oracle: SQL's division with 60 decimals
SELECT setseed(0.5);
UPDATE credits.parameter SET notify = false;
INSERT INTO credits.article (article, type_id, coefficient) SELECT 'c' || c, 102, c * 0.0001 FROM generate_series(1, 60) AS c;
INSERT INTO shop.timesheet (id, customer, item, spent)
SELECT 1000 + n, 'C', 'c' || 1 + n % 59,
       make_interval(secs => CASE n % 4 WHEN 0 THEN floor(random() * 100) * 75 WHEN 1 THEN random() * 10
    WHEN 2 THEN random() * 1e9 ELSE floor(random() * 1000) * 300 END) FROM generate_series(1, 3000) AS n;
SELECT is_empty($$
    SELECT spent, coefficient, booked
    FROM shop.timesheet JOIN credits.article ON article = item
    LEFT JOIN (SELECT line_key, sum(quantity) AS booked FROM credits.entry WHERE line_table = 'shop.timesheet'::regclass
               GROUP BY 1) AS e ON line_key = id::text
    WHERE id > 1000 AND round((EXTRACT(epoch FROM spent) * coefficient)::numeric(200, 60) / 3600, 4) <> coalesce(booked, 0)$$,
    '3000 durations x 60 coefficients');
SELECT is((SELECT count(*) FROM shop.timesheet JOIN credits.article ON article = item WHERE id > 1000
    AND abs(EXTRACT(epoch FROM spent) * coefficient * 10000) * 2 % 7200 = 3600) > 50, true, 'of which many are ties');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
