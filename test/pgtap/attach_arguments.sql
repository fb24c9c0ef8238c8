-- The arguments of attach: what the library makes of each is what the script says of it, by name. Given a call in which every
-- argument is named after itself: the table, the column of one, or the expression that it names.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(15);

CREATE TEMPORARY VIEW argument AS
SELECT name COLLATE "default" AS name, type, position
FROM pg_proc, ROWS FROM (unnest(proargnames), unnest(proargtypes::oid[])) WITH ORDINALITY AS given (name, type, position)
WHERE oid = 'credits.attach'::regproc;

CREATE TEMPORARY VIEW expression AS SELECT * FROM argument WHERE type = 'text'::regtype AND name NOT IN ('check_at', 'continues');

-- The first type that an expression may have: attach takes a text for all but numbers, dates and conditions.
CREATE FUNCTION pg_temp.type_of(expression text) RETURNS text LANGUAGE sql AS $$
    SELECT type FROM unnest(ARRAY['text', 'numeric', 'date', 'boolean']) WITH ORDINALITY AS candidate (type, n)
    WHERE pg_temp.outcome((
        SELECT format('SELECT credits.attach(%L, %s)', 'shop.origin_table', string_agg(format('%I => %L', name, given), ', '))
        FROM jsonb_each_text(
            '{"kind": "event", "article": "item", "quantity": "quantity", "amount": "quantity", "customer": "item",
              "document_date": "day"}'
            || jsonb_build_object(expression, 'NULL::' || type)) AS minimal (name, given)), true) = 'accepted'
    ORDER BY n LIMIT 1
$$;
CREATE TABLE shop.origin_table (id bigint PRIMARY KEY, item text, quantity numeric, day date);
CREATE TEMPORARY TABLE expected AS SELECT name, pg_temp.type_of(name) AS type, position FROM expression;

CREATE TABLE shop.header_table (header_key text PRIMARY KEY);
CREATE TABLE shop.line_table (
    line_key text PRIMARY KEY, line_header text REFERENCES shop.header_table, zero_columns numeric, bad text);
SELECT format('ALTER TABLE shop.line_table ADD COLUMN %I %s', name, type) FROM expected ORDER BY position \gexec
SELECT credits.attach('shop.origin_table', 'invoice', 'item', 'quantity', NULL, 'item', 'day') \g /dev/null
CREATE TABLE shop.continues (LIKE shop.origin_table INCLUDING ALL);
SELECT credits.attach('shop.continues', 'invoice', 'item', 'quantity', NULL, 'item', 'day'),
       credits.detach('shop.continues') \g /dev/null
DROP TABLE shop.continues;

-- What an argument is given: its own name; where that says nothing, a value of its type.
CREATE FUNCTION pg_temp.value_of(name text, type regtype) RETURNS text LANGUAGE sql AS $$
    SELECT CASE
        WHEN type = 'regclass'::regtype THEN 'shop.' || name
        WHEN type = 'name[]'::regtype THEN format('{%s}', name)
        WHEN type = 'date'::regtype THEN '2026-01-02'
        WHEN name = 'check_at' THEN 'commit'
        ELSE name
    END
$$;

