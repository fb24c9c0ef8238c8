-- Sales: a line of an article with a coefficient > 0 is a new lot of credits. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql

-- An invoice sells credits. It is ordinary turnover: the price stays what it is.
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05'), ('I-2', 'ACME', '2026-01-08'), ('I-3', 'MAES', '2026-01-08');
INSERT INTO invoice_line VALUES
    ('I-1', 1, 'CREDIT', 10, 100.00, 1000.00),
    ('I-1', 2, 'CABLE', 2, 9.00, 18.00),
    ('I-2', 1, 'CREDIT', 10, 90.00, 900.00),
    ('I-2', 2, 'VOUCHER', 3, 250.00, 750.00)
RETURNING item, quantity, price, amount;
SELECT customer, type_code, lot_no, sold_on, document_number, article, quantity, remaining, value, remaining_value
FROM credits.open_lot ORDER BY customer, type_code, lot_no;

-- A gift is a lot of value 0. A customer who does not work with credits buys as ever.
INSERT INTO invoice_line VALUES ('I-3', 1, 'CREDIT', 1, 0, 0);
INSERT INTO invoice VALUES ('I-4', 'CAFE', '2026-01-08');
INSERT INTO invoice_line VALUES ('I-4', 1, 'CREDIT', 1, 100.00, 100.00);
SELECT customer, type_code, sold, consumed, open, open_value FROM credits.portfolio ORDER BY customer, type_code;

-- A source without amounts never sells.
INSERT INTO report VALUES (1, 'ACME', '2026-01-09', 'CREDIT', 5);

-- A sale for less than nothing, or of more than can be counted.
INSERT INTO invoice_line VALUES ('I-3', 2, 'CREDIT', 1, -100.00, -100.00);
INSERT INTO invoice_line VALUES ('I-3', 2, 'CREDIT', 'NaN', 100.00, 100.00);
INSERT INTO invoice_line VALUES ('I-3', 2, 'CREDIT', 1e14, 0, 100.00);
INSERT INTO invoice_line VALUES ('I-3', 2, 'CREDIT', -1, -100.00, 100.00);

-- Nothing new is sold of an inactive type, what is open remains.
UPDATE credits.credit_type SET active = false WHERE code = 'TRAINING';
INSERT INTO invoice_line VALUES ('I-3', 2, 'VOUCHER', 1, 250.00, 250.00);
SELECT credits.balance('ACME', 'TRAINING');

SELECT customer, type_code, entry_no, booked_on, kind, document_kind, document_number, article,
       quantity, value, balance_after, lot_no
FROM credits.history ORDER BY customer, type_code, entry_no;
SELECT * FROM credits.verify();
ROLLBACK;
