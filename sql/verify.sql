-- verify(): no row means that everything holds; else it names what does not. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05'), ('I-2', 'CAFE', '2026-01-06');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 10, 100.00, 1000.00), ('I-1', 2, 'QUARTER', 2, 25.00, 50.00),
    ('I-2', 1, 'HOUR', 1, 100.00, 100.00);
SELECT * FROM credits.verify();

-- Lines that should be booked and are not: switching on a flag books nothing by itself.
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'CAFE';
SELECT * FROM credits.verify();
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'CAFE';

-- Lines that changed behind the triggers' back.
SET session_replication_role = replica;
UPDATE invoice_line SET quantity = 4 WHERE number = 'I-1' AND line_no = 2;
RESET session_replication_role;
SELECT * FROM credits.verify();
UPDATE invoice_line SET price = 0, quantity = 5 WHERE number = 'I-1' AND line_no = 2;
SELECT * FROM credits.verify();

-- A ledger that a superuser has tampered with.
UPDATE credits._lot SET remaining = 9;
SELECT * FROM credits.verify();
UPDATE credits._lot SET remaining = 8.75;
DELETE FROM credits._entry WHERE entry_no = 2;
SELECT * FROM credits.verify();

-- What takes longer tells how far it has come.
SELECT count(*) AS violations FROM credits._violations(patience => '0 seconds');
ROLLBACK;
