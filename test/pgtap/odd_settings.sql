-- Whatever a role may set for its session, its lines are booked as ever or refused: every setting that anybody may change, one by
-- one at its extremes, those of the server and those that a session makes up.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(13);

-- Given keys, dates, quantities and amounts of types whose texts depend on settings, checked by statement and at commit
CREATE TABLE shop.visit (day date, at timestamp, code text, customer text, item text, duration interval,
                         amount float8, price float4 DEFAULT 9,
    PRIMARY KEY (day, at, code));
SELECT credits.attach('shop.visit', 'event', article => 'item', quantity => 'duration', amount => 'amount',
                      customer => 'customer',
    document_date => 'at', document_number => $$line.code || '-' || extract(year FROM line.day)::text$$,
    zero_columns => '{price}', check_at => 'commit') \g /dev/null
CREATE ROLE odd_clerk;
GRANT USAGE ON SCHEMA shop TO odd_clerk;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO odd_clerk;

-- One round sells 10 credits and uses 4.5 of them, one way or another; nothing of one that is refused is left.
CREATE FUNCTION shop.round(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (10 * n, 'A', 'S', 10, 1000.10),
        (10 * n + 1, 'A', 'Q', 2, 7), (10 * n + 2, 'A', 'H', 9, 7);
    UPDATE shop.slip SET quantity = 2 WHERE id = 10 * n + 2;
    INSERT INTO shop.slip (id, customer, item, quantity) VALUES (10 * n + 3, 'A', 'H', 1);
    DELETE FROM shop.slip WHERE id = 10 * n + 3;
    INSERT INTO shop.invoice VALUES (n::text, 'D', '2026-01-10', 'draft');
    INSERT INTO shop.invoice_line VALUES (n::text, 1, 'H', 1, 50, 50);
    UPDATE shop.invoice SET number = n || 'x' WHERE number = n::text;
    UPDATE shop.invoice SET customer = 'A', state = 'posted' WHERE number = n || 'x';
    INSERT INTO shop.visit (day, at, code, customer, item, duration)
    VALUES ('2026-02-01', '2026-01-09 08:30:00', n::text, 'A', 'H', '00:30:00');
    UPDATE shop.visit SET duration = '01:00:00' WHERE code = n::text;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
END
$$;
CREATE FUNCTION shop.left_of(n int) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', (SELECT count(*) FROM shop.slip WHERE id / 10 = n),
                     (SELECT sum(price + amount) FROM shop.invoice_line WHERE number = n || 'x'),
        (SELECT sum(price) FROM shop.visit WHERE code = n::text), trim_scale(credits.balance('A', 'SUPPORT')))
$$;

