-- Documents: a header that is posted, cancelled, or given to another customer or date, settles its lines. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05', 'draft');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 10, 100.00, 1000.00), ('I-1', 2, 'QUARTER', 2, 25.00, 50.00),
    ('I-1', 3, 'CABLE', 1, 9.00, 9.00);
SELECT count(*) AS entries FROM credits.entry;
UPDATE invoice SET state = 'posted';
UPDATE invoice SET state = 'cancelled';
UPDATE invoice SET state = 'posted', day = '2026-01-06';
SELECT entry_no, booked_on, kind, document_number, article, quantity, value, lot_no, balance_after
FROM credits.history ORDER BY entry_no;
UPDATE invoice SET customer = 'MAES';
SELECT customer, sold, consumed, open, open_value FROM credits.portfolio ORDER BY customer;

-- A customer who does not work with credits pays: of lines that have cost nothing so far, only the ERP knows the price.
UPDATE invoice SET customer = 'CAFE';
SELECT customer, sold, consumed, open, open_value FROM credits.portfolio ORDER BY customer;
SELECT line_no, item, price, amount FROM invoice_line ORDER BY line_no;
UPDATE invoice_line SET price = 25.00, amount = 50.00 WHERE line_no = 2;
UPDATE invoice SET customer = 'ACME';
SELECT line_no, item, price, amount FROM invoice_line ORDER BY line_no;

DELETE FROM invoice;
SELECT customer, sold, consumed, open, open_value FROM credits.portfolio ORDER BY customer;
SELECT * FROM credits.verify();
ROLLBACK;
