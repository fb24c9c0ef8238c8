-- attach: what it accepts, and every mistake that it finds, by SQLSTATE.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(168);

-- Given lines of many sorts, and a call of attach of which each test changes one argument

CREATE DOMAIN shop.amount AS numeric(12,2);
CREATE TABLE shop.document (id bigint PRIMARY KEY, code text UNIQUE, customer text, day date, at timestamp,
                            atz timestamptz, number text, state text, posted boolean);
CREATE TABLE shop.line (
    id       bigint PRIMARY KEY,
    document bigint REFERENCES shop.document,
    item     text,
    quantity numeric,
    price    numeric,
    net      shop.amount,
    label    text,
    "From"   int,
    spent    interval,
    computed numeric GENERATED ALWAYS AS (quantity * price) STORED
);
CREATE FUNCTION pg_temp.attach(changes jsonb DEFAULT '{}', line_table text DEFAULT 'shop.line',
                               is_tried boolean DEFAULT true) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    arguments jsonb := jsonb_strip_nulls(jsonb_build_object('line_table', line_table, 'kind', 'invoice',
                                                            'article', 'item', 'quantity', 'quantity',
        'amount', 'net', 'customer', 'header.customer', 'document_date', 'header.day', 'header_table', 'shop.document')
        || changes);
BEGIN
    RETURN pg_temp.outcome((SELECT format('SELECT credits.attach(%s%s)', string_agg(format('%I => %L', key, value), ', '),
        CASE WHEN arguments ? 'amount' THEN '' ELSE ', amount => NULL' END) FROM jsonb_each_text(arguments)), is_tried);
END
$$;
CREATE FUNCTION pg_temp.attached(description text, changes jsonb, line_table text DEFAULT 'shop.line') RETURNS text
    LANGUAGE sql AS
$$SELECT is(pg_temp.attach(changes, line_table), 'accepted', description)$$;
CREATE FUNCTION pg_temp.mistake(expected text, description text, changes jsonb, line_table text DEFAULT 'shop.line') RETURNS text
    LANGUAGE sql AS
$$SELECT is(pg_temp.attach(changes, line_table), expected, description)$$;

-- What can be said

SELECT pg_temp.attached('columns of line and header', '{}');
SELECT pg_temp.attached('a column named with its table', '{"article": "line.item", "quantity": "line.quantity"}');
SELECT pg_temp.attached('an expression over both',
                        '{"amount": "line.quantity * line.price", "document_number": "header.number || ''/'' || line.id::text"}');
SELECT pg_temp.attached('a constant', '{"article": "''HOUR''", "quantity": "1"}');
SELECT pg_temp.attached('a quoted name', '{"quantity": "\"From\""}');
SELECT pg_temp.attached('a duration', '{"quantity": "spent"}');
SELECT pg_temp.attached('a generated column', '{"amount": "computed"}');
SELECT pg_temp.attached('an expression that ends with a comment', '{"quantity": "line.quantity -- of the line"}');
SELECT pg_temp.attached('a timestamp for a date', '{"document_date": "header.at"}');
SELECT pg_temp.attached('a timestamp with time zone, at a zone',
                        '{"document_date": "header.atz AT TIME ZONE ''Europe/Brussels''"}');
SELECT pg_temp.attached('a number as customer', '{"customer": "header.id"}');
SELECT pg_temp.attached('a kind per row',
                        '{"kind": "CASE WHEN line.label = ''r'' THEN ''service_report'' ELSE ''invoice'' END"}');
SELECT pg_temp.attached(kind, jsonb_build_object('kind', kind))
FROM unnest(ARRAY['invoice', 'delivery_note', 'cash_sale', 'service_report', 'helpdesk', 'event', 'other']) AS kind;
SELECT pg_temp.attached('no amount', '{"amount": null}');
SELECT pg_temp.attached('conditions',
                        '{"applies_to": "line.label IS NULL", "counts_when": "header.posted AND header.state <> ''cancelled''"}');
SELECT pg_temp.attached('price columns', '{"zero_columns": "{price,net}"}');
SELECT pg_temp.attached('everything at once', '{"document_number": "header.number", "line_key": "{id}",
    "header_key": "{id}", "line_header": "{document}",
    "currency": "''EUR''", "entered_by": "line.label", "from_date": "2026-01-01", "check_at": "commit"}');
