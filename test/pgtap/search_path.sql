-- A hostile search_path: functions, operators, types and tables of somebody's own, earlier in the path, never run on behalf of
-- anybody: in saves, header changes, prices, renumberings, alarms, registrations, questions, settings, attach, verify.
BEGIN;
\ir common.psql
SET LOCAL client_min_messages = error;
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- months are closed in the transaction that saves
SELECT plan(51);

-- Given a shop, and a schema in which whatever might be called by its bare name is a trap,

CREATE SCHEMA shop;
CREATE TABLE shop.invoice (number text PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', state text DEFAULT 'posted');
CREATE TABLE shop.line (number text REFERENCES shop.invoice ON UPDATE CASCADE ON DELETE CASCADE,
                        line_no int, item text, quantity numeric,
    price numeric DEFAULT 9, net float8 DEFAULT 9, PRIMARY KEY (number, line_no));
CREATE TABLE shop.slip (id int PRIMARY KEY, customer varchar(9), at timestamp DEFAULT '2026-01-10', item char(1), quantity int);
INSERT INTO credits.credit_type (type_id, code, alarm_level) VALUES (101, 'SUPPORT', 5);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('S', 101, 1), ('H', 101, -1);
INSERT INTO credits.customer (customer, works_with_credits) VALUES ('A', true), ('B', true), ('D', false);

CREATE SCHEMA evil;
CREATE PROCEDURE pg_temp.set_traps() LANGUAGE plpgsql AS $$
DECLARE
    body CONSTANT text := 'BEGIN RAISE ''%s ran'' USING ERRCODE = ''U0666''; END';
    trap record;
    named name;
BEGIN
    FOR trap IN
        SELECT p.proname AS name, oidvectortypes(p.proargtypes) AS arguments,
               CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || format_type(p.prorettype, NULL) AS result
        FROM pg_proc AS p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a') AND p.provariadic = 0
          AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.typtype = 'p' AND t.typname NOT IN ('anyelement', 'anyarray')
                                                     AND t.oid = ANY (p.prorettype || p.proargtypes::oid[]))
    LOOP
        EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', trap.name,
                       trap.arguments, trap.result, format(body, 'function ' || trap.name));
    END LOOP;
    FOR trap IN
        SELECT o.oprname AS name, format_type(o.oprleft, NULL) AS l, format_type(o.oprright, NULL) AS r,
               format_type(o.oprresult, NULL) AS result,
               'operator_' || o.oid AS function
        FROM pg_operator AS o
        WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprkind = 'b' AND o.oprcode <> 0
          AND o.oprname IN ('=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '||', '->>', '->', '~', '~~')
          AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.typtype = 'p' AND t.oid IN (o.oprleft, o.oprright, o.oprresult))
    LOOP
        EXECUTE format('CREATE FUNCTION evil.%I(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L', trap.function,
                       trap.l, trap.r, trap.result,
                       format(body, format('operator %s (%s, %s)', replace(trap.name, '%', '%%'), trap.l, trap.r)));
        EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.%I)',
                       trap.name, trap.l, trap.r, trap.function);
    END LOOP;
    FOREACH named IN ARRAY ARRAY['text', 'date', 'jsonb', 'name', 'oid', 'regclass', 'regnamespace',
                                 'timestamptz', 'int4', 'int8', 'bool'] LOOP
        EXECUTE format('CREATE DOMAIN evil.%I AS pg_catalog.%I CHECK (evil.version() IS NULL)', named, named);
    END LOOP;
    -- Tables: in pg_temp, which comes before all others unless it is named.
    FOR named IN SELECT relname FROM pg_class WHERE relnamespace = 'credits'::regnamespace AND relkind IN ('r', 'v')
                 UNION ALL SELECT unnest(ARRAY['pg_class', 'pg_proc', 'pg_trigger', 'pg_roles', 'pg_attribute', 'pg_type']) LOOP
        EXECUTE format('CREATE TEMPORARY TABLE %I (nothing integer)', named);
    END LOOP;
END
$$;
CALL pg_temp.set_traps();

-- What becomes of a statement under that path.
CREATE FUNCTION pg_temp.outcome_under_traps(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    path CONSTANT text := pg_catalog.current_setting('search_path');
    violated pg_catalog.text;
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'evil, pg_catalog, public', true);
    EXECUTE statement;
    PERFORM pg_catalog.set_config('search_path', path, true);
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
    RETURN pg_catalog.concat_ws(' ', SQLSTATE, CASE WHEN SQLSTATE OPERATOR(pg_catalog.=) '23514' THEN violated ELSE SQLERRM END);
