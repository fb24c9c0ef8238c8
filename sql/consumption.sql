-- Consumptions: a line of an article with a coefficient < 0 draws credits, oldest lot first. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05'), ('I-2', 'ACME', '2026-02-05');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 10, 100.00, 1000.00), ('I-2', 1, 'CREDIT', 10, 90.00, 900.00);

-- Half an hour on an invoice, as two quarters: nothing is to be paid for it.
INSERT INTO invoice VALUES ('I-3', 'ACME', '2026-02-09');
INSERT INTO invoice_line VALUES ('I-3', 1, 'QUARTER', 2, 25.00, 50.00) RETURNING item, quantity, price, amount;

-- Ten hours on a service report: what is left of the first lot, then from the second.
INSERT INTO report VALUES (1, 'ACME', '2026-02-10', 'HOUR', 10);
SELECT entry_no, booked_on, kind, document_kind, document_number, article, quantity, value, lot_no, balance_after
FROM credits.history ORDER BY entry_no;
SELECT lot_no, document_number, quantity, remaining, value, remaining_value FROM credits.open_lot ORDER BY lot_no;

-- A document may sell and use at once.
INSERT INTO invoice VALUES ('I-4', 'MAES', '2026-02-10');
INSERT INTO invoice_line VALUES ('I-4', 1, 'HOUR', 1, 100.00, 100.00), ('I-4', 2, 'CREDIT', 3, 33.33, 100.00);

-- One by one, and no cent is lost.
INSERT INTO report SELECT n, 'MAES', '2026-02-11', 'HOUR', 1 FROM generate_series(11, 12) AS n;
SELECT document_number, quantity, value FROM credits.history WHERE customer = 'MAES' ORDER BY entry_no;

-- A customer who does not work with credits pays.
INSERT INTO invoice VALUES ('I-5', 'CAFE', '2026-02-10');
INSERT INTO invoice_line VALUES ('I-5', 1, 'QUARTER', 2, 25.00, 50.00) RETURNING item, quantity, price, amount;

SELECT customer, type_code, sold, consumed, open, open_value, oldest_open_sale, last_booked_on FROM credits.portfolio
ORDER BY customer;
SELECT * FROM credits.verify();
ROLLBACK;
