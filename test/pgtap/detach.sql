-- detach, and attach again: entries stay, and are recognised by table and key. What is attached is protected.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(52);

INSERT INTO shop.slip (id, customer, item, quantity, amount)
VALUES (1, 'A', 'S', 10, 100), (2, 'A', 'H', 2, NULL), (3, 'A', 'H', 1, NULL);
INSERT INTO shop.invoice VALUES ('I-1', 'A');
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'H', 1, 9, 9);
CREATE FUNCTION pg_temp.attach_slips() RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.outcome($x$SELECT credits.attach('shop.slip', 'cash_sale', article => 'item',
                                                    quantity => 'quantity', amount => 'amount',
        customer => 'customer', document_date => 'day', document_number => 'number',
        counts_when => $y$line.state = 'posted'$y$)$x$)
$$;

-- What is attached is protected

SELECT pg_temp.refused(format('ALTER TABLE shop.slip DROP COLUMN %I', name), '2BP01', format('column %s is not dropped', name))
FROM unnest(ARRAY['item', 'quantity', 'amount', 'customer', 'day', 'number', 'state', 'id']) AS name;
SELECT pg_temp.refused(format('ALTER TABLE shop.invoice DROP COLUMN %I', name), '2BP01',
                       format('nor column %s of a header', name))
FROM unnest(ARRAY['customer', 'day', 'state', 'number']) AS name;
SELECT pg_temp.accepted('ALTER TABLE shop.slip DROP COLUMN memo', 'any other column is');
SELECT pg_temp.refused(format('DROP TABLE shop.%I', name), '2BP01', format('table %s is not dropped', name))
FROM unnest(ARRAY['slip', 'invoice_line', 'invoice']) AS name;
SELECT pg_temp.refused(format('ALTER TABLE shop.slip ALTER %s TYPE %s', name, type), '2BP01',
                       format('column %s does not change its type', name))
FROM (VALUES ('quantity', 'bigint'), ('day', 'timestamp'), ('item', 'varchar(9)')) AS change (name, type);

-- Renames are followed

ALTER TABLE shop.slip RENAME COLUMN quantity TO pieces;
ALTER TABLE shop.slip RENAME COLUMN id TO slip_id;
ALTER TABLE shop.slip RENAME TO "Slips";
ALTER SCHEMA shop RENAME TO "The Shop";
INSERT INTO "The Shop"."Slips" (slip_id, customer, item, pieces) VALUES (4, 'A', 'H', 1);
UPDATE "The Shop"."Slips" SET slip_id = 44 WHERE slip_id = 4;
ALTER TABLE "The Shop".invoice RENAME COLUMN customer TO client;
ALTER TABLE "The Shop".invoice_line RENAME COLUMN price TO "Price";
ALTER TABLE "The Shop".invoice_line RENAME COLUMN number TO document;
INSERT INTO "The Shop".invoice_line VALUES ('I-1', 2, 'H', 0.5, 9, 9);
UPDATE "The Shop".invoice SET day = '2026-01-20';
SELECT is(credits.balance('A', 'SUPPORT'), 4.5, 'columns, tables and schemas may be renamed');
SELECT results_eq('SELECT "Price", amount FROM "The Shop".invoice_line', 'VALUES (0::numeric, 0::numeric), (0, 0)',
                  'price columns, too');
UPDATE "The Shop".invoice SET client = 'D';
UPDATE "The Shop".invoice_line SET "Price" = 9;
UPDATE "The Shop".invoice SET client = 'A';
SELECT results_eq('SELECT "Price" FROM "The Shop".invoice_line', 'VALUES (0::numeric), (0)', 'also when a header sets them');
SELECT is_empty('SELECT * FROM credits.verify()', 'and verify() finds nothing');
ALTER SCHEMA "The Shop" RENAME TO shop;
ALTER TABLE shop."Slips" RENAME TO slip;
ALTER TABLE shop.slip RENAME COLUMN pieces TO quantity;
ALTER TABLE shop.slip RENAME COLUMN slip_id TO id;

-- So are new columns, and new types of those that are not mapped

SELECT pg_temp.accepted('ALTER TABLE ' || change, change) FROM unnest(ARRAY[
    'shop.slip ADD COLUMN note text', 'shop.slip ADD COLUMN rank integer NOT NULL DEFAULT 0',
    'shop.slip ALTER COLUMN note TYPE varchar(20)',
    'shop.invoice ADD COLUMN rank integer NOT NULL DEFAULT 0', 'shop.invoice ALTER COLUMN total TYPE double precision'])
    AS change;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (5, 'A', 'H', 1);
