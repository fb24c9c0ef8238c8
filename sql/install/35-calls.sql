-- The calls that made what is attached and bound, from what the database itself keeps: to detach, migrate and attach again.

CREATE FUNCTION credits._call(function text, needed text, arguments text[]) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT format('SELECT credits.%s(%s)', function,
                      string_agg(format('%I => %L', arguments[n], arguments[n + 1]), ', ' ORDER BY n))
        FROM generate_series(1, cardinality(arguments), 2) AS n
        WHERE arguments[n + 1] IS NOT NULL OR arguments[n] = needed);
COMMENT ON FUNCTION credits._call(text, text, text[]) IS
'A call of a function by names of arguments: names and values in turn, without those that are null, but for the one that has no '
'default.';

CREATE FUNCTION credits.attach_call(line_table regclass) RETURNS text
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    its credits.source;
BEGIN
    SELECT * INTO its FROM credits.source WHERE source.line_table = attach_call.line_table;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'table "%" is not attached to credits', credits._unquoted(line_table::text)
            USING ERRCODE = 'undefined_object', HINT = 'The table credits.source shows the attached tables.';
    END IF;
    RETURN credits._call('attach', 'amount', ARRAY[
        'line_table', credits._table_name(its.line_table),
        'kind', its.kind,
        'article', its.article,
        'quantity', its.quantity,
        'amount', its.amount,
        'customer', its.customer,
        'document_date', its.document_date,
        'document_number', its.document_number,
        'line_key', its.line_key::text,
        'header_table', credits._table_name(its.header_table),
        'header_key', its.header_key::text,
        'line_header', its.line_header::text,
        'applies_to', its.applies_to,
        'counts_when', its.counts_when,
        'zero_columns', its.zero_columns::text,
        'origin', its.origin,
        'origin_table', credits._table_name(its.origin_table),
        'refers_to', its.refers_to,
        'currency', its.currency,
        'entered_by', its.entered_by,
        'from_date', its.from_date::text,
        'check_at', its.check_at]);
END
$$;
COMMENT ON FUNCTION credits.attach_call(regclass) IS
'The call of credits.attach() that made what a table is attached with, ready to run again: for detach, migrate, attach.
Keys are told that were found. Of a source that went on another one nothing is told: it is this table''s own now.
Errors:
- 42704: not attached
Rule 24.';

CREATE FUNCTION credits.bind_call(erp_table regclass) RETURNS text
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    its credits.binding;
BEGIN
    SELECT * INTO its FROM credits.binding WHERE binding.erp_table = bind_call.erp_table;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'table "%" is not bound to credits', credits._unquoted(erp_table::text)
            USING ERRCODE = 'undefined_object', HINT = 'The table credits.binding shows the bound tables.';
    END IF;
    RETURN credits._call('bind_' || its.settings, NULL, ARRAY[
        'erp_table', credits._table_name(its.erp_table),
        'key', its.key,
        'works_with_credits', its.works_with_credits,
        'name', its.name,
        'account_of', its.account_of,
        'credit_type', its.credit_type,
        'coefficient', its.coefficient,
        'ledger_account', its.ledger_account,
        'description', its.description]);
END
$$;
COMMENT ON FUNCTION credits.bind_call(regclass) IS
'The call of credits.bind_customers() or credits.bind_articles() that bound a table, ready to run again.
Errors:
- 42704: not bound
Rule 5.';

-- What was given follows new names, of tables, columns, functions and types, as the mapping does by itself. A plain name may
-- be written in quotes or in capitals; behind a qualifier a keyword is plain, too.
CREATE FUNCTION credits._is_plain(name name) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN name ~ '^[a-z_][a-z0-9_]*$';
COMMENT ON FUNCTION credits._is_plain(name) IS
'Tells whether a name may be written without quotes: no keyword is asked for.';

CREATE FUNCTION credits._pattern_of(name name) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN credits._is_plain(name)
            THEN (SELECT format('(?:%s|"%s")', string_agg(format('[%s%s]', letter, upper(letter)), ''), name)
                  FROM regexp_split_to_table(name, '') AS letter)
            ELSE regexp_replace(quote_ident(name), '([^\w"])', '\\\1', 'g') END;
COMMENT ON FUNCTION credits._pattern_of(name) IS
'A regular expression of the ways in which SQL may write a name.';

