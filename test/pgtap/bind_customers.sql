-- The ERP's table of customers as the source of credits.customer (rule 7).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(83);

-- Given the ERP's parties; its clerk has no right on credits, and owns nothing.

CREATE ROLE credits_test_owner IN ROLE credits_management;
CREATE ROLE credits_test_clerk;
GRANT USAGE, CREATE ON SCHEMA shop TO credits_test_owner;
GRANT USAGE ON SCHEMA shop TO credits_test_clerk;
CREATE TABLE shop.party (
    id      integer PRIMARY KEY,
    code    text UNIQUE,
    name    text,
    prepaid boolean,
    payer   text,
    memo    text,
    big     bigint GENERATED ALWAYS AS (id * 2) STORED
);
ALTER TABLE shop.party OWNER TO credits_test_owner;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON shop.party TO credits_test_clerk;
INSERT INTO shop.party (id, code, name, prepaid, payer) VALUES
    (1, 'A', 'Adam & Sons', true, NULL), (2, 'K', 'Kim', true, 'A'), (3, 'E', 'Eve', NULL, 'E'),
    (4, NULL, 'Nobody yet', true, NULL);
CREATE FUNCTION pg_temp.customers() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', customer, name, works_with_credits, account_of), ', ' ORDER BY customer)
    FROM credits.customer
