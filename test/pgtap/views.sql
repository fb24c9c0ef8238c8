-- What users read (rule 29): accounts, lots, portfolio, open lots, history and alarms, on the worked example of rule 11.
BEGIN;
SELECT plan(34);
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'Pacific/Kiritimati'; -- neither this
SET LOCAL datestyle = 'SQL, DMY';          -- nor this matters

-- Given lots of 10 for 1 000.00 and 10 for 900.00, of which 8 and then 4 were consumed, and a customer who has nothing,

CREATE SCHEMA shop;
CREATE TABLE shop.line (line_id bigint PRIMARY KEY, number text, customer text, day date, article text,
                        quantity numeric, amount numeric);
INSERT INTO credits.credit_type (type_id, code, alarm_level)
VALUES (101, 'SUPPORT', 7), (102, 'TRAINING', NULL), (103, 'OLD', NULL);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('SALE', 101, 1), ('HOUR', 101, -1), ('VOUCHER', 103, 1);
INSERT INTO credits.customer (customer, name) VALUES ('C1', 'First'), ('C2', NULL);
SELECT credits.attach('shop.line', 'invoice', article => 'article', quantity => 'quantity', amount => 'amount',
    customer => 'customer', document_date => 'day', document_number => 'number');
INSERT INTO shop.line VALUES
    (1, '26001', 'C1', '2026-01-05', 'SALE', 10, 1000),
    (2, '26002', 'C1', '2026-01-20', 'SALE', 10, 900),
    (3, '26003', 'C1', '2026-02-01', 'HOUR', 8, 0),
    (4, '26004', 'C1', '2026-02-02', 'HOUR', 4, 0),
    (5, '26005', 'C2', '2026-02-03', 'VOUCHER', 2, 50);
SELECT credits.set_alarm_level('C2', 'TRAINING', 1);
UPDATE credits.credit_type SET active = false WHERE code = 'OLD';

-- then

SELECT results_eq($$SELECT type_code, lot_no, quantity, value, balance_after FROM credits.history
                    WHERE customer = 'C1' ORDER BY entry_no$$,
    $$VALUES ('SUPPORT', 1::bigint, 10::numeric, 1000.00, 10::numeric),
             ('SUPPORT', 2, 10, 900.00, 20),
             ('SUPPORT', 1, -8, -800.00, 12),
             ('SUPPORT', 1, -2, -200.00, 10),
             ('SUPPORT', 2, -2, -180.00, 8)$$, 'history shows what was drawn from which lot');
SELECT results_eq($$SELECT booked_on, kind, document_kind, document_number, document_date, article,
                    recorded_by, recorded_at = statement_timestamp()
                    FROM credits.history WHERE customer = 'C2'$$,
    $$VALUES ('2026-02-03'::date, 'sale', 'invoice', '26005', '2026-02-03'::date, 'VOUCHER' COLLATE "C",
              current_user::text COLLATE "default", false)$$,
    'and by which document, of an inactive type too');
SELECT results_eq($$SELECT * FROM credits.portfolio WHERE customer = 'C1'$$,
    $$VALUES ('C1' COLLATE "C", 'First', 'SUPPORT', 'EUR', 20::numeric, 12::numeric, 8::numeric,
              720.00, 7::numeric, false, '2026-01-20'::date, '2026-02-02'::date)$$,
    'the portfolio adds up');
SELECT is((SELECT concat_ws(' ', sold, consumed, open, open_value) FROM credits.portfolio WHERE customer = 'C1'),
          '20 12 8 720.00',
    'in credits without trailing zeros, and money with its cents');
SELECT results_eq($$SELECT * FROM credits.portfolio WHERE customer = 'C2'$$,
    $$VALUES ('C2' COLLATE "C", NULL, 'TRAINING', 'EUR', 0::numeric, 0::numeric, 0::numeric, 0::numeric,
              1::numeric, true, NULL::date, NULL::date)$$,
    'an account without entries is there, with its own alarm level; one of an inactive type is not');
SELECT results_eq($$SELECT * FROM credits.open_lot$$,
    $$VALUES ('C1' COLLATE "C", 'SUPPORT', 2::bigint, '2026-01-20'::date, '26002', 'SALE' COLLATE "C",
              10::numeric, 8::numeric, 900.00, 720.00)$$,
    'open lots are those with credits, of active types');
SELECT results_eq($$SELECT type_id, balance, value, last_lot_no, last_entry_no FROM credits.account ORDER BY customer, type_id$$,
    $$VALUES (101, 8::numeric, 720.00, 2::bigint, 5::bigint), (102, 0, 0, 0, 0), (103, 2, 50.00, 1, 1)$$,
    'accounts are all there');
