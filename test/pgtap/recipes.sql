-- The recipes of doc/erp.md for Odoo and LedgerSMB: their SQL, read from there, on tables of the same shape, under the statements
-- that the logs of these ERPs show. One transaction of theirs is one block here; its COMMIT is SET CONSTRAINTS ALL IMMEDIATE.
BEGIN;
\ir common.psql
SELECT plan(35);
SET LOCAL client_min_messages = error;

-- Given the credits: 1 sells, 2 consumes an hour, 3 a quarter, 9 is nothing; customer 7 works with credits, 8 does not.

INSERT INTO credits.credit_type (type_id, code) VALUES (101, 'SUPPORT');
INSERT INTO credits.article (article, type_id, coefficient)
VALUES ('1', 101, 1), ('2', 101, -1), ('3', 101, -0.25), ('TIMESHEET', 101, -1);
INSERT INTO credits.customer (customer, works_with_credits) VALUES ('7', true), ('8', false);

-- What becomes of a whole transaction of the ERP: accepted, or how its COMMIT is refused.
CREATE FUNCTION pg_temp.saved(statements text, expected text, description text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
BEGIN
    outcome := pg_temp.outcome(statements || '; SET CONSTRAINTS ALL IMMEDIATE');
    SET CONSTRAINTS ALL DEFERRED;
    RETURN is(outcome, expected, description);
END
$$;

-- Odoo

CREATE SCHEMA odoo;
SET LOCAL search_path = odoo, public;
CREATE TABLE account_move (
    id serial PRIMARY KEY, name text, state text NOT NULL, move_type text NOT NULL, partner_id int,
    commercial_partner_id int, invoice_date date,
    company_id int, currency_id int, reversed_entry_id int REFERENCES account_move, amount_total numeric,
    create_uid int, write_date timestamp);
CREATE TABLE account_move_line (
    id serial PRIMARY KEY, move_id int NOT NULL REFERENCES account_move ON DELETE CASCADE, product_id int,
    partner_id int, parent_state text,
    display_type text NOT NULL, quantity numeric, price_unit numeric, price_subtotal numeric, balance numeric, company_id int,
    create_uid int, write_date timestamp);
CREATE TABLE account_analytic_line (
    id serial PRIMARY KEY, name text, date date NOT NULL, unit_amount double precision, amount numeric,
    partner_id int, project_id int, company_id int,
    create_uid int, write_date timestamp);
\set recipe `awk '/^## / {title = $2} /^\140+$/ {on = 0} on {print} /^\140\140\140sql$/ {on = title == "Odoo"}' doc/erp.md`
:recipe
SELECT is(count(*), 2::bigint, 'the recipe for Odoo attaches two tables') FROM credits.source;

SELECT pg_temp.saved($$
    INSERT INTO account_move (name, state, move_type, company_id, create_uid) VALUES ('/', 'draft', 'out_invoice', 1, 2);
    UPDATE account_move SET partner_id = 17, commercial_partner_id = 7, invoice_date = '2026-01-05' WHERE id = 1;
    INSERT INTO account_move_line (move_id, display_type, product_id, quantity, company_id, create_uid) VALUES
        (1, 'product', 1, 10, 1, 2), (1, 'product', 9, 1, 1, 2), (1, 'tax', NULL, NULL, 1, 2),
        (1, 'payment_term', NULL, NULL, 1, 2);
    UPDATE account_move_line AS l SET price_unit = v.price FROM (VALUES (1, 100.0), (2, 30.0)) AS v (id, price) WHERE l.id = v.id;
    UPDATE account_move_line SET partner_id = 17, parent_state = 'draft' WHERE move_id = 1;
    UPDATE account_move_line AS l SET price_subtotal = v.amount, balance = -v.amount
        FROM (VALUES (1, 1000.00), (2, 30.00), (3, 216.30), (4, -1246.30)) AS v (id, amount) WHERE l.id = v.id;
    UPDATE account_move SET amount_total = 1246.30 WHERE id = 1$$, 'accepted',
    'an invoice is drafted: header, lines, then their amounts');
SELECT is(pg_temp.entries(), 0::bigint, 'a draft sells nothing');
SELECT pg_temp.saved($$
    UPDATE account_move SET state = 'posted', name = 'INV/2026/00001' WHERE id = 1;
    UPDATE account_move_line SET parent_state = 'posted' WHERE move_id = 1$$, 'accepted', 'posted,');
SELECT pg_temp.booked('7', ARRAY['sale lot 1: 10 at 1000.00'], 'it sells, to the company of the contact');
SELECT pg_temp.saved($$
    UPDATE account_move SET write_date = now() WHERE id = 1;
    UPDATE account_move_line SET write_date = now() WHERE move_id = 1$$, 'accepted', 'saved again without a change');
SELECT is(pg_temp.entries(), 1::bigint, 'it books nothing');

SELECT pg_temp.saved($$
    INSERT INTO account_move (name, state, move_type, company_id, partner_id, commercial_partner_id, invoice_date)
        VALUES ('/', 'draft', 'out_invoice', 1, 7, 7, '2026-01-10');
    INSERT INTO account_move_line (move_id, display_type, product_id, quantity, price_unit) VALUES (2, 'product', 3, 20, 0),
        (2, 'product', 2, 1, 0);
    UPDATE account_move SET state = 'posted', name = 'INV/2026/00002' WHERE id = 2;
    UPDATE account_move_line AS l SET price_subtotal = v.amount FROM (VALUES (5, 0.00), (6, 0.00)) AS v (id, amount)
    WHERE l.id = v.id;
    UPDATE account_move_line AS l SET quantity = v.quantity FROM (VALUES (5, 2)) AS v (id, quantity) WHERE l.id = v.id$$,
    'accepted', 'a consumption that is drafted, posted and corrected in one transaction');
SELECT is(credits.balance('7', 'SUPPORT'), 8.5, 'takes what it says in the end');
SELECT pg_temp.saved($$
    INSERT INTO account_analytic_line (date, unit_amount, partner_id, project_id, company_id) VALUES ('2026-01-11', 1.5, 7, 3, 1),
        ('2026-01-11', 4, 7, NULL, 1)$$,
    'accepted', 'a timesheet of a project');
SELECT is(credits.balance('7', 'SUPPORT'), 7.0, 'takes its hours, and other costs nothing');
SELECT pg_temp.saved('INSERT INTO account_analytic_line (date, unit_amount, partner_id, project_id, company_id) '
                     'VALUES (''2026-01-12'', 7.25, 7, 3, 1)',
    '23514 credits_balance_not_negative', 'too many hours are refused');
SELECT pg_temp.saved($$
    INSERT INTO account_move (name, state, move_type, company_id, partner_id, commercial_partner_id,
                              invoice_date, reversed_entry_id)
        VALUES ('RINV/2026/00001', 'posted', 'out_refund', 1, 7, 7, '2026-01-20', 1);
    INSERT INTO account_move_line (move_id, display_type, product_id, quantity, price_unit, price_subtotal)
    VALUES (3, 'product', 1, 4, 100, 400)$$,
    'accepted', 'a refund, of positive quantity,');
SELECT is(credits.balance('7', 'SUPPORT'), 3.0, 'takes credits back');
SELECT pg_temp.saved($$
    INSERT INTO account_move (name, state, move_type, company_id, partner_id, commercial_partner_id, invoice_date)
        VALUES ('BILL/2026/00001', 'posted', 'in_invoice', 1, 7, 7, '2026-01-21');
    INSERT INTO account_move_line (move_id, display_type, product_id, quantity, price_unit, price_subtotal)
    VALUES (4, 'product', 2, 100, 50, 5000)$$,
    'accepted', 'a purchase is no business of credits');
SELECT pg_temp.saved('UPDATE account_move SET state = ''draft'' WHERE id = 2', 'accepted', 'reset to draft');
SELECT is(credits.balance('7', 'SUPPORT'), 4.5, 'a document gives its credits back');
SELECT pg_temp.all_in_order();

-- LedgerSMB

CREATE SCHEMA lsmb;
SET LOCAL search_path = lsmb, public;
CREATE TABLE oe (
    id serial PRIMARY KEY, ordnumber text, transdate date DEFAULT current_date, entity_credit_account int NOT NULL,
    oe_class_id int NOT NULL,
    closed boolean DEFAULT false, quotation boolean DEFAULT false, netamount numeric, curr char(3));
CREATE TABLE orderitems (
    id serial PRIMARY KEY, trans_id int, parts_id int, description text, qty numeric, sellprice numeric,
    discount numeric, unit varchar(5),
    ship numeric, notes text);
CREATE TABLE ar (
    id serial PRIMARY KEY, invnumber text, transdate date DEFAULT current_date, entity_credit_account int NOT NULL,
    invoice boolean DEFAULT false,
    approved boolean DEFAULT true, amount numeric, netamount numeric, curr char(3));
CREATE TABLE invoice (
    id serial PRIMARY KEY, trans_id int, parts_id int, description text, qty numeric, allocated numeric,
    sellprice numeric, fxsellprice numeric,
    discount numeric, assemblyitem boolean DEFAULT false, unit varchar(5), deliverydate date);
\set recipe `awk '/^## / {title = $2} /^\140+$/ {on = 0} on {print} /^\140\140\140sql$/ {on = title == "LedgerSMB"}' doc/erp.md`
:recipe
SELECT set_eq($$SELECT line_table FROM credits.source WHERE line_table::text !~ 'odoo'$$,
              $$VALUES ('orderitems'::regclass), ('invoice')$$,
    'the recipe for LedgerSMB attaches the lines of orders and invoices');

SELECT pg_temp.saved($$
    INSERT INTO oe (ordnumber, transdate, entity_credit_account, oe_class_id, curr) VALUES ('O-1', '2026-02-01', 7, 1, 'EUR');
    INSERT INTO orderitems (trans_id) VALUES (1);
    UPDATE orderitems SET parts_id = 2, qty = 3, sellprice = 0 WHERE id = 1;
    INSERT INTO orderitems (trans_id) VALUES (1);
    UPDATE orderitems SET parts_id = 3, qty = 2, sellprice = 0 WHERE id = 2;
    UPDATE oe SET netamount = 0 WHERE id = 1$$, 'accepted', 'an order: its lines are inserted as stubs and filled in');
SELECT is(credits.balance('7', 'SUPPORT'), 1.0, 'and take their credits');
CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
SELECT pg_temp.saved($$
    DELETE FROM orderitems WHERE trans_id = 1;
    INSERT INTO orderitems (trans_id, parts_id, qty, sellprice) VALUES (1, 2, 3, 0), (1, 3, 2, 0)$$,
    'accepted', 'saved again: all lines deleted and inserted');
SELECT is(pg_temp.entries(), entries, 'nothing is booked') FROM before;
SELECT pg_temp.saved($$
    DELETE FROM orderitems WHERE trans_id = 1;
    INSERT INTO orderitems (trans_id, parts_id, qty, sellprice) VALUES (1, 2, 5, 0), (1, 3, 2, 0)$$,
    '23514 credits_balance_not_negative', 'too much is refused at COMMIT');
SELECT pg_temp.saved('UPDATE oe SET closed = true WHERE id = 1', 'accepted', 'the order is closed');
SELECT is(credits.balance('7', 'SUPPORT'), 4.5, 'and leaves its credits to the invoice');

SELECT pg_temp.saved($$
    INSERT INTO ar (transdate, entity_credit_account, invoice, approved, curr) VALUES ('2026-02-10', 7, true, false, 'EUR');
    INSERT INTO invoice (trans_id) VALUES (1);
    UPDATE invoice SET parts_id = 1, qty = 5, sellprice = 95, fxsellprice = 100, discount = 0.05 WHERE id = 1;
    INSERT INTO invoice (trans_id) VALUES (1);
    UPDATE invoice SET parts_id = 2, qty = 1, sellprice = 0 WHERE id = 2;
    UPDATE ar SET invnumber = 'I-1', netamount = 475 WHERE id = 1$$, 'accepted', 'an invoice that waits for approval');
SELECT is(credits.balance('7', 'SUPPORT'), 4.5, 'sells nothing yet');
SELECT pg_temp.saved('UPDATE ar SET approved = true WHERE id = 1', 'accepted', 'approved,');
SELECT results_eq('SELECT balance, value FROM credits.account WHERE customer = ''7''', 'VALUES (8.5, 825.00)',
                  'it sells and consumes, at the price after discount');
SELECT pg_temp.saved($$
    INSERT INTO invoice (trans_id) VALUES (999);
    UPDATE invoice SET parts_id = 2, qty = -100, sellprice = 50 WHERE id = 3$$, 'accepted',
    'a line of a purchase, whose header is elsewhere,');
SELECT is(credits.balance('7', 'SUPPORT'), 8.5, 'is no business of credits');
SELECT pg_temp.saved('DELETE FROM ar WHERE id = 1', 'accepted', 'an invoice that goes');
SELECT is(credits.balance('7', 'SUPPORT'), 4.5, 'undoes both');
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
