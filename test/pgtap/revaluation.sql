-- Fixed valuation (rule 11), and another unit value: what is open is revalued on a date, what comes back later when it comes.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(57);

-- Given credits of a fixed type at 95, sold for other amounts, partly consumed, credited and returned; and a gift

INSERT INTO credits.credit_type (type_id, code, valuation, unit_value, balance_account, activation_article,
                                 result_account, result_article) VALUES
    (103, 'FIXED', 'fixed', 95, '460000', 'ACT', '700000', 'RES');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('F', 103, 1), ('G', 103, -1);
SELECT pg_temp.slip(1, 'A', '2026-01-05', 'F', 10, 1000), pg_temp.slip(2, 'A', '2026-01-06', 'F', 10, 900),
       pg_temp.slip(3, 'A', '2026-01-07', 'G', 4),
       pg_temp.slip(4, 'B', '2026-01-08', 'F', 2, 0), pg_temp.slip(5, 'B', '2026-01-09', 'F', 3, 300),
       pg_temp.slip(6, 'C', '2026-01-10', 'F', 1, 100),
       pg_temp.slip(7, 'C', '2026-01-11', 'G', 1) \g /dev/null

-- Entries of a customer after number n: 'kind lot n: quantity at value on booked_on'.
CREATE FUNCTION pg_temp.after(who text, n bigint) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(format('%s lot %s: %s at %s on %s', kind, lot_no, quantity, value, booked_on) ORDER BY entry_no)
    FROM credits.entry WHERE customer = who AND type_id = 103 AND entry_no > n
$$;
CREATE FUNCTION pg_temp.worth(who text) RETURNS numeric
    LANGUAGE sql AS $$SELECT value FROM credits.account WHERE customer = who AND type_id = 103$$;

SELECT is(pg_temp.after('A', 0), ARRAY['sale lot 1: 10 at 950.00 on 2026-01-05', 'sale lot 2: 10 at 950.00 on 2026-01-06',
                                       'consumption lot 1: -4 at -380.00 on 2026-01-07'],
    'the value is credits x unit value');
SELECT results_eq($$SELECT sold, consumed, closing, difference FROM credits.deferred_revenue('2026-01-01', '2026-01-01')$$,
                  'VALUES (2280.00, 475.00, 1805.00, 20.00)',
    'the amount is kept beside it, the difference stays visible');
SELECT
    results_eq('SELECT amount, value, amount - value FROM credits.lot WHERE type_id = 103 AND customer = ''A'' ORDER BY lot_no',
    'VALUES (1000.00, 950.00, 50.00), (900.00, 950.00, -50.00)', 'per lot');
SELECT pg_temp.refused($$UPDATE credits.credit_type SET unit_value = 100 WHERE type_id = 103$$,
                       '23514 credits_unit_value_kept', 'the unit value is not simply changed while credits are open');

-- When it is revalued

SELECT is(credits.revalue('FIXED', 100, '2026-02-10'), 95.00, 'the difference in value is returned');
SELECT is(unit_value, 100::numeric, 'the type has the new unit value') FROM credits.credit_type WHERE type_id = 103;
SELECT is(pg_temp.after('A', 3),
          ARRAY['revaluation lot 1: 0 at 30.00 on 2026-02-10', 'revaluation lot 2: 0 at 50.00 on 2026-02-10'],
          'one entry per lot books the difference on the date');
SELECT is(pg_temp.after('B', 2), ARRAY['revaluation lot 2: 0 at 15.00 on 2026-02-10'], 'a gift stays worth nothing');
SELECT is(pg_temp.after('C', 2), NULL, 'of a lot that is used up there is nothing to revalue');
SELECT is((SELECT array_agg(DISTINCT concat_ws(' ', document_kind, document_date, description, recorded_by))
           FROM credits.entry WHERE kind = 'revaluation'),
    ARRAY['manual 2026-02-10 unit value 100, before 95 ' || session_user], 'the entries say why, and who');
