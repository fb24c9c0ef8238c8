-- The ERP's table of articles as the source of credits.article; who may change what through it (rules 5 and 9).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(58);

-- Given the ERP's products; a product manager who may change credits settings, and a clerk who may not.

CREATE ROLE credits_test_owner;
CREATE ROLE credits_test_clerk;
CREATE ROLE credits_test_manager;
GRANT credits_management TO credits_test_manager;
GRANT USAGE ON SCHEMA shop TO credits_test_owner, credits_test_clerk, credits_test_manager;
CREATE TABLE shop.product (
    id       integer PRIMARY KEY,
    code     text UNIQUE NOT NULL,
    type     text,
    type_id  integer,
    factor   double precision,
    account  text,
    name     varchar(80),
    memo     text
);
ALTER TABLE shop.product OWNER TO credits_test_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.product TO credits_test_clerk, credits_test_manager;
INSERT INTO shop.product (id, code, type, type_id, factor, account, name) VALUES
    (1, 'S', 'SUPPORT', 101, 1, '700000', 'A credit'), (2, 'Q', 'SUPPORT', 101, -0.25, NULL, 'A quarter'),
    (3, 'X', NULL, NULL, 1, NULL, 'A cable'), (4, 'Y', '', NULL, 0, '700009', 'A plug'),
    (5, 'Z', 'TRAINING', 102, -1.5, NULL, 'A course');
