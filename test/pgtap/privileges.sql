-- Who may do what (rule 5, invariant 7): the three roles, the owner of an ERP table, and a role without any right.
BEGIN;
SELECT plan(33);
SET LOCAL client_min_messages = error;

CREATE ROLE credits_test_reader;
CREATE ROLE credits_test_clerk;
CREATE ROLE credits_test_manager;
CREATE ROLE credits_test_owner;
CREATE ROLE credits_test_saver;
GRANT credits_reader TO credits_test_reader;
GRANT credits_registration TO credits_test_clerk;
GRANT credits_management TO credits_test_manager;

CREATE SCHEMA shop AUTHORIZATION credits_test_owner;
GRANT USAGE ON SCHEMA shop TO credits_test_saver;
SET ROLE credits_test_owner;
CREATE TABLE shop.line (line_id bigint PRIMARY KEY, customer text, day date, article text, quantity numeric, amount numeric);
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.line TO credits_test_saver;
RESET ROLE;

-- Every function and its grantees, so that a new one is granted on purpose.

CREATE TEMPORARY VIEW grants AS
SELECT
    p.proname::text COLLATE "default" AS function,
    string_agg(coalesce(r.rolname, 'PUBLIC'), ' ' ORDER BY r.rolname) FILTER (WHERE a.grantee <> p.proowner) AS grantees
FROM pg_proc AS p
CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE p.pronamespace = 'credits'::regnamespace
GROUP BY p.oid;
SELECT bag_eq($$SELECT * FROM grants WHERE grantees IS NOT NULL$$, $$VALUES
    ('attach', 'PUBLIC'),
    ('detach', 'PUBLIC'),
    ('settle', 'PUBLIC'),
    ('bind_customers', 'PUBLIC'),
    ('bind_articles', 'PUBLIC'),
    ('unbind', 'PUBLIC'),
    ('take_in', 'PUBLIC'),
    ('balance', 'credits_reader'),
    ('preview_line', 'credits_reader'),
    ('is_consumption', 'credits_reader'),
    ('price_for', 'credits_reader'),
    ('verify', 'credits_reader'),
    ('open_lot_as_of', 'credits_reader'),
    ('portfolio_as_of', 'credits_reader'),
    ('deferred_revenue', 'credits_reader'),
    ('deferred_revenue_detail', 'credits_reader'),
    ('statement', 'credits_reader'),
    ('statement_week', 'credits_reader'),
    ('statement_month', 'credits_reader'),
    ('statement_quarter', 'credits_reader'),
    ('consumption_by_month', 'credits_reader'),
    ('consumption_by_day', 'credits_reader'),
    ('budget', 'credits_reader'),
    ('preview_closing', 'credits_reader'),
    ('_movement_of', 'credits_reader'),
    ('statement_html', 'credits_reader'),
    ('portfolio_html', 'credits_reader'),
    ('statement_due', 'credits_reader'),
    ('statement_run', 'credits_management'),
    ('register_consumption', 'credits_registration'),
    ('register_sale', 'credits_registration'),
    ('register_opening', 'credits_registration'),
    ('reverse_registration', 'credits_registration'),
    ('set_alarm_level', 'credits_management'),
    ('revalue', 'credits_management'),
    ('close_month', 'credits_management'),
    ('reopen_month', 'credits_management')$$, 'functions are granted to those who need them');
SELECT is_empty($$SELECT function FROM grants WHERE grantees IS NULL AND function NOT LIKE '\_%'$$, 'only private functions are granted to nobody');
SELECT is_empty($$SELECT proname FROM pg_proc
    WHERE pronamespace = 'credits'::regnamespace AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
      AND prosqlbody IS NULL -- is bound when it is created
      AND 'search_path=pg_catalog, pg_temp' <> ALL (coalesce(proconfig, '{}'))$$, 'every function whose names are looked up when it runs has a search_path of its own');

CREATE TEMPORARY VIEW writers AS
SELECT c.relname::text COLLATE "default" AS relation, a.privilege_type, coalesce(r.rolname, 'PUBLIC') AS grantee
FROM pg_class AS c
CROSS JOIN LATERAL aclexplode(c.relacl) AS a
LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE c.relnamespace = 'credits'::regnamespace AND a.grantee <> c.relowner;
SELECT bag_eq($$SELECT relation, privilege_type, grantee::text COLLATE "default" FROM writers WHERE privilege_type <> 'SELECT'$$,
    $$SELECT relation, privilege, 'credits_management'
      FROM unnest(ARRAY['credit_type', 'article', 'customer', 'parameter', 'customer_role', 'page_template', 'page_text']) AS relation,
           unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS privilege
      UNION ALL VALUES ('statement_issue', 'DELETE', 'credits_management')$$, 'only settings, texts and templates can be written, only by credits_management');