SELECT is((SELECT concat_ws(' ', old_value, new_value) FROM credits.setting_change WHERE table_name = 'credit_type'
           AND column_name = 'unit_value' AND old_value IS NOT NULL), '95 100', 'the setting''s change is on record');
SELECT results_eq($$SELECT opening, sold, consumed, changes, closing FROM credits.deferred_revenue('2026-02-01', '2026-02-01')$$,
                  'VALUES (1805.00, 0.00, 0.00, 95.00, 1900.00)', 'the roll-forward has it as a change');
SELECT pg_temp.all_in_order();

-- Later draws are at the new value, and no earlier than it

SELECT pg_temp.slip(10, 'A', '2026-02-20', 'G', 1), pg_temp.slip(11, 'A', '2026-02-05', 'G', 1) \g /dev/null
SELECT is(pg_temp.after('A', 5),
          ARRAY['consumption lot 1: -1 at -100.00 on 2026-02-20', 'consumption lot 1: -1 at -100.00 on 2026-02-10'],
          'a draw takes the new value, on the day that it has it');
SELECT pg_temp.slip(12, 'A', '2026-02-05', 'F', 1, 100) \g /dev/null
SELECT is(pg_temp.after('A', 7), ARRAY['sale lot 3: 1 at 100.00 on 2026-02-05'], 'a new sale has it, whatever its date');

-- A later return of an older draw comes back at its own value, and is revalued

UPDATE shop.slip SET quantity = 2 WHERE id = 3;
SELECT is(pg_temp.after('A', 8), ARRAY['consumption_change lot 1: 2 at 190.00 on 2026-01-07',
                                       'revaluation lot 1: 0 at 10.00 on 2026-02-10'], 'a smaller consumption');
UPDATE shop.slip SET quantity = 2 WHERE id = 10;
SELECT is(pg_temp.after('A', 10), ARRAY['consumption_change lot 1: -1 at -100.00 on 2026-02-20'],
          'a larger one takes the new value');
UPDATE shop.slip SET quantity = 1 WHERE id = 10;
SELECT is(pg_temp.after('A', 11), ARRAY['consumption_change lot 1: 1 at 100.00 on 2026-02-20'], 'and gives it back without ado');
DELETE FROM shop.slip WHERE id = 7;
SELECT is(pg_temp.after('C', 2), ARRAY['consumption_change lot 1: 1 at 95.00 on 2026-01-11',
                                       'revaluation lot 1: 0 at 5.00 on 2026-02-10'], 'to a lot that was used up, too');
SELECT is(pg_temp.worth('C'), 100.00, 'it is worth the new value then');
SELECT pg_temp.slip(13, 'A', '2026-02-25', 'G', -4) \g /dev/null
SELECT is(pg_temp.after('A', 12), ARRAY['return lot 1: 1 at 100.00 on 2026-02-25', 'return lot 1: 1 at 100.00 on 2026-02-25',
                                        'return lot 1: 2 at 190.00 on 2026-02-25', 'revaluation lot 1: 0 at 10.00 on 2026-02-25'],
    'a return gives back the latest draws, the old one revalued');
SELECT is(pg_temp.worth('A'), 2100.00, 'what is open is worth the unit value');
DELETE FROM shop.slip WHERE id = 13;
SELECT is(pg_temp.worth('A'), 1700.00, 'a return that goes takes as much again');
SELECT pg_temp.all_in_order();

-- A credit note of before that goes

SELECT pg_temp.slip(20, 'B', '2026-02-26', 'F', -1, -100) \g /dev/null
SELECT credits.revalue('FIXED', 110, '2026-03-01') \g /dev/null
SELECT is(pg_temp.worth('B'), 220.00, 'given a credit note, and another unit value');
DELETE FROM shop.slip WHERE id = 20;
SELECT is(pg_temp.worth('B'), 330.00, 'what it took comes back at its value and is revalued');
SELECT pg_temp.all_in_order();

