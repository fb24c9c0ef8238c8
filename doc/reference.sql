-- The queries of doc/generate: Markdown, one row per block. The temporary tables chapter and object list what is public, by
-- chapter and theme.

-- | column | type | meaning |
CREATE FUNCTION pg_temp.columns_of(relation regclass) RETURNS text LANGUAGE sql AS $$
    SELECT E'| column | type | |\n|---|---|---|\n' || string_agg(
        format('| `%s` | %s | %s |', attname,
               format_type(atttypid, atttypmod)
                   || coalesce(' = `' || regexp_replace(pg_get_expr(adbin, adrelid), '::.*', '') || '`', ''),
               replace(col_description(attrelid, attnum), '|', '\|')), E'\n' ORDER BY attnum)
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
$$;

-- name(argument type = default, …) returns type; one argument per line when there are many.
-- Of a type that exists for a function's sake alone.
CREATE FUNCTION pg_temp.columns_of(row_type oid) RETURNS text LANGUAGE sql AS $$
    SELECT format('TABLE(%s)', string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum))
    FROM pg_type JOIN pg_class ON pg_class.oid = typrelid JOIN pg_attribute ON attrelid = typrelid
    WHERE pg_type.oid = row_type AND relkind = 'c'
    HAVING count(*) > 0
$$;

CREATE FUNCTION pg_temp.signature_of(function regproc) RETURNS text LANGUAGE sql AS $$
    SELECT format(CASE WHEN pronargs > 4 THEN E'%s(\n    %s)' ELSE '%s(%s)' END, function,
                  (SELECT string_agg(concat_ws(' ', proargnames[n], format_type(proargtypes[n - 1], NULL))
                                     || coalesce(' = ' || regexp_replace(pg_get_function_arg_default(oid, n), '::.*', ''), ''),
                                     CASE WHEN pronargs > 4 THEN E',\n    ' ELSE ', ' END ORDER BY n)
                   FROM generate_series(1, pronargs) AS n))
           || CASE WHEN prorettype = 'void'::regtype THEN '' ELSE ' returns '
               || coalesce(pg_temp.columns_of(prorettype), pg_get_function_result(oid)) END
    FROM pg_proc WHERE oid = function
$$;

CREATE FUNCTION pg_temp.describe(kind text, name text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE kind
        WHEN 'function' THEN format(E'#### %s\n```\n%s\n```\n%s\n', name,
                                    pg_temp.signature_of(format('credits.%I', name)::regproc),
                                    obj_description(format('credits.%I', name)::regproc, 'pg_proc'))
        WHEN 'type' THEN format(E'#### type %s\n%s\n', name, obj_description(format('credits.%I', name)::regtype, 'pg_type'))
        ELSE format(E'#### %s %s\n%s\n\n%s\n', kind, name, obj_description(format('credits.%I', name)::regclass, 'pg_class'),
                    pg_temp.columns_of(format('credits.%I', name)::regclass))
    END
$$;

\qecho '# Reference'
\qecho
\qecho 'Made by `make reference` from the comments in `sql/install`: change them there. Everything is in schema `credits`.'
\qecho 'Rules are those of doc/design/7-rules.md; errors are explained in doc/errors.md.'
\qecho

SELECT format(E'## %s\n%s\n\n### Roles', title, about) FROM chapter WHERE decade = 0;
SELECT format('- `%s` %s', rolname, shobj_description(oid, 'pg_authid'))
FROM pg_roles WHERE rolname IN ('credits_reader', 'credits_registration', 'credits_management', 'credits_customer')
ORDER BY array_position(ARRAY['credits_reader', 'credits_registration', 'credits_management', 'credits_customer']::name[],
                        rolname);
\qecho

SELECT CASE WHEN decade IS DISTINCT FROM lag(decade) OVER (ORDER BY n) THEN format(E'## %s\n%s\n\n', title, chapter.about)
    ELSE '' END
    || CASE WHEN theme IS DISTINCT FROM lag(theme) OVER (ORDER BY n) THEN format(E'### %s\n%s\n\n', theme, object.about)
        ELSE '' END
    || pg_temp.describe(kind, name)
FROM object JOIN chapter USING (decade) ORDER BY n;

\qecho '#### Invariants'
\qecho
\qecho '| invariant | what `verify()` names |'
\qecho '|---|---|'
SELECT format('| `%s` | %s |', substr(relname, 9), obj_description(oid, 'pg_class'))
FROM pg_class WHERE relnamespace = 'credits'::regnamespace AND relname LIKE '\_verify\_%' ORDER BY relname COLLATE "C";
