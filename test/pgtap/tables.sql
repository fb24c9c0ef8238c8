-- What the server's own tools need of our tables: a key, so that changes can be published and tables rewritten, and a place in a
-- dump.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(45);

CREATE TEMPORARY VIEW ours AS
SELECT c.oid, c.relname::text COLLATE "default" AS name, c.relkind, c.relpersistence
FROM pg_class AS c
JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'credits';

-- Keys

SELECT is_empty($$SELECT name FROM ours WHERE relkind IN ('r', 'p')
                  AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = ours.oid AND indisprimary AND indimmediate)$$,
    'every table has a primary key');
SELECT is_empty($$SELECT DISTINCT name FROM ours JOIN pg_attrdef ON adrelid = ours.oid
                  WHERE pg_get_expr(adbin, adrelid) LIKE '%nextval%'$$,
    'none is numbered by nextval(), which would change lastval() of who saves');
SELECT is((SELECT count(*) FROM ours JOIN pg_attribute ON attrelid = ours.oid WHERE attidentity <> ''
           AND name NOT IN ('credit_type', 'closing')), 0::bigint,
    'nor by an identity, but what is made by hand');

-- Dumps

SELECT bag_eq($$SELECT name FROM ours WHERE relkind IN ('r', 'p', 'S')$$,
    $$SELECT relname::text COLLATE "default" FROM pg_extension, unnest(extconfig) AS config (oid)
      JOIN pg_class USING (oid) WHERE extname = 'credits'
      UNION ALL VALUES ('pending')$$,
    'every table and sequence is dumped, but for what lives within a transaction');
SELECT results_eq($$SELECT relname::text COLLATE "default", condition COLLATE "default" FROM pg_extension,
                    unnest(extconfig, extcondition) AS config (oid, condition) JOIN pg_class USING (oid)
                    WHERE extname = 'credits' AND condition <> '' ORDER BY 1$$,
    $$SELECT name, 'WHERE is_own'::text COLLATE "default" FROM ours JOIN pg_attribute ON attrelid = ours.oid
      WHERE attname = 'is_own' AND relkind = 'r' ORDER BY 1$$, 'as a whole, but for rows that come with the extension');
SELECT is((SELECT count(*) FROM credits._parameter WHERE NOT is_own), 1::bigint,
          'among them the parameters as they were before one set them');

-- Numbers

CREATE SEQUENCE shop.number START 77;
CREATE TABLE shop.product (id integer PRIMARY KEY DEFAULT nextval('shop.number'), type text, factor numeric);
SELECT credits.bind_articles('shop.product', 'id', 'type', 'factor');
INSERT INTO shop.product (type, factor) VALUES ('SUPPORT', -2);
SELECT is(lastval(), 77::bigint, 'whoever saves asks for the number that he was given, though his setting was numbered as well');
SELECT is((SELECT count(*) FROM (SELECT number, lag(changed_at) OVER (ORDER BY number) > changed_at AS is_earlier
                                 FROM credits.setting_change) AS n WHERE is_earlier), 0::bigint,
    'changes are numbered in their order');
SELECT credits.unbind('shop.product');

-- Change data capture: a publication of all tables wants to know which row it was.