-- A sale of before that changes

UPDATE shop.slip SET amount = 120 WHERE id = 6;
SELECT is(pg_temp.worth('C'), 110.00, 'another amount of a sale is all difference');
UPDATE shop.slip SET quantity = 2 WHERE id = 6;
SELECT is(pg_temp.worth('C'), 220.00, 'another quantity has the unit value of now');
UPDATE shop.slip SET amount = 0 WHERE id = 6;
SELECT is(pg_temp.worth('C'), 0.00, 'a sale that becomes a gift is worth nothing');
UPDATE shop.slip SET amount = 50 WHERE id = 6;
SELECT is(pg_temp.worth('C'), 220.00, 'and a gift that is paid for the unit value');
DELETE FROM shop.slip WHERE id = 6;
SELECT is(pg_temp.worth('C'), 0.00, 'one that goes leaves nothing');
SELECT pg_temp.all_in_order();

-- An opening balance of a fixed type has the value that it was given, until it is revalued

SELECT credits.register_opening('C', 'FIXED', 4, 333, 'from before', '2026-03-02') \g /dev/null
SELECT is(pg_temp.worth('C'), 333.00, 'given an opening balance');
SELECT credits.revalue('FIXED', 120, '2026-03-05') \g /dev/null
SELECT is(pg_temp.worth('C'), 480.00, 'it is revalued like any other');

-- A closing posts it; in a closed month it is booked in the first open one, or refused

SELECT credits.close_month('2026-01-01'), credits.close_month('2026-02-01'), credits.close_month('2026-03-01') \g /dev/null
SELECT is(ARRAY(SELECT l FROM pg_temp.lines_of('2026-02-01') AS l WHERE l LIKE '%changes%'),
    ARRAY['5 R FIXED changes: ACT 460000 0 at 110.00', '6 R FIXED changes: RES 700000 0 at -110.00'],
        'a closing moves what was revalued as changes, without credits');
SELECT is((SELECT closing FROM credits.closing_type JOIN credits.closing USING (closing_id) WHERE month = '2026-03-01'
           AND type_id = 103),
    (SELECT sum(value) FROM credits.account WHERE type_id = 103), 'and the books agree');
SELECT credits.revalue('FIXED', 100, '2026-03-31') \g /dev/null
SELECT is((SELECT array_agg(DISTINCT booked_on) FROM credits.entry WHERE description LIKE 'unit value 100, before 120'),
          ARRAY['2026-04-01'::date], 'in a closed month: booked on the first open day');
UPDATE credits.parameter SET closed_month_policy = 'reject';
SELECT pg_temp.refused($$SELECT credits.revalue('FIXED', 90, '2026-03-31')$$, '23514 credits_month_open', 'or refused');
SELECT pg_temp.accepted($$SELECT credits.revalue('FIXED', 90, '2026-04-02')$$, 'in an open one it is not');
SELECT pg_temp.all_in_order();

-- A revaluation of before the last entry of a lot is booked with that, so that on no day the lot is worth something in between

SELECT pg_temp.slip(40, 'B', '2026-04-03', 'F', 5, 500), pg_temp.slip(41, 'A', '2026-04-20', 'F', 5, 500),
       pg_temp.slip(42, 'A', '2026-04-21', 'G', 1) \g /dev/null
SELECT credits.revalue('FIXED', 95, '2026-04-10') \g /dev/null
SELECT is((SELECT array_agg(DISTINCT booked_on ORDER BY booked_on) FROM credits.entry
           WHERE description = 'unit value 95, before 90'), '{2026-04-10, 2026-04-20, 2026-04-21}'::date[],
    'on the day, or with the last sale or draw of the lot');
