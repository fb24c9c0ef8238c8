-- Who changed which setting, from what to what, and when (rule 5); dates of a type (rule 1); own alarm levels (rule 7).
BEGIN;
SELECT plan(32);

CREATE ROLE credits_test_manager;
GRANT credits_management TO credits_test_manager;
CREATE TEMPORARY VIEW changes AS
SELECT table_name::text COLLATE "default" AS table_name, key, column_name::text COLLATE "default" AS column_name,
       old_value, new_value, changed_by FROM credits.setting_change;
GRANT SELECT ON changes TO PUBLIC;

-- A manager's change is on record, under his own name.

SET ROLE credits_test_manager;
INSERT INTO credits.credit_type (type_id, code, alarm_level) VALUES (101, 'SUPPORT', 2);
SELECT results_eq($$SELECT key, column_name, old_value, new_value, changed_by FROM changes
                    WHERE column_name IN ('code', 'alarm_level')$$,
    $$VALUES ('SUPPORT', 'code', NULL::text, 'SUPPORT', 'credits_test_manager'),
      ('SUPPORT', 'alarm_level', NULL, '2', 'credits_test_manager')$$,
    'a new type is on record with what was given');
RESET ROLE;
DELETE FROM credits.setting_change;

SET ROLE credits_test_manager;
UPDATE credits.credit_type SET alarm_level = 2.5, memo = 'hours', description = NULL;
SELECT bag_eq($$SELECT * FROM changes$$,
    $$VALUES ('credit_type', 'SUPPORT', 'alarm_level', '2', '2.5', 'credits_test_manager'),
             ('credit_type', 'SUPPORT', 'memo', NULL, 'hours', 'credits_test_manager')$$,
    'an update is on record with the columns that changed');
UPDATE credits.credit_type SET alarm_level = 2.5, memo = 'hours';
SELECT is((SELECT count(*) FROM changes), 2::bigint, 'an update that changes nothing is not');
SELECT is((SELECT count(DISTINCT changed_at) FROM credits.setting_change), 1::bigint,
          'the changes of one statement have one time');
SELECT ok((SELECT bool_and(changed_at BETWEEN now() AND clock_timestamp()) FROM credits.setting_change),
          'and it is that of the change');
SELECT throws_ok($$INSERT INTO credits.setting_change
                   VALUES ('parameter', 'true', 'active', 'true', 'false', now(), 'somebody')$$, '42501',
    NULL, 'nobody writes the record himself');
SELECT throws_ok($$DELETE FROM credits.setting_change$$, '42501', NULL, 'nor takes something away');
RESET ROLE;
DELETE FROM credits.setting_change;

INSERT INTO credits.article (article, type_id, coefficient) VALUES ('SALE', 101, 1);
UPDATE credits.article SET coefficient = 2;
DELETE FROM credits.article;
SELECT bag_eq($$SELECT table_name, key, column_name, old_value, new_value FROM changes$$,
    $$VALUES ('article', 'SALE', 'article', NULL, 'SALE'), ('article', 'SALE', 'type_id', NULL, '101'),
      ('article', 'SALE', 'coefficient', NULL, '1'),
             ('article', 'SALE', 'coefficient', '1', '2'),
             ('article', 'SALE', 'article', 'SALE', NULL), ('article', 'SALE', 'type_id', '101', NULL),
             ('article', 'SALE', 'coefficient', '2', NULL)$$,
    'articles: insert, update, delete');
DELETE FROM credits.setting_change;

INSERT INTO credits.customer (customer) VALUES ('C1');
UPDATE credits.customer SET works_with_credits = false;
SELECT bag_eq($$SELECT table_name, key, column_name, old_value, new_value FROM changes$$,
    $$VALUES ('customer', 'C1', 'customer', NULL, 'C1'), ('customer', 'C1', 'works_with_credits', NULL, 'true'),
             ('customer', 'C1', 'works_with_credits', 'true', 'false')$$, 'customers');
DELETE FROM credits.setting_change;

UPDATE credits.parameter SET closed_month_policy = 'reject';
INSERT INTO credits.parameter (active) VALUES (false);
SELECT bag_eq($$SELECT table_name, key, column_name, old_value, new_value FROM changes$$,
    $$VALUES ('parameter', 'true', 'closed_month_policy', 'next_open_month', 'reject'),
             ('parameter', 'true', 'closed_month_policy', 'reject', 'next_open_month'),
             ('parameter', 'true', 'active', 'true', 'false')$$, 'parameters, also when they are inserted');