-- A call for shop.line_table: each argument is given so, or as `changes` say.
CREATE FUNCTION pg_temp.attach(changes jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT credits.attach(%s)', string_agg(format('%I => %L', name, value), ', ' ORDER BY position))
    FROM argument
    CROSS JOIN LATERAL
        (SELECT CASE WHEN changes ? name THEN changes ->> name ELSE pg_temp.value_of(name, type) END) AS given (value)
$$;

-- The table of sources

SELECT set_eq(
    $$SELECT attname::text, atttypid FROM pg_attribute WHERE attrelid = 'credits.source'::regclass AND attnum > 0
      AND NOT attisdropped AND attname NOT IN
          ('mapping', 'has_history', 'quantity_is_interval', 'attached_at', 'attached_by', 'source_no', 'archived_before',
           'archive_no')$$,
    $$SELECT name, type FROM argument$$,
    'the columns of credits.source are the arguments, by name and type, and what attach knows by itself');
SELECT pg_temp.accepted(pg_temp.attach(), 'given every argument');
SELECT is_empty(
    $$SELECT name, value
      FROM (SELECT to_jsonb(source) AS kept FROM credits.source WHERE line_table = 'shop.line_table'::regclass) AS source
      CROSS JOIN jsonb_each_text(kept) AS kept_argument (name, value)
      JOIN argument USING (name)
      WHERE value IS DISTINCT FROM
          CASE type WHEN 'name[]'::regtype THEN format('["%s"]', name) ELSE pg_temp.value_of(name, type) END$$,
    'each is kept in the column of its name');
SELECT set_eq(
    $$SELECT column_name::text COLLATE "default" FROM credits.setting_change
      WHERE table_name = 'source' AND key = 'shop.line_table' AND old_value IS NULL AND new_value IS NOT NULL$$,
    $$SELECT name FROM argument$$, 'and is on record under its name');

SELECT is_empty(
    $$SELECT name FROM argument WHERE obj_description('credits.attach'::regproc, 'pg_proc') !~ format('\n- %s: ', name)$$,
    'and the function''s comment tells what it is');

-- The mapping view

SELECT mapping::text AS mapping FROM credits.source WHERE line_table = 'shop.line_table'::regclass \gset
CREATE TEMPORARY TABLE fact AS
SELECT attname::text COLLATE "default" AS name, attnum AS position
FROM pg_attribute WHERE attrelid = :'mapping'::regclass AND attnum > 0 AND attname <> 'extension';
SELECT is(
    (SELECT array_agg(name ORDER BY position) FROM fact WHERE position <= 16),
    ARRAY['line_key', 'kind', 'article', 'quantity', 'amount', 'customer', 'document_date', 'document_number', 'applies_to',
          'counts_when', 'currency', 'entered_by', 'origin', 'refers_to', 'zero_columns', 'header_key'],
    'facts stay in this order: views that were made before are read by it');
SELECT is_empty($$SELECT name FROM fact EXCEPT SELECT name FROM argument$$, 'a fact is called like the argument that gives it');
SELECT set_eq($$SELECT name FROM fact$$,
    $$SELECT name FROM argument WHERE type IN ('text'::regtype, 'name[]'::regtype)
      AND name NOT IN ('check_at', 'line_header', 'continues')$$,
    'each expression gives one, and so do the keys and the price columns');
INSERT INTO shop.header_table VALUES ('a header');
INSERT INTO shop.line_table SELECT line.*
FROM (SELECT jsonb_object_agg(name, CASE type WHEN 'text' THEN 'the ' || name WHEN 'numeric' THEN position::text
          WHEN 'date' THEN '2026-01-03' WHEN 'boolean' THEN (position % 2 = 0)::text END) AS values FROM expected) AS given
CROSS JOIN jsonb_populate_record(NULL::shop.line_table,
    values || '{"line_key": "a line", "line_header": "a header", "zero_columns": 5, "kind": "event"}') AS line;
SELECT to_jsonb(line) AS line FROM shop.line_table AS line \gset
SELECT to_jsonb(mapped) AS mapped FROM :mapping AS mapped \gset
SELECT results_eq(
    format($$SELECT name, value FROM jsonb_each_text(%L) AS mapped (name, value) JOIN fact USING (name) ORDER BY name$$,
        :'mapped'),
    format($$SELECT name, CASE name WHEN 'header_key' THEN 'true' WHEN 'zero_columns' THEN 'false' ELSE value END
             FROM fact LEFT JOIN jsonb_each_text(%L) AS line (name, value) USING (name) ORDER BY name$$, :'line'),
    'each fact reads what its argument names; those of the keys and price columns whether they agree and are 0');
DELETE FROM shop.line_table;
SELECT credits.detach('shop.line_table') \g /dev/null

-- What a refusal calls a fact: here each fails in turn, in a line that else is a sale.

CREATE FUNCTION shop.tell(name text, bad text, value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF name = bad THEN
        RAISE SQLSTATE 'BAD00';
    END IF;
    RETURN value;
END
$$;
CREATE FUNCTION pg_temp.told(name text, type text) RETURNS text LANGUAGE sql AS $$
    SELECT format(
        CASE type
            WHEN 'date' THEN 'DATE ''2026-01-10'' + shop.tell(%L, line.bad, %L)::integer'
            ELSE 'shop.tell(%L, line.bad, %L)::%s'
        END,
        name,
        CASE
            WHEN name = 'article' THEN 'S'
            WHEN name = 'customer' THEN 'A'
            WHEN name = 'currency' THEN 'EUR'
            WHEN type = 'boolean' THEN 'true'
            ELSE '1'
        END,
        type)
$$;
CREATE FUNCTION pg_temp.named(bad text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE format('INSERT INTO shop.line_table (line_key, line_header, bad) VALUES (%L, ''a header'', %1$L)', bad);
    RETURN 'nothing';
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN substring(detail FROM 'what (\w+) says');
END
$$;
SELECT pg_temp.accepted(
    pg_temp.attach(
        '{"from_date": null, "check_at": "statement"}'
        || (SELECT jsonb_object_agg(name, pg_temp.told(name, type)) FROM expected)),
    'given expressions that may fail');
SELECT bag_eq(
    $$SELECT name, pg_temp.named(name) AS named FROM expected$$, $$SELECT name, name AS named FROM expected$$,
    'the refusal of a line names the argument that cannot be read');
SELECT credits.detach('shop.line_table'), credits.detach('shop.origin_table') \g /dev/null

-- A script of another version than the library's

CREATE FUNCTION pg_temp.attach_with(names text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE pg_proc SET %s WHERE oid = ''credits.attach''::regproc', names);
    RETURN pg_temp.outcome($a$SELECT credits.attach('shop.origin_table', 'invoice', 'item', 'quantity', NULL, 'item', 'item')$a$);
END
$$;
SAVEPOINT script;
SELECT is(pg_temp.attach_with($$proargnames[19:20] = '{entered_by, currency}'$$), '42P13',
    'arguments in another order than the library''s are refused');
ROLLBACK TO script;
SELECT is(pg_temp.attach_with($$proargnames[21] = 'since'$$), '42P13', 'and one of another name');
ROLLBACK TO script;
SELECT format('CREATE FUNCTION pg_temp.attach(line_table regclass, kind text) RETURNS void LANGUAGE c AS %L, %L', probin, prosrc)
FROM pg_proc WHERE oid = 'credits.attach'::regproc \gexec
SELECT is(pg_temp.outcome($$SELECT pg_temp.attach('shop.origin_table', 'invoice')$$), '42P13',
    'and fewer, whose values are not there');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
