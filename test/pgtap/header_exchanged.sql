-- A statement may give a header's key to another header, before any foreign key is checked: the lines that stay are the other
-- one's from then on.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(28);

CREATE FUNCTION pg_temp.shop_of(name text, deferral text, check_at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE shop.%1$s (id int PRIMARY KEY, customer text, state text DEFAULT ''posted'');
        CREATE TABLE shop.%1$s_line (id int PRIMARY KEY, head int REFERENCES shop.%1$s %2$s,
                                           item text, quantity numeric)', name, deferral);
    PERFORM credits.attach(format('shop.%s_line', name)::regclass, 'other', article => 'item', quantity => 'quantity',
                           amount => NULL, customer => 'header.customer',
        document_date => $x$DATE '2026-01-10'$x$, header_table => format('shop.%s', name)::regclass,
        counts_when => $x$header.state = 'posted'$x$, check_at => check_at);
END
$$;
SELECT pg_temp.shop_of('a', '', 'statement'), pg_temp.shop_of('b', '', 'commit'), pg_temp.shop_of('c', 'DEFERRABLE', 'statement'),
       pg_temp.shop_of('d', 'DEFERRABLE INITIALLY DEFERRED', 'commit') \g /dev/null
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 100, 1000), (2, 'B', 'S', 100, 1000);

-- What the lines of document 3, and those of 2, cost A and B
CREATE FUNCTION pg_temp.used(name text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', sum(-quantity) FILTER (WHERE customer = 'A'), sum(-quantity) FILTER (WHERE customer = 'B'))
    FROM credits.entry WHERE line_table = format('shop.%s_line', name)::regclass
$$;
CREATE FUNCTION pg_temp.used_after(name text, statement text, expected text, description text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE replace(statement, '{h}', 'shop.' || name);
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN is(pg_temp.used(name), expected, name || ': ' || description);
END
$$;
CREATE FUNCTION pg_temp.all_of(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT pg_temp.used_after(name, 'INSERT INTO {h} VALUES (3, ''A''), (2, ''B''), (1, ''B''); '
                                         'INSERT INTO {h}_line VALUES (1, 3, ''H'', 1), (2, 2, ''H'', 2)',
                                         '1 2', 'two documents');
    RETURN NEXT pg_temp.used_after(name, 'UPDATE {h} SET id = id + 1', '0 3', 'their keys are shifted');
    RETURN NEXT pg_temp.used_after(name,
        'WITH gone AS (DELETE FROM {h} WHERE id = 3 RETURNING id) INSERT INTO {h} SELECT id, ''A'' FROM gone',
        '1 2', 'one is deleted, and another one inserted in its place');
    RETURN NEXT pg_temp.used_after(name,
        'WITH gone AS (DELETE FROM {h} WHERE id = 3 RETURNING id) INSERT INTO {h} SELECT id, ''A'', ''draft'' FROM gone',
        '0 2', 'as a draft');
    RETURN NEXT pg_temp.used_after(name,
        'WITH gone AS (DELETE FROM {h} WHERE id = 3 RETURNING id) UPDATE {h} SET id = 3 FROM gone WHERE {h}.id = 4',
        '1 2', 'or renumbered');
    RETURN NEXT is(pg_temp.outcome(format('DELETE FROM shop.%s WHERE id = 3; SET CONSTRAINTS ALL IMMEDIATE', name)),
                   format('23503 %s_line_head_fkey', name), name || ': nothing in its place is refused');
END
$$;
SELECT pg_temp.all_of(name) FROM unnest('{a,b,c,d}'::text[]) AS name;

-- Of two tables below one header one is checked at commit: then both are.
SELECT pg_temp.shop_of('e', '', 'statement') \g /dev/null
CREATE TABLE shop.e_note (id int PRIMARY KEY, head int REFERENCES shop.e, item text, quantity numeric);
SELECT credits.attach('shop.e_note', 'other', article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'header.customer', document_date => $$DATE '2026-01-10'$$, header_table => 'shop.e', check_at => 'commit')
\g /dev/null
INSERT INTO shop.e VALUES (3, 'A'), (2, 'B'), (1, 'B');
INSERT INTO shop.e_line VALUES (1, 3, 'H', 1), (2, 2, 'H', 2);
SELECT pg_temp.used_after('e', 'UPDATE {h} SET id = id + 1', '0 3', 'keys are shifted over a table that is checked at commit');
SELECT pg_temp.used_after('e',
    'WITH gone AS (DELETE FROM {h} WHERE id = 3 RETURNING id) INSERT INTO {h} SELECT id, ''A'' FROM gone',
    '1 2', 'one is deleted, and another one inserted in its place');

INSERT INTO shop.a VALUES (50, 'A');
DELETE FROM shop.a WHERE id = 50;
SELECT is((SELECT count(*) FROM credits.pending), 0::bigint, 'a header without lines goes without a word');
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
