-- Entries are found by the number of their line: what its key says, or a hash, which two lines may have in common.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(15);

CREATE TABLE shop.slip_of_text (id text PRIMARY KEY, customer text, day date, item text, quantity numeric, amount numeric);
SELECT credits.attach('shop.slip_of_text', 'invoice', 'item', 'quantity', 'amount', 'customer', 'day') \g /dev/null

-- Given two keys of one number

SELECT is(credits._line_no(1, 'L666110'), credits._line_no(1, 'L700547'), 'two keys have one number');
INSERT INTO shop.slip_of_text VALUES ('L666110', 'A', '2026-01-01', 'S', 10, 1000), ('L700547', 'A', '2026-01-01', 'S', 5, 400);
INSERT INTO shop.slip_of_text VALUES ('7', 'A', '2026-01-02', 'H', 1, 0), ('07', 'A', '2026-01-02', 'H', 2, 0),
    ('1099511627776', 'A', '2026-01-02', 'H', 3, 0);

-- each line is settled by itself.

SELECT results_eq($$SELECT line_key, sum(quantity) FROM credits.entry WHERE customer = 'A' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('07' COLLATE "C", -2::numeric), ('1099511627776', -3), ('7', -1), ('L666110', 10), ('L700547', 5)$$,
    'each has its own entries');
UPDATE shop.slip_of_text SET amount = 450 WHERE id = 'L700547';
UPDATE shop.slip_of_text SET id = 'L1' WHERE id = 'L700547';
SELECT results_eq($$SELECT line_key, sum(quantity) FROM credits.entry WHERE line_key LIKE 'L%' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('L1' COLLATE "C", 5::numeric), ('L666110', 10)$$, 'of the two one gets another key');
UPDATE shop.slip_of_text SET id = 'L700547' WHERE id = 'L1';
SELECT pg_temp.refused($$DELETE FROM shop.slip_of_text WHERE id = 'L666110'$$, '23514 credits_lot_not_consumed',
    'the one that is used stays');
SELECT pg_temp.accepted($$DELETE FROM shop.slip_of_text WHERE id = 'L700547'$$, 'the other one goes');
SELECT pg_temp.accepted($$UPDATE shop.slip_of_text SET id = '8' WHERE id = '07'$$, 'a key becomes a number');
SELECT pg_temp.accepted($$UPDATE shop.slip_of_text SET id = 'L700547' WHERE id = 'L666110'$$, 'one takes the key of another');
SELECT results_eq($$SELECT line_key, sum(quantity), sum(amount) FROM credits.entry WHERE customer = 'A' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('1099511627776' COLLATE "C", -3::numeric, NULL::numeric), ('7', -1, NULL), ('8', -2, NULL), ('L700547', 10, 1000)$$,
    'and its entries follow, and mix with none that are undone');
UPDATE shop.slip_of_text SET id = '9' WHERE id = '8';
DELETE FROM shop.slip_of_text WHERE id = '9';
SELECT is_empty('SELECT * FROM credits.verify()', 'all is in order');

-- The same keys in another table are other lines.

INSERT INTO shop.slip (id, customer, item, quantity) VALUES (7, 'A', 'H', 1);
UPDATE shop.slip SET quantity = 2 WHERE id = 7;
SELECT results_eq($$SELECT source, sum(quantity) FROM credits.entry WHERE line_key = '7' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('shop.slip', -2::numeric), ('shop.slip_of_text', -1)$$, 'each in its own source');

-- What is registered by hand is known by its account and first entry.

SELECT credits.register_sale('B', 'SUPPORT', 5, 500, 'by phone', '2026-01-01') AS first \gset
SELECT credits.register_sale('B', 'SUPPORT', 5, 500, 'by mail', '2026-01-01') AS second \gset
SELECT is((SELECT line_key FROM credits.entry WHERE customer = 'B' AND entry_no = :second), 'B/101/' || :second,
    'which its key says');
SELECT is((SELECT line_key FROM credits.lot WHERE customer = 'B' AND lot_no = 2), 'B/101/' || :second, 'in the lot, too');
SELECT is(credits.reverse_registration('B', 'SUPPORT', :first, 'not paid'), 3::bigint, 'it is reversed');
SELECT throws_ok(format($$SELECT credits.reverse_registration('A', 'SUPPORT', %s, 'not his')$$, :second), 'P0002', NULL,
    'that of another customer is not');
SELECT is_empty('SELECT * FROM credits.verify()', 'all is in order');
SELECT * FROM finish();
ROLLBACK;
