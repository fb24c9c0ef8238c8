-- Alarms: a balance that falls below its level is recorded, once, until it is no longer below (rules 7 and 21).
-- What the saver is told, and the notification, are in the regression test of this name.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(46);

CREATE FUNCTION pg_temp.alarms(who text) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(format('%s at %s%s', balance, alarm_level, CASE WHEN cleared_at IS NOT NULL THEN ', cleared' END)
                     ORDER BY raised_at)
    FROM credits.alarm WHERE customer = who
$$;
CREATE FUNCTION pg_temp.save(line bigint, who text, what text, much numeric, money numeric DEFAULT NULL) RETURNS void
    LANGUAGE sql AS
$$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (line, who, what, much, money)$$;
UPDATE credits.credit_type SET alarm_level = 2 WHERE code = 'SUPPORT';

-- Below is below

SELECT pg_temp.save(1, 'A', 'S', 1, 100) \gset
SELECT is(pg_temp.alarms('A'), NULL, 'a first sale below the level falls below nothing');
SELECT pg_temp.save(2, 'A', 'S', 4, 400) \gset
SELECT pg_temp.save(3, 'A', 'H', 3) \gset
SELECT is(pg_temp.alarms('A'), NULL, '2.00 at level 2 is not below');
SELECT pg_temp.save(4, 'A', 'Q', 1) \gset
SELECT is(pg_temp.alarms('A'), ARRAY['1.75 at 2'], '1.75 is');
SELECT results_eq($$SELECT customer, type_code, balance, alarm_level, raised_at BETWEEN now() AND clock_timestamp(),
                    cleared_at FROM credits.alarm$$,
    $$VALUES ('A' COLLATE "C", 'SUPPORT' COLLATE "default", 1.75, 2::numeric, true, NULL::timestamptz)$$,
    'the alarm says whose, and when');
SELECT results_eq($$SELECT below_alarm, alarm_level FROM credits.portfolio WHERE customer = 'A'$$,
                  $$VALUES (true, 2::numeric)$$, 'so does the portfolio');

-- Once per episode

SELECT pg_temp.save(5, 'A', 'Q', 1) \gset
UPDATE shop.slip SET quantity = 2 WHERE id = 5;
SELECT is(pg_temp.alarms('A'), ARRAY['1.75 at 2'], 'while it is below, it does not fall below');
SELECT pg_temp.save(6, 'A', 'S', 0.5, 50) \gset
SELECT is(pg_temp.alarms('A'), ARRAY['1.75 at 2'], 'a small sale that leaves it below ends nothing');
SELECT pg_temp.save(7, 'A', 'S', 0.25, 25) \gset
SELECT is(pg_temp.alarms('A'), ARRAY['1.75 at 2, cleared'], 'at its level it is no longer below');
SELECT ok(cleared_at > raised_at, 'and the alarm is cleared, after it was raised') FROM credits.alarm;
SELECT is((SELECT below_alarm FROM credits.portfolio WHERE customer = 'A'), false, 'the portfolio agrees');
SELECT pg_temp.save(8, 'A', 'H', 2) \gset
SELECT is(pg_temp.alarms('A'), ARRAY['1.75 at 2, cleared', '0 at 2'], 'falling below again is another episode');
DELETE FROM shop.slip WHERE id = 8;
SELECT is(pg_temp.alarms('A'), ARRAY['1.75 at 2, cleared', '0 at 2, cleared'], 'a return ends it, too');

