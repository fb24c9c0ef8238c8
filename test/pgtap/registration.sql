-- Registrations by hand, and their reversal (rules 14, 15, 22).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(76);

-- A sale, a consumption: each returns the number of its first entry

SELECT is(credits.register_sale('A', 'SUPPORT', 3, 100, 'Paid in cash', '2026-01-10'), 1::bigint, 'a sale by hand is entry 1');
SELECT is(credits.register_sale('A', 'SUPPORT', 10, 900.005, 'By bank', '2026-01-11'), 2::bigint, 'another one entry 2');
SELECT is(credits.register_consumption('A', 'SUPPORT', 4, 'By telephone', '2026-01-12'), 3::bigint,
          'a consumption out of two lots begins at 3');
SELECT is(credits.register_consumption('A', 'SUPPORT', 1, NULL, '2026-01-01'), 5::bigint, 'and the next one at 5');
SELECT pg_temp.booked('A', ARRAY['sale lot 1: 3 at 100.00', 'sale lot 2: 10 at 900.01', 'consumption lot 1: -3 at -100.00',
    'consumption lot 2: -1 at -90.00', 'consumption lot 2: -1 at -90.00'], 'they are booked like those of documents');
SELECT results_eq($$SELECT entry_no, line_table, line_key, document_kind, document_number, document_date,
                    article, coefficient, description
                    FROM credits.entry WHERE customer = 'A' AND entry_no IN (2, 4) ORDER BY 1$$,
    $$VALUES (2::bigint, NULL::regclass, 'A/101/2' COLLATE "C", 'manual', NULL, '2026-01-11'::date,
              NULL COLLATE "C", NULL::numeric, 'By bank'),
             (4, NULL, 'A/101/3', 'manual', NULL, '2026-01-12', NULL, NULL, 'By telephone')$$,
    'without a document, but with a description');
SELECT results_eq($$SELECT booked_on FROM credits.entry WHERE customer = 'A' AND entry_no = 5$$, ARRAY['2026-01-11'::date],
    'on the date given, but not before the lot was sold');
SELECT results_eq($$SELECT lot_no, sold_on, amount, value, line_table, document_kind FROM credits.lot
                    WHERE customer = 'A' ORDER BY 1$$,
    $$VALUES (1::bigint, '2026-01-10'::date, 100::numeric, 100.00, NULL::regclass, 'manual'),
      (2, '2026-01-11', 900.01, 900.01, NULL, 'manual')$$, 'lots, too; amount and value are rounded to the currency');
SELECT is(credits.register_sale('B', 'SUPPORT', 1, NULL, 'A gift'), 1::bigint, 'no amount is a gift');
SELECT results_eq($$SELECT value, booked_on FROM credits.entry WHERE customer = 'B'$$, $$VALUES (0.00, CURRENT_DATE)$$,
                  'today, if no date is given');
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (1, 'A', '2026-01-13', 'H', 8);
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'documents draw from lots sold by hand');

-- Refusals

SELECT pg_temp.refused($$SELECT credits.register_consumption('A', 'SUPPORT', 0.0001, 'x')$$, '23514 credits_balance_not_negative',
                       'never negative');
SELECT pg_temp.refused(format('SELECT credits.register_consumption(%s, %s)', $$'A', 'SUPPORT'$$, argument),
                       '23514 credits_quantity_in_range',
    'a consumption of ' || argument)
    FROM unnest(ARRAY['0, NULL', '-1, NULL', '0.00004, NULL', $$'NaN', NULL$$, $$'Infinity', NULL$$, '1e14, NULL']) AS argument;
SELECT pg_temp.refused(format('SELECT credits.register_sale(%s, %s)', $$'A', 'SUPPORT'$$, argument),
                       '23514 credits_quantity_in_range',
    'a sale of ' || argument)
    FROM unnest(ARRAY['0, 1, NULL', '-1, 1, NULL', $$'NaN', 1, NULL$$, '1e14, 1, NULL', '1, -0.01, NULL',
                      $$1, 'NaN', NULL$$, '1, 1e14, NULL']) AS argument;
SELECT pg_temp.refused($$SELECT credits.register_consumption(NULL, 'SUPPORT', 1, 'x')$$, '22004', 'no customer');
SELECT pg_temp.refused($$SELECT credits.register_sale('A', NULL, 1, 1, 'x')$$, '22004', 'no type');
SELECT pg_temp.refused($$SELECT credits.register_sale('A', 'SUPPORT', NULL, 1, 'x')$$, '22004', 'no quantity');
SELECT pg_temp.refused($$SELECT credits.register_sale('A', 'SUPPORT', 1, 1, 'x', NULL)$$, '22004', 'no date');
SELECT pg_temp.refused($$SELECT credits.register_sale('A', 'SUPPORT', 1, 1, 'x', 'infinity')$$,
                       '22023', 'a date that never comes');
