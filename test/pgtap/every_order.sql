-- In whatever order a clerk sets constraints, at whatever point of his transaction: it is refused, or all that it leaves is
-- booked. Thousands of transactions that really commit, enumerated: each of these stories, with one or two SET CONSTRAINTS put
-- into it. In a database of its own; another psql runs them, so that what is refused is not seen here.
\set home :DBNAME
\set ON_ERROR_STOP on
SET client_min_messages = error;
DROP DATABASE IF EXISTS credits_every_order;
CREATE DATABASE credits_every_order;
\c credits_every_order
SET client_min_messages = error;
CREATE EXTENSION pgtap;
CREATE EXTENSION credits;
BEGIN;
\ir common.psql
\ir shop.psql

-- Given documents whose lines are checked by statement, at commit, and in both ways; and as many credits as anybody may use
DROP ROLE IF EXISTS credits_clerk_of_orders;
CREATE ROLE credits_clerk_of_orders;
CREATE FUNCTION shop.make(head regclass, lines name, check_at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE shop.%1$I (id int PRIMARY KEY, head int CONSTRAINT %1$s_fk '
                   'REFERENCES %2$s DEFERRABLE INITIALLY DEFERRED, item text, quantity numeric)', lines, head);
    PERFORM credits.attach(format('shop.%I', lines)::regclass, 'service_report', article => 'item',
                           quantity => 'quantity', amount => NULL, customer => 'header.customer',
        document_date => 'header.day', header_table => head, counts_when => $x$header.state = 'posted'$x$, check_at => check_at);
END $$;
CREATE TABLE shop.now_head (id int PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', state text DEFAULT 'posted');
CREATE TABLE shop.later_head (LIKE shop.now_head INCLUDING ALL);
CREATE TABLE shop.both_head (LIKE shop.now_head INCLUDING ALL);
SELECT shop.make(head::regclass, lines, check_at)
FROM (VALUES ('shop.now_head', 'now_line', 'statement'), ('shop.later_head', 'later_line', 'commit'),
             ('shop.both_head', 'both_line', 'statement'), ('shop.both_head', 'both_line2', 'commit'))
             AS made (head, lines, check_at) \g /dev/null
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 1000000, 1), (2, 'B', 'S', 1000000, 1);
CREATE TABLE shop.done (number int PRIMARY KEY);
GRANT USAGE ON SCHEMA shop TO credits_clerk_of_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO credits_clerk_of_orders;

-- Steps: document 0 is there, with line 0. {head}, {line}, {line2} and {fk} are those of the tables, {1} is the order's own
-- document 1.
CREATE TABLE shop.story (story int GENERATED ALWAYS AS IDENTITY, steps text[]);
INSERT INTO shop.story (steps) VALUES
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "INSERT INTO {head} VALUES ({1}, ''A'')"}'),
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "INSERT INTO {head} '
 'VALUES ({1}, ''A'', DEFAULT, ''draft'')", "UPDATE {head} SET state = ''posted'' WHERE id = {1}"}'),
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "INSERT INTO {head} VALUES ({1}, ''A'')", "UPDATE {line} '
 'SET quantity = 2 WHERE id = {1}"}'),
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "INSERT INTO {head} VALUES ({1}, ''A'')", "DELETE FROM {line} '
 'WHERE id = {1}"}'),
('{"INSERT INTO {head} VALUES ({1}, ''A'')", "INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "UPDATE {head} '
 'SET state = ''draft'' WHERE id = {1}"}'),
('{"UPDATE {line} SET head = {1} WHERE id = {0}", "INSERT INTO {head} VALUES ({1}, ''B'')"}'),
('{"DELETE FROM {head} WHERE id = {0}", "INSERT INTO {head} VALUES ({0}, ''A'', DEFAULT, ''draft'')"}'),
('{"DELETE FROM {head} WHERE id = {0}", "INSERT INTO {head} VALUES ({0}, ''B'')"}'),
('{"DELETE FROM {head} WHERE id = {0}", "DELETE FROM {line} WHERE head = {0}", "DELETE FROM {line2} WHERE head = {0}"}'),
('{"UPDATE {head} SET id = {1} WHERE id = {0}", "INSERT INTO {head} VALUES ({0}, ''B'')"}'),
('{"UPDATE {head} SET id = {1} WHERE id = {0}", "UPDATE {line} SET head = {1} WHERE head = {0}", "UPDATE {line2} '
 'SET head = {1} WHERE head = {0}"}'),
('{"SAVEPOINT s", "INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "ROLLBACK TO s", "INSERT INTO {line} '
 'VALUES ({2}, {1}, ''H'', 1)", "INSERT INTO {head} VALUES ({1}, ''A'')"}'),
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "SAVEPOINT s", "INSERT INTO {head} '
 'VALUES ({1}, ''A'')", "ROLLBACK TO s", "INSERT INTO {head} VALUES ({1}, ''B'')"}'),