-- Per save: what comes of it in the end

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (9, 'A', 'H', 2, NULL), (10, 'A', 'S', 5, 500);
SELECT is(array_length(pg_temp.alarms('A'), 1), 2, 'a save that sells and uses at once alarms for what is left');
SELECT pg_temp.refused($$SELECT pg_temp.save(11, 'A', 'H', 99)$$, '23514 credits_balance_not_negative', 'a refused save');
SELECT is(array_length(pg_temp.alarms('A'), 1), 2, 'raises no alarm');
SAVEPOINT before;
SELECT pg_temp.save(11, 'A', 'H', 4) \gset
SELECT is(array_length(pg_temp.alarms('A'), 1), 3, 'given a save');
ROLLBACK TO SAVEPOINT before;
SELECT is(array_length(pg_temp.alarms('A'), 1), 2, 'that is rolled back, its alarm goes with it');
SELECT pg_temp.save(11, 'A', 'H', 4) \gset
SELECT is(array_length(pg_temp.alarms('A'), 1), 3, 'and comes when it is saved again');
UPDATE shop.slip SET customer = 'B' WHERE id = 10 AND pg_temp.outcome('DELETE FROM shop.slip WHERE id IN (9, 11)') = 'accepted';
SELECT is(pg_temp.alarms('A'), ARRAY['1.75 at 2, cleared', '0 at 2, cleared', '1 at 2, cleared'],
          'consumptions that go, and a sale that goes after them');

-- A customer's own level

SELECT credits.set_alarm_level('B', 'SUPPORT', 4.5) \gset
SELECT is((SELECT alarm_level FROM credits.portfolio WHERE customer = 'B'), 4.5, 'a customer can have a level of his own');
SELECT pg_temp.save(21, 'B', 'H', 0.5) \gset
SELECT is(pg_temp.alarms('B'), NULL, '4.5 at level 4.5 is not below');
SELECT pg_temp.save(22, 'B', 'H', 0.5) \gset
SELECT is(pg_temp.alarms('B'), ARRAY['4 at 4.5'], '4 is');
SELECT credits.set_alarm_level('B', 'SUPPORT', 3) \gset
SELECT is(pg_temp.alarms('B'), ARRAY['4 at 4.5, cleared'], 'a level that the balance is not below ends the alarm');
SELECT credits.set_alarm_level('B', 'SUPPORT', 5) \gset
SELECT is(pg_temp.alarms('B'), ARRAY['4 at 4.5, cleared'], 'one that it is below waits for the balance to fall');
SELECT pg_temp.save(23, 'B', 'Q', 1) \gset
SELECT is(pg_temp.alarms('B'), ARRAY['4 at 4.5, cleared', '3.75 at 5'], 'which it then does');
SELECT credits.set_alarm_level('B', 'SUPPORT', NULL) \gset
SELECT is(pg_temp.alarms('B'), ARRAY['4 at 4.5, cleared', '3.75 at 5, cleared'], 'none of his own: that of the type counts');
SELECT results_eq($$SELECT below_alarm, alarm_level FROM credits.portfolio WHERE customer = 'B'$$,
                  $$VALUES (false, 2::numeric)$$, 'in the portfolio, too');
SELECT credits.set_alarm_level('B', 'SUPPORT', 0) \gset
SELECT pg_temp.save(24, 'B', 'H', 3.75) \gset
SELECT is(array_length(pg_temp.alarms('B'), 1), 2, 'no balance is below level 0');
SELECT results_eq($$SELECT key, old_value, new_value FROM credits.setting_change WHERE table_name = 'account'
                    ORDER BY changed_at$$,
    $$VALUES ('B/SUPPORT', NULL, '4.5'), ('B/SUPPORT', '4.5', '3'), ('B/SUPPORT', '3', '5'), ('B/SUPPORT', '5', NULL),
      ('B/SUPPORT', NULL, '0')$$,
    'the changes of the level are on record');
SELECT credits.set_alarm_level('C', 'SUPPORT', 1) \gset
SELECT pg_temp.save(31, 'C', 'S', 1, 10) \gset
SELECT pg_temp.save(32, 'C', 'Q', 1) \gset
SELECT is(pg_temp.alarms('C'), ARRAY['0.75 at 1'], 'a level can be set before the first sale');

-- No level, no alarm; inactive types

