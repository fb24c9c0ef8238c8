-- Statements within statements: whatever a function, default, check or trigger of the shop's does to lines and documents while a
-- statement is on its way, each line is booked in the end as it is in the end. Every way to call it, times everything that it may
-- do, times every kind of source; the oracle reads the tables.
-- In a database of its own, since each attempt is a transaction: what a session remembers of one must not help another.
\set home :DBNAME
SET client_min_messages = error;
DROP DATABASE IF EXISTS credits_nested;
CREATE DATABASE credits_nested;
\c credits_nested
SET client_min_messages = error;
SET jit = off; -- planning costs more than any of these queries
CREATE EXTENSION pgtap;
CREATE EXTENSION credits;
BEGIN;
\ir common.psql
\ir shop.psql

-- Sources: lines with and without a header, settled by each statement and at the end; in one table, in partitions.

CREATE SCHEMA nest;
CREATE FUNCTION nest.called(how text) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 0; END'; -- replaced below
CREATE FUNCTION nest.add_source(name text, has_header boolean, check_at text, is_partitioned boolean,
                                foreign_key text, origin text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE nest.%I (
        id integer PRIMARY KEY, doc integer, customer text, item text, quantity numeric, amount numeric, price numeric DEFAULT 5,
        memo integer DEFAULT nest.called(''default''),
        CHECK (nest.called(''check'') = 0)) %s', name, CASE WHEN is_partitioned THEN 'PARTITION BY RANGE (id)' END);
    IF is_partitioned THEN
        EXECUTE format('CREATE TABLE nest.%I PARTITION OF nest.%I FOR VALUES FROM (0) TO (12)', name || '_1', name);
        EXECUTE format('CREATE TABLE nest.%I PARTITION OF nest.%I DEFAULT', name || '_2', name);
    END IF;
    EXECUTE format('CREATE TABLE nest.%I (id integer PRIMARY KEY, customer text, state text DEFAULT ''posted'', day date DEFAULT '
                   '''2026-01-10'', total numeric)', name || '_doc');
    EXECUTE format('INSERT INTO nest.%I VALUES (1, ''A'', ''posted''), (2, ''B'', ''posted''), (3, ''A'', ''draft'')',
                   name || '_doc');
    IF has_header THEN
        EXECUTE format('ALTER TABLE nest.%I ADD FOREIGN KEY (doc) REFERENCES nest.%I ON UPDATE CASCADE ON DELETE CASCADE %s',
                       name, name || '_doc', foreign_key);
        PERFORM credits.attach(('nest.' || name)::regclass, 'invoice', 'item', 'quantity', 'amount',
                               'header.customer', 'header.day', header_table => ('nest.' || name || '_doc')::regclass,
            counts_when => $x$header.state = 'posted'$x$, zero_columns => '{price}', check_at => check_at,
            origin => origin, origin_table => CASE WHEN origin IS NOT NULL THEN ('nest.' || name)::regclass END);
    ELSE
        PERFORM credits.attach(('nest.' || name)::regclass, 'invoice', 'item', 'quantity', 'amount',
                               'customer', $x$'2026-01-10'::date$x$, check_at => check_at,
            origin => origin, origin_table => CASE WHEN origin IS NOT NULL THEN ('nest.' || name)::regclass END);
    END IF;
    EXECUTE format(
        'CREATE TRIGGER before BEFORE INSERT OR UPDATE OR DELETE ON nest.%I FOR EACH ROW EXECUTE FUNCTION nest.call_it()', name);
    EXECUTE format(
        'CREATE TRIGGER after AFTER INSERT OR UPDATE OR DELETE ON nest.%I FOR EACH ROW EXECUTE FUNCTION nest.call_it()', name);
    EXECUTE format('CREATE TRIGGER aa_statement AFTER INSERT OR UPDATE OR DELETE ON nest.%I FOR EACH STATEMENT '
                   'EXECUTE FUNCTION nest.call_it(''first'')', name);
    EXECUTE format('CREATE TRIGGER zzz_statement AFTER INSERT OR UPDATE OR DELETE ON nest.%I FOR EACH STATEMENT '
                   'EXECUTE FUNCTION nest.call_it(''last'')', name);
    EXECUTE format('CREATE VIEW nest.%I AS SELECT * FROM nest.%I', name || '_view', name);
    EXECUTE format('INSERT INTO nest.%I (id, doc, customer, item, quantity, amount) '
                   'VALUES (1, 1, ''A'', ''S'', 1000, 1000), (2, 2, ''B'', ''S'', 1000, 1000)', name);
END
$$;

-- What is done to line n: one or several acts, the next one within the statement of the one before.

CREATE FUNCTION nest.act(source text, n integer, acts text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    statement text;
    next text := CASE WHEN cardinality(acts) > 1 THEN format(' RETURNING nest.act(%L, {line}, %L)', source, acts[2:]) ELSE '' END;
BEGIN
    FOREACH statement IN ARRAY CASE acts[1]
        WHEN 'nothing' THEN '{}'::text[]
        WHEN 'more' THEN ARRAY['UPDATE nest.{l} SET quantity = quantity + 1, amount = amount + 10 WHERE id = {n}']
        WHEN 'delete' THEN ARRAY['DELETE FROM nest.{l} WHERE id = {n}']
        WHEN 'renumber' THEN ARRAY['UPDATE nest.{l} SET id = id + 1000 WHERE id = {n}']
        WHEN 'number back' THEN ARRAY['UPDATE nest.{l} SET id = 11 WHERE id = {n}']
        WHEN 'move' THEN ARRAY['UPDATE nest.{l} SET doc = 2, customer = ''B'' WHERE id = {n}']
        WHEN 'draft' THEN ARRAY['UPDATE nest.{l} SET doc = 3, customer = ''D'' WHERE id = {n}']
        WHEN 'add' THEN ARRAY['INSERT INTO nest.{l} VALUES ({n} + 500, 1, ''A'', ''H'', 3, 0)']
        WHEN 'reuse' THEN ARRAY['INSERT INTO nest.{l} VALUES (11, 1, ''A'', ''H'', 3, 0)']
        WHEN 'reuse for a sale' THEN ARRAY['INSERT INTO nest.{l} VALUES (11, 1, ''A'', ''S'', 3, 30)']
        WHEN 'save again' THEN ARRAY['DELETE FROM nest.{l} WHERE id = {n}',
                                     'INSERT INTO nest.{l} VALUES ({n}, 1, ''A'', ''H'', 7, 0)']
        WHEN 'other article' THEN ARRAY['UPDATE nest.{l} SET item = ''X'' WHERE id = {n}']
        WHEN 'turn' THEN ARRAY['UPDATE nest.{l} SET item = CASE item WHEN ''S'' THEN ''H'' ELSE ''S'' END WHERE id = {n}']
        WHEN 'hand over' THEN ARRAY['UPDATE nest.{l}_doc SET customer = ''B'' WHERE id = 1']
        WHEN 'cancel' THEN ARRAY['UPDATE nest.{l}_doc SET state = ''draft'' WHERE id = 1']
        WHEN 'number document' THEN ARRAY['UPDATE nest.{l}_doc SET id = 7 WHERE id = 1']
        WHEN 'settle' THEN ARRAY[format('SELECT credits.settle(''nest.{l}'', ''%s'')',
            CASE WHEN EXISTS (SELECT FROM credits.source AS s WHERE s.line_table = ('nest.' || source)::regclass
                              AND header_table IS NOT NULL) THEN '1' ELSE '{n}' END)]
        WHEN 'check at once' THEN ARRAY['UPDATE nest.{l} SET quantity = quantity + 1 WHERE id = {n}',
                                        'SET CONSTRAINTS ALL IMMEDIATE']
        WHEN 'check once' THEN ARRAY['UPDATE nest.{l} SET quantity = quantity + 1 WHERE id = {n}',
                                     'SET CONSTRAINTS ALL IMMEDIATE', 'SET CONSTRAINTS ALL DEFERRED']
        WHEN 'take back' THEN ARRAY['DO $do$BEGIN UPDATE nest.{l} SET quantity = 50 WHERE id = {n}; RAISE EXCEPTION ''no''; '
                                    'EXCEPTION WHEN raise_exception THEN END$do$']
        END
    LOOP
        IF statement LIKE 'UPDATE%' OR statement LIKE 'INSERT%' THEN
            statement := statement || replace(next, '{line}', CASE WHEN statement LIKE '%\_doc SET%' THEN n::text ELSE 'id' END);
        END IF;
        EXECUTE replace(replace(statement, '{l}', source), '{n}', n::text);
    END LOOP;
    RETURN 0;
END
$$;
-- The same for SQL functions, which have no SPI.
CREATE FUNCTION nest.act_in_sql(source text, n integer, acts text[]) RETURNS integer LANGUAGE sql VOLATILE AS
$$INSERT INTO shop.slip (id, customer, item, quantity) SELECT coalesce(max(id), 0) + 1, 'A', 'H',
  0.25 FROM shop.slip; SELECT nest.act(source, n, acts)$$;

-- Defaults, checks and triggers call it, once, when they are told to.

CREATE FUNCTION nest.call_once(how text, n integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    acts text[] := nullif(current_setting('nest.' || how, true), '');
BEGIN
    IF acts IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM set_config('nest.' || how, '', true);
    RETURN nest.act(current_setting('nest.source'), n, acts);
END
$$;
CREATE OR REPLACE FUNCTION nest.called(how text) RETURNS integer
    LANGUAGE plpgsql AS $$BEGIN RETURN nest.call_once(how, 11); END$$;
CREATE FUNCTION nest.call_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'STATEMENT' THEN
        PERFORM nest.call_once(TG_ARGV[0], 11);
        RETURN NULL;
    ELSIF TG_WHEN = 'BEFORE' THEN
        PERFORM nest.call_once('before', 12);
    ELSE
        PERFORM nest.call_once('after', CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END);
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

SELECT nest.add_source('plain', false, 'statement', false, ''),
       nest.add_source('headed', true, 'statement', false, ''),
       nest.add_source('parted', true, 'statement', true, ''),
       nest.add_source('plain_late', false, 'commit', false, ''),
       nest.add_source('headed_late', true, 'commit', false, ''),
       nest.add_source('parted_late', false, 'commit', true, ''),
       nest.add_source('chained', false, 'statement', false, '', 'memo'),
       nest.add_source('chained_late', true, 'commit', false, '', 'memo'),
       nest.add_source('following', true, 'statement', false, 'DEFERRABLE INITIALLY DEFERRED');

-- The statements: {act N} does it to line N, {call how} has a default, check or trigger do it.

CREATE TABLE nest.outer_statement (name text, statement text);
INSERT INTO nest.outer_statement VALUES
    ('insert returning',
     'INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40) RETURNING {act id}'),
    ('insert returning, SQL',
     'INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40) RETURNING {sql id}'),
    ('insert in a CTE',
     'WITH new AS (INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20) RETURNING id) SELECT {act id} FROM new'),
    ('insert an expression', 'INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2 + {act 11}, 20)'),
    ('insert from a select',
     'INSERT INTO nest.{l} SELECT id + 10, doc, customer, item, quantity + {act id}, amount FROM nest.{l} WHERE id IN (11, 12)'),
    ('insert, a CTE that acts',
     'WITH a AS MATERIALIZED (SELECT {act 11} AS n) INSERT INTO nest.{l} SELECT 20, 1, ''A'', {item}, 2 + n, 20 FROM a'),
    ('insert, default',
     '{call default} INSERT INTO nest.{l} (id, doc, customer, item, quantity, amount) '
     'VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40)'),
    ('insert, check', '{call check} INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40)'),
    ('insert, before row',
     '{call before} INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40)'),
    ('insert, after row',
     '{call after} INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40)'),
    ('insert, statement trigger',
     '{call first} INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40)'),
    ('insert, last statement trigger',
     '{call last} INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40)'),
    ('insert by a view',
     'INSERT INTO nest.{l}_view (id, doc, customer, item, quantity, amount, memo) '
     'VALUES (20, 1, ''A'', {item}, 2, 20, 11) RETURNING {act id}'),
    ('insert by a cursor',
     'DO $cursor$DECLARE r record; BEGIN FOR r IN INSERT INTO nest.{l} '
     'VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, 40) '
     'RETURNING {act id} LOOP END LOOP; END$cursor$'),
    ('insert, explained',
     'EXPLAIN ANALYZE INSERT INTO nest.{l} VALUES (20, 1, ''A'', {item}, 2, 20), (21, 1, ''A'', {item}, 4, '
     '40) RETURNING {act id}'),
    ('copy, after row',
     '{call after} COPY nest.{l} (id, doc, customer, item, quantity, amount) '
     'FROM PROGRAM $program$printf ''20,1,A,H,2,20\n21,1,A,S,4,40\n''$program$ (FORMAT csv)'),
    ('update returning', 'UPDATE nest.{l} SET quantity = 3, amount = 30 WHERE id = 11 RETURNING {act id}'),
    ('update several',
     'UPDATE nest.{l} SET quantity = quantity + 1, amount = amount + 10 WHERE id BETWEEN 11 AND 14 '
     'RETURNING CASE WHEN id = 12 THEN {act id} END'),
    ('update set', 'UPDATE nest.{l} SET quantity = 3 + {act 12}, amount = 30 WHERE id = 11'),
    ('update where', 'UPDATE nest.{l} SET quantity = 3, amount = 30 WHERE id = 11 + {act 12}'),
    ('update check', '{call check} UPDATE nest.{l} SET quantity = 3, amount = 30 WHERE id = 12'),
    ('update, before row', '{call before} UPDATE nest.{l} SET quantity = 3, amount = 30 WHERE id = 11'),
    ('update, after row', '{call after} UPDATE nest.{l} SET quantity = 3, amount = 30 WHERE id BETWEEN 11 AND 14'),
    ('update nothing that matters', 'UPDATE nest.{l} SET memo = 1 WHERE id = 11 RETURNING {act id}'),
    ('update to another article', 'UPDATE nest.{l} SET item = ''X'' WHERE id = 11 RETURNING {act id}'),
    ('update to another document', 'UPDATE nest.{l} SET doc = 2, customer = ''B'' WHERE id = 11 RETURNING {act id}'),
    ('renumber returning', 'UPDATE nest.{l} SET id = 1011 WHERE id = 11 RETURNING {act id}'),
    ('renumber, after row', '{call after} UPDATE nest.{l} SET id = 1011 WHERE id = 11'),
    ('shift, act on the first',
     'UPDATE nest.{l} SET id = id + 1 WHERE id BETWEEN 11 AND 14 RETURNING CASE WHEN id = 15 THEN {act id} END'),
    ('shift, act on the last',
     'UPDATE nest.{l} SET id = id + 1 WHERE id BETWEEN 11 AND 14 RETURNING CASE WHEN id = 12 THEN {act id} END'),
    ('shift, act on all', 'UPDATE nest.{l} SET id = id + 1 WHERE id BETWEEN 11 AND 14 RETURNING {act id}'),
    ('delete returning', 'DELETE FROM nest.{l} WHERE id = 11 RETURNING {act id}'),
    ('delete, act on another', 'DELETE FROM nest.{l} WHERE id = 11 RETURNING {act 12}'),
    ('delete where', 'DELETE FROM nest.{l} WHERE id = 11 + {act 12}'),
    ('delete, before row', '{call before} DELETE FROM nest.{l} WHERE id = 11'),
    ('delete, after row', '{call after} DELETE FROM nest.{l} WHERE id IN (11, 12)'),
    ('delete and insert',
     'WITH gone AS (DELETE FROM nest.{l} WHERE id = 11 RETURNING *) INSERT INTO nest.{l} '
     'SELECT id, doc, customer, item, 6, 60 FROM gone RETURNING {act id}'),
    ('delete and insert one of two',
     'WITH gone AS (DELETE FROM nest.{l} WHERE id IN (11, 12) RETURNING *) '
     'INSERT INTO nest.{l} SELECT id, doc, customer, item, 6, 60 FROM gone '
     'LIMIT 1 RETURNING {act id}'),
    ('move and insert',
     'WITH moved AS (UPDATE nest.{l} SET id = 1011 WHERE id = 11 RETURNING *) INSERT INTO nest.{l} '
     'SELECT 11, doc, customer, item, 6, 60 FROM moved RETURNING {act id}'),
    ('move and insert one of two',
     'WITH moved AS (UPDATE nest.{l} SET id = id + 1000 WHERE id IN (11, 12) RETURNING *) '
     'INSERT INTO nest.{l} SELECT id - 1000, doc, customer, item, 6, 60 FROM moved LIMIT 1 RETURNING {act id}'),
    ('delete one, close the gap',
     'WITH gone AS (DELETE FROM nest.{l} WHERE id IN (14, 13) RETURNING id) '
     'UPDATE nest.{l} AS l SET id = x.id FROM (SELECT id FROM gone LIMIT 1) AS x WHERE l.id = 11 RETURNING {act 12}'),
    ('on conflict returning',
     'INSERT INTO nest.{l} VALUES (11, 1, ''A'', {item}, 5, 50), (20, 1, ''A'', {item}, 6, 60) ON '
     'CONFLICT (id) DO UPDATE SET quantity = excluded.quantity, amount = excluded.amount RETURNING {act id}'),
    ('on conflict set',
     'INSERT INTO nest.{l} VALUES (11, 1, ''A'', {item}, 5, 50), (20, 1, ''A'', {item}, 6, 60) '
     'ON CONFLICT (id) DO UPDATE SET quantity = excluded.quantity + {act 12}, amount = excluded.amount'),
    ('merge',
     'MERGE INTO nest.{l} AS l USING (VALUES (11, 5), (13, 0), (20, 6)) AS v (id, q) ON l.id = v.id WHEN MATCHED '
     'AND v.q = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET quantity = v.q + {act 12}, amount = v.q '
     'WHEN NOT MATCHED THEN INSERT VALUES (v.id, 1, ''A'', {item}, v.q + {act 12}, v.q)'),
    ('merge, after row',
     '{call after} MERGE INTO nest.{l} AS l USING (VALUES (11, 5), (13, 0), (20, 6)) AS v (id, q) ON l.id = '
     'v.id WHEN MATCHED AND v.q = 0 THEN DELETE WHEN MATCHED THEN UPDATE '
     'SET quantity = v.q, amount = v.q WHEN NOT MATCHED THEN INSERT VALUES (v.id, 1, ''A'', {item}, v.q, v.q)'),
    ('document handed over', 'UPDATE nest.{l}_doc SET customer = ''B'' WHERE id = 1 RETURNING {act 11}'),
    ('document cancelled', 'UPDATE nest.{l}_doc SET state = ''draft'' WHERE id = 1 RETURNING {act 11}'),
    ('document posted', 'UPDATE nest.{l}_doc SET state = ''posted'' WHERE id = 3 RETURNING {act 14}'),
    ('document with another number', 'UPDATE nest.{l}_doc SET id = 5 WHERE id = 1 RETURNING {act 11}'),
    ('document updated, line before', 'UPDATE nest.{l}_doc SET customer = ''B'', total = {act 11} WHERE id = 1'),
    ('document deleted', 'DELETE FROM nest.{l}_doc WHERE id = 3 RETURNING {act 14}'),
    ('lines and document',
     'WITH l AS (UPDATE nest.{l} SET quantity = 3, amount = 30 WHERE id = 11 RETURNING id, doc) '
     'UPDATE nest.{l}_doc AS d SET customer = ''B'' FROM l WHERE d.id = l.doc RETURNING {act l.id}'),
    ('renumbered lines and document',
     'WITH l AS (UPDATE nest.{l} SET id = 1011 WHERE id = 11 RETURNING id, doc) '
     'UPDATE nest.{l}_doc AS d SET customer = ''B'' FROM l WHERE d.id = l.doc RETURNING {act l.id}'),
    ('document and lines',
     'WITH d AS (UPDATE nest.{l}_doc SET customer = ''B'' WHERE id = 1 RETURNING id) '
     'UPDATE nest.{l} AS l SET quantity = 3, amount = 30 FROM d WHERE l.doc = d.id AND l.id > 10 RETURNING {act l.id}'),
    ('document and new line',
     'WITH d AS (INSERT INTO nest.{l}_doc VALUES (9, ''A'') RETURNING id) INSERT INTO nest.{l} '
     'SELECT 20, id, ''A'', {item}, 2, 20 FROM d RETURNING {act id}'),
    ('copy to another source',
     'WITH s AS (INSERT INTO shop.slip (id, customer, item, quantity) '
     'VALUES (90, ''A'', ''H'', 1) RETURNING id) INSERT INTO nest.{l} '
     'SELECT 20, 1, ''A'', {item}, 2, 20 FROM s RETURNING {act id}');
CREATE TABLE nest.acts (acts text[]);
INSERT INTO nest.acts VALUES
    ('{nothing}'), ('{more}'), ('{delete}'), ('{renumber}'), ('{number back}'), ('{move}'), ('{draft}'),
    ('{add}'), ('{reuse}'), ('{reuse for a sale}'), ('{save again}'), ('{other article}'), ('{turn}'),
    ('{hand over}'), ('{cancel}'), ('{number document}'), ('{settle}'), ('{check at once}'), ('{check once}'), ('{take back}'),
    ('{more, more}'), ('{more, delete}'), ('{renumber, more}'), ('{renumber, reuse}'), ('{renumber, number back, more}'),
    ('{turn, renumber}'), ('{add, delete}'), ('{hand over, more}'), ('{number document, more, renumber}'),
    ('{renumber, settle}'), ('{more, check at once}');

-- The oracle: what lines want, by customer and key, and what is on record for them.

CREATE FUNCTION nest.wanted(source text) RETURNS TABLE (customer text, key text, credits numeric, amount numeric)
    LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH RECURSIVE line AS (
            SELECT l.id, l.item, l.quantity, l.amount, l.memo, CASE WHEN s.header_table IS NULL
                THEN l.customer WHEN d.state = 'posted' THEN d.customer END AS who, s.origin IS NOT NULL AS is_chained
            FROM nest.%1$I AS l LEFT JOIN nest.%2$I AS d ON d.id = l.doc
            JOIN credits.source AS s ON s.line_table = 'nest.%1$I'::regclass
        ), above AS (
            SELECT line.id, o.id AS origin, o.who, o.memo FROM line JOIN line AS o ON o.id = line.memo WHERE line.is_chained
            UNION SELECT above.id, o.id, o.who, o.memo FROM above JOIN line AS o ON o.id = above.memo
        )
        SELECT who, id::text, CASE item WHEN 'S' THEN quantity ELSE -quantity END, CASE item WHEN 'S' THEN amount ELSE 0 END
        FROM line
        WHERE who IN ('A', 'B') AND item IN ('S', 'H') AND quantity <> 0
            AND NOT (item = 'H' AND EXISTS (SELECT FROM above WHERE above.id = line.id HAVING count(who) > 0
                                            AND bool_and(origin <> line.id)))$q$,
        source, source || '_doc');
END
$$;
CREATE FUNCTION nest.difference(source text) RETURNS text LANGUAGE sql AS $$
    WITH wanted AS (SELECT customer COLLATE "C" AS customer, key COLLATE "C" AS key, credits::numeric,
                    amount::numeric FROM nest.wanted(difference.source)),
    recorded AS (
        SELECT e.customer, e.line_key AS key, sum(e.quantity) AS credits, coalesce(sum(e.amount), 0) AS amount
        FROM credits.entry AS e
        WHERE e.line_table = ('nest.' || difference.source)::regclass GROUP BY 1, 2 HAVING sum(e.quantity) <> 0
          OR coalesce(sum(e.amount), 0) <> 0
    )
    SELECT string_agg(format('%s %s %s/%s', what, key, trim_scale(credits), trim_scale(amount)), ', ' ORDER BY key, what) FROM (
        SELECT 'lacks' AS what, d.* FROM (SELECT * FROM wanted EXCEPT SELECT * FROM recorded) AS d
        UNION ALL SELECT 'has', d.* FROM (SELECT * FROM recorded EXCEPT SELECT * FROM wanted) AS d
    ) AS x
$$;

-- Runs one statement with one list of acts and takes it back: 'ok', or what is wrong, or how PostgreSQL refused it.
CREATE FUNCTION nest.attempt(source text, statement text, acts text[], item text, is_immediate boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    how text := substring(statement FROM '\{call (\w+)\}');
    wrong text;
BEGIN
    IF is_immediate THEN
        SET CONSTRAINTS ALL IMMEDIATE;
    END IF;
    PERFORM set_config('nest.source', source, true), set_config('nest.' || coalesce(how, 'nothing'), acts::text, true);
    statement := regexp_replace(statement, '\{call \w+\}', '');
    statement := regexp_replace(statement, '\{act ([\w.]+)\}', format('nest.act(%L, \1, %L)', source, acts), 'g');
    statement := regexp_replace(statement, '\{sql ([\w.]+)\}', format('nest.act_in_sql(%L, \1, %L)', source, acts), 'g');
    EXECUTE replace(replace(statement, '{l}', source), '{item}', quote_literal(item));
    SET CONSTRAINTS ALL IMMEDIATE;
    wrong := nest.difference(source);
    IF wrong IS NULL AND hashtext(source || statement) % 50 = 0 THEN
        SELECT 'verify: ' || string_agg(v::text, '; ') INTO wrong FROM credits.verify() AS v;
    END IF;
    RAISE EXCEPTION SQLSTATE 'TRIED' USING MESSAGE = coalesce(wrong, 'ok');
EXCEPTION
    WHEN SQLSTATE 'TRIED' THEN
        RETURN SQLERRM;
    WHEN OTHERS THEN
        RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- A share of all that may be tried, the same each time; all of it with PGOPTIONS='-c nest.share=1', which takes minutes.

CREATE TABLE nest.attempt (source text, is_immediate boolean, name text, acts text[], item text, statement text, outcome text);
INSERT INTO nest.attempt
SELECT s.*, o.name, a.acts, i.item, o.statement
FROM (VALUES ('plain', false), ('headed', false), ('parted', false), ('following', false), ('plain_late', false),
      ('headed_late', false), ('parted_late', false), ('chained', false), ('chained_late', false),
             ('plain_late', true), ('headed_late', true)) AS s (source, is_immediate)
CROSS JOIN nest.outer_statement AS o CROSS JOIN nest.acts AS a CROSS JOIN (VALUES ('H'), ('S')) AS i (item)
WHERE hashtext(concat(s, o.name, a.acts, i.item)) % coalesce(current_setting('nest.share', true)::integer, 28) = 0;
CREATE FUNCTION nest.give_lines(source text, item text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM nest.%I WHERE id > 10', source);
    EXECUTE format('INSERT INTO nest.%I VALUES (14, 3, ''D'', %2$L, 5, 50, 5, 0), (13, 1, ''A'', %2$L, 3, 30, 5, 12), (12, 1, '
                   '''A'', %2$L, 2, 20, 5, 11), (11, 1, ''A'', %2$L, 1, 10, 5, 0)', source, item);
END
$$;
CREATE PROCEDURE nest.attempt_all(with_item text) LANGUAGE plpgsql AS $$
DECLARE
    attempts CONSTANT nest.attempt[] := ARRAY(SELECT a FROM nest.attempt AS a WHERE item = with_item);
    outcomes text[];
    a nest.attempt;
BEGIN
    PERFORM nest.give_lines(s.source, with_item) FROM (SELECT DISTINCT source FROM nest.attempt) AS s;
    COMMIT;
    FOREACH a IN ARRAY attempts LOOP
        outcomes := outcomes || nest.attempt(a.source, a.statement, a.acts, a.item, a.is_immediate);
        ROLLBACK;
    END LOOP;
    UPDATE nest.attempt SET outcome = t.outcome FROM ROWS FROM (unnest(attempts), unnest(outcomes))
        AS t (source, is_immediate, name, acts, item, statement, o, outcome)
    WHERE (attempt.source, attempt.is_immediate, attempt.name, attempt.acts, attempt.item)
        = (t.source, t.is_immediate, t.name, t.acts, t.item);
END
$$;
COMMIT;

SELECT plan(24);
CALL nest.attempt_all('H');
CALL nest.attempt_all('S');
SELECT is_empty(format($$SELECT name, acts, item, outcome FROM nest.attempt WHERE source = %L AND is_immediate = %L
                         AND outcome !~ '^(ok|23503|23505|27000)'$$, source, is_immediate),
    format('%s%s: lines are booked as they are in the end', source, CASE WHEN is_immediate THEN ', at once' END))
FROM (SELECT DISTINCT source, is_immediate FROM nest.attempt) AS tried ORDER BY source, is_immediate;
SELECT is_empty($$SELECT name FROM nest.outer_statement EXCEPT SELECT name FROM nest.attempt WHERE outcome = 'ok'$$,
                'by every road');
SELECT is_empty($$SELECT acts FROM nest.acts EXCEPT SELECT acts FROM nest.attempt WHERE outcome = 'ok'$$,
                'whatever happens on it');
SELECT cmp_ok(count(*) FILTER (WHERE outcome = 'ok'), '>', count(*) * 3 / 4, 'most of it is accepted by PostgreSQL')
FROM nest.attempt;

-- What was not touched in between keeps its lots: a look too many is no harm.

INSERT INTO nest.plain VALUES (104, 1, 'A', 'S', 40, 400), (103, 1, 'A', 'S', 30, 300), (102, 1, 'A', 'S', 20, 200),
    (101, 1, 'A', 'S', 10, 100);
INSERT INTO nest.plain SELECT 110, 1, 'A', 'H', credits.balance('A', 'SUPPORT') - 60, 0;
CREATE FUNCTION pg_temp.keys() RETURNS text LANGUAGE sql AS
$$SELECT string_agg(line_key || ':' || quantity::integer || '-' || (quantity - remaining)::integer,
                    ' ' ORDER BY quantity, line_key) FROM credits.lot WHERE customer = 'A' AND line_key ~ '^1\d\d$'
AND line_table = 'nest.plain'::regclass$$;
SELECT is(pg_temp.keys(), '101:10-10 102:20-20 103:30-10 104:40-0', 'given lots of which some are used');
INSERT INTO nest.plain VALUES (104, 1, 'A', 'S', 40, 400), (105, 1, 'A', 'H', 0, 0) ON CONFLICT (id) DO UPDATE
    SET id = nest.plain.id + 2;
SELECT is(pg_temp.keys(), '101:10-10 102:20-20 103:30-10 106:40-0', 'ON CONFLICT that renumbers one, and inserts another');
MERGE INTO nest.plain AS l USING (VALUES (105), (106), (103), (102), (101)) AS v (id) ON l.id = v.id
    WHEN MATCHED AND v.id = 105 THEN DELETE WHEN MATCHED THEN UPDATE SET id = l.id + 1;
SELECT is(pg_temp.keys(), '102:10-10 103:20-20 104:30-10 107:40-0', 'MERGE that deletes one and moves the others up');
WITH sold AS (INSERT INTO nest.headed VALUES (120, 1, 'A', 'S', 1, 1) RETURNING id) UPDATE nest.plain SET id = plain.id + 1
FROM sold WHERE plain.id IN (102, 103, 104);
SELECT is(pg_temp.keys(), '103:10-10 104:20-20 105:30-10 107:40-0', 'a statement that sells in another table first');
UPDATE nest.plain SET id = id + 1 WHERE id IN (103, 104, 105) RETURNING CASE WHEN id = 106
    THEN nest.act('headed', 120, '{more}') END \g /dev/null
SELECT is(pg_temp.keys(), '104:10-10 105:20-20 106:30-10 107:40-0', 'a function that touches other lines only');
SELECT pg_temp.refused($$UPDATE nest.plain SET id = id - 3, quantity = 5 WHERE id = 104$$, '23514 credits_lot_not_consumed',
                       'what is used stays sold');

-- Nothing is booked twice by a function that takes lines in, or settles them all.

SELECT pg_temp.accepted($$INSERT INTO nest.plain VALUES (130, 1, 'A', 'S', 5, 50)
                          RETURNING (SELECT count(*) FROM credits.take_in())$$, 'a statement that takes its own line in');
SELECT is(nest.difference('plain'), NULL, 'books it once');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is_empty('SELECT * FROM credits.take_in() WHERE lines <> 0', 'there is nothing to take in');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
\c :home
DROP DATABASE credits_nested;
