-- One customer at a time (rules 7 and 29): who may read only the own views sees one customer, whatever he tries.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(121);

INSERT INTO credits.customer (customer, name, account_of)
VALUES ('O''Neill "x"', 'Quoted', NULL), ('a', 'Lower', NULL), ('K', 'Contact', 'A');
UPDATE credits.credit_type SET alarm_level = 8 WHERE type_id = 101;
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES
    (1, 'A', '2026-01-05', 'S1', 'S', 10, 1000),
    (2, 'A', '2026-01-20', 'S2', 'H', 3, 0),
    (3, 'A', '2026-01-21', 'S3', 'T', 2, 500),
    (4, 'B', '2026-01-06', 'S4', 'S', 4, 444.44),
    (5, 'O''Neill "x"', '2026-01-07', 'S5', 'S', 1, 1),
    (6, 'a', '2026-01-08', 'S6', 'S', 2, 2),
    (7, 'K', '2026-01-22', 'S7', 'H', 1, 0);
DO $$BEGIN PERFORM credits.register_consumption('B', 'SUPPORT', 1, 'secret of B', '2026-01-09'); END$$;
UPDATE credits.credit_type SET active = false WHERE type_id = 102;

-- Who is seen, in each of the views and by a join of them.
CREATE FUNCTION pg_temp.seen() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(customer, ' ' ORDER BY customer) FROM (
        SELECT customer FROM credits.own_portfolio
        UNION SELECT customer FROM credits.own_open_lot
        UNION SELECT customer FROM credits.own_history
        UNION SELECT h.customer FROM credits.own_portfolio AS p CROSS JOIN credits.own_open_lot AS l
        FULL JOIN credits.own_history AS h ON true) AS own
