-- The lines that are saved, singly and in one statement: 50 000 of each kind, 10 per invoice, the customers mixed.

CREATE SCHEMA bench;

CREATE TABLE bench.consumption AS
SELECT n, document / 5 * 16 + document % 5 + 1 AS invoice_id, 'QUARTER' AS article
FROM generate_series(0, 49999) n, LATERAL (SELECT n / 10 * 7919 % 5000 AS document) shuffled;

CREATE TABLE bench.other_article AS
SELECT n, invoice_id, 'A' || n % 1000 + 1 AS article
FROM bench.consumption;

CREATE TABLE bench.other_customer AS
SELECT n, 1000000 + (invoice_id - 1) / 16 + 1 AS invoice_id, article
FROM bench.consumption;

-- The shape of a month's delivery notes, imported at once: 10 000 customers with 5 lines each on two documents, which come in no
-- order.
CREATE TABLE bench.scattered AS
SELECT row_number() OVER (ORDER BY hashint4(document), line) - 1 AS n, document / 2 * 16 + document % 2 + 1 AS invoice_id,
       'QUARTER' AS article
FROM generate_series(0, 19999) document, LATERAL generate_series(1, 3 - document % 2) line;

-- The baseline of the client rows: a balance that nothing but an UPDATE guards.
CREATE TABLE bench.account (
    customer text COLLATE "C" PRIMARY KEY,
    balance  numeric NOT NULL
) WITH (fillfactor = 70);

INSERT INTO bench.account
SELECT 'C' || c, 1000000
FROM generate_series(1, 10000) c;
