-- Bad input: what the user is told. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 10, 100.00, 1000.00);

-- Quantities.
INSERT INTO report VALUES (1, 'ACME', '2026-01-06', 'HOUR', NULL);
INSERT INTO report VALUES (2, 'ACME', '2026-01-06', 'HOUR', 'NaN');
INSERT INTO report VALUES (2, 'ACME', '2026-01-06', 'HOUR', 'Infinity');
INSERT INTO report VALUES (2, 'ACME', '2026-01-06', 'HOUR', 100000000000000);
INSERT INTO report VALUES (2, 'ACME', '2026-01-06', 'HOUR', 99999999999999);
INSERT INTO invoice_line VALUES ('I-1', 2, 'CREDIT', 1, 100.00, NULL);
INSERT INTO report VALUES (2, 'ACME', 'infinity', 'HOUR', 1);

-- Articles.
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('FIFTH', 1, 0.00005);
INSERT INTO credits.article (article, type_id) VALUES ('FIFTH', 1);

-- Keys: any text of at most 255 bytes.
INSERT INTO credits.customer (customer) VALUES (repeat('k', 10240));
INSERT INTO credits.customer (customer) VALUES ('O''Brien & "Söhne" 漢字');
INSERT INTO invoice VALUES ('a/b\c', 'O''Brien & "Söhne" 漢字', '2026-01-05');
INSERT INTO invoice_line VALUES ('a/b\c', 1, 'CREDIT', 1, 100.00, 100.00);
INSERT INTO report VALUES (3, 'O''Brien & "Söhne" 漢字', '2026-01-06', 'HOUR', 2);
INSERT INTO invoice VALUES (repeat('n', 300), 'ACME', '2026-01-05');
INSERT INTO invoice_line VALUES (repeat('n', 300), 1, 'CREDIT', 1, 100.00, 100.00);
SELECT customer, line_key, document_number, quantity FROM credits.entry ORDER BY customer, entry_no;

-- Names that need quotes.
CREATE SCHEMA "My ""Shop""";
CREATE TABLE "My ""Shop"""."Line; --" ("from" int PRIMARY KEY, "select" text, "Ünits" numeric, "net amount" numeric);
SELECT credits.attach('"My ""Shop"""."Line; --"', 'other', article => $$'CREDIT'$$, quantity => '"Ünits"',
                      amount => '"net amount"',
    customer => '"select"', document_date => $$DATE '2026-01-07'$$);
INSERT INTO "My ""Shop"""."Line; --" VALUES (1, 'MAES', 2, 200);
SELECT customer, line_table, line_key, quantity, value FROM credits.entry WHERE customer = 'MAES';

-- Months have no fixed number of hours.
CREATE TABLE shift (id int PRIMARY KEY, began timestamp, ended timestamp);
SELECT credits.attach('shift', 'service_report', article => $$'HOUR'$$, quantity => 'age(line.ended, line.began)', amount => NULL,
    customer => $$'ACME'$$, document_date => 'began');
INSERT INTO shift VALUES (1, '2026-02-01', '2026-03-01');
SELECT credits.detach('shift');

-- A line that cannot be read matters where its article has credits.
CREATE TABLE slip (id int PRIMARY KEY, item text, minutes int, per int);
SELECT credits.attach('slip', 'service_report', article => 'item', quantity => 'line.minutes / line.per', amount => NULL,
    customer => $$'ACME'$$, document_date => $$DATE '2026-01-08'$$);
INSERT INTO slip VALUES (1, 'REMARK', 5, 0);
\set SHOW_CONTEXT errors
INSERT INTO slip VALUES (2, 'HOUR', 5, 0);
\set SHOW_CONTEXT never
SELECT credits.detach('slip');

-- Somebody without any right on credits saves like everybody, and that is all.
CREATE ROLE credits_regress_erp;
GRANT SELECT, INSERT, UPDATE, DELETE ON invoice, invoice_line, report TO credits_regress_erp;
SET ROLE credits_regress_erp;
INSERT INTO report VALUES (4, 'ACME', '2026-01-08', 'HOUR', 1);
INSERT INTO report VALUES (5, 'ACME', '2026-01-08', 'HOUR', 100);
SELECT * FROM credits.portfolio;
DELETE FROM credits._account;
RESET ROLE;
SELECT document_number, quantity, balance_after, recorded_by FROM credits.history WHERE customer = 'ACME'
  AND recorded_by = 'credits_regress_erp';

SELECT * FROM credits.verify();
ROLLBACK;
