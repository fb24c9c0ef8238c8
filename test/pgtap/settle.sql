-- Headers that are views: read, not watched; and settle(), for them and for any other source.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(78);

-- Given documents that are put together from two tables, by a view that gives a customer only to what is approved
CREATE TABLE shop."Order" (no int, year smallint, approved boolean DEFAULT false, PRIMARY KEY (year, no));
CREATE TABLE shop.party (no int, year int, role text, name text);
CREATE VIEW shop.order_view AS
SELECT o.year::int AS year, o.no, p.name AS customer, o.approved, (o.year || '-01-15')::text::date AS day
FROM shop."Order" AS o LEFT JOIN shop.party AS p ON p.no = o.no AND p.year = o.year AND p.role = 'customer';
CREATE TABLE shop.order_line (code text, pos int, year smallint, no bigint, item text, quantity numeric,
                              price numeric, PRIMARY KEY (code, pos));
CREATE FUNCTION pg_temp.attach(changes text DEFAULT '') RETURNS text LANGUAGE sql AS
$$
    SELECT format($x$SELECT credits.attach('shop.order_line', 'service_report', article => 'item',
                                           quantity => 'quantity', amount => 'price', customer => 'header.customer',
    document_date => 'header.day', document_number => $n$header.year::text || '-' || header.no::text$n$,
    header_table => 'shop.order_view', counts_when => 'header.approved', zero_columns => '{price}'%s)$x$, changes)$$;
SELECT pg_temp.refused(pg_temp.attach(), '22004', 'a view has no key of its own');
SELECT pg_temp.refused(pg_temp.attach(', header_key => ''{no,year}'''), '22004', 'and no foreign key leads to it');
SELECT pg_temp.refused(pg_temp.attach(', header_key => ''{no,year}'', line_header => ''{no}'''),
                       '42P16', 'the columns must be as many');
SELECT pg_temp.refused(pg_temp.attach(', header_key => ''{no,year}'', line_header => ''{no,item}'''), '42P16', 'and comparable');
SELECT pg_temp.refused(pg_temp.attach(', header_key => ''{no,none}'', line_header => ''{no,year}'''), '42703', 'and exist');
SELECT pg_temp.accepted(pg_temp.attach(', header_key => ''{no,year}'', line_header => ''{no,year}'''),
                        'a header that is a view is attached by its key');
CREATE FUNCTION pg_temp.has(key text, expected numeric, description text) RETURNS text LANGUAGE sql AS
$$SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_table = 'shop.order_line'::regclass AND line_key = key),
            expected, key || ' ' || description)$$;

