-- attach: what a DBA sees of it, and of his mistakes. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
CREATE TABLE ticket (
    ticket   text PRIMARY KEY,
    customer text,
    sold_at  timestamp,
    printed  timestamptz,
    item     text,
    quantity real,
    price    numeric,
    memo     text
);

-- Columns, and expressions over line where no column says it.
SELECT credits.attach('ticket', 'cash_sale', article => 'item', quantity => 'quantity',
                      amount => 'line.quantity::numeric * line.price',
    customer => 'customer', document_date => 'sold_at', document_number => 'ticket', counts_when => 'line.printed IS NOT NULL');
SELECT line_table, mapping, kind, article, quantity, amount, customer, document_date, document_number,
       line_key, counts_when, check_at
FROM credits.source WHERE line_table = 'ticket'::regclass \gx
INSERT INTO ticket VALUES ('T-1', 'ACME', '2026-01-05 10:15', now(), 'CREDIT', 2.5, 100),
    ('T-2', 'ACME', '2026-01-05 10:20', NULL, 'HOUR', 1, 100);
SELECT document_kind, document_number, document_date, quantity, value FROM credits.history;
SELECT credits.attach('ticket', 'cash_sale', 'item', 'quantity', 'price', 'customer', 'sold_at');

-- What is attached is kept as it is needed, and followed where it is renamed.
ALTER TABLE ticket DROP COLUMN quantity;
ALTER TABLE ticket ALTER COLUMN quantity TYPE numeric;
DROP TABLE ticket;
ALTER TABLE ticket RENAME COLUMN item TO article;
ALTER TABLE ticket ADD COLUMN till integer NOT NULL DEFAULT 1;
UPDATE ticket SET printed = sold_at;
SELECT document_number, article, quantity, value FROM credits.history;

-- detach: entries stay, lines are no longer booked.
SELECT credits.detach('ticket');
INSERT INTO ticket VALUES ('T-3', 'ACME', '2026-01-05 11:00', now(), 'HOUR', 5, 100);
SELECT document_number, article, quantity, value FROM credits.history;
SELECT credits.detach('ticket');
DELETE FROM ticket WHERE ticket = 'T-3';

-- Mistakes are found at once.
PREPARE try (text, text, text) AS
SELECT credits.attach('ticket', 'cash_sale', 'article', quantity => $1, amount => NULL, customer => $2, document_date => $3);
EXECUTE try ('quantiy', 'customer', 'sold_at');
EXECUTE try ('memo', 'customer', 'sold_at');
EXECUTE try ('quantity', 'header.customer', 'sold_at');
EXECUTE try ('quantity', 'customer', 'printed');
EXECUTE try ('quantity', 'customer', 'line.sold_at + random() * interval ''1 day''');
EXECUTE try ('quantity *', 'customer', 'sold_at');
EXECUTE try ('quantity, price', 'customer', 'sold_at');
EXECUTE try ('(SELECT 1)', 'customer', 'sold_at');
EXECUTE try (NULL, 'customer', 'sold_at');
SELECT credits.attach('ticket', 'cash', 'article', 'quantity', 'price', 'customer', 'sold_at');
SELECT credits.attach('ticket', 'cash_sale', 'article', 'quantity', 'price', 'customer', 'sold_at', line_key => '{article}');
SELECT credits.attach('ticket', 'cash_sale', 'article', 'quantity', 'price', 'header.customer',
                      'sold_at', header_table => 'invoice');
SELECT credits.attach('ticket', 'cash_sale', 'article', 'quantity', 'price', 'customer', 'sold_at', zero_columns => '{memo}');
SELECT credits.attach('ticket', 'cash_sale', 'article', 'quantity', 'price', 'customer', 'sold_at', check_at => 'noon');
SELECT credits.attach('credits.portfolio', 'other', 'customer', 'open', NULL, 'customer', 'last_booked_on');
CREATE UNLOGGED TABLE jotting (id int PRIMARY KEY, customer text, day date);
SELECT credits.attach('jotting', 'other', $$'CREDIT'$$, '1', NULL, 'customer', 'day');
CREATE MATERIALIZED VIEW latest AS SELECT 1 AS id, 'ACME' AS customer, DATE '2026-01-05' AS day;
SELECT credits.attach('ticket', 'other', $$'CREDIT'$$, '1', NULL, 'header.customer', 'header.day', header_table => 'latest');
CREATE ROLE credits_regress_clerk;
SET ROLE credits_regress_clerk;
SELECT credits.attach('ticket', 'cash_sale', 'article', 'quantity', 'price', 'customer', 'sold_at');
SELECT credits.detach('report');
RESET ROLE;

SELECT line_table FROM credits.source ORDER BY line_table;
SELECT * FROM credits.verify();
ROLLBACK;
