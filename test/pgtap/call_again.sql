-- Whatever is renamed, the calls of attach and bind can be run again, and make the same.
BEGIN;
\ir common.psql

SELECT plan(9);

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

SELECT * FROM finish();
ROLLBACK;
