-- Bad input: each gets its error or simply works; none leaves a half-written ledger.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(140);

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 100);

-- Quantities and amounts: null, NaN, infinite, huge, tiny

CREATE FUNCTION pg_temp.of_quantity(value text, expected text, item text DEFAULT 'H') RETURNS text LANGUAGE sql AS $$
    SELECT is(pg_temp.outcome(format('INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (9, ''A'', %L, %s, 0)',
                                     item, value), is_tried => true),
        expected, format('a quantity of %s of %s', value, item))
$$;
SELECT pg_temp.of_quantity(value, '23514 credits_quantity_in_range', item)
FROM unnest(ARRAY[$$'NaN'$$, $$'Infinity'$$, $$'-Infinity'$$, '1e14', '1e30', '-1e14', '99999999999999.99999',
                  '1e130000', $$repeat('9', 200)::numeric$$]) AS value
CROSS JOIN unnest(ARRAY['S', 'H']) AS item;
SELECT pg_temp.of_quantity(value, 'accepted') FROM unnest(ARRAY['NULL', '0', '0.00001', '1e-1000', '-0.00001', '9.99999', '10'])
    AS value;
SELECT pg_temp.of_quantity(value, '23514 credits_balance_not_negative')
FROM unnest(ARRAY['10.00005', '10.0001', '1e13', '99999999999999']) AS value;
SELECT pg_temp.of_quantity('99999999999', 'accepted', 'S');
SELECT pg_temp.of_quantity('99999999999999', '23514 credits_quantity_in_range', 'S');
SELECT pg_temp.of_quantity(value, 'accepted', 'X') FROM unnest(ARRAY[$$'NaN'$$, $$'Infinity'$$, '1e30', 'NULL']) AS value;
SELECT pg_temp.of_quantity('-10.0001', '23514 credits_refund_within_open', 'S');
SELECT pg_temp.of_quantity('-0.0001', '23514 credits_return_within_consumed', 'H');
SELECT pg_temp.refused(format('INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, ''A'', ''S'', 1, %s)',
                              value), '23514 credits_quantity_in_range',
    'an amount of ' || value)
    FROM unnest(ARRAY[$$'NaN'$$, $$'Infinity'$$, $$'-Infinity'$$, '1e14', '-0.01', '99999999999999.999']) AS value;
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, 'A', 'H', 1, 'NaN')$$,
                        'an amount of a consumption is of no interest');
SELECT pg_temp.refused($$UPDATE shop.slip SET quantity = 'NaN' WHERE id = 2$$, '23514 credits_quantity_in_range',
                       'also in a line that is booked');
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = NULL WHERE id = 2$$, 'one that loses its quantity');
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'gives it back');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity, amount) SELECT n,
                         'B', 'S', 5e13, 5e13 FROM generate_series(11, 12) AS n$$,
    '23514 credits_quantity_in_range', 'two quantities that are in range, but not their sum');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity, amount)
                          VALUES (11, 'B', 'S', 99999999999999.9999, 99999999999999.99)$$, 'the largest lot');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (12, 'B', 'H', 99999999999999.9998)$$,
                        'can be consumed');
SELECT pg_temp.booked('B', ARRAY['sale lot 1: 99999999999999.9999 at 99999999999999.99',
                                 'consumption lot 1: -99999999999999.9998 at -99999999999999.99'], 'to the last digit');

-- The same as float8 and float4

CREATE TABLE shop.float (id int PRIMARY KEY, item text, quantity float8, small float4, net float8);
SELECT credits.attach('shop.float', 'other', article => 'item', quantity => 'quantity', amount => 'net',
                      customer => $$'A'$$, document_date => $$DATE '2026-01-11'$$,
    zero_columns => '{net}') \gset
SELECT pg_temp.refused(format('INSERT INTO shop.float VALUES (1, %L, %L, 0, 0)', item, value), '23514 credits_quantity_in_range',
                       format('%s of %s', value, item))
FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity', '1e14', '1e300', '-1e300']) AS value CROSS JOIN unnest(ARRAY['S', 'H']) AS item;
SELECT pg_temp.refused(format('INSERT INTO shop.float VALUES (1, ''S'', 1, 0, %L)', value), '23514 credits_quantity_in_range',
                       'an amount of ' || value)
