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

-- What was given follows the new names of tables and columns, as the mapping does by itself. A plain name may be written in
-- quotes or in capitals; behind a qualifier a keyword is plain, too.
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

CREATE FUNCTION credits._renamed(expression text, stands text, former name, present name) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN regexp_replace(expression, format(stands, credits._pattern_of(former)),
                      regexp_replace(quote_ident(present), '\\', '\\\\', 'g'), 'g');
COMMENT ON FUNCTION credits._renamed(text, text, name, name) IS
'An argument of attach or bind in which what had the former name has the present one, where it stands as this format of a '
'pattern says.';

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
    UPDATE credits.source AS its
    SET kind = credits._renamed(its.kind, role.stands, former, present),
        article = credits._renamed(its.article, role.stands, former, present),
        quantity = credits._renamed(its.quantity, role.stands, former, present),
        amount = credits._renamed(its.amount, role.stands, former, present),
        customer = credits._renamed(its.customer, role.stands, former, present),
        document_date = credits._renamed(its.document_date, role.stands, former, present),
        document_number = credits._renamed(its.document_number, role.stands, former, present),
        applies_to = credits._renamed(its.applies_to, role.stands, former, present),
        counts_when = credits._renamed(its.counts_when, role.stands, former, present),
        currency = credits._renamed(its.currency, role.stands, former, present),
        entered_by = credits._renamed(its.entered_by, role.stands, former, present),
        origin = credits._renamed(its.origin, role.stands, former, present),
        refers_to = credits._renamed(its.refers_to, role.stands, former, present)
    FROM (VALUES ('line', credits._column_behind(credits._pattern_of('line')) || '|^\s*%1$s\s*$'),
                 ('header', credits._column_behind(credits._pattern_of('header')))) AS role (name, stands)
    WHERE renamed = CASE role.name WHEN 'line' THEN its.line_table ELSE its.header_table END;
END
$$;
COMMENT ON FUNCTION credits._follow_column_in_source(regclass, name, name) IS
'Has what attach was given follow a column''s new name.';

CREATE FUNCTION credits._follow_in_binding(bound regclass, stands text, former name, present name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE credits.binding AS its
    SET key = credits._renamed(its.key, stands, former, present),
        works_with_credits = credits._renamed(its.works_with_credits, stands, former, present),
        name = credits._renamed(its.name, stands, former, present),
        account_of = credits._renamed(its.account_of, stands, former, present),
        credit_type = credits._renamed(its.credit_type, stands, former, present),
        coefficient = credits._renamed(its.coefficient, stands, former, present),
        ledger_account = credits._renamed(its.ledger_account, stands, former, present),
        description = credits._renamed(its.description, stands, former, present)
    WHERE its.erp_table = bound;
END
$$;
COMMENT ON FUNCTION credits._follow_in_binding(regclass, text, name, name) IS
'Has what bind was given follow a new name, where it stands as this format of a pattern says.';

-- Without its table a column may stand anywhere, but no type, function, literal or field of extract().
CREATE FUNCTION credits._follow_column(renamed regclass, former name, present name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._follow_column_in_source(renamed, former, present);
    PERFORM credits._follow_in_binding(renamed,
                credits._column_behind(credits._pattern_of(class.relname))
                || '|(?<![\w$."'':]|:\s|\m[aA][sS]\s)%1$s(?![\w$."''(]|\s*''|\s*\(|\s+[fF][rR][oO][mM]\M)', former, present)
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
    PERFORM credits._follow_in_binding(renamed, '(?<![\w$."''])%1$s(?=\s*\.)', former, present);
END
$$;
COMMENT ON FUNCTION credits._follow_bound_table(regclass, name, name) IS
'Has what bind was given follow its table''s new name.';
