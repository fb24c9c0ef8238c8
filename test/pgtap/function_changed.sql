-- A function of a mapping, or of a binding, that is replaced is the new one at once, in this session too (rule 9): what a plan
-- has taken from it is forgotten.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(7);

CREATE FUNCTION shop.pieces(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION shop.is_flagged(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT $1 <> ''$$;
CREATE TABLE shop.job (id integer PRIMARY KEY, customer text, day date DEFAULT '2026-01-11', item text, quantity numeric);
CREATE TABLE shop.party (code text PRIMARY KEY, flag text);
SELECT credits.attach('shop.job', 'other', 'item', 'shop.pieces(line.quantity)', NULL, 'customer', 'day');
SELECT credits.bind_customers('shop.party', 'code', 'shop.is_flagged(party.flag)');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 100, 1000);
INSERT INTO shop.job (id, customer, item, quantity) VALUES (1, 'A', 'H', 2);
INSERT INTO shop.party VALUES ('E', 'yes');
SELECT is(credits.balance('A', 'SUPPORT'), 98::numeric, 'a function is asked');

CREATE OR REPLACE FUNCTION shop.pieces(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 3';
CREATE OR REPLACE FUNCTION shop.is_flagged(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT $1 = 'no'$$;
INSERT INTO shop.job (id, customer, item, quantity) VALUES (2, 'A', 'H', 2);
SELECT is(credits.balance('A', 'SUPPORT'), 92::numeric, 'a new one is asked from then on');
SELECT is((SELECT string_agg(invariant || ' ' || detail, E'\n') FROM credits.verify() WHERE invariant = 'line_booked'),
    'line_booked shop.job, line 1: -2 credits are booked, it wants -6', 'verify() goes by it');
INSERT INTO shop.party VALUES ('F', 'yes');
SELECT is((SELECT works_with_credits FROM credits.customer WHERE customer = 'F'), false, 'so does a bound table');
SELECT is((credits.take_in()).lines, 1::bigint, 'and take_in()');
SELECT is(credits.balance('A', 'SUPPORT'), 88::numeric, 'so that all lines are as it says');
UPDATE shop.party SET flag = 'no' WHERE code = 'E';
UPDATE shop.party SET flag = 'no' WHERE code = 'F';
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