CREATE FUNCTION credits._column_behind(qualifier text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN replace(format('(?<=(?:^|[^\w$."])%s\s*\.\s*)', qualifier), '%', '%%') || '%1$s(?![\w$"(])';
COMMENT ON FUNCTION credits._column_behind(text) IS
'A format of the pattern of a column that stands behind a qualifier, whose pattern is given.';

CREATE FUNCTION credits._renamed(expression text, pattern text, present text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN regexp_replace(expression, pattern, regexp_replace(present, '\\', '\\\\', 'g'), 'g');
COMMENT ON FUNCTION credits._renamed(text, text, text) IS
'An argument of attach or bind in which what stands as the pattern says has its present name.';

CREATE FUNCTION credits._follow_in_source(attached regclass, pattern text, present text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE credits.source AS its
    SET kind = credits._renamed(its.kind, pattern, present),
        article = credits._renamed(its.article, pattern, present),
        quantity = credits._renamed(its.quantity, pattern, present),
        amount = credits._renamed(its.amount, pattern, present),
        customer = credits._renamed(its.customer, pattern, present),
        document_date = credits._renamed(its.document_date, pattern, present),
        document_number = credits._renamed(its.document_number, pattern, present),
        applies_to = credits._renamed(its.applies_to, pattern, present),
        counts_when = credits._renamed(its.counts_when, pattern, present),
        currency = credits._renamed(its.currency, pattern, present),
        entered_by = credits._renamed(its.entered_by, pattern, present),
        origin = credits._renamed(its.origin, pattern, present),
        refers_to = credits._renamed(its.refers_to, pattern, present)
    WHERE its.line_table = attached;
END
$$;
COMMENT ON FUNCTION credits._follow_in_source(regclass, text, text) IS
'Has what attach was given follow a new name, where it stands as the pattern says.';

CREATE FUNCTION credits._follow_in_binding(bound regclass, pattern text, present text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE credits.binding AS its
    SET key = credits._renamed(its.key, pattern, present),
        works_with_credits = credits._renamed(its.works_with_credits, pattern, present),
        name = credits._renamed(its.name, pattern, present),
        account_of = credits._renamed(its.account_of, pattern, present),
        credit_type = credits._renamed(its.credit_type, pattern, present),
        coefficient = credits._renamed(its.coefficient, pattern, present),
        ledger_account = credits._renamed(its.ledger_account, pattern, present),
        description = credits._renamed(its.description, pattern, present)
    WHERE its.erp_table = bound;
END
$$;
COMMENT ON FUNCTION credits._follow_in_binding(regclass, text, text) IS
'Has what bind was given follow a new name, where it stands as the pattern says.';

-- Without a qualifier a column of the line stands alone.
CREATE FUNCTION credits._follow_column_in_source(renamed regclass, former name, present name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE credits.source AS its
    SET line_key = array_replace(its.line_key, former, present),
        line_header = array_replace(its.line_header, former, present),
        zero_columns = array_replace(its.zero_columns, former, present)
    WHERE its.line_table = renamed;
    UPDATE credits.source AS its
    SET header_key = array_replace(its.header_key, former, present)
    WHERE its.header_table = renamed;
    PERFORM credits._follow_in_source(its.line_table, format(role.stands, credits._pattern_of(former)), quote_ident(present))
    FROM credits.source AS its
    JOIN (VALUES ('line', credits._column_behind(credits._pattern_of('line')) || '|^\s*%1$s\s*$'),
                 ('header', credits._column_behind(credits._pattern_of('header')))) AS role (name, stands)
        ON renamed = CASE role.name WHEN 'line' THEN its.line_table ELSE its.header_table END;
END
$$;
COMMENT ON FUNCTION credits._follow_column_in_source(regclass, name, name) IS
'Has what attach was given follow a column''s new name.';

-- Without its table a column may stand anywhere, but no type, function, literal or field of extract().
CREATE FUNCTION credits._follow_column(renamed regclass, former name, present name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._follow_column_in_source(renamed, former, present);
    PERFORM credits._follow_in_binding(renamed,
                format(credits._column_behind(credits._pattern_of(class.relname))
                       || '|(?<![\w$."'':]|:\s|\m[aA][sS]\s)%1$s(?![\w$."''(]|\s*''|\s*\(|\s+[fF][rR][oO][mM]\M)',
                       credits._pattern_of(former)), quote_ident(present))
    FROM pg_class AS class
    WHERE class.oid = renamed;
END
$$;
COMMENT ON FUNCTION credits._follow_column(regclass, name, name) IS
'Has what attach and bind were given follow a column''s new name, so that attach_call() and bind_call() can be run again.';

CREATE FUNCTION credits._follow_bound_table(renamed regclass, former name, present name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._follow_in_binding(renamed, format('(?<![\w$."''])%s(?=\s*\.)', credits._pattern_of(former)),
                                       quote_ident(present));
END
$$;
COMMENT ON FUNCTION credits._follow_bound_table(regclass, name, name) IS
'Has what bind was given follow its table''s new name.';

-- PostgreSQL's own are not listed. An array is called by the name of its elements. A cast to the type that a column has anyway
-- leaves no trace in the mapping.
CREATE VIEW credits._called_by_mapping AS
SELECT DISTINCT called.erp_table, called.way_out, part.class, part.object, part.namespace, part.name
FROM (WITH its (erp_table, header_table, mapping, way_out) AS (
          SELECT source.line_table, source.header_table, source.mapping, 'detach' FROM credits.source
          UNION ALL
          SELECT binding.erp_table, NULL, binding.mapping, 'unbind' FROM credits.binding)
      SELECT its.erp_table, its.way_out, dependency.refclassid, dependency.refobjid
      FROM its
      JOIN pg_catalog.pg_rewrite AS rule ON rule.ev_class = its.mapping
      JOIN pg_catalog.pg_depend AS dependency
          ON dependency.classid = 'pg_catalog.pg_rewrite'::regclass AND dependency.objid = rule.oid
      UNION ALL
      SELECT its.erp_table, its.way_out, 'pg_catalog.pg_type'::regclass, attribute.atttypid
      FROM its
      JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid IN (its.erp_table, its.header_table))
    AS called (erp_table, way_out, class, listed)
JOIN (SELECT 'pg_catalog.pg_proc'::regclass AS class, function.oid AS listed, function.oid AS object,
             function.pronamespace AS namespace, function.proname AS name
      FROM pg_catalog.pg_proc AS function
      UNION ALL
      SELECT 'pg_catalog.pg_type'::regclass, type.oid, element.oid, element.typnamespace, element.typname
      FROM pg_catalog.pg_type AS type
      JOIN pg_catalog.pg_type AS element
          ON element.oid = CASE WHEN type.typcategory = 'A' THEN type.typelem ELSE type.oid END) AS part
    ON part.class = called.class AND part.listed = called.listed
WHERE part.namespace <> 'pg_catalog'::regnamespace;
COMMENT ON VIEW credits._called_by_mapping IS
'The functions and types that mappings and bindings name, but for PostgreSQL''s own, with their names of now.';

-- Asked before the command, while what is renamed has its former name: object is a function or type, a schema or an extension.
CREATE FUNCTION credits._follow_called(class regclass, object oid, new_schema name, new_name name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    its     record;
    pattern text;
    present text;
BEGIN
    FOR its IN
        SELECT called.*, namespace.nspname,
               EXISTS (SELECT FROM credits._called_by_mapping AS other
                       WHERE (other.erp_table, other.way_out, other.class) = (called.erp_table, called.way_out, called.class)
                         AND (other.namespace, other.name) = (called.namespace, called.name)
                         AND other.object <> called.object) AS has_namesake
        FROM credits._called_by_mapping AS called
        JOIN pg_namespace AS namespace ON namespace.oid = called.namespace
        WHERE CASE _follow_called.class
                  WHEN 'pg_namespace'::regclass THEN called.namespace = _follow_called.object
                  WHEN 'pg_extension'::regclass
                      THEN EXISTS (SELECT FROM pg_depend AS member
                                   WHERE (member.classid, member.objid) = (called.class::oid, called.object)
                                     AND (member.refclassid, member.refobjid) = (_follow_called.class::oid, _follow_called.object)
                                     AND member.deptype = 'e')
                  ELSE (called.class, called.object) = (_follow_called.class, _follow_called.object)
              END
    LOOP
        IF its.has_namesake AND class = 'pg_proc'::regclass THEN
            RAISE EXCEPTION 'cannot rename function % because credits depends on it', object::regprocedure
                USING ERRCODE = 'dependent_objects_still_exist',
                      DETAIL = format('Rows of table %s are read by it and by another function of that name.', its.erp_table),
                      HINT = format('Use credits.%s() first.', its.way_out);
        END IF;
        pattern := format('(?<![\w$."])%s\s*\.\s*%s%s', credits._pattern_of(its.nspname), credits._pattern_of(its.name),
                          CASE its.class WHEN 'pg_proc'::regclass THEN '(?=\s*\()' ELSE '(?![\w$".]|\s*\()' END);
        present := format('%I.%I', coalesce(new_schema, its.nspname), coalesce(new_name, its.name));
        IF its.way_out = 'detach' THEN
            PERFORM credits._follow_in_source(its.erp_table, pattern, present);
        ELSE
            PERFORM credits._follow_in_binding(its.erp_table, pattern, present);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION credits._follow_called(regclass, oid, name, name) IS
'Has what attach and bind were given follow the new schema or name that functions and types are about to get.';