$$;
CREATE FUNCTION pg_temp.as_clerk(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL ROLE credits_test_clerk;
    EXECUTE statement;
    RESET ROLE;
END
$$;

-- What an ERP may show to its user besides the message.
CREATE FUNCTION pg_temp.context(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    context text;
BEGIN
    EXECUTE statement;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
    RETURN context;
END
$$;

-- Mistakes are found when binding

SELECT pg_temp.refused(format('SELECT credits.bind_customers(%s)', arguments), sqlstate, format('%s: %s', sqlstate, arguments))
FROM (VALUES
    ($$'shop.party', 'nothing'$$, '42703'),
    ($$'shop.party', 'code', 'name'$$, '42804'),
    ($$'shop.party', 'code', 'prepaid,'$$, '42601'),
    ($$'shop.party', 'code', 'prepaid', ''$$, '42601'),
    ($$'shop.party', 'code', 'prepaid', 'name; DROP TABLE shop.party'$$, '42601'),
    ($$'shop.party', 'code', 'prepaid', 'name || now()'$$, '42P17'),
    ($$'shop.party', 'code', 'prepaid', '(SELECT memo)'$$, '0A000'),
    ($$'shop.party', 'code', 'count(*) > 1'$$, '42803'),
    ($$'shop.party', 'code', 'line.prepaid'$$, '42P01'),
    ($$'shop.party', 'name'$$, '42P16'),
    ($$'shop.party', NULL$$, '22004'),
    ($$NULL, 'code'$$, '22004'),
    ($$'credits.customer', 'customer'$$, '42809'),
    ($$'information_schema.sql_features', 'feature_id'$$, '42809'),
    ($$'pg_class', 'relname'$$, '42809')) AS mistake (arguments, sqlstate);
CREATE VIEW shop.party_view AS SELECT * FROM shop.party;
CREATE UNLOGGED TABLE shop.unlogged_party (code text PRIMARY KEY);
CREATE TEMP TABLE temporary_party (code text PRIMARY KEY);
CREATE TABLE shop.parts (code text PRIMARY KEY) PARTITION BY LIST (code);
CREATE TABLE shop.part PARTITION OF shop.parts DEFAULT;
CREATE TABLE shop.ancestor (code text PRIMARY KEY);
CREATE TABLE shop.heir () INHERITS (shop.ancestor);
SELECT pg_temp.refused(format('SELECT credits.bind_customers(%L, %L)', relation, key), sqlstate,
                       format('%s: %s', sqlstate, relation)) FROM (VALUES
    ('shop.party_view', 'code', '42809'), ('temporary_party', 'code', '42809'), ('shop.unlogged_party', 'code', '42809'),
    ('shop.part', 'code', '42809'),
    ('shop.parts', 'code', '0A000'), ('shop.heir', 'code', '0A000'), ('shop.ancestor', 'code', '0A000'))
    AS wrong (relation, key, sqlstate);
DROP TABLE shop.heir, shop.ancestor, shop.parts;
SET LOCAL ROLE credits_test_clerk;
SELECT pg_temp.refused($$SELECT credits.bind_customers('shop.party', 'code')$$, '42501', 'only the owner binds');
RESET ROLE;
REVOKE credits_management FROM credits_test_owner;
SET LOCAL ROLE credits_test_owner;
SELECT pg_temp.refused($$SELECT credits.bind_customers('shop.party', 'code', 'prepaid')$$, '42501',
                       'and he as a member of credits_management');
RESET ROLE;
GRANT credits_management TO credits_test_owner;
SELECT is(pg_temp.customers(), 'A Adam t, B Bea t, C Carl t, D Dora f', 'and nothing of them stays');

-- What is there already is taken over

SET LOCAL ROLE credits_test_owner;
SELECT pg_temp.accepted($$SELECT credits.bind_customers('shop.party', 'code', 'prepaid',
                                                        $x$party.name || CASE WHEN id > 9 THEN '!' ELSE '' END$x$, 'payer')$$,
    'the owner binds: columns and expressions');
RESET ROLE;
SELECT is(pg_temp.customers(), 'A Adam & Sons t, B Bea t, C Carl t, D Dora f, E Eve f, K Kim t A',
    'customers come, also before the one they point to, and change; others stay; '
    'null is no flag, oneself is nobody, and a row without a key no customer');
SELECT results_eq($$SELECT key, column_name::text COLLATE "default", old_value, new_value FROM credits.setting_change
                    WHERE table_name = 'customer' AND key = 'A' AND old_value IS NOT NULL$$,
    $$VALUES ('A', 'name', 'Adam', 'Adam & Sons')$$, 'which is on record');
SELECT results_eq($$SELECT settings, key, works_with_credits, account_of, credit_type, bound_by FROM credits.binding$$,
    $$VALUES ('customers', 'code', 'prepaid', 'payer', NULL, 'credits_test_owner')$$, 'so is the binding');
SELECT pg_temp.refused($$SELECT credits.bind_customers('shop.party', 'code')$$, '42710', 'a table is bound once');
SELECT pg_temp.refused($$SELECT credits.bind_articles('shop.party', 'code')$$, '42710', 'in whatever way');

-- And kept in step, whoever saves

SELECT pg_temp.as_clerk($$INSERT INTO shop.party (id, code, name, prepaid, payer) VALUES (10, 'F', 'Fay', true, NULL),
                          (11, 'G', 'Gil', false, 'F')$$);
SELECT is(pg_temp.customers(), 'A Adam & Sons t, B Bea t, C Carl t, D Dora f, E Eve f, F Fay! t, G Gil! f F, K Kim t A',
          'INSERT');
SELECT pg_temp.as_clerk($$UPDATE shop.party SET name = lower(name), prepaid = NOT prepaid, payer = NULL WHERE id >= 10$$);
SELECT is(pg_temp.customers(), 'A Adam & Sons t, B Bea t, C Carl t, D Dora f, E Eve f, F fay! f, G gil! t, K Kim t A', 'UPDATE');
SELECT pg_temp.as_clerk($$INSERT INTO shop.party (id, code, name, prepaid) VALUES (10, 'F', 'x', true) ON CONFLICT (id) DO UPDATE
                          SET prepaid = excluded.prepaid$$);
SELECT pg_temp.as_clerk($$MERGE INTO shop.party AS p USING (VALUES (11), (12)) AS new (id) ON p.id = new.id
    WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, code, name, prepaid) VALUES (new.id, 'H', 'Hal', true)$$);
SELECT is(pg_temp.customers(), 'A Adam & Sons t, B Bea t, C Carl t, D Dora f, E Eve f, F fay! t, H Hal! t, K Kim t A',
          'ON CONFLICT and MERGE');
SELECT is((SELECT string_agg(DISTINCT changed_by, ' ') FROM credits.setting_change WHERE table_name = 'customer'
           AND key IN ('F', 'G', 'H')), 'credits_test_clerk', 'the record says who');
SELECT pg_temp.as_clerk($$DELETE FROM shop.party WHERE id = 12$$);
SELECT is(pg_temp.customers(), 'A Adam & Sons t, B Bea t, C Carl t, D Dora f, E Eve f, F fay! t, K Kim t A',
          'DELETE: a customer who never had credits goes');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'K', 'S', 10, 1000), (2, 'F', 'S', 5, 500);
SELECT is(credits.balance('A', 'SUPPORT') || ' ' || credits.balance('F', 'SUPPORT'), '10 5', 'bound customers sell and consume');
SELECT pg_temp.as_clerk($$DELETE FROM shop.party WHERE id = 10$$);
SELECT is((SELECT works_with_credits FROM credits.customer WHERE customer = 'F'), false, 'one who did stays, without the flag');
SELECT pg_temp.as_clerk($$DELETE FROM shop.party WHERE id = 1$$);
SELECT is(pg_temp.customers(), 'A Adam & Sons f, B Bea t, C Carl t, D Dora f, E Eve f, F fay! f, K Kim t A',
          'and so does one whose credits others use');
