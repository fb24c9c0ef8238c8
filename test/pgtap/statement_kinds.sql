-- Every road by which a statement changes lines leads to the same ledger (rules 12 to 15).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(44);

-- INSERT … VALUES, INSERT … SELECT, COPY

INSERT INTO shop.slip (id, customer, item, quantity, amount)
VALUES (1, 'A', 'S', 10, 1000), (2, 'A', 'X', 1, 1), (3, 'A', 'H', 1, NULL), (4, 'B', 'S', 5, 50);
SELECT pg_temp.booked('A', ARRAY['sale lot 1: 10 at 1000.00', 'consumption lot 1: -1 at -100.00'], 'several rows in one INSERT');
INSERT INTO shop.slip (id, customer, item, quantity)
SELECT 10 + n, CASE n WHEN 3 THEN 'B' ELSE 'A' END, 'Q', n FROM generate_series(1, 3) AS n;
SELECT results_eq($$SELECT customer, balance FROM credits.account ORDER BY 1$$, $$VALUES ('A' COLLATE "C", 8.25), ('B', 4.25)$$,
                  'INSERT … SELECT');
COPY shop.slip (id, customer, item, quantity, amount) FROM stdin;
21	A	H	2	\N
22	C	S	7	70
23	A	X	1	1
24	C	H	6	\N
\.
SELECT results_eq($$SELECT customer, balance FROM credits.account ORDER BY 1$$,
                  $$VALUES ('A' COLLATE "C", 6.25), ('B', 4.25), ('C', 1)$$, 'COPY');

-- INSERT … ON CONFLICT

INSERT INTO shop.slip (id, customer, item, quantity) VALUES (21, 'A', 'H', 3), (25, 'A', 'H', 1)
ON CONFLICT (id) DO UPDATE SET quantity = excluded.quantity;
SELECT is(credits.balance('A', 'SUPPORT'), 4.25, 'ON CONFLICT DO UPDATE: one line updated, one inserted');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (21, 'A', 'H', 9), (26, 'A', 'H', 1) ON CONFLICT (id) DO NOTHING;
SELECT is(credits.balance('A', 'SUPPORT'), 3.25, 'ON CONFLICT DO NOTHING: only what is inserted');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (21, 'A', 'H', 8) ON CONFLICT (id) DO UPDATE
                         SET quantity = excluded.quantity$$,
    '23514 credits_balance_not_negative', 'a refusal of either part refuses both');

-- MERGE

MERGE INTO shop.slip USING (VALUES (21, 1.0), (25, NULL), (26, 2), (27, 0.5)) AS wanted (id, quantity) ON wanted.id = slip.id
WHEN MATCHED AND wanted.quantity IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET quantity = wanted.quantity
WHEN NOT MATCHED THEN INSERT (id, customer, item, quantity) VALUES (wanted.id, 'A', 'H', wanted.quantity);
SELECT is(credits.balance('A', 'SUPPORT'), 4.75, 'MERGE: inserted, updated and deleted lines');
SELECT results_eq($$SELECT line_key, sum(quantity) FROM credits.entry WHERE line_key BETWEEN '21' AND '27' AND customer = 'A'
                    GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('21' COLLATE "C", -1::numeric), ('25', 0), ('26', -2), ('27', -0.5)$$, 'each with its own credits');

-- UPDATE … FROM, data-modifying WITH

UPDATE shop.slip SET quantity = wanted.quantity FROM (VALUES (21, 2), (26, 1), (27, 1)) AS wanted (id, quantity)
WHERE wanted.id = slip.id;
SELECT is(credits.balance('A', 'SUPPORT'), 4.25, 'UPDATE … FROM (VALUES …)');
WITH sold AS (INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (31, 'A', 'S', 5, 400) RETURNING id),
     used AS (INSERT INTO shop.slip (id, customer, item, quantity) SELECT id + 1, 'A', 'H', 9 FROM sold RETURNING id)
