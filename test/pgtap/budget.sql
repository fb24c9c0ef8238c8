-- The budget (rule 29): what was consumed, at what rate, until when that lasts, and what is to be bought.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(77);

INSERT INTO credits.customer (customer) SELECT 'E' || n FROM generate_series(1, 20) AS n;
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'COPIES', 'fixed', 0.0375);
INSERT INTO credits.credit_type (type_id, code, currency) VALUES (104, 'TICKETS', 'JPY');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('P', 103, 1), ('O', 103, -1), ('K', 104, 1), ('L', 104, -1);

-- The figures of a budget in short, '-' for null.
CREATE FUNCTION pg_temp.budget_of(who text, year integer, today date) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', consumed, coalesce(per_month::text, '-'), coalesce(expected_by_year_end::text, '-'),
                     coalesce(expected_amount::text, '-'),
                     open, coalesce(months_left::text, '-'), coalesce(credits_to_buy::text, '-'),
                     coalesce(amount_to_buy::text, '-'),
                     coalesce(runs_out_on::text, '-'), coalesce(year_total::text, '-'), coalesce(price::text, '-'),
                     history_months)
    FROM credits._budget(year, who, today)
$$;
CREATE FUNCTION pg_temp.budgeted(who text, year integer, today date, expected text, description text) RETURNS text LANGUAGE sql AS
$$SELECT is((SELECT string_agg(b, '; ') FROM pg_temp.budget_of(who, year, today) AS b), expected, description)$$;

-- The worked example of doc/reports.md

SELECT pg_temp.slip(1, 'A', '2025-02-10', 'S', 12, 1200), pg_temp.slip(2, 'A', '2025-02-20', 'H', 1),
       pg_temp.slip(3, 'A', '2025-03-12', 'Q', 7),
       pg_temp.slip(4, 'A', '2025-04-09', 'Q', 10), pg_temp.slip(5, 'A', '2025-05-31', 'Q', 18),
       pg_temp.slip(6, 'A', '2025-06-02', 'S', 6, 540),
       pg_temp.slip(7, 'A', '2025-06-15', 'Q', 3) \g /dev/null
SELECT results_eq($$SELECT * FROM credits._budget(2025, 'A', '2025-06-15')$$,
                  $$VALUES ('A', 'SUPPORT', 10.5, 3::numeric, 19.5, 1770.00, 7.5, 2.5, 12::numeric, 1080.00,
    '2025-08-31'::date, 30::numeric, 90::numeric, 'EUR', 3, 'Adam')$$, 'the worked example');
SELECT is(round((12 * 4.5 + 11 * 2.5 + 10 * 1.75) / (12 + 11 + 10), 4), 3.0000, 'its average');
SELECT pg_temp.budgeted('A', 2026, '2025-06-15', '0 3 36 3240.00 7.5 2.5 36 3240.00 2025-08-31 36 90 3',
                        'of the next year, after what is used before it');
SELECT pg_temp.budgeted('A', 2025, '2026-01-01', '10.5 0.5633 0 0.00 7.5 13.3 0 0.00 2027-02-10 10.5 90 10',
                        'of a past year, the months of that year, with nothing to come');
SELECT pg_temp.budgeted('A', 2024, '2025-06-15', NULL, 'no budget of a year before he began');

-- Which months are averaged

CREATE FUNCTION pg_temp.rated(who text, year integer, today date, expected text, description text) RETURNS text LANGUAGE sql AS
$$SELECT is((SELECT concat_ws(' ', coalesce(per_month::text, '-'), history_months) FROM credits._budget(year, who, today)),
            expected, description)$$;