CREATE FUNCTION pg_temp.articles(codes text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', article, code, coefficient, ledger_account, its.description), ', ' ORDER BY article)
    FROM credits.article AS its LEFT JOIN credits.credit_type USING (type_id) WHERE codes ~ article
$$;
CREATE FUNCTION pg_temp.as_role(role text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement;
    RESET ROLE;
END
$$;
CREATE FUNCTION pg_temp.as_clerk(statement text) RETURNS void
    LANGUAGE sql AS $$SELECT pg_temp.as_role('credits_test_clerk', statement)$$;
CREATE FUNCTION pg_temp.as_manager(statement text) RETURNS void
    LANGUAGE sql AS $$SELECT pg_temp.as_role('credits_test_manager', statement)$$;

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

SELECT pg_temp.refused(format('SELECT credits.bind_articles(%s)', arguments), sqlstate, format('%s: %s', sqlstate, arguments))
FROM (VALUES
    ($$'shop.product', 'code', 'type'$$, '22004'),
    ($$'shop.product', 'code', NULL, 'factor'$$, '22004'),
    ($$'shop.product', 'code', 'type', 'name'$$, '42804'),
    ($$'shop.product', 'code', 'kind', 'factor'$$, '42703'),
    ($$'shop.product', 'name', 'type', 'factor'$$, '42P16'),
    ($$'shop.product', 'code', 'type', 'random()'$$, '42P17'),
    ($$'shop.product', 'code', 'memo', '-1', 'account', 'name', 'x'$$, '42883')) AS mistake (arguments, sqlstate);
UPDATE shop.product SET type = 'SUPORT' WHERE id = 2;
SELECT pg_temp.refused($$SELECT credits.bind_articles('shop.product', 'code', 'type', 'factor')$$, '23503', 'an unknown type');
UPDATE shop.product SET type = 'SUPPORT' WHERE id = 2;
UPDATE shop.product SET factor = NULL WHERE id = 2;
SELECT pg_temp.refused($$SELECT credits.bind_articles('shop.product', 'code', 'type', 'factor')$$,
                       '23514 credits_coefficient_valid', 'a type without a coefficient');
UPDATE shop.product SET factor = 0.00001 WHERE id = 2;
SELECT pg_temp.refused($$SELECT credits.bind_articles('shop.product', 'code', 'type', 'factor')$$,
                       '23514 credits_coefficient_valid', 'five decimals');
UPDATE shop.product SET factor = -0.25 WHERE id = 2;

-- What is there already is taken over

SET LOCAL ROLE credits_test_owner;
SELECT pg_temp.refused($$SELECT credits.bind_articles('shop.product', 'code', 'type', 'factor')$$,
                       '42501', 'binding is a change of settings');
SELECT pg_temp.refused($$SELECT credits.bind_articles('shop.product', 'code', description => 'name')$$,
                       '42501', 'whichever come with it');
RESET ROLE;
GRANT credits_management TO credits_test_owner;
SELECT pg_temp.as_role('credits_test_owner', $$SELECT credits.bind_articles('shop.product', 'code', description => 'name')$$);
SELECT pg_temp.accepted($$SELECT pg_temp.as_role('credits_test_owner', 'SELECT credits.unbind(''shop.product'')')$$,
                        'the owner unbinds');
SELECT pg_temp.as_role('credits_test_owner',
                       $$SELECT credits.bind_articles('shop.product', 'code', 'type', 'factor', 'account', 'name')$$);
REVOKE credits_management FROM credits_test_owner;
SELECT is(pg_temp.articles('[SQXYZ]'),
          'Q SUPPORT -0.25 A quarter, S SUPPORT 1 700000 A credit, X A cable, Y 700009 A plug, Z TRAINING -1.5 A course',
    'articles come; without a type or with an empty one they have no credits, whatever the coefficient');
SELECT is(pg_temp.articles('[HTU]'), 'H SUPPORT -1, T TRAINING 1 700001, U TRAINING -1', 'others stay');
SELECT bag_eq($$SELECT key, column_name::text COLLATE "default", old_value, new_value FROM credits.setting_change
                WHERE key = 'Z'$$,
    $$VALUES ('Z', 'article', NULL, 'Z'), ('Z', 'type_id', NULL, '102'), ('Z', 'coefficient', NULL, '-1.5'),
      ('Z', 'description', NULL, 'A course')$$, 'which is on record');

-- Kept in step

SELECT pg_temp.as_manager(
    $$INSERT INTO shop.product (id, code, type, factor) VALUES (10, 'N', 'TRAINING', 2), (11, 'O', NULL, NULL)$$);
SELECT is(pg_temp.articles('[NO]'), 'N TRAINING 2, O', 'INSERT');
SELECT pg_temp.as_manager(
    $$UPDATE shop.product SET type = CASE id WHEN 10 THEN NULL ELSE 'SUPPORT' END, factor = -2.50, name = 'new' WHERE id >= 10$$);
SELECT is(pg_temp.articles('[NO]'), 'N new, O SUPPORT -2.5 new', 'UPDATE');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000), (2, 'A', 'O', 2, 0);
SELECT is(credits.balance('A', 'SUPPORT'), 5::numeric, 'its lines sell and consume');
SELECT pg_temp.as_manager($$UPDATE shop.product SET factor = -1 WHERE id = 11$$);
UPDATE shop.slip SET quantity = 3 WHERE id = 2;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (3, 'A', 'O', 1, 0);
SELECT is(credits.balance('A', 'SUPPORT'), 1.5, 'a new coefficient is for new lines');
SELECT pg_temp.as_manager($$DELETE FROM shop.product WHERE id >= 10$$);
SELECT is(pg_temp.articles('[NO]'), 'O SUPPORT -1 new',
          'DELETE: an article that the ledger names stays as it is, another one goes');
SELECT pg_temp.as_manager($$INSERT INTO shop.product (id, code, type, factor) VALUES (12, 'N', 'TRAINING', 2)$$);
SELECT pg_temp.as_manager($$UPDATE shop.product SET code = 'N2' WHERE id = 12$$);
SELECT is(pg_temp.articles('N2'), 'N2 TRAINING 2', 'a new key is followed');
SELECT pg_temp.refused($$UPDATE shop.product SET code = 'S2' WHERE id = 1$$, '23503', 'unless the ledger has the old one');
SELECT pg_temp.refused($$UPDATE shop.product SET type = 'NONE' WHERE id = 2$$, '23503', 'an unknown type is refused');
SELECT pg_temp.refused($$UPDATE shop.product SET factor = 0 WHERE id = 2$$, '23514 credits_coefficient_valid',
                       'so is a coefficient of 0 with a type');
SELECT pg_temp.refused($$UPDATE shop.product SET factor = NULL WHERE id = 2$$, '23514 credits_coefficient_valid',
                       'or of nothing');
SELECT pg_temp.refused($$UPDATE shop.product SET factor = 'NaN' WHERE id = 2$$, '23514 credits_coefficient_valid',
                       'or not a number');
SELECT unalike(pg_temp.context(format('UPDATE shop.product SET %s WHERE id = 2', change)), '%wanted%',
               'nobody is shown our SQL: ' || change)
FROM unnest(ARRAY['factor = 0', 'factor = 0.00001', 'factor = 1e10', 'factor = NULL', $$type = 'NONE'$$]) AS change;
UPDATE credits.credit_type SET activation_article = 'Y', balance_account = '700009' WHERE code = 'TRAINING';
SELECT pg_temp.refused($$UPDATE shop.product SET account = '1' WHERE code = 'Y'$$, '23514 credits_accounts_match',
                       'the account of an activation article is its type''s');

-- Rule 5: the clerk

SELECT pg_temp.refused(format('SELECT pg_temp.as_clerk(%L)', statement), '42501', 'the clerk may not: ' || statement)
FROM unnest(ARRAY[
    $$UPDATE shop.product SET factor = -0.5 WHERE code = 'Q'$$,
    $$UPDATE shop.product SET type = 'TRAINING' WHERE code = 'Q'$$,
    $$UPDATE shop.product SET type = NULL WHERE code = 'Q'$$,
    $$UPDATE shop.product SET type = 'SUPPORT' WHERE code = 'X'$$,
    $$INSERT INTO shop.product (id, code, type, factor) VALUES (20, 'C', 'SUPPORT', 1)$$,
    $$DELETE FROM shop.product WHERE code = 'Z'$$]) AS statement;
SELECT pg_temp.refused($$SELECT pg_temp.as_role('credits_test_owner', 'UPDATE shop.product SET factor = 2 WHERE id = 1')$$,
                       '42501', 'nor may the owner of the table');
SELECT pg_temp.accepted(format('SELECT pg_temp.as_clerk(%L)', statement), 'the clerk may: ' || statement) FROM unnest(ARRAY[
    $$UPDATE shop.product SET name = 'Renamed', account = '700001', memo = 'x' WHERE code = 'Q'$$,
    $$UPDATE shop.product SET factor = 7 WHERE code = 'X'$$,
    $$UPDATE shop.product SET type = type, factor = factor$$,
    $$INSERT INTO shop.product (id, code, name, factor) VALUES (20, 'C', 'A chair', 0)$$,
    $$UPDATE shop.product SET code = 'C2' WHERE code = 'C'$$,
    $$DELETE FROM shop.product WHERE code IN ('C2', 'S')$$]) AS statement;
SELECT is(pg_temp.articles('[CSQX]'), 'Q SUPPORT -0.25 700001 Renamed, S SUPPORT 1 700000 A credit, X A cable',
          'and what he did is there');
SELECT is((SELECT changed_by FROM credits.setting_change WHERE key = 'Q' AND new_value = 'Renamed'),
          'credits_test_clerk', 'under his name');

-- What changes nothing writes nothing, and leaves the cached settings alone

CREATE FUNCTION pg_temp.traces() RETURNS text LANGUAGE sql AS $$
    SELECT credits.balance('A', 'SUPPORT'); -- loads the configuration, if it must
    SELECT string_agg(ctid::text, ' ' ORDER BY article) || (SELECT count(*) FROM credits.setting_change)
        || (SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'credits configuration')
    FROM credits.article WHERE article <> 'NEW'
$$;
SELECT pg_temp.traces() AS before \gset
SELECT pg_temp.as_clerk($$UPDATE shop.product SET memo = 'y'$$);
SELECT pg_temp.as_clerk($$UPDATE shop.product SET type = type, factor = factor, name = name, account = account$$);
SELECT pg_temp.as_clerk($$UPDATE shop.product SET factor = 8 WHERE code = 'X'$$);
SELECT is(pg_temp.traces(), :'before', 'an update that changes no setting');
INSERT INTO credits.article (article) VALUES ('NEW');
UPDATE credits.article SET description = 'x' WHERE article = 'NEW';
DELETE FROM credits.article WHERE article = 'NEW';
DELETE FROM credits.setting_change WHERE key = 'NEW';
SELECT is(pg_temp.traces(), :'before', 'articles that never had a type are not in the cache');
SELECT pg_temp.as_manager($$UPDATE shop.product SET factor = -0.75 WHERE code = 'Q'$$);
SELECT isnt(pg_temp.traces(), :'before', 'a new coefficient is');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (4, 'A', 'Q', 2, 0);
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'and is known at once');

