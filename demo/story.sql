-- The story of prepaid credits, told to a terminal by demo/run, in an empty database of a throwaway cluster.
-- What it prints is kept in demo/story.out; a test compares.

\set QUIET on
\set ON_ERROR_STOP on
\set VERBOSITY verbose
\set SHOW_CONTEXT never
\pset footer off
\pset linestyle unicode
SET client_min_messages = warning;

\echo '1. AN ERP: six kinds of documents, and not a word on credits (demo/erp.sql)'
\echo
\ir erp.sql
SELECT * FROM erp.item;

\echo '   Two quarters of an hour on an invoice cost what they cost.'
\echo
SET ROLE erp_application;
INSERT INTO erp.invoice (number, relation_id, invoice_date, state)
VALUES ('07000999', 1001, '2025-12-29', 'posted') RETURNING invoice_id \gset
\set ECHO queries
INSERT INTO erp.invoice_line VALUES (:invoice_id, 1, 'QUARTER', 2, 25.00, 50.00)
RETURNING item, quantity, unit_price, amount;
\set ECHO none
RESET ROLE;

\echo '2. CREDITS: kinds of credit, the articles that sell (> 0) and consume (< 0), the customers who work with them'
\echo
\set ECHO queries
CREATE EXTENSION credits;

INSERT INTO credits.credit_type (type_id, code, description, alarm_level) VALUES
    (1, 'SUPPORT', 'Support, in hours', 2),
    (2, 'TRAINING', 'Training vouchers', NULL);

INSERT INTO credits.article (article, description, type_id, coefficient) VALUES
    ('CREDITS', 'Support credits', 1, 1),
    ('HOUR', 'Technician, per hour', 1, -1),
    ('QUARTER', 'Support, per 15 minutes', 1, -0.25),
    ('QUARTER-E', 'Support, per 15 minutes, evening', 1, -0.375),
    ('VOUCHER', 'Training voucher', 2, 1),
    ('COURSE', 'Training course, per person', 2, -1);

INSERT INTO credits.customer (customer, name)
SELECT relation_id, name FROM erp.relation WHERE name <> 'Café Central';

\set ECHO none
\echo
\echo '   The six line tables are attached: from here on the ERP\047s own statements do the rest.'
\echo
\o /dev/null
\set ECHO queries
SELECT credits.attach('erp.invoice_line', 'invoice',
    article => 'item', quantity => 'quantity', amount => 'amount',
    customer => 'header.relation_id', document_date => 'header.invoice_date', document_number => 'header.number',
    header_table => 'erp.invoice', counts_when => $$header.state = 'posted'$$,
    zero_columns => '{unit_price, amount}', from_date => '2026-01-01');
\echo
SELECT credits.attach('erp.delivery_note_line', 'delivery_note',
    article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'header.relation_id', document_date => 'header.delivered_on', document_number => 'header.number',
    header_table => 'erp.delivery_note', counts_when => $$header.state = 'delivered'$$,
    zero_columns => '{unit_price}');
\echo
SELECT credits.attach('erp.cash_sale_line', 'cash_sale',
    article => 'item', quantity => 'quantity', amount => 'amount',
    customer => 'header.relation_id', document_date => 'header.sold_at', document_number => 'header.ticket',
    header_table => 'erp.cash_sale', zero_columns => '{unit_price, amount}');
\echo
SELECT credits.attach('erp.service_report_line', 'service_report',
    article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'header.relation_id', document_date => 'header.report_date', document_number => 'header.number',
    header_table => 'erp.service_report', counts_when => $$header.state = 'signed'$$,
    zero_columns => '{unit_price}');
\echo
SELECT credits.attach('erp.helpdesk_intervention', 'helpdesk',
    article => 'item', quantity => 'ceil(line.minutes / 15.0)', amount => NULL,
    customer => 'header.relation_id', document_date => 'header.opened_on', document_number => 'header.number',
    header_table => 'erp.helpdesk_case', counts_when => $$header.state = 'solved'$$,
    zero_columns => '{unit_price}');
