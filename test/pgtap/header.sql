-- Headers: a change of state, customer, date or number settles all the document's lines (rules 14, 18).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(35);

INSERT INTO shop.invoice VALUES ('I-1', 'A', '2026-01-10', 'draft');
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'S', 10, 100, 1000), ('I-1', 2, 'H', 2, 0, 0), ('I-1', 3, 'X', 1, 5, 5),
    ('I-1', 4, 'Q', 4, 0, 0);
SELECT is(pg_temp.entries(), 0::bigint, 'a draft books nothing');

-- State

UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-1';
SELECT pg_temp.booked('A', ARRAY['sale lot 1: 10 at 1000.00', 'consumption lot 1: -2 at -200.00',
                                 'consumption lot 1: -1 at -100.00'],
    'a posted document books all its lines, sales first');
UPDATE shop.invoice SET state = 'cancelled' WHERE number = 'I-1';
SELECT pg_temp.booked('A',
                      ARRAY['consumption_change lot 1: 2 at 200.00 undoes 2', 'consumption_change lot 1: 1 at 100.00 undoes 3',
    'sale_change lot 1: -10 at -1000.00'], 'a cancelled one takes them out, returns first', 3);
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-1';
SELECT pg_temp.booked('A', ARRAY['sale lot 2: 10 at 1000.00', 'consumption lot 2: -2 at -200.00',
                                 'consumption lot 2: -1 at -100.00'],
    'posted again, it is booked again: a new lot, a first consumption', 6);
UPDATE shop.invoice SET state = NULL WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'an unknown state does not count');
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-1';

-- What needs the credits of another document

INSERT INTO shop.invoice VALUES ('I-2', 'A', '2026-01-11', 'draft'), ('I-3', 'A', '2026-01-12', 'posted');
INSERT INTO shop.invoice_line VALUES ('I-2', 1, 'H', 8), ('I-3', 1, 'H', 7);
SELECT pg_temp.refused($$UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-2'$$, '23514 credits_balance_not_negative',
    'a document for which there are not enough credits is not posted');
SELECT results_eq($$SELECT state FROM shop.invoice WHERE number = 'I-2'$$, ARRAY['draft'], 'it stays a draft');
SELECT pg_temp.refused($$UPDATE shop.invoice SET state = 'cancelled' WHERE number = 'I-1'$$, '23514 credits_lot_not_consumed',
    'a document whose credits another one has consumed is not cancelled');
SELECT pg_temp.accepted($$UPDATE shop.invoice SET state = 'cancelled' WHERE number IN ('I-1', 'I-3')$$, 'but both can be');
SELECT pg_temp.accepted($$UPDATE shop.invoice SET state = 'posted'$$, 'all three are posted at once when they fit')
FROM (SELECT 1) AS once WHERE pg_temp.outcome($$UPDATE shop.invoice_line SET quantity = 0 WHERE number = 'I-2'$$) = 'accepted';
SELECT results_eq($$SELECT document_number, sum(quantity) FROM credits.entry WHERE customer = 'A' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('I-1', 7::numeric), ('I-3', -7)$$, 'and booked as they stand');
UPDATE shop.invoice SET state = 'cancelled' WHERE number IN ('I-2', 'I-3');

-- Customer

UPDATE shop.invoice SET customer = 'B' WHERE number = 'I-1';
SELECT results_eq($$SELECT customer, balance FROM credits.account ORDER BY 1$$,
                  $$VALUES ('A' COLLATE "C", 0::numeric), ('B', 7)$$,
    'another customer: lot and consumptions go to him');
UPDATE shop.invoice SET customer = 'D' WHERE number = 'I-1';
SELECT is(credits.balance('B', 'SUPPORT'), 0::numeric, 'one who does not work with credits: they are taken out');
UPDATE shop.invoice SET customer = NULL WHERE number = 'I-1';
UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 7::numeric, 'from none to one: they are booked');
SELECT pg_temp.refused($$UPDATE shop.invoice SET customer = 'B' WHERE number = 'I-3';
                         UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-3'$$,
    '23514 credits_balance_not_negative', 'to one without credits: refused');

-- Date

UPDATE shop.invoice SET day = '2026-02-01' WHERE number = 'I-1';
SELECT results_eq($$SELECT sold_on, remaining FROM credits.lot WHERE customer = 'A' AND open$$,
                  $$VALUES ('2026-02-01'::date, 7::numeric)$$,
    'another date moves the lot');
SELECT results_eq($$SELECT count(*) FROM credits.entry WHERE customer = 'A' AND document_date = '2026-02-01'$$,
                  ARRAY[3::bigint], 'and the consumptions');
UPDATE shop.invoice SET day = NULL WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'without a date it does not count');
UPDATE shop.invoice SET day = '2026-02-02' WHERE number = 'I-1';

-- Number and key: nothing is booked, the ledger follows

CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
UPDATE shop.invoice SET number = 'I-9' WHERE number = 'I-1';
SELECT is(pg_temp.entries(), entries, 'a new number books nothing') FROM before;
SELECT is_empty($$SELECT FROM credits.entry WHERE document_number = 'I-1' OR line_key LIKE 'I-1/%'$$, 'all entries bear it');
SELECT results_eq($$SELECT line_key, document_number FROM credits.lot WHERE customer = 'A' AND open$$,
    $$VALUES ('I-9/1' COLLATE "C", 'I-9')$$, 'so does the lot');
SELECT results_eq($$SELECT DISTINCT line_table, old_key, new_key FROM credits.renumbering WHERE old_key <> new_key ORDER BY 2$$,
    $$VALUES ('shop.invoice_line'::regclass, 'I-1/1' COLLATE "C", 'I-9/1' COLLATE "C"), ('shop.invoice_line', 'I-1/2', 'I-9/2'),
             ('shop.invoice_line', 'I-1/4', 'I-9/4')$$, 'a record of the old one is kept');
SELECT results_eq($$SELECT DISTINCT old_number, new_number, by = current_user FROM credits.renumbering$$,
                  $$VALUES ('I-1', 'I-9', true)$$,
    'and of who changed it');
UPDATE shop.invoice_line SET quantity = 3 WHERE number = 'I-9' AND line_no = 2;
SELECT is(credits.balance('A', 'SUPPORT'), 6::numeric, 'the lines go on from there');

-- What is of no interest

UPDATE before SET entries = pg_temp.entries();
UPDATE shop.invoice SET total = 1000, state = state;
SELECT is(pg_temp.entries(), entries, 'a total that is written afterwards books nothing') FROM before;

-- Many headers, in one statement and in one transaction

INSERT INTO shop.invoice SELECT 'M-' || n, CASE n % 2 WHEN 0 THEN 'B' ELSE 'C' END, '2026-03-01',
    'draft' FROM generate_series(1, 50) AS n;
INSERT INTO shop.invoice_line SELECT 'M-' || n, 1, CASE WHEN n <= 2 THEN 'S' ELSE 'H' END, CASE
    WHEN n <= 2 THEN 24 ELSE 1 END, 1, 24
FROM generate_series(1, 50) AS n;
UPDATE shop.invoice SET state = 'posted' WHERE number LIKE 'M-%';
SELECT results_eq($$SELECT customer, balance FROM credits.account WHERE customer > 'A' ORDER BY 1$$,
    $$VALUES ('B' COLLATE "C", 0::numeric), ('C', 0)$$, 'fifty documents of two customers are posted at once');
SELECT pg_temp.refused($$UPDATE shop.invoice_line SET quantity = 2 WHERE number = 'M-50'$$, '23514 credits_balance_not_negative',
                       'to the last credit');

-- A line that moves to another document

INSERT INTO shop.invoice VALUES ('I-10', 'C', '2026-03-02');
INSERT INTO shop.invoice_line VALUES ('I-10', 7, 'S', 5, 1, 5);
SELECT pg_temp.refused($$UPDATE shop.invoice_line SET number = 'I-10' WHERE number = 'I-9' AND line_no = 1$$,
                       '23514 credits_lot_not_consumed',
    'a sale that is consumed does not go to another customer''s document');
SELECT pg_temp.accepted($$UPDATE shop.invoice_line SET number = 'I-10' WHERE number = 'I-9' AND line_no = 2$$,
                        'a consumption may');
SELECT results_eq($$SELECT customer, balance FROM credits.account WHERE customer IN ('A', 'C') AND type_id = 101 ORDER BY 1$$,
    $$VALUES ('A' COLLATE "C", 9::numeric), ('C', 2)$$, 'and is drawn from his credits');

-- Two tables of lines under one header

CREATE TABLE shop.extra (id int PRIMARY KEY, number text NOT NULL REFERENCES shop.invoice ON UPDATE CASCADE ON DELETE CASCADE,
                         item text, quantity int);
SELECT is(pg_temp.outcome(
    $$SELECT credits.attach('shop.extra', 'other', article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'header.customer', document_date => 'header.day', header_table => 'shop.invoice',
    counts_when => $x$header.state = 'posted'$x$)$$),
    'accepted', 'given a second table of lines');
INSERT INTO shop.invoice VALUES ('I-11', 'A', '2026-03-03', 'draft');
INSERT INTO shop.invoice_line VALUES ('I-11', 1, 'H', 3);
INSERT INTO shop.extra VALUES (1, 'I-11', 'H', 6), (2, 'I-11', 'S', 6);
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-11';
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'a header settles the lines of both');
SELECT pg_temp.refused($$UPDATE shop.extra SET quantity = 7 WHERE id = 1$$, '23514 credits_balance_not_negative',
                       'which share the credits');
DELETE FROM shop.invoice WHERE number = 'I-11';
SELECT is(credits.balance('A', 'SUPPORT'), 9::numeric, 'and go with it');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