SELECT pg_temp.as_clerk($$INSERT INTO shop.party (id, code, name, prepaid) VALUES (1, 'A', 'Adam', true)$$);
SELECT is((SELECT works_with_credits FROM credits.customer WHERE customer = 'A'), true, 'until he comes back');

-- Keys

SELECT pg_temp.as_clerk($$UPDATE shop.party SET code = 'E2', payer = 'E2' WHERE code = 'E'$$);
UPDATE credits.customer SET language = 'nl' WHERE customer = 'E2';
SELECT pg_temp.as_clerk($$UPDATE shop.party SET code = 'E3', payer = NULL WHERE code = 'E2'$$);
SELECT is((SELECT customer || language FROM credits.customer WHERE name = 'Eve'), 'E3nl',
          'a new key is followed, with what is kept by hand');
SELECT pg_temp.refused($$UPDATE shop.party SET code = 'A2' WHERE id = 1$$, '23503', 'unless the ledger has the old one');
SELECT pg_temp.as_clerk($$UPDATE shop.party SET code = 'N' WHERE id = 4$$);
SELECT is((SELECT name FROM credits.customer WHERE customer = 'N'), 'Nobody yet', 'a row that gets a key becomes a customer');
SELECT pg_temp.as_clerk($$UPDATE shop.party SET code = NULL WHERE id = 4$$);
SELECT is((SELECT count(*) FROM credits.customer WHERE customer = 'N'), 0::bigint, 'one that loses it is none');
SELECT pg_temp.as_clerk($$INSERT INTO shop.party (id, code, name, prepaid) VALUES (20, 'B', 'Bea Ltd', false)$$);
SELECT is((SELECT name || works_with_credits FROM credits.customer WHERE customer = 'B'), 'Bea Ltd!false',
          'a customer kept by hand becomes the ERP''s');
SELECT pg_temp.refused($$INSERT INTO shop.party (id, code) VALUES (21, repeat('x', 256))$$, '22001',
                       'a key has at most 255 bytes');
SELECT pg_temp.refused($$UPDATE shop.party SET payer = 'nobody' WHERE id = 2$$, '23503',
                       'the ERP''s user is told that he points to nobody');
SELECT pg_temp.refused($$UPDATE shop.party SET payer = 'K' WHERE id = 20$$, '23514 credits_account_of_one_level',
                       'or to a contact');
SELECT pg_temp.refused($$UPDATE shop.party SET payer = 'B' WHERE id = 1$$, '23514 credits_account_of_one_level',
                       'or points himself while others point to him');
SELECT pg_temp.refused($$UPDATE shop.party SET payer = CASE id WHEN 1 THEN 'B' ELSE 'A' END WHERE id IN (1, 20)$$,
                       '23514 credits_account_of_one_level', 'or two to each other');
SELECT pg_temp.accepted($$UPDATE shop.party SET payer = CASE id WHEN 1 THEN 'B' END WHERE id IN (1, 2)$$,
                        'or not: his contact goes at the same time');
UPDATE shop.party SET payer = CASE id WHEN 2 THEN 'A' END WHERE id IN (1, 2);
SELECT unalike(pg_temp.context(format('UPDATE shop.party SET payer = %L WHERE id = %s', payer, id)),
               '%wanted%', 'nobody is shown our SQL: ' || payer)
FROM (VALUES (2, 'nobody'), (20, 'K'), (1, 'B')) AS wrong (id, payer);
SELECT pg_temp.as_clerk($$INSERT INTO shop.party (id, code, name, payer) VALUES (30, 'X', 'contact', 'Y'),
                          (31, 'Y', 'his customer', 'Y')$$);
SELECT pg_temp.as_clerk($$DELETE FROM shop.party WHERE id IN (30, 31)$$);
SELECT is((SELECT count(*) FROM credits.customer WHERE customer IN ('X', 'Y')), 0::bigint,
          'a contact and his customer come and go together');

-- What changes nothing writes nothing

CREATE FUNCTION pg_temp.versions() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(ctid::text || xmin, ' ' ORDER BY customer) || (SELECT count(*) FROM credits.setting_change)
    FROM credits.customer
