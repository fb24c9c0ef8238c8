-- What a form of the ERP may ask before it saves. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05'), ('I-2', 'ACME', '2026-01-06');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 3, 33.33, 100.00), ('I-2', 1, 'CREDIT', 10, 90.00, 900.00);

SELECT credits.balance('ACME', 'SUPPORT'), credits.balance('ACME', 'TRAINING'), credits.balance('NOBODY', 'SUPPORT');
SELECT credits.balance('ACME', 'HOURS');

-- What would a line do?
SELECT * FROM credits.preview_line('ACME', 'QUARTER', 2);
SELECT type_code, credits, balance_after, enough, value, jsonb_pretty(draws) AS draws
FROM credits.preview_line('ACME', 'HOUR', 4);
SELECT * FROM credits.preview_line('ACME', 'HOUR', 14);
SELECT * FROM credits.preview_line('ACME', 'CREDIT', 5);
SELECT * FROM credits.preview_line('ACME', 'CABLE', 5);
SELECT * FROM credits.preview_line('CAFE', 'HOUR', 5);
SELECT * FROM credits.preview_line('ACME', 'HOUR', 'Infinity');

-- And what is its price?
SELECT customer, article, credits.is_consumption(customer, article), credits.price_for(customer, article, 25.00)
FROM (VALUES ('ACME', 'QUARTER'), ('ACME', 'CREDIT'), ('ACME', 'CABLE'), ('CAFE', 'QUARTER'), ('ACME', NULL))
    AS line (customer, article);

-- Nothing was written.
SELECT count(*) AS entries FROM credits.entry;
SELECT * FROM credits.verify();
ROLLBACK;
