-- A dump that is read back brings lines and ledger beside each other, so no trigger of ours books, prices or asks anything then.
-- Only who has the rights of the extension's owner, himself, under the settings of a dump, reads one back. The restores:
-- test/restore.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(71);

CREATE ROLE credits_test_clerk;
CREATE ROLE credits_test_admin;
GRANT USAGE ON SCHEMA shop TO credits_test_clerk, credits_test_admin;
GRANT ALL ON ALL TABLES IN SCHEMA shop TO credits_test_clerk, credits_test_admin;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
INSERT INTO shop.invoice VALUES ('I', 'A');
INSERT INTO shop.invoice_line VALUES ('I', 1, 'S', 2, 100, 200);
CREATE TABLE shop.product (code text PRIMARY KEY, type text, factor numeric, label text);
INSERT INTO shop.product VALUES ('BOUND', 'SUPPORT', -1, 'old');
SELECT credits.bind_articles('shop.product', 'code', 'type', 'factor', description => 'label');
GRANT ALL ON shop.product TO credits_test_clerk, credits_test_admin;

CREATE TEMPORARY TABLE act (no serial, name text, does text, asks text, saved text, restored text);
INSERT INTO act (name, does, asks, saved, restored) VALUES
    ('a line', $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 3)$$,
     $$SELECT count(*) FROM credits.entry WHERE line_key = '2'$$, '1', '0'),
    ('a line too many', $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 30)$$,
     $$SELECT count(*) FROM credits.entry WHERE line_key = '2'$$, '23514', '0'),
    ('another quantity', $$UPDATE shop.slip SET quantity = 9$$, $$SELECT trim_scale(sum(quantity)) FROM credits.entry$$,
     '11', '12'),
    ('a line that goes', $$DELETE FROM shop.slip$$, $$SELECT trim_scale(sum(quantity)) FROM credits.entry$$, '2', '12'),
    ('a price', $$INSERT INTO shop.invoice_line VALUES ('I', 2, 'H', 1, 95, 95)$$,
     $$SELECT trim_scale(price) FROM shop.invoice_line WHERE line_no = 2$$, '0', '95'),
    ('a header', $$UPDATE shop.invoice SET customer = 'B'$$, $$SELECT count(*) FROM credits.entry WHERE customer = 'B'$$,
     '1', '0'),
    ('TRUNCATE', $$TRUNCATE shop.slip$$, $$SELECT trim_scale(sum(quantity)) FROM credits._entry$$, '23514', '12'),
    ('a bound row', $$UPDATE shop.product SET label = 'new'$$,
     $$SELECT concat_ws(' ', description, (SELECT count(*) FROM credits.setting_change WHERE new_value = 'new'))
       FROM credits.article WHERE article = 'BOUND'$$, 'new 1', 'old 0');

-- What a statement leaves, or how it is refused, under settings and as a role. Nothing of it stays.
CREATE FUNCTION pg_temp.outcome_under(settings jsonb, does text, asks text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    PERFORM pg_catalog.set_config(key, value, true) FROM pg_catalog.jsonb_each_text(settings - 'role');
    PERFORM pg_catalog.set_config('role', coalesce(settings ->> 'role', 'none'), true);
    EXECUTE does;
    PERFORM pg_catalog.set_config('role', 'none', true);
    EXECUTE asks INTO answer;
    RAISE SQLSTATE 'TRIED';
EXCEPTION
    WHEN SQLSTATE 'TRIED' THEN
        RETURN answer;
    WHEN OTHERS THEN
        RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.saves(settings jsonb, what text) RETURNS SETOF text LANGUAGE sql AS
$$SELECT is(pg_temp.outcome_under(settings, does, asks), saved, format('%s: %s is saved', what, name)) FROM act ORDER BY no$$;
CREATE FUNCTION pg_temp.restores(settings jsonb, what text) RETURNS SETOF text LANGUAGE sql AS
$$SELECT is(pg_temp.outcome_under(settings, does, asks), restored, format('%s: %s is restored', what, name))
  FROM act ORDER BY no$$;

SELECT pg_temp.saves('{}', 'no dump');
SELECT pg_temp.restores('{"check_function_bodies": "off", "row_security": "off", "search_path": ""}', 'a dump');
SELECT pg_temp.restores('{"check_function_bodies": "off", "search_path": ""}', 'a dump with row security');
SELECT pg_temp.saves('{"row_security": "off", "search_path": ""}', 'what is no dump');
-- settings go by this one alone
SELECT pg_temp.saves('{"check_function_bodies": "off"}', 'a script that leaves functions unchecked') LIMIT 7;
SELECT pg_temp.saves('{"check_function_bodies": "off", "row_security": "off", "search_path": "", "role": "credits_test_clerk"}',
                     'a clerk who pretends') LIMIT 7;

-- His type and coefficient stay, so that a clerk needs no right for the bound row.
SELECT is(pg_temp.outcome_under(
    '{"check_function_bodies": "off", "row_security": "off", "search_path": "", "role": "credits_test_clerk"}', does, asks),
'new 1', 'nor his bound row')
FROM act WHERE name = 'a bound row';

-- A member of the owner's role reads a dump back; who is one by name only does not.
SELECT format('GRANT %I TO credits_test_admin', current_user) \gexec
SELECT
    pg_temp.restores('{"check_function_bodies": "off", "row_security": "off", "search_path": "", "role": "credits_test_admin"}',
                     'a member of the owner') LIMIT 7;

-- A function of the clerk's, under the settings of a dump, called by the owner.
GRANT CREATE ON SCHEMA shop TO credits_test_clerk;
CREATE FUNCTION shop.as_clerk(statement text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET check_function_bodies = off SET row_security = off SET search_path = '' AS $$BEGIN EXECUTE statement; END$$;
ALTER FUNCTION shop.as_clerk OWNER TO credits_test_clerk;
SELECT is(pg_temp.outcome_under('{}', format('SELECT shop.as_clerk(%L)', does), asks), saved,
          format('called by the owner, a clerk who pretends: %s is saved', name)) FROM act ORDER BY no;

-- And a function of the owner's, called by a clerk under settings of his own.
CREATE FUNCTION shop.as_owner(statement text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN EXECUTE statement; END$$;
SELECT is(pg_temp.outcome_under(
    '{"check_function_bodies": "off", "row_security": "off", "search_path": "", "role": "credits_test_clerk"}',
    format('SELECT shop.as_owner(%L)', does), asks),
    saved, format('through a function of the owner''s, a clerk who pretends: %s is saved', name)) FROM act ORDER BY no;

SELECT pg_temp.all_in_order();
ROLLBACK;