-- What the view says when a line is saved
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 100, 1000), (2, 'B', 'S', 100, 1000);
INSERT INTO shop."Order" VALUES (1, 2026, true), (2, 2026, false);
INSERT INTO shop.party VALUES (1, 2026, 'customer', 'A'), (1, 2026, 'carrier', 'B'), (2, 2026, 'customer', 'A');
INSERT INTO shop.order_line VALUES ('a', 1, 2026, 1, 'H', 1, 9), ('a', 2, 2026, 2, 'H', 2, 9), ('a/b', 3, 2026, 1, 'X', 3, 9),
    ('x\', 4, 2026, 7, 'H', 4, 9), ('y', 5, NULL, 1, 'H', 5, 9);
SELECT pg_temp.has('a/1', -1, 'is booked under what the view says');
SELECT pg_temp.has('a/2', NULL, 'is not: its document is not approved');
SELECT pg_temp.has('x\\/4', NULL, 'has no document');
SELECT is((SELECT string_agg(price::text, ' ' ORDER BY pos) FROM shop.order_line), '0 0 9 9 9', 'prices follow the view, too');
UPDATE shop."Order" SET approved = true WHERE no = 2;
SELECT pg_temp.has('a/2', NULL, 'is not watched');
SELECT results_eq('SELECT invariant, detail FROM credits.verify()',
                  $$VALUES ('unbooked_line', 'shop.order_line, line a/2: it wants -2 credits')$$, 'verify() sees it');

-- settle: the document as it is now
SELECT credits.settle('shop.order_line', '2/2026');
SELECT pg_temp.has('a/2', -2, 'is settled on demand');
CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
SELECT credits.settle('shop.order_line', '2/2026');
SELECT credits.settle('shop.order_line', '1/2026');
SELECT is(pg_temp.entries(), entries, 'what is settled stays as it is') FROM before;
UPDATE shop.party SET name = 'B' WHERE no = 2 AND role = 'customer';
SELECT credits.settle('shop.order_line', '2/2026');
SELECT is(credits.balance('A', 'SUPPORT') || ' ' || credits.balance('B', 'SUPPORT'), '99 98', 'the customer changes');
DELETE FROM shop."Order" WHERE no = 2;
SELECT credits.settle('shop.order_line', '2/2026');
SELECT is(credits.balance('B', 'SUPPORT'), 100::numeric, 'lines that lost their header give back');
INSERT INTO shop.order_line VALUES ('z', 6, 2026, 8, 'H', 8, 9);
INSERT INTO shop."Order" VALUES (8, 2026, true);
INSERT INTO shop.party VALUES (8, 2026, 'customer', 'A');
SELECT credits.settle('shop.order_line', '8/2026');
SELECT pg_temp.has('z/6', -8, 'waited for its document');
SELECT is((SELECT price FROM shop.order_line WHERE pos = 6), 0::numeric, 'and costs nothing from then on');
UPDATE shop."Order" SET approved = false WHERE no = 1;
UPDATE shop.order_line SET quantity = 6 WHERE pos = 1;
SELECT pg_temp.has('a/1', 0, 'sees the view as it is when it is saved itself');
UPDATE shop.order_line SET quantity = 1000 WHERE pos = 1;
UPDATE shop."Order" SET approved = true;
SELECT pg_temp.refused($$SELECT credits.settle('shop.order_line', '1/2026')$$, '23514 credits_balance_not_negative',
                       'never negative, by this road neither');
UPDATE shop.order_line SET quantity = 6 WHERE pos = 1;
SELECT pg_temp.has('a/1', -6, 'is booked as it is now');

-- A key that names nothing settles nothing
SELECT pg_temp.accepted(format($$SELECT credits.settle('shop.order_line', %L)$$, key), 'no such document: ' || key)
FROM unnest(ARRAY['', '/', '1', '1/2026/3', '99/2026', '1/99999', '01/2026', '1/ 2026', '+1/2026',
                  'a/b', '99999999999999999999/2026', '1\/2026', E'1\\', '1//2026']) AS key;
SELECT pg_temp.refused($$SELECT credits.settle('shop.order_line', NULL)$$, '22004', 'null is no key');
SELECT pg_temp.refused($$SELECT credits.settle(NULL, '1/2026')$$, '22004', 'nor is null a table');
SELECT pg_temp.refused($$SELECT credits.settle('shop.party', '1')$$, '42704', 'a table that is not attached');
SELECT is(pg_temp.entries(), (SELECT max(n) FROM (SELECT count(*) AS n FROM credits.entry) AS now),
          'nothing was booked for them');

-- Triggers of one's own: on a base table, and on the lines before ours
CREATE FUNCTION shop.tell() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN PERFORM credits.settle('shop.order_line', NEW.no || '/' || NEW.year); RETURN NULL; END$$;
CREATE TRIGGER tell AFTER UPDATE ON shop."Order" FOR EACH ROW EXECUTE FUNCTION shop.tell();
UPDATE shop."Order" SET approved = false WHERE no = 8;
SELECT pg_temp.has('z/6', 0, 'is settled by a trigger on the table behind the view');
UPDATE shop."Order" SET approved = true WHERE no = 8;
SELECT pg_temp.has('z/6', -8, 'and again');
CREATE TRIGGER aa_tell AFTER INSERT OR UPDATE ON shop.order_line FOR EACH ROW EXECUTE FUNCTION shop.tell();
INSERT INTO shop.order_line VALUES ('t', 7, 2026, 8, 'H', 1, 9), ('t', 8, 2026, 8, 'H', 2, 9);
UPDATE shop.order_line SET quantity = quantity + 1 WHERE code = 't';
SELECT pg_temp.has(key, n, 'is booked once when a row trigger has settled it before ours')
FROM (VALUES ('t/7', -2), ('t/8', -3)) AS line (key, n);
WITH saved AS (INSERT INTO shop.order_line VALUES ('u', 9, 2026, 8, 'H', 1, 9) RETURNING no, year)
SELECT credits.settle('shop.order_line', no || '/' || year) FROM saved;
SELECT pg_temp.has('u/9', -1, 'or the statement itself did');

-- Two rows for one document
INSERT INTO shop.party VALUES (8, 2026, 'customer', 'B');
SELECT pg_temp.refused($$SELECT credits.settle('shop.order_line', '8/2026')$$, '21000',
                       'a view that gives two headers for one line');
DELETE FROM shop.party WHERE no = 8 AND name = 'B';

-- Any other source: by the key of its header, or of the line itself
SET LOCAL session_replication_role = replica;
INSERT INTO shop.invoice VALUES ('F/1', 'A', '2026-02-01', 'posted');
INSERT INTO shop.invoice_line VALUES ('F/1', 1, 'H', 1, 0, 0), ('F/1', 2, 'H', 2, 9, 9);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 4), (4, 'A', 'H', 8);
SET LOCAL session_replication_role = origin;
SELECT credits.settle('shop.invoice_line', 'F\/1');
SELECT is((SELECT -sum(quantity) FROM credits.entry WHERE line_table = 'shop.invoice_line'::regclass),
          3::numeric, 'lines of a header table, whose key holds a /');
