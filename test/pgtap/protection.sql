-- What is attached is protected: whoever would take a part of it is refused with 2BP01, and nothing is lost. Everything else goes
-- on.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(190);

-- A table whose key is a plain unique index, and whose article is read by a function of its owner's.
CREATE FUNCTION shop.article_of(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
CREATE TABLE shop.ticket (id int NOT NULL, customer text, day date DEFAULT '2026-01-10', item text,
                          quantity int, old_number text REFERENCES shop.invoice);
CREATE UNIQUE INDEX ticket_key ON shop.ticket (id);
SELECT credits.attach('shop.ticket', 'helpdesk', article => 'shop.article_of(line.item)', quantity => 'quantity', amount => NULL,
    customer => 'customer', document_date => 'day', line_key => '{id}') \gset
CREATE TABLE shop.other (id int PRIMARY KEY, slip bigint);
CREATE FUNCTION shop.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';

-- Every part is kept

SELECT pg_temp.refused(statement, '2BP01', statement)
FROM (SELECT format('DROP TABLE shop.%I%s', name, how)
      FROM unnest(ARRAY['slip', 'ticket', 'invoice_line', 'invoice']) AS name, unnest(ARRAY['', ' CASCADE']) AS how
      UNION ALL
      SELECT format('DROP TRIGGER %I ON %s%s', tgname, tgrelid::regclass, how)
      FROM pg_trigger, unnest(ARRAY['', ' CASCADE']) AS how WHERE tgname LIKE 'zz\_credits\_%'
      UNION ALL
      SELECT format('ALTER TRIGGER %I ON %s RENAME TO x', tgname, tgrelid::regclass) FROM pg_trigger
      WHERE tgname LIKE 'zz\_credits\_%'
      UNION ALL
      SELECT format('DROP VIEW %s', mapping) FROM credits.source
      UNION ALL
      SELECT unnest(ARRAY[
          'DROP TABLE shop.other, shop.slip',
          'DROP TABLE shop.other, shop.slip CASCADE',
          'DROP SCHEMA shop CASCADE',
          'DROP FUNCTION shop.article_of(text)',
          'DROP FUNCTION shop.article_of(text) CASCADE',
          'ALTER TABLE shop.slip DROP CONSTRAINT slip_pkey',
          'ALTER TABLE shop.invoice DROP CONSTRAINT invoice_pkey',
          'ALTER TABLE shop.invoice DROP CONSTRAINT invoice_pkey CASCADE',
          'ALTER TABLE shop.invoice_line DROP CONSTRAINT invoice_line_number_fkey',
          'ALTER TABLE shop.invoice_line DROP COLUMN quantity',
          'ALTER TABLE shop.invoice_line DROP COLUMN quantity CASCADE',
          'ALTER TABLE shop.invoice_line DROP COLUMN price CASCADE',
          'ALTER TABLE shop.other DROP COLUMN slip, ADD COLUMN a int; ALTER TABLE shop.invoice DROP COLUMN day CASCADE',
          'ALTER TABLE shop.invoice_line ALTER quantity TYPE double precision',
          'ALTER TABLE shop.invoice_line ALTER price TYPE double precision',
          'ALTER TABLE shop.invoice ALTER day TYPE timestamp',
          'DROP INDEX shop.ticket_key',
          'DROP INDEX CONCURRENTLY shop.ticket_key',
          'ALTER TABLE shop.ticket ALTER id DROP NOT NULL',
          'ALTER TABLE shop.slip SET SCHEMA credits',
          'ALTER TABLE shop.slip SET UNLOGGED',
          'ALTER TABLE shop.invoice SET UNLOGGED',
          'ALTER TABLE shop.invoice_line SET UNLOGGED',
          'CREATE OR REPLACE TRIGGER zz_credits_truncate BEFORE TRUNCATE ON shop.slip FOR EACH STATEMENT '
          'EXECUTE FUNCTION shop.nothing()',
          'DROP EXTENSION credits'])) AS t (statement);
SELECT is(count(*), 15::bigint, 'no trigger has gone') FROM pg_trigger WHERE tgname LIKE 'zz\_credits\_%';

-- What does not matter to credits is nobody else's obstacle

SELECT pg_temp.accepted(statement, statement) FROM unnest(ARRAY[
    'ALTER TABLE shop.slip DROP COLUMN memo',
    'ALTER TABLE shop.invoice_line ALTER CONSTRAINT invoice_line_number_fkey DEFERRABLE',
    'ALTER TABLE shop.invoice_line ALTER CONSTRAINT invoice_line_number_fkey NOT DEFERRABLE',
    'ALTER TABLE shop.slip ADD COLUMN memo text NOT NULL DEFAULT ''''',
    'ALTER TABLE shop.slip ALTER memo TYPE varchar(20), ALTER memo DROP NOT NULL',
    'ALTER TABLE shop.ticket DROP CONSTRAINT ticket_old_number_fkey',
    'CREATE UNIQUE INDEX ticket_key2 ON shop.ticket (id)',
    'DROP INDEX shop.ticket_key',
    'ALTER INDEX shop.ticket_key2 RENAME TO ticket_key',
    'ALTER TABLE shop.other ADD FOREIGN KEY (slip) REFERENCES shop.slip',
    'DROP TABLE shop.other',
    'CREATE TRIGGER theirs AFTER INSERT ON shop.slip EXECUTE FUNCTION shop.nothing()',
    'ALTER TRIGGER theirs ON shop.slip RENAME TO own',
    'DROP TRIGGER own ON shop.slip',
    'ALTER TABLE shop.slip ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop.slip ALTER state SET STATISTICS 100',
    'ALTER FUNCTION shop.article_of(text) RENAME TO article',
    'CREATE TEMP TABLE slip (id int); DROP TABLE slip']) AS statement;
DO $$
BEGIN
    DROP SCHEMA shop CASCADE;
EXCEPTION WHEN dependent_objects_still_exist THEN
    INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 100);
END
$$;
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'a refusal can be caught, and saving goes on');
CREATE SCHEMA credits_tap;
ALTER TABLE shop.ticket SET SCHEMA credits_tap;
SELECT pg_temp.refused('DROP SCHEMA credits_tap CASCADE', '2BP01', 'whether others are looked at before');
INSERT INTO credits_tap.ticket (id, customer, item, quantity) VALUES (1, 'A', 'h', 3);
ALTER TABLE credits_tap.ticket SET SCHEMA shop;
SELECT is(credits.balance('A', 'SUPPORT'), 7::numeric, 'or not');
DELETE FROM shop.ticket;

-- Nor does a partition or an heir go with lines that count

CREATE TABLE shop.sale (id int, day date, item text, quantity int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE shop.sale_1 PARTITION OF shop.sale FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE shop.sale_2 PARTITION OF shop.sale FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE shop.sale_3 PARTITION OF shop.sale FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
CREATE TABLE shop.visit (id int PRIMARY KEY, day date, item text, quantity int);
CREATE TABLE shop.visit_1 (PRIMARY KEY (id)) INHERITS (shop.visit);
CREATE TABLE shop.visit_2 (PRIMARY KEY (id)) INHERITS (shop.visit);
SELECT credits.attach('shop.sale', 'other', 'item', 'quantity', 'line.quantity * 10', $$'B'$$, 'day') \gset
SELECT credits.attach('shop.visit', 'other', 'item', 'quantity', NULL, $$'B'$$, 'day') \gset
INSERT INTO shop.sale VALUES (1, '2026-01-05', 'S', 3), (2, '2026-02-05', 'X', 3);
INSERT INTO shop.visit_1 VALUES (1, '2026-01-06', 'H', 1);
INSERT INTO shop.visit_2 VALUES (2, '2026-01-06', 'X', 1);
SELECT pg_temp.refused(statement, '23514 credits_lines_kept', statement) FROM unnest(ARRAY[
    'TRUNCATE shop.sale', 'TRUNCATE shop.sale_1', 'DROP TABLE shop.sale_1', 'DROP TABLE shop.sale_2, shop.sale_1',
    'ALTER TABLE shop.sale DETACH PARTITION shop.sale_1',
    'ALTER TABLE shop.sale DETACH PARTITION shop.sale_1 CONCURRENTLY', 'TRUNCATE shop.visit_1',
    'DROP TABLE shop.visit_1', 'ALTER TABLE shop.visit_1 NO INHERIT shop.visit']) AS statement;
SELECT pg_temp.accepted(statement, statement) FROM unnest(ARRAY[
    'TRUNCATE shop.sale_2', 'DROP TABLE shop.sale_2', 'ALTER TABLE shop.sale DETACH PARTITION shop.sale_3',
    'DROP TABLE shop.sale_3',
    'TRUNCATE shop.visit_2', 'ALTER TABLE shop.visit_2 NO INHERIT shop.visit', 'DROP TABLE shop.visit_2',
    'DELETE FROM shop.visit', 'DROP TABLE shop.visit_1', 'DELETE FROM shop.sale', 'DROP TABLE shop.sale_1']) AS statement;
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() misses no line');
SELECT pg_temp.accepted(format('SELECT credits.detach(%L); DROP TABLE %1$s', line_table), 'then the rest goes, too')
FROM credits.source WHERE kind = 'other';

-- Bound tables are protected as attached ones are

CREATE FUNCTION shop.name_of(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
CREATE TABLE shop.party (id int PRIMARY KEY, code text UNIQUE, flag boolean, name text, memo text);
CREATE TABLE shop.product (id int NOT NULL, type text, factor numeric, memo text);
CREATE UNIQUE INDEX product_key ON shop.product (id);
SELECT credits.bind_customers('shop.party', key => 'id', works_with_credits => 'flag', name => 'shop.name_of(party.name)') \gset
SELECT credits.bind_articles('shop.product', key => 'id', credit_type => 'type', coefficient => 'factor') \gset
SELECT pg_temp.refused(statement, '2BP01', statement)
FROM (SELECT format('DROP TABLE shop.%I%s', name, how) FROM unnest(ARRAY['party', 'product']) AS name,
      unnest(ARRAY['', ' CASCADE']) AS how
      UNION ALL
      SELECT format(what, tgname, tgrelid::regclass)
      FROM pg_trigger, unnest(ARRAY['DROP TRIGGER %I ON %s', 'ALTER TRIGGER %I ON %s RENAME TO x']) AS what
      WHERE tgname LIKE 'zz\_credits\_bound\_%'
      UNION ALL
      SELECT format('DROP VIEW %s', mapping) FROM credits.binding
      UNION ALL
      SELECT unnest(ARRAY[
          'DROP FUNCTION shop.name_of(text) CASCADE',
          'ALTER TABLE shop.party DROP CONSTRAINT party_pkey',
          'ALTER TABLE shop.party DROP COLUMN flag',
          'ALTER TABLE shop.party DROP COLUMN flag CASCADE',
          'ALTER TABLE shop.product ALTER factor TYPE double precision',
          'ALTER TABLE shop.party SET SCHEMA credits',
          'CREATE TABLE shop.heir () INHERITS (shop.party)',
          'DROP INDEX shop.product_key',
          'DROP INDEX CONCURRENTLY shop.product_key'])) AS t (statement);
SELECT pg_temp.accepted(statement, statement) FROM unnest(ARRAY[
    'ALTER TABLE shop.party DROP COLUMN memo',
    'ALTER TABLE shop.party DROP CONSTRAINT party_code_key, ALTER code TYPE varchar(9)',
    'ALTER TABLE shop.party RENAME flag TO works; ALTER TABLE shop.party RENAME TO "Party"; '
    'INSERT INTO shop."Party" VALUES (77, ''P'', true, ''pia'')',
    'ALTER TABLE shop."Party" RENAME TO party']) AS statement;
SELECT results_eq($$SELECT name FROM credits.customer WHERE customer = '77'$$, ARRAY['PIA'], 'what is renamed is followed');
SELECT pg_temp.accepted(format('SELECT credits.unbind(%L)', erp_table), format('%s is set free', erp_table)) FROM credits.binding;
SELECT pg_temp.accepted('DROP TABLE shop.party, shop.product', 'and dropped');

-- Renames are followed, new owners too

CREATE ROLE credits_tap_owner;
GRANT ALL ON SCHEMA shop TO credits_tap_owner;
ALTER TABLE shop.ticket OWNER TO credits_tap_owner;
ALTER TABLE shop.ticket RENAME TO "Ticket";
ALTER TABLE shop."Ticket" RENAME COLUMN quantity TO hours;
INSERT INTO shop."Ticket" (id, customer, item, hours) VALUES (1, 'A', 'h', 3);
SELECT is(credits.balance('A', 'SUPPORT'), 7::numeric, 'a table with a new name and owner is still booked');
SELECT results_eq($$SELECT line_table::text, quantity FROM credits.source WHERE kind = 'helpdesk'$$,
                  $$VALUES ('shop."Ticket"', 'hours')$$,
    'source shows its new name, and that of its column');
ALTER TABLE shop."Ticket" RENAME COLUMN hours TO quantity;
ALTER TABLE shop."Ticket" RENAME TO ticket;

-- Roles without any right on credits

SET ROLE credits_tap_owner;
SELECT pg_temp.accepted(statement, 'an owner without rights on credits: ' || statement) FROM unnest(ARRAY[
    'CREATE TABLE shop.own (id int PRIMARY KEY, n int); ALTER TABLE shop.own DROP COLUMN n; DROP TABLE shop.own',
    'CREATE TEMP TABLE own (id int); CREATE INDEX ON own (id); DROP TABLE own',
    'ALTER TABLE shop.ticket ADD COLUMN note text']) AS statement;
SELECT pg_temp.refused(statement, '2BP01', 'nor can he take from what is attached: ' || statement) FROM unnest(ARRAY[
    'DROP TABLE shop.ticket', 'DROP TABLE shop.ticket CASCADE', 'ALTER TABLE shop.ticket DROP COLUMN item',
    'DROP INDEX shop.ticket_key',
    'DROP TRIGGER zz_credits_insert ON shop.ticket',
    'SET check_function_bodies = off; DROP TRIGGER zz_credits_insert ON shop.ticket',
    'DROP OWNED BY credits_tap_owner', 'DROP OWNED BY credits_tap_owner CASCADE']) AS statement;
SELECT pg_temp.refused(statement, '42501', 'and of others'' tables he learns nothing: ' || statement) FROM unnest(ARRAY[
    'DROP TABLE shop.slip', 'ALTER TABLE shop.slip DROP COLUMN item', 'ALTER TABLE shop.slip ALTER item TYPE varchar'])
    AS statement;
DELETE FROM shop.ticket;
SELECT pg_temp.refused($$SELECT credits.detach('shop.ticket')$$, '42501', 'he does not detach it');
RESET ROLE;
GRANT credits_management TO credits_tap_owner;
SET ROLE credits_tap_owner;
SELECT pg_temp.accepted($$SELECT credits.detach('shop.ticket')$$, 'as a member of credits_management he does');
SELECT pg_temp.accepted('DROP TABLE shop.ticket', 'and drops it');
RESET ROLE;

-- A trigger that is off is its owner's will; what was missed is found

INSERT INTO shop.slip (id, customer, item, quantity) VALUES (5, 'A', 'H', 1);
ALTER TABLE shop.slip DISABLE TRIGGER USER;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 1);
UPDATE shop.slip SET quantity = 2 WHERE id = 5;
ALTER TABLE shop.slip ENABLE TRIGGER USER;
SET LOCAL session_replication_role = replica;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 2);
RESET session_replication_role;
SELECT results_eq('SELECT invariant, detail FROM credits.verify()', $$VALUES
    ('line_booked', 'shop.slip, line 5: -1 credits are booked, it wants -2'),
    ('unbooked_line', 'shop.slip, line 2: it wants -1 credits'),
    ('unbooked_line', 'shop.slip, line 3: it wants -2 credits')$$,
    'lines that were saved without triggers are named by verify()');
SAVEPOINT s;
SELECT credits.take_in() \gset
SELECT is_empty('SELECT * FROM credits.verify()', 'taken in, they are in order');
ROLLBACK TO s;
UPDATE shop.slip SET quantity = 1.5 WHERE id = 5;
DELETE FROM shop.slip WHERE id > 1;
SELECT is_empty('SELECT * FROM credits.verify()', 'saved again, they are in order');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (4, 'A', 'H', 4);
ALTER TABLE shop.slip DISABLE TRIGGER zz_credits_delete;
DELETE FROM shop.slip WHERE id = 4;
ALTER TABLE shop.slip ENABLE TRIGGER zz_credits_delete;
SAVEPOINT s;
SELECT credits.take_in() \gset
SELECT is_empty('SELECT * FROM credits.verify()', 'so is a line that went unseen');
ROLLBACK TO s;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (4, 'A', 'H', 5);
SELECT is(credits.balance('A', 'SUPPORT'), 5::numeric, 'one that comes back is known by its key');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