-- A dump that is read back into tables that are there already brings the settings itself

SET LOCAL check_function_bodies = off;
UPDATE shop.product SET factor = -9, name = 'restored' WHERE code = 'Q';
RESET check_function_bodies;
SELECT is(pg_temp.articles('Q'), 'Q SUPPORT -0.75 700001 Renamed', 'the trigger keeps out of a restore');
SELECT pg_temp.as_clerk($$SET LOCAL check_function_bodies = off; UPDATE shop.product SET name = 'Not restored'
                          WHERE code = 'X'$$);
RESET check_function_bodies;
SELECT is(pg_temp.articles('X'), 'X Not restored', 'but nobody escapes it that way');

-- The type by its id; a constant as coefficient

SELECT credits.unbind('shop.product') \gset
UPDATE shop.product SET type_id = 102 WHERE code = 'Q';
SELECT pg_temp.accepted($$SELECT credits.bind_articles('shop.product', 'code', 'type_id', '-2')$$,
                        'the type may be named by its id, the coefficient be a constant');
SELECT is(pg_temp.articles('[QX]'), 'Q TRAINING -2 700001 Renamed, X Not restored', 'what the ERP has not stays');
SELECT pg_temp.refused($$UPDATE shop.product SET type_id = 103 WHERE code = 'Q'$$, '23503', 'an unknown id is refused');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