SELECT pg_temp.refused($$SELECT credits.register_sale('nobody', 'SUPPORT', 1, 1, 'x')$$, 'P0002', 'an unknown customer');
SELECT pg_temp.refused($$SELECT credits.register_sale('A', 'support', 1, 1, 'x')$$, 'P0002', 'an unknown type');
SELECT pg_temp.refused($$SELECT credits.register_sale('D', 'SUPPORT', 1, 1, 'x')$$, '55000',
                       'a customer who does not work with credits');
UPDATE credits.credit_type SET active = false WHERE code = 'SUPPORT';
SELECT pg_temp.refused($$SELECT credits.register_sale('A', 'SUPPORT', 1, 1, 'x')$$, '23514 credits_type_active',
                       'a sale with an inactive type');
SELECT pg_temp.accepted($$SELECT credits.register_consumption('B', 'SUPPORT', 0.5, 'x')$$,
                        'a consumption of what is left of it is none');
UPDATE credits.credit_type SET active = true WHERE code = 'SUPPORT';
UPDATE credits.parameter SET active = false;
SELECT pg_temp.refused($$SELECT credits.register_sale('A', 'SUPPORT', 1, 1, 'x')$$, '55000', 'a module that is off');
UPDATE credits.parameter SET active = true;

-- Fixed valuation

INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'FIXED', 'fixed', 95);
SELECT credits.register_sale('A', 'FIXED', 2, 200, 'x') \gset
SELECT credits.register_sale('A', 'FIXED', 2, 0, 'x') \gset
SELECT results_eq('SELECT amount, value FROM credits.lot WHERE type_id = 103 ORDER BY lot_no',
                  $$VALUES (200::numeric, 190::numeric), (0, 0)$$,
    'under fixed valuation a lot is worth its credits x the unit value, a gift nothing');

-- An opening balance

SELECT is(credits.register_opening('B', 'TRAINING', 8, 760.004, 'From the old books', '2025-12-31'),
          1::bigint, 'an opening balance is entry 1');
SELECT results_eq($$SELECT kind, quantity, value, amount, document_kind, description, booked_on
                    FROM credits.entry WHERE customer = 'B' AND type_id = 102$$,
    $$VALUES ('opening', 8::numeric, 760.00, NULL::numeric, 'manual', 'From the old books', '2025-12-31'::date)$$,
    'of its own kind, worth what was given, without an amount');
SELECT results_eq($$SELECT quantity, amount, value, remaining_value, sold_on FROM credits.lot WHERE customer = 'B'
                    AND type_id = 102$$,
    $$VALUES (8::numeric, 0::numeric, 760.00, 760.00, '2025-12-31'::date)$$, 'it is a lot');
SELECT credits.register_sale('B', 'TRAINING', 1, 100, 'x', '2026-01-01') \gset
SELECT credits.register_consumption('B', 'TRAINING', 2, 'x', '2026-01-02') \gset
SELECT results_eq($$SELECT lot_no, value FROM credits.entry WHERE customer = 'B' AND type_id = 102 AND kind = 'consumption'$$,
                  $$VALUES (1::bigint, -190.00)$$, 'consumptions draw from it, oldest first');
SELECT is(credits.register_opening('B', 'FIXED', 2, 150, 'x', '2026-01-01'), 1::bigint, 'under fixed valuation, too');
SELECT is(credits.register_opening('B', 'FIXED', 1, 0, 'x', '2026-01-01'), 2::bigint, 'and what is worth nothing');
SELECT results_eq($$SELECT amount, value FROM credits.lot WHERE customer = 'B' AND type_id = 103 ORDER BY lot_no$$,
                  'VALUES (0::numeric, 150.00), (0, 0.00)',
    'the value is the one given, not that of the type');
SELECT pg_temp.refused(format('SELECT credits.register_opening(%s, %s)', $$'A', 'SUPPORT'$$, argument),
                       '23514 credits_quantity_in_range',
    'an opening balance of ' || argument)
    FROM unnest(ARRAY['0, 1, NULL', '-1, 1, NULL', '1e14, 1, NULL', '1, -0.01, NULL', $$1, 'NaN', NULL$$, '1, 1e14, NULL'])
        AS argument;
SELECT pg_temp.refused($$SELECT credits.register_opening('A', 'SUPPORT', 1, NULL, 'x')$$, '22004',
                       'an opening balance has a value');
SELECT pg_temp.refused($$SELECT credits.register_opening('D', 'SUPPORT', 1, 1, 'x')$$, '55000',
                       'and a customer who works with credits');
