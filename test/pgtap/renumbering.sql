-- New keys of lines and numbers of documents book nothing: the ledger follows them and keeps a record of the old ones (rule 14).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(23);

INSERT INTO shop.slip (id, customer, number, item, quantity, amount)
VALUES (1, 'A', 'N-1', 'S', 10, 100), (2, 'A', 'N-1', 'H', 1, NULL), (3, 'A', NULL, 'H', 2, NULL);
CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;

-- Keys

UPDATE shop.slip SET id = 11 WHERE id = 1;
SELECT is(pg_temp.entries(), entries, 'the key of a sale that is consumed may change') FROM before;
SELECT results_eq('SELECT line_key FROM credits.lot', $$VALUES ('11' COLLATE "C")$$, 'its lot follows');
SELECT results_eq($$SELECT line_key FROM credits.entry ORDER BY entry_no$$, $$VALUES ('11' COLLATE "C"), ('3'), ('2')$$,
                  'so do the entries');
SELECT results_eq('SELECT line_table, old_key, new_key, old_number, new_number, by = current_user FROM credits.renumbering',
    $$VALUES ('shop.slip'::regclass, '1' COLLATE "C", '11' COLLATE "C", 'N-1', 'N-1', true)$$, 'the old key is on record');
SELECT pg_temp.refused('DELETE FROM shop.slip WHERE id = 11', '23514 credits_lot_not_consumed',
                       'the line is known by its new one');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 1, 10);
SELECT pg_temp.booked('A', ARRAY['sale lot 2: 1 at 10.00'], 'the old one is free for another line', 3);
UPDATE shop.slip SET id = 1002, quantity = 1.5 WHERE id = 2;
SELECT pg_temp.booked('A', ARRAY['consumption_change lot 1: -0.5 at -5.00'],
                      'a new key and a new quantity: the difference alone is booked', 4);
UPDATE shop.slip SET id = 1003, customer = 'B' WHERE id = 3
    AND pg_temp.outcome('INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (4, ''B'', ''S'', 2, 2)')
    = 'accepted';
SELECT results_eq($$SELECT customer, sum(quantity) FROM credits.entry WHERE line_key = '1003' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('A' COLLATE "C", 0::numeric), ('B', -2)$$, 'a new key and a new customer: both ledgers know it by the new key');

-- Two lines that swap their keys: in two statements, or in one where the key may be deferred for it

ALTER TABLE shop.slip DROP CONSTRAINT slip_pkey, ADD UNIQUE (id);
UPDATE before SET entries = pg_temp.entries();
UPDATE shop.slip SET id = -id WHERE id IN (11, 1002);
UPDATE shop.slip SET id = CASE id WHEN -11 THEN 1002 ELSE 11 END WHERE id IN (-11, -1002);
SELECT is(pg_temp.entries(), entries, 'a swap books nothing, whichever unique index serves the key') FROM before;
SELECT results_eq($$SELECT line_key, sum(quantity) FROM credits.entry WHERE line_key IN ('11', '1002') GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('1002' COLLATE "C", 10::numeric), ('11', -1.5)$$, 'each line takes its credits along');
CREATE TABLE shop.sheet (id int, row_no int, customer text, day date DEFAULT '2026-01-10', item text,
                         quantity numeric, amount numeric,
    PRIMARY KEY (id), UNIQUE (row_no) DEFERRABLE INITIALLY DEFERRED);
SELECT pg_temp.accepted($$SELECT credits.attach('shop.sheet', 'other', article => 'item', quantity => 'quantity',
                                                amount => 'amount',
    customer => 'customer', document_date => 'day', document_number => 'line.row_no::text')$$,
    'given lines with a number that is no key');
INSERT INTO shop.sheet (id, row_no, customer, item, quantity, amount) VALUES (1, 1, 'C', 'S', 5, 50), (2, 2, 'C', 'H', 1, NULL);
UPDATE before SET entries = pg_temp.entries();
UPDATE shop.sheet SET row_no = 3 - row_no;
SELECT is(pg_temp.entries(), entries, 'numbers that are swapped in one statement book nothing') FROM before;
SELECT results_eq($$SELECT line_key, document_number FROM credits.entry WHERE customer = 'C' ORDER BY entry_no$$,
    $$VALUES ('1' COLLATE "C", '2'), ('2', '1')$$, 'and are followed');

-- Document numbers

UPDATE shop.slip SET number = 'N-2' WHERE number = 'N-1';
SELECT is(pg_temp.entries(), entries, 'a new document number books nothing') FROM before;
SELECT results_eq($$SELECT document_number FROM credits.entry WHERE line_key IN ('11', '1002') ORDER BY entry_no$$,
                  ARRAY['N-2', 'N-2', 'N-2'],
    'lots and entries have it');
UPDATE shop.slip SET number = 'N-4' WHERE id = 4;
SELECT results_eq($$SELECT old_number, new_number FROM credits.renumbering WHERE new_key = '4'$$,
                  $$VALUES (NULL, 'N-4')$$, 'a first number, too');
UPDATE shop.slip SET number = NULL WHERE id = 4;
SELECT results_eq($$SELECT document_number FROM credits.lot WHERE line_key = '4'$$, ARRAY[NULL::text], 'and none any more');
UPDATE shop.slip SET number = 'N-2' WHERE number = 'N-2';
SELECT
    results_eq('SELECT count(*) FROM credits.renumbering WHERE old_key = new_key AND old_number IS NOT DISTINCT FROM new_number',
               ARRAY[0::bigint],
    'what does not change is not recorded');

-- After a header has settled lines in the same transaction

INSERT INTO shop.invoice VALUES ('I-1', 'B', '2026-01-10', 'draft');
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'S', 1, 1, 1);
UPDATE shop.invoice SET state = 'posted';
UPDATE before SET entries = pg_temp.entries();
UPDATE shop.slip SET id = 2000 + id WHERE id < 2000;
SELECT is(pg_temp.entries(), entries, 'a changed key books nothing then either') FROM before;

-- Keys of several columns, with the characters that separate them

CREATE TABLE shop.odd (a text, b text, customer text, day date DEFAULT '2026-01-10', item text,
                       quantity numeric, amount numeric, PRIMARY KEY (a, b));
SELECT pg_temp.accepted($$SELECT credits.attach('shop.odd', 'other', article => 'item', quantity => 'quantity',
                                                amount => 'amount',
    customer => 'customer', document_date => 'day')$$, 'given a key of two texts');
INSERT INTO shop.odd (a, b, customer, item, quantity, amount)
VALUES ('x/', 'y', 'C', 'T', 1, 1), ('x', '/y', 'C', 'T', 2, 2), ('x\', '/y', 'C', 'T', 3, 3);
SELECT results_eq($$SELECT line_key, quantity FROM credits.entry WHERE type_id = 102 ORDER BY quantity$$,
    $$VALUES ('x\//y' COLLATE "C", 1::numeric), ('x/\/y', 2), ('x\\/\/y', 3)$$, 'their texts do not collide');
UPDATE shop.odd SET b = 'z' WHERE a = 'x';
SELECT results_eq($$SELECT line_key FROM credits.lot WHERE type_id = 102 AND quantity = 2$$, $$VALUES ('x/z' COLLATE "C")$$,
                  'and change by halves');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
