-- A key that PostgreSQL does not hold rows to is none: deferrable or not valid ones; from 18 on those that are NOT ENFORCED,
-- WITHOUT OVERLAPS, of a PERIOD, or NOT NULL … NOT VALID. And one in use is not loosened.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT current_setting('server_version_num')::integer >= 180000 AS has_loose_keys \gset
SELECT plan(7 + CASE WHEN :'has_loose_keys' THEN 18 ELSE 4 END);

CREATE FUNCTION pg_temp.attach(line_table text, header_table text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT credits.attach(%L, ''invoice'', article => ''item'', quantity => ''quantity'', amount => NULL, '
                  'customer => %L, document_date => %L, header_table => %L)', line_table,
                  CASE WHEN header_table IS NULL THEN 'customer' ELSE 'header.customer' END,
                  CASE WHEN header_table IS NULL THEN 'day' ELSE 'header.day' END, header_table)
$$;
CREATE TABLE shop.act (id integer NOT NULL, number text, customer text, day date, item text, quantity numeric);
CREATE FUNCTION pg_temp.with_key(key text, outcome text, description text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'ALTER TABLE shop.act ADD CONSTRAINT key ' || key;
    RETURN pg_temp.refused(pg_temp.attach('shop.act'), outcome, description);
END
$$;
SELECT pg_temp.with_key('PRIMARY KEY (id) DEFERRABLE', '42P16', 'a deferrable key is none');
ALTER TABLE shop.act DROP CONSTRAINT key;
SELECT pg_temp.with_key('PRIMARY KEY (id)', 'accepted', 'another one is');
ALTER TABLE shop.act ADD CONSTRAINT header FOREIGN KEY (number) REFERENCES shop.invoice NOT VALID;
SELECT pg_temp.refused(pg_temp.attach('shop.act', 'shop.invoice'), '0A000', 'a reference that is not valid is none yet');
ALTER TABLE shop.act VALIDATE CONSTRAINT header;
SELECT pg_temp.accepted(pg_temp.attach('shop.act', 'shop.invoice'), 'once it is it counts');
SELECT pg_temp.refused('ALTER TABLE shop.act DROP CONSTRAINT header', '2BP01', 'and stays');
SELECT pg_temp.accepted('ALTER TABLE shop.act ALTER CONSTRAINT header DEFERRABLE', 'a header may come later than its lines');

\if :has_loose_keys
-- NOT ENFORCED
SELECT pg_temp.refused('ALTER TABLE shop.act ALTER CONSTRAINT header NOT ENFORCED', '2BP01', 'a reference in use stays enforced');
SELECT pg_temp.refused('ALTER TABLE shop.invoice_line ALTER CONSTRAINT invoice_line_number_fkey NOT ENFORCED', '2BP01',
                       'whichever way it was made');
SELECT pg_temp.refused('DO $b$BEGIN ALTER TABLE shop.act ADD z integer, ALTER CONSTRAINT header NOT ENFORCED; END$b$', '2BP01',
                       'and however it is altered');
ALTER TABLE shop.act ADD CONSTRAINT other FOREIGN KEY (customer) REFERENCES shop.invoice;
SELECT pg_temp.accepted('ALTER TABLE shop.act ALTER CONSTRAINT other NOT ENFORCED', 'another reference is its owner''s');
SELECT credits.detach('shop.act') \g /dev/null
SELECT pg_temp.accepted('ALTER TABLE shop.act ALTER CONSTRAINT header NOT ENFORCED', 'so is one that was detached');
SELECT pg_temp.refused(pg_temp.attach('shop.act', 'shop.invoice'), '42P16', 'one that nobody enforces is none');
ALTER TABLE shop.act ADD CONSTRAINT enforced FOREIGN KEY (number) REFERENCES shop.invoice ON DELETE CASCADE;
SELECT pg_temp.accepted(pg_temp.attach('shop.act', 'shop.invoice'), 'beside one that is enforced it is not asked');
INSERT INTO shop.invoice VALUES ('1', 'A');
SELECT credits.register_sale('A', 'SUPPORT', 9, 900, 'x') \g /dev/null
INSERT INTO shop.act (id, number, item, quantity) VALUES (1, '1', 'H', 1);
SELECT is(credits.balance('A', 'SUPPORT'), 8::numeric, 'lines are booked');
DELETE FROM shop.invoice;
SELECT is(credits.balance('A', 'SUPPORT'), 9::numeric, 'and go with their header');

CREATE TABLE shop.part (id integer, number text, item text, quantity numeric, PRIMARY KEY (id),
                        CONSTRAINT header FOREIGN KEY (number) REFERENCES shop.invoice) PARTITION BY RANGE (id);
CREATE TABLE shop.part_1 PARTITION OF shop.part FOR VALUES FROM (1) TO (10);
SELECT pg_temp.accepted(pg_temp.attach('shop.part', 'shop.invoice'), 'a partitioned table');
SELECT pg_temp.refused('ALTER TABLE shop.part ALTER CONSTRAINT header NOT ENFORCED', '2BP01', 'keeps its reference, too');

-- NOT NULL … NOT VALID
CREATE TABLE shop.nullable (id integer UNIQUE, customer text, day date, item text, quantity numeric);
ALTER TABLE shop.nullable ADD CONSTRAINT present NOT NULL id NOT VALID;
SELECT pg_temp.refused(replace(pg_temp.attach('shop.nullable'), ')', ', line_key => ''{id}'')'), '42P16',
                       'a column that may have been null is no key');
ALTER TABLE shop.nullable VALIDATE CONSTRAINT present;
SELECT pg_temp.accepted(replace(pg_temp.attach('shop.nullable'), ')', ', line_key => ''{id}'')'), 'one that was not is');

-- WITHOUT OVERLAPS and PERIOD
CREATE TABLE shop.stay (room int4range, period int4range, customer text, day date, item text, quantity numeric,
                        PRIMARY KEY (room, period WITHOUT OVERLAPS));
SELECT pg_temp.refused(pg_temp.attach('shop.stay'), '42P16', 'a key without overlaps tells lines apart by more than equality');
ALTER TABLE shop.stay ADD id integer NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE;
SELECT pg_temp.refused(pg_temp.attach('shop.stay'), '42P16', 'it is the primary key that is asked');
SELECT pg_temp.accepted(replace(pg_temp.attach('shop.stay'), ')', ', line_key => ''{id}'')'), 'another one can be named');
CREATE TABLE shop.meal (id integer PRIMARY KEY, room int4range, period int4range, item text, quantity numeric,
                        CONSTRAINT during FOREIGN KEY (room, PERIOD period) REFERENCES shop.stay (room, PERIOD period));
SELECT pg_temp.refused(pg_temp.attach('shop.meal', 'shop.stay'), '42P16', 'a reference to a period leads to several rows');
ALTER TABLE shop.meal ADD stay integer CONSTRAINT at REFERENCES shop.stay (id);
SELECT pg_temp.accepted(pg_temp.attach('shop.meal', 'shop.stay'), 'beside one that leads to one row it is not asked');
\else
SELECT throws_ok(statement, '42601', NULL, 'this major has no ' || what) FROM (VALUES
    ('ALTER TABLE shop.act ALTER CONSTRAINT header NOT ENFORCED', 'foreign keys that are not enforced'),
    ('ALTER TABLE shop.act ADD CONSTRAINT present NOT NULL day NOT VALID', 'NOT NULL that is not valid'),
    ('CREATE TABLE shop.stay (room int, period int4range, PRIMARY KEY (room, period WITHOUT OVERLAPS))', 'keys without overlaps'),
    ('CREATE TABLE shop.meal (room int, period int4range, FOREIGN KEY (room, PERIOD period) REFERENCES shop.stay)',
     'references to a period')) AS t (statement, what);
\endif
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
