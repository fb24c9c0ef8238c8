-- Who may do what (rule 5, invariant 6): the three roles, the owner of an ERP table, and a role without any right.
BEGIN;
SELECT plan(87);
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
    ('act_for', 'credits_customer credits_reader'),
    ('_acted_for', 'PUBLIC'),
    ('attach_call', 'credits_reader'),
    ('archive', 'credits_management'),
    ('archive_lost', 'credits_management'),
    ('bind_call', 'credits_reader'),
    ('balance', 'credits_reader'),
    ('preview_line', 'credits_reader'),
    ('is_consumption', 'credits_reader'),
    ('price_for', 'credits_reader'),
    ('verify', 'credits_reader'),
    ('entry_of', 'credits_reader'),
    ('history_of', 'credits_reader'),
    ('_newest_entries', 'credits_reader'),
    ('_type_named', 'credits_reader'),
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
    ('_account_no_of', 'PUBLIC'),
    ('_account_nos_of', 'PUBLIC'),
    ('_movement_of', 'PUBLIC'),
    ('_entry_kind', 'PUBLIC'),
    ('_price_line', 'PUBLIC'),
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
    ('take_in', 'credits_management'),
    ('close_month', 'credits_management'),
    ('reopen_month', 'credits_management')$$, 'functions are granted to those who need them');
SELECT is_empty($$SELECT function FROM grants WHERE grantees IS NULL AND function NOT LIKE '\_%'$$,
                'only private functions are granted to nobody');
SELECT is_empty($$SELECT proname FROM pg_proc
    WHERE pronamespace = 'credits'::regnamespace AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
      AND prosqlbody IS NULL -- is bound when it is created
      AND 'search_path=pg_catalog, pg_temp' <> ALL (coalesce(proconfig, '{}'))$$,
      'every function whose names are looked up when it runs has a search_path of its own');

CREATE TEMPORARY VIEW writers AS
SELECT c.relname::text COLLATE "default" AS relation, a.privilege_type, coalesce(r.rolname, 'PUBLIC') AS grantee
FROM pg_class AS c
CROSS JOIN LATERAL aclexplode(c.relacl) AS a
LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE c.relnamespace = 'credits'::regnamespace AND a.grantee <> c.relowner;
SELECT bag_eq($$SELECT relation, privilege_type, grantee::text COLLATE "default" FROM writers WHERE privilege_type <> 'SELECT'$$,
    $$SELECT relation, privilege, 'credits_management'
      FROM unnest(ARRAY['credit_type', 'article', 'customer', 'parameter', 'customer_role', 'page_template', 'page_text'])
          AS relation,
           unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS privilege
      UNION ALL VALUES ('statement_issue', 'DELETE', 'credits_management')$$,
      'only settings, texts and templates can be written, only by credits_management');
SELECT bag_eq($$SELECT relation, grantee::text COLLATE "default" FROM writers WHERE privilege_type = 'SELECT'$$,
    $$SELECT relname::text COLLATE "default", 'credits_reader' FROM pg_class
      WHERE relnamespace = 'credits'::regnamespace AND relkind IN ('r', 'v', 'S')
      UNION ALL SELECT own, 'credits_customer' FROM unnest('{own_portfolio,own_open_lot,own_history,own_statement}'::text[])
          AS own$$,
    'credits_reader reads every table, view and sequence, credits_customer the own views, nobody else');
SELECT is_empty($$SELECT dumped.id::regclass FROM pg_extension, unnest(extconfig) AS dumped (id)
                  JOIN pg_class ON pg_class.oid = dumped.id
    WHERE extname = 'credits' AND NOT CASE relkind WHEN 'S'
        THEN has_sequence_privilege('credits_test_reader', dumped.id, 'SELECT')
                                                   ELSE has_table_privilege('credits_test_reader', dumped.id, 'SELECT') END$$,
    'a reader reads whatever pg_dump reads');
