-- Chains between tables that are checked at commit or at each statement: the final state decides (rules 13 and 19).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(21);

CREATE TABLE shop.work (id int PRIMARY KEY, customer text DEFAULT 'A', day date DEFAULT '2026-01-12',
                        done boolean DEFAULT true, item text DEFAULT 'H', quantity numeric);
CREATE TABLE shop.bill (id int PRIMARY KEY, customer text DEFAULT 'A', day date DEFAULT '2026-01-12',
                        item text DEFAULT 'H', quantity numeric, work int);
CREATE FUNCTION pg_temp.attach(work_at text, bill_at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM credits.attach('shop.work', 'service_report', article => 'item', quantity => 'quantity',
                           amount => NULL, customer => 'customer',
        document_date => 'day', counts_when => 'done', check_at => work_at);
    PERFORM credits.attach('shop.bill', 'invoice', article => 'item', quantity => 'quantity', amount => NULL,
                           customer => 'customer',
        document_date => 'day', origin => 'work', origin_table => 'shop.work', check_at => bill_at);
END
$$;
CREATE FUNCTION pg_temp.detach() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM shop.bill;
    DELETE FROM shop.work;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    PERFORM credits.detach('shop.bill'), credits.detach('shop.work');
END
$$;
-- What is consumed once all is checked, and what verify() says.
CREATE FUNCTION pg_temp.consumed() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN (SELECT coalesce(string_agg(format('%s %s: %s', source, line_key, credits), ', ' ORDER BY source, line_key), 'nothing')
            FROM (SELECT replace(line_table::text, 'shop.', '') AS source, line_key, trim_scale(-sum(quantity)) AS credits
                  FROM credits.entry WHERE kind LIKE 'consumption%' GROUP BY 1, 2 HAVING sum(quantity) <> 0) AS booked)
           || coalesce((SELECT string_agg(v::text, E'\n') FROM credits.verify() AS v), '');
END
$$;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);

-- Both at commit

SELECT pg_temp.attach('commit', 'commit') \gset
INSERT INTO shop.bill (id, quantity, work) VALUES (1, 10, 1);
INSERT INTO shop.work (id, quantity) VALUES (1, 10);
SELECT is(pg_temp.consumed(), 'work 1: 10', 'the bill comes before the work that it is made from');
UPDATE shop.bill SET quantity = 10;
DELETE FROM shop.work;
INSERT INTO shop.work (id, quantity) VALUES (1, 9);
SELECT is(pg_temp.consumed(), 'work 1: 9', 'the work is saved by deleting and inserting it again');
UPDATE shop.work SET done = false;
SELECT is(pg_temp.consumed(), 'bill 1: 10', 'the work is undone');
UPDATE shop.work SET done = true;
UPDATE shop.work SET done = false;
UPDATE shop.bill SET quantity = 7;
SELECT is(pg_temp.consumed(), 'bill 1: 7', 'both change, back and forth');
DELETE FROM shop.work;
UPDATE shop.bill SET work = NULL;
SELECT is(pg_temp.consumed(), 'bill 1: 7', 'the work goes, and the bill says so');
INSERT INTO shop.work (id, quantity) VALUES (2, 10);
UPDATE shop.bill SET work = 2;
SELECT is(pg_temp.consumed(), 'work 2: 10', 'other work takes its place, to the last credit');
UPDATE shop.work SET item = 'X';
SELECT is(pg_temp.consumed(), 'nothing', 'work without credits covers it, too');
UPDATE shop.work SET quantity = NULL;
SELECT is(pg_temp.consumed(), 'bill 1: 7', 'as long as it counts');
UPDATE shop.work SET quantity = 1;
SELECT is(pg_temp.consumed(), 'nothing', 'and again when it does');
SELECT pg_temp.detach() \gset

-- The work at each statement, the bill at commit

SELECT pg_temp.attach('statement', 'commit') \gset
INSERT INTO shop.work (id, quantity) VALUES (1, 10);
INSERT INTO shop.bill (id, quantity, work) VALUES (1, 10, 1);
SELECT is(pg_temp.consumed(), 'work 1: 10', 'work at each statement covers a bill at commit');
UPDATE shop.work SET done = false;
SELECT is(pg_temp.consumed(), 'bill 1: 10', 'undone, it does not');
UPDATE shop.work SET done = true;
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'done again, it takes over at once');
SELECT is(pg_temp.consumed(), 'work 1: 10', 'and at commit nothing is left to do');
UPDATE shop.work SET quantity = 1;
UPDATE shop.bill SET quantity = 1;
SELECT is(pg_temp.consumed(), 'work 1: 1', 'given some credits are left');
UPDATE shop.bill SET id = 2;
UPDATE shop.work SET done = false;
SELECT is(pg_temp.consumed(), 'bill 2: 1', 'a bill that was renumbered before its work is undone consumes once');
INSERT INTO shop.work (id, quantity) VALUES (2, 1);
INSERT INTO shop.bill (id, quantity, work) VALUES (3, 1, 2);
UPDATE shop.work SET done = false WHERE id = 2;
SELECT is(pg_temp.consumed(), 'bill 2: 1, bill 3: 1', 'and so does a bill that is new');
UPDATE shop.bill SET id = 4 WHERE id = 2;
UPDATE shop.work SET done = true WHERE id = 1;
UPDATE shop.work SET id = 5 WHERE id = 1;
UPDATE shop.bill SET work = 5 WHERE id = 4;
SELECT is(pg_temp.consumed(), 'bill 3: 1, work 5: 1', 'the work takes over once from a bill that was renumbered');
SELECT pg_temp.detach() \gset

-- The work at commit, the bill at each statement

SELECT pg_temp.attach('commit', 'statement') \gset
INSERT INTO shop.work (id, quantity) VALUES (1, 10);
INSERT INTO shop.bill (id, quantity, work) VALUES (1, 10, 1);
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'a bill at each statement knows the work that is not checked yet');
SELECT is(pg_temp.consumed(), 'work 1: 10', 'which consumes at commit');
DELETE FROM shop.work;
SELECT is(pg_temp.consumed(), 'bill 1: 10', 'once it is gone the bill does');
UPDATE shop.bill SET quantity = 4;
INSERT INTO shop.work (id, quantity) VALUES (1, 10);
SELECT is(pg_temp.consumed(), 'work 1: 10', 'and gives back when it comes again');

SELECT * FROM finish();
ROLLBACK;
