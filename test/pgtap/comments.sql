-- Every object of the schema credits, and every column that a user sees, says what it is.
BEGIN;
SELECT plan(6);

SELECT cmp_ok(count(*), '>', 50::bigint, 'the schema has its objects')
FROM pg_depend JOIN pg_extension AS e ON refclassid = 'pg_extension'::regclass AND refobjid = e.oid WHERE extname = 'credits';
SELECT is_empty($$
    SELECT relname FROM pg_class
    WHERE relnamespace = 'credits'::regnamespace AND relkind NOT IN ('i', 'I', 'c') AND obj_description(oid, 'pg_class') IS NULL$$,
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
        SELECT oid::regprocedure::text, obj_description(oid, 'pg_proc') FROM pg_proc WHERE pronamespace = 'credits'::regnamespace) AS described
    WHERE comment !~ '[.:]' OR length(comment) < 20$$, 'and none that says nothing');
SELECT * FROM finish();
ROLLBACK;
