-- Every object of the schema credits, and every column that a user sees, says what it is, and what is returned is written out
-- once.
BEGIN;
SELECT plan(11);

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
    GROUP BY columns HAVING count(*) > 1 AND cardinality(columns) > 2$$,
    'no two functions write out the same columns: they return a type');

-- Not a node of the plan that has the question's name.
CREATE FUNCTION pg_temp.calls_itself(question regprocedure) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE format('EXPLAIN (FORMAT json) SELECT * FROM credits.%I(%s)',
                   (SELECT proname FROM pg_proc WHERE oid = question),
                   (SELECT string_agg('NULL', ', ') FROM pg_proc, generate_series(1, pronargs) WHERE pg_proc.oid = question))
    INTO plan;
    RETURN jsonb_path_exists(plan, 'strict $.** ? (@."Function Name" == $name)',
                             jsonb_build_object('name', (SELECT proname FROM pg_proc WHERE oid = question)));
END
$$;
SELECT cmp_ok(count(*), '>', 20::bigint, 'there are questions') FROM pg_proc
WHERE pronamespace = 'credits'::regnamespace AND obj_description(oid, 'pg_proc') LIKE 'Question:%';
SELECT is_empty($$
    SELECT oid::regprocedure FROM pg_proc
    WHERE CASE WHEN pronamespace = 'credits'::regnamespace AND obj_description(oid, 'pg_proc') LIKE 'Question:%'
                    AND oid <> 'credits._violations(interval)'::regprocedure -- whose tables verify() holds
               THEN pg_temp.calls_itself(oid) END$$, 'all are planned in place of their call');
SELECT is_empty($$
    SELECT asking.oid::regprocedure, asked.name
    FROM pg_proc AS asking
    CROSS JOIN LATERAL regexp_matches(coalesce(pg_get_function_sqlbody(asking.oid), asking.prosrc),
                                      '_now\(NULL::[^,]*, ''credits\.(\w+)''', 'g') AS asked (name)
    WHERE asking.pronamespace = 'credits'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'credits'::regnamespace AND proname = asked.name[1]
                      AND obj_description(oid, 'pg_proc') LIKE 'Question:%')$$, 'and nothing else is asked');
SELECT is_empty($$
    SELECT query.oid::regprocedure
    FROM pg_proc AS query JOIN pg_class AS answer ON answer.reltype = query.prorettype
    WHERE query.pronamespace = 'credits'::regnamespace AND answer.relkind IN ('r', 'p')
      AND query.prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql')$$,
    'no query returns the row of a table, to which somebody may add a column');
SELECT * FROM finish();
ROLLBACK;
