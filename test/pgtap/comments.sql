-- Every object of the schema credits, and every column that a user sees, says what it is, and what is returned is written out
-- once.
BEGIN;
SELECT plan(7);

SELECT cmp_ok(count(*), '>', 50::bigint, 'the schema has its objects')
FROM pg_depend JOIN pg_extension AS e ON refclassid = 'pg_extension'::regclass AND refobjid = e.oid WHERE extname = 'credits';
SELECT is_empty($$
    SELECT relname FROM pg_class
    WHERE relnamespace = 'credits'::regnamespace AND relkind NOT IN ('i', 'I', 'c')
      AND obj_description(oid, 'pg_class') IS NULL$$,
    'no table, view or sequence without a comment');
SELECT is_empty($$
    SELECT format('%s.%s', relname, attname)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'credits'::regnamespace AND attnum > 0 AND NOT attisdropped
      AND (relkind = 'r' OR (relkind = 'v' AND relname NOT LIKE '\_%'))
      AND col_description(attrelid, attnum) IS NULL$$,
    'no column of a table or a public view without a comment');
SELECT is_empty($$
    SELECT oid::regprocedure FROM pg_proc
    WHERE pronamespace = 'credits'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL$$,
    'no function without a comment');
SELECT is_empty($$
    SELECT typname FROM pg_type
    WHERE typnamespace = 'credits'::regnamespace AND typelem = 0
      AND coalesce(obj_description(oid, 'pg_type'), obj_description(typrelid, 'pg_class')) IS NULL$$,
    'no type without a comment');
SELECT is_empty($$
    SELECT object FROM (
        SELECT oid::regclass::text AS object, obj_description(oid, 'pg_class') AS comment FROM pg_class
        WHERE relnamespace = 'credits'::regnamespace AND relkind IN ('r', 'v')
        UNION ALL
        SELECT oid::regprocedure::text, obj_description(oid, 'pg_proc') FROM pg_proc WHERE pronamespace = 'credits'::regnamespace)
        AS described
    WHERE comment !~ '[.:]' OR length(comment) < 20$$, 'and none that says nothing');

SELECT is_empty($$
    SELECT string_agg(function::text, ', ')
    FROM (SELECT pg_proc.oid::regprocedure AS function, array_agg(name ORDER BY n) AS columns
          FROM pg_proc CROSS JOIN unnest(proargnames, proargmodes) WITH ORDINALITY AS argument (name, mode, n)
          WHERE pronamespace = 'credits'::regnamespace AND mode = 't'
          GROUP BY pg_proc.oid) AS returned
    GROUP BY columns HAVING count(*) > 1$$, 'no two functions write out the same columns: they return a type');
SELECT * FROM finish();
ROLLBACK;