SELECT pg_temp.attached('an origin', '{"origin": "label"}');
SELECT pg_temp.attached('an origin in another table', '{"origin": "label", "origin_table": "shop.slip"}');
SELECT pg_temp.attached('one in the same table', '{"origin": "\"From\"", "origin_table": "shop.line"}');
SELECT pg_temp.attached('an expression for an origin', '{"origin": "line.label || ''/1''", "origin_table": "shop.invoice_line"}');
SELECT pg_temp.attached('no header',
                        '{"header_table": null, "customer": "label", "document_date": "DATE ''2026-01-01'' + line.\"From\""}');

-- No such column: 42703

SELECT pg_temp.mistake('42703', argument || ': no such column of the line', jsonb_build_object(argument, 'none'))
FROM unnest(ARRAY['article', 'quantity', 'amount', 'customer', 'document_date', 'document_number',
                  'kind', 'applies_to', 'counts_when', 'currency', 'entered_by']) AS argument;
SELECT pg_temp.mistake('42703', 'no such column of the header', '{"customer": "header.none"}');
SELECT pg_temp.mistake('42703', 'no such column in an expression', '{"amount": "line.quantity * line.none"}');
SELECT pg_temp.mistake('42703', 'a column that an expression does not name with its table', '{"amount": "quantity * price"}');
SELECT pg_temp.mistake('42703', 'a name that needs quotes', '{"quantity": "From2"}');
SELECT pg_temp.mistake('42703', argument || ': no such column', jsonb_build_object(argument, '{none}'))
FROM unnest(ARRAY['line_key', 'header_key', 'line_header', 'zero_columns']) AS argument;
SELECT pg_temp.mistake('42P01', 'a header where there is none', '{"header_table": null}');
SELECT pg_temp.mistake('42P01', 'a table that is neither line nor header', '{"customer": "document.customer"}');
SELECT pg_temp.mistake('42P01', 'no such table', '{}', 'shop.none');

-- Wrong type: 42804

SELECT pg_temp.mistake('42804', argument || ' is a text', jsonb_build_object(argument, 'label'))
FROM unnest(ARRAY['quantity', 'amount', 'document_date', 'applies_to', 'counts_when']) AS argument;
SELECT pg_temp.mistake('42804', 'a boolean quantity', '{"quantity": "header.posted"}');
SELECT pg_temp.mistake('42804', 'a condition that is a number', '{"counts_when": "1"}');
SELECT pg_temp.mistake('42804', 'a price that is a text', '{"zero_columns": "{label}"}');
SELECT pg_temp.mistake('42804', 'money', '{"amount": "line.net::numeric::money"}');
SELECT pg_temp.mistake('42883', 'an operator that does not exist', '{"amount": "line.quantity * line.label"}');

-- Not one expression: 42601

SELECT pg_temp.mistake('42601', format('quantity %L', wrong), jsonb_build_object('quantity', wrong))
FROM unnest(ARRAY['', ' ', 'quantity +', 'quantity, price', 'quantity; SELECT 1', 'quantity AS q',
                  'quantity FROM shop.line', 'quantity WHERE true', '*',
    'quantity ORDER BY 1', 'DISTINCT quantity', 'quantity LIMIT 1', 'quantity UNION SELECT 1', '1) + (1', 'quantity)--'])
    AS wrong;

-- Not immutable: 42P17

SELECT pg_temp.mistake('42P17', wrong, jsonb_build_object('document_date', wrong))
FROM unnest(ARRAY['now()', 'CURRENT_DATE', 'header.atz', 'header.atz::date', 'header.day + (random() * 10)::int',
                  'to_date(header.number, ''YYYY'')']) AS wrong;
CREATE FUNCTION shop.stable(numeric) RETURNS numeric STABLE LANGUAGE sql RETURN $1;
CREATE FUNCTION shop.immutable(numeric) RETURNS numeric IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
SELECT pg_temp.mistake('42P17', 'a function of the ERP that is not immutable', '{"quantity": "shop.stable(line.quantity)"}');
SELECT pg_temp.attached('one that says that it is', '{"quantity": "shop.immutable(line.quantity)"}');
SELECT pg_temp.mistake('42P17', 'a key whose text depends on a setting',
                       '{"line_key": "{id,day}", "header_table": null, "customer": "label", "document_date": "day"}',
                       'shop.dated')
