-- Tables that are checked at commit: the whole transaction is one save, judged by its final state. This test commits, and cleans
-- up.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
\set ON_ERROR_ROLLBACK off
\o /dev/null
SELECT credits.detach('invoice_line');
SELECT credits.attach('invoice_line', 'invoice', article => 'item', quantity => 'quantity', amount => 'amount',
    customer => 'header.customer', document_date => 'header.day', document_number => 'header.number',
    header_table => 'invoice', counts_when => $$header.state = 'posted'$$, zero_columns => '{price, amount}',
    check_at => 'commit');
COMMIT;
\o

-- A document consumes before it sells.
BEGIN;
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05');
INSERT INTO invoice_line VALUES ('I-1', 1, 'HOUR', 4, 95.00, 380.00);
INSERT INTO invoice_line VALUES ('I-1', 2, 'CREDIT', 10, 100.00, 1000.00);
SELECT customer, open FROM credits.portfolio;
COMMIT;
SELECT customer, sold, consumed, open, open_value FROM credits.portfolio;
SELECT line_no, item, price, amount FROM invoice_line ORDER BY line_no;

-- A refusal comes at COMMIT, and nothing of the transaction stays.
BEGIN;
INSERT INTO invoice VALUES ('I-2', 'ACME', '2026-01-06');
INSERT INTO invoice_line VALUES ('I-2', 1, 'HOUR', 7, 95.00, 665.00);
COMMIT;
SELECT count(*) AS documents FROM invoice;

-- Who wants to know earlier, asks earlier.
BEGIN;
INSERT INTO invoice VALUES ('I-2', 'ACME', '2026-01-06');
INSERT INTO invoice_line VALUES ('I-2', 1, 'HOUR', 7, 95.00, 665.00);
SAVEPOINT asked;
SET CONSTRAINTS credits.credits_check_at_commit IMMEDIATE;
ROLLBACK TO asked;
UPDATE invoice_line SET quantity = 6 WHERE number = 'I-2';
SET CONSTRAINTS ALL IMMEDIATE;
SELECT customer, open FROM credits.portfolio;
SET CONSTRAINTS ALL DEFERRED;
UPDATE invoice_line SET quantity = 5 WHERE number = 'I-2';
COMMIT;
SELECT customer, open FROM credits.portfolio;

-- Saved again by deleting all lines and inserting them anew: the same lines, though some credits of the lot are consumed.
BEGIN;
DELETE FROM invoice_line WHERE number = 'I-1';
INSERT INTO invoice_line VALUES ('I-1', 11, 'CREDIT', 10, 100.00, 1000.00), ('I-1', 12, 'HOUR', 4, 95.00, 380.00);
COMMIT;
SELECT entry_no, kind, lot_no, quantity, line_key FROM credits.entry ORDER BY entry_no;

-- A savepoint that is rolled back takes along what was saved and what was checked in it.
BEGIN;
UPDATE invoice_line SET quantity = 4 WHERE number = 'I-2';
SAVEPOINT s;
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE invoice_line SET quantity = 1 WHERE number = 'I-2';
SELECT customer, open FROM credits.portfolio;
ROLLBACK TO s;
SELECT customer, open FROM credits.portfolio;
COMMIT;
SELECT customer, open FROM credits.portfolio;

-- A function that commits is as many saves as it commits.
DO $$
BEGIN
    UPDATE invoice SET state = 'draft' WHERE number = 'I-2';
    COMMIT;
    UPDATE invoice SET state = 'posted' WHERE number = 'I-2';
    UPDATE invoice_line SET quantity = 7 WHERE number = 'I-2';
    COMMIT;
END
$$;
SELECT customer, open FROM credits.portfolio;
SELECT count(*) AS pending FROM credits.pending;
SELECT * FROM credits.verify();

-- A trigger that gives another amount each time has the last word, at COMMIT too: it is not asked for ever.
CREATE SEQUENCE asked_for_price;
CREATE FUNCTION insist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.amount := nextval('asked_for_price');
    IF NEW.amount > 99 THEN
        RAISE 'asked again and again';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER zzz_insist BEFORE INSERT OR UPDATE ON invoice_line FOR EACH ROW EXECUTE FUNCTION insist();
UPDATE invoice_line SET quantity = 6 WHERE number = 'I-2';
SELECT item, quantity, price, amount FROM invoice_line WHERE number = 'I-2';
SELECT customer, open FROM credits.portfolio;
DROP TRIGGER zzz_insist ON invoice_line;
SELECT * FROM credits.verify();

\o /dev/null
SET client_min_messages = warning;
SELECT credits.detach('invoice_line'), credits.detach('report');
DROP TABLE invoice_line, invoice, report;
DROP FUNCTION insist;
DROP SEQUENCE asked_for_price;
DROP EXTENSION credits CASCADE;
CREATE EXTENSION credits;
\o