$$;
CREATE TEMP TABLE before AS SELECT pg_temp.versions() AS versions;
SELECT pg_temp.as_clerk($$UPDATE shop.party SET memo = 'x'$$);
SELECT is(pg_temp.versions(), versions, 'an update of other columns touches no customer') FROM before;
SELECT pg_temp.as_clerk($$UPDATE shop.party SET name = name, prepaid = prepaid, code = code$$);
SELECT is(pg_temp.versions(), versions, 'nor does one of the same values') FROM before;
UPDATE shop.party SET prepaid = NOT prepaid WHERE false;
DELETE FROM shop.party WHERE code IS NULL;
SELECT is(pg_temp.versions(), versions, 'or of no row, or of one without a key') FROM before;

-- Other triggers of the ERP: what they make of a row is what counts

CREATE FUNCTION shop.approve() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN UPDATE shop.party SET prepaid = true, name = 'approved' WHERE id = NEW.id AND NOT prepaid;
                          RETURN NULL; END$$;
CREATE FUNCTION shop.trim_name() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.name := btrim(NEW.name); RETURN NEW; END$$;
CREATE TRIGGER approve AFTER INSERT OR UPDATE ON shop.party FOR EACH ROW EXECUTE FUNCTION shop.approve();
CREATE TRIGGER trim BEFORE INSERT OR UPDATE ON shop.party FOR EACH ROW EXECUTE FUNCTION shop.trim_name();
INSERT INTO shop.party (id, code, name, prepaid) VALUES (40, 'P', ' Pam ', false), (41, 'Q', ' Quo ', true);
SELECT is((SELECT string_agg(name || works_with_credits, ' ' ORDER BY customer) FROM credits.customer
           WHERE customer IN ('P', 'Q')), 'approved!true Quo!true'
    , 'triggers that change the row before or after it is written');
UPDATE shop.party SET code = 'R', prepaid = false WHERE id = 40;
SELECT is((SELECT string_agg(customer || name || works_with_credits, ' ' ORDER BY customer) FROM credits.customer
           WHERE customer IN ('P', 'R')), 'Rapproved!true',
    'also when its key changes');
DROP TRIGGER approve ON shop.party;

-- Kept by hand

SELECT pg_temp.accepted($$SELECT credits.unbind('shop.party')$$, 'unbind');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'shop.party'::regclass AND tgname LIKE 'zz_credits%'),
          0::bigint, 'takes the triggers away');
SELECT is_empty($$SELECT FROM pg_class WHERE relname LIKE '\_party%'$$, 'and the mapping');
SELECT is((SELECT count(*) FROM credits.customer), 9::bigint, 'settings stay');
DELETE FROM shop.party WHERE code = 'Q';
SELECT is((SELECT count(*) FROM credits.customer WHERE customer = 'Q'), 1::bigint, 'whatever the ERP does');
SELECT pg_temp.refused($$SELECT credits.unbind('shop.party')$$, '42704', 'a table is unbound once');
SELECT credits.bind_customers('shop.party', 'code');
UPDATE credits.customer SET name = 'by hand', works_with_credits = false, account_of = NULL WHERE customer = 'K';
UPDATE shop.party SET name = 'Kimberly', prepaid = true WHERE code = 'K';
INSERT INTO shop.party (id, code, name, prepaid, payer) VALUES (50, 'Z', 'Zoe', false, 'A');
SELECT is((SELECT string_agg(concat_ws(' ', customer, name, works_with_credits, account_of), ', ' ORDER BY customer)
           FROM credits.customer WHERE customer IN ('K', 'Z')),
    'K by hand f, Z t', 'what the ERP has no column for is kept by hand');
TRUNCATE shop.party;
SELECT is((SELECT string_agg(customer || works_with_credits, ' ' ORDER BY customer) FROM credits.customer),
          'Afalse Ctrue Dfalse Ffalse Qtrue', 'TRUNCATE deletes all')
    FROM credits.unbind('shop.party');

-- Keys as expressions; keys that do not tell rows apart; names in need of quotes

INSERT INTO shop.party (id, code, name, prepaid) VALUES (1, 'A', 'x', true), (2, 'A1', 'x', true), (3, 'W', 'x', true);
SELECT pg_temp.refused($$SELECT credits.bind_customers('shop.party', 'left(code, 1)')$$, '23505', 'two rows with one key');
SELECT pg_temp.accepted($$SELECT credits.bind_customers('shop.party', 'id')$$, 'a number is a key');
SELECT is((SELECT count(*) FROM credits.customer WHERE customer IN ('1', '2', '3')), 3::bigint, 'as text');
SELECT pg_temp.refused('ALTER TABLE shop.party DROP COLUMN id', '2BP01', 'a mapped column is not dropped');
SELECT pg_temp.refused('ALTER TABLE shop.party SET UNLOGGED', '2BP01', 'and the table stays one that a crash leaves alone');
ALTER TABLE shop.party RENAME COLUMN id TO "The Id";
ALTER TABLE shop.party RENAME TO "The Party";
INSERT INTO shop."The Party" ("The Id") VALUES (4);
SELECT is((SELECT count(*) FROM credits.customer WHERE customer = '4'), 1::bigint, 'but renamed, like the table');
SELECT pg_temp.accepted($$SELECT credits.unbind('shop."The Party"');
                          SELECT credits.bind_customers('shop."The Party"', '"The Id"', name => '"The Party".name')$$,
    'names are quoted as in SQL');

