-- The extension, and an attachment, go and come within one session: what it has cached of the old one must not serve the new one.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(26);

CREATE FUNCTION pg_temp.install() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE EXTENSION credits;
    INSERT INTO credits.credit_type (type_id, code) VALUES (7, 'SUPPORT');
    INSERT INTO credits.article (article, type_id, coefficient) VALUES ('S', 7, 2), ('H', 7, -2);
    INSERT INTO credits.customer (customer) VALUES ('A');
    PERFORM credits.attach('shop.slip', 'cash_sale', article => 'item', quantity => 'quantity',
                           amount => 'amount', customer => 'customer',
        document_date => 'day', document_number => 'number');
    PERFORM credits.attach('shop.invoice_line', 'invoice', article => 'item', quantity => 'quantity', amount => 'amount',
        customer => 'header.customer', document_date => 'header.day', header_table => 'shop.invoice');
    PERFORM credits.bind_customers('shop.party', 'code', name => 'name');
END
$$;

CREATE TABLE shop.party (code text PRIMARY KEY, name text);
INSERT INTO shop.party VALUES ('P', 'Pam');
SELECT credits.bind_customers('shop.party', 'code', name => 'name') \gset
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 1);
INSERT INTO shop.invoice (number, customer) VALUES ('I-1', 'A');
INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-1', 1, 'H', 1);
UPDATE shop.invoice SET state = 'draft';
SELECT is(credits.balance('A', 'SUPPORT'), 9::numeric, 'given an extension at work');

SAVEPOINT s;
DROP EXTENSION credits CASCADE;
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = 'credits'::regnamespace UNION ALL
                  SELECT proname FROM pg_proc WHERE pronamespace = 'credits'::regnamespace$$,
                  'when it is dropped, nothing stays in its schema');
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgname LIKE '%credits%'$$, 'no trigger either');
SELECT is_empty($$SELECT FROM pg_event_trigger WHERE evtname LIKE '%credits%'$$, 'nor any event trigger');
SELECT pg_temp.refused(statement, 'accepted', 'what was attached is its owner''s again: ' || statement) FROM unnest(ARRAY[
    'ALTER TABLE shop.slip DROP COLUMN quantity', 'ALTER TABLE shop.invoice_line DROP CONSTRAINT invoice_line_number_fkey',
    'ALTER TABLE shop.invoice ALTER day TYPE timestamp', 'DROP TABLE shop.invoice_line, shop.invoice',
    'DROP SCHEMA shop CASCADE']) AS statement;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 500);
INSERT INTO shop.invoice_line VALUES ('I-1', 2, 'H', 1, 9, 9);
SELECT is(price, 9::numeric, 'and the shop works as it did before') FROM shop.invoice_line WHERE line_no = 2;
DELETE FROM shop.slip;
DELETE FROM shop.invoice_line;

SELECT pg_temp.install();
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 1);
INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-1', 1, 'H', 2);
SELECT is(credits.balance('A', 'SUPPORT'), 14::numeric, 'the new one has its own tables, types and coefficients');
UPDATE shop.invoice SET number = 'I-2', customer = NULL;
SELECT is(credits.balance('A', 'SUPPORT'), 18::numeric, 'and headers');
INSERT INTO shop.party VALUES ('Q', 'Quo');
UPDATE shop.party SET name = lower(name);
SELECT is((SELECT string_agg(name, ' ' ORDER BY customer) FROM credits.customer WHERE customer IN ('P', 'Q')),
          'pam quo', 'and customers from the ERP''s table');
SELECT pg_temp.all_in_order();

DROP EXTENSION credits CASCADE;
DELETE FROM shop.slip;
SELECT pg_temp.install();
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 3, 300);
UPDATE shop.invoice SET customer = 'A';
SELECT is(credits.balance('A', 'SUPPORT'), 2::numeric, 'the third one, too');
SELECT is_empty($$SELECT * FROM credits.verify() WHERE invariant <> 'unbooked_line'$$, 'verify() finds nothing');

ROLLBACK TO s;
SELECT is(credits.balance('A', 'SUPPORT'), 9::numeric, 'rolled back, the old one is at work again');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 4);
UPDATE shop.invoice SET state = 'posted';
SELECT is(credits.balance('A', 'SUPPORT'), 4::numeric, 'with its own tables');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (4, 'A', 'H', 5)$$,
                       '23514 credits_balance_not_negative', 'and rules');
SELECT pg_temp.all_in_order();

-- An attachment that is rolled back, or made anew

CREATE TABLE shop.ticket (id int PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', item text, minutes int, quantity int);
SAVEPOINT s;
SELECT credits.attach('shop.ticket', 'helpdesk', 'item', 'line.minutes / 60', NULL, 'customer', 'day') \gset
INSERT INTO shop.ticket (id, customer, item, minutes) VALUES (1, 'A', 'H', 60);
SELECT is(credits.balance('A', 'SUPPORT'), 3::numeric, 'a ticket in hours');
ROLLBACK TO s;
INSERT INTO shop.ticket (id, customer, item, minutes) VALUES (1, 'A', 'H', 60);
SELECT is(credits.balance('A', 'SUPPORT'), 4::numeric, 'is nobody''s business when the attachment is rolled back');
DELETE FROM shop.ticket;
SELECT credits.attach('shop.ticket', 'helpdesk', 'item', 'quantity', NULL, 'customer', 'day') \gset
INSERT INTO shop.ticket (id, customer, item, minutes, quantity) VALUES (1, 'A', 'H', 60, 2);
SELECT is(credits.balance('A', 'SUPPORT'), 2::numeric, 'and counts in pieces when attached so');
SELECT credits.detach('shop.ticket') \gset
SELECT credits.attach('shop.ticket', 'helpdesk', 'item', 'line.minutes / 30', NULL, 'customer', 'day') \gset
UPDATE shop.ticket SET minutes = 90;
SELECT is(credits.balance('A', 'SUPPORT'), 1::numeric, 'or in half hours, after that');
SAVEPOINT s;
SELECT credits.detach('shop.ticket') \gset
DELETE FROM shop.ticket;
ROLLBACK TO s;
DELETE FROM shop.ticket;
SELECT is(credits.balance('A', 'SUPPORT'), 4::numeric, 'a detachment that is rolled back has not happened');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