SELECT bag_eq($$SELECT relation, grantee::text COLLATE "default" FROM writers WHERE privilege_type = 'SELECT'$$,
    $$SELECT relname::text COLLATE "default", 'credits_reader' FROM pg_class
      WHERE relnamespace = 'credits'::regnamespace AND relkind IN ('r', 'v', 'S')
      UNION ALL SELECT own, 'credits_customer' FROM unnest('{own_portfolio,own_open_lot,own_history,own_statement}'::text[]) AS own$$,
    'credits_reader reads every table, view and sequence, credits_customer the own ones, nobody else');

-- The manager

SET ROLE credits_test_manager;
SELECT lives_ok($$INSERT INTO credits.credit_type (type_id, code) VALUES (101, 'SUPPORT')$$, 'a manager makes a type');
SELECT lives_ok($$INSERT INTO credits.article (article, type_id, coefficient) VALUES ('SALE', 101, 1), ('HOUR', 101, -1)$$, 'articles');
SELECT lives_ok($$INSERT INTO credits.customer (customer) VALUES ('C1')$$, 'customers');
SELECT lives_ok($$UPDATE credits.parameter SET notify = false$$, 'sets parameters');
SELECT lives_ok($$SELECT credits.set_alarm_level('C1', 'SUPPORT', 1)$$, 'and alarm levels');
SELECT throws_ok($$UPDATE credits._account SET balance = 1000$$, '42501', NULL, 'but does not touch the ledger');
SELECT throws_ok($$DELETE FROM credits.entry$$, '42501', NULL, 'nor its entries');
SELECT throws_ok($$TRUNCATE credits.article$$, '42501', NULL, 'nor does he truncate');
RESET ROLE;

-- The owner of the line table needs no role; somebody else cannot attach it.

SET ROLE credits_test_saver;
SELECT throws_ok($$SELECT credits.attach('shop.line', 'invoice', article => 'article', quantity => 'quantity', amount => 'amount',
    customer => 'customer', document_date => 'day')$$, '42501', NULL, 'who does not own a table does not attach it');
SET ROLE credits_test_owner;
SELECT lives_ok($$SELECT credits.attach('shop.line', 'invoice', article => 'article', quantity => 'quantity', amount => 'amount',
    customer => 'customer', document_date => 'day')$$, 'the owner does');

-- The ERP's role saves documents, and that is all.

SET ROLE credits_test_saver;
SELECT lives_ok($$INSERT INTO shop.line VALUES (1, 'C1', '2026-01-01', 'SALE', 10, 1000)$$, 'a role without any right saves a sale');
SELECT lives_ok($$INSERT INTO shop.line VALUES (2, 'C1', '2026-01-02', 'HOUR', 4, 0)$$, 'and a consumption');
SELECT throws_ok($$INSERT INTO shop.line VALUES (3, 'C1', '2026-01-02', 'HOUR', 7, 0)$$, '23514', NULL, 'which is refused beyond the balance');
SELECT throws_ok($$SELECT * FROM credits.entry$$, '42501', NULL, 'he reads no entry');
SELECT throws_ok($$SELECT * FROM credits.portfolio$$, '42501', NULL, 'no portfolio');
SELECT throws_ok($$SELECT credits.balance('C1', 'SUPPORT')$$, '42501', NULL, 'no balance');
SELECT throws_ok($$SELECT * FROM credits.verify()$$, '42501', NULL, 'verifies nothing');
SELECT throws_ok($$SELECT * FROM credits._now('SELECT 1') AS t (n integer)$$, '42501', NULL, 'and asks nothing as somebody else');
SELECT throws_ok($$UPDATE credits.customer SET works_with_credits = false$$, '42501', NULL, 'he changes no setting');
SELECT throws_ok($$SELECT credits.detach('shop.line')$$, '42501', NULL, 'and detaches nothing');

-- The reader

SET ROLE credits_test_reader;
SELECT results_eq($$SELECT customer, sold, consumed, open, open_value FROM credits.portfolio$$,
    $$VALUES ('C1' COLLATE "C", 10::numeric, 4::numeric, 6::numeric, 600.00)$$, 'a reader sees the portfolio');
SELECT is(credits.balance('C1', 'SUPPORT'), 6::numeric, 'asks for a balance');
SELECT is_empty($$SELECT * FROM credits.verify()$$, 'and verifies');
SELECT throws_ok($$INSERT INTO credits.customer (customer) VALUES ('C9')$$, '42501', NULL, 'but changes no setting');
SELECT throws_ok($$SELECT credits.register_consumption('C1', 'SUPPORT', 1, '')$$, '42501', NULL, 'and registers nothing');

-- The clerk

SET ROLE credits_test_clerk;
SELECT lives_ok($$SELECT credits.register_consumption('C1', 'SUPPORT', 1, 'by phone')$$, 'a clerk registers by hand');
SELECT throws_ok($$UPDATE credits.article SET coefficient = 2$$, '42501', NULL, 'but changes no setting');
RESET ROLE;
SELECT bag_eq($$SELECT entry_no, recorded_by FROM credits.entry$$,
    $$VALUES (1::bigint, 'credits_test_saver'), (2, 'credits_test_saver'), (3, 'credits_test_clerk')$$, 'each entry names who recorded it');

SELECT * FROM finish();
ROLLBACK;
