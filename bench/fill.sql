-- Documents to measure with, by the road that the ERP takes: plain INSERTs. Run with -v erp=SCHEMA.
--   customer C1 … C10000 works with credits, has 16 posted invoices (one per client) and one lot of SUPPORT
--   customer W1 … W1000 does not, and has one posted invoice
-- Invoice of client i (0 … 15) of customer c: (c - 1) * 16 + i + 1; of W c: 1 000 000 + c; the sales: 2 000 000 + c; drafts, of
-- 3 lines: 4 000 000 + c, of 300 lines: 5 000 000 + c.

INSERT INTO :erp.invoice
SELECT (c - 1) * 16 + i + 1, 'F' || c || '-' || i, 'C' || c, '2026-02-01', 'posted'
FROM generate_series(1, 10000) c, generate_series(0, 15) i;

INSERT INTO :erp.invoice
SELECT 1000000 + c, 'W' || c, 'W' || c, '2026-02-01', 'posted'
FROM generate_series(1, 1000) c;

INSERT INTO :erp.invoice
SELECT 2000000 + c, 'S' || c, 'C' || c, '2026-01-01', 'posted'
FROM generate_series(1, 10000) c;

INSERT INTO :erp.invoice_line (invoice_id, article, quantity, unit_price, amount)
SELECT 2000000 + c, 'PACK', 1000000, 50, 50000000
FROM generate_series(1, 10000) c;

INSERT INTO :erp.invoice
SELECT first + c, 'D' || first + c, 'C' || c, '2026-02-01', 'draft'
FROM (VALUES (4000000, 400), (5000000, 10)) AS draft (first, documents), generate_series(1, documents) c;

INSERT INTO :erp.invoice_line (invoice_id, article, quantity, unit_price, amount)
SELECT first + c, 'QUARTER', 2, 0, 0
FROM (VALUES (4000000, 400, 3), (5000000, 10, 300)) AS draft (first, documents, lines), generate_series(1, documents) c,
     generate_series(1, lines);