SELECT pg_temp.save(41, 'C', 'T', 1, 10) \gset
SELECT pg_temp.save(42, 'C', 'U', 1) \gset
SELECT is(pg_temp.alarms('C'), ARRAY['0.75 at 1'], 'a type without a level has no alarms');
SELECT results_eq($$SELECT below_alarm, alarm_level FROM credits.portfolio WHERE customer = 'C' AND type_code = 'TRAINING'$$,
    $$VALUES (false, NULL::numeric)$$, 'nor is any balance of it below');
UPDATE credits.credit_type SET active = false WHERE code = 'SUPPORT';
SELECT is(pg_temp.alarms('C'), NULL, 'alarms of inactive types are not listed');
SELECT isnt_empty($$SELECT FROM credits.alarm_episode WHERE customer = 'C'$$, 'but kept');
UPDATE credits.credit_type SET active = true WHERE code = 'SUPPORT';
UPDATE credits.credit_type SET alarm_level = 0.5 WHERE code = 'SUPPORT';
SELECT pg_temp.save(43, 'C', 'S', 0.1, 1) \gset
SELECT is(pg_temp.alarms('C'), ARRAY['0.75 at 1'], 'his own level goes before that of the type');

-- A new level of the type

UPDATE credits.credit_type SET alarm_level = 10 WHERE code = 'TRAINING';
SELECT is((SELECT count(*) FROM credits.alarm WHERE type_code = 'TRAINING'), 0::bigint,
          'a higher level waits for a balance to fall');
SELECT pg_temp.save(51, 'A', 'T', 12, 120) \gset
SELECT pg_temp.save(52, 'B', 'T', 12, 120) \gset
SELECT pg_temp.save(53, 'C', 'T', 12, 120) \gset
SELECT credits.set_alarm_level('C', 'TRAINING', 11) \gset
SELECT pg_temp.save(54, 'A', 'U', 4) \gset
SELECT pg_temp.save(55, 'B', 'U', 7) \gset
SELECT pg_temp.save(56, 'C', 'U', 4) \gset
CREATE FUNCTION pg_temp.under_way() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(customer, balance), ' ' ORDER BY customer) FROM credits.alarm WHERE type_code = 'TRAINING'
      AND cleared_at IS NULL
$$;
SELECT is(pg_temp.under_way(), 'A8 B5 C8', 'given three alarms');
UPDATE credits.credit_type SET alarm_level = 9 WHERE code = 'TRAINING';
SELECT is(pg_temp.under_way(), 'A8 B5 C8', 'a lower level that they are still below ends none');
UPDATE credits.credit_type SET alarm_level = 8 WHERE code = 'TRAINING';
SELECT is(pg_temp.under_way(), 'B5 C8',
          'one that a balance is not below ends its alarm, but not that of who has a level of his own');
SELECT is((SELECT below_alarm FROM credits.portfolio WHERE customer = 'A' AND type_code = 'TRAINING'),
          false, 'in the portfolio, too');
UPDATE credits.credit_type SET alarm_level = NULL WHERE code = 'TRAINING';
SELECT is(pg_temp.under_way(), 'C8', 'none ends all others');
SELECT credits.set_alarm_level('C', 'TRAINING', NULL) \gset
SELECT is(pg_temp.under_way(), NULL, 'and without his own nothing is left');
UPDATE credits.credit_type SET alarm_level = 9 WHERE code = 'TRAINING';
SELECT pg_temp.save(57, 'A', 'U', 1) \gset
SELECT is(pg_temp.under_way(), 'A7', 'a new level is known to the next save');
UPDATE credits.credit_type SET active = false WHERE code = 'TRAINING';
SELECT pg_temp.save(58, 'B', 'U', 1) \gset
SELECT isnt_empty($$SELECT FROM credits.alarm_episode WHERE customer = 'B' AND type_id = 102 AND balance = 4$$,
                  'what is left of an inactive type still falls below its level,');
SELECT is(pg_temp.under_way(), NULL, 'though no list shows it');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