DELETE FROM credits.setting_change;

SELECT throws_ok($$TRUNCATE credits.customer$$, '0A000', NULL, 'TRUNCATE, which leaves no record, is refused');

-- What is attached and bound: a row for each argument that is given.

CREATE TABLE public.document (id int PRIMARY KEY, c text, d date, state text);
CREATE TABLE public."a line" (id int, "n N" int, document int REFERENCES public.document, a text,
                              q numeric, p numeric, PRIMARY KEY ("n N", id), UNIQUE (id, "n N"));
CREATE TABLE public.party (code text PRIMARY KEY, flag boolean);
CREATE TABLE public.product (code text PRIMARY KEY, type text, factor numeric);
ALTER TABLE public."a line" OWNER TO credits_test_manager;
ALTER TABLE public.document OWNER TO credits_test_manager;
ALTER TABLE public.party OWNER TO credits_test_manager;
ALTER TABLE public.product OWNER TO credits_test_manager;
SET ROLE credits_test_manager;
SELECT credits.attach('public."a line"', 'invoice', 'a', 'line.q * 2', 'p', 'header.c', 'header.d',
                      header_table => 'public.document', line_key => '{id,n N}',
    counts_when => $$header.state = 'posted'$$, zero_columns => '{p}', from_date => '2026-02-01', check_at => 'commit')
    \g /dev/null
RESET ROLE;
SELECT bag_eq($$SELECT * FROM changes$$,
              $$SELECT 'source', 'public."a line"' AS key, name, NULL::text AS before, value, 'credits_test_manager' AS role
                FROM (VALUES
    ('line_table', 'public."a line"'), ('kind', 'invoice'), ('article', 'a'), ('quantity', 'line.q * 2'),
    ('amount', 'p'), ('customer', 'header.c'), ('document_date', 'header.d'),
    ('line_key', '{"id", "n N"}'), ('header_table', 'public.document'), ('header_key', '{"id"}'),
    ('line_header', '{"document"}'), ('counts_when', 'header.state = ''posted'''),
    ('zero_columns', '{"p"}'), ('from_date', '2026-02-01'), ('check_at', 'commit')) AS argument (name, value)$$,
    'who attached what, and how');
SELECT is((SELECT count(DISTINCT changed_at) FROM credits.setting_change), 1::bigint, 'in one call');
SELECT is((SELECT new_value::name[] FROM changes WHERE column_name = 'line_key'), '{id,n N}'::name[],
          'names of columns as attach takes them');
CREATE TEMPORARY TABLE attached AS SELECT * FROM changes;
DELETE FROM credits.setting_change;
ALTER TABLE public."a line" DISABLE TRIGGER USER;
SELECT is((SELECT count(*) FROM changes), 0::bigint, 'what the extension keeps for itself is no setting');
SET ROLE credits_test_manager;
SELECT credits.detach('public."a line"') \g /dev/null
RESET ROLE;
SELECT bag_eq($$SELECT * FROM changes$$, $$SELECT table_name, key, column_name, new_value, old_value, changed_by FROM attached$$,
              'who detached it, and how it was attached');
DELETE FROM credits.setting_change;
SET ROLE credits_test_manager;
SELECT credits.bind_customers('public.party', 'code', 'flag') \g /dev/null
SELECT credits.bind_articles('public.product', 'code', 'type', 'factor') \g /dev/null
SELECT credits.unbind('public.party') \g /dev/null
SELECT credits.unbind('public.product') \g /dev/null
RESET ROLE;
SELECT bag_eq($$SELECT * FROM changes$$,
              $$SELECT 'binding', key, name, CASE n WHEN 2 THEN value END AS before, CASE n WHEN 1
                THEN value END AS after, 'credits_test_manager' AS role FROM (VALUES
    ('public.party', 'erp_table', 'public.party'), ('public.party', 'settings', 'customers'), ('public.party', 'key', 'code'),
    ('public.party', 'works_with_credits', 'flag'),
    ('public.product', 'erp_table', 'public.product'), ('public.product', 'settings', 'articles'),
    ('public.product', 'key', 'code'),
    ('public.product', 'credit_type', 'type'), ('public.product', 'coefficient', 'factor')) AS argument (key, name, value),
    generate_series(1, 2) AS n$$, 'the same of what is bound and unbound');