SELECT count(*) FROM used \gset
SELECT is(credits.balance('A', 'SUPPORT'), 0.25, 'INSERT within WITH: one save, that sells before it uses');
DELETE FROM shop.slip USING (VALUES (31), (32)) AS wanted (id) WHERE wanted.id = slip.id;
SELECT is(credits.balance('A', 'SUPPORT'), 4.25, 'DELETE … USING');

-- A procedure of the ERP, a prepared statement, a cursor, a view

CREATE FUNCTION shop.use_one(bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO shop.slip (id, customer, item, quantity) VALUES ($1, 'A', 'H', 1);
END
$$;
SELECT count(shop.use_one(n)) FROM generate_series(41, 43) AS n \gset
SELECT is(credits.balance('A', 'SUPPORT'), 1.25, 'a function, called three times by one SELECT');
PREPARE save (bigint, numeric) AS INSERT INTO shop.slip (id, customer, item, quantity) VALUES ($1, 'A', 'Q', $2);
EXECUTE save (51, 1);
EXECUTE save (52, 2);
SELECT is(credits.balance('A', 'SUPPORT'), 0.5, 'a prepared statement');
DECLARE lines CURSOR FOR SELECT * FROM shop.slip WHERE id = 52 FOR UPDATE;
MOVE lines;
UPDATE shop.slip SET quantity = 1 WHERE CURRENT OF lines;
SELECT is(credits.balance('A', 'SUPPORT'), 0.75, 'UPDATE … WHERE CURRENT OF');
CLOSE lines;
CREATE VIEW shop.my_slip AS SELECT id, customer, item, quantity FROM shop.slip WHERE customer = 'A';
UPDATE shop.my_slip SET quantity = 0 WHERE id = 52;
SELECT is(credits.balance('A', 'SUPPORT'), 1::numeric, 'an updatable view');
CREATE FUNCTION shop.through() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN INSERT INTO shop.slip (id, customer, item, quantity) VALUES (NEW.id, 'A', 'H', NEW.quantity); RETURN NEW; END$$;
CREATE TABLE shop.inbox (id bigint, quantity numeric);
CREATE TRIGGER through BEFORE INSERT ON shop.inbox FOR EACH ROW EXECUTE FUNCTION shop.through();
INSERT INTO shop.inbox VALUES (53, 0.25), (54, 0.5);
SELECT is(credits.balance('A', 'SUPPORT'), 0.25, 'a trigger on another table');

-- A stub that is filled in later

INSERT INTO shop.slip (id, day) VALUES (61, NULL);
CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
UPDATE shop.slip SET item = 'Q' WHERE id = 61;
UPDATE shop.slip SET customer = 'A' WHERE id = 61;
UPDATE shop.slip SET quantity = 1 WHERE id = 61;
SELECT is(pg_temp.entries(), entries, 'a stub without article, customer, quantity or date is no error, and no consumption')
FROM before;
UPDATE shop.slip SET day = '2026-01-15' WHERE id = 61;
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'it is one once it is filled in');
INSERT INTO shop.invoice (number) VALUES ('I-1');
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'S', 10, 1, 10);
SELECT is(pg_temp.entries(), entries + 1, 'so is a document') FROM before;
UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'whose customer comes last');
CREATE TABLE shop.loose (id int PRIMARY KEY, number text REFERENCES shop.invoice, item text, quantity numeric);
SELECT is(pg_temp.outcome(
    $$SELECT credits.attach('shop.loose', 'other', article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'header.customer', document_date => 'header.day', header_table => 'shop.invoice')$$),
    'accepted', 'given lines that may have no header');
INSERT INTO shop.loose VALUES (1, NULL, 'H', 1);
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'a line without one does not count');
UPDATE shop.loose SET number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 9::numeric, 'until it has one');
UPDATE shop.loose SET number = NULL;
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'and no longer when it loses it');
CREATE TABLE shop.own (id int PRIMARY KEY, number text REFERENCES shop.invoice, customer text, day date,
                       item text, quantity numeric);
SELECT is(pg_temp.outcome($$SELECT credits.attach('shop.own', 'other', article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'customer', document_date => 'day', header_table => 'shop.invoice')$$), 'accepted',
    'given lines that need nothing of their header');
