-- SERIALIZABLE, alone: what a transaction finds of its own work is no lost race, whatever statement or savepoint it came from.
BEGIN ISOLATION LEVEL SERIALIZABLE;
\ir common.psql
\ir shop.psql
SELECT plan(14);

INSERT INTO shop.invoice (number, customer) VALUES ('I-1', 'A'), ('I-2', 'A');
INSERT INTO shop.invoice_line (number, line_no, item, quantity, amount) VALUES ('I-1', 1, 'S', 10, 1000);
INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-2', 1, 'H', 2), ('I-2', 2, 'H', 1);
SELECT is(credits.balance('A', 'SUPPORT'), 7::numeric, 'credits sold and consumed in one transaction');
SELECT is(open, 7::numeric, 'the portfolio has them') FROM credits.portfolio;
UPDATE shop.invoice_line SET quantity = 4 WHERE number = 'I-2' AND line_no = 2;
SELECT is(credits.balance('A', 'SUPPORT'), 4::numeric, 'its own line, changed');
UPDATE shop.invoice SET state = 'draft' WHERE number = 'I-2';
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'its own header, changed');
SAVEPOINT s;
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-2';
UPDATE credits.customer SET name = 'Adele' WHERE customer = 'A';
SELECT is(credits.balance('A', 'SUPPORT'), 4::numeric, 'within a savepoint');
ROLLBACK TO s;
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'and back again');
SELECT pg_temp.refused($$INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-1', 2, 'H', 11)$$,
                       '23514 credits_balance_not_negative',
    'too many are refused, not retried');
UPDATE shop.invoice SET state = 'posted', customer = 'B' WHERE number = 'I-1';
SELECT is(credits.balance('B', 'SUPPORT'), 10::numeric, 'to another customer');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (1, 'B', 'H', 3);
SELECT is(enough, false, 'a preview sees what is left') FROM credits.preview_line('B', 'H', 8);
UPDATE shop.slip SET id = 2, number = 'new' WHERE id = 1;
SELECT is(document_number, 'new', 'a new number') FROM credits.entry WHERE line_key = '2';
SELECT is(credits.register_consumption('B', 'SUPPORT', 1, 'by hand'), 3::bigint, 'by hand');
SELECT is(credits.reverse_registration('B', 'SUPPORT', 3, 'taken back'), 4::bigint, 'and back');
DELETE FROM shop.slip;
SELECT is(credits.balance('B', 'SUPPORT'), 10::numeric, 'deleted');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
