-- Chains: an invoice line made from a service report consumes only what the report does not. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
CREATE TABLE bill (id int PRIMARY KEY, customer text, day date, item text, quantity numeric, price numeric, report int);
SELECT credits.attach('bill', 'invoice', article => 'item', quantity => 'quantity', amount => 'price', customer => 'customer',
    document_date => 'day', zero_columns => '{price}', origin => 'report', origin_table => 'report');
SELECT origin, origin_table FROM credits.source WHERE line_table = 'bill'::regclass;
INSERT INTO bill VALUES (1, 'ACME', '2026-01-05', 'CREDIT', 3, 300.00);
INSERT INTO report VALUES (7, 'ACME', '2026-01-10', 'HOUR', 3);
INSERT INTO bill VALUES (2, 'ACME', '2026-01-31', 'HOUR', 3, 100.00, 7);
SELECT id, price FROM bill;
SELECT document_kind, quantity, value, balance_after FROM credits.history ORDER BY entry_no;

-- The report is deleted: the invoice consumes what it gives back.
DELETE FROM report;
SELECT document_kind, quantity, value, balance_after FROM credits.history WHERE entry_no > 2 ORDER BY entry_no;

-- It is there again, for less than the invoice: that consumes nothing again.
INSERT INTO report VALUES (7, 'ACME', '2026-01-10', 'HOUR', 1);
SELECT document_kind, quantity, value, balance_after FROM credits.history WHERE entry_no > 4 ORDER BY entry_no;
INSERT INTO report VALUES (8, 'ACME', '2026-01-11', 'HOUR', 2);
DELETE FROM report WHERE id = 7;

-- Mistakes are found at once.
SELECT credits.detach('report');
SELECT credits.detach('bill');
SELECT credits.attach('bill', 'invoice', 'item', 'quantity', 'price', 'customer', 'day', origin => 'report',
                      origin_table => 'invoice');
SELECT credits.attach('bill', 'invoice', 'item', 'quantity', 'price', 'customer', 'day', origin_table => 'report');
CREATE INDEX ON bill (report);
SELECT credits.attach('bill', 'invoice', 'item', 'quantity', 'price', 'customer', 'day', origin => 'report',
                      origin_table => 'report');
ROLLBACK;
