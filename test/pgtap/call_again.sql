-- Whatever is renamed, the calls of attach and bind can be run again, and make the same.
BEGIN;
\ir common.psql

SELECT plan(31);

CREATE SCHEMA erp;

-- Runs the calls again. Null: they made what was there.
CREATE FUNCTION pg_temp.attached_again(line_table regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    call   CONSTANT text := credits.attach_call(line_table);
    before CONSTANT jsonb := (SELECT to_jsonb(s) - '{mapping,attached_at}'::text[] FROM credits.source AS s
                              WHERE s.line_table = attached_again.line_table);
BEGIN
    PERFORM credits.detach(line_table);
    EXECUTE call;
    RETURN (SELECT nullif(to_jsonb(s) - '{mapping,attached_at}'::text[], before)::text FROM credits.source AS s
            WHERE s.line_table = attached_again.line_table);
END
$$;
CREATE FUNCTION pg_temp.bound_again(erp_table regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    call CONSTANT text := credits.bind_call(erp_table);
BEGIN
    PERFORM credits.unbind(erp_table);
    EXECUTE call;
    RETURN nullif(credits.bind_call(erp_table), call);
END
$$;

-- Columns that are called like types and keywords, and strings that look like columns

CREATE TABLE erp.doc (id integer PRIMARY KEY, party text, posted timestamp, state text);
CREATE TABLE erp.line (id integer PRIMARY KEY, doc integer REFERENCES erp.doc, date date, "order" text, text text, item text,
                       quantity numeric, amount numeric);
SELECT credits.attach('erp.line', $$'invoice'$$, 'item', 'line.quantity::numeric', 'amount', 'header.party',
    'header.posted::date', header_table => 'erp.doc', document_number => 'Line.order',
    counts_when => $$line.text <> 'by date of text' AND header.state = 'state'::text$$);
ALTER TABLE erp.line RENAME date TO day;
ALTER TABLE erp.line RENAME text TO remark;
ALTER TABLE erp.line RENAME "order" TO "Order";
ALTER TABLE erp.doc RENAME state TO status;
SELECT is(pg_temp.attached_again('erp.line'), NULL, 'a column of a type''s name is renamed, and no type');
SELECT is((SELECT counts_when FROM credits.source), $$line.remark <> 'by date of text' AND header.status = 'state'::text$$,
    'nor a string');
SELECT is((SELECT document_number FROM credits.source), 'Line."Order"', 'behind a qualifier a keyword is a name');

-- Columns of views, and of tables that inherit

CREATE VIEW erp.read_doc AS
    SELECT id, party, posted, state FROM (VALUES (1, 'A', DATE '2026-01-01', 'x')) AS v (id, party, posted, state);
CREATE TABLE erp.line_of_view (id integer PRIMARY KEY, doc integer, item text, quantity numeric, amount numeric);
SELECT credits.attach('erp.line_of_view', 'invoice', 'item', 'quantity', 'amount', 'header.party', 'header.posted',
    header_table => 'erp.read_doc', header_key => '{id}', line_header => '{doc}', counts_when => $$header.state = 'x'$$);
ALTER VIEW erp.read_doc RENAME state TO status;
SELECT is(pg_temp.attached_again('erp.line_of_view'), NULL, 'a column of a view is followed');

CREATE TABLE erp.paper (id integer, party text, posted date);
CREATE TABLE erp.bill (PRIMARY KEY (id)) INHERITS (erp.paper);
CREATE TABLE erp.bill_line (id integer PRIMARY KEY, bill integer REFERENCES erp.bill, item text, quantity numeric,
                            amount numeric);
SELECT credits.attach('erp.bill_line', 'invoice', 'item', 'quantity', 'amount', 'header.party', 'header.posted',
    header_table => 'erp.bill');
ALTER TABLE erp.paper RENAME party TO client;
SELECT is(pg_temp.attached_again('erp.bill_line'), NULL, 'one that a header has inherited, too');

-- Bound tables: their columns stand with or without the table's name

CREATE TABLE erp.party (code text PRIMARY KEY, "time" text, date date, since date, credits boolean);
SELECT credits.bind_customers('erp.party', 'code',
    $$credits AND date > DATE '2020-01-01' AND extract(year FROM since) > 1 AND date::date > since$$, 'PARTY."time"');
ALTER TABLE erp.party RENAME "time" TO hour;
ALTER TABLE erp.party RENAME date TO day;
SELECT is((SELECT works_with_credits FROM credits.binding),
    $$credits AND day > DATE '2020-01-01' AND extract(year FROM since) > 1 AND day::date > since$$,
    'a column of a bound table is followed anywhere, and no type');
SELECT is(pg_temp.bound_again('erp.party'), NULL, 'and the call can be run again');
ALTER TABLE erp.party RENAME TO "100 % (of them";
ALTER TABLE erp."100 % (of them" RENAME hour TO "the \hour";
SELECT is((SELECT name FROM credits.binding), '"100 % (of them"."the \hour"', 'the table''s name is followed, too');
SELECT is(pg_temp.bound_again('erp."100 % (of them"'), NULL, 'whatever it is');

-- What a mapping calls

CREATE SCHEMA "Tools";
CREATE SCHEMA more;
CREATE EXTENSION citext SCHEMA more;
CREATE FUNCTION "Tools".of_item(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
CREATE FUNCTION "Tools".of_item(text, integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
CREATE FUNCTION "Tools".units(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION "Tools".units_of(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE DOMAIN "Tools".pieces AS numeric;
CREATE TYPE "Tools".state AS ENUM ('open', 'done');
CREATE TABLE erp.job (id integer PRIMARY KEY, item text, quantity numeric, state "Tools".state, party more.citext);
SELECT credits.attach('erp.job', 'other', '"Tools".of_item(line.item)',
    '"Tools" . UNITS (line.quantity::"Tools".pieces) * "Tools".units_of(1)', NULL, 'line.party::more.citext::text',
    $$date '2026-01-01'$$, counts_when => $$line.state = ANY ('{done}'::"Tools".state[]) AND line.item <> '"Tools".units'$$);
CREATE TABLE erp.tool (code text PRIMARY KEY, name text);
SELECT credits.bind_customers('erp.tool', 'code', name => '"Tools".of_item(tool.name)');
CREATE FUNCTION pg_temp.follows(statement text, expected text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN NEXT is((SELECT concat_ws('; ', article, quantity, customer, counts_when) FROM credits.source
                    WHERE line_table = 'erp.job'::regclass) || '; '
                   || (SELECT name FROM credits.binding WHERE erp_table = 'erp.tool'::regclass), expected, statement);
    RETURN NEXT is(pg_temp.attached_again('erp.job'), NULL, 'the call can be run again');
    RETURN NEXT is(pg_temp.bound_again('erp.tool'), NULL, 'that of a bound table, too');
END
$$;
CREATE TEMPORARY TABLE story (statement text, expected text);
INSERT INTO story VALUES
    ('ALTER FUNCTION "Tools".units RENAME TO "Units"',
     '"Tools".of_item(line.item); "Tools"."Units" (line.quantity::"Tools".pieces) * "Tools".units_of(1); '
     'line.party::more.citext::text; '
     'line.state = ANY (''{done}''::"Tools".state[]) AND line.item <> ''"Tools".units''; "Tools".of_item(tool.name)'),
    ('ALTER ROUTINE "Tools".of_item(text) SET SCHEMA more',
     'more.of_item(line.item); "Tools"."Units" (line.quantity::"Tools".pieces) * "Tools".units_of(1); '
     'line.party::more.citext::text; '
     'line.state = ANY (''{done}''::"Tools".state[]) AND line.item <> ''"Tools".units''; more.of_item(tool.name)'),
    ('SET search_path = "Tools"; ALTER DOMAIN pieces RENAME TO "a\1"; RESET search_path',
     'more.of_item(line.item); "Tools"."Units" (line.quantity::"Tools"."a\1") * "Tools".units_of(1); '
     'line.party::more.citext::text; '
     'line.state = ANY (''{done}''::"Tools".state[]) AND line.item <> ''"Tools".units''; more.of_item(tool.name)'),
    ('ALTER TYPE "Tools".state SET SCHEMA more',
     'more.of_item(line.item); "Tools"."Units" (line.quantity::"Tools"."a\1") * "Tools".units_of(1); '
     'line.party::more.citext::text; '
     'line.state = ANY (''{done}''::more.state[]) AND line.item <> ''"Tools".units''; more.of_item(tool.name)'),
    ('ALTER SCHEMA "Tools" RENAME TO tools',
     'more.of_item(line.item); tools."Units" (line.quantity::tools."a\1") * tools.units_of(1); line.party::more.citext::text; '
     'line.state = ANY (''{done}''::more.state[]) AND line.item <> ''"Tools".units''; more.of_item(tool.name)'),
    ('ALTER EXTENSION citext SET SCHEMA tools',
     'more.of_item(line.item); tools."Units" (line.quantity::tools."a\1") * tools.units_of(1); line.party::tools.citext::text; '
     'line.state = ANY (''{done}''::more.state[]) AND line.item <> ''"Tools".units''; more.of_item(tool.name)');
SELECT pg_temp.follows(statement, expected) FROM story;
SELECT pg_temp.refused('ALTER FUNCTION tools.nothing() RENAME TO x', '42883', 'what is not there is PostgreSQL''s business');
CREATE FUNCTION more.of_item(text, integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
SELECT credits.detach('erp.job'), credits.unbind('erp.tool');
SELECT credits.bind_customers('erp.tool', 'code', name => 'more.of_item(tool.name) || more.of_item(tool.name, 1)');
SELECT pg_temp.refused('ALTER FUNCTION more.of_item(text) RENAME TO x', '2BP01', 'of two of one name none is renamed');
SELECT pg_temp.refused('ALTER FUNCTION more.of_item(text) SET SCHEMA tools', '2BP01', 'nor moved');
ALTER SCHEMA more RENAME TO most;
SELECT is(pg_temp.bound_again('erp.tool'), NULL, 'but both may go with their schema');

SELECT * FROM finish();
ROLLBACK;
