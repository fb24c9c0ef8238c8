-- Lines are found through an ordinary index on the column that refers to their header, or to what they were made from, without a
-- scan of their table; and just as well where there is no such index, or one that does not lead to all of them.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(35);
SET LOCAL enable_indexscan = off; -- the planner would take no index
SET LOCAL enable_bitmapscan = off;

-- What the lines of shop.made consume once `act` has left them to themselves, and whether their table was scanned for that. Made
-- are 1 and 2 of the first of these keys, 3 of the second, 4 and 5 of none; 500 lines of other keys stand before and after.
CREATE FUNCTION pg_temp.made(type text, index text, act text, keys text[] DEFAULT '{7,8}', of_others text DEFAULT 'n')
    RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    scans bigint;
    said  text;
BEGIN
    EXECUTE format('CREATE TABLE shop.base (id %s PRIMARY KEY, customer text, day date, state text, item text, quantity numeric)',
                   type);
    EXECUTE format('CREATE TABLE shop.made (id int PRIMARY KEY, customer text, day date, state text, item text,
                    quantity numeric, made_of %s, memo text)', type);
    EXECUTE index;
    PERFORM credits.attach(line_table, 'delivery_note', article => 'item', quantity => 'quantity', amount => NULL,
        customer => 'customer', document_date => 'day', counts_when => $x$line.state = 'done'$x$,
        origin => CASE WHEN line_table = 'shop.made'::regclass THEN 'made_of' END,
        origin_table => CASE WHEN line_table = 'shop.made'::regclass THEN 'shop.base'::regclass END)
    FROM unnest('{shop.base,shop.made}'::regclass[]) AS line_table;
    INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 1000, 1000);
    EXECUTE format('INSERT INTO shop.base SELECT key, $1, $2, $3, $4, 3 FROM unnest($5::%s[]) AS key', type)
        USING 'A', date '2026-01-10', 'done', 'H', keys;
    EXECUTE format('INSERT INTO shop.made SELECT 1000 + n, $1, $2, $3, $4, 1, (%s)::%s FROM generate_series(1000, 1499) AS n',
                   of_others, type) USING 'A', date '2026-01-10', 'done', 'X';
    EXECUTE format('INSERT INTO shop.made SELECT * FROM unnest(ARRAY[1, 2, 3, 4, 5], $1, $2, $3, $4, ARRAY[1, 2, 3, 4, 5],
                    ARRAY[$5[1], $5[1], $5[2], NULL, NULL]::%s[])', type)
        USING array_fill('A'::text, '{5}'), array_fill(date '2026-01-10', '{5}'), array_fill('done'::text, '{5}'),
              array_fill('H'::text, '{5}'), keys;
    scans := pg_stat_get_xact_numscans('shop.made'::regclass);
    EXECUTE act;
    scans := pg_stat_get_xact_numscans('shop.made'::regclass) - scans;
    SELECT concat_ws(', ', string_agg(format('%s: %s', line_key, consumed), ', ' ORDER BY line_key),
                     CASE WHEN scans > 0 THEN 'scanned' END, (SELECT string_agg(v::text, E'\n') FROM credits.verify() AS v))
    INTO said
    FROM (SELECT line_key, trim_scale(-sum(quantity)) AS consumed FROM credits.entry
          WHERE line_table = 'shop.made'::regclass GROUP BY 1 HAVING sum(quantity) <> 0) AS booked;
    RAISE SQLSTATE 'TRIED';
EXCEPTION WHEN SQLSTATE 'TRIED' THEN
    RETURN said;
END
$$;
CREATE FUNCTION pg_temp.index(parts text) RETURNS text LANGUAGE sql AS $$SELECT 'CREATE INDEX made_by ON shop.made ' || parts$$;
\set cancel '''UPDATE shop.base SET state = ''''cancelled'''''''
\set all '''1: 1, 2: 2, 3: 3, 4: 4, 5: 5'''

-- Through the index
SELECT is(pg_temp.made(type, pg_temp.index('(made_of)'), :cancel), :all,
          'the index serves, whatever the planner thinks: ' || type)
FROM unnest('{bigint,integer,smallint,numeric,text,varchar}'::text[]) AS type;
CREATE DOMAIN shop.number AS bigint CHECK (value > 0);
SELECT is(pg_temp.made('shop.number', pg_temp.index('(made_of)'), :cancel), :all, 'on a domain');
SELECT is(pg_temp.made('uuid', pg_temp.index('(made_of)'), :cancel,
                       '{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000b}', 'gen_random_uuid()'),
          :all, 'on a uuid');
SELECT is(pg_temp.made('bigint', pg_temp.index(parts), :cancel), :all, 'the index serves: ' || parts)
FROM unnest(ARRAY['(made_of, id)', '(made_of) INCLUDE (id)', '(made_of DESC)', '(made_of) WHERE made_of IS NOT NULL']) AS parts;
SELECT is(pg_temp.made('text', pg_temp.index('(made_of)'), :cancel, '{"a/b","c\\d"}'), :all,
          'a text is compared as it is');
