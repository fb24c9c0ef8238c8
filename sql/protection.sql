-- Protection: what a DBA is told who would take a part of what is attached. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
CREATE TABLE ticket (id int NOT NULL, customer text, day date, item text, quantity numeric);
CREATE UNIQUE INDEX ticket_key ON ticket (id);
SELECT credits.attach('ticket', 'helpdesk', 'item', 'quantity', NULL, 'customer', 'day', line_key => '{id}');

-- By name.
DROP TABLE report;
DROP TABLE invoice CASCADE;
ALTER TABLE invoice_line DROP COLUMN quantity;
ALTER TABLE invoice ALTER COLUMN day TYPE timestamp;
ALTER TABLE invoice_line DROP CONSTRAINT invoice_line_number_fkey;
DROP INDEX CONCURRENTLY ticket_key;

-- And whichever way it goes.
SET client_min_messages = warning;
DROP TRIGGER zz_credits_insert ON report;
ALTER TRIGGER zz_credits_header ON invoice RENAME TO header;
DROP VIEW credits._report_lines;
DROP INDEX ticket_key;
ALTER TABLE invoice DROP CONSTRAINT invoice_pkey CASCADE;
ALTER TABLE report SET SCHEMA credits;
CREATE SCHEMA archive;
ALTER TABLE report SET SCHEMA archive;
DROP SCHEMA archive CASCADE;
DO $$
BEGIN
    DROP TABLE archive.report CASCADE;
EXCEPTION WHEN dependent_objects_still_exist THEN
    RAISE WARNING 'caught: %', SQLERRM;
END
$$;

-- A bound table likewise.
CREATE TABLE party (id int PRIMARY KEY, name text);
SELECT credits.bind_customers('party', key => 'id', name => 'name');
DROP TABLE party;
DROP TRIGGER zz_credits_bound_insert ON party;
ALTER TABLE party DROP CONSTRAINT party_pkey;

-- After detach a table is its owner's again.
SELECT credits.detach('archive.report');
DROP TABLE archive.report;
SELECT line_table FROM credits.source ORDER BY line_table;
SELECT * FROM credits.verify();
ROLLBACK;