SELECT throws_ok('TRUNCATE credits.source', '0A000', NULL, 'there is no way to detach that leaves no record');
SELECT throws_ok('TRUNCATE credits.binding', '0A000', NULL, 'nor to unbind');
DELETE FROM credits.setting_change;

-- Settings that a dump brings back are not changes; nobody but the owner of the tables can bring one.

SET LOCAL check_function_bodies = off;
INSERT INTO credits.customer (customer) VALUES ('C2');
SELECT is((SELECT count(*) FROM changes), 0::bigint, 'a restore adds no record');
SET ROLE credits_test_manager;
INSERT INTO credits.customer (customer) VALUES ('C3');
SELECT is((SELECT count(*) FROM changes), 2::bigint, 'a manager cannot escape the record by looking like one');
RESET ROLE;
SET LOCAL check_function_bodies = on;

-- Created and modified (rule 1)

SELECT is((SELECT created_by FROM credits.credit_type), 'credits_test_manager', 'a type tells who made it');
INSERT INTO credits.credit_type (code, created_by, created_at, modified_by, modified_at)
VALUES ('OLD', 'someone', '2020-01-01 12:00+00', 'other', '2021-01-01 12:00+00');
SELECT results_eq($$SELECT created_by, created_at, modified_by, modified_at FROM credits.credit_type WHERE code = 'OLD'$$,
    $$VALUES ('someone', '2020-01-01 12:00+00'::timestamptz, 'other', '2021-01-01 12:00+00'::timestamptz)$$,
    'what is given stays');
UPDATE credits.credit_type SET memo = NULL WHERE code = 'OLD';
SELECT is((SELECT modified_by FROM credits.credit_type WHERE code = 'OLD'), 'other',
          'an update that changes nothing leaves no trace');
SET ROLE credits_test_manager;
UPDATE credits.credit_type SET memo = 'x', created_by = 'nobody' WHERE code = 'OLD';
SELECT results_eq($$SELECT created_by, modified_by, modified_at = now() FROM credits.credit_type WHERE code = 'OLD'$$,
    $$VALUES ('someone', 'credits_test_manager', true)$$, 'one that does names who and when');
RESET ROLE;

-- Own alarm levels

DELETE FROM credits.setting_change;
SET ROLE credits_test_manager;
SELECT credits.set_alarm_level('C1', 'SUPPORT', 5);
SELECT credits.set_alarm_level('C1', 'SUPPORT', 5);
SELECT credits.set_alarm_level('C1', 'SUPPORT', NULL);
SELECT results_eq($$SELECT key, column_name, old_value, new_value, changed_by FROM changes$$,
    $$VALUES ('C1/SUPPORT', 'alarm_level', NULL::text, '5', 'credits_test_manager'),
      ('C1/SUPPORT', 'alarm_level', '5', NULL, 'credits_test_manager')$$,
    'alarm levels are settings as well');
SELECT results_eq($$SELECT balance, value, alarm_level, last_lot_no, last_entry_no FROM credits.account WHERE customer = 'C1'$$,
    $$VALUES (0::numeric, 0::numeric, NULL::numeric, 0::bigint, 0::bigint)$$, 'the account is made when it is missing, empty');
SELECT throws_ok($$SELECT credits.set_alarm_level('NOBODY', 'SUPPORT', 5)$$, 'P0002', NULL, 'the customer must exist');
SELECT throws_ok($$SELECT credits.set_alarm_level('C1', 'NOTHING', 5)$$, 'P0002', NULL, 'and the type');
SELECT throws_ok($$SELECT credits.set_alarm_level('C1', 'SUPPORT', -1)$$, '23514', NULL, 'a level is not negative');
SELECT throws_ok($$SELECT credits.set_alarm_level('C1', 'SUPPORT', 'NaN')$$, '23514', NULL, 'and a number');
RESET ROLE;

UPDATE credits._account SET balance = 4, below_alarm = true WHERE customer = 'C1';
INSERT INTO credits.alarm_episode VALUES ('C1', 101, now(), NULL, 4, 5);
SELECT credits.set_alarm_level('C1', 'SUPPORT', 4.5);
SELECT credits.set_alarm_level('C1', 'SUPPORT', 4);
SELECT results_eq($$SELECT below_alarm, (SELECT count(*) FROM credits.alarm_episode WHERE cleared_at IS NOT NULL)
                    FROM credits._account$$,
    $$VALUES (false, 1::bigint)$$, 'a level that the balance reaches ends the alarm');

SELECT * FROM finish();
ROLLBACK;