('{"SAVEPOINT s", "INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "RELEASE s", "INSERT INTO {head} VALUES ({1}, ''A'')"}'),
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "INSERT INTO {line2} '
 'VALUES ({2}, {2}, ''H'', 1)", "INSERT INTO {head} VALUES ({2}, ''A''), ({1}, ''B'')"}'),
('{"DELETE FROM {line} WHERE id = {0}", "INSERT INTO {line} VALUES ({0}, {1}, ''H'', 3)", "INSERT INTO {head} '
 'VALUES ({1}, ''A'')"}'),
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)"}'),
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "UPDATE {line} SET head = {0} WHERE id = {1}"}'),
('{"INSERT INTO {line2} VALUES ({2}, {0}, ''H'', 1)", "INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "UPDATE {line2} '
 'SET head = {1} WHERE id = {2}", "INSERT INTO {head} VALUES ({1}, ''A'')"}'),
('{"UPDATE {head} SET customer = ''B'' WHERE id = {0}", "DELETE FROM {head} WHERE id = {0}", "INSERT INTO {head} '
 'VALUES ({0}, ''A'')"}'),
('{"INSERT INTO {head} VALUES ({1}, ''A'')", "INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "SAVEPOINT s", "UPDATE {line} '
 'SET quantity = 5 WHERE id = {1}", "ROLLBACK TO s", "INSERT INTO {line2} VALUES ({2}, {0}, ''H'', 1)"}'),
('{"INSERT INTO {line} VALUES ({1}, {0}, ''H'', 1)", "SAVEPOINT s", "SAVEPOINT t", "INSERT INTO {line2} '
 'VALUES ({2}, {0}, ''H'', 1)", "RELEASE t", "ROLLBACK TO s"}'),
('{"INSERT INTO {line} VALUES ({1}, {1}, ''H'', 1)", "INSERT INTO {head} VALUES ({1}, ''B'')", "SAVEPOINT s", "DELETE '
 'FROM {head} WHERE id = {0}", "RELEASE s", "INSERT INTO {head} VALUES ({0}, ''B'')"}');

CREATE VIEW shop.setting AS
SELECT format('SET CONSTRAINTS %s %s', of, mode) AS step, mode = 'IMMEDIATE' AS hurries
FROM unnest(ARRAY['ALL', 'credits.credits_check_at_commit', 'credits.credits_check_header_at_commit', '{fk}']) AS of,
    unnest('{IMMEDIATE,DEFERRED}'::text[]) AS mode;

-- Every story, alone, with one setting before each step or at the end, and with every seventeenth of all pairs of settings.
CREATE TABLE shop.trial AS
SELECT row_number() OVER (ORDER BY kind, story, settings, at)::int AS number, *
FROM (
    SELECT story, steps, kind, NULL::int[] AS at, NULL::text[] AS settings, false AS hurries FROM shop.story,
           unnest('{now,later,both}'::text[]) AS kind
    UNION ALL
    SELECT story, steps, kind, ARRAY[p], ARRAY[step], hurries
    FROM shop.story, unnest('{now,later,both}'::text[]) AS kind, generate_series(0, cardinality(steps)) AS p, shop.setting
    UNION ALL
    SELECT story, steps, kind, at, settings, hurries FROM (
        SELECT *, row_number() OVER (ORDER BY story, kind, at, settings) AS n FROM (
            SELECT story, steps, kind, ARRAY[p, q] AS at, ARRAY[one.step, two.step] AS settings,
                   one.hurries OR two.hurries AS hurries
            FROM shop.story, unnest('{now,later,both}'::text[]) AS kind, generate_series(0, cardinality(steps)) AS p,
                 generate_series(p, cardinality(steps)) AS q, shop.setting AS one, shop.setting AS two) AS pair) AS numbered
    WHERE n % 17 = 0) AS trial;

CREATE FUNCTION shop.written(trial shop.trial) RETURNS text LANGUAGE sql AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(
        string_agg(step, '; ' ORDER BY place, kind_of_step, n), '{head}', format('shop.%s_head', trial.kind)),
        '{line}', format('shop.%s_line', trial.kind)),
        '{line2}', format('shop.%s_line%s', trial.kind, CASE trial.kind WHEN 'both' THEN '2' END)),
        '{fk}', CASE trial.kind WHEN 'both' THEN 'shop.both_line_fk, shop.both_line2_fk'
            ELSE format('shop.%s_line_fk', trial.kind) END),
        '{0}', (10 * trial.number)::text), '{1}', (10 * trial.number + 1)::text), '{2}', (10 * trial.number + 2)::text)
    FROM (
        SELECT n AS place, 1 AS kind_of_step, n, step FROM unnest(trial.steps) WITH ORDINALITY AS s (step, n)
        UNION ALL
        SELECT trial.at[n], 2, n, step FROM unnest(trial.settings) WITH ORDINALITY AS s (step, n)
        UNION ALL
        SELECT 0, 0, 0, format('INSERT INTO shop.done VALUES (%s)', trial.number)) AS part