END
$$;
CREATE FUNCTION pg_temp.safe(statement text, description text) RETURNS text LANGUAGE sql AS
$$SELECT is(pg_temp.outcome_under_traps(statement), 'accepted', description)$$;

SELECT is(pg_temp.outcome_under_traps($$SELECT 'a'::pg_catalog.text = 'b'$$), 'U0666 operator = (text, text) ran',
          'where a bare operator');
SELECT is(pg_temp.outcome_under_traps($$SELECT trim_scale(1.0)$$), 'U0666 function trim_scale ran', 'a bare function');
SELECT is(pg_temp.outcome_under_traps($$SELECT 'a'::text$$), 'U0666 function version ran', 'a bare type');
SELECT is(pg_temp.outcome_under_traps($$SELECT balance FROM _account$$), '42703 column "balance" does not exist',
          'and a bare table are trapped,');

-- nothing that the extension does is.

SELECT pg_temp.safe($$SELECT credits.attach('shop.line', 'invoice', 'item', 'line.quantity * 1',
                                            'net', 'header.customer', 'header.day', 'header.number',
    header_table => 'shop.invoice', counts_when => 'header.state = ''posted''', zero_columns => '{price, net}')$$,
    'attach with a header');
SELECT pg_temp.safe($$SELECT credits.attach('shop.slip', 'CASE WHEN line.quantity > 5 THEN ''event'' ELSE ''helpdesk'' END',
                                            'line.item || ''''', 'quantity', NULL,
    'customer', 'at', from_date => '2026-01-01', entered_by => 'line.customer')$$, 'attach with expressions');
SELECT pg_temp.safe($$INSERT INTO shop.invoice VALUES ('I-1', 'A'), ('I-2', 'A'), ('I-3', 'D')$$, 'a header');
SELECT pg_temp.safe($$INSERT INTO shop.line VALUES ('I-1', 1, 'S', 10, 100, 1000), ('I-1', 2, 'S', 3, 100, 300)$$, 'sales');
SELECT pg_temp.safe($$INSERT INTO shop.line VALUES ('I-2', 1, 'H', 1)$$, 'a consumption');
SELECT is(price::text || net, '00', 'its prices are 0') FROM shop.line WHERE number = 'I-2';
SELECT pg_temp.safe($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (1, 'A', 'H', 1)$$, 'one under expressions');
SELECT pg_temp.safe($$UPDATE shop.line SET quantity = 9 WHERE item OPERATOR(pg_catalog.=) 'H'$$,
                    'a change that raises the alarm');
SELECT pg_temp.safe($$UPDATE shop.line SET quantity = 2 WHERE item OPERATOR(pg_catalog.=) 'H'$$, 'one that clears it');
SELECT is(count(cleared_at), 1::bigint, 'which was raised') FROM credits.alarm_episode;
SELECT pg_temp.safe($$UPDATE shop.line SET line_no = 7 WHERE number OPERATOR(pg_catalog.=) 'I-1'
                      AND line_no OPERATOR(pg_catalog.=) 2$$, 'a new key');
SELECT pg_temp.safe($$UPDATE shop.invoice SET number = 'I-9' WHERE number OPERATOR(pg_catalog.=) 'I-1'$$, 'a new number');
SELECT results_eq('SELECT line_key FROM credits.lot ORDER BY lot_no', ARRAY['I-9/1' COLLATE "C", 'I-9/7'],
                  'which the ledger follows');
SELECT pg_temp.safe($$UPDATE shop.invoice SET state = 'draft' WHERE number OPERATOR(pg_catalog.=) 'I-2'$$,
                    'a header that stops counting');
SELECT pg_temp.safe($$UPDATE shop.invoice SET state = 'posted' WHERE number OPERATOR(pg_catalog.=) 'I-2'$$, 'and counts again');
SELECT pg_temp.safe($$INSERT INTO shop.line VALUES ('I-3', 1, 'H', 1)$$, 'a line of a customer without credits');
SELECT pg_temp.safe($$UPDATE shop.invoice SET customer = 'A' WHERE number OPERATOR(pg_catalog.=) 'I-3'$$, 'and with');
SELECT is(price::text || net, '00', 'its prices are 0 now') FROM shop.line WHERE number = 'I-3';
SELECT is(pg_temp.outcome_under_traps($$INSERT INTO shop.line VALUES ('I-2', 2, 'H', 50)$$), '23514 credits_balance_not_negative',
          'a refusal');
SELECT is(pg_temp.outcome_under_traps('TRUNCATE shop.line'), '23514 credits_lines_kept', 'TRUNCATE');
SELECT pg_temp.safe($$DELETE FROM shop.line WHERE item OPERATOR(pg_catalog.=) 'H' AND number OPERATOR(pg_catalog.=) 'I-2'$$,
                    'a deletion');
SELECT pg_temp.safe($$DELETE FROM shop.invoice WHERE number OPERATOR(pg_catalog.=) 'I-3'$$, 'one that cascades');
SELECT pg_temp.safe($$MERGE INTO shop.slip USING (VALUES (1), (2)) AS new (id) ON slip.id OPERATOR(pg_catalog.=) new.id
    WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, customer, item, quantity) VALUES (new.id, 'A', 'H', 1)$$, 'MERGE');

SELECT pg_temp.safe($$SELECT credits.register_sale('A', 'SUPPORT', 2, 20, 'by hand', '2026-01-10')$$, 'by hand: a sale');
SELECT pg_temp.safe($$SELECT credits.register_consumption('A', 'SUPPORT', 14, 'by hand', '2026-01-10')$$, 'a consumption');
SELECT pg_temp.safe(format('SELECT credits.reverse_registration(''A'', ''SUPPORT'', %s, ''sorry'')', min(entry_no)), 'a reversal')
FROM credits.entry WHERE document_kind = 'manual' AND quantity < 0;
SELECT pg_temp.safe($$SELECT credits.balance('A', 'SUPPORT'), credits.is_consumption('A', 'H'),
                      credits.price_for('A', 'H', 9), preview_line
    FROM credits.preview_line('A', 'H', 1)$$, 'questions');
SELECT pg_temp.safe($$SELECT FROM credits.portfolio, credits.open_lot, credits.history, credits.alarm,
                      credits.account, credits.lot$$, 'views');
SELECT pg_temp.safe('SELECT FROM credits.verify()', 'verify');

SELECT pg_temp.safe($$INSERT INTO credits.article VALUES ('ACT', NULL, '46'), ('RES', NULL, '70')$$, 'the closing''s articles');
SELECT pg_temp.safe($$UPDATE credits.credit_type SET balance_account = '46', activation_article = 'ACT',
                      result_account = '70', result_article = 'RES'$$, 'and accounts');
SELECT pg_temp.safe($$UPDATE credits.parameter SET fixed_relation = 'R'; SELECT FROM credits.preview_closing('2026-01-31')$$,
                    'a preview');
SELECT pg_temp.safe($$SELECT credits.close_month('2026-01-31')$$, 'a closing');
SELECT pg_temp.safe($$SELECT FROM credits.closing_journal, credits.closing_document, credits.closing_trace,
                      credits.late_entry, credits.dormant_lot,
    credits.deferred_revenue('2026-01-01', '2026-02-01'), credits.deferred_revenue_detail('2026-01-01', 'SUPPORT'),
    credits.portfolio_as_of('2026-01-31'),
    credits.open_lot_as_of('2026-01-31')$$, 'reports');
SELECT pg_temp.safe($$SELECT FROM credits.verify()$$, 'verify, with a closing');
SELECT pg_temp.safe($$SELECT credits.reopen_month('2026-01-31')$$, 'a reopening');
SELECT pg_temp.safe($$INSERT INTO credits.credit_type (code, valuation, unit_value) VALUES ('FIXED', 'fixed', 5);
                      SELECT credits.revalue('FIXED', 6, '2026-01-01')$$, 'a revaluation');
SELECT pg_temp.safe($$INSERT INTO credits.article VALUES ('N', 'new', '700000', 101, -0.5)$$, 'a new article');
SELECT pg_temp.safe($$UPDATE credits.article SET coefficient = -0.25 WHERE article OPERATOR(pg_catalog.=) 'N'$$, 'a changed one');
SELECT pg_temp.safe($$DELETE FROM credits.article WHERE article OPERATOR(pg_catalog.=) 'N'$$, 'one that goes');
SELECT pg_temp.safe($$UPDATE credits.credit_type SET active = false, result_account = '70', memo = 'changed'$$, 'a credit type');
SELECT pg_temp.safe($$DELETE FROM credits.customer WHERE customer OPERATOR(pg_catalog.=) 'D'$$, 'a customer');
SELECT pg_temp.safe($$INSERT INTO credits.parameter (active) VALUES (true)$$, 'the parameters');
SELECT pg_temp.safe($$SELECT credits.set_alarm_level('A', 'SUPPORT', 1)$$, 'an alarm level');
SELECT pg_temp.safe($$SELECT credits.detach('shop.slip')$$, 'detach');
SELECT alike(pg_temp.outcome_under_traps('DROP SCHEMA shop CASCADE'), '2BP01%', 'the protection of what is attached');
SELECT pg_temp.safe($$SELECT credits.detach('shop.line'); DROP TABLE shop.line$$, 'and DROP TABLE');

SELECT * FROM finish();
ROLLBACK;
