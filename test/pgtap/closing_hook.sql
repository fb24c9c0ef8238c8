-- The hand-over of a closing: a function of one's own that is called in the same transaction, whose lines never touch credits
-- (rule 26).
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(67);

CREATE FUNCTION shop.write_closing(id integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT * FROM credits.closing_document WHERE closing_id = id ORDER BY relation, line_no LOOP
        INSERT INTO shop.invoice VALUES (format('C%s-%s', line.number, line.relation), line.relation,
                                         line.document_date, 'posted') ON CONFLICT DO NOTHING;
        INSERT INTO shop.invoice_line VALUES (format('C%s-%s', line.number, line.relation), line.line_no,
                                              line.article, line.quantity, line.unit_price, line.amount);
    END LOOP;
    IF EXISTS (SELECT FROM credits.closing WHERE closing_id = id AND reopened_at IS NOT NULL) THEN
        UPDATE shop.invoice SET state = 'cancelled'
        WHERE invoice.number LIKE (SELECT 'C' || closing.number || '-%' FROM credits.closing WHERE closing_id = id);
    END IF;
END
$$;

-- Setting it

SELECT pg_temp.refused($$UPDATE credits.parameter SET closing_hook = 'shop.none'$$, '42883', 'a function that is not there');
SELECT pg_temp.refused($$UPDATE credits.parameter SET closing_hook = 'pg_catalog.now'$$, '42883', 'or takes no closing_id');
SELECT pg_temp.refused($$UPDATE credits.parameter SET closing_hook = 'shop.write_closing(1); DROP TABLE shop.slip; --'$$,
                       '42883', 'a name is a name');
SELECT pg_temp.refused($$UPDATE credits.parameter SET closing_hook = 'shop.write_closing(integer)'$$,
                       '42883', 'without arguments');
SELECT pg_temp.refused($$UPDATE credits.parameter SET closing_hook = ''$$, '42883', 'and not empty');
SELECT pg_temp.refused($$UPDATE credits.parameter SET closing_hook = 'elsewhere.shop.none'$$, '42883', 'nor of another database');
CREATE PROCEDURE shop.proceed(id integer) LANGUAGE sql AS 'SELECT';
SELECT pg_temp.refused($$UPDATE credits.parameter SET closing_hook = 'shop.proceed'$$, '42883', 'a procedure is no function');
CREATE FUNCTION pg_temp.mine(id integer) RETURNS void LANGUAGE sql AS 'SELECT';
SELECT pg_temp.refused($$UPDATE credits.parameter SET closing_hook = 'pg_temp.mine'$$, '42883',
                       'one of this session would be gone tomorrow');
CREATE ROLE credits_test_manager;
GRANT credits_management TO credits_test_manager;
GRANT USAGE ON SCHEMA shop TO credits_test_manager;
SET ROLE credits_test_manager;
SELECT throws_ok($$UPDATE credits.parameter SET closing_hook = 'shop.write_closing'$$, '42501',
                 'must be owner of function shop.write_closing(integer)', 'one of somebody else');
SELECT throws_ok($$UPDATE credits.parameter SET closing_hook = 'pg_catalog.pg_terminate_backend'$$,
                 '42883', NULL, 'none of the superuser''s');
RESET ROLE;
UPDATE credits.parameter SET closing_hook = 'shop.write_closing';

-- Documents per customer with the original articles: those sell credits, and B works with them. His invoice line would be a sale

UPDATE credits.credit_type SET posting_relation = 'per_customer', posting_articles = 'original';
SELECT pg_temp.slip(1, 'B', '2026-01-05', 'S', 10, 1000), pg_temp.slip(2, 'B', '2026-01-06', 'H', 3) \g /dev/null
SELECT credits.close_month('2026-01-01') \g /dev/null
SELECT results_eq('SELECT line_no, item, quantity, price, amount FROM shop.invoice_line ORDER BY line_no', $$VALUES
    (1, 'ACT', 10::numeric, 100::numeric, 1000.00), (2, 'S', -10, 100, -1000.00), (3, 'ACT', -3, 100, -300.00),
    (4, 'S', 3, 100, 300.00)$$,
    'the closing is an invoice of the ERP, and its lines keep their price') FROM (SELECT) AS one;
SELECT is(sum(amount), 0.00, 'with a total of 0') FROM shop.invoice_line;
SELECT is(credits.balance('B', 'SUPPORT'), 7::numeric, 'its lines touch no credits');
SELECT results_eq('SELECT line_key FROM credits.closing_hook_line ORDER BY line_key',
                  ARRAY['C1-B/1' COLLATE "C", 'C1-B/2', 'C1-B/3', 'C1-B/4'], 'they are on record');
SELECT pg_temp.all_in_order();
SELECT is_empty($$SELECT * FROM credits.take_in() WHERE lines <> 0$$, 'there is nothing to take in');

-- Whatever happens to them later, by whomever

SELECT pg_temp.accepted($$UPDATE shop.invoice SET state = 'draft'$$, 'when the document changes its state');
SELECT pg_temp.accepted($$UPDATE shop.invoice SET state = 'posted', day = '2026-02-01'$$, 'and comes back with another date');
SELECT pg_temp.accepted($$UPDATE shop.invoice_line SET quantity = 2 * quantity WHERE item = 'S'$$, 'when a line is edited');
SELECT pg_temp.accepted($$UPDATE shop.invoice_line SET item = 'H', price = 5 WHERE line_no IN (3, 4)$$,
                        'or gets an article that consumes, whatever it had before');
SELECT is((SELECT price FROM shop.invoice_line WHERE line_no = 4), 5::numeric, 'it keeps its price');
SELECT is(credits.balance('B', 'SUPPORT'), 7::numeric, 'it touches no credits');
SELECT is(pg_temp.entries(), 2::bigint, 'no entry was booked');
SELECT pg_temp.all_in_order();
SELECT pg_temp.accepted($$INSERT INTO shop.invoice VALUES ('N', 'B', '2026-02-02');
                          INSERT INTO shop.invoice_line VALUES ('N', 1, 'H', 1, 9, 9)$$, 'an ordinary invoice');
SELECT is(credits.balance('B', 'SUPPORT'), 6::numeric, 'consumes as ever');
SELECT pg_temp.accepted($$UPDATE shop.invoice_line SET item = 'S', line_no = line_no + 20 WHERE number = 'C1-B'
                          AND line_no IN (2, 4)$$, 'lines of the closing that get another number');
SELECT pg_temp.accepted($$UPDATE shop.invoice SET number = 'C9' WHERE number = 'C1-B'$$, 'and their document another one');
SELECT is(credits.balance('B', 'SUPPORT'), 6::numeric, 'touch no credits');
SELECT pg_temp.accepted($$UPDATE shop.invoice SET state = 'draft' WHERE number = 'C9';
                          UPDATE shop.invoice SET state = 'posted' WHERE number = 'C9'$$, 'nor do they afterwards');
SELECT pg_temp.all_in_order();
SELECT pg_temp.accepted($$DELETE FROM shop.invoice WHERE number LIKE 'C%'$$, 'the closing''s own may go');
SELECT is(credits.balance('B', 'SUPPORT'), 6::numeric, 'that changes nothing');

-- An error of the hook undoes the closing; one that is caught leaves saves as they were

CREATE FUNCTION shop.fail(id integer) RETURNS void
    LANGUAGE plpgsql AS $$BEGIN INSERT INTO shop.invoice VALUES ('F', 'B'); RAISE 'the ERP says no' USING ERRCODE = 'U0001';
                          END$$;
UPDATE credits.parameter SET closing_hook = 'shop.fail';
SELECT is(pg_temp.outcome($$SELECT credits.close_month('2026-02-01')$$), 'U0001', 'the error is raised');
SELECT is_empty($$SELECT FROM credits.closing WHERE month = '2026-02-01'$$, 'the month is not closed');
SELECT is_empty($$SELECT FROM shop.invoice WHERE number = 'F'$$, 'nothing is written');
SELECT pg_temp.slip(3, 'B', '2026-02-03', 'H', 1) \g /dev/null
SELECT is(credits.balance('B', 'SUPPORT'), 5::numeric, 'and the next save consumes');

CREATE FUNCTION shop.fail_inside(id integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        INSERT INTO shop.slip (id, customer, item, quantity) VALUES (90, 'B', 'H', 1);
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN
        INSERT INTO shop.slip (id, customer, item, quantity) VALUES (91, 'B', 'H', 100), (92, 'B', 'S', 100);
    END;
END
$$;
UPDATE credits.parameter SET closing_hook = 'shop.fail_inside';
SELECT pg_temp.accepted($$SELECT credits.close_month('2026-02-01')$$, 'a hook that catches an error of its own goes on');
SELECT is(credits.balance('B', 'SUPPORT'), 5::numeric, 'and its lines touch no credits');
SELECT pg_temp.all_in_order();

-- Nor does an error inside of a closing that a hook makes of another month change what the hook's own lines are

CREATE FUNCTION shop.close_next(id integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT month FROM credits.closing WHERE closing_id = id) = '2026-03-01' THEN
        RAISE division_by_zero;
    END IF;
    BEGIN
        PERFORM credits.close_month('2026-03-01');
    EXCEPTION WHEN division_by_zero THEN
        INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (95, 'B', 'H', 1, 9);
    END;
END
$$;
UPDATE credits.parameter SET closing_hook = NULL;
SELECT credits.reopen_month('2026-02-01') \g /dev/null
UPDATE credits.parameter SET closing_hook = 'shop.close_next';
SELECT pg_temp.accepted($$SELECT credits.close_month('2026-02-01')$$, 'a hook whose own closing fails goes on');
SELECT is((SELECT amount FROM shop.slip WHERE id = 95), 9::numeric, 'its lines keep their price');
SELECT is(credits.balance('B', 'SUPPORT'), 5::numeric, 'and touch no credits');
SELECT pg_temp.all_in_order();

-- A line that the hook deletes leaves its key to others

CREATE FUNCTION shop.write_and_delete(id integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM credits.closing WHERE closing_id = id AND reopened_at IS NOT NULL) THEN
        DELETE FROM shop.slip WHERE slip.id = 96;
    ELSE
        INSERT INTO shop.slip (id, customer, item, quantity) VALUES (96, 'B', 'H', 1);
    END IF;
END
$$;
UPDATE credits.parameter SET closing_hook = 'shop.write_and_delete';
SELECT credits.reopen_month('2026-02-01'), credits.close_month('2026-02-01'), credits.reopen_month('2026-02-01') \g /dev/null
SELECT pg_temp.slip(96, 'B', '2026-02-05', 'H', 1) \g /dev/null
SELECT is(credits.balance('B', 'SUPPORT'), 4::numeric, 'another line with the key of a deleted one consumes');
SELECT pg_temp.all_in_order();
DELETE FROM shop.slip WHERE id = 96;
SELECT credits.close_month('2026-02-01') \g /dev/null

-- Reopening calls it, too

UPDATE credits.parameter SET closing_hook = 'shop.write_closing';
SELECT credits.reopen_month('2026-02-01'), credits.close_month('2026-02-01') \g /dev/null
SELECT is((SELECT count(*) FROM shop.invoice WHERE number LIKE 'C%' AND state = 'posted'), 1::bigint,
          'given the closing of February');
SELECT credits.reopen_month('2026-02-01') \g /dev/null
SELECT is((SELECT count(*) FROM shop.invoice WHERE number LIKE 'C%' AND state = 'posted'), 0::bigint,
          'when it is reopened, the hook cancels the invoice');
SELECT pg_temp.all_in_order();

-- It runs as its owner, whoever closes

CREATE TABLE shop.seen (who text, path text, month date);
CREATE FUNCTION shop.look(id integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO shop.seen SELECT current_user, current_setting('search_path'), month FROM credits.closing WHERE closing_id = id;
END
$$;
CREATE ROLE credits_test_accountant;
GRANT credits_reader TO credits_test_accountant;
GRANT USAGE ON SCHEMA shop TO credits_test_accountant;
GRANT INSERT ON shop.seen TO credits_test_accountant;
ALTER FUNCTION shop.look OWNER TO credits_test_accountant;
UPDATE credits.parameter SET closing_hook = 'shop.look';
SET ROLE credits_test_manager;
SELECT lives_ok($$SELECT credits.close_month('2026-02-01')$$, 'a manager closes');
RESET ROLE;
SELECT is(concat_ws(' ', who, path, month), 'credits_test_accountant pg_catalog, pg_temp 2026-02-01',
          'the hook runs as its owner, in a safe path') FROM shop.seen;
SELECT is((SELECT closed_by FROM credits.closing WHERE month = '2026-02-01' AND reopened_at IS NULL),
          'credits_test_manager', 'the closing is the manager''s');
DROP FUNCTION shop.look;
SELECT is(pg_temp.outcome($$SELECT credits.close_month('2026-03-01')$$), '42883',
          'a hook that is gone is an error at the closing');
UPDATE credits.parameter SET closing_hook = NULL;
SELECT pg_temp.accepted($$SELECT credits.close_month('2026-03-01')$$, 'without one it is not asked');

-- Lines that are checked at commit are known at once

CREATE TABLE shop.ticket (id bigint PRIMARY KEY, customer text, day date, item text, quantity numeric, amount numeric);
SELECT credits.attach('shop.ticket', 'cash_sale', 'item', 'quantity', 'amount', 'customer', 'day', check_at => 'commit')
    \g /dev/null
CREATE FUNCTION shop.write_ticket(id integer) RETURNS void
    LANGUAGE sql AS $$INSERT INTO shop.ticket VALUES (id, 'B', '2026-04-30', 'S', 5, 500)$$;
UPDATE credits.parameter SET closing_hook = 'shop.write_ticket';
SELECT pg_temp.accepted($$SELECT credits.close_month('2026-04-01'); SET CONSTRAINTS ALL IMMEDIATE$$,
                        'a table that is checked at commit');
SELECT is(credits.balance('B', 'SUPPORT'), 5::numeric, 'its lines touch no credits either');
SET CONSTRAINTS ALL DEFERRED;
SELECT pg_temp.accepted($$UPDATE shop.ticket SET quantity = 6; SET CONSTRAINTS ALL IMMEDIATE$$, 'nor when they change');
SELECT is(credits.balance('B', 'SUPPORT'), 5::numeric, 'later');
SET CONSTRAINTS ALL DEFERRED;
SELECT pg_temp.all_in_order();

-- Who is told

SELECT pg_temp.accepted($$UPDATE credits.parameter SET notify = false; SELECT credits.close_month('2026-05-01')$$,
                        'without NOTIFY');
SELECT is(pg_temp.entries(), 6::bigint, 'closings book no entries');
SELECT pg_temp.all_in_order();

-- Lines that a function changes, deletes and numbers anew within the statement that writes them

CREATE FUNCTION shop.change(key bigint) RETURNS void LANGUAGE sql AS
$$UPDATE shop.slip SET quantity = quantity + 1 WHERE id = key; UPDATE shop.ticket SET quantity = quantity + 1 WHERE id = key$$;
CREATE FUNCTION shop.write_within(id integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM credits.closing;
    WITH new AS (INSERT INTO shop.slip (id, customer, item, quantity) VALUES (97, 'B', 'H', 1),
                 (98, 'B', 'Q', 1) RETURNING slip.id)
    SELECT count(shop.change(new.id)) FROM new INTO id;
    WITH new AS (INSERT INTO shop.ticket VALUES (99, 'B', '2026-06-30', 'H', 1) RETURNING ticket.id)
    SELECT count(shop.change(new.id)) FROM new INTO id;
END
$$;
UPDATE credits.parameter SET closing_hook = 'shop.write_within';
SELECT pg_temp.accepted($$SELECT credits.close_month('2026-06-01'); SET CONSTRAINTS ALL IMMEDIATE$$,
                        'a hook whose statements call functions');
SELECT is(ARRAY(SELECT quantity FROM shop.slip WHERE id IN (97, 98) UNION ALL SELECT quantity FROM shop.ticket WHERE id = 99),
          '{2,2,2}', 'that change its lines');
SELECT is(credits.balance('B', 'SUPPORT'), 5::numeric, 'its lines touch no credits');
SELECT is_empty($$SELECT FROM credits.entry WHERE line_key IN ('97', '98', '99') GROUP BY line_key HAVING sum(quantity) <> 0$$,
                'nothing stays booked for them');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