SELECT pg_temp.rated('A', 2025, '2025-02-28', '- 0', 'in the month in which he began there is no rate');
SELECT pg_temp.rated('A', 2025, '2025-03-01', '1 1', 'when it is over, it counts in want of another');
SELECT pg_temp.rated('A', 2025, '2025-03-31', '1 1', 'as long as there is none');
SELECT pg_temp.rated('A', 2025, '2025-04-01', '1.75 1', 'then it counts no more');
SELECT pg_temp.rated('A', 2025, '2025-05-01', '2.1413 2', 'two months have the weights 12 and 11');
SELECT is(round((12 * 2.5 + 11 * 1.75) / 23, 4), 2.1413, 'that is their average');
SELECT pg_temp.rated('A', 2025, '2025-05-31', '2.1413 2', 'a month is full when it is over, not on its last day');
SELECT pg_temp.rated('A', 2026, '2026-02-15', round((2 * 1.75 + 3 * 2.5 + 4 * 4.5 + 5 * 0.75) / 77, 4) || ' 11', 'eleven months');
SELECT pg_temp.rated('A', 2026, '2026-03-01', round((1 * 1.75 + 2 * 2.5 + 3 * 4.5 + 4 * 0.75) / 78, 4) || ' 12', 'twelve months');
SELECT pg_temp.rated('A', 2026, '2026-04-01', round((1 * 2.5 + 2 * 4.5 + 3 * 0.75) / 78, 4) || ' 12', 'never more than twelve');
SELECT pg_temp.rated('A', 2027, '2026-04-01', round((1 * 2.5 + 2 * 4.5 + 3 * 0.75) / 78, 4) || ' 12',
                     'of a later year the same months');
SELECT pg_temp.rated('A', 2026, '2026-07-01', '- 12', 'twelve months without consumption give no rate');
SELECT pg_temp.slip(20, 'B', '2025-03-01', 'S', 100, 1000), pg_temp.slip(21, 'B', '2025-03-31', 'H', 1),
       pg_temp.slip(22, 'B', '2025-04-10', 'H', 10),
       pg_temp.slip(23, 'B', '2025-05-10', 'H', -4), pg_temp.slip(24, 'C', '2025-03-01', 'S', 100, 1000),
       pg_temp.slip(25, 'C', '2025-03-10', 'H', 10),
       pg_temp.slip(26, 'C', '2025-05-10', 'H', -10) \g /dev/null
SELECT pg_temp.rated('B', 2025, '2025-06-15', round((12 * -4 + 11 * 10 + 10 * 1) / 33.0, 4) || ' 3',
                     'a month that began with him is full; one in which more came back is negative');
SELECT pg_temp.rated('C', 2025, '2025-06-15', '0 3', 'but the rate is not');

-- Days: of long and of short months, of leap years

SELECT pg_temp.slip(100, 'E1', '2023-12-01', 'S', 10.1, 101), pg_temp.slip(101, 'E1', '2023-12-31', 'H', 2.9),
       pg_temp.slip(102, 'E1', '2024-01-01', 'H', 2.9),
       pg_temp.slip(103, 'E2', '2022-12-01', 'S', 10, 100), pg_temp.slip(104, 'E2', '2022-12-31', 'H', 2.8),
       pg_temp.slip(105, 'E2', '2023-01-01', 'H', 2.8) \g /dev/null
SELECT pg_temp.budgeted('E1', 2024, '2024-02-15', '2.9 2.9 30.4 304.00 4.3 1.5 26.1 261.00 2024-03-31 33.3 10 2',
                        'fourteen of twenty-nine days of a leap year''s February are left');
SELECT pg_temp.budgeted('E2', 2023, '2023-02-15', '2.8 2.8 29.3 293.00 4.4 1.6 24.9 249.00 2023-04-04 32.1 10 2',
                        'thirteen of twenty-eight of another''s');
SELECT is((SELECT expected_by_year_end FROM credits._budget(2024, 'E1', '2024-12-31')), 0::numeric,
          'on 31 December nothing is to come');
SELECT is((SELECT expected_by_year_end FROM credits._budget(2024, 'E1', '2024-12-30')),
          (SELECT round(per_month / 31, 4) FROM credits._budget(2024, 'E1', '2024-12-30')), 'on the day before, a day');
SELECT is((SELECT expected_by_year_end FROM credits._budget(2024, 'E1', '2024-01-01')), round(2.9 * (11 + 30 / 31.0), 4),
          'on 1 January all but that day');
SELECT is(ARRAY(SELECT consumed FROM (VALUES ('2023-12-30'::date), ('2023-12-31')) AS of (today),
                credits._budget(2023, 'E1', today)), ARRAY[0, 2.9], 'consumed is until today, and today');
SELECT is((SELECT day FROM credits._day_after_months(today, months)), day, format('%s months after %s', months, today))
FROM (VALUES ('2024-02-15'::date, 0::numeric, '2024-02-15'::date), ('2024-02-15', 14 / 29.0, '2024-02-29'),
      ('2024-02-15', 0.0001, '2024-02-16'),
             ('2024-01-31', 1, '2024-02-29'), ('2023-01-31', 1, '2023-02-28'), ('2024-01-30', 1, '2024-02-29'),
             ('2024-12-31', 12, '2025-12-31'),
             ('2025-03-31', 1 / 3.0, '2025-04-10'), ('2024-06-15', 1e15, NULL), ('2024-06-15', NULL, NULL))
             AS of (today, months, day);