SELECT is(pg_temp.made('bigint', pg_temp.index('(made_of)'), 'UPDATE shop.base SET id = id + 1000000'), :all,
          'of an origin with a new key nothing is made');
SELECT is(pg_temp.made('bigint', pg_temp.index('(made_of)'),
                       'UPDATE shop.base SET id = 9 WHERE id = 7; UPDATE shop.base SET id = 7 WHERE id = 8; ' || :cancel),
          :all, 'nor of one whose key another one has got and lost');

-- Without it
SELECT is(pg_temp.made('bigint', '', :cancel), :all || ', scanned', 'without an index they are found');
SELECT is(regexp_replace(pg_temp.made('bigint', pg_temp.index(parts), :cancel), ', scanned$', ''), :all,
          'they are found beside an index: ' || parts)
FROM unnest(ARRAY['(made_of) WHERE id > 1000', '(made_of) WHERE made_of IS NULL', '(made_of) WHERE memo IS NOT NULL',
                  '(made_of) WHERE made_of IS NOT NULL AND id > 1000', '((made_of % 10), made_of)', 'USING hash (made_of)',
                  'USING brin (made_of)']) AS parts;
SELECT is(regexp_replace(pg_temp.made('bigint', pg_temp.index('(made_of)'), 'DROP INDEX shop.made_by; ' || :cancel),
                         ', scanned$', ''), :all, 'the index has gone meanwhile');
SELECT is(regexp_replace(pg_temp.made('bigint', pg_temp.index('(made_of)'),
    'CREATE TABLE shop.heir (PRIMARY KEY (id)) INHERITS (shop.made); '
    'INSERT INTO shop.heir VALUES (6, ''A'', ''2026-01-10'', ''done'', ''H'', 6, 7); ' || :cancel), ', scanned$', ''),
    :all || ', 6: 6', 'an heir has one of them');
SELECT is(regexp_replace(pg_temp.made('bigint', pg_temp.index('(made_of)') || '; UPDATE pg_index SET indisvalid = false, '
    'indisready = false WHERE indexrelid = ''shop.made_by''::regclass', :cancel), ', scanned$', ''), :all,
    'an index that is not valid is not asked');
SELECT is(pg_temp.made('bigint', pg_temp.index('(made_of)') || '; UPDATE pg_index SET indisvalid = false, '
    'indisready = false WHERE indexrelid = ''shop.made_by''::regclass; CREATE INDEX ON shop.made (made_of)', :cancel), :all,
    'but the next one is');
SELECT is(regexp_replace(pg_temp.made('bigint', pg_temp.index('(made_of)'), 'UPDATE shop.made SET memo = ''asked once''; '
    'UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = ''shop.made_by''::regclass; '
    'UPDATE shop.made SET made_of = 7 WHERE id = 3; ' || :cancel), ', scanned$', ''), :all,
    'nor is one that is no longer valid');

-- Values that are equal and not the same
CREATE COLLATION shop.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN shop.any_text AS text COLLATE shop.any_case;
CREATE DOMAIN shop.c_text AS text COLLATE "C";
SELECT is(pg_temp.made('shop.any_text', pg_temp.index('(made_of)'), :cancel, '{a,b}'), :all,
          'a language may take texts for equal');
SELECT is(pg_temp.made('shop.any_text', pg_temp.index('(made_of)'), 'UPDATE shop.base SET id = ''A'' WHERE id = ''a''', '{a,b}'),
          '1: 1, 2: 2, 4: 4, 5: 5', 'so that two keys of one line lead to it');
SELECT is(regexp_replace(pg_temp.made('shop.c_text', pg_temp.index('(made_of COLLATE "und-x-icu")'), :cancel, '{B,c}',
                                      'chr(65 + n % 26) || chr(97 + n % 25) || n'),
                         ', scanned$', ''), :all, 'an index in another order is not asked');
SELECT is(pg_temp.made('numeric', pg_temp.index('(made_of)'), 'UPDATE shop.base SET id = id * 1.0'), :all,
          'a number may have several texts');

-- The lines of a header
CREATE TABLE shop.large (id bigint PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', state text DEFAULT 'draft');
CREATE TABLE shop.large_line (id int PRIMARY KEY, large_id int REFERENCES shop.large, item text, quantity numeric);
CREATE INDEX ON shop.large_line (large_id);
SELECT credits.attach('shop.large_line', 'invoice', article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'header.customer', document_date => 'header.day', header_table => 'shop.large',
    counts_when => $x$header.state = 'posted'$x$) \g /dev/null
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'B', 'S', 10, 10);
INSERT INTO shop.large VALUES (5, 'B'), (4294967301, 'B');
INSERT INTO shop.large_line VALUES (1, 5, 'H', 1);
UPDATE shop.large SET state = 'posted' WHERE id = 4294967301;
SELECT is((SELECT count(*) FROM credits.entry WHERE line_table = 'shop.large_line'::regclass), 0::bigint,
          'a key that is too large for the line''s column has no lines');
UPDATE shop.large SET state = 'posted' WHERE id = 5;
SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_table = 'shop.large_line'::regclass), -1::numeric,
          'one that is not has');
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
