-- Contacts and branches use the credits of the customer they point to (rule 7).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(57);

-- Given Adam and Bea with credits; Kim, who buys for Adam; Lou, who does not work with credits himself, but buys for Adam, too;
-- and Dora's Max.

INSERT INTO credits.customer (customer, works_with_credits, account_of)
VALUES ('K', true, 'A'), ('L', false, 'A'), ('M', true, 'D');
INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
VALUES (1, 'A', '2026-01-01', 'S', 10, 1000), (2, 'B', '2026-01-01', 'S', 10, 500);

-- Lines of a contact

INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
VALUES (3, 'K', '2026-01-02', 'H', 2, 0), (4, 'L', '2026-01-02', 'S', 1, 90);
SELECT pg_temp.booked('A', ARRAY['sale lot 1: 10 at 1000.00', 'sale lot 2: 1 at 90.00', 'consumption lot 1: -2 at -200.00'],
    'lines of contacts sell and consume the credits of the customer they point to, whatever their own flag');
SELECT is_empty($$SELECT FROM credits.entry WHERE customer IN ('K', 'L')$$, 'and none of their own');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (5, 'M', 'H', 2, 100), (6, 'M', 'S', 2, 100);
SELECT is_empty($$SELECT FROM credits.entry WHERE customer IN ('D', 'M')$$,
                'the flag that counts is that of the customer pointed to');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (7, 'K', 'H', 9.5)$$,
                       '23514 credits_balance_not_negative',
    'a contact consumes no more than his customer has');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (7, 'K', '2026-01-03', 'H', 3),
                          (8, 'L', '2026-01-03', 'H', 3), (9, 'A', '2026-01-03', 'H', 3)$$,
    'but all of it');
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'nothing is left');
SELECT pg_temp.all_in_order();
SELECT pg_temp.entries() AS entries \gset
UPDATE shop.slip SET customer = 'A' WHERE id = 7;
SELECT is(pg_temp.entries(), :entries::bigint, 'a line that goes from a contact to his customer books nothing');
UPDATE shop.slip SET quantity = 1 WHERE id = 8;
SELECT is(credits.balance('A', 'SUPPORT'), 2::numeric, 'a smaller consumption comes back to the customer');
DELETE FROM shop.slip WHERE id = 8;
SELECT is(credits.balance('A', 'SUPPORT'), 3::numeric, 'and so does a deleted one');

-- Documents of a contact

INSERT INTO shop.invoice VALUES ('I-1', 'K', '2026-01-04', 'draft'), ('I-2', 'M', '2026-01-04', 'posted');
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'H', 1, 100, 100), ('I-2', 1, 'H', 1, 100, 100) RETURNING number, amount;
SELECT results_eq('SELECT number, amount FROM shop.invoice_line ORDER BY 1', $$VALUES ('I-1', 0::numeric), ('I-2', 100)$$,
    'the price of a consumption is 0 for a contact of a credits customer, on a draft too, and stays for another one');
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 2::numeric, 'when it is posted, his customer''s credits are consumed');
UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT') || ' ' || (SELECT price FROM shop.invoice_line WHERE number = 'I-1'), '2 0',
    'when it goes to the customer himself nothing changes');
UPDATE shop.invoice SET customer = 'L' WHERE number = 'I-1';
UPDATE shop.invoice SET customer = 'B' WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT') || ' ' || credits.balance('B', 'SUPPORT'), '3 9',
          'when it goes to another customer, his are');
UPDATE shop.invoice SET customer = 'K' WHERE number = 'I-2';
SELECT is(credits.balance('A', 'SUPPORT') || ' ' || (SELECT price FROM shop.invoice_line WHERE number = 'I-2'), '2 0',
    'a document that comes to a contact of a credits customer consumes, and its price becomes 0');
SELECT pg_temp.all_in_order();

-- Questions and registrations

SELECT is(credits.balance('K', 'SUPPORT'), 2::numeric, 'balance: his customer''s');
SELECT results_eq($$SELECT balance_before, enough FROM credits.preview_line('K', 'H', 2)$$, 'VALUES (2::numeric, true)',
                  'so preview_line');
SELECT is_empty($$SELECT FROM credits.preview_line('M', 'H', 2)$$, 'which tells that a contact of D consumes nothing');
SELECT is(credits.is_consumption(customer, 'H'), flag, format('is_consumption for %s: %s', customer, flag))
FROM (VALUES ('A', true), ('K', true), ('L', true), ('D', false), ('M', false)) AS asked (customer, flag);
SELECT is(credits.price_for('L', 'H', 100), 0::numeric, 'price_for a contact');
SELECT is(credits.price_for('M', 'H', 100), 100::numeric, 'price_for a contact of one without credits');
SELECT credits.register_consumption('L', 'SUPPORT', 2, 'by phone') AS by_phone \gset
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'a registration for a contact is one for his customer');
SELECT is(credits.reverse_registration('K', 'SUPPORT', :by_phone, 'x') > :by_phone, true, 'and so is its reversal');
SELECT pg_temp.refused($$SELECT credits.register_sale('M', 'SUPPORT', 1, 1, 'x')$$, '55000', 'whose flag counts');

-- One level

SELECT pg_temp.refused($$UPDATE credits.customer SET account_of = 'nobody' WHERE customer = 'B'$$,
                       '23503', 'one points to a customer who exists,');
SELECT pg_temp.refused($$UPDATE credits.customer SET account_of = 'B' WHERE customer = 'B'$$,
                       '23514 credits_account_of_one_level', 'not to oneself,');
SELECT pg_temp.refused($$UPDATE credits.customer SET account_of = 'K' WHERE customer = 'B'$$,
                       '23514 credits_account_of_one_level', 'not to one who points,');