-- What is open is consumed first, the oldest first; the rest has to be bought

SELECT pg_temp.slip(200 + n, 'E3', day, item, quantity, amount)
FROM (VALUES (1, '2025-03-01'::date, 'S', 20, 200), (2, '2025-03-02', 'S', 80, 1600),
    (3, '2025-03-10', 'H', 3, 0), (4, '2025-04-10', 'H', 3, 0), (5, '2025-05-10', 'H', 3, 0))
    AS slip (n, day, item, quantity, amount) \g /dev/null
SELECT is(ARRAY(SELECT concat_ws(' ', year, expected_by_year_end, expected_amount, credits_to_buy, amount_to_buy)
                FROM generate_series(2025, 2028) AS year, credits._budget(year, 'E3', '2025-06-15')),
    ARRAY['2025 19.5 280.00 0 0.00', '2026 36 720.00 0 0.00', '2027 36 720.00 0.5 10.00', '2028 36 720.00 36 720.00'],
        'year after year, until nothing is left');
SELECT pg_temp.slip(210, 'E4', '2025-05-01', 'S', 6, 60), pg_temp.slip(211, 'E4', '2025-05-02', 'H', 6) \g /dev/null
SELECT pg_temp.budgeted('E4', 2025, '2025-06-15', '6 6 39 390.00 0 0.0 39 390.00 2025-06-15 45 10 1',
                        'nothing is open: all is to be bought, from today on');
SELECT pg_temp.slip(220, 'E5', '2023-01-01', 'S', 10, 100), pg_temp.slip(221, 'E5', '2023-01-05', 'H', 5),
       pg_temp.slip(222, 'E5', '2025-02-01', 'H', -2) \g /dev/null
SELECT pg_temp.budgeted('E5', 2025, '2025-06-15', '-2 0 0 0.00 7 - 0 0.00 - -2 10 12',
                        'only returns: nothing is expected, and it lasts for ever');
SELECT pg_temp.slip(230, 'E6', '2025-01-01', 'S', 10, 100) \g /dev/null
SELECT pg_temp.budgeted('E6', 2025, '2025-06-15', '0 - - - 10 - - - - - 10 5',
                        'who consumed nothing has no figures made up for him');
SELECT pg_temp.budgeted('E6', 2024, '2025-06-15', NULL, 'nor a row in a year before him');
SELECT pg_temp.slip(231, 'E6', '2025-04-01', 'H', 1) \g /dev/null
DELETE FROM shop.slip WHERE id = 231;
SELECT pg_temp.budgeted('E6', 2025, '2025-06-15', '0 - - - 10 - - - - - 10 5', 'a mistake that was undone is no consumption');

-- Prices

SELECT pg_temp.slip(300, 'E7', '2025-05-01', 'S', 10, 0), pg_temp.slip(301, 'E7', '2025-05-02', 'H', 1),
       pg_temp.slip(302, 'E8', '2025-05-01', 'S', 3, 0), pg_temp.slip(303, 'E8', '2025-05-02', 'H', 1) \g /dev/null
SELECT pg_temp.budgeted('E7', 2025, '2025-06-15', '1 1 6.5 0.00 9 9.0 0 - 2026-03-16 7.5 - 1',
                        'gifts are worth nothing, and there is no price');
SELECT pg_temp.budgeted('E8', 2025, '2025-06-15', '1 1 6.5 - 2 2.0 4.5 - 2025-08-16 7.5 - 1', 'so what is to be bought has none');
SELECT credits.register_opening('E9', 'SUPPORT', 10, 50, 'from before', '2025-05-01') \g /dev/null
SELECT pg_temp.slip(304, 'E9', '2025-05-02', 'H', 2) \g /dev/null
SELECT pg_temp.budgeted('E9', 2025, '2025-06-15', '2 2 13 - 8 4.0 5 - 2025-10-16 15 - 1', 'an opening balance is no sale');
SELECT pg_temp.slip(305, 'E9', '2025-05-10', 'S', 10, 70), pg_temp.slip(306, 'E9', '2025-05-11', 'S', 10, 200),
       pg_temp.slip(307, 'E9', '2025-05-11', 'S', -10, -200),
       pg_temp.slip(308, 'E9', '2025-05-12', 'S', 1, 0), pg_temp.slip(309, 'E9', '2025-05-09', 'S', 1, 99) \g /dev/null
