-- Line tables that others inherit from: attached as a whole, and followed when heirs come and go.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(31);

CREATE TABLE shop.act (id int PRIMARY KEY, customer text, item text, quantity numeric, price numeric DEFAULT 5,
                       day date DEFAULT '2026-01-10');
CREATE TABLE shop.visit (road int, PRIMARY KEY (id)) INHERITS (shop.act);
CREATE TABLE shop.odd_call (phone text, day date DEFAULT '2026-01-11', price numeric DEFAULT 5,
                            quantity numeric, item text, customer text, id int PRIMARY KEY);
ALTER TABLE shop.odd_call INHERIT shop.act;
CREATE TABLE shop.night_call (surcharge numeric, PRIMARY KEY (id)) INHERITS (shop.odd_call);
CREATE FUNCTION pg_temp.attach(line_table text) RETURNS text LANGUAGE sql AS
$$SELECT format('SELECT credits.attach(%L, ''service_report'', article => ''item'', quantity => ''quantity'', amount => '
                '''price'', customer => ''customer'', document_date => ''day'', zero_columns => ''{price}'')', line_table)$$;
SELECT pg_temp.refused(pg_temp.attach('shop.odd_call'), '42809',
                       'an heir is not attached without the table that it inherits from');
CREATE TABLE shop.keyless () INHERITS (shop.act);
SELECT pg_temp.refused(pg_temp.attach('shop.act'), '42P16', 'nor is a table of which an heir has no key');
DROP TABLE shop.keyless;
CREATE TEMP TABLE act_temp (PRIMARY KEY (id)) INHERITS (shop.act);
SELECT pg_temp.refused(pg_temp.attach('shop.act'), '42809', 'or is temporary');
DROP TABLE act_temp;
SELECT pg_temp.accepted(pg_temp.attach('shop.act'), 'a tree of tables is attached');

CREATE FUNCTION pg_temp.has(key text, expected numeric, description text) RETURNS text LANGUAGE sql AS
$$SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_table = 'shop.act'::regclass AND line_key = key),
            expected, key || ' ' || description)$$;
INSERT INTO shop.act (id, customer, item, quantity, price) VALUES (1, 'A', 'S', 50, 500);
INSERT INTO shop.visit (id, customer, item, quantity) VALUES (2, 'A', 'H', 1), (3, 'A', 'X', 1);
INSERT INTO shop.odd_call (id, customer, item, quantity) VALUES (4, 'A', 'H', 2);
INSERT INTO shop.night_call (id, customer, item, quantity, surcharge) VALUES (5, 'A', 'Q', 16, 7);
SELECT pg_temp.has(key, n, 'is booked for the table at the top')
FROM (VALUES ('1', 50), ('2', -1), ('3', NULL), ('4', -2), ('5', -4)) AS line (key, n);
SELECT is((SELECT string_agg(price::text, ' ' ORDER BY id) FROM shop.act), '500 0 5 0 0', 'prices are set in heirs, too');
UPDATE shop.act SET quantity = quantity + 4 WHERE id > 1;
SELECT pg_temp.has(key, n, 'is changed through the top') FROM (VALUES ('2', -5), ('4', -6), ('5', -5)) AS line (key, n);
UPDATE shop.odd_call SET item = 'Q', price = 3 WHERE id IN (4, 5);
SELECT pg_temp.has('4', -1.5, 'is changed through its own table');
SELECT is((SELECT price FROM shop.odd_call WHERE id = 4), 0::numeric, 'and costs nothing');
UPDATE shop.night_call SET surcharge = 8, id = 55;
SELECT pg_temp.has('55', -5, 'is known by its new key');
DELETE FROM shop.act WHERE id = 2;
SELECT pg_temp.has('2', 0, 'is deleted through the top, and gives back');
SELECT pg_temp.refused('INSERT INTO shop.night_call (id, customer, item, quantity) VALUES (9, ''A'', ''H'', 1000)',
                       '23514 credits_balance_not_negative', 'never negative');

-- Read again where a trigger has changed the line: heirs are looked through
CREATE FUNCTION shop.double() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN UPDATE shop.act SET quantity = 2 * quantity WHERE id = NEW.id; RETURN NULL; END$$;
CREATE TRIGGER double AFTER INSERT ON shop.night_call FOR EACH ROW EXECUTE FUNCTION shop.double();
INSERT INTO shop.night_call (id, customer, item, quantity) VALUES (6, 'A', 'H', 2);
SELECT pg_temp.has('6', -4, 'is booked once, as it is');

-- Heirs that come and go
CREATE TABLE shop.mail (PRIMARY KEY (id)) INHERITS (shop.act);
INSERT INTO shop.mail (id, customer, item, quantity) VALUES (7, 'A', 'H', 3);
SELECT pg_temp.has('7', -3, 'is booked in an heir that was created later');
SELECT pg_temp.refused('CREATE TABLE shop.keyless () INHERITS (shop.act)', '2BP01', 'no heir without a key');
SELECT pg_temp.refused('CREATE TEMP TABLE act_temp (PRIMARY KEY (id)) INHERITS (shop.act)', '2BP01', 'none that is temporary');
SELECT pg_temp.refused('CREATE UNLOGGED TABLE shop.unlogged (PRIMARY KEY (id)) INHERITS (shop.act)',
                       '2BP01', 'none that a crash empties');
SELECT pg_temp.refused('ALTER TABLE shop.mail SET UNLOGGED', '2BP01', 'nor becomes one such');
CREATE TABLE shop.fax (LIKE shop.act INCLUDING ALL);
INSERT INTO shop.fax (id, customer, item, quantity) VALUES (8, 'A', 'H', 1);
ALTER TABLE shop.fax INHERIT shop.act;
SELECT results_eq('SELECT invariant, detail FROM credits.verify()',
                  $$VALUES ('unbooked_line', 'shop.act, line 8: it wants -1 credits')$$,
                  'what lies in a table that inherits later is not booked');
SELECT is(lines, 1::bigint, 'but taken in') FROM credits.take_in();
DELETE FROM shop.fax;
ALTER TABLE shop.fax NO INHERIT shop.act;
INSERT INTO shop.fax (id, customer, item, quantity) VALUES (10, 'A', 'H', 1000);
SELECT pg_temp.has('10', NULL, 'is in a table that inherits no more');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'shop.fax'::regclass AND tgname LIKE 'zz_credits%'),
          0::bigint, 'which has no trigger of ours any more');
SELECT pg_temp.accepted($$SELECT credits.detach('shop.act')$$, 'the tree is detached');
SELECT is_empty($$SELECT tgrelid::regclass FROM pg_trigger WHERE tgname LIKE 'zz_credits%'
                  AND tgrelid::regclass::text NOT IN ('shop.slip', 'shop.invoice', 'shop.invoice_line')$$,
'with all its triggers');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