CREATE TABLE shop.party (code text PRIMARY KEY, name text);
CREATE TABLE shop.report (id integer PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', item text, quantity numeric);
UPDATE credits.credit_type SET alarm_level = 5 WHERE type_id = 101;
UPDATE credits.credit_type SET valuation = 'fixed', unit_value = 100 WHERE type_id = 102;
SET LOCAL client_min_messages = error;
CREATE PUBLICATION credits_test_all FOR ALL TABLES;
SELECT isnt_empty($$SELECT FROM pg_publication_tables WHERE pubname = 'credits_test_all' AND schemaname = 'credits'
                    AND tablename = '_entry'$$, 'all tables are published');
SELECT pg_temp.accepted(statement, 'published: ' || what) FROM (VALUES
    (1, 'a sale', $$SELECT pg_temp.slip(1, 'A', '2026-01-10', 'S', 10, 1000)$$),
    (2, 'an alarm', $$SELECT pg_temp.slip(2, 'A', '2026-01-11', 'H', 8)$$),
    (3, 'its end', $$SELECT pg_temp.slip(3, 'A', '2026-01-12', 'S', 10, 900)$$),
    (4, 'a smaller use', $$UPDATE shop.slip SET quantity = 4 WHERE id = 2$$),
    (5, 'another key', $$UPDATE shop.slip SET id = 22, number = 'S22' WHERE id = 2$$),
    (6, 'a line that goes', $$DELETE FROM shop.slip WHERE id = 22$$),
    (7, 'a document', $$INSERT INTO shop.invoice VALUES ('I1', 'B');
                        INSERT INTO shop.invoice_line VALUES ('I1', 1, 'T', 3, 100, 300), ('I1', 2, 'U', 1, 100, 100)$$),
    (8, 'its end', $$UPDATE shop.invoice SET state = 'draft' WHERE number = 'I1'$$),
    (9, 'its return', $$UPDATE shop.invoice SET state = 'posted', number = 'I2' WHERE number = 'I1'$$),
    (10, 'a level of his own', $$SELECT credits.set_alarm_level('A', 'SUPPORT', 50)$$),
    (11, 'an alarm by hand', $$SELECT credits.register_consumption('A', 'SUPPORT', 1, 'by phone', '2026-01-13')$$),
    (12, 'another level', $$SELECT credits.set_alarm_level('A', 'SUPPORT', 1)$$),
    (13, 'a level of the type', $$UPDATE credits.credit_type SET alarm_level = 1 WHERE type_id = 101$$),
    (14, 'a registration', $$SELECT credits.register_sale('A', 'SUPPORT', 2, 200, 'by hand', '2026-01-14')$$),
    (15, 'its reversal', $$SELECT credits.reverse_registration('A', 'SUPPORT', max(entry_no), 'a mistake')
                           FROM credits.entry WHERE customer = 'A' AND kind = 'sale' AND line_table IS NULL$$),
    (16, 'an opening', $$SELECT credits.register_opening('C', 'SUPPORT', 2, 200, 'before', '2026-01-01')$$),
    (17, 'settings', $$UPDATE credits.article SET description = 'an hour' WHERE article = 'H'$$),
    (18, 'a setting that goes', $$INSERT INTO credits.customer VALUES ('Z'); DELETE FROM credits.customer WHERE customer = 'Z'$$),
    (19, 'parameters', $$UPDATE credits.parameter SET notify = false$$),
    (20, 'another parameter', $$UPDATE credits.parameter SET fixed_relation = 'R2'$$),
    (21, 'lines that were there',
     $$ALTER TABLE shop.slip DISABLE TRIGGER USER; SELECT pg_temp.slip(9, 'A', '2026-01-20', 'H', 1000),
       pg_temp.slip(10, 'A', '2026-01-20', 'H', 1); ALTER TABLE shop.slip ENABLE TRIGGER USER$$),
    (22, 'taken in', $$SELECT credits.take_in(on_refusal => 'report')$$),
    (23, 'once more', $$UPDATE shop.slip SET quantity = 1 WHERE id = 9; SELECT credits.take_in(on_refusal => 'report')$$),
    (24, 'another unit value', $$SELECT credits.revalue('TRAINING', 90, '2026-01-25')$$),
    (25, 'a closing', $$SELECT credits.close_month('2026-01-01')$$),
    (26, 'a reopening', $$SELECT credits.reopen_month('2026-01-01')$$),
    (27, 'a closing again', $$SELECT credits.close_month('2026-01-01')$$),
    (28, 'a late document', $$UPDATE shop.slip SET quantity = 9 WHERE id = 3$$),
    (29, 'statements', $$UPDATE credits.customer SET statement_cycle = 'month' WHERE customer = 'A';
                         SELECT credits.statement_run('2026-02-01')$$),
    (30, 'one that goes', $$DELETE FROM credits.statement_issue$$),
    (31, 'attach and detach',
     $$SELECT credits.attach('shop.report', 'other', 'item', 'quantity', NULL, 'customer', 'day', check_at => 'commit');
       INSERT INTO shop.report VALUES (1, 'A', '2026-02-01', 'H', 1); SET CONSTRAINTS ALL IMMEDIATE;
       SET CONSTRAINTS ALL DEFERRED; SELECT credits.detach('shop.report')$$),
    (32, 'bind and unbind', $$SELECT credits.bind_customers('shop.party', 'code', name => 'name');
                              INSERT INTO shop.party VALUES ('P', 'Pat'); UPDATE shop.party SET name = 'Pam';
                              DELETE FROM shop.party; SELECT credits.unbind('shop.party')$$),
    (33, 'roles that see a customer',
     $$INSERT INTO credits.customer_role VALUES ('credits_customer', 'A'); UPDATE credits.customer_role SET customer = NULL;
       DELETE FROM credits.customer_role$$),
    (34, 'texts and templates',
     $$INSERT INTO credits.page_text (language, name, text) VALUES ('nl', 'statement', 'Kaart');
       UPDATE credits.page_text SET text = 'Strippenkaart' WHERE is_own; DELETE FROM credits.page_text WHERE is_own;
                              INSERT INTO credits.page_template (name, template) VALUES ('portfolio', 'x');
                                  UPDATE credits.page_template SET template = 'y' WHERE is_own;
                                  DELETE FROM credits.page_template WHERE is_own$$)
) AS step (no, what, statement) ORDER BY no;

SELECT is((SELECT count(*) FROM credits.alarm_episode WHERE cleared_at IS NOT NULL), 2::bigint,
          'alarms were raised and ended on the way');
SELECT pg_temp.all_in_order();
ROLLBACK;
