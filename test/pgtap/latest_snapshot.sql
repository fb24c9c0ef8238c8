-- What is read at the latest snapshot is read as its caller expects, or not at all.
BEGIN;
\ir common.psql
SELECT plan(10);

SELECT results_eq('SELECT * FROM credits._now(''SELECT 1, NULL::text'') AS row (a integer, b text)', 'VALUES (1, NULL::text)', 'a query that fits');
SELECT pg_temp.refused(format('SELECT * FROM credits._now(%L) AS row (a text, b bigint)', query), how, query) FROM (VALUES
    ('SELECT 1, 1::bigint', '42804'), ('SELECT ''a'', 1', '42804'), ('SELECT ''a''::text', '42804'), ('SELECT ''a''::text, 1::bigint, 1', '42804'),
    ('SELECT ''a''::varchar, 1::bigint', '42804'), ('SELECT', '42804'), ('UPDATE credits.customer SET name = name', '0A000'), ('SELECT FROM nowhere', '42P01')) AS query (query, how);
SELECT pg_temp.refused('SELECT credits._now(''SELECT 1'')', '0A000', 'rows of which nobody says what they are');

SELECT * FROM finish();
ROLLBACK;
