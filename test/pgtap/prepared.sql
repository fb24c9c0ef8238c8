-- PREPARE TRANSACTION checks what is checked at commit. In a database of its own, since prepared transactions commit.
\set home :DBNAME
SET client_min_messages = error;
DROP DATABASE IF EXISTS credits_prepared;
CREATE DATABASE credits_prepared;
\c credits_prepared
SET client_min_messages = error;
CREATE EXTENSION pgtap;
CREATE EXTENSION credits;
BEGIN;
\ir shop.psql
UPDATE credits.parameter SET notify = false; -- NOTIFY forbids PREPARE TRANSACTION
SELECT credits.detach('shop.slip') \g /dev/null
SELECT credits.attach('shop.slip', 'cash_sale', article => 'item', quantity => 'quantity', amount => 'amount',
    customer => 'customer', document_date => 'day', check_at => 'commit') \g /dev/null
COMMIT;

SELECT plan(6);
BEGIN;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (1, 'A', 'H', 4);
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, 'A', 'S', 10, 1000);
PREPARE TRANSACTION 'credits_sold';
SELECT is((SELECT count(*) FROM credits.entry), 0::bigint, 'what is prepared is not there yet');
COMMIT PREPARED 'credits_sold';
SELECT is(credits.balance('A', 'SUPPORT'), 6::numeric, 'when it is committed, it is');
BEGIN;
DELETE FROM shop.slip WHERE id = 1;
PREPARE TRANSACTION 'credits_deleted';
ROLLBACK PREPARED 'credits_deleted';
SELECT is(credits.balance('A', 'SUPPORT'), 6::numeric, 'rolled back, it never was');
\set ON_ERROR_STOP off
\set VERBOSITY sqlstate
BEGIN;
UPDATE shop.slip SET quantity = 11 WHERE id = 1;
\o /dev/null
PREPARE TRANSACTION 'credits_too_much';
\set refusal :SQLSTATE
\o
\set ON_ERROR_STOP on
SELECT is(:'refusal'::text, '23514', 'too much is refused when it is prepared');
SELECT is((SELECT count(*) FROM pg_prepared_xacts WHERE gid LIKE 'credits%') + (SELECT count(*) FROM credits.pending),
          0::bigint, 'nothing is left of it');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
SELECT * FROM finish();
\c :home
SET client_min_messages = error;
DROP DATABASE credits_prepared;