-- Rows that a statement within the one that writes them changes

CREATE FUNCTION shop.act_on(key int, act text) RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE format(act, key); RETURN 0; END$$;
SELECT credits.unbind('shop."The Party"') \gset
SELECT credits.bind_customers('shop."The Party"', '"The Id"', name => 'name', works_with_credits => 'prepaid') \gset
CREATE FUNCTION pg_temp.party(key text) RETURNS text
    LANGUAGE sql AS $$SELECT (SELECT name || ' ' || works_with_credits FROM credits.customer WHERE customer = key)$$;
WITH new AS (INSERT INTO shop."The Party" ("The Id", name, prepaid) VALUES (61, 'x', true) RETURNING "The Id")
SELECT shop.act_on("The Id", $$UPDATE shop."The Party" SET name = 'y', prepaid = false WHERE "The Id" = %s$$) FROM new
    \g /dev/null
SELECT is(pg_temp.party('61'), 'y false', 'a new row that a function changes');
INSERT INTO shop."The Party" ("The Id", name, prepaid) VALUES (62, 'x', true)
RETURNING shop.act_on("The Id", $$DELETE FROM shop."The Party" WHERE "The Id" = %s$$) \g /dev/null
SELECT is(coalesce(pg_temp.party('62') LIKE '%true', false), false, 'or deletes');
UPDATE shop."The Party" SET name = 'z' WHERE "The Id" = 61
RETURNING shop.act_on("The Id", $$UPDATE shop."The Party" SET name = 'w', prepaid = true WHERE "The Id" = %s$$) \g /dev/null
SELECT is(pg_temp.party('61'), 'w true', 'a changed row that a function changes again');
DELETE FROM shop."The Party" WHERE "The Id" = 61
RETURNING shop.act_on("The Id", $$INSERT INTO shop."The Party" ("The Id", name, prepaid) VALUES (%s, 'v', true)$$) \g /dev/null
SELECT is(pg_temp.party('61'), 'v true', 'a deleted one that a function brings back');
UPDATE shop."The Party" SET "The Id" = 63 WHERE "The Id" = 61
RETURNING shop.act_on("The Id",
                      $$INSERT INTO shop."The Party" ("The Id", name, prepaid) VALUES (61, 'u', true);
                        UPDATE shop."The Party" SET name = 't' WHERE "The Id" = %s$$) \g /dev/null
SELECT is(pg_temp.party('63') || ', ' || pg_temp.party('61'), 't true, u true', 'a key that a function gives to another row');
INSERT INTO shop."The Party" ("The Id", name, prepaid) VALUES (64, 's', true);
WITH gone AS (DELETE FROM shop."The Party" WHERE "The Id" IN (61, 64) RETURNING "The Id", prepaid)
INSERT INTO shop."The Party" ("The Id", name, prepaid) SELECT "The Id", 'r', prepaid FROM gone LIMIT 1;
SELECT is((SELECT string_agg(customer || name, ' ' ORDER BY customer) FROM credits.customer WHERE customer IN ('61', '64')
           AND works_with_credits),
    (SELECT string_agg("The Id" || name, ' ') FROM shop."The Party" WHERE "The Id" IN (61, 64)),
    'one of two deleted ones that comes back');
SELECT credits.unbind('shop."The Party"') \gset
SELECT credits.bind_customers('shop."The Party"', '"The Id"', name => '"The Party".name') \gset

-- The mapping's own functions run as the table's owner

CREATE FUNCTION shop.who() RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN current_user; END$$;
SELECT credits.unbind('shop."The Party"') \gset
SELECT credits.bind_customers('shop."The Party"', '"The Id"', name => 'shop.who()') \gset
INSERT INTO shop."The Party" ("The Id") VALUES (5);
SELECT is((SELECT string_agg(DISTINCT name, ' ') FROM credits.customer WHERE customer IN ('1', '5')),
          'credits_test_owner', 'when binding and later');

DELETE FROM shop.slip WHERE id = 1; -- of a contact who is gone
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