UPDATE shop.invoice SET day = '2026-01-21';
SELECT is(credits.balance('A', 'SUPPORT'), 3.5, 'saving goes on');
DELETE FROM shop.slip WHERE id = 5;

-- detach

CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
SELECT pg_temp.accepted($$SELECT credits.detach('shop.slip')$$, 'a table is detached');
SELECT pg_temp.refused($$SELECT credits.detach('shop.slip')$$, '42704', 'once');
SELECT pg_temp.refused($$SELECT credits.detach(NULL)$$, '22004', 'nothing is not detached');
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid = 'shop.slip'::regclass AND NOT tgisinternal$$, 'its triggers are gone');
SELECT results_eq('SELECT mapping FROM credits.source',
                  $$SELECT oid::regclass FROM pg_class WHERE relname ~ '_lines\d*$' AND relnamespace = 'credits'::regnamespace$$,
    'so is its mapping');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (6, 'A', 'H', 100);
UPDATE shop.slip SET quantity = 3 WHERE id = 2;
DELETE FROM shop.slip WHERE id = 3;
SELECT is(pg_temp.entries(), entries, 'what happens then is not booked') FROM before;
SELECT is_empty('SELECT * FROM credits.verify()', 'nor is it any business of verify()');
SELECT pg_temp.refused($$UPDATE shop.invoice_line SET quantity = 6 WHERE line_no = 1$$, '23514 credits_balance_not_negative',
                       'other tables go on');

-- attach again

DELETE FROM shop.slip WHERE id = 6;
SELECT is(pg_temp.attach_slips(), 'accepted', 'a table is attached again');
SELECT results_eq('SELECT invariant, customer, detail FROM credits.verify()',
    $$VALUES ('line_booked', 'A', 'shop.slip, line 2: -2 credits are booked, it wants -3'),
      ('line_booked', 'A', 'shop.slip, line 3: -1 credits are booked, it wants 0')$$,
    'what changed meanwhile is reported, since its lines are recognised');
SELECT is(pg_temp.entries(), entries, 'not booked') FROM before;
UPDATE shop.slip SET quantity = 4 WHERE id = 2;
SELECT pg_temp.booked('A', ARRAY['consumption_change lot 1: -2 at -20.00'], 'the next save books what differs from the ledger',
    (SELECT last_entry_no - 1 FROM credits.account WHERE customer = 'A'));
SELECT pg_temp.refused($$DELETE FROM shop.slip WHERE id = 1$$, '23514 credits_lot_not_consumed',
                       'a sale of then is still consumed');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 0.5);
SELECT pg_temp.booked('A', ARRAY['consumption_change lot 1: 0.5 at 5.00 undoes 3'],
                      'a line that is back is known by its key, too',
    (SELECT last_entry_no - 1 FROM credits.account WHERE customer = 'A'));
SELECT is_empty('SELECT * FROM credits.verify()', 'then all is in order');

-- A header trigger stays as long as one table of lines needs it

CREATE TABLE shop.extra (id int PRIMARY KEY, number text REFERENCES shop.invoice (number) ON DELETE CASCADE,
                         item text, quantity int);
SELECT pg_temp.accepted($$SELECT credits.attach('shop.extra', 'other', article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'header.client', document_date => 'header.day', header_table => 'shop.invoice')$$,
    'given two tables of lines under a header');
INSERT INTO shop.extra VALUES (1, 'I-1', 'H', 1);
SELECT credits.detach('shop.invoice_line') \gset
UPDATE shop.invoice SET client = 'D';
SELECT is(sum(quantity), 0::numeric, 'one is detached: the other one is still settled with its header')
FROM credits.entry WHERE line_table = 'shop.extra'::regclass;
SELECT credits.detach('shop.extra') \gset
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid = 'shop.invoice'::regclass AND tgname LIKE 'zz_credits%'$$,
                'with the last one the trigger goes');

-- Then a table can be dropped; the ledger keeps its entries

SELECT pg_temp.accepted('DROP TABLE shop.extra', 'a detached table can be dropped');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() does not miss it');
SELECT pg_temp.accepted('DROP TABLE shop.invoice_line, shop.invoice', 'with its header');
SELECT pg_temp.accepted('SELECT * FROM credits.history, credits.portfolio, credits.open_lot', 'nor do the views');

SELECT is((SELECT string_agg(DISTINCT invariant, ', ') FROM credits.verify()), 'lost_source',
    'verify() tells of tables that are gone whose lines have credits, and of nothing else');
SELECT * FROM finish();
ROLLBACK;
