-- The session of README.md. Nothing of it stays.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\pset footer off
BEGIN;
CREATE TABLE line (id int PRIMARY KEY, customer text, day date, item text, quantity numeric, amount numeric);
INSERT INTO credits.credit_type (code) VALUES ('SUPPORT');
INSERT INTO credits.article (article, coefficient, type_id)
SELECT article, coefficient, type_id FROM credits.credit_type,
       (VALUES ('CREDIT', 1), ('QUARTER', -0.25)) AS a (article, coefficient);
INSERT INTO credits.customer (customer) VALUES ('ACME');
SELECT credits.attach('line', 'invoice', 'item', 'quantity', 'amount', 'customer', 'day', zero_columns => '{amount}');
INSERT INTO line VALUES (1, 'ACME', '2026-01-05', 'CREDIT', 10, 1000.00);
INSERT INTO line VALUES (2, 'ACME', '2026-01-06', 'QUARTER', 2, 50.00) RETURNING item, quantity, amount;
SELECT customer, type_code, sold, consumed, open, open_value FROM credits.portfolio;
INSERT INTO line VALUES (3, 'ACME', '2026-01-07', 'QUARTER', 40, 1000.00);
SELECT * FROM credits.verify();
ROLLBACK;

-- The session of doc/accounting.md. Months are closed in transactions of their own: it stays until extension and table go.
CREATE TABLE document (number text PRIMARY KEY, customer text, day date, item text, quantity numeric, amount numeric);
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value)
VALUES (1, 'SUPPORT', 'fifo', NULL), (2, 'TRAINING', 'fixed', 95);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('CREDITS', 1, 1), ('HOUR', 1, -1), ('VOUCHER', 2, 1);
INSERT INTO credits.customer (customer, name) VALUES ('ACME', 'Acme'), ('BETA', 'Beta');
SELECT credits.attach('document', 'invoice', 'item', 'quantity', 'amount', 'customer', 'day', 'number');
INSERT INTO document VALUES ('INV-1', 'ACME', '2026-01-05', 'CREDITS', 10, 1000.00), ('SR-1', 'ACME', '2026-01-20', 'HOUR', 3, 0),
    ('SR-2', 'ACME', '2026-02-12', 'HOUR', 4, 0), ('INV-2', 'BETA', '2026-03-04', 'VOUCHER', 12, 1200.00),
    ('SR-3', 'ACME', '2026-03-17', 'HOUR', 3, 0);
SET datestyle = 'ISO, YMD';
-- doc/accounting.md begins.
SELECT credits.revalue('TRAINING', 100, '2026-03-31');
SELECT credits.preview_closing('2026-01-01');
INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '460000'), ('RES', '700000');
UPDATE credits.credit_type
SET balance_account = '460000', activation_article = 'ACT', result_account = '700000', result_article = 'RES'
WHERE code IN ('SUPPORT', 'TRAINING');
UPDATE credits.parameter SET fixed_relation = 'OWN';
SELECT credits.register_opening('BETA', 'SUPPORT', 20, 1800.00, 'Open at the start', '2025-12-31');
SELECT * FROM credits.verify();                        -- no row: every line is booked, every sum is right
SELECT line_no, type_code, movement, article, ledger_account, quantity, amount FROM credits.preview_closing('2026-01-01');
SELECT credits.close_month('2026-01-01');
SELECT month, ledger_account, debit, credit FROM credits.closing_journal ORDER BY month, ledger_account;
SELECT credits.close_month('2026-02-01');
SELECT month, type_code, opening, sold, consumed, changes, closing, difference
FROM credits.deferred_revenue('2026-01-01', '2026-02-01');
SELECT customer, lot_no, sold_on, remaining, remaining_value FROM credits.deferred_revenue_detail('2026-02-01', 'SUPPORT');
SELECT customer, document_number, document_date, kind, article, quantity, amount
FROM credits.closing_trace JOIN credits.closing USING (closing_id) WHERE number = 1 AND line_no = 4;
INSERT INTO document VALUES ('SR-4', 'BETA', '2026-02-27', 'HOUR', 2, 0);
SELECT customer, kind, document_number, document_date, booked_on, value FROM credits.late_entry;
UPDATE credits.parameter SET closed_month_policy = 'reject';
INSERT INTO document VALUES ('SR-5', 'BETA', '2026-02-27', 'HOUR', 1, 0);
SELECT credits.reopen_month('2026-02-01');
SELECT credits.close_month('2026-02-01');
SELECT number, month, reopened_at IS NOT NULL AS reopened FROM credits.closing ORDER BY number;
SELECT * FROM credits.verify();
-- doc/accounting.md ends.
SET client_min_messages = warning;
DROP EXTENSION credits CASCADE;
DROP TABLE document;
CREATE EXTENSION credits;