\echo
SELECT credits.attach('erp.participant', 'event',
    article => 'header.item', quantity => '1', amount => NULL,
    customer => 'relation_id', document_date => 'header.held_on', document_number => 'header.event_code',
    header_table => 'erp.event', counts_when => 'line.present',
    zero_columns => '{fee}');
\set ECHO none
\o

\echo
\echo '3. SELLING: ordinary invoices (their headers are not shown). The first one counts when it is posted'
\echo
SET ROLE erp_application;
INSERT INTO erp.invoice (number, relation_id, invoice_date)
VALUES ('08000001', 1001, '2026-01-05') RETURNING invoice_id \gset
\set ECHO queries
INSERT INTO erp.invoice_line VALUES (:invoice_id, 1, 'CREDITS', 10, 100.00, 1000.00);
UPDATE erp.invoice SET state = 'posted' WHERE number = '08000001';
\set ECHO none
INSERT INTO erp.invoice (number, relation_id, invoice_date, state)
VALUES ('08000002', 1001, '2026-02-02', 'posted') RETURNING invoice_id \gset
\set ECHO queries
INSERT INTO erp.invoice_line VALUES (:invoice_id, 1, 'CREDITS', 10, 90.00, 900.00), (:invoice_id, 2, 'CABLE', 3, 9.00, 27.00);
\set ECHO none
INSERT INTO erp.invoice (number, relation_id, invoice_date, state)
VALUES ('08000003', 1002, '2026-02-09', 'posted') RETURNING invoice_id \gset
\set ECHO queries
INSERT INTO erp.invoice_line VALUES (:invoice_id, 1, 'VOUCHER', 3, 250.00, 750.00);
\set ECHO none
RESET ROLE;
\echo
\set ECHO queries
SELECT customer, type_code, lot_no, sold_on, document_number, remaining, remaining_value
FROM credits.open_lot ORDER BY customer, type_code, lot_no;
\set ECHO none

\echo '4. CONSUMING: by all kinds of documents. The price becomes 0, credits go, oldest lot first'
\echo
SET ROLE erp_application;
\echo '   A service report of 8 hours, then a delivery note of 4 hours.'
\echo
INSERT INTO erp.service_report (number, relation_id, report_date)
VALUES ('SR-0101', 1001, '2026-02-10') RETURNING report_id \gset
INSERT INTO erp.delivery_note (number, relation_id, delivered_on, state)
VALUES ('DN-0201', 1001, '2026-02-16', 'delivered') RETURNING note_id \gset
\set ECHO queries
INSERT INTO erp.service_report_line (report_id, item, quantity) VALUES (:report_id, 'HOUR', 8)
RETURNING item, quantity, unit_price;
INSERT INTO erp.delivery_note_line (note_id, item, quantity, unit_price) VALUES (:note_id, 'HOUR', 4, 100.00)
RETURNING item, quantity, unit_price;
\set ECHO none

\echo '   Half an hour on an invoice: its price is 0 on the draft already, its credits go when it is posted.'
\echo
INSERT INTO erp.invoice (number, relation_id, invoice_date)
VALUES ('08000004', 1001, '2026-02-17') RETURNING invoice_id \gset
\set ECHO queries
INSERT INTO erp.invoice_line VALUES (:invoice_id, 1, 'QUARTER', 2, 25.00, 50.00)
RETURNING item, quantity, unit_price, amount;
UPDATE erp.invoice SET state = 'posted' WHERE number = '08000004';
\set ECHO none

\echo
\echo '   A service report with one unit by day and two by night, where the ERP\047s evening tariff puts another article.'
\echo
INSERT INTO erp.service_report (number, relation_id, report_date)
VALUES ('SR-0102', 1001, '2026-02-18') RETURNING report_id \gset
\set ECHO queries
INSERT INTO erp.service_report_line (report_id, item, started_at, quantity)
VALUES (:report_id, 'QUARTER', '16:30', 1), (:report_id, 'QUARTER', '18:30', 2)
RETURNING item, started_at, quantity, unit_price;
\set ECHO none

