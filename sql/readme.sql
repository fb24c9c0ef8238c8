-- The session of README.md. Nothing of it stays.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\pset footer off
BEGIN;
CREATE TABLE line (id int PRIMARY KEY, customer text, day date, item text, quantity numeric, amount numeric);
INSERT INTO credits.credit_type (code) VALUES ('SUPPORT');
INSERT INTO credits.article (article, coefficient, type_id)
SELECT article, coefficient, type_id FROM credits.credit_type, (VALUES ('CREDIT', 1), ('QUARTER', -0.25)) AS a (article, coefficient);
INSERT INTO credits.customer (customer) VALUES ('ACME');
SELECT credits.attach('line', 'invoice', 'item', 'quantity', 'amount', 'customer', 'day', zero_columns => '{amount}');
INSERT INTO line VALUES (1, 'ACME', '2026-01-05', 'CREDIT', 10, 1000.00);
INSERT INTO line VALUES (2, 'ACME', '2026-01-06', 'QUARTER', 2, 50.00) RETURNING item, quantity, amount;
SELECT customer, type_code, sold, consumed, open, open_value FROM credits.portfolio;
INSERT INTO line VALUES (3, 'ACME', '2026-01-07', 'QUARTER', 40, 1000.00);
SELECT * FROM credits.verify();
ROLLBACK;