SELECT is((SELECT sum(price) FROM shop.invoice_line), 0::numeric, 'with their prices');
SELECT credits.settle('shop.slip', '3');
SELECT is((SELECT string_agg(line_key || ':' || quantity, ' ') FROM credits.entry WHERE line_table = 'shop.slip'::regclass
           AND quantity < 0), '3:-4', 'a line that is its own document');
SET LOCAL session_replication_role = replica;
DELETE FROM shop.slip WHERE id = 3;
SET LOCAL session_replication_role = origin;
SELECT credits.settle('shop.slip', '3');
SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_table = 'shop.slip'::regclass AND line_key = '3'),
          0::numeric, 'one that is gone gives back');
SELECT credits.settle('shop.slip', '4');

-- Who may
CREATE ROLE credits_test_clerk;
CREATE ROLE credits_test_reader;
GRANT USAGE ON SCHEMA shop TO credits_test_clerk, credits_test_reader;
GRANT INSERT ON shop.order_line TO credits_test_clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO credits_test_reader;
SET LOCAL ROLE credits_test_clerk;
SELECT pg_temp.accepted($$SELECT credits.settle('shop.order_line', '8/2026')$$, 'whoever may write lines may have them settled');
SELECT pg_temp.refused($$SELECT credits.settle('shop.slip', '1')$$, '42501', 'of this table only');
SET LOCAL ROLE credits_test_reader;
SELECT pg_temp.refused($$SELECT credits.settle('shop.order_line', '8/2026')$$, '42501', 'who may only read may not');
RESET ROLE;
GRANT credits_management TO credits_test_reader;
SET LOCAL ROLE credits_test_reader;
SELECT pg_temp.refused($$SELECT credits.settle('shop.order_line', '8/2026')$$, '42501', 'no role of credits stands for it');
RESET ROLE;
REVOKE credits_management FROM credits_test_reader;
CREATE FUNCTION pg_temp.settles_with(privilege text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
BEGIN
    EXECUTE format('GRANT %s ON shop.%s TO credits_test_reader', privilege, what);
    SET LOCAL ROLE credits_test_reader;
    outcome := pg_temp.outcome(format('SELECT credits.settle(%L, %L)', CASE what WHEN 'invoice' THEN 'shop.invoice_line'
                                      WHEN 'invoice_line' THEN 'shop.invoice_line' ELSE 'shop.order_line' END,
        CASE what WHEN 'order_line' THEN '8/2026' WHEN 'order_view' THEN '8/2026' ELSE 'F\/1' END));
    RESET ROLE;
    EXECUTE format('REVOKE %s ON shop.%s FROM credits_test_reader', privilege, what);
    RETURN outcome;
END
$$;
SELECT is(pg_temp.settles_with(privilege, what), 'accepted', format('%s on %s is the right to save', privilege, what))
FROM unnest('{order_line,invoice_line,invoice,order_view}'::text[]) AS what,
    unnest('{INSERT,UPDATE,DELETE}'::text[]) AS privilege;
SELECT is(pg_temp.settles_with('UPDATE (quantity)', 'order_line'), 'accepted', 'if only of one column');
SELECT is(pg_temp.settles_with('INSERT (state)', 'invoice'), 'accepted', 'of the header''s, too');
SELECT is(pg_temp.settles_with(privilege, 'order_line'), '42501', format('%s is not', privilege))
FROM unnest('{SELECT,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege;

-- Protection
SELECT pg_temp.refused('DROP VIEW shop.order_view', '2BP01', 'the view stays');
SELECT pg_temp.refused('DROP VIEW shop.order_view CASCADE', '2BP01', 'even so');
SELECT pg_temp.accepted('CREATE OR REPLACE VIEW shop.order_view AS SELECT o.year::int AS year, o.no, ''A''::text AS customer, '
                        'o.approved, DATE ''2026-01-15'' AS day, 1 AS more FROM shop."Order" AS o',
                        'it may get more columns, and another meaning');
SELECT credits.settle('shop.order_line', no || '/' || year) FROM shop."Order";
SELECT pg_temp.all_in_order();
SELECT pg_temp.accepted($$SELECT credits.detach('shop.order_line')$$, 'when the lines are detached');
SELECT pg_temp.accepted('DROP VIEW shop.order_view', 'the view may go');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