INSERT INTO shop.own VALUES (1, NULL, 'A', '2026-01-10', 'H', 1);
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'they do not count without one either');
UPDATE shop.own SET number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 9::numeric, 'but with it');
DELETE FROM shop.own;

-- Changed keys

INSERT INTO shop.slip (id, customer, item, quantity) VALUES (71, 'A', 'H', 1), (72, 'A', 'H', 2), (73, 'A', 'H', 3);
UPDATE before SET entries = pg_temp.entries();
UPDATE shop.slip SET id = id + 100 WHERE id IN (71, 72);
SELECT is(pg_temp.entries(), entries, 'a changed key books nothing') FROM before;
UPDATE shop.slip SET quantity = 4 WHERE id = 172;
SELECT is(credits.balance('A', 'SUPPORT'), 2::numeric, 'the line goes on under its new key');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (71, 'A', 'H', 0.5);
SELECT is(credits.balance('A', 'SUPPORT'), 1.5, 'the old key is free for another one');
CREATE TABLE shop.list (id int PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', item text, quantity int);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('H2', 101, -0.1);
SELECT is(pg_temp.outcome($$SELECT credits.attach('shop.list', 'other', article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'customer', document_date => 'day')$$), 'accepted', 'given another table');
INSERT INTO shop.list (id, customer, item, quantity) VALUES (1, 'A', 'H2', 1), (2, 'A', 'H2', 2), (3, 'A', 'H2', 3);
UPDATE before SET entries = pg_temp.entries();
UPDATE shop.list SET id = -id;
UPDATE shop.list SET id = CASE id WHEN -1 THEN 2 WHEN -2 THEN 1 ELSE 3 END;
SELECT is(pg_temp.entries(), entries, 'two lines may swap their keys') FROM before;
SELECT results_eq($$SELECT line_key, sum(quantity) FROM credits.entry WHERE line_table = 'shop.list'::regclass
                    GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('1' COLLATE "C", -0.2), ('2', -0.1), ('3', -0.3)$$, 'each takes its credits along');
SELECT is_empty('SELECT * FROM credits.verify()', 'so far verify() finds nothing');

-- Savepoints

SELECT credits.balance('A', 'SUPPORT') AS before \gset
SAVEPOINT first;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (81, 'A', 'Q', 1);
SAVEPOINT second;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (82, 'A', 'Q', 1);
ROLLBACK TO SAVEPOINT second;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (82, 'A', 'Q', 2);
RELEASE SAVEPOINT second;
SELECT is(credits.balance('A', 'SUPPORT'), :before - 0.75, 'what is rolled back to a savepoint is not consumed');
ROLLBACK TO SAVEPOINT first;
SELECT is(credits.balance('A', 'SUPPORT'), :before, 'nor what was done since an outer one');
SELECT results_eq($$SELECT count(*), max(entry_no) FROM credits.entry WHERE customer = 'A' AND type_id = 101$$,
    $$SELECT last_entry_no, last_entry_no FROM credits.account WHERE customer = 'A' AND type_id = 101$$, 'numbers stay gapless');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (81, 'A', 'Q', 1);
SELECT is(credits.balance('A', 'SUPPORT'), :before - 0.25, 'and saving goes on');

-- TRUNCATE

SELECT pg_temp.refused('TRUNCATE shop.slip', '23514 credits_lines_kept', 'a table with lines that count is not truncated');
SELECT pg_temp.refused('TRUNCATE shop.invoice CASCADE', '23514 credits_lines_kept', 'nor by way of its headers');
DELETE FROM shop.list;
SELECT pg_temp.accepted('TRUNCATE shop.list', 'one whose lines are all settled is');
INSERT INTO shop.list (id, customer, item, quantity) VALUES (9, 'D', 'H2', 1), (10, 'A', 'X', 1);
SELECT pg_temp.accepted('TRUNCATE shop.list', 'so is one with lines that never counted');
SELECT isnt_empty('SELECT FROM shop.slip', 'the others are there');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