FROM (SELECT pg_temp.outcome(
    'CREATE TABLE shop.dated (id int, day interval, item text, quantity numeric, net numeric, label text, UNIQUE (id, day))'))
AS given;

-- Not supported: 0A000

SELECT pg_temp.mistake('0A000', 'a foreign key that is not valid', '{}', 'shop.orphaned')
FROM (SELECT pg_temp.outcome('CREATE TABLE shop.orphaned (LIKE shop.line INCLUDING ALL); '
                             'ALTER TABLE shop.orphaned ADD CONSTRAINT to_header '
                             'FOREIGN KEY (document) REFERENCES shop.document NOT VALID')) AS given;

SELECT pg_temp.mistake('0A000', 'a subquery', '{"quantity": "(SELECT 1)"}');
SELECT pg_temp.mistake('0A000', 'EXISTS', '{"counts_when": "EXISTS (SELECT 1)"}');
SELECT pg_temp.mistake('0A000', 'an ARRAY of a subquery', '{"quantity": "(ARRAY(SELECT 1))[1]"}');
SELECT pg_temp.mistake('0A000', 'a set', '{"quantity": "generate_series(1, 2)"}');
SELECT ok(pg_temp.attach('{"quantity": "sum(line.quantity)"}') IN ('0A000', '42803'), 'an aggregate');
SELECT ok(pg_temp.attach('{"quantity": "row_number() OVER ()"}') IN ('0A000', '42P20'), 'a window function');
SELECT pg_temp.mistake('42804', 'an amount that is a duration', '{"amount": "spent"}');
SELECT pg_temp.mistake('22023', 'settling at another time', '{"check_at": "later"}');
SELECT pg_temp.mistake('0A000', 'an origin that the header tells', '{"origin": "header.code", "origin_table": "shop.slip"}');
CREATE TABLE shop.card (mac macaddr PRIMARY KEY, customer text, day date, item text, quantity numeric);
SELECT is(pg_temp.outcome($$SELECT credits.attach('shop.card', 'other', 'item', 'quantity', NULL, 'customer', 'day')$$),
          'accepted', 'given keys of a type whose text cannot be read back');
SELECT pg_temp.mistake('0A000', 'an origin among them', '{"origin": "label", "origin_table": "shop.card"}');
SELECT credits.detach('shop.card') \gset
SELECT pg_temp.mistake('42704', 'an origin in a table that is not attached',
                       '{"origin": "label", "origin_table": "shop.document"}');
SELECT pg_temp.mistake('42703', 'an origin in no column', '{"origin": "lable", "origin_table": "shop.slip"}');
SELECT pg_temp.mistake('22004', 'a table of origins without an origin', '{"origin_table": "shop.slip"}');
SELECT pg_temp.mistake('42703', 'credit notes that name their sale by no column', '{"refers_to": "refund_of"}');
SELECT pg_temp.mistake('0A000', 'a price that is computed', '{"zero_columns": "{computed}"}');
CREATE VIEW shop.document_view AS SELECT * FROM shop.document;
SELECT pg_temp.attached('a header that is a view',
                        '{"header_table": "shop.document_view", "header_key": "{id}", "line_header": "{document}"}');