$$;
CREATE FUNCTION pg_temp.seen_as(who text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM credits.act_for(who);
    RETURN pg_temp.seen();
END
$$;
CREATE FUNCTION pg_temp.seen_by_definer() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN RETURN pg_temp.seen(); END$$;

-- An application that is trusted: its role may read the views, act_for() says who is at the screen.

CREATE ROLE credits_test_portal;
GRANT credits_customer TO credits_test_portal;
SET ROLE credits_test_portal;
SELECT is_empty('SELECT FROM credits.own_portfolio', 'while nobody is named there is no portfolio');
SELECT is_empty('SELECT FROM credits.own_open_lot', 'no lot');
SELECT is_empty('SELECT FROM credits.own_history', 'and no history');
SELECT credits.act_for('A') \g /dev/null
SELECT results_eq('SELECT * FROM credits.own_portfolio',
                  $$VALUES ('A' COLLATE "C", 'Adam' COLLATE "default", 'SUPPORT' COLLATE "default",
    'EUR' COLLATE "default", 10::numeric, 4::numeric, 6::numeric, 600.00, 8::numeric, true, '2026-01-05'::date,
    '2026-01-22'::date)$$,
    'the portfolio of the customer that it acts for, with what his contact used');
SELECT results_eq('SELECT * FROM credits.own_open_lot',
                  $$VALUES ('A' COLLATE "C", 'SUPPORT' COLLATE "default", 1::bigint, '2026-01-05'::date,
    'S1' COLLATE "default", 'S' COLLATE "C", 10::numeric, 6::numeric, 1000.00, 600.00)$$, 'his open lots');
SELECT results_eq('SELECT type_code, entry_no, booked_on, kind, document_number, quantity, value, balance_after '
                  'FROM credits.own_history ORDER BY type_code, entry_no',
    $$VALUES ('SUPPORT', 1::bigint, '2026-01-05'::date, 'sale', 'S1', 10::numeric, 1000.00, 10::numeric),
             ('SUPPORT', 2, '2026-01-20', 'consumption', 'S2', -3, -300.00, 7),
             ('SUPPORT', 3, '2026-01-22', 'consumption', 'S7', -1, -100.00, 6),
             ('TRAINING', 1, '2026-01-21', 'sale', 'S3', 2, 500.00, 2)$$, 'his history, of an inactive type too');
SELECT is(pg_temp.seen_as('B'), 'B', 'another customer, when it acts for another one');
SELECT is(pg_temp.seen_as('A'), 'A', 'it is read anew by each query');
SELECT is(pg_temp.seen_as('a'), 'a', 'names are exact: of another case is another customer');
SELECT is(pg_temp.seen_as(who), NULL, format('nobody is called "%s"', who))
FROM unnest(ARRAY['', ' ', 'A ', ' A', 'A,B', '%', '_', '*', 'A'' OR ''1''=''1', 'A'') OR ('''' = ''', 'null', 'Adam']) AS who;
SELECT is(pg_temp.seen_as(NULL), NULL, 'nor is null anybody');
SELECT is(pg_temp.seen_as('O''Neill "x"'), 'O''Neill "x"', 'a name may have quotes in it');
SELECT is(pg_temp.seen_as('K'), NULL, 'a contact sees nothing of the customer whose credits he uses');
SELECT credits.act_for('B') \g /dev/null
SELECT is_empty($$SELECT FROM credits.own_history WHERE customer = 'A'$$, 'a condition on somebody else finds nothing');
SELECT results_eq($$SELECT description FROM credits.own_history WHERE description IS NOT NULL$$,
                  ARRAY['secret of B'], 'his own remarks he reads');

-- What leaks from a view that is no barrier, where no index comes first

SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT credits.act_for('A') \g /dev/null
CREATE FUNCTION pg_temp.leak(what text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
    PERFORM set_config('credits_test.leaked', concat_ws(' ', nullif(current_setting('credits_test.leaked', true), ''), what),
                       true);
    RETURN true;
END
$$;
CREATE FUNCTION pg_temp.leaks(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('credits_test.leaked', '', true);
    EXECUTE query;
    RETURN (SELECT string_agg(DISTINCT word, ' ') FROM regexp_split_to_table(current_setting('credits_test.leaked'), ' ')
            AS word);
END
$$;
CREATE FUNCTION pg_temp.leaks_to(one text, other text) RETURNS boolean LANGUAGE sql COST 0.0000001 AS 'SELECT pg_temp.leak(one)';
CREATE OPERATOR pg_temp.=== (FUNCTION = pg_temp.leaks_to, LEFTARG = text, RIGHTARG = text);
SELECT is(pg_temp.leaks(format('SELECT FROM credits.%s WHERE pg_temp.leak(customer)', own)), 'A',
          format('a cheap function in a condition sees nobody else in %s', own))
FROM unnest('{own_portfolio,own_open_lot,own_history}'::text[]) AS own;
SELECT is(pg_temp.leaks(format('SELECT FROM credits.%s WHERE customer OPERATOR(pg_temp.===) ''x''', own)),
          'A', format('nor does an operator in %s', own))
FROM unnest('{own_portfolio,own_open_lot,own_history}'::text[]) AS own;
SELECT is(pg_temp.leaks($$SELECT FROM credits.own_history AS h JOIN credits.own_open_lot AS l ON pg_temp.leak(h.customer)
                          AND pg_temp.leak(l.customer)$$), 'A', 'nor in a join');
SELECT is(pg_temp.leaks($$SELECT FROM credits.own_history GROUP BY customer HAVING pg_temp.leak(min(customer))$$),
          'A', 'nor in a group');
SELECT is(pg_temp.leaks($$SELECT FROM credits.own_history ORDER BY pg_temp.leak(customer)$$), 'A', 'nor in an order');
SELECT pg_temp.accepted($$SELECT count(1 / (lot_no - 1 + (customer <> 'B')::integer)) FROM credits.own_history$$,
                        'no error tells of rows of others');
SELECT pg_temp.accepted($$SELECT FROM credits.own_history WHERE 1 / (customer <> 'B')::integer = 1$$, 'in a condition neither');
SELECT pg_temp.accepted($$SELECT FROM credits.own_history WHERE description::integer > 0$$, 'nor does a cast');
SELECT pg_temp.accepted($$SELECT FROM credits.own_portfolio WHERE 1 / (open_value - 333.33) <> 0$$, 'nor one in the portfolio');

SET LOCAL enable_indexscan = on;
SET LOCAL enable_indexonlyscan = on;

-- What it may not

SELECT bag_eq($$SELECT relname::text COLLATE "default" FROM pg_class WHERE relnamespace = 'credits'::regnamespace
                AND relkind IN ('r', 'v', 'S', 'm', 'p')
                  AND (has_table_privilege('credits_test_portal', oid,
                                           'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                  OR has_any_column_privilege('credits_test_portal', oid, 'SELECT, UPDATE, INSERT'))$$,
    ARRAY['own_portfolio', 'own_open_lot', 'own_history', 'own_statement'],
        'these are the only relations that it has a right on');
SELECT is_empty($$SELECT relname FROM pg_class WHERE oid::regclass
                  IN ('credits.own_portfolio', 'credits.own_open_lot', 'credits.own_history', 'credits.own_statement')
                    AND (has_table_privilege('credits_test_portal', oid,
                                             'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))$$, 'and only to read');
SELECT bag_eq($$SELECT proname::text COLLATE "default" FROM pg_proc WHERE pronamespace = 'credits'::regnamespace
                AND has_function_privilege('credits_test_portal', oid, 'EXECUTE')$$,
    $$VALUES ('act_for') UNION ALL SELECT proname::text COLLATE "default" FROM pg_proc
      WHERE pronamespace = 'credits'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')$$,
    'the function that says for whom is the only one that not everybody has');
SELECT throws_ok('SELECT FROM credits.' || what, '42501', NULL, 'it does not read ' || what)
FROM unnest(ARRAY['portfolio', 'history', 'open_lot', 'entry', '_lot', '_account', 'customer', 'customer_role',
                  '_own_customer', 'alarm',
    'portfolio_as_of(''2026-01-31'')', 'balance(''A'', ''SUPPORT'')', 'preview_line(''A'', ''H'', 1)', 'verify()']) AS what;
SELECT throws_ok($$INSERT INTO credits.customer_role VALUES ('credits_test_portal', 'B')$$, '42501',
                 NULL, 'nor does it list itself');
SELECT is_empty($$SELECT FROM pg_stats WHERE schemaname = 'credits'$$, 'the statistics of the tables are hidden');
CREATE TEMPORARY TABLE trap (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric);
SELECT throws_ok($$SELECT credits.attach('trap', 'other', article => 'item', quantity => 'quantity',
                                         amount => NULL, customer => 'customer', document_date => 'day')$$,
    '42501', NULL, 'a table of its own, which refusals would answer with balances, it cannot attach');
RESET ROLE;

-- A prepared statement, whoever runs it

PREPARE own AS SELECT DISTINCT customer FROM credits.own_history;
SET LOCAL plan_cache_mode = force_generic_plan;
CREATE FUNCTION pg_temp.prepared(who text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    PERFORM credits.act_for(who);
    EXECUTE 'EXECUTE own' INTO found;
    RETURN found;
END
$$;
SET ROLE credits_test_portal;
SELECT is(pg_temp.prepared('A'), 'A', 'a prepared statement shows whom the transaction acts for');
SELECT is(pg_temp.prepared('B'), 'B', 'and the next one when that changes');
SELECT is(pg_temp.prepared(''), NULL, 'and nobody when that is nobody');
RESET ROLE;

-- A role for each customer, whose SQL is its own

CREATE ROLE credits_test_sql;
CREATE ROLE credits_test_of_a;
CREATE ROLE credits_test_of_b;
CREATE ROLE credits_test_joe;
CREATE ROLE "Credits Test ""Odd""";
GRANT credits_customer TO credits_test_sql;
GRANT credits_test_sql TO credits_test_of_a, credits_test_of_b, "Credits Test ""Odd""";
GRANT credits_test_of_a TO credits_test_joe;
GRANT credits_customer TO credits_test_joe;
CREATE ROLE credits_test_manager;
GRANT credits_management TO credits_test_manager;
SET ROLE credits_test_manager;
SELECT lives_ok($$INSERT INTO credits.customer_role VALUES ('credits_test_sql', NULL), ('credits_test_of_a', 'A'),
                  ('credits_test_of_b', 'B'), ('Credits Test "Odd"', 'O''Neill "x"')$$,
    'a manager lists them');
SELECT throws_ok($$INSERT INTO credits.customer_role VALUES ('credits_test_none', 'A')$$, '42704',
                 NULL, 'there must be such a role');
SELECT throws_ok($$UPDATE credits.customer_role SET customer = 'NONE' WHERE role = 'credits_test_of_a'$$,
                 '23503', NULL, 'and such a customer');
SELECT throws_ok($$TRUNCATE credits.customer_role$$, '42501', NULL, 'nobody but the owner truncates');
RESET ROLE;
SELECT throws_ok($$TRUNCATE credits.customer_role$$, '0A000', NULL, 'and he neither');
SELECT results_eq($$SELECT column_name::text COLLATE "default", new_value, changed_by FROM credits.setting_change
                    WHERE table_name = 'customer_role' AND key = 'credits_test_of_a' ORDER BY 1$$,
    $$VALUES ('customer', 'A', 'credits_test_manager'), ('role', 'credits_test_of_a', 'credits_test_manager')$$,
    'who listed them is on record');

SELECT credits.act_for(NULL) \g /dev/null
SET ROLE credits_test_of_a;
SELECT is(pg_temp.seen(), 'A', 'a listed role sees its customer');
SELECT is(pg_temp.seen_as('B'), NULL, 'nobody while it acts for another');
SELECT is(pg_temp.seen_as('A'), 'A', 'him when it acts for him');
SELECT is(pg_temp.prepared('B'), NULL, 'also in a statement that another role prepared');
SELECT is(pg_temp.prepared('A'), 'A', 'which shows him');
SET ROLE "Credits Test ""Odd""";
SELECT is(pg_temp.seen_as(NULL), 'O''Neill "x"', 'names of roles may have quotes');
SET ROLE credits_test_sql;
SELECT is(pg_temp.seen_as('B'), NULL, 'one that is listed with nobody sees nobody');
SET ROLE credits_test_portal;
SELECT is(pg_temp.seen_as('B'), 'B', 'one that is not listed sees whom it acts for');
SET ROLE credits_test_joe;
SELECT is(pg_temp.seen_as(NULL), 'A', 'a member of a listed role sees its customer');
SELECT is(pg_temp.seen_as('B'), NULL, 'and no other');
RESET ROLE;
SELECT is(pg_temp.seen_as('B'), 'B', 'a superuser is a member of no role in this');

-- It cannot become somebody else

SET SESSION AUTHORIZATION credits_test_of_a;
SELECT is(pg_temp.seen_as(NULL), 'A', 'it may log in');
SELECT is(pg_temp.seen_as('B'), NULL, 'and act for nobody else');
SET ROLE credits_customer;
SELECT is(pg_temp.seen_as('B'), NULL, 'SET ROLE to one that is not listed does not help');
SELECT is(pg_temp.seen_as('A'), 'A', 'it still sees its customer');
SET ROLE credits_test_sql;
SELECT is(pg_temp.seen_as('B'), NULL, 'with one that is listed with nobody it sees nobody');
RESET ROLE;
SELECT is(pg_temp.seen_by_definer(), NULL, 'nor does a function that runs as a superuser help');
SELECT throws_ok('SET ROLE credits_test_of_b', '42501', NULL, 'it cannot be another customer''s role');
SELECT credits.act_for('A') \g /dev/null
SELECT is(pg_temp.leaks('SELECT FROM credits.own_history WHERE pg_temp.leak(customer)'), 'A', 'and nothing leaks to it');
RESET SESSION AUTHORIZATION;
SELECT credits.act_for('B') \g /dev/null
SET ROLE credits_test_of_a;
SELECT is(pg_temp.seen_by_definer(), NULL, 'nor is SET ROLE forgotten in such a function');
RESET ROLE;

-- A pool that logs in as one role and becomes that of the customer; and roles of which nobody can say who they are

CREATE ROLE credits_test_pool NOINHERIT;
GRANT credits_test_of_a, credits_test_of_b, credits_customer TO credits_test_pool;
SET SESSION AUTHORIZATION credits_test_pool;
SET ROLE credits_test_of_b;
SELECT is(pg_temp.seen_as(NULL), 'B', 'a pool that becomes a customer''s role sees him');
SELECT is(pg_temp.seen_as('A'), NULL, 'and nobody else');
SET ROLE credits_test_of_a;
SELECT is(pg_temp.seen_as(NULL), 'A', 'and then another');
SET ROLE credits_customer;
SELECT is(pg_temp.seen_as(NULL), NULL, 'by itself it has several customers, and sees none');
SELECT is(pg_temp.seen_as('A') || pg_temp.seen_as('B'), 'AB', 'but the one of them that it acts for');
SELECT is(pg_temp.seen_as('a'), NULL, 'and of others nobody');
RESET SESSION AUTHORIZATION;
UPDATE credits.customer_role SET customer = 'A' WHERE role = 'credits_test_of_b';
SET SESSION AUTHORIZATION credits_test_pool;
SET ROLE credits_customer;
SELECT is(pg_temp.seen_as(NULL), 'A', 'roles that are all of one customer are no riddle');
RESET SESSION AUTHORIZATION;
ALTER ROLE credits_test_of_a RENAME TO credits_test_renamed;
SET ROLE credits_test_renamed;
SELECT is(pg_temp.seen_as('B'), NULL,
          'a renamed role is not listed any more: its group, listed with nobody, keeps it from seeing others');
RESET ROLE;
INSERT INTO credits.customer_role VALUES ('credits_customer', NULL);
SET ROLE credits_test_portal;
SELECT is(pg_temp.seen_as('A'), NULL, 'listing credits_customer itself with nobody lets nobody act for others');
RESET ROLE;
DELETE FROM credits.customer_role WHERE role = 'credits_customer';

-- No setting says whom, neither of the session nor of the transaction

SET ROLE credits_test_portal;
SELECT credits.act_for(NULL) \g /dev/null
SET credits.customer = 'A';
SET LOCAL credits.act_for = 'A';
SET credits._acted_for = 'A';
SELECT is(pg_temp.seen(), NULL, 'settings show nobody');
SELECT is(pg_temp.seen_as('B'), 'B', 'nor somebody else');

-- A savepoint that is rolled back takes along what was said after it

SELECT credits.act_for('A') \g /dev/null
SAVEPOINT one;
SELECT is(pg_temp.seen(), 'A', 'it lasts within a savepoint');
SELECT credits.act_for('B') \g /dev/null
SAVEPOINT two;
SELECT credits.act_for('a') \g /dev/null
SELECT credits.act_for(NULL) \g /dev/null
SELECT is(pg_temp.seen(), NULL, 'another one within');
ROLLBACK TO two;
SELECT is(pg_temp.seen(), 'B', 'is gone when that is rolled back');
ROLLBACK TO two;
SELECT credits.act_for('a') \g /dev/null
RELEASE two;
SELECT is(pg_temp.seen(), 'a', 'and stays when that is released');
ROLLBACK TO one;
SELECT is(pg_temp.seen(), 'A', 'until the one around it is rolled back');
SAVEPOINT two;
SAVEPOINT three;
SELECT credits.act_for('B') \g /dev/null
RELEASE three;
SELECT is(pg_temp.seen(), 'B', 'released twice');
RELEASE two;
RELEASE one;
SELECT is(pg_temp.seen(), 'B', 'it is the transaction''s');
CREATE FUNCTION pg_temp.act_and_fail() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM credits.act_for('A');
    RAISE division_by_zero;
EXCEPTION WHEN division_by_zero THEN
    RETURN pg_temp.seen();
END
$$;
SELECT is(pg_temp.act_and_fail(), 'B', 'a block that fails takes back what it has said');
CREATE FUNCTION pg_temp.act_in_blocks() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 3000 LOOP
        BEGIN
            PERFORM credits.act_for(CASE WHEN i % 2 = 0 THEN 'A' ELSE 'B' END);
            IF i % 3 = 0 THEN
                RAISE division_by_zero;
            END IF;
        EXCEPTION WHEN division_by_zero THEN
            NULL;
        END;
    END LOOP;
    RETURN pg_temp.seen();
END
$$;
SELECT is(pg_temp.act_in_blocks(), 'B', 'however often'); -- 2999 stands, 3000 failed
RESET ROLE;

-- Nobody's code that runs in another's name says whom he acts for

GRANT EXECUTE ON FUNCTION credits.act_for TO credits_test_sql;
CREATE SCHEMA own_code AUTHORIZATION credits_test_sql;
SET ROLE credits_test_sql;
CREATE TABLE own_code.note (id integer);
CREATE FUNCTION own_code.act(id integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN 1; END$$;
CREATE INDEX ON own_code.note (own_code.act(id));
CREATE OR REPLACE FUNCTION own_code.act(id integer) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM credits.act_for('B'); RETURN 1; END$$;
RESET ROLE;
INSERT INTO own_code.note VALUES (1); -- an index is built anew as the table's owner, restricted
SELECT credits.act_for('A') \g /dev/null
SELECT is(pg_temp.outcome('REINDEX TABLE own_code.note'), '42501', 'an owner''s function does not, when it runs restricted');
SELECT is(pg_temp.seen(), 'A', 'and nothing has changed');

-- Parallel workers do not know: so none of them asks

SELECT results_eq($$SELECT proname::text COLLATE "default", proparallel::text COLLATE "default",
                    provolatile::text COLLATE "default" FROM pg_proc
        WHERE pronamespace = 'credits'::regnamespace AND proname IN ('act_for', '_acted_for') ORDER BY 1$$,
    $$VALUES ('_acted_for', 'r', 's'), ('act_for', 'u', 'v')$$, 'what says and tells whom stays in the leader');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL min_parallel_index_scan_size = 0;
SET ROLE credits_test_portal;
SELECT is(pg_temp.seen_as('B') || pg_temp.seen_as('A'), 'BA', 'so that a parallel plan shows no fewer rows');
RESET ROLE;

-- Fast: the customer is computed once, and found by an index

-- Among many others
INSERT INTO credits._account_key (customer, type_id) SELECT 'other ' || n, 101 FROM generate_series(1, 2000) AS n;
INSERT INTO credits._lot (account_no, lot_no, last_entry_no, open, sold_on, booked_on, quantity, amount, value, remaining,
                          remaining_value)
SELECT account_no, n, n, true, '2026-01-01', '2026-01-01', 1, 1, 1, 1, 1
FROM credits._account_key, generate_series(1, 3) AS n WHERE customer LIKE 'other %';
INSERT INTO credits._entry (account_no, entry_no, lot_no, booked_on, kind, quantity, value, balance_after, recorded_at,
                            provenance_no)
SELECT account_no, n, n, '2026-01-01', 's', 1, 1, n, now(), (SELECT min(provenance_no) FROM credits._provenance)
FROM credits._account_key, generate_series(1, 3) AS n WHERE customer LIKE 'other %';
ANALYZE credits._account_key, credits._lot, credits._entry;
SET LOCAL enable_seqscan = off;
SELECT credits.act_for('A') \g /dev/null
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, FORMAT json) ' || query INTO plan;
    RETURN plan;
END
$$;
SET ROLE credits_test_portal;
CREATE TEMPORARY TABLE plans AS
SELECT own, pg_temp.plan_of('SELECT * FROM credits.' || own) AS plan
FROM unnest('{own_portfolio,own_open_lot,own_history}'::text[]) AS own;
SELECT results_eq(format(
    $$SELECT DISTINCT loops::integer FROM jsonb_path_query(%L, 'lax $.** ? (@."Subplan Name" == "CTE membership")."Actual Loops"')
      AS loops$$, plan),
    '{1}'::integer[], own || ': who asks is looked up once') FROM plans;
CREATE TEMPORARY VIEW ledger_scans AS
SELECT own, node FROM plans,
       jsonb_path_query(plan,
                        'strict $.** ? (@."Relation Name" == "_account" '
                     '|| @."Relation Name" == "_lot" || @."Relation Name" == "_entry")') AS node;
SELECT is_empty(format($$SELECT node FROM ledger_scans WHERE own = %L
                         AND node ->> 'Index Cond' ~ '(customer|account_no) = ' IS NOT TRUE$$, own),
    own || ': the ledger is read by an index on the customer or his accounts') FROM plans;
SELECT bag_eq('SELECT DISTINCT own FROM ledger_scans', 'SELECT own FROM plans', 'which was looked at in each');
RESET ROLE;
DELETE FROM credits._entry USING credits._account_key AS key WHERE key.account_no = _entry.account_no AND customer LIKE 'other %';
DELETE FROM credits._lot USING credits._account_key AS key WHERE key.account_no = _lot.account_no AND customer LIKE 'other %';
DELETE FROM credits._account_key WHERE customer LIKE 'other %';

-- What was answered stays, whatever is said next: the new names would come in its place in memory
CREATE FUNCTION pg_temp.say_in_savepoint(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM credits.act_for(name);
    RETURN credits._acted_for();
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT credits.act_for(NULL) \g /dev/null
SELECT credits.act_for('a name of 20 letters') \g /dev/null
SELECT is(told, 'a name of 20 letters', 'whom the transaction acted for is told as it was')
FROM (SELECT credits._acted_for() AS told, credits.act_for(NULL), pg_temp.say_in_savepoint(NULL) OFFSET 0) AS answer;
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
