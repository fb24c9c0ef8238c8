-- Alarms: a balance that falls below its level warns the user who saves, is recorded, and is announced by NOTIFY: once, until it
-- was above again. Notifications come with COMMIT, so this stays until the end, where extension and tables go.
\getenv sources PG_ABS_SRCDIR
\i :sources/sql/shop.psql
UPDATE credits.credit_type SET alarm_level = 2 WHERE code = 'SUPPORT';
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 4, 100.00, 400.00);
LISTEN credits_alarm;
-- psql shows the process and the moment of a notification; they differ from run to run.
\set announced '| sed -E "s/PID [0-9]+/PID .../; s/20[0-9-]+T[0-9:.+-]+/(now)/g"'

-- 2.00 at level 2 is not below.
INSERT INTO report VALUES (1, 'ACME', '2026-01-10', 'HOUR', 2);
-- 1.75 is.
\o :announced
INSERT INTO report VALUES (2, 'ACME', '2026-01-10', 'QUARTER', 1);
\o
-- Once per episode.
INSERT INTO report VALUES (3, 'ACME', '2026-01-10', 'QUARTER', 1);
SELECT customer, type_code, balance, alarm_level, cleared_at IS NOT NULL AS cleared FROM credits.alarm ORDER BY raised_at;
INSERT INTO invoice_line VALUES ('I-1', 2, 'CREDIT', 0.5, 100.00, 50.00);
SELECT customer, type_code, balance, alarm_level, cleared_at IS NOT NULL AS cleared FROM credits.alarm ORDER BY raised_at;

-- A refused save announces nothing, nor does one that is rolled back.
INSERT INTO report VALUES (4, 'ACME', '2026-01-10', 'HOUR', 9);
BEGIN;
INSERT INTO report VALUES (4, 'ACME', '2026-01-10', 'HOUR', 1);
ROLLBACK;

-- A level of the customer's own; and a parameter for those who use PREPARE TRANSACTION, where NOTIFY is not allowed.
SELECT credits.set_alarm_level('ACME', 'SUPPORT', 1);
INSERT INTO report VALUES (4, 'ACME', '2026-01-10', 'HOUR', 1);
UPDATE credits.parameter SET notify = false;
INSERT INTO report VALUES (5, 'ACME', '2026-01-10', 'QUARTER', 1);
SELECT customer, type_code, balance, alarm_level, cleared_at IS NOT NULL AS cleared FROM credits.alarm ORDER BY raised_at;
SELECT * FROM credits.verify();

UNLISTEN credits_alarm;
SET client_min_messages = warning;
DROP EXTENSION credits CASCADE;
DROP TABLE invoice_line, invoice, report;
CREATE EXTENSION credits;