-- What becomes of a round under a setting: 'booked', 'refused', or what is wrong.
CREATE FUNCTION pg_temp.outcome_under(n int, name text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before CONSTANT numeric := coalesce(credits.balance('A', 'SUPPORT'), 0);
    normal CONSTANT text := current_setting(name, true);
BEGIN
    BEGIN
        SET LOCAL ROLE odd_clerk;
        PERFORM set_config(name, value, true);
        PERFORM shop.round(n);
        PERFORM set_config(name, coalesce(normal, ''), true);
        SET LOCAL ROLE NONE;
    EXCEPTION WHEN OTHERS THEN
        IF coalesce(credits.balance('A', 'SUPPORT'), 0) <> before THEN
            RETURN 'refused, but booked';
        END IF;
        RETURN 'refused';
    END;
    RETURN CASE WHEN shop.left_of(n) = concat_ws(' ', 3, 0, 0, trim_scale(before + 5.5)) THEN 'booked'
        ELSE 'wrong: ' || shop.left_of(n) END;
END
$$;

CREATE TEMPORARY TABLE tried AS
SELECT row_number() OVER ()::int AS n, name, value
FROM (
    SELECT name, unnest(CASE vartype
        WHEN 'bool' THEN ARRAY['on', 'off']
        WHEN 'enum' THEN enumvals
        WHEN 'string' THEN NULL
        ELSE ARRAY[min_val, max_val] END) AS value
    FROM pg_settings
    WHERE context = 'user' AND name NOT IN ('exit_on_error', 'temp_buffers', 'transaction_read_only',
                                            'default_transaction_read_only')
    UNION ALL VALUES
    ('DateStyle', 'German'), ('DateStyle', 'SQL, MDY'), ('DateStyle', 'SQL, DMY'), ('DateStyle', 'Postgres, YMD'),
    ('TimeZone', 'Pacific/Kiritimati'), ('TimeZone', 'America/Anchorage'), ('client_encoding', 'LATIN1'),
    ('client_encoding', 'SQL_ASCII'),
    ('search_path', ''), ('search_path', 'pg_temp, credits'), ('plpgsql.extra_errors', 'all'), ('plpgsql.extra_warnings', 'none'),
    ('temp_tablespaces', ''),
    ('default_tablespace', 'pg_default'), ('default_table_access_method', 'heap'), ('default_text_search_config', 'simple'),
    ('application_name', 'x'),
    ('credits.customer', 'B'), ('credits.lines_being_set', 'x'), ('credits.anything', 'on')) AS setting (name, value);
-- A list of lines whose price nobody is setting: of all that are to come.
INSERT INTO tried SELECT max(n) + 1, 'credits.lines_being_set',
    (SELECT string_agg(format(E'%s %sx/1\n%s 2026-02-01/2026-01-09 08:30:00/%s\n', 'shop.invoice_line'::regclass::oid,
                              m, 'shop.visit'::regclass::oid, m), '')
     FROM generate_series(1, max(n) + 1) AS m) FROM tried;
ALTER TABLE tried ADD outcome text;
UPDATE tried SET outcome = pg_temp.outcome_under(n, name, value);

SELECT cmp_ok(count(*), '>', 200::bigint, 'hundreds of settings were tried') FROM tried;
SELECT is_empty($$SELECT name, value, outcome FROM tried WHERE outcome NOT IN ('booked', 'refused')$$,
                'each round was booked whole, or refused whole');
-- Values that cannot be set, and what PostgreSQL itself refuses then.
SELECT is_empty($$SELECT name, value FROM tried WHERE outcome = 'refused'
                  AND name NOT IN ('transaction_isolation', 'transaction_deferrable', 'default_transaction_deferrable',
    'restrict_nonsystem_relation_kind', 'client_encoding', 'bytea_output', 'max_stack_depth')$$, 'hardly any was refused');
SELECT is((SELECT balance FROM credits.account WHERE customer = 'A' AND type_id = 101),
          (SELECT 5.5 * count(*) FROM tried WHERE outcome = 'booked'), 'what is left adds up');
SELECT pg_temp.all_in_order();

-- Without a right, a setting opens nothing
SET LOCAL check_function_bodies = off;
SET LOCAL ROLE odd_clerk;
SELECT pg_temp.refused('UPDATE credits.parameter SET active = false', '42501', 'nobody is a dump that is read back by a setting');
SELECT pg_temp.refused('SET session_replication_role = replica', '42501', 'nor a replica');
RESET ROLE;
ALTER TABLE shop.slip OWNER TO odd_clerk;
GRANT ALL ON SCHEMA shop TO odd_clerk;
SET LOCAL ROLE odd_clerk;
SELECT pg_temp.refused('ALTER TABLE shop.slip DROP quantity CASCADE', '2BP01', 'what is attached stays protected');
SELECT pg_temp.refused('DROP TRIGGER zz_credits_update ON shop.slip', '2BP01', 'so do its triggers');
RESET ROLE;
GRANT credits_management TO odd_clerk;
SET LOCAL ROLE odd_clerk;
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'B';
RESET ROLE;
SELECT is((SELECT count(*) FROM credits.setting_change WHERE changed_by = 'odd_clerk' AND key = 'B'),
          1::bigint, 'and who may change a setting is on record');
RESET check_function_bodies;

-- What a setting would write otherwise is no key, article, customer or number
CREATE TABLE shop.measured (id float8 PRIMARY KEY, small float4, code bytea, place point, item text, quantity numeric);
CREATE FUNCTION pg_temp.measured(customer text) RETURNS text
    LANGUAGE sql AS $$SELECT format($x$SELECT credits.attach('shop.measured', 'event', article => 'item', quantity => 'quantity',
    amount => NULL, customer => %L, document_date => $d$DATE '2026-01-10'$d$)$x$, customer)$$;
SELECT pg_temp.refused(pg_temp.measured($$'A'$$), '42P17', 'nor is a float');
ALTER TABLE shop.measured DROP CONSTRAINT measured_pkey, ADD n int PRIMARY KEY;
SELECT is(ARRAY(SELECT pg_temp.outcome(pg_temp.measured(customer), true)
                FROM unnest(ARRAY['id', 'small', 'code', 'line.place::text', 'lower(line.id::text)',
                                  $$'x' || float8out(line.id)::text$$,
    'CASE WHEN line.n = 1 THEN (line.small::text)::numeric::text END']) AS customer), array_fill('42P17'::text, ARRAY[7]),
    'nor bytes, points or what is made of their text');
SELECT pg_temp.accepted(pg_temp.measured('line.id::numeric::text'), 'a float''s numeric is');

SELECT * FROM finish();
ROLLBACK;
