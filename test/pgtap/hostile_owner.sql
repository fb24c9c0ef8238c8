-- The owner of a table may alter the functions of its mapping, and those may do what they like: whoever is hurt, it is he. The
-- save says what is wrong, nothing is lost, and other tables go on.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(234);

CREATE ROLE credits_test_hostile IN ROLE credits_management;
CREATE SCHEMA hostile AUTHORIZATION credits_test_hostile;
GRANT USAGE, CREATE ON SCHEMA shop TO credits_test_hostile;
SET ROLE credits_test_hostile;
CREATE FUNCTION hostile.article_of(item text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(item)';
CREATE FUNCTION hostile.quantity_of(quantity numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN quantity; END';
CREATE FUNCTION hostile.factor(one numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT one';
CREATE TABLE hostile.line (id int PRIMARY KEY, item text, quantity numeric, amount numeric);
CREATE TABLE hostile.other (id int PRIMARY KEY, item text, quantity numeric, amount numeric);
SELECT credits.attach('hostile.line', 'invoice', 'hostile.article_of(line.item)',
    'hostile.quantity_of(line.quantity) * hostile.factor(1)', 'amount', $$'A'$$, $$date '2026-01-10'$$) \g /dev/null
SELECT credits.attach('hostile.other', 'invoice', 'item', 'quantity', 'amount', $$'B'$$, $$date '2026-01-10'$$) \g /dev/null
RESET ROLE;
INSERT INTO hostile.line VALUES (1, 's', 10, 1000), (2, 'h', 1, 0);
INSERT INTO hostile.other VALUES (1, 'S', 100, 1000);

-- How a statement is refused: SQLSTATE, constraint and message; 'accepted', or else.
CREATE FUNCTION pg_temp.said(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'accepted';
EXCEPTION WHEN query_canceled OR OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, message, CASE WHEN length(detail) > 300 THEN 'in too many words' END);
END
$$;
-- Does anything hold no longer, or is the next save of another table stopped? Saves a line there.
CREATE FUNCTION pg_temp.lost() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before numeric := credits.balance('B', 'SUPPORT');
BEGIN
    INSERT INTO hostile.other SELECT max(id) + 1, 'H', 0.25, 0 FROM hostile.other;
    RETURN concat_ws('; ', (SELECT string_agg(concat_ws(' ', invariant, detail), '; ') FROM credits.verify()),
        CASE WHEN credits.balance('B', 'SUPPORT') <> before - 0.25 THEN 'another table is not booked' END,
        CASE WHEN current_setting('session_replication_role') <> 'origin' THEN 'triggers are off' END);
END
$$;

-- The function is altered while this session has read lines by it

CREATE FUNCTION pg_temp.altered(statement text, expected text, balance numeric, line text DEFAULT '(5, ''h'', 1, 0)')
    RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
    found numeric;
    asked text;
BEGIN
    BEGIN
        SET LOCAL ROLE credits_test_hostile;
        EXECUTE statement;
        RESET ROLE;
        outcome := pg_temp.said('INSERT INTO hostile.line VALUES ' || line);
        found := credits.balance('A', 'SUPPORT');
        INSERT INTO hostile.other SELECT max(id) + 1, 'H', 0.25, 0 FROM hostile.other;
        asked := pg_temp.said('SELECT credits.verify()');
        RAISE SQLSTATE 'TRIED';
    EXCEPTION WHEN SQLSTATE 'TRIED' THEN
    END;
    RETURN NEXT is(outcome, expected, regexp_replace(statement, '\s+', ' ', 'g'));
    RETURN NEXT is(found, balance, 'the balance is as the line reads');
    RETURN NEXT is(asked, 'accepted', 'verify() goes on');
    RETURN NEXT is(pg_temp.lost(), '', 'taken back, all is as it was');
END
$$;
SELECT pg_temp.altered($$CREATE OR REPLACE FUNCTION hostile.article_of(item text) RETURNS text LANGUAGE sql IMMUTABLE
                         AS 'SELECT ''X''::text'$$, 'accepted', 9);
SELECT pg_temp.altered($$CREATE OR REPLACE FUNCTION hostile.article_of(item text) RETURNS text LANGUAGE plpgsql IMMUTABLE
                         AS 'BEGIN RETURN ''Q''; END'$$, 'accepted', 8.75);
SELECT pg_temp.altered($$CREATE OR REPLACE FUNCTION hostile.factor(one numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
                         AS 'SELECT 3.0'$$, 'accepted', 6);
SELECT pg_temp.altered($$CREATE OR REPLACE FUNCTION hostile.quantity_of(quantity numeric) RETURNS numeric LANGUAGE plpgsql
                         IMMUTABLE AS 'BEGIN RETURN NULL; END'$$, 'accepted', 9);
SELECT pg_temp.altered($$CREATE OR REPLACE FUNCTION hostile.quantity_of(quantity numeric) RETURNS numeric LANGUAGE plpgsql
                         IMMUTABLE AS 'BEGIN RAISE ''not now''; END'$$,
    '23514 line "5" of table hostile.line cannot be read: not now', 9);
SELECT pg_temp.altered('ALTER FUNCTION hostile.quantity_of STRICT', 'accepted', 9, $$(5, 'h', NULL, 0)$$);
SELECT pg_temp.altered(statement, 'accepted', 8) FROM unnest(ARRAY[
    'ALTER FUNCTION hostile.article_of RENAME TO article',
    'ALTER FUNCTION hostile.article_of SET SCHEMA shop',
    'ALTER FUNCTION hostile.quantity_of SECURITY DEFINER',
    'ALTER FUNCTION hostile.quantity_of SET search_path = hostile']) AS statement;
SELECT pg_temp.altered($$RESET ROLE; ALTER FUNCTION hostile.quantity_of OWNER TO postgres;
                         REVOKE EXECUTE ON FUNCTION hostile.quantity_of FROM PUBLIC$$,
    '23514 line "5" of table hostile.line cannot be read: permission denied for function quantity_of', 9);
SELECT matches(pg_temp.said('DROP SCHEMA hostile CASCADE'),
    '^2BP01 cannot drop table hostile\.(line|other) because credits depends on it$', 'DROP SCHEMA hostile CASCADE');
SELECT is(pg_temp.said(statement), expected, statement) FROM (VALUES
    ('DROP FUNCTION hostile.quantity_of',
     '2BP01 cannot drop function hostile.quantity_of(numeric) because other objects depend on it'),
    ('DROP FUNCTION hostile.quantity_of CASCADE', '2BP01 cannot drop view credits._line_lines because credits depends on it'),
    ('CREATE OR REPLACE FUNCTION hostile.article_of(item text) RETURNS integer LANGUAGE sql IMMUTABLE AS ''SELECT 1''',
     '42P13 cannot change return type of existing function'),
    ('ALTER FUNCTION hostile.quantity_of VOLATILE',
     '2BP01 cannot alter function hostile.quantity_of(numeric) because credits depends on it'),
    ('ALTER ROUTINE hostile.quantity_of STABLE',
     '2BP01 cannot alter function hostile.quantity_of(numeric) because credits depends on it'),
    ('SET LOCAL ROLE credits_test_hostile; CREATE OR REPLACE FUNCTION hostile.article_of(item text) RETURNS text LANGUAGE sql '
     'AS ''SELECT item''',
     '2BP01 cannot alter function hostile.article_of(text) because credits depends on it')) AS t (statement, expected);
SELECT is(pg_temp.lost(), '', 'all is as it was');

-- The function does something while it is to read a line. In dynamic statements it may write, whatever it says of itself

SET ROLE credits_test_hostile;
CREATE PROCEDURE hostile.commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; END';
CREATE FUNCTION hostile.run(command text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE command; END';
RESET ROLE;
CREATE FUNCTION pg_temp.set_body(body text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE FUNCTION hostile.quantity_of(quantity numeric) RETURNS numeric LANGUAGE plpgsql '
                   'IMMUTABLE AS %L', 'BEGIN ' || body || 'RETURN quantity; END');
END
$$;
CREATE FUNCTION pg_temp.does(body text, expected text, statement text DEFAULT 'INSERT INTO hostile.line VALUES (5, ''h'', 1, 0)')
    RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    before text := (SELECT concat_ws(' ', count(*), sum(quantity)) FROM credits.entry WHERE customer = 'A');
BEGIN
    PERFORM pg_temp.set_body(body);
    RETURN NEXT is(pg_temp.said(statement), expected, 'a function that does: ' || body);
    PERFORM pg_temp.set_body('');
    RETURN NEXT is((SELECT concat_ws(' ', count(*), sum(quantity)) FROM credits.entry WHERE customer = 'A'), before,
        'books nothing');
    RETURN NEXT is(pg_temp.lost(), '', 'and nothing is lost');
END
$$;
SELECT pg_temp.does(body, '23514 line "5" of table hostile.line cannot be read: ' || reason) FROM (VALUES
    ('RETURN hostile.quantity_of(quantity);', 'stack depth limit exceeded'),
    ('DELETE FROM hostile.line;', 'DELETE is not allowed in a non-volatile function'),
    ('COMMIT;', 'invalid transaction termination'),
    ('ROLLBACK;', 'invalid transaction termination'),
    ($$PERFORM hostile.run('SAVEPOINT x');$$, 'EXECUTE of transaction commands is not implemented'),
    ($$PERFORM set_config('session_replication_role', 'replica', false);$$,
     'permission denied to set parameter "session_replication_role"'),
    ($$PERFORM hostile.run('SET session_replication_role = replica');$$,
     'permission denied to set parameter "session_replication_role"'),
    ($$PERFORM hostile.run('ALTER TABLE hostile.line ADD added int');$$,
     'cannot ALTER TABLE "line" because it is being used by active queries in this session'),
    ($$PERFORM hostile.run('ALTER TABLE hostile.line DISABLE TRIGGER USER');$$,
     'cannot ALTER TABLE "line" because it is being used by active queries in this session'),
    ($$PERFORM hostile.run('TRUNCATE hostile.line');$$,
     'cannot TRUNCATE "line" because it is being used by active queries in this session'),
    ($$PERFORM hostile.run('DROP TABLE hostile.line');$$, 'cannot drop table hostile.line because credits depends on it'),
    ($$PERFORM hostile.run('DROP FUNCTION hostile.quantity_of CASCADE');$$,
     'cannot drop view credits._line_lines because credits depends on it')) AS t (body, reason);
SELECT pg_temp.does(format('PERFORM hostile.run(%L);', command),
    '23514 line "5" of table hostile.line cannot be read: '
    'cannot change attached tables or credits while a line, a document or a setting is being read') FROM unnest(ARRAY[
    'DELETE FROM hostile.line WHERE id = 5',
    'UPDATE hostile.line SET quantity = 3 WHERE id = 5 AND quantity <> 3',
    'INSERT INTO hostile.line SELECT max(id) + 1, ''h'', 1 FROM hostile.line',
    'INSERT INTO hostile.other VALUES (100, ''H'', 1)',
    'INSERT INTO hostile.other VALUES (101, ''X'', 1)',
    'DELETE FROM hostile.other',
    'SELECT credits.settle(''hostile.other'', ''1'')',
    'SELECT credits.register_consumption(''A'', ''SUPPORT'', 1, ''by the way'')',
    'SELECT credits.detach(''hostile.line'')',
    'SELECT credits.detach(''hostile.other'')',
    'SELECT credits.unbind(''hostile.other'')',
    'SELECT credits.attach(''hostile.line'', ''invoice'', ''item'', ''quantity'', NULL, ''item'', ''item'')']) AS command;
SELECT pg_temp.does($$BEGIN PERFORM hostile.run('DELETE FROM hostile.line'); EXCEPTION WHEN OTHERS THEN END; quantity := NULL;$$,
                    'accepted', $$INSERT INTO hostile.line VALUES (6, 'h', NULL, 0)$$);
SELECT pg_temp.set_body($$PERFORM hostile.run('DELETE FROM hostile.line');$$);
SELECT is((SELECT string_agg(DISTINCT invariant, ' ') FROM credits.verify()), 'unreadable_line',
          'verify() names the lines that it reads by such a function, and changes none');
SELECT pg_temp.set_body('');
SELECT is(pg_temp.lost(), '', 'with another one all is well');

-- Nor where lines are settled at commit

SET ROLE credits_test_hostile;
CREATE TABLE hostile.late_doc (number int PRIMARY KEY, customer text);
CREATE TABLE hostile.late (id int PRIMARY KEY, number int REFERENCES hostile.late_doc, item text, quantity numeric);
SELECT credits.attach('hostile.late', 'invoice', 'item', 'hostile.quantity_of(line.quantity)', NULL, 'header.customer',
    $$date '2026-01-10'$$, header_table => 'hostile.late_doc', check_at => 'commit') \g /dev/null
RESET ROLE;
INSERT INTO hostile.late_doc VALUES (1, 'A'), (2, 'A');
SELECT pg_temp.does(format('PERFORM hostile.run(%L);', command),
    '23514 line "1" of table hostile.late cannot be read: '
    'cannot change attached tables or credits while a line, a document or a setting is being read',
    'INSERT INTO hostile.late VALUES (1, 1, ''H'', 1); SET CONSTRAINTS ALL IMMEDIATE') FROM unnest(ARRAY[
    'DELETE FROM hostile.late', 'UPDATE hostile.late SET quantity = 3 WHERE quantity <> 3',
    'UPDATE hostile.late_doc SET customer = ''B''', 'DELETE FROM hostile.late_doc WHERE number = 2']) AS command;
SET CONSTRAINTS ALL DEFERRED;
SELECT credits.detach('hostile.late') \g /dev/null

-- One that never ends is ended as any statement is

SET LOCAL statement_timeout = '500ms';
SELECT pg_temp.does('LOOP END LOOP;', '57014 canceling statement due to statement timeout');
SELECT pg_temp.does('LOOP BEGIN LOOP END LOOP; EXCEPTION WHEN OTHERS THEN END; END LOOP;',
                    '57014 canceling statement due to statement timeout');
RESET statement_timeout;

-- A superuser's function may turn triggers off: for itself

CREATE FUNCTION shop.quantity_of(quantity numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS
$$BEGIN PERFORM set_config('session_replication_role', 'replica', false); RETURN quantity; END$$;
CREATE TABLE shop.ticket (id int PRIMARY KEY, item text, quantity numeric);
SELECT credits.attach('shop.ticket', 'helpdesk', 'item', 'shop.quantity_of(line.quantity)', NULL, $$'B'$$,
                      $$date '2026-01-10'$$) \g /dev/null
SELECT is(pg_temp.said($$INSERT INTO shop.ticket VALUES (1, 'H', 1), (2, 'H', 1)$$), 'accepted',
          'a superuser turns triggers off');
SELECT is((SELECT count(*) FROM credits.entry WHERE line_table = 'shop.ticket'::regclass), 2::bigint, 'his lines are booked');
SELECT is(pg_temp.lost(), '', 'and afterwards they are on again');

-- A document that is read by a view, and settings that are read by a binding

SET ROLE credits_test_hostile;
CREATE TABLE hostile.paper (number text PRIMARY KEY, customer text);
CREATE TABLE hostile.paper_line (id int PRIMARY KEY, number text, item text, quantity numeric);
CREATE FUNCTION hostile.customer_of(customer text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN customer; END';
CREATE VIEW hostile.paper_now AS
SELECT number, hostile.customer_of(customer) AS customer, date '2026-01-10' AS day FROM hostile.paper;
INSERT INTO hostile.paper VALUES ('P', 'B');
SELECT credits.attach('hostile.paper_line', 'invoice', 'item', 'quantity', NULL, 'header.customer', 'header.day',
    header_table => 'hostile.paper_now', header_key => '{number}', line_header => '{number}') \g /dev/null
CREATE OR REPLACE FUNCTION hostile.customer_of(customer text) RETURNS text LANGUAGE plpgsql AS
$$BEGIN DELETE FROM hostile.paper_line; RETURN customer; END$$;
RESET ROLE;
SELECT is(pg_temp.said($$INSERT INTO hostile.paper_line VALUES (1, 'P', 'H', 1)$$),
    '23514 document "P" in view "paper_now" cannot be read: '
    'cannot change attached tables or credits while a line, a document or a setting is being read',
    'a document whose view deletes its lines');
SET ROLE credits_test_hostile;
CREATE TABLE hostile.party (code text PRIMARY KEY, name text);
CREATE FUNCTION hostile.name_of(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
$$BEGIN PERFORM hostile.run('DELETE FROM hostile.line'); RETURN name; END$$;
SELECT credits.bind_customers('hostile.party', 'code', name => 'hostile.name_of(name)') \g /dev/null
RESET ROLE;
SELECT is(pg_temp.said($$INSERT INTO hostile.party VALUES ('N', 'Nora')$$),
    '55006 cannot change attached tables or credits while a line, a document or a setting is being read',
    'a customer whose name deletes lines');
SET ROLE credits_test_hostile;
SELECT credits.unbind('hostile.party') \g /dev/null
CREATE OR REPLACE FUNCTION hostile.name_of(name text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(name)';
SELECT credits.bind_customers('hostile.party', 'code', name => 'hostile.name_of(name)') \g /dev/null
RESET ROLE;
SELECT is(pg_temp.said('ALTER FUNCTION hostile.name_of STABLE'),
    '2BP01 cannot alter function hostile.name_of(text) because credits depends on it',
    'one that a binding reads by is kept, too');
INSERT INTO hostile.party VALUES ('N', 'Nora');
SET ROLE credits_test_hostile;
CREATE OR REPLACE FUNCTION hostile.name_of(name text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(name)';
RESET ROLE;
INSERT INTO hostile.party VALUES ('O', 'Olga');
SELECT is(ARRAY(SELECT name FROM credits.customer WHERE customer IN ('N', 'O') ORDER BY customer), '{NORA,olga}',
    'a name is read by the function as it is, though it was inlined');
SELECT credits.unbind('hostile.party'), credits.detach('hostile.paper_line') \g /dev/null
SELECT is(pg_temp.lost(), '', 'nothing is lost by either');

-- What a domain admits is part of a plan, too

SET ROLE credits_test_hostile;
CREATE DOMAIN hostile.pieces AS numeric;
CREATE TABLE hostile.piece_line (id int PRIMARY KEY, item text, quantity text);
SELECT credits.attach('hostile.piece_line', 'invoice', 'item', 'line.quantity::hostile.pieces', NULL, $$'B'$$,
                      $$date '2026-01-10'$$) \g /dev/null
RESET ROLE;
INSERT INTO hostile.piece_line VALUES (1, 'H', '1');
SET ROLE credits_test_hostile;
ALTER DOMAIN hostile.pieces ADD CHECK (VALUE < 5);
RESET ROLE;
SELECT is(pg_temp.said($$INSERT INTO hostile.piece_line VALUES (2, 'H', '7')$$),
    '23514 line "2" of table hostile.piece_line cannot be read: value for domain hostile.pieces violates check constraint '
    '"pieces_check"', 'a check that a domain did not have');
SELECT is(pg_temp.lost(), '', 'loses nothing');

-- The hook of a closing

\ir closing.psql
CREATE FUNCTION pg_temp.hook_does(body text, expected text, closings text DEFAULT NULL) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
    found text;
    lost text;
BEGIN
    BEGIN
        SET LOCAL ROLE credits_test_hostile;
        EXECUTE format('CREATE OR REPLACE FUNCTION hostile.hook(id integer) RETURNS void LANGUAGE plpgsql AS %L',
                       'BEGIN ' || body || ' END');
        UPDATE credits.parameter SET closing_hook = 'hostile.hook';
        RESET ROLE;
        outcome := pg_temp.said('SELECT credits.close_month(''2026-01-01'')');
        found := (SELECT string_agg(concat_ws(' ', to_char(month, 'MM'), CASE WHEN reopened_at IS NOT NULL THEN 'reopened' END),
                                    ', ' ORDER BY month) FROM credits.closing);
        lost := pg_temp.lost();
        RAISE SQLSTATE 'TRIED';
    EXCEPTION WHEN SQLSTATE 'TRIED' THEN
    END;
    RETURN NEXT is(outcome, expected, 'a hook that does: ' || regexp_replace(body, '\s+', ' ', 'g'));
    RETURN NEXT is(found, closings, 'what is closed');
    RETURN NEXT is(lost, '', 'and nothing is lost');
END
$$;
SELECT pg_temp.hook_does(body, expected) FROM (VALUES
    ($$PERFORM credits.close_month('2026-01-01');$$, '23514 month 2026-01 is closed already'),
    ($$PERFORM credits.close_month('2026-03-01');$$, '23514 month 2026-03 cannot be closed before month 2026-02'),
    ($$PERFORM credits.close_month((SELECT max(month) + interval '1 month' FROM credits.closing)::date);$$,
     format('23514 month %s is in the future', to_char(now() + interval '1 month', 'YYYY-MM'))),
    ($$PERFORM credits.reopen_month('2026-01-01');$$, '23514 month 2026-01 is not closed'),
    ($$RAISE 'no' USING ERRCODE = 'U0001';$$, 'U0001 no'),
    ('ROLLBACK;', '2D000 invalid transaction termination'),
    ('COMMIT;', '2D000 invalid transaction termination'),
    ('CALL hostile.commits();', '2D000 invalid transaction termination'),
    ($$EXECUTE 'SAVEPOINT x';$$, '0A000 EXECUTE of transaction commands is not implemented'),
    ('DROP TABLE hostile.line;', '2BP01 cannot drop table hostile.line because credits depends on it'),
    ('TRUNCATE hostile.line;', '23514 cannot truncate table "line", which has lines with credits'),
    ($$PERFORM set_config('session_replication_role', 'replica', false);$$,
     '42501 permission denied to set parameter "session_replication_role"'),
    ('UPDATE credits.closing SET number = 7;', '42501 permission denied for table closing'),
    ('PERFORM hostile.hook(id);', '54001 stack depth limit exceeded')) AS t (body, expected);
SELECT pg_temp.hook_does(body, 'accepted', closings) FROM (VALUES
    ($$IF (SELECT count(*) FROM credits.closing) < 2 THEN PERFORM credits.close_month('2026-02-01'); END IF;$$, '01, 02'),
    ($$IF EXISTS (SELECT FROM credits.closing WHERE closing_id = id AND reopened_at IS NULL) THEN
           PERFORM credits.reopen_month('2026-01-01'); END IF;$$, '01 reopened'),
    ('DROP FUNCTION hostile.hook(integer);', '01'),
    ('ALTER FUNCTION hostile.hook(integer) RENAME TO hook_too;', '01'),
    ($$PERFORM hostile.run('CREATE OR REPLACE FUNCTION hostile.hook(id integer) RETURNS void LANGUAGE sql AS ''SELECT''');$$,
     '01'),
    ('UPDATE credits.parameter SET closing_hook = NULL;', '01'),
    ($$PERFORM credits.detach('hostile.line');$$, '01')) AS t (body, closings);
SET LOCAL statement_timeout = '500ms';
SELECT pg_temp.hook_does('LOOP END LOOP;', '57014 canceling statement due to statement timeout');
RESET statement_timeout;

-- Tables that change their names while they are attached

SET ROLE credits_test_hostile;
CREATE FUNCTION pg_temp.attach(name text, continues text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    SELECT credits.attach(name::regclass, 'invoice', 'item', 'quantity', 'amount', $x$'A'$x$, $x$date '2026-01-10'$x$,
                          continues => continues)
$$;
CREATE FUNCTION pg_temp.swap() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE hostile.one RENAME TO three;
    ALTER TABLE hostile.two RENAME TO one;
    ALTER TABLE hostile.three RENAME TO two;
END
$$;
-- What is recorded, by the sources' names of now.
CREATE FUNCTION pg_temp.recorded() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s/%s %s', source, line_key, sum), ', ' ORDER BY source, line_key)
    FROM (SELECT source, line_key, trim_scale(sum(quantity)) AS sum FROM credits.entry
          WHERE customer = 'A' AND source NOT LIKE '%.line' GROUP BY 1, 2) AS e
$$;
CREATE TABLE hostile.one (id int PRIMARY KEY, item text, quantity numeric, amount numeric);
CREATE TABLE hostile.two (LIKE hostile.one INCLUDING ALL);
SELECT pg_temp.attach('hostile.one'), pg_temp.attach('hostile.two') \g /dev/null
INSERT INTO hostile.one VALUES (1, 'H', 1);
INSERT INTO hostile.two VALUES (1, 'H', 2);
SELECT pg_temp.swap();
INSERT INTO hostile.one VALUES (2, 'H', 3);
UPDATE hostile.two SET quantity = 1.5;
SELECT is(pg_temp.recorded(), 'hostile.one/1 -2, hostile.one/2 -3, hostile.two/1 -1.5',
    'of two tables that are swapped, each keeps its lines under its new name');
SELECT is(pg_temp.lost(), '', 'and that is no fault');
SELECT pg_temp.swap();
SELECT is(pg_temp.recorded(), 'hostile.one/1 -1.5, hostile.two/1 -2, hostile.two/2 -3', 'swapped back, too');
SELECT credits.detach('hostile.one') \g /dev/null
ALTER TABLE hostile.one RENAME TO old;
ALTER TABLE hostile.two RENAME TO one;
SELECT is(pg_temp.said($$SELECT pg_temp.attach('hostile.one')$$), '42710 table "one" is attached to credits already',
    'a name is not attached twice');
SELECT is(pg_temp.said($$SELECT pg_temp.attach('hostile.old', 'hostile.one')$$), '42710 source "hostile.one" is attached',
    'and no source is continued by two');
SELECT pg_temp.attach('hostile.old') \g /dev/null
UPDATE hostile.old SET quantity = 1;
SELECT is(pg_temp.recorded(), 'hostile.old/1 -1, hostile.one/1 -2, hostile.one/2 -3',
    'one that was renamed while it was detached is itself');
SELECT is(pg_temp.lost(), '', 'and nothing is lost');
ALTER TABLE hostile.old RENAME TO older;
CREATE TABLE hostile.old (LIKE hostile.older INCLUDING ALL);
INSERT INTO hostile.old SELECT * FROM hostile.older;
SELECT is(pg_temp.said($$SELECT pg_temp.attach('hostile.old', 'hostile.old')$$), '42704 source "hostile.old" is not known',
    'a copy under the name of one that was renamed does not go on by that name');
SELECT is(pg_temp.said($$SELECT pg_temp.attach('hostile.old', 'hostile.older')$$), '42710 source "hostile.older" is attached',
    'nor by its new one, as long as that is attached');
SELECT credits.detach('hostile.older'), pg_temp.attach('hostile.old', 'hostile.older') \g /dev/null
SELECT is(pg_temp.recorded(), 'hostile.old/1 -1, hostile.one/1 -2, hostile.one/2 -3', 'detached, it hands over its lines');
SELECT is(pg_temp.lost(), '', 'and all holds');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
