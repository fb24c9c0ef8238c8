-- A closing lends its hook nobody's rights, keeps nothing of its settings, and calls just the function that was set.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
\ir mallory.psql
SELECT plan(51);

SELECT pg_temp.slip(1, 'A', '2026-01-05', 'S', 10, 1000) \g /dev/null
CREATE ROLE credits_test_bookkeeper IN ROLE credits_management;
GRANT USAGE ON SCHEMA mallory TO credits_test_bookkeeper;

-- What it tries is refused, whoever closes; what it leaves is taken back. At a reopening, too

SET ROLE credits_test_mallory;
CREATE FUNCTION mallory.hook(id integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET CONSTRAINTS ALL DEFERRED;
    PERFORM mallory.attack('hook');
END
$$;
UPDATE credits.parameter SET closing_hook = 'mallory.hook';
RESET ROLE;
SELECT is(closing_hook_owner, 'credits_test_mallory', 'the parameter keeps whose the hook is') FROM credits.parameter;
SELECT pg_temp.harmless($$SELECT credits.close_month('2026-01-01')$$, '{hook}', 'a superuser closes');
SELECT pg_temp.harmless($$SELECT credits.reopen_month('2026-01-01')$$, '{hook}', 'and reopens');
SELECT pg_temp.harmless($$SET LOCAL ROLE credits_test_bookkeeper; SELECT credits.close_month('2026-01-01'); RESET ROLE$$,
                        '{hook}', 'a bookkeeper closes');
SELECT is(closed_by, 'credits_test_bookkeeper', 'in his name') FROM credits.closing WHERE reopened_at IS NULL;

SELECT credits.reopen_month('2026-01-01'), credits.close_month('2026-01-01') \g /dev/null
TRUNCATE mallory.run;
INSERT INTO mallory.bait VALUES (1);
SELECT is((SELECT count(*) FROM mallory.run), 1::bigint, 'what it has deferred is immediate afterwards');
SELECT pg_temp.wash() \g /dev/null

-- Inside, everything fires at once: keys that can be deferred, tables that are checked at commit, triggers of his own. Afterwards
-- too

SET ROLE credits_test_mallory;
CREATE TABLE mallory.book (id int PRIMARY KEY, number int UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE mallory.book_line (id int PRIMARY KEY, book int REFERENCES mallory.book DEFERRABLE INITIALLY DEFERRED,
                                item text, quantity numeric, amount numeric, customer text, day date);
CREATE FUNCTION mallory.write_book(closing_id integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mallory.book VALUES (closing_id, 1), (-closing_id, 2);
    UPDATE mallory.book SET number = 3 - number;
    INSERT INTO mallory.book_line VALUES (closing_id, closing_id, 'S', 5, 500, 'A', '2026-01-31');
    INSERT INTO mallory.bait VALUES (closing_id);
    PERFORM pg_notify('mallory', 'closed');
END
$$;
SELECT credits.attach('mallory.book_line', 'invoice', 'item', 'quantity', 'amount', 'customer', 'day', check_at => 'commit')
    \g /dev/null
UPDATE credits.parameter SET closing_hook = 'mallory.write_book';
RESET ROLE;
SELECT pg_temp.forget();
SELECT pg_temp.accepted($$SELECT credits.reopen_month('2026-01-01')$$,
                        'a hook writes what has deferrable keys, is checked at commit, or has triggers of its own');
SELECT results_eq('SELECT place, who FROM mallory.run', $$VALUES ('queued', 'credits_test_mallory')$$,
                  'that fire at once, as its owner');
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'its lines touch no credits');
SELECT is((SELECT count(*) FROM mallory.book_line), 1::bigint, 'and are there');
DELETE FROM mallory.run;
INSERT INTO mallory.bait VALUES (1);
SELECT is((SELECT count(*) FROM mallory.run), 1::bigint, 'after a closing constraints stay immediate');
SELECT pg_temp.wash() \g /dev/null

SET ROLE credits_test_mallory;
CREATE FUNCTION mallory.write_later(closing_id integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO mallory.book_line VALUES (closing_id + 100, closing_id + 100, 'S', 5, 500, 'A', '2026-01-31');
END
$$;
CREATE FUNCTION mallory.save_later(closing_id integer) RETURNS void LANGUAGE sql AS
$$SET CONSTRAINTS credits.credits_check_at_commit DEFERRED; UPDATE mallory.book_line SET quantity = quantity + 1$$;
CREATE FUNCTION mallory.hold(closing_id integer) RETURNS void LANGUAGE plpgsql AS $$BEGIN CREATE TEMP TABLE slip (); END$$;
CREATE FUNCTION mallory.be_root(closing_id integer) RETURNS void LANGUAGE sql AS $$SELECT$$ SET role = 'postgres';
CREATE FUNCTION mallory.refuse(closing_id integer) RETURNS void
    LANGUAGE plpgsql AS $$BEGIN RAISE 'no' USING ERRCODE = 'insufficient_privilege', HINT = 'mine'; END$$;
RESET ROLE;
CREATE FUNCTION pg_temp.closing_by(hook text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint    text;
    context text;
BEGIN
    SET LOCAL ROLE credits_test_mallory;
    UPDATE credits.parameter SET closing_hook = hook;
    RESET ROLE;
    PERFORM credits.close_month('2026-01-01');
    RAISE SQLSTATE 'TRIED';
EXCEPTION
    WHEN SQLSTATE 'TRIED' THEN
        RETURN 'accepted';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
        RETURN concat_ws(' ', SQLSTATE, CASE WHEN hint LIKE 'While a closing hook runs, all constraints are immediate%'
                         THEN 'with advice' ELSE nullif(hint, '') END,
                         CASE WHEN context NOT LIKE '%closing hook ' || hook || '(integer)%' THEN 'unnamed' END);
END
$$;
SELECT is(pg_temp.closing_by('mallory.write_later'), '42501 with advice',
          'a hook that defers a constraint is refused, and told why');
SELECT is(pg_temp.closing_by('mallory.save_later'), '42501 with advice', 'so is one that defers the check of credits');
SELECT is(pg_temp.closing_by('mallory.hold'), '42501 with advice', 'one that makes a temporary table');
SELECT is(pg_temp.closing_by('mallory.be_root'), '42501 with advice', 'one that sets another role for itself');
SELECT is(pg_temp.closing_by('mallory.refuse'), '42501 mine', 'an error of its own is left as it is');

-- What is queued before fires first: as the commit would, in the session's own path, and before the month is closed

CREATE ROLE credits_test_desk IN ROLE credits_management;
CREATE SCHEMA desk AUTHORIZATION credits_test_desk;
SET ROLE credits_test_desk;
CREATE TABLE desk.queue (id int);
CREATE TABLE desk.log (who text, open_month date);
CREATE FUNCTION desk.log_it() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN INSERT INTO log SELECT current_user,
                          (SELECT max(month) FROM credits.closing WHERE reopened_at IS NULL); RETURN NULL; END$$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON desk.queue DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION desk.log_it();
RESET ROLE;
SET CONSTRAINTS ALL DEFERRED;
UPDATE credits.parameter SET closing_hook = 'mallory.hook', closing_hook_owner = 'nobody';
SELECT is(closing_hook_owner, 'credits_test_mallory', 'whose a hook is cannot be given') FROM credits.parameter;
SELECT pg_temp.forget() \g /dev/null
SET ROLE credits_test_desk;
SET LOCAL search_path = desk;
INSERT INTO desk.queue VALUES (1);
SELECT credits.close_month('2026-01-01') \g /dev/null
SELECT pg_catalog.set_config('search_path', path, false) FROM pg_temp.before \g /dev/null
RESET ROLE;
SELECT results_eq('SELECT who, open_month FROM desk.log', $$VALUES ('credits_test_desk'::text, NULL::date)$$,
                  'what the caller has queued fires first, as he, and with his settings');
SELECT is(pg_temp.nothing_left(), '', 'and the hook after it, as its owner');
SELECT credits.reopen_month('2026-01-01') \g /dev/null
SELECT pg_temp.wash() \g /dev/null

CREATE FUNCTION shop.close_for_others(month date) RETURNS integer
    LANGUAGE sql SECURITY DEFINER AS $$SELECT credits.close_month(month)$$;
GRANT USAGE ON SCHEMA shop TO credits_test_desk;
TRUNCATE desk.log;
SET ROLE credits_test_desk;
SET LOCAL search_path = desk;
INSERT INTO desk.queue VALUES (2);
SELECT shop.close_for_others('2026-01-01') \g /dev/null
SELECT pg_catalog.set_config('search_path', path, false) FROM pg_temp.before \g /dev/null
RESET ROLE;
SELECT results_eq('SELECT who FROM desk.log', $$VALUES ('credits_test_desk'::text)$$,
                  'through a function of somebody else''s, too: not as he');
SELECT credits.reopen_month('2026-01-01') \g /dev/null
SELECT pg_temp.wash() \g /dev/null

-- Just the function that was set: neither one with another argument, nor one that comes to bear the name, nor one that gets
-- another owner

SET ROLE credits_test_mallory;
CREATE FUNCTION mallory.many(id integer) RETURNS text
    LANGUAGE plpgsql AS $$BEGIN INSERT INTO mallory.run (place, who) VALUES ('integer', current_user); RETURN 'seen'; END$$;
CREATE FUNCTION mallory.many(id bigint) RETURNS void
    LANGUAGE plpgsql AS $$BEGIN INSERT INTO mallory.run (place) VALUES ('bigint'); END$$;
CREATE FUNCTION mallory.many(id integer, VARIADIC integer[]) RETURNS void
    LANGUAGE plpgsql AS $$BEGIN INSERT INTO mallory.run (place) VALUES ('variadic'); END$$;
CREATE FUNCTION mallory.many(id integer, other text DEFAULT '') RETURNS void
    LANGUAGE plpgsql AS $$BEGIN INSERT INTO mallory.run (place) VALUES ('default'); END$$;
UPDATE credits.parameter SET closing_hook = 'mallory.many';
RESET ROLE;
SELECT pg_temp.forget() \g /dev/null
SELECT pg_temp.accepted($$SELECT credits.close_month('2026-01-01')$$, 'of several functions with one name');
SELECT results_eq('SELECT place, who FROM mallory.run', $$VALUES ('integer', 'credits_test_mallory')$$,
                  'the one that was set is called, whatever it returns');
SELECT credits.reopen_month('2026-01-01') \g /dev/null
CREATE OR REPLACE FUNCTION mallory.many(id integer) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = mallory AS
$$BEGIN INSERT INTO run (place, who) VALUES ('replaced', current_user); RETURN 'seen'; END$$;
SELECT pg_temp.forget() \g /dev/null
SELECT pg_temp.accepted($$SELECT credits.close_month('2026-01-01')$$,
                        'one that was replaced, has settings of its own and is SECURITY DEFINER');
SELECT results_eq('SELECT place, who FROM mallory.run', $$VALUES ('replaced', 'credits_test_mallory')$$,
                  'is called as its owner, too');
ALTER FUNCTION mallory.many(integer) OWNER TO postgres;
SELECT throws_ok($$SELECT credits.reopen_month('2026-01-01')$$, '42501',
                 'closing hook mallory.many(integer) belongs to another role than when it was set',
                 'one that gets another owner is not');
SET ROLE credits_test_mallory;
SELECT is(pg_temp.outcome($$UPDATE credits.parameter SET closing_hook = 'mallory.many'$$), '42501',
          'until somebody sets it who can act as he');
SELECT pg_temp.accepted($$UPDATE credits.parameter SET active = true, closing_hook = NULL$$, 'others can take it away');
RESET ROLE;
UPDATE credits.parameter SET closing_hook = 'mallory.many';
SELECT pg_temp.accepted($$SELECT credits.reopen_month('2026-01-01')$$, 'set by a superuser, it is called again');

-- Whoever calls somebody else's function does not set a hook by it

SET ROLE credits_test_mallory;
CREATE FUNCTION mallory.help() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET check_function_bodies = off AS
$$BEGIN UPDATE credits.parameter SET closing_hook = 'shop.drop_all', closing_hook_owner = 'postgres'; END$$;
RESET ROLE;
CREATE FUNCTION shop.drop_all(id integer) RETURNS void LANGUAGE sql AS 'SELECT';
SELECT is(pg_temp.outcome('SELECT mallory.help()'), '42501',
          'called by a superuser, his function sets no hook of the superuser''s');
SET ROLE credits_test_mallory;
CREATE OR REPLACE FUNCTION mallory.hook(id integer) RETURNS void LANGUAGE plpgsql SET check_function_bodies = off AS
$$BEGIN UPDATE credits.parameter SET closing_hook = 'shop.drop_all', closing_hook_owner = 'postgres'; END$$;
RESET ROLE;
SELECT is(pg_temp.closing_by('mallory.hook'), '42501', 'nor does his hook, when a superuser closes');

-- Called by its name with whatever

SELECT closing_id FROM credits.closing ORDER BY closing_id LIMIT 1 \gset
CREATE AGGREGATE shop.total(integer) (SFUNC = int4pl, STYPE = integer);
CREATE PROCEDURE shop.proceed(id integer) LANGUAGE sql AS 'SELECT';
CREATE FUNCTION shop.several(id integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT id';
CREATE FUNCTION shop.none() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION pg_temp.call(closing_id text, hook text) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.outcome(format('SELECT credits._run_closing_hook(%s, %s)', closing_id, hook), true)$$;
SELECT is(pg_temp.call(:'closing_id', hook), state, description) FROM (VALUES
    ('0',                                               '42883', 'no function'),
    ('''123456789''',                                   '42883', 'an oid of none'),
    ('''shop.total(integer)''',                         '42883', 'an aggregate'),
    ('''shop.proceed(integer)''',                       '42883', 'a procedure'),
    ('''shop.several(integer)''',                       '42883', 'one that returns a set'),
    ('''shop.none()''',                                 '42883', 'one without an argument'),
    ('''pg_catalog.int4(bigint)''',                     '42883', 'one of another argument'),
    ('''pg_catalog.lag(anyelement)''',                  '42883', 'a window function'),
    ('''credits._check_at_commit()''',                  '42883', 'a trigger''s'),
    ('''credits._run_closing_hook(integer,regprocedure)''', '42883', 'itself'),
    ('NULL',                                            '22004', 'null'),
    ('''shop.drop_all(integer)''',                      'accepted', 'one that fits')) AS rubbish (hook, state, description);
SELECT is(pg_temp.call('NULL', '''shop.drop_all(integer)'''), '22004', 'no closing');
SELECT is(pg_temp.call('-1', '''shop.drop_all(integer)'''), 'P0002', 'a closing that is not there');
SET ROLE credits_test_mallory;
SELECT is(pg_temp.call(:'closing_id', '''mallory.hook(integer)'''), '42501', 'and it is nobody else''s to call');
RESET ROLE;
SELECT is(pg_temp.outcome($$UPDATE credits.parameter SET closing_hook = 'shop.several'$$), '42883',
          'one that returns a set cannot be set');
UPDATE credits.parameter SET closing_hook = NULL;
SELECT is(closing_hook_owner, NULL, 'without a hook there is no owner') FROM credits.parameter;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