SELECT is((SELECT concat_ws(' ', open, price) FROM credits._budget(2025, 'E9', '2025-06-15')), '20 7',
          'the price is the last sale''s by date, but for gifts and what was credited');
DELETE FROM shop.slip WHERE id = 305;
SELECT is((SELECT price FROM credits._budget(2025, 'E9', '2025-06-15')), 99::numeric, 'or is no more');
SELECT pg_temp.slip(314, 'E9', '2025-05-09', 'S', 2, 90) \g /dev/null
SELECT is((SELECT price FROM credits._budget(2025, 'E9', '2025-06-15')), 45::numeric, 'of two of a day, the later one''s');
SELECT pg_temp.slip(310, 'E10', '2025-05-01', 'P', 1000, 50), pg_temp.slip(311, 'E10', '2025-05-02', 'O', 400),
       pg_temp.slip(312, 'E11', '2025-05-01', 'P', 100, 0), pg_temp.slip(313, 'E11', '2025-05-02', 'O', 20) \g /dev/null
SELECT pg_temp.budgeted('E10', 2025, '2025-06-15', '400 400 2600 97.50 600 1.5 2000 75.00 2025-07-31 3000 0.0375 1',
                        'under fixed valuation the price is the unit value');
SELECT pg_temp.budgeted('E11', 2025, '2025-06-15', '20 20 130 1.88 80 4.0 50 1.88 2025-10-16 150 0.0375 1', 'of gifts, too');
SELECT pg_temp.slip(320, 'E12', '2025-05-01', 'K', 10, 1005), pg_temp.slip(321, 'E12', '2025-05-02', 'L', 3),
       pg_temp.slip(322, 'E13', '2025-05-01', 'S', 3, 1000), pg_temp.slip(323, 'E13', '2025-05-02', 'H', 1) \g /dev/null
SELECT pg_temp.budgeted('E12', 2025, '2025-06-15', '3 3 19.5 1959 7 2.3 12.5 1256 2025-08-26 22.5 100.5 1',
                        'money has the decimals of its currency');
SELECT pg_temp.budgeted('E13', 2025, '2025-06-15', '1 1 6.5 2166.67 2 2.0 4.5 1500.00 2025-08-16 7.5 333.3333 1',
                        'a price is rounded where it is shown, not where it is used');

-- What is booked with a later date is not expected again

SELECT pg_temp.slip(400, 'E14', '2025-05-01', 'S', 20, 200), pg_temp.slip(401, 'E14', '2025-05-02', 'H', 2),
       pg_temp.slip(402, 'E14', '2025-09-01', 'H', 4), pg_temp.slip(403, 'E14', '2026-02-01', 'H', 1) \g /dev/null
SELECT pg_temp.budgeted('E14', 2025, '2025-06-15', '2 2 9 90.00 13 6.5 0 0.00 2025-12-31 15 10 1', 'in the year');
SELECT pg_temp.budgeted('E14', 2026, '2025-06-15', '0 2 23 230.00 13 6.5 19 190.00 2025-12-31 24 10 1', 'and in the next');
SELECT pg_temp.slip(404, 'E14', '2025-10-01', 'H', 11) \g /dev/null
SELECT is((SELECT concat_ws(' ', expected_by_year_end, year_total) FROM credits._budget(2025, 'E14', '2025-06-15')),
          '0 17', 'more than is expected leaves nothing to expect');
SELECT pg_temp.budgeted('E15', 2025, '2025-06-15', NULL, 'who never had credits has no row');
SELECT pg_temp.slip(410, 'E15', '2025-01-01', 'S', 10, 100), credits.set_alarm_level('E15', 'SUPPORT', 1) \g /dev/null
DELETE FROM shop.slip WHERE id = 410;
SELECT pg_temp.budgeted('E15', 2025, '2025-06-15', NULL, 'nor who only has an account, and a sale that was deleted');

-- The same figures by another road: days one by one, credits lot by lot

