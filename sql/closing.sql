-- Closing a month: what the bookkeeper sees, the refusals and the notices included. Months are closed in transactions of their
-- own, so this stays until the end, where extension and table go.
\set SHOW_CONTEXT never

CREATE TABLE slip (id int PRIMARY KEY, customer text, day date, item text, quantity numeric, amount numeric);
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value)
VALUES (1, 'SUPPORT', 'fifo', NULL), (2, 'VOUCHER', 'fixed', 95);
INSERT INTO credits.article (article, type_id, coefficient, ledger_account)
VALUES ('HOURS', 1, 1, '700000'), ('HOUR', 1, -1, NULL), ('VOUCHERS', 2, 1, '700000'), ('COURSE', 2, -1, NULL);
INSERT INTO credits.customer (customer, name) VALUES ('ACME', 'Acme'), ('BETA', 'Beta');
SELECT credits.attach('slip', 'cash_sale', 'item', 'quantity', 'amount', 'customer', 'day');
SELECT credits.close_month('2026-01-01');

INSERT INTO slip VALUES (1, 'ACME', '2026-01-05', 'HOURS', 10, 1000), (2, 'ACME', '2026-01-20', 'HOUR', 3, 0),
    (3, 'BETA', '2026-01-21', 'VOUCHERS', 10, 1000),
    (4, 'ACME', '2026-02-20', 'HOUR', 4, 0);

-- What is missing is named.
SELECT credits.preview_closing('2026-01-01');
INSERT INTO credits.article (article, ledger_account) VALUES ('ACTIVATION', '460000'), ('RESULT', '700000');
UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACTIVATION', result_account = '700000',
    result_article = 'RESULT';
SELECT credits.preview_closing('2026-01-01');
UPDATE credits.parameter SET fixed_relation = 'OWN';

-- Both sides stay in step.
UPDATE credits.article SET ledger_account = '461000' WHERE article = 'ACTIVATION';
UPDATE credits.credit_type SET result_account = '701000' WHERE code = 'SUPPORT';

SELECT * FROM credits.preview_closing('2026-01-15');
SELECT credits.close_month('2026-01-15') > 0 AS closed;
SELECT number, month, relation, line_no, description, article, ledger_account, quantity, unit_price,
       amount FROM credits.closing_document ORDER BY relation, line_no;
SELECT month, ledger_account, currency, debit, credit FROM credits.closing_journal ORDER BY ledger_account;

-- Once, in order, not in the future.
SELECT credits.close_month('2026-01-31');
SELECT credits.close_month('2025-12-31');
SELECT credits.close_month('2026-03-01');
\set VERBOSITY terse
SELECT credits.close_month('2999-01-01');
\set VERBOSITY default
BEGIN;
INSERT INTO slip VALUES (5, 'ACME', '2026-01-25', 'HOUR', 1, 0);
SELECT credits.close_month('2026-02-01');
ROLLBACK;
BEGIN;
UPDATE credits.customer SET name = 'Acme Ltd' WHERE customer = 'ACME';
SELECT credits.close_month('2026-02-01');
ROLLBACK;

-- A late document is booked in the open month.
INSERT INTO slip VALUES (5, 'ACME', '2026-01-25', 'HOUR', 1, 0);
SELECT customer, type_code, kind, booked_on, document_date, line_key, quantity, value FROM credits.late_entry;

-- Or refused, as the parameters say.
UPDATE credits.parameter SET closed_month_policy = 'reject';
INSERT INTO slip VALUES (6, 'ACME', '2026-01-26', 'HOUR', 1, 0);
DELETE FROM slip WHERE id = 2;
SELECT credits.register_consumption('ACME', 'SUPPORT', 1, 'by phone', '2026-01-26');
UPDATE credits.parameter SET closed_month_policy = 'next_open_month';

-- The difference of a fixed type, and another unit value.
UPDATE credits.credit_type SET unit_value = 100 WHERE code = 'VOUCHER';
SELECT credits.revalue('VOUCHER', 100, '2026-02-10');
SELECT credits.revalue('SUPPORT', 100, '2026-02-10');
SELECT credits.revalue('VOUCHER', 100, '2026-01-31');

-- Notices: another account than the sale's, other settings than at the last closing.
UPDATE credits.article SET ledger_account = '700009' WHERE article = 'HOURS';
INSERT INTO slip VALUES (7, 'BETA', '2026-02-21', 'HOURS', 1, 100);
UPDATE credits.credit_type SET posting_articles = 'original' WHERE code = 'VOUCHER';
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('BOOKLET', 2, 10);
INSERT INTO slip VALUES (8, 'BETA', '2026-02-22', 'BOOKLET', 1, 1000);
UPDATE credits.article SET ledger_account = NULL WHERE article = 'ACTIVATION';
UPDATE credits.credit_type SET balance_account = '461000' WHERE code = 'SUPPORT';
UPDATE credits.credit_type SET balance_account = '461000' WHERE code = 'VOUCHER';
UPDATE credits.article SET ledger_account = '461000' WHERE article = 'ACTIVATION';
INSERT INTO credits.article (article, ledger_account) VALUES ('ACTIVATION 2', '461000'), ('RESULT 2', '700000');
UPDATE credits.credit_type SET activation_article = 'ACTIVATION 2', result_article = 'RESULT 2' WHERE code = 'SUPPORT';
SELECT credits.close_month('2026-02-01') > 0 AS closed;
SELECT credits.close_month('2026-03-01') > 0 AS closed;

-- The roll-forward, and the lots behind it.
SELECT * FROM credits.deferred_revenue('2026-01-01', '2026-03-01');
SELECT * FROM credits.deferred_revenue_detail('2026-02-01', 'VOUCHER');

SELECT * FROM credits.deferred_revenue_detail('2026-02-01', 'VOUCHERS');
SELECT * FROM credits.deferred_revenue('2026-03-01', '2026-01-01');

-- From a line of the closing to the documents.
SELECT line_no, movement, posted_article, ledger_account, customer, document_kind, document_date, line_key, quantity, amount
FROM credits.closing_trace JOIN credits.closing USING (closing_id)
WHERE closing.month = '2026-02-01' AND movement = 'consumed' ORDER BY line_no, line_key;

-- Only the last closing is taken back.
SELECT credits.reopen_month('2026-02-01');
SELECT credits.reopen_month('2026-04-01');
-- NOTIFY tells of a closing and of its reopening, where the parameters do not forbid it. The process and the closing_id differ
-- from run to run.
LISTEN credits_closing;
\set announced '| sed -E "s/PID [0-9]+/PID .../; s/closing_id[^,]*,/closing_id ...,/"'
\o :announced
SELECT credits.reopen_month('2026-03-01');
SELECT credits.close_month('2026-03-01') > 0 AS closed;
SELECT credits.reopen_month('2026-03-01');
\o
UPDATE credits.parameter SET notify = false;
SELECT credits.close_month('2026-03-01') > 0 AS closed;
SELECT credits.reopen_month('2026-03-01');
SELECT number, month, reopened_at IS NOT NULL AS reopened FROM credits.closing ORDER BY number;

SELECT * FROM credits.verify();

UNLISTEN credits_closing;
SET client_min_messages = warning;
DROP EXTENSION credits CASCADE;
DROP TABLE slip;
CREATE EXTENSION credits;