FROM unnest(ARRAY['NaN', 'Infinity', '1e300', '-1']) AS value;
SELECT pg_temp.accepted(format('INSERT INTO shop.float VALUES (%s, ''H'', %L, 0, %L)', n, value, value), value || ' is nothing')
FROM unnest(ARRAY['1e-300', '-0', '4.9e-324']) WITH ORDINALITY AS tiny (value, n);
SELECT credits.detach('shop.float') \gset
SELECT credits.attach('shop.float', 'other', article => 'item', quantity => 'small', amount => NULL,
                      customer => $$'A'$$, document_date => $$DATE '2026-01-11'$$) \gset
SELECT pg_temp.refused(format('INSERT INTO shop.float (id, item, small) VALUES (9, ''H'', %L)', value),
                       '23514 credits_quantity_in_range', value || ' as float4')
FROM unnest(ARRAY['NaN', 'Infinity', '1e38']) AS value;

-- Intervals, and other types, are refused by attach (attach.sql). Coefficients and articles

SELECT pg_temp.refused(format('UPDATE credits.article SET coefficient = %s WHERE article = ''H''', value),
                       '23514 credits_coefficient_valid', 'a coefficient of ' || value)
FROM unnest(ARRAY['0', '-0.00001', '0.12345', $$'NaN'$$, $$'-Infinity'$$, '1e30']) AS value;
SELECT pg_temp.refused($$INSERT INTO credits.article (article, type_id) VALUES ('Z', 101)$$,
                       '23514 article_type_and_coefficient_check', 'an article with a type and no coefficient');
SELECT pg_temp.refused($$INSERT INTO credits.article (article, coefficient) VALUES ('Z', 1)$$,
                       '23514 article_type_and_coefficient_check', 'or the other way round');
SELECT pg_temp.refused($$INSERT INTO credits.article (article, type_id, coefficient) VALUES ('Z', 999, 1)$$,
                       '23503', 'or a type that does not exist');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('HUGE', 101, -9999999999.9999), ('TINY', 101, -0.0001);
SELECT pg_temp.of_quantity('1', '23514 credits_balance_not_negative', 'HUGE');
SELECT pg_temp.of_quantity('10000', '23514 credits_balance_not_negative', 'HUGE');
SELECT pg_temp.of_quantity('100000', '23514 credits_quantity_in_range', 'HUGE');
SELECT pg_temp.of_quantity('100000', 'accepted', 'TINY');
SELECT pg_temp.of_quantity('0.4', 'accepted', 'TINY');

-- Dates

SELECT pg_temp.accepted(format('INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (%s, ''A'', %L, ''H'', 1)',
                               20 + n, day),
    coalesce(day, 'no date') || ' does not count') FROM unnest(ARRAY['infinity', '-infinity', NULL]) WITH ORDINALITY
    AS odd (day, n);
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'nor do they');
SELECT pg_temp.accepted(format('INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (%s, ''A'', %L, ''H'', 1)',
                               30 + n, day), day || ' counts')
FROM unnest(ARRAY['4713-01-01 BC', '0001-01-01', '9999-12-31', '5874897-12-31']) WITH ORDINALITY AS odd (day, n);
SELECT is(credits.balance('A', 'SUPPORT'), 6::numeric, 'and do');
UPDATE shop.slip SET day = 'infinity' WHERE id = 31;
SELECT is(credits.balance('A', 'SUPPORT'), 7::numeric, 'until they do not');
CREATE TABLE shop.moment (id int PRIMARY KEY, at timestamp);
SELECT credits.attach('shop.moment', 'other', article => $$'H'$$, quantity => '1', amount => NULL,
                      customer => $$'A'$$, document_date => 'at') \gset
SELECT pg_temp.accepted($$INSERT INTO shop.moment VALUES (1, 'infinity'), (2, '-infinity'), (3, NULL)$$,
                        'timestamps that never come');
SELECT is(credits.balance('A', 'SUPPORT'), 7::numeric, 'do not count either');

-- Customers

