-- Documents that were there before credits were: taken in afterwards, all sources together in order of date (rule 24).
BEGIN;
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
SELECT plan(33);

CREATE FUNCTION pg_temp.taken_in(arguments text, expected text, description text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    counts text;
BEGIN
    EXECUTE format('SELECT t::text FROM credits.take_in(%s) AS t', arguments) INTO counts;
    RETURN is(counts, expected, description || ': lines, sales, consumptions, refused');
END
$$;
CREATE FUNCTION pg_temp.unbooked() RETURNS bigint LANGUAGE sql AS
$$SELECT count(*) FROM credits.verify() WHERE invariant IN ('unbooked_line', 'line_booked')$$;

-- Given: documents of all kinds, written before customer D worked with credits.
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (1, 'D', '2026-01-20', 'S', 4, 400),
    (2, 'D', '2026-01-05', 'S', 10, 1000),
    (3, 'D', '2026-01-06', 'H', 8, 0),
    (4, 'D', '2026-01-05', 'X', 1, 5),
    (5, 'D', '2026-01-07', 'T', 2, 60);
INSERT INTO shop.invoice VALUES ('I1', 'D', '2026-01-21', 'posted'), ('I2', 'D', '2026-01-05', 'posted'),
    ('I3', 'D', '2026-01-02', 'draft');
INSERT INTO shop.invoice_line VALUES ('I1', 1, 'H', 4, 25, 100), ('I2', 1, 'H', 1, 25, 25), ('I3', 1, 'S', 5, 9, 45);
SELECT is((SELECT count(*) FROM credits.entry), 0::bigint, 'nothing is booked for a customer who does not work with credits');
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'D';
SELECT is((SELECT count(*) FROM credits.verify() WHERE invariant = 'unbooked_line'), 6::bigint,
          'the flag books nothing by itself: verify() lists the lines');

-- When they are taken in.
SELECT pg_temp.taken_in('', '(6,3,3,0)', 'all sources');
SELECT pg_temp.booked('D', ARRAY[
    'sale lot 1: 10 at 1000.00', 'consumption lot 1: -1 at -100.00', 'consumption lot 1: -8 at -800.00',
    'sale lot 2: 4 at 400.00',
    'consumption lot 1: -1 at -100.00', 'consumption lot 2: -3 at -300.00', 'sale lot 1: 2 at 60.00'],
    'all sources go in order of date; of one day what gives comes first');
SELECT is_empty('SELECT * FROM credits.verify()', 'all invariants hold');
SELECT results_eq('SELECT price FROM shop.invoice_line ORDER BY number', ARRAY[25, 25, 9]::numeric[], 'prices are not touched');
SELECT pg_temp.taken_in('', '(0,0,0,0)', 'again: nothing is left');
SELECT is((SELECT count(DISTINCT recorded_by) FROM credits.entry WHERE recorded_by = session_user),
          1::bigint, 'who took them in is recorded');

-- What was missed while triggers were disabled.
ALTER TABLE shop.slip DISABLE TRIGGER USER;
UPDATE shop.slip SET quantity = 7 WHERE id = 3;                      -- a smaller consumption
UPDATE shop.slip SET customer = 'A' WHERE id = 5;                    -- a sale to somebody else
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (6, 'A', '2026-01-08', 'U', 2), (7, 'D', '2026-02-01', 'H', 1);
DELETE FROM shop.slip WHERE id = 1;                                  -- a sale of which credits are consumed
ALTER TABLE shop.slip ENABLE TRIGGER USER;
SELECT is(pg_temp.unbooked(), 6::bigint, 'verify() finds what was missed: one row per line and account');
SELECT pg_temp.refused('SELECT credits.take_in()', '23514 credits_lot_not_consumed', 'a refused line is an error');
SELECT is(pg_temp.unbooked(), 6::bigint, 'then nothing is taken in');
SELECT pg_temp.taken_in($$on_refusal => 'report'$$, '(4,1,3,1)', 'with report the others are');
SELECT results_eq(
    'SELECT line_table::text, line_key COLLATE "default", document_date, sqlstate, constraint_name FROM credits.take_in_refusal',
    $$VALUES ('shop.slip', '1', '2026-01-20'::date, '23514', 'credits_lot_not_consumed')$$, 'and the refused one is listed');
SELECT alike((SELECT message FROM credits.take_in_refusal), '%: Of lot 2 of customer "D"%', 'with message and detail');
SELECT is((SELECT balance FROM credits.account WHERE customer = 'A' AND type_id = 102), 0::numeric,
          'a sale that moved is there for a consumption of a later day');
SELECT is((SELECT string_agg(invariant || ': ' || detail, '; ') FROM credits.verify()),
    'line_booked: shop.slip, line 1: 4 credits are booked for 400, it wants 0',
    'verify() still finds the refused line, and nothing else');
ALTER TABLE shop.slip DISABLE TRIGGER USER;
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (1, 'D', '2026-01-20', 'S', 4, 400);
ALTER TABLE shop.slip ENABLE TRIGGER USER;
SELECT pg_temp.taken_in($$on_refusal => 'report'$$, '(0,0,0,0)', 'once it is put right, nothing is left');
SELECT is_empty('SELECT * FROM credits.take_in_refusal', 'and nothing is listed as refused');

-- Not enough credits: the line is refused, later lines are not.
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'B';
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (20, 'B', '2026-01-01', 'H', 1, 0),
    (21, 'B', '2026-01-02', 'S', 3, 30),
    (22, 'B', '2026-01-03', 'H', 2, 0),
    (23, 'B', '2026-01-04', 'H', 2, 0),
    (24, 'B', '2026-01-05', 'H', 1, 0),
    (25, 'B', '2026-01-06', 'S', 1, -10);
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'B';
SELECT pg_temp.refused('SELECT credits.take_in()', '23514 credits_quantity_in_range',
                       'a sale with a negative amount, and a consumption of before the first sale');
SELECT pg_temp.taken_in($$on_refusal => 'report', line_tables => '{shop.invoice_line}'$$, '(0,0,0,0)', 'only the named tables');
SELECT pg_temp.taken_in($$on_refusal => 'report', from_date => '2026-01-04'$$, '(0,0,0,3)', 'only from a date on');
SELECT pg_temp.taken_in($$on_refusal => 'report'$$, '(3,1,2,3)', 'each refused line by itself');
SELECT results_eq('SELECT line_key COLLATE "default" FROM credits.take_in_refusal ORDER BY 1', ARRAY['20', '23', '25'],
                  'and lines after it are taken in');
SELECT is((SELECT balance FROM credits.account WHERE customer = 'B'), 0::numeric, 'the balance is what the others leave');

-- What the transaction has saved and not settled yet, in a table that is checked at commit, comes first, and is no document to
-- take in.
SELECT credits.detach('shop.slip') \gset
SELECT credits.attach('shop.slip', 'cash_sale', article => 'item', quantity => 'quantity', amount => 'amount',
                      customer => 'customer',
    document_date => 'day', document_number => 'number', counts_when => $x$line.state = 'posted'$x$, check_at => 'commit') \gset
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (30, 'C', '2026-01-02', 'S', 5, 50);
SELECT pg_temp.taken_in($$on_refusal => 'report'$$, '(0,0,0,3)', 'a line that is pending is not taken in');
SELECT results_eq($$SELECT sum(quantity) FROM credits.entry WHERE line_key = '30'$$, ARRAY[5::numeric], 'but settled, once');
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (31, 'C', '2026-01-02', 'H', 6);
SELECT pg_temp.refused($$SELECT credits.take_in(on_refusal => 'report')$$, '23514 credits_balance_not_negative',
                       'or refused as a save');
DELETE FROM shop.slip WHERE id = 31;

-- Bad input.
SELECT pg_temp.refused($$SELECT credits.take_in(on_refusal => 'skip')$$, '22023', 'an unknown way to refuse');
SELECT pg_temp.refused($$SELECT credits.take_in('{shop.invoice}')$$, '42704', 'a table that is not attached');

-- Who may.
CREATE ROLE credits_test_clerk;
CREATE ROLE credits_test_manager IN ROLE credits_management;
SET LOCAL ROLE credits_test_clerk;
SELECT pg_temp.refused($$SELECT credits.take_in()$$, '42501', 'somebody who owns nothing');
SET LOCAL ROLE credits_test_manager;
SELECT pg_temp.accepted($$SELECT credits.take_in(on_refusal => 'report')$$, 'credits_management may');
RESET ROLE;
ALTER TABLE shop.slip OWNER TO credits_test_clerk;
GRANT USAGE ON SCHEMA shop TO credits_test_clerk;
SET LOCAL ROLE credits_test_clerk;
SELECT pg_temp.refused($$SELECT credits.take_in('{shop.slip}', on_refusal => 'report')$$, '42501',
                       'the owner of the table may not by that alone');
RESET ROLE;

SELECT is_empty($$SELECT * FROM credits.verify() WHERE invariant NOT IN ('unbooked_line')$$, 'all other invariants hold');
SELECT * FROM finish();
ROLLBACK;
