-- What changes nothing that credits depend on writes nothing and locks no customer: ERPs send many such statements.
-- In a database of its own, since only a transaction that has not saved yet shows what a statement locks.
\set home :DBNAME
SET client_min_messages = error;
DROP DATABASE IF EXISTS credits_no_write;
CREATE DATABASE credits_no_write;
\c credits_no_write
SET client_min_messages = error;
CREATE EXTENSION pgtap;
CREATE EXTENSION credits;
BEGIN;
\ir common.psql
\ir shop.psql
INSERT INTO shop.slip (id, customer, number, item, quantity, amount) VALUES
    (1, 'A', 'N', 'S', 10, 100), (2, 'A', 'N', 'H', 1, NULL), (3, 'D', 'N', 'H', 1, 100), (4, 'A', 'N', 'X', 1, 5);
INSERT INTO shop.invoice VALUES ('I-1', 'A', DEFAULT, 'posted'), ('I-2', 'D', DEFAULT, 'posted'), ('I-3', 'A', DEFAULT, 'draft');
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'S', 10, 10, 100), ('I-1', 2, 'Q', 4, 25, 100), ('I-2', 1, 'H', 1, 100, 100),
    ('I-3', 1, 'H', 1, 100, 100), ('I-1', 3, 'X', 1, 5, 5);
COMMIT;

SELECT plan(36);

CREATE TEMP TABLE before AS SELECT oid, ctid AS place, xmin AS written FROM (
    SELECT tableoid AS oid, ctid, xmin FROM credits._account UNION ALL SELECT tableoid, ctid, xmin FROM credits._lot
    UNION ALL SELECT tableoid, ctid, xmin FROM credits._entry UNION ALL SELECT tableoid, ctid, xmin FROM credits._renumbering
    UNION ALL SELECT tableoid, ctid, xmin FROM credits.alarm_episode) AS ledger;

-- The last transaction that locked each customer's row, committed or not.
CREATE FUNCTION pg_temp.lockers() RETURNS text
    LANGUAGE sql AS $$SELECT string_agg(xmax::text, ' ' ORDER BY customer) FROM credits.customer$$;

-- Runs a statement and undoes it; tells what it did: 'wrote' to the ledger, 'locked' a customer, or 'looked' for one (a lock that
-- hinders nobody).
CREATE FUNCTION pg_temp.traces(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    lockers CONSTANT text := pg_temp.lockers();
    found text;
BEGIN
    EXECUTE statement;
    SELECT concat_ws(', ',
        CASE WHEN EXISTS (
            (SELECT tableoid, ctid, xmin FROM credits._account UNION ALL SELECT tableoid, ctid, xmin FROM credits._lot
             UNION ALL SELECT tableoid, ctid, xmin FROM credits._entry UNION ALL SELECT tableoid,
                 ctid, xmin FROM credits._renumbering
             UNION ALL SELECT tableoid, ctid, xmin FROM credits.alarm_episode) EXCEPT SELECT * FROM before) THEN 'wrote' END,
        CASE WHEN pg_temp.lockers() <> lockers THEN 'locked' END,
        CASE WHEN EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'credits.customer'::regclass
                          AND mode <> 'AccessShareLock') THEN 'looked' END) INTO found;
    RAISE SQLSTATE 'UNDO1' USING MESSAGE = found;
EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
    RETURN SQLERRM;
END
$$;

-- The trace is there to be seen

SELECT is(pg_temp.traces('UPDATE shop.slip SET quantity = 2 WHERE id = 2'), 'wrote, locked, looked',
          'a change of quantity is seen');
SELECT is(pg_temp.traces($$UPDATE shop.slip SET number = 'M' WHERE id = 2$$), 'wrote, locked, looked', 'so is one of the number');
SELECT is(pg_temp.traces($$UPDATE shop.invoice SET state = 'draft' WHERE number = 'I-3'$$), '',
          'the trace leaves no trace itself');

-- UPDATE of lines

