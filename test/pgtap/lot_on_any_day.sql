-- By the dates that entries are booked on, a lot never has more than was sold, less than nothing, or a value without credits
-- (rules 17, 27 and 28): whatever is changed or undone later than it was booked.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(22);
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'FIXED', 'fixed', 33.33);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('F', 103, 1), ('G', 103, -1);
INSERT INTO credits.customer (customer) VALUES ('E'), ('F');

-- 'credits at value' of a customer at the end of a day.
CREATE FUNCTION pg_temp.open_on(who text, day date) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s at %s', open, open_value), ', ') FROM credits.portfolio_as_of(day) WHERE customer = who
$$;

-- What comes back to a used-up lot at the old value is revalued on the day of the revaluation, and drawn no earlier

SELECT pg_temp.slip(1, 'B', '2026-04-05', 'F', 2, 100), pg_temp.slip(2, 'B', '2026-04-06', 'G', 2) \g /dev/null
SELECT credits.revalue('FIXED', 50, '2026-05-20') \g /dev/null
DELETE FROM shop.slip WHERE id = 2;
SELECT is(pg_temp.open_on('B', '2026-04-30'), '2 at 66.66', 'what came back is worth what it was');
SELECT is(pg_temp.open_on('B', '2026-05-20'), '2 at 100.00', 'until the revaluation');
SAVEPOINT revalued;
SELECT pg_temp.slip(3, 'B', '2026-04-06', 'G', 2) \g /dev/null
SELECT is(pg_temp.open_on('B', '2026-04-30'), '2 at 66.66', 'a draw at the new value is not there before');
SELECT pg_temp.all_in_order();
DELETE FROM shop.slip WHERE id IN (1, 3);
SELECT is(pg_temp.open_on('B', '2026-04-30'), '2 at 66.66', 'nor is a deletion of the sale');
SELECT pg_temp.all_in_order();
ROLLBACK TO revalued;
UPDATE shop.slip SET quantity = 1 WHERE id = 1;
UPDATE shop.slip SET quantity = 2 WHERE id = 1;
UPDATE shop.slip SET quantity = 1 WHERE id = 1;
UPDATE shop.slip SET quantity = 2 WHERE id = 1;
SELECT is(pg_temp.open_on('B', '2026-04-30'), '2 at 66.66', 'nor are changes of it');
SELECT pg_temp.all_in_order();
UPDATE shop.slip SET amount = 0 WHERE id = 1;
UPDATE shop.slip SET amount = 100 WHERE id = 1;
SELECT is(pg_temp.open_on('B', '2026-04-30'), '2 at 66.66', 'not even to a gift and back');
SELECT pg_temp.all_in_order();

-- A sale that shrinks on the day of a return grows again on that day

SELECT pg_temp.slip(11, 'A', '2026-04-05', 'S', 10, 1000), pg_temp.slip(12, 'A', '2026-05-03', 'H', 4),
       pg_temp.slip(13, 'A', '2026-05-10', 'H', -4) \g /dev/null
UPDATE shop.slip SET quantity = 8 WHERE id = 11;
UPDATE shop.slip SET quantity = 10 WHERE id = 11;
UPDATE shop.slip SET quantity = 8 WHERE id = 11;
SELECT is(pg_temp.open_on('A', '2026-04-30'), '10 at 1000.00', 'smaller, larger and smaller again: what was sold before stays');
SELECT is(pg_temp.open_on('A', '2026-05-10'), '8 at 1000.00', 'until it was smaller');
SELECT pg_temp.all_in_order();

-- The day of a change counts also when the return that it waited for is undone

SELECT pg_temp.slip(21, 'C', '2026-04-05', 'S', 10, 1000), pg_temp.slip(22, 'C', '2026-04-06', 'H', 4),
       pg_temp.slip(23, 'C', '2026-05-10', 'H', -4) \g /dev/null
UPDATE shop.slip SET amount = 900 WHERE id = 21;
DELETE FROM shop.slip WHERE id IN (22, 23);
SAVEPOINT shrunk;
SELECT pg_temp.slip(24, 'C', '2026-04-20', 'H', 10) \g /dev/null
SELECT is(pg_temp.open_on('C', '2026-04-30'), '10 at 1000.00', 'a draw waits for it');
SELECT pg_temp.all_in_order();
ROLLBACK TO shrunk;
DELETE FROM shop.slip WHERE id = 21;
SELECT is(pg_temp.open_on('C', '2026-04-30'), '10 at 1000.00', 'so does a deletion');
SELECT pg_temp.all_in_order();

-- A change of value is there before what is drawn at it

CREATE TABLE shop.note (id bigint PRIMARY KEY, customer text, day date, item text, quantity numeric,
                        amount numeric, refund_of bigint);
SELECT credits.attach('shop.note', 'invoice', 'item', 'quantity', 'amount', 'customer', 'day', refers_to => 'refund_of')
    \g /dev/null
INSERT INTO shop.note VALUES (1, 'E', '2026-04-05', 'T', 10, 1000, NULL);
INSERT INTO shop.note VALUES (2, 'E', '2026-05-10', 'T', 0, -100, 1);
INSERT INTO shop.note VALUES (3, 'E', '2026-04-20', 'U', 10, 0, NULL);
SELECT is((SELECT booked_on FROM credits.entry WHERE customer = 'E' AND line_table = 'shop.note'::regclass AND line_key = '3'),
          '2026-05-10'::date, 'a draw at less follows the note');
SELECT pg_temp.all_in_order();
DELETE FROM shop.note WHERE id = 3;
DELETE FROM shop.note WHERE id = 2;
SELECT pg_temp.all_in_order();

-- Returns of one draw on two days, the earlier undone later than it was booked: its draw is undone no earlier

SELECT pg_temp.slip(41, 'F', '2026-04-05', 'S', 3, 300), pg_temp.slip(42, 'F', '2026-04-06', 'H', 3),
       pg_temp.slip(43, 'F', '2026-04-10', 'H', -1), pg_temp.slip(44, 'F', '2026-04-20', 'H', -1) \g /dev/null
DELETE FROM shop.slip WHERE id = 43;
DELETE FROM shop.slip WHERE id = 44;
DELETE FROM shop.slip WHERE id = 42;
SELECT is((SELECT max(booked_on) FROM credits.entry WHERE customer = 'F' AND line_key = '42'), '2026-04-20'::date,
          'the draw is undone when the last of its returns is');
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
