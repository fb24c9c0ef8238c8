-- Settings: what the bookkeeper sees when he changes them (rules 1 to 7). Nothing of this stays.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;

-- A credit type, the articles that sell and consume it, and those of the closing.
INSERT INTO credits.credit_type (type_id, code, alarm_level, balance_account, activation_article)
VALUES (101, 'SUPPORT', 2, '460000', 'ACTIVATION');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('SALE', 101, 1), ('QUARTER', 101, -0.25);
INSERT INTO credits.customer (customer, name) VALUES ('C1', 'First');

-- More than 4 active types are allowed, and advised against.
INSERT INTO credits.credit_type (type_id, code) SELECT 101 + n, 'T' || n FROM generate_series(1, 4) AS n;
UPDATE credits.credit_type SET active = false WHERE code = 'T4';

-- Coefficients are exact.
UPDATE credits.article SET coefficient = 0.00001 WHERE article = 'SALE';
UPDATE credits.article SET coefficient = 0 WHERE article = 'SALE';

-- The articles of the closing match the accounts of their type.
INSERT INTO credits.article (article, ledger_account) VALUES ('ACTIVATION', '700000');
INSERT INTO credits.article (article, ledger_account) VALUES ('ACTIVATION', '460000');
UPDATE credits.credit_type SET balance_account = '461000' WHERE code = 'SUPPORT';
UPDATE credits.article SET type_id = 101, coefficient = 1 WHERE article = 'ACTIVATION';

-- What is used stays.
SELECT credits.register_sale('C1', 'SUPPORT', 10, 1000, 'to begin with', '2026-01-01');
DELETE FROM credits.credit_type WHERE code = 'SUPPORT';
DELETE FROM credits.customer WHERE customer = 'C1';
UPDATE credits.credit_type SET valuation = 'fixed', unit_value = 95 WHERE code = 'SUPPORT';
UPDATE credits.credit_type SET currency = 'USD' WHERE code = 'SUPPORT';

-- Alarm levels of a customer's own.
SELECT credits.set_alarm_level('C1', 'SUPPORT', 5);
SELECT credits.set_alarm_level('C2', 'SUPPORT', 5);
SELECT credits.set_alarm_level('C1', 'NONE', 5);

-- Parameters are one row, which stays.
INSERT INTO credits.parameter (fixed_relation) VALUES ('R-1');
DELETE FROM credits.parameter;

-- A contact uses the credits of his customer: one level, and nobody's but a customer's.
INSERT INTO credits.customer (customer, account_of) VALUES ('C2', 'C1');
INSERT INTO credits.customer (customer, account_of) VALUES ('C3', 'C2');
UPDATE credits.customer SET account_of = 'C1' WHERE customer = 'C1';
UPDATE credits.customer SET account_of = 'C9' WHERE customer = 'C2';
INSERT INTO credits.customer (customer) VALUES ('C3');
UPDATE credits.customer SET account_of = 'C3' WHERE customer = 'C1';
DELETE FROM credits.customer WHERE customer = 'C1';

-- Never.
INSERT INTO credits.customer (customer) VALUES (repeat('k', 256));
TRUNCATE credits.article CASCADE;

-- Whoever is not of credits_management changes nothing.
CREATE ROLE credits_regress_technician;
SET ROLE credits_regress_technician;
UPDATE credits.article SET coefficient = -0.5 WHERE article = 'QUARTER';
SELECT credits.set_alarm_level('C1', 'SUPPORT', NULL);
RESET ROLE;

-- Who changed what is on record.
UPDATE credits.credit_type SET alarm_level = 2.5, memo = 'Hours of a technician' WHERE code = 'SUPPORT';
DELETE FROM credits.article WHERE article = 'QUARTER';
SELECT table_name, key, column_name, old_value, new_value, changed_by = current_user AS by_me
FROM credits.setting_change
WHERE (table_name, key) IN (('credit_type', 'SUPPORT'), ('article', 'QUARTER'), ('account', 'C1/SUPPORT'), ('parameter', 'true'))
  AND new_value IS DISTINCT FROM 'fifo'
ORDER BY changed_at, column_name;

ROLLBACK;
