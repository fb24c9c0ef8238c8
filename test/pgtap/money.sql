-- Money is rounded once: from the exact number to the coin of the currency, half away from zero, never by way of four decimals
-- (rule 11). The oracle is SQL's own round() of the exact product.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(63);
UPDATE credits.parameter SET notify = false;

-- Given a type and articles for each number of decimals, and a table whose amounts are quantity x price

INSERT INTO credits.credit_type (type_id, code, currency, valuation, unit_value) VALUES
    (200, 'YEN', 'JPY', 'fifo', NULL), (202, 'EURO', 'EUR', 'fifo', NULL), (203, 'DINAR', 'KWD', 'fifo', NULL),
    (204, 'UNIT', 'CLF', 'fifo', NULL), (205, 'OTHER', 'UYW', 'fifo', NULL),
    (210, 'YEN FIXED', 'JPY', 'fixed', 3.0175), (212, 'EURO FIXED', 'EUR', 'fixed', 3.0175),
    (213, 'DINAR FIXED', 'KWD', 'fixed', 3.0175), (214, 'UNIT FIXED', 'CLF', 'fixed', 3.0175);
INSERT INTO credits.article (article, type_id, coefficient)
SELECT 'sell ' || type_id, type_id, 1 FROM credits.credit_type WHERE type_id >= 200;
INSERT INTO credits.article (article, type_id, coefficient)
SELECT 'use ' || type_id, type_id, -1 FROM credits.credit_type WHERE type_id >= 200;
CREATE TABLE shop.deal (id bigint PRIMARY KEY, customer text DEFAULT 'A', day date DEFAULT '2026-01-10',
                        item text, quantity numeric, price numeric, ref bigint,
                        amount numeric GENERATED ALWAYS AS (quantity * price) STORED);
SELECT credits.attach('shop.deal', 'invoice', article => 'item', quantity => 'quantity', amount => 'line.quantity * line.price',
                      customer => 'customer', document_date => 'day', refers_to => 'ref') \gset
CREATE FUNCTION pg_temp.decimals(type_id int) RETURNS int
    LANGUAGE sql AS $$SELECT CASE type_id % 10 WHEN 5 THEN 4 ELSE type_id % 10 END$$;
CREATE FUNCTION pg_temp.amounts(key bigint) RETURNS text LANGUAGE sql AS
$$SELECT string_agg(amount::text || ' at ' || value, ', ' ORDER BY entry_no) FROM credits.entry
  WHERE line_table = 'shop.deal'::regclass AND line_key = key::text$$;

-- Every currency of ISO 4217 that has not two decimals

SELECT is((SELECT string_agg(currency, ' ' ORDER BY currency)
           FROM unnest(string_to_array(
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD '
        'CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF '
        'GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR '
        'KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO '
        'NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD '
        'SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS '
        'VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG QQQ', ' ')) AS currency
    WHERE credits._money_decimals(currency) = decimals), expected, decimals || ' decimals')
