-- Refusals, as the ERP shows them to its user: message, detail and hint. Nothing of a refused save is stored, nothing of this
-- stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05'), ('I-2', 'ACME', '2026-01-06');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 2, 100.00, 200.00), ('I-1', 2, 'QUARTER', 1, 25.00, 25.00);

-- Not enough.
INSERT INTO invoice_line VALUES ('I-2', 1, 'HOUR', 1, 100.00, 100.00), ('I-2', 2, 'HOUR', 1, 100.00, 100.00);
SELECT count(*) AS lines FROM invoice_line WHERE number = 'I-2';
INSERT INTO report VALUES (1, 'MAES', '2026-01-06', 'HOUR', 1);
UPDATE invoice_line SET quantity = 9 WHERE line_no = 2;
SELECT credits.register_consumption('ACME', 'SUPPORT', 1.7501, 'by phone', '2026-01-07');

-- A draft is not refused; posting it is.
INSERT INTO invoice VALUES ('I-3', 'ACME', '2026-01-07', 'draft');
INSERT INTO invoice_line VALUES ('I-3', 1, 'HOUR', 5, 100.00, 500.00);
UPDATE invoice SET state = 'posted' WHERE number = 'I-3';

-- A sale of which some is consumed.
INSERT INTO report VALUES (2, 'ACME', '2026-01-07', 'QUARTER', 1);
UPDATE invoice_line SET quantity = 10 WHERE number = 'I-1' AND line_no = 1;
UPDATE invoice SET customer = 'MAES' WHERE number = 'I-1';
UPDATE invoice SET state = 'cancelled' WHERE number = 'I-1';
DELETE FROM invoice_line WHERE number = 'I-1' AND line_no = 1;
DELETE FROM invoice WHERE number = 'I-1';

-- A table of lines with credits.
TRUNCATE report;

-- More is credited or returned than there was.
INSERT INTO invoice_line VALUES ('I-2', 9, 'CREDIT', -2, 100.00, -200.00);
INSERT INTO report VALUES (3, 'ACME', '2026-01-07', 'HOUR', -1);

SELECT customer, type_code, sold, consumed, open FROM credits.portfolio;
SELECT * FROM credits.verify();
ROLLBACK;
