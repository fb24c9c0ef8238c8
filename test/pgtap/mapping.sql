-- Lines and headers of all types: what a mapping makes of their columns.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(53);
INSERT INTO credits.customer (customer) VALUES ('7'), ('00000000-0000-0000-0000-000000000007'), ('2026-01-07');

-- Keys: a sale and a consumption under a header with a key of each type; then the line, the header and both keys change

CREATE FUNCTION pg_temp.key_works(key_type text, one text, two text, three text, reference_type text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    problem text;
BEGIN
    EXECUTE format('CREATE TABLE shop.doc (id %1$s PRIMARY KEY, customer text, day date, state text DEFAULT ''posted'');
                    CREATE TABLE shop.doc_line (id %1$s PRIMARY KEY, doc %2$s REFERENCES shop.doc ON DELETE CASCADE,
                                              item text, quantity numeric, net numeric)',
        key_type, coalesce(reference_type, key_type));
    PERFORM credits.attach('shop.doc_line', 'invoice', article => 'item', quantity => 'quantity',
                           amount => 'net', customer => 'header.customer',
        document_date => 'header.day', header_table => 'shop.doc', counts_when => $x$header.state = 'posted'$x$);
    EXECUTE format('INSERT INTO shop.doc VALUES (%L, ''A'', ''2026-01-01''), (%L, ''B'', ''2026-01-01'')', one, two);
    EXECUTE format('INSERT INTO shop.doc_line VALUES (%1$L, %1$L, ''S'', 10, 100), (%2$L, %1$L, ''H'', 4, 0)', one, two);
    EXECUTE format('UPDATE shop.doc_line SET quantity = 6 WHERE id = %L', two);
    EXECUTE format('UPDATE shop.doc_line SET id = %L WHERE id = %L', three, two);
    EXECUTE format('UPDATE shop.doc SET state = ''draft'' WHERE id = %L', one);
    EXECUTE format('UPDATE shop.doc SET state = ''posted'' WHERE id = %L', one);
    EXECUTE format('UPDATE shop.doc_line SET doc = %L', two);
    SELECT string_agg(format('%s %s %s', customer, line_key, sum), E'\n' ORDER BY customer, line_key) INTO problem
    FROM (SELECT customer, line_key, sum(quantity) FROM credits.entry WHERE line_table = 'shop.doc_line'::regclass
          AND line_key IN (one, three) GROUP BY 1, 2)
        AS booked;
    problem := nullif(problem, format(E'A %1$s 0\nA %2$s 0\nB %1$s 10\nB %2$s -6', least(one COLLATE "C", three),
                                      greatest(one COLLATE "C", three)));
    DELETE FROM shop.doc_line;
    problem := concat_ws(E'\n', problem, (SELECT string_agg(detail, E'\n') FROM credits.verify()));
    PERFORM credits.detach('shop.doc_line');
    DROP TABLE shop.doc_line, shop.doc;
    RETURN is(problem, '', format('keys of type %s%s', key_type, ', referred to by ' || reference_type));
END
$$;
SELECT pg_temp.key_works(type, '1', '20', '300')
FROM unnest(ARRAY['bigint', 'integer', 'smallint', 'numeric', 'text', 'varchar(10)', 'char(3)', 'name']) AS type;
SELECT pg_temp.key_works('bigint', '1', '20', '300', 'integer');
SELECT pg_temp.key_works('integer', '1', '20', '300', 'bigint');
SELECT pg_temp.key_works('smallint', '1', '20', '300', 'bigint');
SELECT pg_temp.key_works('uuid', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
                         '00000000-0000-0000-0000-000000000003');
CREATE DOMAIN shop.code AS text CHECK (VALUE <> '');
SELECT pg_temp.key_works('shop.code', 'a', 'b', 'c');
SELECT pg_temp.key_works('text COLLATE "C"', 'a', 'B', 'é', 'text COLLATE "C"');

-- A key of several columns, a reference of several columns, in another order than the header's key

CREATE TABLE shop.order (company int, year smallint, number bigint, customer text, day date, PRIMARY KEY (company, year, number));
CREATE TABLE shop.order_line (year int, number bigint, company int, row_no int, variant text, item text,
                              quantity numeric, net numeric,
    PRIMARY KEY (company, year, number, row_no, variant),
        FOREIGN KEY (number, company, year) REFERENCES shop.order (number, company, year));
SELECT pg_temp.accepted($$SELECT credits.attach('shop.order_line', 'invoice', article => 'item',
                                                quantity => 'quantity', amount => 'net',
    customer => 'header.customer', document_date => 'header.day', document_number => 'header.number',
    header_table => 'shop.order')$$,
    'given a key of five columns and a reference of three');
INSERT INTO shop.order VALUES (1, 2026, 5, 'A', '2026-01-01'), (2, 2026, 5, 'B', '2026-01-01'), (5, 2026, 1, 'C', '2026-01-01');
INSERT INTO shop.order_line VALUES (2026, 5, 1, 1, 'a/b', 'S', 1, 1), (2026, 5, 2, 1, 'a/b', 'S', 2, 2),
    (2026, 1, 5, 1, 'a\b', 'S', 5, 5);
SELECT results_eq($$SELECT customer, line_key, document_number, quantity FROM credits.entry
                    WHERE line_table = 'shop.order_line'::regclass ORDER BY 1$$,
    $$VALUES ('A' COLLATE "C", '1/2026/5/1/a\/b' COLLATE "C", '5', 1::numeric), ('B', '2/2026/5/1/a\/b', '5', 2),
      ('C', '5/2026/1/1/a\\b', '1', 5)$$,
    'each line finds its own header, and its key is told by its columns in their order');
UPDATE shop.order SET customer = 'B' WHERE company = 1;
SELECT is(credits.balance('B', 'SUPPORT'), 3::numeric, 'and each header its lines');
DELETE FROM shop.order_line;

-- Quantities and amounts

CREATE FUNCTION pg_temp.quantity_works(quantity_type text, sold text, used text, balance numeric) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    problem text;
BEGIN
    EXECUTE format('CREATE TABLE shop.row (id int PRIMARY KEY, item text, quantity %1$s, net %1$s, customer text DEFAULT ''C'', '
                   'day date DEFAULT ''2026-01-01'')', quantity_type);
    PERFORM credits.attach('shop.row', 'other', article => 'item', quantity => 'quantity', amount => 'net',
                           customer => 'customer', document_date => 'day',
        zero_columns => '{net}');
    EXECUTE format('INSERT INTO shop.row VALUES (1, ''S'', %L, %1$L)', sold);
    EXECUTE format('INSERT INTO shop.row VALUES (2, ''H'', %L, %1$L)', used);
    EXECUTE 'UPDATE shop.row SET quantity = quantity';
    SELECT string_agg(what, '; ') INTO problem FROM (
        SELECT format('balance %s', credits.balance('C', 'SUPPORT'))
        WHERE credits.balance('C', 'SUPPORT') IS DISTINCT FROM quantity_works.balance
        UNION ALL SELECT format('sold for %s', entry.amount) FROM credits.entry WHERE kind = 'sale'
          AND line_table = 'shop.row'::regclass AND entry.amount <> round(sold::numeric, 2)
          AND entry_no = (SELECT max(entry_no) FROM credits.entry WHERE kind = 'sale')
        UNION ALL SELECT 'a price' FROM shop.row WHERE id = 2 AND net <> 0
        UNION ALL SELECT detail FROM credits.verify()) AS found (what);
    DELETE FROM shop.row;
    PERFORM credits.detach('shop.row');
    DROP TABLE shop.row;
    RETURN is(problem, NULL, format('quantity and amount of type %s: %s - %s', quantity_type, sold, used));
END
$$;
SELECT pg_temp.quantity_works(type, '10', '4', 6)
FROM unnest(ARRAY['numeric', 'numeric(12,3)', 'integer', 'smallint', 'bigint', 'real', 'double precision']) AS type;
SELECT pg_temp.quantity_works(type, '10.5', '0.1', 10.4) FROM unnest(ARRAY['numeric', 'real', 'double precision']) AS type;
SELECT pg_temp.quantity_works('double precision', '0.30000000000000004', '0.2', 0.1);
SELECT pg_temp.quantity_works('real', '999999', '1', 999998);
SELECT pg_temp.quantity_works('real', '12345.67', '0.67', 12345); -- of which PostgreSQL's own cast to numeric keeps 12345.7
SELECT pg_temp.quantity_works('real', '1.005', '1.005', 0);
SELECT pg_temp.quantity_works('double precision', '123456789.1234', '0.1234', 123456789);
CREATE DOMAIN shop.pieces AS integer CHECK (VALUE >= 0);
SELECT pg_temp.quantity_works('shop.pieces', '10', '4', 6);
CREATE DOMAIN shop.money AS numeric(12,2);
CREATE DOMAIN shop.hours AS shop.money;
SELECT pg_temp.quantity_works('shop.hours', '10.25', '4', 6.25);

-- Customers, dates, kinds, users, currencies

CREATE TABLE shop.any (id int PRIMARY KEY, item text DEFAULT 'S', quantity numeric DEFAULT 1, net numeric DEFAULT 1,
                       c_int int, c_uuid uuid,
    at timestamp, atz timestamptz, kind text, who text, currency text, company int);
CREATE FUNCTION pg_temp.one(description text, changes jsonb, line text, expected text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
    found  text;
BEGIN
    EXECUTE (SELECT format('SELECT credits.attach(%s)', string_agg(format('%I => %L', key, value), ', '))
             FROM jsonb_each_text(jsonb_build_object(
        'line_table', 'shop.any', 'kind', 'other', 'article', 'item', 'quantity', 'quantity', 'amount',
        'net', 'customer', '''A''',
        'document_date', 'DATE ''2026-01-01''') || changes));
    EXECUTE 'INSERT INTO shop.any ' || line;
    SELECT string_agg(concat_ws(' ', e.customer, e.document_date, e.document_kind, e.entered_by),
                      ', ' ORDER BY e.line_key::int) INTO found
    FROM credits.entry AS e WHERE e.line_table = 'shop.any'::regclass AND e.line_key IN (SELECT id::text FROM shop.any);
    DELETE FROM shop.any;
    PERFORM credits.detach('shop.any');
    RETURN is(found, expected, description);
END
$$;
SELECT pg_temp.one('a customer whose key is a number', '{"customer": "c_int"}', '(id, c_int) VALUES (1, 7)',
                   '7 2026-01-01 other');
SELECT pg_temp.one('a customer whose key is a uuid', '{"customer": "c_uuid"}',
                   $$(id, c_uuid) VALUES (2, '00000000-0000-0000-0000-000000000007')$$,
    '00000000-0000-0000-0000-000000000007 2026-01-01 other');
SELECT pg_temp.one('a timestamp: its day', '{"document_date": "at"}', $$(id, at) VALUES (3, '2026-01-02 23:59:59.9')$$,
                   'A 2026-01-02 other');
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT pg_temp.one('a timestamp with time zone: its day at the zone that is named, whatever the session''s',
    '{"document_date": "line.atz AT TIME ZONE ''Europe/Brussels''"}',
    $$(id, atz) VALUES (4, '2026-01-02 23:30:00+01'), (5, '2026-01-02 23:30:00Z')$$, 'A 2026-01-02 other, A 2026-01-03 other');
SELECT pg_temp.one('a kind per line', '{"kind": "kind"}', $$(id, kind) VALUES (6, 'invoice'), (7, 'helpdesk')$$,
                   'A 2026-01-01 invoice, A 2026-01-01 helpdesk');
SELECT pg_temp.one('the ERP''s user', '{"entered_by": "who"}', $$(id, who) VALUES (8, 'jan'), (9, NULL)$$,
                   'A 2026-01-01 other jan, A 2026-01-01 other');
SELECT pg_temp.one('lines of one company', '{"applies_to": "line.company = 1"}',
                   '(id, company) VALUES (10, 1), (11, 2), (12, NULL)', 'A 2026-01-01 other');
SELECT pg_temp.one('lines since the cut-over', '{"document_date": "at", "from_date": "2026-01-02"}',
                   $$(id, at) VALUES (13, '2026-01-01'), (14, '2026-01-02')$$,
    'A 2026-01-02 other');
SELECT pg_temp.one('lines that count', '{"counts_when": "line.quantity > 1"}',
                   '(id, quantity) VALUES (15, 1), (16, 2), (17, NULL)', 'A 2026-01-01 other');
SELECT pg_temp.one('articles by an expression', '{"article": "substr(line.item, 1, 1)"}',
                   $$(id, item) VALUES (18, 'Something'), (19, 'Xylophone')$$,
    'A 2026-01-01 other');
SELECT pg_temp.one('a currency, where it is the type''s', '{"currency": "currency"}',
                   $$(id, currency) VALUES (20, 'EUR'), (21, NULL)$$,
    'A 2026-01-01 other, A 2026-01-01 other');
SELECT credits.attach('shop.any', 'other', article => 'item', quantity => 'quantity', amount => 'net', customer => $$'A'$$,
    document_date => $$DATE '2026-01-01'$$, currency => 'currency') \gset
SELECT pg_temp.refused($$INSERT INTO shop.any (id, currency) VALUES (22, 'USD')$$, '23514 credits_currency_matches',
                       'a sale in another currency');
SELECT pg_temp.refused($$INSERT INTO shop.any (id, currency) VALUES (22, '')$$, '23514 credits_currency_matches',
                       'or in one without a name');
SELECT pg_temp.refused($$INSERT INTO shop.any (id, currency, net) VALUES (22, 'USD', -1)$$, '23514 credits_currency_matches',
                       'this before its amount');
SELECT pg_temp.refused($$INSERT INTO shop.any (id, currency, quantity) VALUES (22, 'USD', 'NaN')$$,
                       '23514 credits_currency_matches', 'or its quantity');
SELECT pg_temp.accepted($$INSERT INTO shop.any (id, currency) VALUES (22, 'EUR')$$, 'in the type''s it is a sale');
SELECT pg_temp.accepted($$INSERT INTO shop.any (id, item, currency) VALUES (23, 'H', 'USD')$$,
                        'what is consumed costs nothing in any');
SELECT pg_temp.refused($$UPDATE shop.any SET currency = 'USD' WHERE id = 22$$, '23514 credits_currency_matches',
                       'a sale does not change its currency');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
