-- The same settings in every ledger: one type, one article that sells, one that consumes, 1 000 others.
-- Run with -v ledger=SCHEMA.

INSERT INTO :ledger.credit_type (code, alarm_level)
VALUES ('SUPPORT', 2);

INSERT INTO :ledger.article (article, type_id, coefficient)
SELECT article, type_id, coefficient
FROM :ledger.credit_type, (VALUES ('PACK', 1), ('QUARTER', -0.25)) AS sold (article, coefficient);

INSERT INTO :ledger.article (article)
SELECT 'A' || n
FROM generate_series(1, 1000) n;

INSERT INTO :ledger.customer (customer, works_with_credits)
SELECT 'C' || c, true FROM generate_series(1, 10000) c
UNION ALL
SELECT 'W' || c, false FROM generate_series(1, 1000) c;