SELECT is_empty($$SELECT sequence.relname FROM pg_class AS sequence JOIN pg_depend AS numbers ON numbers.objid = sequence.oid
                  AND numbers.deptype IN ('a', 'i')
    JOIN pg_extension ON numbers.refobjid = ANY (extconfig) AND sequence.oid <> ALL (extconfig)
    WHERE extname = 'credits' AND sequence.relkind = 'S'$$, 'and with a table it dumps the sequence that numbers its rows');

-- The manager

SET ROLE credits_test_manager;
SELECT lives_ok($$INSERT INTO credits.credit_type (type_id, code) VALUES (101, 'SUPPORT')$$, 'a manager makes a type');
SELECT lives_ok($$INSERT INTO credits.article (article, type_id, coefficient) VALUES ('SALE', 101, 1), ('HOUR', 101, -1)$$,
                'articles');
SELECT lives_ok($$INSERT INTO credits.customer (customer) VALUES ('C1')$$, 'customers');
SELECT lives_ok($$UPDATE credits.parameter SET notify = false$$, 'sets parameters');
SELECT lives_ok($$SELECT credits.set_alarm_level('C1', 'SUPPORT', 1)$$, 'and alarm levels');
SELECT throws_ok($$UPDATE credits._account SET balance = 1000$$, '42501', NULL, 'but does not touch the ledger');
SELECT throws_ok($$DELETE FROM credits._entry$$, '42501', NULL, 'nor its entries');
SELECT throws_ok($$TRUNCATE credits.article$$, '42501', NULL, 'nor does he truncate');
RESET ROLE;

-- To attach, detach, bind and unbind takes credits_management and the ownership of the table: neither is enough.

CREATE FUNCTION pg_temp.refusal_as(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint   text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement;
    RESET ROLE;
    RETURN 'accepted';
EXCEPTION WHEN insufficient_privilege THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLERRM, nullif(detail, ''), nullif(hint, ''));
END
$$;
CREATE TEMPORARY TABLE act (n int, act text, target text, statement text);
INSERT INTO act VALUES
    (1, 'attach', 'line',
     $$SELECT credits.attach('shop.line', 'invoice', article => 'article', quantity => 'quantity',
                             amount => 'amount', customer => 'customer', document_date => 'day')$$),
    (2, 'detach', 'line', $$SELECT credits.detach('shop.line')$$),
    (3, 'bind', 'party', $$SELECT credits.bind_customers('shop.party', 'code')$$),
    (4, 'unbind', 'party', $$SELECT credits.unbind('shop.party')$$),
    (5, 'bind', 'product', $$SELECT credits.bind_articles('shop.product', 'code')$$),
    (6, 'unbind', 'product', $$SELECT credits.unbind('shop.product')$$);
SET ROLE credits_test_owner;
CREATE TABLE shop.party (code text PRIMARY KEY);
CREATE TABLE shop.product (code text PRIMARY KEY);
RESET ROLE;
GRANT ALL ON SCHEMA shop TO credits_test_manager;
GRANT ALL ON shop.line TO credits_test_manager;
SELECT is(pg_temp.refusal_as('credits_test_owner', statement), format(
    'permission denied to %s table "%s" | Role "credits_test_owner" does not have the privileges of role credits_management. | '
    'GRANT credits_management TO credits_test_owner; it may be revoked afterwards, since saving documents needs no such role.',
    act, target),
    'who only owns the table may not ' || act) FROM act ORDER BY n;
GRANT credits_registration TO credits_test_owner;
SELECT matches(pg_temp.refusal_as('credits_test_owner', statement), '^permission denied', 'nor by a lesser role ' || act)
FROM act ORDER BY n;
REVOKE credits_registration FROM credits_test_owner;
SELECT is(pg_temp.refusal_as('credits_test_manager', statement), 'must be owner of table ' || target,
          'a manager may not ' || act || ' what is not his') FROM act ORDER BY n;
SELECT is(pg_temp.refusal_as('credits_test_saver', statement), 'must be owner of table ' || target,
          'nor may who has neither ' || act) FROM act ORDER BY n;
