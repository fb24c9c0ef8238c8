-- Edits: the ledger only grows. What is booked stays, the difference is added. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05'), ('I-2', 'ACME', '2026-01-06');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 3, 100.00, 300.00), ('I-2', 1, 'CREDIT', 10, 90.00, 900.00);

-- A sale of which nothing is consumed may change.
UPDATE invoice_line SET amount = 100.00 WHERE number = 'I-1';
-- A consumption: more, less, of another customer, gone.
INSERT INTO report VALUES (1, 'ACME', '2026-01-10', 'HOUR', 4);
UPDATE report SET quantity = 5;
UPDATE report SET quantity = 2;
SELECT entry_no, kind, document_number, quantity, value, lot_no, balance_after FROM credits.history ORDER BY entry_no;
SELECT entry_no, reverses FROM credits.entry WHERE reverses IS NOT NULL ORDER BY entry_no;
UPDATE report SET customer = 'CAFE';
UPDATE report SET customer = 'ACME', day = '2026-01-11';
DELETE FROM report;
SELECT entry_no, booked_on, kind, document_number, quantity, value, lot_no, balance_after FROM credits.history
WHERE entry_no > 8 ORDER BY entry_no;
SELECT lot_no, quantity, remaining, value, remaining_value FROM credits.open_lot ORDER BY lot_no;

-- A new number or key books nothing; the ledger follows it, and keeps a record.
UPDATE invoice SET number = 'I-1/2026' WHERE number = 'I-1';
SELECT DISTINCT lot_no, line_key, document_number FROM credits.lot WHERE open ORDER BY lot_no;
SELECT DISTINCT line_table, old_key, new_key, old_number, new_number FROM credits.renumbering ORDER BY old_key;

-- A coefficient that changes does not rewrite the past.
INSERT INTO report VALUES (2, 'ACME', '2026-01-12', 'QUARTER', 2);
UPDATE credits.article SET coefficient = -0.5 WHERE article = 'QUARTER';
UPDATE report SET quantity = 4;
INSERT INTO report VALUES (3, 'ACME', '2026-01-12', 'QUARTER', 4);
SELECT document_number, kind, quantity FROM credits.history WHERE article = 'QUARTER' ORDER BY entry_no;

SELECT * FROM credits.verify();
ROLLBACK;