$$;

INSERT INTO shop.now_head (id, customer) SELECT 10 * number, 'A' FROM shop.trial WHERE kind = 'now';
INSERT INTO shop.later_head (id, customer) SELECT 10 * number, 'A' FROM shop.trial WHERE kind = 'later';
INSERT INTO shop.both_head (id, customer) SELECT 10 * number, 'A' FROM shop.trial WHERE kind = 'both';
INSERT INTO shop.now_line SELECT id, id, 'H', 3 FROM shop.now_head;
INSERT INTO shop.later_line SELECT id, id, 'H', 3 FROM shop.later_head;
INSERT INTO shop.both_line SELECT id, id, 'H', 3 FROM shop.both_head;
INSERT INTO shop.both_line2 SELECT id, id, 'H', 4 FROM shop.both_head;
COMMIT;
ANALYZE;

-- When all of them have been tried, each at one of two isolation levels
\setenv PGHOST :HOST
\setenv PGPORT :PORT
\setenv PGUSER :USER
\setenv PGDATABASE credits_every_order
\pset tuples_only on
\pset format unaligned
\o | psql -qX >/dev/null 2>&1
SELECT 'SET ROLE credits_clerk_of_orders; SET synchronous_commit = off;';
SELECT format('BEGIN ISOLATION LEVEL %s; %s; COMMIT;', CASE number % 2 WHEN 0 THEN 'READ COMMITTED'
              ELSE 'REPEATABLE READ' END, shop.written(trial))
FROM shop.trial ORDER BY number;
\o

-- Then
SELECT plan(8);
CREATE VIEW shop.tried AS SELECT trial.*, done.number IS NOT NULL AS committed FROM shop.trial LEFT JOIN shop.done USING (number);
SELECT is_empty('SELECT * FROM credits.verify()', 'all that was committed is booked');
SELECT results_eq($$
    SELECT customer COLLATE "C", sum(-quantity) FROM (
        SELECT head, quantity FROM shop.now_line UNION ALL SELECT head, quantity FROM shop.later_line
        UNION ALL SELECT head, quantity FROM shop.both_line UNION ALL SELECT head, quantity FROM shop.both_line2) AS line
    JOIN (SELECT * FROM shop.now_head UNION ALL SELECT * FROM shop.later_head UNION ALL SELECT * FROM shop.both_head) AS header
        ON header.id = line.head
    WHERE state = 'posted' GROUP BY 1 ORDER BY 1$$,
    $$SELECT customer, sum(quantity) FROM credits.entry WHERE line_table <> 'shop.slip'::regclass GROUP BY 1 ORDER BY 1$$,
    'and adds up to what the documents say');
SELECT is_empty($$SELECT * FROM shop.tried WHERE committed
                  AND steps = (SELECT steps FROM shop.story WHERE cardinality(steps) = 1)$$,
'a line without a document never is');
SELECT is_empty($$SELECT kind, story, settings FROM shop.tried WHERE NOT committed AND NOT hurries AND cardinality(steps) > 1$$,
                'who hurries no check is never refused');
SELECT cmp_ok(count(*) FILTER (WHERE committed AND hurries), '>', 1000::bigint, 'of those who do, many are not either')
FROM shop.tried;
SELECT cmp_ok(count(*) FILTER (WHERE NOT committed), '>', 1000::bigint, 'and many are') FROM shop.tried;

-- Where the owner of the extension has switched the check off, nothing is committed that it should have settled
ALTER TABLE credits.pending DISABLE TRIGGER ALL;
\set ON_ERROR_STOP off
\set VERBOSITY sqlstate
BEGIN;
INSERT INTO shop.later_head VALUES (1, 'A');
INSERT INTO shop.later_line VALUES (1, 1, 'H', 1);
COMMIT;
\set refusal :SQLSTATE
\set ON_ERROR_STOP on
SELECT is(:'refusal'::text, '55000', 'a note that nobody took refuses COMMIT');
SELECT is((SELECT count(*) FROM shop.later_line WHERE id = 1), 0::bigint, 'so nothing of it is there');
SELECT * FROM finish();
\c :home
SET client_min_messages = error;
DROP DATABASE credits_every_order;
DROP ROLE credits_clerk_of_orders;