GRANT credits_management TO credits_test_owner;
SELECT is(pg_temp.refusal_as('credits_test_owner', statement), 'accepted', 'who has both may ' || act) FROM act ORDER BY n;
SELECT is(pg_temp.refusal_as('credits_test_owner', statement), 'accepted', 'and again ' || act)
FROM act WHERE n IN (1, 3, 5) ORDER BY n;
ALTER ROLE credits_test_owner NOINHERIT;
REVOKE credits_management FROM credits_test_owner; -- from PostgreSQL 16 on each grant keeps whether it is inherited
GRANT credits_management TO credits_test_owner;
SELECT matches(pg_temp.refusal_as('credits_test_owner', statement), '^permission denied',
               'a member who does not inherit has not the role''s privileges') FROM act WHERE n = 2;
ALTER ROLE credits_test_owner INHERIT;

-- The role is asked for there. Afterwards nobody needs it, neither to save nor to change the table.

REVOKE credits_management FROM credits_test_owner;
SELECT is(pg_temp.refusal_as('credits_test_manager', 'SELECT credits.take_in()'), 'accepted',
          'a manager takes in what others own');
SELECT is(pg_temp.refusal_as('credits_test_owner', $$SELECT credits.take_in('{shop.line}')$$),
          'permission denied for function take_in', 'its owner does not');
SELECT is(pg_temp.refusal_as('credits_test_owner', statement), 'accepted', 'without the role he may still: ' || statement)
FROM unnest(ARRAY[
    'ALTER TABLE shop.line ADD note text', 'ALTER TABLE shop.line RENAME amount TO net',
    'ALTER TABLE shop.line RENAME net TO amount',
    'CREATE INDEX ON shop.line (day)', 'ALTER TABLE shop.line ALTER note TYPE varchar(20)',
    'CREATE TABLE shop.heir (PRIMARY KEY (line_id)) INHERITS (shop.line)',
    'ALTER TABLE shop.heir NO INHERIT shop.line', 'DROP TABLE shop.heir', 'ALTER TABLE shop.line DROP note',
    'ALTER TABLE shop.party ADD note text',
    $$INSERT INTO shop.party VALUES ('C2', NULL)$$, $$UPDATE shop.party SET code = 'C3'$$, 'DELETE FROM shop.party',
    $$INSERT INTO shop.product VALUES ('P')$$,
    $$INSERT INTO shop.line VALUES (9, 'C9', '2026-01-01', 'SALE', 1, 1)$$, 'UPDATE shop.line SET quantity = 2',
    'DELETE FROM shop.line', $$SELECT credits.settle('shop.line', '9')$$]) AS statement;

-- The ERP's role saves documents, and that is all.

SET ROLE credits_test_saver;
SELECT lives_ok($$INSERT INTO shop.line VALUES (1, 'C1', '2026-01-01', 'SALE', 10, 1000)$$,
                'a role without any right saves a sale');
SELECT lives_ok($$INSERT INTO shop.line VALUES (2, 'C1', '2026-01-02', 'HOUR', 4, 0)$$, 'and a consumption');
SELECT throws_ok($$INSERT INTO shop.line VALUES (3, 'C1', '2026-01-02', 'HOUR', 7, 0)$$, '23514',
                 NULL, 'which is refused beyond the balance');
SELECT throws_ok($$SELECT * FROM credits.entry$$, '42501', NULL, 'he reads no entry');
SELECT throws_ok($$SELECT * FROM credits.portfolio$$, '42501', NULL, 'no portfolio');
SELECT throws_ok($$SELECT credits.balance('C1', 'SUPPORT')$$, '42501', NULL, 'no balance');
SELECT throws_ok($$SELECT * FROM credits.verify()$$, '42501', NULL, 'verifies nothing');
SELECT throws_ok($$SELECT credits._now(NULL::date, 'credits._last_month_closed')$$, '42501', NULL,
                 'and asks nothing as somebody else');
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
    $$VALUES (1::bigint, 'credits_test_saver'), (2, 'credits_test_saver'), (3, 'credits_test_clerk')$$,
    'each entry names who recorded it');

SELECT * FROM finish();
ROLLBACK;
