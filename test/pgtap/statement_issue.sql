-- Delivery: whose statement is due on which day, and the pages that a run makes.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(26);
UPDATE credits.customer SET statement_cycle = CASE customer WHEN 'A' THEN 'month' WHEN 'B' THEN 'week'
    WHEN 'C' THEN 'quarter' END;
INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
VALUES (1, 'A', '2026-01-05', 'S', 10, 1000), (2, 'A', '2026-01-20', 'H', 3, 0), (3, 'B', '2026-02-03', 'T', 3, 300),
    (4, 'C', '2026-02-04', 'S', 5, 500);

CREATE FUNCTION pg_temp.due(day date) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', customer, cycle, from_date, to_date), ', ' ORDER BY customer) FROM credits.statement_due(day)
$$;

-- Due

SELECT is(pg_temp.due('2026-01-31'), NULL, 'nothing while the first period lasts');
SELECT is(pg_temp.due('2026-02-01'), 'A month 2026-01-01 2026-01-31', 'a month is due when it is over');
SELECT is(pg_temp.due('2026-02-28'), 'A month 2026-01-01 2026-01-31, B week 2026-02-16 2026-02-22',
          'until the next one is; a week runs from Monday to Sunday');
SELECT is(pg_temp.due('2026-02-08'), 'A month 2026-01-01 2026-01-31',
          'not the week in which one is, nor one before there were credits');
SELECT is(pg_temp.due('2026-02-09'), 'A month 2026-01-01 2026-01-31, B week 2026-02-02 2026-02-08', 'on Monday it is over');
SELECT is(pg_temp.due('2026-04-01'),
          'A month 2026-03-01 2026-03-31, B week 2026-03-23 2026-03-29, C quarter 2026-01-01 2026-03-31', 'a quarter');
SELECT is(pg_temp.due(NULL), NULL, 'no day, nobody');
SELECT is((SELECT customer_name FROM credits.statement_due('2026-02-01')), 'Adam', 'with the name');

-- Made

SELECT is(credits.statement_run('2026-02-09'), 2, 'a run makes what is due');
SELECT is(credits.statement_run('2026-02-09'), 0, 'once');
SELECT is(pg_temp.due('2026-02-09'), NULL, 'then nothing is due');
SELECT results_eq('SELECT customer, cycle, from_date, to_date, figures FROM credits.statement_issue ORDER BY customer', $$VALUES
    ('A' COLLATE "C", 'month', '2026-01-01'::date, '2026-01-31'::date,
     '[{"opening": 0, "closing": 7, "came_in": 10, "went_out": 3, "type_code": "SUPPORT"}]'::jsonb),
    ('B', 'week', '2026-02-02', '2026-02-08',
     '[{"opening": 0, "closing": 3, "came_in": 3, "went_out": 0, "type_code": "TRAINING"}]')$$, 'the figures beside the page');
SELECT is(html, credits.statement_html('A', '2026-01-01', '2026-01-31'), 'which is that of statement_html()')
FROM credits.statement_issue WHERE customer = 'A';
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (5, 'A', '2026-01-21', 'H', 1);
SELECT is(credits.statement_run('2026-02-09'), 0, 'what was made stays as it was, though a late document came');
SELECT is((SELECT figures -> 0 ->> 'closing' FROM credits.statement_issue WHERE customer = 'A'), '7', 'with its figures');
SELECT pg_temp.refused('SELECT credits.statement_run(NULL)', '22023', 'no day');
SELECT pg_temp.refused('SELECT credits.statement_run(CURRENT_DATE + 1)', '22023', 'nor a day to come');
UPDATE credits.customer SET statement_cycle = 'quarter' WHERE customer = 'A';
SELECT is(pg_temp.due('2026-04-01'),
          'A quarter 2026-01-01 2026-03-31, B week 2026-03-23 2026-03-29, C quarter 2026-01-01 2026-03-31',
          'another cycle, another statement');

-- Rights

CREATE ROLE credits_test_reader;
GRANT credits_reader TO credits_test_reader;
CREATE ROLE credits_test_manager;
GRANT credits_management TO credits_test_manager;
SET ROLE credits_test_reader;
SELECT lives_ok($$SELECT * FROM credits.statement_due('2026-04-01'); SELECT * FROM credits.statement_issue$$,
                'a reader sees who is due, and what was made');
SELECT throws_ok($$SELECT credits.statement_run('2026-04-01')$$, '42501', NULL, 'but makes none');
SET ROLE credits_test_manager;
SELECT is(credits.statement_run('2026-04-01'), 3, 'a manager does');
SELECT throws_ok($$UPDATE credits.statement_issue SET html = ''$$, '42501', NULL, 'and changes none');
SELECT lives_ok($$DELETE FROM credits.statement_issue WHERE cycle = 'month'$$, 'but may have one made again');
RESET ROLE;

-- The customer sees his own

CREATE ROLE credits_test_shop;
GRANT credits_customer TO credits_test_shop;
SET ROLE credits_test_shop;
SELECT is_empty('SELECT * FROM credits.own_statement', 'without a customer there is none');
SELECT credits.act_for('C') \g /dev/null
SELECT results_eq('SELECT customer, from_date, html LIKE ''%Carl%'' FROM credits.own_statement',
                  $$VALUES ('C' COLLATE "C", '2026-01-01'::date, true)$$, 'a customer reads his own');
SELECT throws_ok('SELECT * FROM credits.statement_issue', '42501', NULL, 'and no other');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