FROM (VALUES (0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'), (3, 'BHD IQD JOD KWD LYD OMR TND'),
      (4, 'CLF UYW'), (1, NULL), (5, NULL)) AS iso (decimals, expected);
SELECT is(credits._money_decimals('QQQ'), 2, 'an unknown currency has two');

-- Ties and their neighbours: what four decimals would make of them decides nothing

CREATE TEMP TABLE tie AS SELECT row_number() OVER () AS id, * FROM (VALUES
    ('sell 200', 1000.49996, '1000 at 1000'), ('sell 200', 1000.5, '1001 at 1001'),
    ('sell 200', 1000.49999999999999999, '1000 at 1000'), ('sell 200', 0.5, '1 at 1'), ('sell 200', 0.49995, '0 at 0'),
    ('sell 202', 1.004994, '1.00 at 1.00'), ('sell 202', 1.00495, '1.00 at 1.00'), ('sell 202', 1.005, '1.01 at 1.01'),
    ('sell 202', 1.00499999999999999, '1.00 at 1.00'), ('sell 202', 0.004999, '0.00 at 0.00'),
    ('sell 203', 1.00049999, '1.000 at 1.000'), ('sell 203', 1.0005, '1.001 at 1.001'), ('sell 203', 1.00045, '1.000 at 1.000'),
    ('sell 203', 0.00049995, '0.000 at 0.000'),
    ('sell 204', 1.00005, '1.0001 at 1.0001'), ('sell 204', 1.0000499999999, '1.0000 at 1.0000'),
    ('sell 204', 38123.45675, '38123.4568 at 38123.4568'),
    ('sell 205', 1.00004999, '1.0000 at 1.0000'), ('sell 205', 1.99995, '2.0000 at 2.0000')) AS t (item, price, expected);
INSERT INTO shop.deal (id, item, quantity, price) SELECT id, item, 1, price FROM tie;
SELECT is(pg_temp.amounts(id), expected, format('%s: %s', item, price)) FROM tie ORDER BY id;

-- Random products, many of them near a tie; then credit notes of half of them, the same amount the other way

SELECT setseed(0.25);
INSERT INTO shop.deal (id, customer, item, quantity, price)
SELECT 1000 + n, (ARRAY['A', 'B', 'C'])[1 + n % 3], 'sell ' || type_id, quantity,
       CASE n % 3 WHEN 0 THEN round((random() * 1e5)::numeric, 9)
                  WHEN 1 THEN (floor(random() * 1e6) + 0.5 - (n % 2) * 0.00001) * power(10::numeric, -pg_temp.decimals(type_id))
                      / quantity
                  ELSE round(random()::numeric, 5) * 0.01 END
FROM (SELECT n, (ARRAY[200, 202, 203, 204, 205])[1 + n % 5] AS type_id,
      round((0.001 + random() * 50)::numeric, 1 + n % 4) + 0.0001 AS quantity FROM generate_series(1, 3000) AS n) AS t;
CREATE VIEW pg_temp.wanted AS SELECT deal.*, type_id, round(deal.quantity * price, pg_temp.decimals(type_id)) AS right_amount,
    round(round(deal.quantity * price, 4), pg_temp.decimals(type_id)) AS twice
    FROM shop.deal JOIN credits.article ON article = item WHERE id > 1000;
SELECT is_empty($$SELECT id, right_amount, amounts FROM (SELECT wanted.*, entry.amount || ' ' || entry.value AS amounts,
                                                         entry.amount AS booked, value FROM pg_temp.wanted
    JOIN credits.entry ON line_table = 'shop.deal'::regclass AND line_key = id::text) AS e
    WHERE booked IS DISTINCT FROM right_amount OR value IS DISTINCT FROM right_amount$$,
    '3000 sales are booked for the exact product, rounded once');
SELECT is((SELECT count(*) FROM pg_temp.wanted JOIN credits.entry ON line_table = 'shop.deal'::regclass AND line_key = id::text),
          3000::bigint, 'every one of them');
SELECT cmp_ok((SELECT count(*) FROM pg_temp.wanted WHERE right_amount <> twice), '>', 100::bigint,
              'of which many would come out otherwise by way of four decimals');
INSERT INTO shop.deal (id, customer, item, quantity, price, ref)
SELECT 10000 + id, customer, item, -quantity, price, id FROM shop.deal WHERE id > 1000 AND id % 2 = 0;
SELECT is_empty($$SELECT wanted.id, right_amount, entry.amount, entry.value FROM pg_temp.wanted
                  JOIN credits.entry ON line_table = 'shop.deal'::regclass AND line_key = id::text
    WHERE wanted.id > 10000 AND (entry.amount, entry.value) IS DISTINCT FROM (right_amount, right_amount)$$,
    'a credit note takes back to the coin what the sale was');
SELECT is((SELECT count(*) FROM credits.entry WHERE kind = 'credit_note'), 1500::bigint, 'each has one entry');
SELECT is_empty($$SELECT * FROM credits.entry JOIN credits.credit_type USING (type_id) WHERE type_id >= 200
                  AND (amount <> round(amount, pg_temp.decimals(type_id)) OR value <> round(value, pg_temp.decimals(type_id)))$$,
    'no entry has a part of a coin');
SELECT is_empty($$SELECT * FROM credits.deferred_revenue('2026-01-01', '2026-01-31') WHERE difference <> 0$$,
                'and no difference shows');

-- Fixed valuation: credits x unit value, rounded once as well; the difference is one of whole coins

INSERT INTO shop.deal (id, customer, item, quantity, price)
SELECT 50000 + n, 'C', 'sell ' || (ARRAY[210, 212, 213, 214])[1 + n % 4], round((0.5 + random() * 50)::numeric, 4),
       3 FROM generate_series(1, 400) AS n;
SELECT is_empty($$SELECT lot.quantity, lot.value FROM credits.lot WHERE type_id BETWEEN 210 AND 214
    AND (value, amount) IS DISTINCT FROM (round(quantity * 3.0175, type_id % 10), round(quantity * 3, type_id % 10))$$,
    '400 lots are worth credits x unit value');
SELECT is_empty($$SELECT * FROM credits.deferred_revenue('2026-01-01', '2026-01-31') JOIN credits.credit_type ON code = type_code
                  WHERE difference <> round(difference, pg_temp.decimals(type_id))$$, 'no part of a coin is a difference');
INSERT INTO shop.deal (id, item, quantity, price) VALUES (60001, 'sell 212', 10, 0.00049), (60002, 'sell 212', 10, 0.0005);
SELECT is(pg_temp.amounts(60001) || '; ' || pg_temp.amounts(60002), '0.00 at 0.00; 0.01 at 30.18',
          'a gift is what is invoiced for less than half a coin');

-- A credit note over several lots: whole coins to each, and together its amount

INSERT INTO credits.customer (customer) VALUES ('N');
INSERT INTO shop.deal (id, customer, item, quantity, price)
VALUES (70001, 'N', 'sell 202', 1, 10), (70002, 'N', 'sell 202', 1, 10), (70003, 'N', 'sell 202', 1, 10);
INSERT INTO shop.deal (id, customer, item, quantity, price) VALUES (70004, 'N', 'sell 202', -3, 3.334999);
SELECT is(pg_temp.amounts(70004), '-3.33 at -10.00, -3.34 at -10.00, -3.33 at -10.00',
          'the amount of -10.004997 is one of -10.00, spread in cents');
UPDATE shop.deal SET price = 3.334998 WHERE id = 70004;
SELECT is((SELECT count(*) FROM credits.entry WHERE line_key = '70004'), 3::bigint,
          'another price of the same amount books nothing');
UPDATE shop.deal SET price = 3.335 WHERE id = 70004;
SELECT is((SELECT amount FROM credits.entry WHERE line_key = '70004' ORDER BY entry_no DESC LIMIT 1),
          -0.01, 'one of another amount the cent between them');
DELETE FROM shop.deal WHERE id = 70004;

-- Quantity 0 with an amount and a reference: a change of value, of a coin or none

CREATE TABLE shop.fee (id bigint PRIMARY KEY, customer text DEFAULT 'N', day date DEFAULT '2026-01-10',
                       item text DEFAULT 'sell 202', quantity numeric DEFAULT 0, net numeric, ref bigint);
SELECT credits.attach('shop.fee', 'invoice', article => 'item', quantity => 'quantity', amount => 'net',
                      customer => 'customer', document_date => 'day', refers_to => 'ref') \gset
INSERT INTO shop.fee (id, quantity, net) VALUES (1, 1, 5);
INSERT INTO shop.fee (id, net, ref)
VALUES (2, 0.0049999, 1), (3, 0.00499, 1), (4, 0.005, 1), (5, -0.004, 1), (6, -0.0050000001, 1);
SELECT bag_eq($$SELECT line_key::int, amount, value FROM credits.entry WHERE line_table = 'shop.fee'::regclass
                AND kind = 'credit_note'$$,
    $$VALUES (4, 0.01, 0.01), (6, -0.01, -0.01)$$, 'less than half a coin changes nothing');
SELECT pg_temp.accepted($$INSERT INTO shop.fee (id, quantity, net) VALUES (7, 1, -0.0049)$$,
                        'an amount that is none is not negative');
SELECT pg_temp.refused($$INSERT INTO shop.fee (id, quantity, net) VALUES (8, 1, -0.005)$$, '23514 credits_quantity_in_range',
                       'half a coin less than nothing is');
SELECT pg_temp.refused($$INSERT INTO shop.fee (id, quantity, net) VALUES (8, -1, 0.005)$$, '23514 credits_quantity_in_range',
                       'and half a coin to pay for a credit note');
SELECT pg_temp.refused(format('INSERT INTO shop.fee (id, quantity, net, ref) VALUES (8, %s, %L, 1)', quantity, net),
                       '23514 credits_quantity_in_range', format('%s for %s', quantity, net))
FROM (VALUES (1, '99999999999999.995'), (1, '100000000000000'), (1, 'NaN'), (1, 'Infinity'), (0, 'NaN'),
      (0, '-Infinity'), (-1, '-99999999999999.995')) AS t (quantity, net);
INSERT INTO credits.customer (customer) VALUES ('M');
SELECT pg_temp.accepted($$INSERT INTO shop.fee (id, customer, quantity, net) VALUES (9, 'M', 1, 99999999999999.99499999999)$$,
                        'the largest amount is one in coins');

-- By hand

INSERT INTO credits.customer (customer) VALUES ('R');
SELECT credits.register_opening('R', 'EURO', 1, 1.004951, 'x', '2026-01-01'),
       credits.register_sale('R', 'EURO', 1, 1.004951, 'x', '2026-01-01'),
    credits.register_opening('R', 'YEN', 1, 0.49995, 'x', '2026-01-01'),
    credits.register_sale('R', 'DINAR', 1, 1.00049999, 'x', '2026-01-01'),
    credits.register_sale('R', 'UNIT', 1, 1.00004999, 'x', '2026-01-01'),
    credits.register_opening('R', 'EURO', 1, 1.005, 'x', '2026-01-01'),
    credits.register_opening('R', 'EURO', 1, -0.0049, 'x', '2026-01-01') \gset
SELECT results_eq($$SELECT type_id, kind, amount::text COLLATE "default", value::text COLLATE "default"
                    FROM credits.entry WHERE customer = 'R' ORDER BY type_id, entry_no$$,
    $$VALUES (200, 'opening', NULL::text, '0'::text), (202, 'opening', NULL, '1.00'), (202, 'sale', '1.00', '1.00'),
      (202, 'opening', NULL, '1.01'), (202, 'opening', NULL, '0.00'),
             (203, 'sale', '1.000', '1.000'), (204, 'sale', '1.0000', '1.0000')$$, 'openings and sales by hand');

-- Amounts as the ERP's types have them: a double precision is the number that its 15 digits say, a real the shortest one that
-- reads back

CREATE TABLE shop.float (id int PRIMARY KEY, item text DEFAULT 'sell 202', d double precision);
CREATE TABLE shop.real (id int PRIMARY KEY, item text, customer text DEFAULT 'B', hours real DEFAULT 1, spare real, r real);
SELECT credits.attach('shop.float', 'invoice', article => 'item', quantity => '1', amount => 'd',
                      customer => $x$'B'$x$, document_date => $x$DATE '2026-01-10'$x$),
    credits.attach('shop.real', 'invoice', article => 'item', quantity => 'line.hours + coalesce(line.spare, 0)',
                   amount => 'r', customer => 'customer', document_date => $x$DATE '2026-01-10'$x$) \gset
INSERT INTO shop.float (id, d) VALUES (1, 1.005), (2, 2.675), (3, 310388.854964539), (4, 0.333 * 3.018::float8),
    (5, 0.1::float8 + 0.2::float8), (6, 1.1::float8 * 1.15::float8);
SELECT is((SELECT string_agg(amount::text, ' ' ORDER BY line_key) FROM credits.entry WHERE line_table = 'shop.float'::regclass),
          '1.01 2.68 310388.85 1.00 0.30 1.27', 'double precision');
INSERT INTO shop.real (id, item, r) VALUES (1, 'sell 202', 12345.67), (2, 'sell 202', 1.005), (3, 'sell 202', 310388.85),
    (4, 'sell 202', 1.004951), (5, 'sell 200', 1234567.8), (6, 'sell 202', NULL);
SELECT is((SELECT string_agg(amount::text, ' ' ORDER BY line_key) FROM credits.entry WHERE line_table = 'shop.real'::regclass),
          '12345.67 1.01 310388.84 1.00 1234568 0.00', 'real');
SELECT pg_temp.refused(format($$INSERT INTO shop.real (id, item, r) VALUES (9, 'sell 202', %L)$$, value),
                       '23514 credits_quantity_in_range', 'a real of ' || value)
FROM unnest(ARRAY['NaN', 'Infinity', '1e20']) AS value;
INSERT INTO shop.real (id, customer, item, hours) VALUES (11, 'R', 'sell 203', 1234.57);
INSERT INTO shop.real (id, customer, item, hours, spare) VALUES (12, 'R', 'use 203', 0.05, 0.05);
SELECT is((SELECT string_agg(quantity::text, ' ' ORDER BY line_key) FROM credits.entry WHERE line_table = 'shop.real'::regclass
           AND customer = 'R'), '1234.57 -0.1', 'quantities, too');

-- A line is what it was while its amount in coins is, by every road

SELECT pg_temp.entries() AS before \gset
UPDATE shop.deal SET price = price + 0.0000001 WHERE id IN (6, 7, 10);
SELECT is(pg_temp.entries(), :before::bigint, 'an edit below the coin books nothing');
CREATE TABLE shop.resaved (id bigint PRIMARY KEY, customer text DEFAULT 'B', day date DEFAULT '2026-01-10',
                           item text, quantity numeric, price numeric);
SELECT credits.attach('shop.resaved', 'invoice', article => 'item', quantity => 'quantity',
                      amount => 'line.quantity * line.price', customer => 'customer', document_date => 'day',
                      check_at => 'commit') \gset
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO shop.resaved VALUES (1, 'N', DEFAULT, 'sell 202', 0.333, 3.018), (2, 'N', DEFAULT, 'sell 200', 1, 1000.49996),
    (3, 'N', DEFAULT, 'use 202', 0.1, 0), (4, 'N', DEFAULT, 'use 200', 0.1, 0);
SET CONSTRAINTS ALL DEFERRED;
SELECT pg_temp.entries() AS before \gset
DELETE FROM shop.resaved;
INSERT INTO shop.resaved VALUES (11, 'N', DEFAULT, 'sell 202', 0.333, 3.018), (12, 'N', DEFAULT, 'sell 200', 1, 1000.49996),
    (13, 'N', DEFAULT, 'use 202', 0.1, 0), (14, 'N', DEFAULT, 'use 200', 0.1, 0);
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(pg_temp.entries(), :before::bigint, 'nor does a document that is deleted and inserted again, in either currency');

-- verify() asks for the same coin

SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
ALTER TABLE shop.deal DISABLE TRIGGER USER;
UPDATE shop.deal SET price = 1.0049 WHERE id = 6;
SELECT is_empty('SELECT * FROM credits.verify() WHERE invariant = ''line_booked''',
                'nor when the amount changed below the coin behind our triggers');
UPDATE shop.deal SET price = 1.005 WHERE id = 6;
SELECT is((SELECT count(*) FROM credits.verify() WHERE invariant = 'line_booked'), 1::bigint, 'but when it did by one');
UPDATE shop.deal SET price = 1.004994 WHERE id = 6;
ALTER TABLE shop.deal ENABLE TRIGGER USER;

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