CREATE FUNCTION pg_temp.of_customer(who text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line CONSTANT bigint := (SELECT max(id) FROM shop.slip);
BEGIN
    INSERT INTO credits.customer (customer) VALUES (who);
    INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (line + 1, who, 'S', 1, 1), (line + 2, who, 'Q', 1, NULL);
    PERFORM credits.set_alarm_level(who, 'SUPPORT', 0.5);
    PERFORM credits.register_consumption(who, 'SUPPORT', 0.5, who);
    DELETE FROM shop.slip WHERE customer = who AND item = 'Q';
    RETURN is((SELECT credits.balance(who, 'SUPPORT') || ' ' || open || ' '
               || (SELECT count(*) FROM credits.history WHERE customer = who)
               FROM credits.portfolio WHERE customer = who), '0.5 0.5 4', 'customer '
               || left(translate(quote_literal(who), E'\n\t', '  '), 40));
END
$$;
SELECT pg_temp.of_customer(who)
FROM unnest(ARRAY['O''Brien & Söhne', '"quoted"', ' blanks ', '', E'new\nline\t\\', 'a/b', '$1', 'Ελληνικά', '漢字かな', '🍞 bakery',
    repeat('é', 127) || 'x', repeat('k', 254), '{"json": null}', 'NULL', '%s%n', $$'; DROP TABLE shop.slip; --$$]) AS who;
SELECT pg_temp.refused($$INSERT INTO credits.customer (customer) VALUES (repeat('k', 10240))$$,
                       '22001', 'a customer key of 10 kB is refused');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (501, repeat('k', 10240), 'H', 1)$$,
                        'on a document it is just nobody we know');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (502, 'A', repeat('k', 10240), 1)$$,
                        'so is an article');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, number, item, quantity, amount)
                          VALUES (503, 'A', repeat('n', 10240), 'S', 1, 1)$$, 'a document number may be long');
SELECT is((SELECT length(document_number) FROM credits.lot WHERE line_key = '503'), 10240, 'and is kept');
CREATE TABLE shop.long (id text PRIMARY KEY, item text DEFAULT 'S', quantity int DEFAULT 1);
SELECT credits.attach('shop.long', 'other', article => 'item', quantity => 'quantity', amount => '0',
                      customer => $$'A'$$, document_date => $$DATE '2026-01-11'$$) \gset
SELECT pg_temp.accepted($$INSERT INTO shop.long (id) VALUES (repeat('é', 127) || 'x')$$, 'a line key of 255 bytes');
SELECT pg_temp.refused($$INSERT INTO shop.long (id) VALUES (repeat('é', 128))$$, '22001', 'one of 256 is too long');
SELECT pg_temp.refused($$UPDATE shop.long SET id = repeat('k', 256)$$, '22001', 'also when a line gets it later');
SELECT pg_temp.accepted($$INSERT INTO shop.long (id, item) VALUES (repeat('x', 2000), 'X')$$, 'but for lines without credits');

-- Odd names of schemas, tables and columns

CREATE SCHEMA "My ""Shop"" ; --";
CREATE TABLE "My ""Shop"" ; --"."In'voice" ("Nu mber" text PRIMARY KEY, "cust""omer" text, "select" date);
CREATE TABLE "My ""Shop"" ; --"."line" ("header" bigint PRIMARY KEY, "line" text REFERENCES "My ""Shop"" ; --"."In'voice"
                                        ON DELETE CASCADE, "from" text, "Ünits" numeric,
    "price, net" numeric, "a.b" numeric, "$1" numeric);
SELECT pg_temp.accepted($$SELECT credits.attach('"My ""Shop"" ; --"."line"', 'invoice', article => '"from"',
                                                quantity => '"Ünits"', amount => 'line."a.b"',
    customer => 'header."cust""omer"', document_date => 'header."select"', document_number => 'header."Nu mber"',
    header_table => '"My ""Shop"" ; --"."In''voice"',
    zero_columns => ARRAY['price, net', 'a.b', '$1'])$$, 'tables and columns may have any name');
