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
        RAISE EXCEPTION 'table "%" is not attached to credits', line_table
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
        RAISE EXCEPTION 'table "%" is not bound to credits', erp_table
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
