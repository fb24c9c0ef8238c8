-- Deleted lines and documents (rules 14, 15).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(22);

-- A deleted consumption returns its credits to the lots drawn from, last draw first

INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
VALUES (1, 'A', '2026-01-01', 'S', 3, 100), (2, 'A', '2026-01-02', 'S', 10, 900);
INSERT INTO shop.slip (id, customer, day, number, item, quantity) VALUES (3, 'A', '2026-01-03', 'N-3', 'H', 4);
DELETE FROM shop.slip WHERE id = 3;
SELECT pg_temp.booked('A',
                      ARRAY['consumption_change lot 2: 1 at 90.00 undoes 4', 'consumption_change lot 1: 3 at 100.00 undoes 3'],
    'a deleted consumption returns all of it', 4);
SELECT results_eq($$SELECT line_key, document_kind, document_number, document_date, article, coefficient, booked_on
                    FROM credits.entry WHERE customer = 'A' AND entry_no = 5$$,
    $$VALUES ('3' COLLATE "C", 'cash_sale', 'N-3', '2026-01-03'::date, 'H' COLLATE "C", -1::numeric, '2026-01-03'::date)$$,
    'what undoes it still names the document');
SELECT results_eq($$SELECT balance, value FROM credits.account WHERE customer = 'A'$$, $$VALUES (13::numeric, 1000::numeric)$$,
    'as if it had never been');
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (3, 'A', '2026-01-03', 'H', 1);
SELECT pg_temp.booked('A', ARRAY['consumption lot 1: -1 at -33.33'], 'its key can be used again', 6);
UPDATE shop.slip SET quantity = 2 WHERE id = 3;
SELECT pg_temp.booked('A', ARRAY['consumption_change lot 1: -1 at -33.34'], 'and the new line is the one that is booked', 7);

-- A deleted sale takes its lot out, while nothing of it is consumed

SELECT pg_temp.refused('DELETE FROM shop.slip WHERE id = 1', '23514 credits_lot_not_consumed',
                       'a sale of which some is consumed stays');
SELECT pg_temp.refused('DELETE FROM shop.slip WHERE id IN (1, 2)', '23514 credits_lot_not_consumed',
                       'and with it the whole statement');
SELECT pg_temp.accepted('DELETE FROM shop.slip WHERE id = 2', 'one of which none is can go');
SELECT pg_temp.booked('A', ARRAY['sale_change lot 2: -10 at -900.00'], 'its lot is emptied', 8);
SELECT pg_temp.accepted('DELETE FROM shop.slip WHERE id IN (1, 3)', 'a sale and all that was consumed of it can go together');
SELECT results_eq($$SELECT balance, value FROM credits.account WHERE customer = 'A'$$, $$VALUES (0::numeric, 0::numeric)$$,
                  'nothing is left');
SELECT results_eq($$SELECT count(*) FROM credits.entry WHERE customer = 'A'$$, ARRAY[12::bigint], 'but the entries');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, 'A', 'S', 1, 10);
SELECT results_eq($$SELECT max(lot_no) FROM credits.lot WHERE customer = 'A'$$, ARRAY[3::bigint],
                  'a lot''s number is not used again');

-- Documents: their lines go with them

INSERT INTO shop.invoice VALUES ('I-1', 'B'), ('I-2', 'B'), ('I-3', 'B');
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'S', 10, 100, 1000), ('I-2', 1, 'H', 4, 0, 0), ('I-2', 2, 'X', 4, 1, 1),
    ('I-2', 3, 'Q', 4, 0, 0), ('I-3', 1, 'S', 1, 1, 1);
SELECT pg_temp.refused($$DELETE FROM shop.invoice WHERE number = 'I-1'$$, '23514 credits_lot_not_consumed',
    'a document whose sale is consumed stays');
SELECT isnt_empty($$SELECT FROM shop.invoice_line WHERE number = 'I-1'$$, 'with its lines');
DELETE FROM shop.invoice WHERE number = 'I-2';
SELECT pg_temp.booked('B',
                      ARRAY['consumption_change lot 1: 4 at 400.00 undoes 3', 'consumption_change lot 1: 1 at 100.00 undoes 4'],
    'a cascaded delete returns what all its lines consumed', 4);
SELECT results_eq($$SELECT document_number FROM credits.entry WHERE customer = 'B' AND entry_no > 4$$, ARRAY['I-2', 'I-2'],
    'though its header is gone, the ledger knows it');
INSERT INTO shop.invoice VALUES ('I-2', 'B');
INSERT INTO shop.invoice_line VALUES ('I-2', 1, 'H', 11);
SELECT pg_temp.accepted($$DELETE FROM shop.invoice$$, 'sales and consumptions of several documents can go together');
SELECT is(credits.balance('B', 'SUPPORT'), 0::numeric, 'nothing is left of them');

-- Delete and insert in one statement: each is a save of its own

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (11, 'C', 'S', 1, 10);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (12, 'C', 'H', 1);
SELECT pg_temp.accepted($$WITH gone AS (DELETE FROM shop.slip WHERE id = 12 RETURNING *) INSERT INTO shop.slip (id,
    customer, item, quantity)
    SELECT 13, customer, item, quantity FROM gone$$, 'a line is deleted and inserted under another key');
SELECT results_eq($$SELECT line_key, sum(quantity) FROM credits.entry WHERE customer = 'C' GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('11' COLLATE "C", 1::numeric), ('12', 0), ('13', -1)$$, 'its credits go with it');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