INSERT INTO "My ""Shop"" ; --"."In'voice" VALUES ('I 1', 'C', '2026-01-12');
INSERT INTO "My ""Shop"" ; --"."line" VALUES (1, 'I 1', 'S', 10, 1, 100, 1), (2, 'I 1', 'H', 4, 1, 100, 1);
UPDATE "My ""Shop"" ; --"."line" SET "Ünits" = 5, "$1" = 9 WHERE "header" = 2;
UPDATE "My ""Shop"" ; --"."In'voice" SET "Nu mber" = 'I 1';
UPDATE "My ""Shop"" ; --"."In'voice" SET "cust""omer" = 'D';
UPDATE "My ""Shop"" ; --"."line" SET "$1" = 9 WHERE "header" = 2;
UPDATE "My ""Shop"" ; --"."In'voice" SET "cust""omer" = 'C';
SELECT is(credits.balance('C', 'SUPPORT'), 5::numeric, 'and work');
SELECT results_eq('SELECT "price, net", "a.b", "$1" FROM "My ""Shop"" ; --"."line" WHERE "header" = 2',
                  'VALUES (0::numeric, 0::numeric, 0::numeric)', 'with their prices');
SELECT pg_temp.refused('TRUNCATE "My ""Shop"" ; --"."line"', '23514 credits_lines_kept', 'and protection');
SELECT is_empty('SELECT * FROM credits.verify()', 'and verify()');
SELECT pg_temp.accepted($$SELECT credits.detach('"My ""Shop"" ; --"."line"')$$, 'and detach');

CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TABLE a.line (id int PRIMARY KEY, item text, quantity numeric);
CREATE TABLE b.line (LIKE a.line INCLUDING ALL);
CREATE TABLE a.a_table_whose_name_has_as_many_bytes_as_a_name_can_have_just_63 (LIKE a.line INCLUDING ALL);
CREATE TABLE a.a_table_whose_name_has_as_many_bytes_as_a_name_can_have_just_6e (LIKE a.line INCLUDING ALL);
SELECT pg_temp.accepted(format(
    $$SELECT credits.attach(%L, 'other', article => 'item', quantity => 'quantity', amount => NULL, customer => $x$'C'$x$,
    document_date => $x$DATE '2026-01-13'$x$)$$, name), name || ' is attached') FROM unnest(ARRAY['a.line', 'b.line',
    'a.a_table_whose_name_has_as_many_bytes_as_a_name_can_have_just_63',
    'a.a_table_whose_name_has_as_many_bytes_as_a_name_can_have_just_6e']) AS name;
INSERT INTO a.line VALUES (1, 'H', 1);
INSERT INTO b.line VALUES (1, 'Q', 1);
INSERT INTO a.a_table_whose_name_has_as_many_bytes_as_a_name_can_have_just_63 VALUES (1, 'Q', 2);
INSERT INTO a.a_table_whose_name_has_as_many_bytes_as_a_name_can_have_just_6e VALUES (1, 'Q', 1);
SELECT is(credits.balance('C', 'SUPPORT'), 3::numeric, 'names may be the same in two schemas, and as long as can be');

-- A role without any privilege on credits saves, and can do nothing else

CREATE ROLE credits_test_erp;
GRANT USAGE ON SCHEMA shop TO credits_test_erp;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO credits_test_erp;
REVOKE SELECT ON shop.invoice FROM credits_test_erp;
INSERT INTO shop.invoice VALUES ('I-1', 'A');
SET LOCAL ROLE credits_test_erp;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (504, 'A', 'H', 2);
UPDATE shop.slip SET quantity = 1 WHERE id = 504;
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'H', 1, 9, 9);
UPDATE shop.invoice_line SET quantity = 2;
SELECT throws_ok($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (505, 'A', 'H', 100)$$,
                 '23514', NULL, 'a role without any right on credits is refused like others');
SELECT throws_ok('SELECT * FROM credits.entry', '42501', NULL, 'it cannot read the ledger');
SELECT throws_ok('INSERT INTO credits._entry DEFAULT VALUES', '42501', NULL, 'nor write it');
RESET ROLE;
SELECT results_eq($$SELECT line_key, sum(quantity), min(recorded_by) FROM credits.entry WHERE recorded_by = 'credits_test_erp'
                    GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('504' COLLATE "C", -1::numeric, 'credits_test_erp'), ('I-1/1', -2, 'credits_test_erp')$$,
    'but its saves are booked, in its name');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