UPDATE credits.credit_type SET active = false WHERE code = 'FIXED';
SELECT pg_temp.refused($$SELECT credits.register_opening('A', 'FIXED', 1, 1, 'x')$$, '23514 credits_type_active',
                       'and an active type');
UPDATE credits.credit_type SET active = true WHERE code = 'FIXED';
SELECT pg_temp.refused($$SELECT credits.reverse_registration('B', 'TRAINING', 1, 'x')$$, '23514 credits_lot_not_consumed',
                       'consumed in part it is not reversed');
SELECT is(credits.reverse_registration('B', 'TRAINING', 3, 'x'), 4::bigint, 'when that consumption is undone');
SELECT is(credits.reverse_registration('B', 'TRAINING', 1, 'Counted twice'), 5::bigint, 'it is');
SELECT pg_temp.refused($$SELECT credits.reverse_registration('B', 'TRAINING', 1, 'x')$$, '55000', 'once');
SELECT results_eq($$SELECT kind, quantity, value, amount, reverses, description FROM credits.entry
                    WHERE customer = 'B' AND type_id = 102 AND entry_no = 5$$,
    $$VALUES ('opening', -8::numeric, -760.00, NULL::numeric, 1::bigint, 'Counted twice')$$,
    'by an opening that takes away: a closing leaves both out');

-- Reversal

SELECT is(credits.register_sale('C', 'SUPPORT', 10, 1000, 'sale', '2026-01-10'), 1::bigint, 'given a sale');
SELECT is(credits.register_consumption('C', 'SUPPORT', 4, 'use', '2026-01-11'), 2::bigint, 'and a consumption');
SELECT pg_temp.refused($$SELECT credits.reverse_registration('C', 'SUPPORT', 1, 'x')$$, '23514 credits_lot_not_consumed',
    'a sale of which some is consumed is not reversed');
SELECT is(credits.reverse_registration('C', 'SUPPORT', 2, 'a mistake'), 3::bigint, 'a consumption is');
SELECT is(credits.reverse_registration('C', 'SUPPORT', 1, 'also'), 4::bigint, 'then the sale');
SELECT pg_temp.booked('C', ARRAY['consumption_change lot 1: 4 at 400.00 undoes 2', 'sale_change lot 1: -10 at -1000.00'],
                      'by entries that undo', 2);
SELECT results_eq($$SELECT description, document_date, booked_on FROM credits.entry WHERE customer = 'C' ORDER BY entry_no$$,
    $$VALUES ('sale', '2026-01-10'::date, '2026-01-10'::date), ('use', '2026-01-11', '2026-01-11'),
             ('a mistake', '2026-01-11', '2026-01-11'), ('also', '2026-01-10', '2026-01-10')$$,
             'each with its own description, on the old date');
SELECT pg_temp.refused($$SELECT credits.reverse_registration('C', 'SUPPORT', 2, 'x')$$, '55000', 'once is enough');
SELECT pg_temp.refused($$SELECT credits.reverse_registration('C', 'SUPPORT', 3, 'x')$$, 'P0002', 'a reversal is not reversed');
SELECT pg_temp.refused($$SELECT credits.reverse_registration('A', 'SUPPORT', 4, 'x')$$, 'P0002',
                       'nor the second entry of a registration');
SELECT pg_temp.refused($$SELECT credits.reverse_registration('C', 'SUPPORT', 99, 'x')$$, 'P0002', 'nor what is not there');
SELECT pg_temp.refused($$SELECT credits.reverse_registration('B', 'SUPPORT', NULL, 'x')$$, '22004', 'nor nothing');
SELECT pg_temp.refused($$SELECT credits.reverse_registration('A', 'SUPPORT', 6, 'x')$$, 'P0002',
                       'entries of a document change with the document');
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'B';
SELECT pg_temp.accepted($$SELECT credits.reverse_registration('B', 'SUPPORT', 2, 'x')$$,
                        'a customer who lost the flag gets his mistakes undone');
SELECT credits.register_consumption('A', 'FIXED', 3, 'out of two lots') AS used \gset
SELECT credits.reverse_registration('A', 'FIXED', :used, 'x') \gset
SELECT results_eq('SELECT remaining, remaining_value FROM credits.lot WHERE type_id = 103 AND customer = ''A'' ORDER BY lot_no',
                  $$VALUES (2::numeric, 190::numeric), (2, 0)$$,
    'all draws of a registration come back');
SELECT pg_temp.accepted($$SELECT credits.register_sale('A', 'SUPPORT', 2, 2, 'x');
                          INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 1)$$,
    'sales by hand and documents share the account');
SELECT is(credits.balance('A', 'SUPPORT'), 1::numeric, 'and its balance');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
