-- What there is to read: portfolio, open lots, history, alarms, and the ledger beneath. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
SET client_min_messages = error;
SELECT credits.set_alarm_level('MAES', 'SUPPORT', 2.5) \gset
INSERT INTO invoice VALUES ('I-1', 'ACME', '2026-01-05'), ('I-2', 'MAES', '2026-01-06');
INSERT INTO invoice_line VALUES
    ('I-1', 1, 'CREDIT', 10, 100.00, 1000.00), ('I-1', 2, 'QUARTER', 2, 25.00, 50.00),
    ('I-2', 1, 'CREDIT', 3, 33.33, 100.00), ('I-2', 2, 'VOUCHER', 2, 250.00, 500.00);
INSERT INTO report VALUES (1, 'MAES', '2026-01-10', 'HOUR', 1), (2, 'MAES', '2026-01-11', 'COURSE', 2);
UPDATE report SET quantity = 0.25 WHERE id = 1;
RESET client_min_messages;

SELECT * FROM credits.portfolio ORDER BY customer, type_code;
SELECT * FROM credits.open_lot ORDER BY customer, type_code, lot_no;
SELECT customer, type_code, balance, alarm_level, cleared_at IS NOT NULL AS cleared FROM credits.alarm;
SELECT customer, type_code, entry_no, booked_on, kind, document_kind, document_number, document_date,
       article, quantity, value, balance_after, lot_no
FROM credits.history ORDER BY customer, type_code, entry_no;
SELECT * FROM credits.account ORDER BY customer, type_id;
SELECT * FROM credits.lot WHERE customer = 'ACME' \gx

-- An inactive type is left out of the standard lists, never out of the history.
UPDATE credits.credit_type SET active = false WHERE code = 'SUPPORT';
SELECT customer, type_code, open FROM credits.portfolio ORDER BY customer, type_code;
SELECT customer, type_code, lot_no FROM credits.open_lot ORDER BY customer, type_code, lot_no;
SELECT customer, type_code, balance FROM credits.alarm;
SELECT type_code, count(*) FROM credits.history GROUP BY type_code ORDER BY type_code;

-- All of it is for credits_reader, and to read only.
CREATE ROLE credits_regress_analyst IN ROLE credits_reader;
SET ROLE credits_regress_analyst;
SELECT customer, type_code, open FROM credits.portfolio ORDER BY customer, type_code;
UPDATE credits.entry SET quantity = 1;
DELETE FROM credits.lot;
RESET ROLE;
ROLLBACK;