SELECT results_eq($$SELECT lot_no, open, remaining, remaining_value, line_table::text, line_key
                    FROM credits.lot WHERE customer = 'C1' ORDER BY lot_no$$,
    $$VALUES (1::bigint, false, 0::numeric, 0.00, 'shop.line', '1' COLLATE "C"), (2, true, 8, 720.00, 'shop.line', '2')$$,
    'so are lots');
SELECT is_empty($$SELECT * FROM credits.alarm$$, 'no alarm so far');

-- Alarms: one episode from falling below to being above again

INSERT INTO shop.line VALUES (6, '26006', 'C1', '2026-02-06', 'HOUR', 1.25, 0);
SELECT results_eq($$SELECT customer, type_code, balance, alarm_level, raised_at IS NULL, cleared_at FROM credits.alarm$$,
    $$VALUES ('C1' COLLATE "C", 'SUPPORT', 6.75, 7::numeric, false, NULL::timestamptz)$$, '6.75 is below 7');
SELECT is((SELECT below_alarm FROM credits.portfolio WHERE customer = 'C1'), true, 'the portfolio shows it');
INSERT INTO shop.line VALUES (7, '26007', 'C1', '2026-02-07', 'HOUR', 0.5, 0);
SELECT is((SELECT count(*) FROM credits.alarm), 1::bigint, 'falling further is the same episode');
UPDATE shop.line SET quantity = 0.25 WHERE line_id IN (6, 7);
SELECT is((SELECT count(*) FROM credits.alarm WHERE cleared_at IS NOT NULL), 1::bigint, 'above again it is over');
SELECT is((SELECT open FROM credits.portfolio WHERE customer = 'C1'), 7.5, 'with 7.5 credits');
UPDATE credits.credit_type SET active = false WHERE code = 'SUPPORT';
SELECT is_empty($$SELECT * FROM credits.alarm$$, 'alarms of an inactive type are left out');
UPDATE credits.credit_type SET active = true WHERE code = 'SUPPORT';
SELECT is_empty($$SELECT * FROM credits.verify()$$, 'and all holds');

-- For one customer, nothing is read but what is his, and of his entries only the last.

INSERT INTO credits._account_key (customer, type_id) SELECT 'X' || n, 101 FROM generate_series(1, 2000) AS n;
INSERT INTO credits._account (customer, type_id, last_lot_no, last_entry_no, below_alarm, balance, value, account_no)
SELECT customer, type_id, 20, 20, false, 0, 0, account_no FROM credits._account_key WHERE customer LIKE 'X%';
INSERT INTO credits._lot (account_no, lot_no, last_entry_no, open, sold_on, booked_on, quantity,
                          amount, value, remaining, remaining_value)
SELECT account_no, lot, lot, lot > 19, '2026-01-01', '2026-01-01', 1, 1, 1, 0, 0
FROM credits._account_key, generate_series(1, 20) AS lot WHERE customer LIKE 'X%';
INSERT INTO credits._entry (account_no, entry_no, lot_no, booked_on, kind, quantity, value, balance_after, recorded_at,
                            provenance_no)
SELECT account_no, n, 1, '2026-01-01', credits._kind_code('sale'), 1, 1, n, now(),
       (SELECT min(provenance_no) FROM credits._provenance)
FROM credits._account_key, generate_series(1, 50000) AS n WHERE customer IN ('X1', 'X2')
ORDER BY hashint4(n); -- a whole account is read faster through the whole table
ANALYZE credits._account, credits._account_key, credits._lot, credits._entry;

-- How many rows of the ledger a query reads.
CREATE FUNCTION pg_temp.rows_read(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT sum(((node ->> 'Actual Rows')::numeric + coalesce((node ->> 'Rows Removed by Filter')::numeric, 0))
                       * (node ->> 'Actual Loops')::numeric)
            FROM jsonb_path_query(plan, 'strict $.**{0 to 40}') AS node
            WHERE jsonb_typeof(node) = 'object' AND node ->> 'Relation Name' IN ('_account', '_lot', '_entry'));
END
$$;
SELECT cmp_ok(pg_temp.rows_read($$SELECT * FROM credits.portfolio WHERE customer = 'X1'$$), '<=',
              30::numeric, 'the portfolio of one customer reads his lots');
SELECT cmp_ok(pg_temp.rows_read($$SELECT * FROM credits.open_lot WHERE customer = 'X1'$$), '<=',
              2::numeric, 'his open lots only the open ones');
SELECT cmp_ok(pg_temp.rows_read($$SELECT * FROM credits.lot WHERE customer = 'X1' AND lot_no = 3$$),
              '<=', 2::numeric, 'one lot is one row');
SELECT cmp_ok(pg_temp.rows_read($$SELECT * FROM credits.account WHERE customer = 'X1' AND type_id = 101$$),
              '<=', 2::numeric, 'so is one account');
SELECT cmp_ok(pg_temp.rows_read($$SELECT * FROM credits.history WHERE customer = 'X1' AND entry_no = 77$$),
              '<=', 2::numeric, 'and one entry');