\echo '   A helpdesk case of 20 minutes, which is two started quarters, and an hour at the desk on a ticket of the till.'
\echo
INSERT INTO erp.helpdesk_case (number, relation_id, opened_on)
VALUES ('HD-0077', 1001, '2026-02-19') RETURNING case_id \gset
INSERT INTO erp.cash_sale VALUES ('K-00045', 1001, '2026-02-20 11:20');
\set ECHO queries
INSERT INTO erp.helpdesk_intervention VALUES (:case_id, 1, 'QUARTER', 20, 25.00)
RETURNING item, minutes, unit_price;
INSERT INTO erp.cash_sale_line VALUES ('K-00045.1', 'K-00045', 'HOUR', 1, 100.00, 100.00)
RETURNING item, quantity, unit_price, amount;
\set ECHO none

\echo '   A course: two from the garage were there, one was not, and the café does not work with credits.'
\echo
INSERT INTO erp.event VALUES ('COURSE-26', 'Bookkeeping for beginners', '2026-02-24', 'COURSE');
\set ECHO queries
INSERT INTO erp.participant (event_code, relation_id, name, present, fee)
VALUES ('COURSE-26', 1002, 'An', true, 250.00), ('COURSE-26', 1002, 'Bart', true, 250.00),
       ('COURSE-26', 1002, 'Chris', false, 250.00), ('COURSE-26', 1003, 'Dirk', true, 250.00)
RETURNING name, relation_id, present, fee;
\set ECHO none
RESET ROLE;

\echo '   And by hand, what stands on no document.'
\echo
SET ROLE credits_registration;
\set ECHO queries
SELECT credits.register_consumption('1001', 'SUPPORT', 1, 'An hour by telephone', '2026-02-25') AS entry_no;
\set ECHO none
RESET ROLE;

\echo '5. THE HISTORY: what went out of which lot, at which value'
\echo
\set ECHO queries
SELECT customer, entry_no AS entry, booked_on, kind, coalesce(document_number, description) AS document,
       article, quantity, value, lot_no AS lot, balance_after AS balance
FROM credits.history ORDER BY customer, type_code, entry_no;
\set ECHO none

\echo '6. NEVER NEGATIVE: 4 hours are open. The ERP may ask beforehand whether 5 can be had'
\echo
\set ECHO queries
SELECT type_code, credits, balance_before, balance_after, enough FROM credits.preview_line('1001', 'HOUR', 5);
\set ECHO none

\echo '   If it just saves, the ticket is refused as a whole. This is what the ERP gets.'
\echo
SET ROLE erp_application;
\set ON_ERROR_STOP off
\set ECHO queries
BEGIN;
INSERT INTO erp.cash_sale VALUES ('K-00046', 1001, '2026-02-26 09:15');
INSERT INTO erp.cash_sale_line VALUES ('K-00046.1', 'K-00046', 'HOUR', 5, 100.00, 500.00);
\set ECHO none
\ir refused.sql
\set ECHO queries
COMMIT;
SELECT count(*) AS tickets FROM erp.cash_sale WHERE ticket = 'K-00046';
\set ECHO none

\echo '   2 of the 4 are no matter. A quarter more goes below the alarm level of 2, and the user is warned.'
\echo
INSERT INTO erp.cash_sale VALUES ('K-00047', 1001, '2026-02-26 09:20');
\set ECHO queries
INSERT INTO erp.cash_sale_line VALUES ('K-00047.1', 'K-00047', 'HOUR', 2, 100.00, 200.00);
INSERT INTO erp.cash_sale_line VALUES ('K-00047.2', 'K-00047', 'QUARTER', 1, 25.00, 25.00);
\set ECHO none

\echo
\echo '7. EDITS: the ledger only grows. Report SR-0101 was 6 hours, not 8; invoice 08000004 is cancelled'
\echo
\set ECHO queries
UPDATE erp.service_report_line SET quantity = 6
WHERE report_id = (SELECT report_id FROM erp.service_report WHERE number = 'SR-0101');
UPDATE erp.invoice SET state = 'cancelled' WHERE number = '08000004';
RESET ROLE;
SELECT entry_no AS entry, booked_on, kind, document_number AS document,
       article, quantity, value, lot_no AS lot, balance_after AS balance
FROM credits.history WHERE customer = '1001' AND entry_no > 12 ORDER BY entry_no;
\set ECHO none

