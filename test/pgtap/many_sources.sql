-- A database may have any number of sources: what is asked of all of them is asked once, and a save asks of its own.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(9);

CREATE SCHEMA many;
CREATE FUNCTION pg_temp.add(n integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE many.line_%s (id int PRIMARY KEY, item text, quantity numeric)', n);
    PERFORM credits.attach(format('many.line_%s', n)::regclass, 'other', 'item', 'quantity', NULL, $x$'A'$x$,
                           $x$date '2026-01-10'$x$);
END
$$;
SELECT pg_temp.add(n) FROM generate_series(1, 200) AS n \g /dev/null

CREATE FUNCTION pg_temp.rows_read() RETURNS bigint LANGUAGE sql AS $$
    SELECT pg_stat_get_xact_tuples_returned('credits.source'::regclass)
           + pg_stat_get_xact_tuples_returned('credits._source'::regclass)
$$;
-- How many rows of the list of sources a statement reads, in lists.
CREATE FUNCTION pg_temp.lists_read(statement text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    before bigint := pg_temp.rows_read();
BEGIN
    EXECUTE statement;
    RETURN round((pg_temp.rows_read() - before) / 200.0, 2);
END
$$;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 100, 1000);
SELECT cmp_ok(pg_temp.lists_read($$INSERT INTO many.line_7 VALUES (1, 'H', 1)$$), '<=', 2.0, 'the first save of a source');
SELECT is(pg_temp.lists_read($$INSERT INTO many.line_7 VALUES (2, 'H', 1)$$), 0.00, 'the next one asks for no other');
SELECT is(pg_temp.lists_read($$UPDATE many.line_7 SET quantity = 2$$), 0.00, 'nor does a change');
SELECT cmp_ok(pg_temp.lists_read('CREATE TABLE many.else (id int)'), '<=', 1.0, 'a table of somebody else''s');
SELECT cmp_ok(pg_temp.lists_read('ALTER TABLE many.else ADD added int'), '<=', 3.0,
              'and what is done to it, though the transaction has touched them all');
SELECT cmp_ok(pg_temp.lists_read('SELECT pg_temp.add(201)'), '<=', 16.0, 'another source');
SELECT cmp_ok(pg_temp.lists_read('SELECT credits.detach(''many.line_201'')'), '<=', 25.0, 'and one less');
-- A second or so; it took ten seconds when each command looked at all that the transaction had touched.
SET LOCAL statement_timeout = '5s';
SELECT lives_ok($$DO $b$BEGIN
    FOR n IN 0 .. 599 LOOP EXECUTE format('ALTER TABLE many.line_%s ADD added_%s integer', n % 200 + 1, n); END LOOP;
END$b$ $$, 'all of them altered in one transaction');
RESET statement_timeout;
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