SELECT cmp_ok(pg_temp.rows_read(query), '<=', 210::numeric, 'of his 50 000 entries the newest 100, and whose they are: ' || query)
FROM (VALUES ($$SELECT * FROM credits.entry WHERE customer = 'X1' AND type_id = 101 ORDER BY entry_no DESC LIMIT 100$$),
             ($$SELECT * FROM credits.entry_of('X1', 'SUPPORT') LIMIT 100$$)) AS newest (query);
CREATE FUNCTION pg_temp.fetched() RETURNS bigint LANGUAGE sql AS
$$SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'credits._entry'::regclass$$;
SELECT pg_temp.fetched() AS before \gset
SELECT FROM credits.history_of('X1') LIMIT 100 \g /dev/null
SELECT cmp_ok(pg_temp.fetched() - :before, '<=', 110::bigint, 'history_of() too, which plans for accounts that it does not know');
SELECT is(array_agg(entry_no), (SELECT array_agg(n) FROM generate_series(50000, 49901, -1) AS n), 'in this order')
FROM (SELECT entry_no::integer FROM credits.history_of('X1') LIMIT 100) AS newest;
SELECT results_eq($$SELECT * FROM credits.entry_of('C1', 'SUPPORT') ORDER BY entry_no$$,
    $$SELECT * FROM credits.entry WHERE customer = 'C1' AND type_id = 101 ORDER BY entry_no$$,
    'entry_of() gives the rows of the view');
SELECT bag_eq($$SELECT * FROM credits.history_of('C1')$$, $$SELECT * FROM credits.history WHERE customer = 'C1'$$,
    'and history_of() those of history');
SELECT throws_ok($$SELECT * FROM credits.entry_of('C1', 'NONE')$$, 'P0002', NULL, 'of a type that there is');

-- Plans that are kept follow: an account that is opened later is read by them, too.

PREPARE his (text) AS SELECT count(*) FROM credits.entry WHERE customer = $1;
PREPARE one AS SELECT count(*) FROM credits.entry WHERE customer = 'C9' AND type_id = 101;
SET LOCAL plan_cache_mode = force_generic_plan;
EXECUTE his ('C9') \g /dev/null
EXECUTE one \g /dev/null
INSERT INTO credits.customer (customer) VALUES ('C9');
SELECT credits.register_opening('C9', 'SUPPORT', 1, 10, 'x', '2026-01-01') \g /dev/null
SELECT results_eq('EXECUTE his (''C9'')', 'VALUES (1::bigint)', 'of a customer');
SELECT results_eq('EXECUTE one', 'VALUES (1::bigint)', 'of one account');
RESET plan_cache_mode;

-- A saver at REPEATABLE READ sees the version of his snapshot beside his own: the newest one counts.

SET LOCAL check_function_bodies = off; -- as in a restore: protection looks away
ALTER TABLE credits._account DROP CONSTRAINT _account_pkey;
ALTER TABLE credits._lot DROP CONSTRAINT _lot_pkey;
RESET check_function_bodies;
INSERT INTO credits._account (customer, type_id, last_lot_no, last_entry_no, below_alarm, balance, value, account_no)
SELECT 'C1', 101, 1, 4, false, 10, 900, account_no FROM credits._account_key WHERE customer = 'C1';
INSERT INTO credits._lot (account_no, lot_no, last_entry_no, open, sold_on, booked_on, quantity,
                          amount, value, remaining, remaining_value)
SELECT account_no, lot.*
FROM credits._account_key, (VALUES
    (1, 3, true, date '2026-01-05', date '2026-01-05', 10, 1000, 1000, 2, 200),
    (2, 2, true, '2026-01-20', '2026-01-20', 10, 900, 900, 10, 900)) AS lot
WHERE customer = 'C1';
SELECT results_eq($$SELECT sold, open, oldest_open_sale FROM credits.portfolio WHERE customer = 'C1'$$,
    $$VALUES (20::numeric, 7.5::numeric, '2026-01-20'::date)$$, 'in the portfolio');
SELECT results_eq($$SELECT balance, last_entry_no FROM credits.account WHERE customer = 'C1'$$,
    $$SELECT balance, last_entry_no FROM credits._account WHERE customer = 'C1' ORDER BY last_entry_no DESC LIMIT 1$$,
    'among accounts');
SELECT results_eq($$SELECT lot_no, remaining FROM credits.lot WHERE customer = 'C1' ORDER BY lot_no$$,
    $$VALUES (1::bigint, 0::numeric), (2, 7.5)$$, 'among lots');
SELECT results_eq($$SELECT lot_no, remaining FROM credits.open_lot WHERE customer = 'C1'$$, $$VALUES (2::bigint, 7.5::numeric)$$,
    'among open lots: an older version of an exhausted one is still open');
SELECT * FROM finish();
ROLLBACK;