\echo '   A sale may change as long as nothing of it is consumed. Of the first lot something is.'
\echo
SET ROLE erp_application;
\set ON_ERROR_STOP off
\set ECHO queries
UPDATE erp.invoice_line SET quantity = 8, amount = 800.00
WHERE invoice_id = (SELECT invoice_id FROM erp.invoice WHERE number = '08000001');
\set ECHO none
\ir refused.sql
INSERT INTO erp.invoice (number, relation_id, invoice_date, state)
VALUES ('08000005', 1001, '2026-03-02', 'posted') RETURNING invoice_id \gset
\echo
\set ECHO queries
INSERT INTO erp.invoice_line VALUES (:invoice_id, 1, 'CREDITS', 10, 100.00, 1000.00);
UPDATE erp.invoice_line SET quantity = 8, amount = 800.00 WHERE invoice_id = :invoice_id;
\set ECHO none
RESET ROLE;

\echo
\echo '8. THE PORTFOLIO: what is open, and its value'
\echo
SET ROLE credits_reader;
\set ECHO queries
SELECT customer_name, type_code, sold, consumed, open, open_value, alarm_level, below_alarm
FROM credits.portfolio ORDER BY customer, type_code;
SELECT customer, type_code, lot_no, sold_on, document_number, quantity, remaining, value, remaining_value
FROM credits.open_lot ORDER BY customer, type_code, lot_no;
SELECT customer, type_code, balance, alarm_level, cleared_at IS NOT NULL AS cleared FROM credits.alarm;
\set ECHO none
RESET ROLE;

\echo '9. THE ACCOUNTS: credits that are not used yet are a debt. Each month the bookkeeper moves what was sold from the result'
\echo '   (class 7) to the balance sheet (46), and what was consumed back. She may look first, and is told what is missing'
\echo
\ir closing_hook.sql
SET ROLE erp_bookkeeper;
\set ON_ERROR_STOP off
\set ECHO queries
SELECT * FROM credits.preview_closing('2026-01-01');
\set ECHO none
\ir refused.sql
\echo
\echo '   So she adds the items of the closing and the company itself to her ERP, and fills in the accounts here.'
\echo
\set ECHO queries
INSERT INTO erp.item (item, description, unit_price) VALUES
    ('ACT-S', 'Support paid in advance', 0), ('RES-S', 'Turnover of support', 0),
    ('ACT-T', 'Training paid in advance', 0), ('RES-T', 'Turnover of training', 0);
INSERT INTO erp.relation VALUES (9000, 'Our own company');

INSERT INTO credits.article (article, ledger_account) VALUES
    ('ACT-S', '460000'), ('RES-S', '700000'), ('ACT-T', '460001'), ('RES-T', '700001');
UPDATE credits.article SET ledger_account = CASE article WHEN 'CREDITS' THEN '700000' ELSE '700001' END
WHERE article IN ('CREDITS', 'VOUCHER');
UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACT-S', result_account = '700000',
    result_article = 'RES-S'
WHERE code = 'SUPPORT';
UPDATE credits.credit_type SET balance_account = '460001', activation_article = 'ACT-T', result_account = '700001',
    result_article = 'RES-T'
WHERE code = 'TRAINING';
UPDATE credits.parameter SET fixed_relation = '9000';

SELECT line_no, type_code, movement, article, ledger_account, quantity, amount FROM credits.preview_closing('2026-01-01');
\set ECHO none

\echo '10. CLOSING January and February. A function of the ERP (demo/closing_hook.sql) makes an invoice of each closing'
\echo
\set ECHO queries
UPDATE credits.parameter SET closing_hook = 'erp.invoice_closing';
\o /dev/null
SELECT credits.close_month('2026-01-01');
SELECT credits.close_month('2026-02-01');
\o
\echo
SELECT month, ledger_account, debit, credit FROM credits.closing_journal ORDER BY month, ledger_account;
\set ECHO none

