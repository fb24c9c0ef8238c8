-- What is read at the latest snapshot is read as its caller expects, or not at all.
BEGIN;
\ir common.psql
SELECT plan(9);

CREATE FUNCTION credits.one() RETURNS TABLE (a integer, b text) LANGUAGE sql STABLE AS $$SELECT 1, NULL::text$$;
CREATE FUNCTION credits.sum_of(a integer, b integer) RETURNS SETOF integer LANGUAGE sql STABLE AS $$SELECT a + b$$;
CREATE TYPE credits.fits AS (a integer, b text);
CREATE TYPE credits.other AS (a text, b bigint);
CREATE TYPE credits.longer AS (a integer, b text, c text);

SELECT results_eq($$SELECT * FROM credits._now(NULL::credits.fits, 'credits.one')$$, 'VALUES (1, NULL::text)',
    'a question that fits');
SELECT results_eq($$SELECT * FROM credits._now(NULL::integer, 'credits.sum_of', ROW(1, 2))$$, 'VALUES (3)', 'one with arguments');
SELECT pg_temp.refused(format('SELECT * FROM credits._now(NULL::%s, %L, %s)', answer, question, arguments), how,
    format('%s asked for %s with %s', question, answer, arguments))
FROM (VALUES
    ('credits.other', 'credits.one', 'NULL', '42804'),
    ('credits.longer', 'credits.one', 'NULL', '42804'),
    ('text', 'credits.sum_of', 'ROW(1, 2)', '42804'),
    ('integer', 'credits.sum_of', 'NULL', '42883'),
    ('integer', 'credits.sum_of', 'ROW(1, ''x''::text)', '42883'),
    ('integer', 'pg_catalog.current_database', 'NULL', '42804'),
    ('integer', '0', 'NULL', 'XX000')) AS call (answer, question, arguments, how);

SELECT * FROM finish();
ROLLBACK;
