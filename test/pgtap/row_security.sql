-- Row security and missing rights: a row that the saver may not see is not a forgotten one, and he needs no right but that to
-- save.
BEGIN;
\ir common.psql
SET LOCAL client_min_messages = error;
SELECT plan(19);

-- Given tables of an owner who is no superuser, all rows hidden from everybody, from the owner too,

CREATE ROLE "credits test keeper" IN ROLE credits_management;
CREATE ROLE "credits test clerk";
CREATE SCHEMA shop AUTHORIZATION "credits test keeper";
INSERT INTO credits.credit_type (type_id, code) VALUES (101, 'SUPPORT');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('S', 101, 1), ('H', 101, -1);
INSERT INTO credits.customer (customer, works_with_credits) VALUES ('A', true), ('B', true), ('D', false);
SET LOCAL ROLE "credits test keeper";
CREATE TABLE shop.invoice (number int PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', state text DEFAULT 'posted');
CREATE TABLE shop.line (id int PRIMARY KEY, invoice int REFERENCES shop.invoice ON DELETE CASCADE,
                        item text, quantity int, price numeric DEFAULT 9);
SELECT credits.attach('shop.line', 'invoice', 'item', 'quantity', 'price', 'header.customer', 'header.day',
                      header_table => 'shop.invoice',
    counts_when => $$header.state = 'posted'$$, zero_columns => '{price}') \gset
INSERT INTO shop.invoice VALUES (1, 'A'), (2, 'A'), (3, 'B'), (4, 'D');
ALTER TABLE shop.invoice ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.invoice FORCE ROW LEVEL SECURITY;
ALTER TABLE shop.line ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.line FORCE ROW LEVEL SECURITY;
CREATE POLICY come ON shop.line FOR INSERT WITH CHECK (true);
GRANT USAGE ON SCHEMA shop TO "credits test clerk";
RESET ROLE;

-- when a clerk saves who may insert lines, and nothing else,

GRANT INSERT ON shop.line TO "credits test clerk";
SET LOCAL ROLE "credits test clerk";
SELECT pg_temp.refused('SELECT FROM shop.invoice', '42501', 'he may not read the header');
SELECT pg_temp.refused('SELECT FROM credits.customer', '42501', 'nor anything of credits');
INSERT INTO shop.line VALUES (1, 1, 'S', 10, 1000), (2, 2, 'H', 3, 30);
RESET ROLE;
SELECT pg_temp.booked('A', ARRAY['sale lot 1: 10 at 1000.00', 'consumption lot 1: -3 at -300.00'],
                      'his lines under a hidden header are booked');
SELECT is(price, 0::numeric, 'and the price of the consumption is 0') FROM shop.line WHERE id = 2;
SELECT is(recorded_by, 'credits test clerk', 'the ledger knows that it was he') FROM credits.entry LIMIT 1;
SET LOCAL ROLE "credits test clerk";
SELECT pg_temp.refused($$INSERT INTO shop.line VALUES (3, 2, 'H', 8, 80)$$, '23514 credits_balance_not_negative',
                       'too many are refused');
RESET ROLE;

-- he may change lines that he sees, and headers of which he sees no line,

CREATE POLICY change ON shop.line FOR ALL USING (id = 2);
CREATE POLICY change ON shop.invoice FOR ALL USING (number IN (1, 2, 3));
GRANT SELECT (id), UPDATE (quantity) ON shop.line TO "credits test clerk";
GRANT SELECT (number), UPDATE ON shop.invoice TO "credits test clerk";
SET LOCAL ROLE "credits test clerk";
UPDATE shop.line SET quantity = 4 WHERE id IN (1, 2);
RESET ROLE;
SELECT is(credits.balance('A', 'SUPPORT'), 6::numeric, 'a changed line of a table with hidden ones');
DROP POLICY change ON shop.line;
SET LOCAL ROLE "credits test clerk";
UPDATE shop.invoice SET state = 'draft' WHERE number = 2;
RESET ROLE;
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric,
          'a header whose lines are hidden from who changes it, and from their owner');
SET LOCAL ROLE "credits test clerk";
UPDATE shop.invoice SET state = 'posted' WHERE number = 2;
RESET ROLE;
SELECT is(credits.balance('A', 'SUPPORT'), 6::numeric, 'and back');

-- and a hidden line that becomes a consumption gets its price.

INSERT INTO shop.line VALUES (4, 4, 'H', 1, 20);
SELECT is(price, 20::numeric, 'a line of a customer without credits has its price') FROM shop.line WHERE id = 4;
DROP POLICY change ON shop.invoice;
CREATE POLICY change ON shop.invoice FOR ALL USING (true);
SET LOCAL ROLE "credits test clerk";
UPDATE shop.invoice SET customer = 'A' WHERE number = 4;
RESET ROLE;
SELECT is(price, 0::numeric, 'it loses it with a header that the clerk changes, who may not change prices')
FROM shop.line WHERE id = 4;
SELECT is(credits.balance('A', 'SUPPORT'), 5::numeric, 'and is booked');

-- A deletion that cascades

CREATE POLICY gone ON shop.line FOR DELETE USING (false);
GRANT DELETE ON shop.invoice TO "credits test clerk";
SET LOCAL ROLE "credits test clerk";
DELETE FROM shop.invoice WHERE number = 4;
RESET ROLE;
SELECT is_empty('SELECT FROM shop.line WHERE id = 4', 'lines that nobody may delete go with their header');
SELECT is(credits.balance('A', 'SUPPORT'), 6::numeric, 'and give their credits back');
SELECT is(recorded_by, 'credits test clerk', 'the ledger knows who deleted it, not as whom the cascade ran')
FROM credits.entry ORDER BY entry_no DESC LIMIT 1;
SELECT pg_temp.all_in_order();

-- A function of the owner, in the mapping, runs as he.

SET LOCAL ROLE "credits test keeper";
CREATE FUNCTION shop.units(int) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS
$$BEGIN IF current_user <> 'credits test keeper' THEN RAISE EXCEPTION 'as %', current_user; END IF; RETURN $1; END$$;
CREATE TABLE shop.ticket (id int PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', item text, quantity int);
SELECT credits.attach('shop.ticket', 'helpdesk', 'item', 'shop.units(line.quantity)', NULL, 'customer', 'day') \gset
GRANT INSERT ON shop.ticket TO "credits test clerk";
RESET ROLE;
SET LOCAL ROLE "credits test clerk";
INSERT INTO shop.ticket (id, customer, item, quantity) VALUES (1, 'A', 'H', 1);
RESET ROLE;
SELECT is(credits.balance('A', 'SUPPORT'), 5::numeric, 'a function of the mapping runs as the owner when a clerk saves');
INSERT INTO shop.ticket (id, customer, item, quantity) VALUES (2, 'A', 'H', 1);
SELECT is(credits.balance('A', 'SUPPORT'), 4::numeric, 'and when a superuser saves');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