CREATE FUNCTION pg_temp.worked_out(who text, of_type text, year integer, today date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    is_past  boolean := year < to_char(today, 'YYYY')::integer;
    began    date := (SELECT min(booked_on) FROM credits.history WHERE customer = who AND type_code = of_type);
    month    date := CASE WHEN is_past THEN make_date(year, 12, 1) ELSE date_trunc('month', today) - interval '1 month' END;
    part     numeric;
    weighted numeric := 0;
    weights  numeric := 0;
    used     boolean := false;
    rate     numeric;
    day      date;
    before   numeric := 0;
    expected numeric := 0;
    left_on  numeric;
    gone     date;
    sold     credits.lot;
    worth    numeric := 0;
    skip     numeric;
    need     numeric;
    taken    numeric;
    price    numeric;
BEGIN
    FOR weight IN REVERSE 12..1 LOOP
        EXIT WHEN month < began AND NOT (weight = 12 AND date_trunc('month', began) = month);
        part := (SELECT coalesce(-sum(quantity), 0) FROM credits.history WHERE customer = who AND type_code = of_type
                 AND to_char(booked_on, 'YYYYMM') = to_char(month, 'YYYYMM')
                   AND kind IN ('consumption', 'consumption_change', 'return'));
        weighted := weighted + weight * part;
        weights := weights + weight;
        used := used OR part <> 0;
        month := month - interval '1 month';
    END LOOP;
    IF NOT used THEN
        RETURN NULL;
    END IF;
    rate := round(greatest(weighted, 0) / weights, 4);
    FOR day IN SELECT generate_series(today + 1, make_date(year, 12, 31), '1 day') LOOP
        part := rate / date_part('day', date_trunc('month', day) + interval '1 month -1 day')::numeric;
        IF to_char(day, 'YYYY')::integer < year THEN before := before + part; ELSE expected := expected + part; END IF;
    END LOOP;
    before := greatest(0, round(before, 4) + (SELECT coalesce(sum(quantity), 0) FROM credits.history
                                              WHERE customer = who AND type_code = of_type AND booked_on > today
        AND booked_on < make_date(year, 1, 1) AND kind IN ('consumption', 'consumption_change', 'return')));
    expected := greatest(0, round(expected, 4) + (SELECT coalesce(sum(quantity), 0) FROM credits.history
                                                  WHERE customer = who AND type_code = of_type AND booked_on > today
        AND to_char(booked_on, 'YYYY')::integer = year AND kind IN ('consumption', 'consumption_change', 'return')));
    skip := before;
    need := expected;
    FOR sold IN SELECT lot.* FROM credits.lot JOIN credits.credit_type USING (type_id) WHERE customer = who
        AND code = of_type AND open ORDER BY sold_on, lot_no LOOP
        taken := least(skip, sold.remaining);
        skip := skip - taken;
        part := least(need, sold.remaining - taken);
        need := need - part;
        worth := worth + part * sold.remaining_value / sold.remaining;
    END LOOP;
    price := (SELECT amount / quantity FROM credits.lot JOIN credits.credit_type USING (type_id)
              WHERE customer = who AND code = of_type AND amount <> 0 AND credited < quantity
              ORDER BY sold_on DESC, lot_no DESC LIMIT 1);
    left_on := credits.balance(who, of_type);
    gone := today;
    WHILE left_on > 0.00000001 AND rate > 0 LOOP
        gone := gone + 1;
        left_on := left_on - rate / date_part('day', date_trunc('month', gone) + interval '1 month -1 day')::numeric;
    END LOOP;
    RETURN concat_ws(' ', rate, trim_scale(expected), trim_scale(need), round(need * price, 2),
                     round(worth + CASE WHEN need > 0 THEN need * price ELSE 0 END, 2),
                     CASE WHEN rate > 0 THEN gone END);
END
$$;
SELECT setseed(0.57) \g /dev/null
DO $$
DECLARE
    day  date;
    item text;
BEGIN
    FOR n IN 1001..1500 LOOP
        day := '2023-02-10'::date + (n - 1001) * 2 + (random() * 3)::integer;
        item := (ARRAY['S', 'H', 'Q', 'Q', 'H', 'T', 'U', 'U', 'H'])[1 + floor(random() * 9)];
        BEGIN
            PERFORM pg_temp.slip(n, 'E' || 16 + floor(random() * 5), day, item, CASE WHEN item IN ('S', 'T')
                                 THEN 8 + n % 7 WHEN random() < 0.1 THEN -1 ELSE 1 + n % 3 END,
                                 CASE WHEN n % 5 > 0 THEN 500 + n / 3.0 ELSE 0 END);
        EXCEPTION WHEN check_violation THEN -- not enough, or too much comes back
        END;
    END LOOP;
END
$$;
CREATE TEMPORARY TABLE seen AS
SELECT b.customer, b.type_code, year, today,
       CASE WHEN per_month IS NOT NULL THEN concat_ws(' ', round(per_month, 4), expected_by_year_end,
                                                      credits_to_buy, amount_to_buy, expected_amount, runs_out_on) END AS figures
FROM (VALUES (2023, '2023-06-30'::date), (2023, '2025-01-01'), (2024, '2024-02-10'), (2024, '2024-02-29'),
      (2024, '2025-03-31'), (2025, '2024-11-15'), (2025, '2025-01-31'), (2025, '2025-08-20'), (2026, '2025-08-20'),
      (2027, '2025-12-31')) AS of (year, today),
     credits._budget(year, NULL, today) AS b
WHERE b.customer IN ('E16', 'E17', 'E18', 'E19', 'E20');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE figures IS NOT NULL), '>', 60::bigint, 'there are histories enough');
SELECT cmp_ok((SELECT count(*) FROM seen WHERE figures IS NULL), '>', 3::bigint, 'and some too short');
SELECT is_empty($$SELECT *, pg_temp.worked_out(customer, type_code, year, today) FROM seen
                  WHERE figures IS DISTINCT FROM pg_temp.worked_out(customer, type_code, year, today)$$,
'each budget comes out the same');

