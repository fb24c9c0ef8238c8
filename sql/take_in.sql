-- Existing documents are taken in afterwards (rule 24): all sources together, in order of date.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
INSERT INTO invoice VALUES ('I-1', 'CAFE', '2026-01-10'), ('I-2', 'CAFE', '2026-02-01');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 10, 100.00, 1000.00), ('I-2', 1, 'QUARTER', 2, 25.00, 50.00);
INSERT INTO report VALUES (1, 'CAFE', '2026-01-05', 'HOUR', 1), (2, 'CAFE', '2026-01-12', 'HOUR', 3),
    (3, 'CAFE', '2026-01-20', 'HOUR', 20);
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'CAFE';
SELECT * FROM credits.verify();

-- The first report is older than the first sale, which covers it all the same; the last needs more than there is.
SELECT * FROM credits.take_in();
SELECT * FROM credits.take_in(on_refusal => 'report');
SELECT * FROM credits.take_in_refusal;
SELECT entry_no, booked_on, kind, document_kind, document_number, quantity, value, balance_after FROM credits.history;

-- Once it is put right, its own save books it, and nothing is left. Prices stay.
UPDATE report SET quantity = 2 WHERE id = 3;
SELECT * FROM credits.take_in();
SELECT number, item, price FROM invoice_line ORDER BY number;
SELECT * FROM credits.verify();

-- What it may be asked.
SELECT * FROM credits.take_in('{invoice}');
SELECT * FROM credits.take_in(on_refusal => 'skip');
ROLLBACK;