CREATE TABLE shop.unbound (id int PRIMARY KEY, document bigint, item text, quantity numeric, net numeric);
SELECT pg_temp.mistake('0A000', 'a header without a foreign key', '{"line_header": "{document}"}', 'shop.unbound');
CREATE TABLE shop.parts (LIKE shop.unbound, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE shop.heir () INHERITS (shop.unbound);

-- No key: 42P16

CREATE TABLE shop.keyless (id int, document bigint REFERENCES shop.document, item text, quantity numeric,
                           net numeric, again int UNIQUE DEFERRABLE);
CREATE UNIQUE INDEX ON shop.keyless (id) WHERE id > 0;
CREATE UNIQUE INDEX ON shop.keyless ((id + 1));
SELECT pg_temp.mistake('42P16', 'no primary key', '{}', 'shop.keyless');
SELECT pg_temp.mistake('42P16', 'a unique index over some rows', '{"line_key": "{id}"}', 'shop.keyless');
SELECT pg_temp.mistake('42P16', 'a unique key that can be deferred', '{"line_key": "{again}"}', 'shop.keyless');
SELECT pg_temp.mistake('42P16', 'a key that is not unique', '{"line_key": "{document}"}');
SELECT pg_temp.mistake('42P16', 'more columns than the key has', '{"line_key": "{id,document}"}');
SELECT pg_temp.mistake('42P16', 'a key of no columns', '{"line_key": "{}"}');
SELECT pg_temp.mistake('42P16', 'a header key that is not unique', '{"header_key": "{number}"}');
SELECT pg_temp.mistake('42P16', 'a header key that the lines do not refer to', '{"header_key": "{code}"}');
CREATE TABLE shop.two (id int PRIMARY KEY, document bigint REFERENCES shop.document, return_of bigint REFERENCES shop.document,
                       item text, quantity numeric, net numeric);
SELECT pg_temp.mistake('42P16', 'two foreign keys to the header', '{}', 'shop.two');
SELECT pg_temp.attached('of which one is named', '{"line_header": "{document}"}', 'shop.two');
SELECT pg_temp.mistake('42P16', 'no foreign key to the header', '{"header_table": "shop.document"}', 'shop.other')
FROM (SELECT pg_temp.outcome(
    'CREATE TABLE shop.other (id int PRIMARY KEY, document bigint, item text, quantity numeric, net numeric)')) AS given;
ALTER TABLE shop.keyless ALTER id SET NOT NULL, ADD CONSTRAINT all_ids UNIQUE (id);
SELECT pg_temp.attached('a unique key that is named', '{"line_key": "{id}"}', 'shop.keyless');

-- No ordinary table: 42809

CREATE TABLE shop.part PARTITION OF shop.parts FOR VALUES FROM (1) TO (2);
CREATE VIEW shop.line_view AS SELECT * FROM shop.line;
CREATE MATERIALIZED VIEW shop.line_copy AS SELECT * FROM shop.line;
CREATE TEMP TABLE line_temp (LIKE shop.line INCLUDING ALL);
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE shop.line_abroad (id bigint, item text, quantity numeric, net numeric) SERVER nowhere;
CREATE UNLOGGED TABLE shop.line_unlogged (LIKE shop.line INCLUDING ALL);
CREATE TYPE shop.line_row AS (id bigint, item text, quantity numeric, net numeric);
CREATE TABLE shop.parts_lost (LIKE shop.line, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE UNLOGGED TABLE shop.part_lost PARTITION OF shop.parts_lost FOR VALUES FROM (1) TO (2);
CREATE TABLE shop.ancestor (LIKE shop.line INCLUDING ALL);
CREATE UNLOGGED TABLE shop.heir_lost (PRIMARY KEY (id)) INHERITS (shop.ancestor);
CREATE SEQUENCE shop.line_no;
SELECT pg_temp.mistake('42809', wrong, '{"header_table": null, "customer": "item", "document_date": "DATE ''2026-01-01''"}',
                       wrong)
FROM unnest(ARRAY['shop.part', 'shop.heir', 'shop.line_view', 'shop.line_copy', 'pg_temp.line_temp',
                  'shop.line_abroad', 'shop.line_pkey', 'shop.line_no', 'shop.line_row',
    'pg_catalog.pg_class', 'information_schema.sql_features', 'credits.customer', 'credits._account',
    'credits.entry', 'shop.line_unlogged', 'shop.parts_lost', 'shop.ancestor']) AS wrong;
SELECT pg_temp.mistake('42809', 'toast', '{"header_table": null}', reltoastrelid::regclass::text)
FROM pg_class WHERE oid = 'shop.line'::regclass;

CREATE TEMP TABLE document_temp (LIKE shop.document INCLUDING ALL);
CREATE TEMP VIEW document_view AS SELECT * FROM shop.document;
CREATE UNLOGGED TABLE shop.document_unlogged (LIKE shop.document INCLUDING ALL);
CREATE MATERIALIZED VIEW shop.document_copy AS SELECT * FROM shop.document;
CREATE UNIQUE INDEX ON shop.document_copy (id);
CREATE FOREIGN TABLE shop.document_abroad (id bigint, customer text, day date) SERVER nowhere;
CREATE TABLE shop.documents (id bigint PRIMARY KEY, customer text, day date) PARTITION BY RANGE (id);
CREATE UNLOGGED TABLE shop.documents_lost PARTITION OF shop.documents FOR VALUES FROM (1) TO (2);
CREATE TABLE shop.of_documents (LIKE shop.line INCLUDING ALL, FOREIGN KEY (document) REFERENCES shop.documents);
SELECT pg_temp.mistake('42809', 'no header: ' || wrong,
                       jsonb_build_object('header_table', wrong, 'header_key', '{id}', 'line_header', '{document}'), lines)
FROM (SELECT unnest(ARRAY['pg_temp.document_temp', 'pg_temp.document_view', 'shop.document_unlogged',
                          'shop.document_copy', 'shop.document_abroad', 'shop.line_no', 'shop.line_row',
          'shop.line_pkey', 'pg_catalog.pg_class', 'pg_catalog.pg_roles', 'information_schema.sql_features',
          'credits.customer', 'credits.portfolio', 'credits.entry', 'shop.line']), 'shop.line'
      UNION ALL VALUES ('shop.documents', 'shop.of_documents')) AS t (wrong, lines);

-- Attached already, nulls

SELECT is(pg_temp.attach(is_tried => false), 'accepted', 'given an attached table');
SELECT pg_temp.mistake('42710', 'it is not attached twice', '{}');
SELECT credits.detach('shop.line') \gset
SELECT pg_temp.refused(format('SELECT credits.attach(%s)', arguments), '22004', 'not null: ' || arguments) FROM unnest(ARRAY[
    $$NULL, 'invoice', 'item', 'quantity', 'net', 'label', 'day'$$,
    $$'shop.line', NULL, 'item', 'quantity', 'net', 'label', 'day'$$,
    $$'shop.line', 'invoice', NULL, 'quantity', 'net', 'label', 'day'$$,
    $$'shop.line', 'invoice', 'item', NULL, 'net', 'label', 'day'$$,
    $$'shop.line', 'invoice', 'item', 'quantity', 'net', NULL, 'day'$$,
    $$'shop.line', 'invoice', 'item', 'quantity', 'net', 'label', NULL$$,
    $$'shop.line', 'invoice', 'item', 'quantity', 'net', 'label', 'day', line_header => '{document}'$$,
    $$'shop.line', 'invoice', 'item', 'quantity', 'net', 'label', 'day', header_key => '{id}'$$]) AS arguments;

-- Ownership and the role: 42501

CREATE ROLE credits_test_clerk IN ROLE credits_management;
CREATE ROLE credits_test_dba IN ROLE credits_management;
GRANT USAGE, CREATE ON SCHEMA shop TO credits_test_dba, credits_test_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA shop TO credits_test_clerk;
ALTER TABLE shop.line OWNER TO credits_test_dba;
SET LOCAL ROLE credits_test_clerk;
SELECT pg_temp.mistake('42501', 'attach is for the owner of the lines', '{}');
SET LOCAL ROLE credits_test_dba;
SELECT pg_temp.mistake('42501', 'and of the header', '{}');
RESET ROLE;
ALTER TABLE shop.document OWNER TO credits_test_dba;
SET LOCAL ROLE credits_test_dba;
SELECT pg_temp.mistake('42501', 'and of the table of origins', '{"origin": "label", "origin_table": "shop.slip"}');
SELECT is(pg_temp.attach(is_tried => false), 'accepted', 'who is in credits_management');
SELECT pg_temp.refused($$SELECT credits.detach('shop.slip')$$, '42501', 'detach is for the owner, too');
RESET ROLE;

-- A failed attempt leaves nothing

SELECT results_eq('SELECT line_table FROM credits.source ORDER BY 1',
                  ARRAY['shop.slip', 'shop.invoice_line', 'shop.line']::regclass[], 'what is attached is listed');
SELECT results_eq($$SELECT mapping FROM credits.source ORDER BY 1$$,
    $$SELECT oid::regclass FROM pg_class WHERE relname ~ '_lines\d*$' AND relnamespace = 'credits'::regnamespace ORDER BY oid$$,
    'each with its mapping');
SELECT results_eq($$SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'zz_credits%'
                    GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('shop.document', 2::bigint), ('shop.invoice', 2), ('shop.invoice_line', 5), ('shop.line', 4), ('shop.slip', 4)$$,
    'and its triggers');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