-- All customers, one, and none

SELECT results_eq(format('SELECT * FROM credits.budget(%s)', year),
                  format('SELECT * FROM credits._budget(%s, NULL, CURRENT_DATE)', year), 'the budget is that of today: ' || year)
FROM unnest(ARRAY[2024, to_char(CURRENT_DATE, 'YYYY')::integer, to_char(CURRENT_DATE, 'YYYY')::integer + 1]) AS year;
SELECT bag_eq($$SELECT * FROM credits._budget(2025, 'E18', '2025-06-15')$$,
              $$SELECT * FROM credits._budget(2025, NULL, '2025-06-15') WHERE customer = 'E18'$$,
              'of a customer it is his part of all');
SELECT is(ARRAY(SELECT customer || ' ' || type_code FROM credits.budget(2025)),
          ARRAY(SELECT customer || ' ' || type_code FROM credits.budget(2025) ORDER BY customer COLLATE "C", type_code),
          'in order of customer and type');
INSERT INTO credits.customer (customer, account_of) VALUES ('A.1', 'A');
SELECT is_empty($$SELECT FROM credits.budget(2025, 'A.1')$$, 'a contact has no credits of his own');
SELECT pg_temp.refused(format('SELECT FROM credits.budget(%s)', year), '22023', 'no year: ' || year)
FROM unnest(ARRAY['0', '10000', 'NULL']) AS year;
SELECT lives_ok(format('SELECT FROM credits.budget(%s)', year), 'a year: ' || year) FROM unnest(ARRAY[1, 9999]) AS year;
SELECT pg_temp.refused($$SELECT FROM credits.budget(2025, 'Z')$$, 'P0002', 'no such customer');

-- The entries are read once for all accounts

CREATE FUNCTION pg_temp.scans() RETURNS bigint
    LANGUAGE sql AS $$SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables
                      WHERE relid = 'credits._entry'::regclass$$;
CREATE FUNCTION pg_temp.scans_of(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before bigint := pg_temp.scans();
BEGIN
    EXECUTE statement;
    RETURN pg_temp.scans() - before;
END
$$;
SELECT is(pg_temp.scans_of('SELECT count(*) FROM credits.budget(2025)'), 1::bigint, 'of all customers');
SELECT cmp_ok(pg_temp.scans_of($$SELECT count(*) FROM credits.budget(2025, 'E18')$$), '<=', 2::bigint,
              'and of one, by the index once for each of his accounts');

-- Inactive types, and rights

UPDATE credits.credit_type SET active = false WHERE type_id = 102;
SELECT is_empty($$SELECT FROM credits.budget(2025) WHERE type_code = 'TRAINING'$$, 'an inactive type is left out');
CREATE ROLE credits_test_reader;
CREATE ROLE credits_test_nobody;
GRANT credits_reader TO credits_test_reader;
SET ROLE credits_test_reader;
SELECT isnt_empty('SELECT FROM credits.budget(2025)', 'a reader reads it');
SET ROLE credits_test_nobody;
SELECT throws_ok('SELECT FROM credits.budget(2025)', '42501', NULL, 'nobody else does');
RESET ROLE;
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
