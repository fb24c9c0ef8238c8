-- Code that PostgreSQL itself restricts, as it does with index expressions, acts for nobody: whoever analyzes a table lends its
-- owner no right to change settings, and is not recorded for it.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(5);

CREATE ROLE credits_test_owner IN ROLE credits_management;
CREATE SCHEMA owned AUTHORIZATION credits_test_owner;
SET ROLE credits_test_owner;
CREATE TABLE owned.product (code text PRIMARY KEY, type text, coefficient numeric);
SELECT credits.bind_articles('owned.product', 'code', 'type', 'coefficient') \g /dev/null
CREATE TABLE owned.act (outcome text);
CREATE FUNCTION owned.try() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO owned.product VALUES ('GIFT', 'SUPPORT', 100);
EXCEPTION WHEN OTHERS THEN
    INSERT INTO owned.act VALUES (concat_ws(' ', current_user, SQLSTATE));
END
$$;
CREATE FUNCTION owned.tried(value integer) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM owned.try(); RETURN value; END$$;
CREATE TABLE owned.trap AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW owned.seen AS SELECT owned.tried(1) WITH NO DATA;
RESET ROLE;
REVOKE credits_management FROM credits_test_owner;

SELECT is(pg_temp.outcome($$SET LOCAL ROLE credits_test_owner; INSERT INTO owned.product VALUES ('GIFT', 'SUPPORT', 100)$$, true),
          '42501', 'he may change no coefficient any more');
CREATE INDEX ON owned.trap (owned.tried(a));
SELECT results_eq('SELECT DISTINCT outcome FROM owned.act', ARRAY['credits_test_owner 42501'],
                  'nor when a superuser indexes his table');
DELETE FROM owned.act;
ANALYZE owned.trap;
SELECT results_eq('SELECT DISTINCT outcome FROM owned.act', ARRAY['credits_test_owner 42501'], 'nor when he analyzes it');
DELETE FROM owned.act;
REFRESH MATERIALIZED VIEW owned.seen;
SELECT results_eq('SELECT DISTINCT outcome FROM owned.act', ARRAY['credits_test_owner 42501'], 'nor when he refreshes his view');
SELECT is_empty($$SELECT article FROM credits.article WHERE article = 'GIFT'$$, 'so there is no such article');

SELECT * FROM finish();
ROLLBACK;