\echo '   The invoice of February, to the company itself: pairs of lines per amount (the price is rounded, not the amount): 0.'
\echo
\set ECHO queries
SELECT number, relation_id, invoice_date, state FROM erp.invoice WHERE number LIKE 'CLOSING-%' ORDER BY number;
SELECT line_no, item, quantity, unit_price, amount FROM erp.invoice_line JOIN erp.invoice USING (invoice_id)
WHERE number = 'CLOSING-2' ORDER BY line_no;
SELECT number, sum(amount) AS total FROM erp.invoice_line JOIN erp.invoice USING (invoice_id)
WHERE number LIKE 'CLOSING-%' GROUP BY number ORDER BY number;
\set ECHO none

\echo '   "Where do the 1497.50 of line 4 come from?" Every line of a closing leads to its documents.'
\echo
\set ECHO queries
SELECT customer, booked_on, document_kind, coalesce(document_number, description) AS document, line_key, article, quantity, amount
FROM credits.closing_trace JOIN credits.closing USING (closing_id)
WHERE number = 2 AND line_no = 4 ORDER BY customer, entry_no;
\set ECHO none
RESET ROLE;

\echo '11. A LATE DOCUMENT: a service report of February comes in when February is closed. It is booked in the first open month'
\echo
SET ROLE erp_application;
INSERT INTO erp.service_report (number, relation_id, report_date)
VALUES ('SR-0103', 1001, '2026-02-26') RETURNING report_id \gset
\set ECHO queries
INSERT INTO erp.service_report_line (report_id, item, quantity) VALUES (:report_id, 'HOUR', 1)
RETURNING item, quantity, unit_price;
\set ECHO none
RESET ROLE;
SET ROLE erp_bookkeeper;
\set ECHO queries
SELECT customer, kind, document_number, document_date, booked_on, quantity, value FROM credits.late_entry;
\set ECHO none

\echo '   What must stand in February itself: she takes the last closing back, its invoice is cancelled, and she closes again.'
\echo
\o /dev/null
\set ECHO queries
SELECT credits.reopen_month('2026-02-01');
\echo
SELECT credits.register_consumption('1001', 'SUPPORT', 0.5, 'Telephone, forgotten', '2026-02-27');
\echo
SELECT credits.close_month('2026-02-01');
\o
\echo
SELECT closing.number, month, reopened_at IS NOT NULL AS reopened, invoice.number AS invoice, invoice.state
FROM credits.closing JOIN erp.invoice ON invoice.number = 'CLOSING-' || closing.number ORDER BY closing.number;
\set ECHO none

\echo '12. THE ROLL-FORWARD: opening + sold - consumed + changes = closing'
\echo
\set ECHO queries
SELECT month, type_code, opening, sold, consumed, changes, closing FROM credits.deferred_revenue('2026-01-01', '2026-03-31');
\set ECHO none

\echo '   What March closes with is the value of the open lots, and what February closes with is the balance of the accounts 46.'
\echo
\set ECHO queries
SELECT type_code, sum(remaining_value) AS open_value FROM credits.open_lot GROUP BY type_code ORDER BY type_code;
SELECT ledger_account, sum(credit - debit) AS balance FROM credits.closing_journal
WHERE ledger_account LIKE '46%' GROUP BY ledger_account ORDER BY ledger_account;
\set ECHO none
RESET ROLE;

\echo '13. THE CUSTOMER: what he bought and used, what is left, and what he will need'
\echo
SET ROLE erp_bookkeeper;
\set ECHO queries
SELECT type_code, booked_on, kind, document_number, article, quantity, balance
FROM credits.statement('1001', '2026-03-01', '2026-03-31');
\set ECHO none

\echo '   His statement of the first quarter is due in April; it is made as a page.'
\echo
\set ECHO queries
UPDATE credits.customer SET statement_cycle = 'quarter', language = 'en' WHERE customer = '1001';
SELECT * FROM credits.statement_due('2026-04-01');
\set ECHO none
RESET ROLE;

\echo '14. IN ORDER? Every invariant of the ledger is checked, and every line against what is booked: no row is good news'
\echo
\set ECHO queries
\pset footer on
SELECT * FROM credits.verify();
\set ECHO none
SELECT count(*) = 0 AS in_order FROM credits.verify() \gset
\if :in_order
\else
    DO $$ BEGIN RAISE EXCEPTION 'verify() found something'; END $$;
\endif