SELECT is(pg_temp.traces(statement), '', statement) FROM unnest(ARRAY[
    $$UPDATE shop.slip SET memo = 'seen'$$,
    'UPDATE shop.slip SET quantity = quantity, amount = amount, item = item, customer = customer, state = state, day = day, '
    'number = number, id = id',
    'UPDATE shop.invoice_line SET price = 25, amount = 50 WHERE line_no = 2',
    'UPDATE shop.invoice_line SET price = price + 1 WHERE line_no = 1',
    'UPDATE shop.invoice_line SET quantity = 99 WHERE line_no = 3',
    'UPDATE shop.slip SET quantity = 99 WHERE false',
    $$INSERT INTO shop.slip (id, item) VALUES (1, 'S') ON CONFLICT (id) DO UPDATE SET memo = 'seen'$$,
    $$INSERT INTO shop.slip (id, item) VALUES (1, 'S') ON CONFLICT (id) DO NOTHING$$,
    $$MERGE INTO shop.slip USING (VALUES (1, 10), (2, 1)) AS w (id, quantity) ON w.id = slip.id
      WHEN MATCHED THEN UPDATE SET quantity = w.quantity$$]) AS statement;
SELECT doesnt_match(pg_temp.traces('UPDATE shop.slip SET quantity = 1.000 WHERE id = 2'), 'wrote',
                    'the same quantity written otherwise books nothing');
SELECT doesnt_match(pg_temp.traces('UPDATE shop.slip SET quantity = 1.00004 WHERE id = 2'), 'wrote',
                    'nor does one that rounds to the same credits');
SELECT doesnt_match(pg_temp.traces('UPDATE shop.slip SET amount = 7 WHERE id = 2'), 'wrote', 'nor an amount of a consumption');

-- Lines that do not touch credits: of another article, nothing is even looked at; of another customer, whether he works with
-- credits

SELECT is(pg_temp.traces(statement), '', statement) FROM unnest(ARRAY[
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (9, 'A', 'X', 1)$$,
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (9, 'A', 'unknown', 1)$$,
    'UPDATE shop.slip SET quantity = 2 WHERE id = 4',
    'DELETE FROM shop.slip WHERE id = 4']) AS statement;
SELECT is(pg_temp.traces(statement), 'looked', statement) FROM unnest(ARRAY[
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (9, 'D', 'H', 1)$$,
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (9, 'nobody', 'H', 1)$$,
    $$INSERT INTO shop.invoice_line VALUES ('I-2', 9, 'H', 1, 1, 1)$$,
    'UPDATE shop.slip SET quantity = 2 WHERE id = 3',
    'DELETE FROM shop.slip WHERE id = 3',
    $$DELETE FROM shop.invoice WHERE number = 'I-2'$$]) AS statement;

-- UPDATE of headers

SELECT is(pg_temp.traces(statement), '', statement) FROM unnest(ARRAY[
    'UPDATE shop.invoice SET total = 100',
    'UPDATE shop.invoice SET state = state, customer = customer, day = day, number = number',
    $$UPDATE shop.invoice SET number = 'I-9' WHERE number = 'none'$$]) AS statement;
SELECT doesnt_match(pg_temp.traces($$UPDATE shop.invoice SET state = 'cancelled' WHERE number = 'I-3'$$), 'wrote',
    'a state that does not count, after another one, books nothing');
SELECT doesnt_match(pg_temp.traces($$UPDATE shop.invoice SET state = 'cancelled' WHERE number = 'I-2'$$), 'wrote',
    'nor does any state of a customer''s document who does not work with credits');

-- Questions

SELECT is(pg_temp.traces(statement), '', statement) FROM unnest(ARRAY[
    $$SELECT credits.balance('A', 'SUPPORT')$$,
    $$SELECT * FROM credits.preview_line('A', 'H', 5)$$,
    $$SELECT credits.is_consumption('A', 'H'), credits.price_for('A', 'H', 5)$$,
    'SELECT * FROM credits.portfolio, credits.open_lot, credits.history',
    'SELECT * FROM credits.verify()']) AS statement;

SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
SELECT * FROM finish();
\c :home
SET client_min_messages = error;
DROP DATABASE credits_no_write;