SELECT pg_temp.refused($$UPDATE credits.customer SET account_of = 'B' WHERE customer = 'A'$$,
                       '23514 credits_account_of_one_level', 'and who is pointed to points to nobody');
SELECT pg_temp.refused($$INSERT INTO credits.customer (customer, account_of) VALUES ('N', 'K')$$,
                       '23514 credits_account_of_one_level', 'nor does a new customer point to one who points,');
SELECT pg_temp.refused($$INSERT INTO credits.customer (customer, account_of) VALUES ('N', 'O'), ('O', 'B')$$,
                       '23514 credits_account_of_one_level',
    'nor in one statement,');
SELECT pg_temp.refused($$INSERT INTO credits.customer (customer, account_of) VALUES ('O', 'B'), ('N', 'O')$$,
                       '23514 credits_account_of_one_level',
    'in whatever order,');
SELECT pg_temp.refused($$INSERT INTO credits.customer (customer, account_of) VALUES ('N', 'N')$$,
                       '23514 credits_account_of_one_level', 'nor to himself,');
SELECT pg_temp.refused($$UPDATE credits.customer SET account_of = CASE customer WHEN 'B' THEN 'C'
                         ELSE 'B' END WHERE customer IN ('B', 'C')$$,
    '23514 credits_account_of_one_level', 'nor two to each other');
SELECT pg_temp.accepted($$INSERT INTO credits.customer (customer, account_of) VALUES ('N', 'O'), ('O', NULL)$$,
                        'a contact may come before his customer in one statement');
SELECT pg_temp.refused($$DELETE FROM credits.customer WHERE customer = 'O'$$, '23503', 'who is pointed to is not deleted');
SELECT pg_temp.refused($$UPDATE credits.customer SET customer = 'O2' WHERE customer = 'O'$$, '23503', 'and keeps his key');
SELECT pg_temp.accepted($$UPDATE credits.customer SET customer = 'N2' WHERE customer = 'N'$$, 'a contact gets another one');
SELECT pg_temp.accepted($$DELETE FROM credits.customer WHERE customer IN ('N2', 'O')$$, 'both may go together');
SELECT pg_temp.refused($$INSERT INTO credits.customer (customer, account_of) VALUES ('N', 'O')$$, '23503', 'and then he is gone');

-- A contact with a balance of his own, from before

SELECT pg_temp.accepted($$UPDATE credits.customer SET account_of = 'A' WHERE customer = 'B'$$,
                        'a customer with a balance becomes a contact');
SELECT is((SELECT balance FROM credits.account WHERE customer = 'B'), 9::numeric, 'the balance stays his');
SELECT results_eq('SELECT invariant, customer, detail FROM credits.verify()', $$VALUES
    ('line_booked', 'A', 'shop.invoice_line, line I-1/1: 0 credits are booked, it wants -1'),
    ('line_booked', 'A', 'shop.slip, line 2: 0 credits are booked, it wants 10 for 500'),
    ('line_booked', 'B', 'shop.invoice_line, line I-1/1: -1 credits are booked, it wants 0'),
    ('line_booked', 'B', 'shop.slip, line 2: 10 credits are booked for 500, it wants 0')$$, 'his lines of before are reported');
SELECT is(credits.balance('B', 'SUPPORT'), 2::numeric, 'what he may use is his customer''s');
UPDATE shop.invoice_line SET quantity = 2 WHERE number = 'I-1';
SELECT is((SELECT string_agg(customer || balance, ' ' ORDER BY customer) FROM credits.account),
          'A0 B10', 'the next save moves a line to his customer');
UPDATE shop.slip SET amount = 501 WHERE id = 2;
SELECT is((SELECT string_agg(customer || balance, ' ' ORDER BY customer) FROM credits.account), 'A10 B0', 'a sale as well');
SELECT pg_temp.all_in_order();
UPDATE credits.customer SET account_of = NULL WHERE customer = 'B';
UPDATE shop.slip SET amount = 500 WHERE id = 2;
UPDATE shop.invoice_line SET quantity = 1 WHERE number = 'I-1';
SELECT is((SELECT string_agg(customer || balance, ' ' ORDER BY customer) FROM credits.account), 'A2 B9', 'and back again');
UPDATE credits.customer SET account_of = 'A' WHERE customer = 'B';
SELECT pg_temp.refused($$UPDATE shop.slip SET amount = 501 WHERE id = 2$$, '23514 credits_lot_not_consumed',
                       'but not a sale of which some is consumed');
UPDATE credits.customer SET account_of = NULL WHERE customer = 'B';
SELECT pg_temp.all_in_order();

-- What it costs without contacts

DELETE FROM credits.customer WHERE account_of IS NOT NULL;
CREATE FUNCTION pg_temp.loaded() RETURNS bigint LANGUAGE sql AS $$
    SELECT credits.balance('A', 'SUPPORT'); -- loads the configuration, if it must
    SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'credits configuration'
$$;
SELECT pg_temp.loaded() AS before \gset
INSERT INTO credits.customer (customer, account_of) VALUES ('N', NULL);
UPDATE credits.customer SET name = 'Nora', works_with_credits = false, account_of = NULL WHERE customer = 'N';
DELETE FROM credits.customer WHERE customer = 'N';
SELECT is(pg_temp.loaded() - :before, 0::bigint, 'changes of ordinary customers leave the cached configuration alone');
INSERT INTO credits.customer (customer, account_of) VALUES ('N', 'A');
SELECT is(pg_temp.loaded() - :before, 1::bigint, 'the first contact does not');
SELECT is(credits.balance('N', 'SUPPORT'), credits.balance('A', 'SUPPORT'), 'and is known at once');

SELECT * FROM finish();
ROLLBACK;