SELECT is_empty($$SELECT day, remaining, remaining_value FROM generate_series('2026-04-02'::date, '2026-04-30', interval '1 day')
                  AS day, credits._lot_as_of(day::date)
    WHERE type_id = 103 AND customer <> 'C' AND remaining > 0 AND remaining_value NOT IN (0, remaining * 90, remaining * 95)$$,
    'on each day a lot is worth the one or the other unit value');

-- A sale of before that gets a smaller value, in a month that is opened again

INSERT INTO credits.credit_type (type_id, code, valuation, unit_value, balance_account, activation_article,
                                 result_account, result_article) VALUES
    (105, 'STEEP', 'fixed', 95, '460000', 'ACT', '700000', 'RES');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('FT', 105, 1);
UPDATE credits.parameter SET closed_month_policy = 'next_open_month';
SELECT pg_temp.slip(50, 'A', '2026-04-05', 'FT', 1, 100), credits.close_month('2026-04-01'),
       credits.revalue('STEEP', 200, '2026-05-10') \g /dev/null
UPDATE shop.slip SET quantity = 2 WHERE id = 50;
SELECT credits.revalue('STEEP', 1, '2026-05-20'), credits.reopen_month('2026-04-01') \g /dev/null
UPDATE shop.slip SET quantity = 3 WHERE id = 50;
SELECT results_eq($$SELECT closing FROM credits.deferred_revenue('2026-04-01', '2026-05-01') WHERE type_code = 'STEEP'$$,
                  ARRAY[95.00, 3.00], 'its value falls when it was revalued, so that no month has less than nothing');
SELECT pg_temp.all_in_order();

-- With nothing open the unit value just changes; what comes back later is revalued all the same

INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (104, 'SPARE', 'fixed', 10);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('FS', 104, 1), ('GS', 104, -1);
SELECT pg_temp.slip(30, 'A', '2026-04-05', 'FS', 5, 50), pg_temp.slip(31, 'A', '2026-04-06', 'GS', 5) \g /dev/null
SELECT pg_temp.accepted($$UPDATE credits.credit_type SET unit_value = 12 WHERE type_id = 104$$,
                        'with nothing open the unit value changes by hand');
UPDATE shop.slip SET quantity = 3 WHERE id = 31;
SELECT is((SELECT value FROM credits.account WHERE customer = 'A' AND type_id = 104), 24.00, 'what comes back is worth it');

-- Bad input

SELECT pg_temp.refused($$SELECT credits.revalue('NONE', 1, '2026-04-01')$$, 'P0002', 'no such type');
SELECT pg_temp.refused($$SELECT credits.revalue('SUPPORT', 1, '2026-04-01')$$, '55000', 'a type with fifo valuation');
SELECT pg_temp.refused($$SELECT credits.revalue('FIXED', -1, '2026-04-01')$$, '23514 credits_quantity_in_range',
                       'a negative value');
SELECT pg_temp.refused($$SELECT credits.revalue('FIXED', NULL, '2026-04-01')$$, '23514 credits_quantity_in_range', 'no value');
SELECT pg_temp.refused($$SELECT credits.revalue('FIXED', 'NaN', '2026-04-01')$$, '23514 credits_quantity_in_range', 'no number');
SELECT pg_temp.refused($$SELECT credits.revalue('FIXED', 1.00005, '2026-04-01')$$, '23514 credits_quantity_in_range',
                       'more than four decimals');
SELECT pg_temp.refused($$SELECT credits.revalue('FIXED', 9e13, '2026-04-01')$$, '23514 credits_quantity_in_range',
                       'more than an account can hold');
SELECT pg_temp.refused(format($$SELECT credits.revalue('FIXED', 1, %L)$$, CURRENT_DATE + 1), '22023', 'a day in the future');
SELECT pg_temp.refused($$SELECT credits.revalue('FIXED', 1, NULL)$$, '22023', 'no day');
SELECT is(credits.revalue('FIXED', 95, '2026-04-30'), 0.00, 'the same value changes nothing');

SELECT * FROM finish();
ROLLBACK;
