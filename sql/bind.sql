-- The ERP's own tables as the source of settings. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql
CREATE TABLE party (code text PRIMARY KEY, name text, prepaid boolean, payer text);
CREATE TABLE product (code text PRIMARY KEY, name text, credit_type text, credits_each numeric, account text);
INSERT INTO party VALUES ('ACME', 'Acme Ltd', true, NULL), ('KIM', 'Kim of Acme', false, 'ACME'),
    ('CAFE', 'Café Central', false, NULL);
INSERT INTO product VALUES ('CREDIT', 'Hour of support', 'SUPPORT', 1, '700000'), ('HOUR', 'Hour used', 'SUPPORT', -1, NULL),
    ('LAMP', 'Lamp', NULL, NULL, '700100');

SELECT credits.bind_customers('party', 'code', works_with_credits => 'prepaid', name => 'name', account_of => 'payer');
SELECT credits.bind_articles('product', 'code', credit_type => 'credit_type', coefficient => 'credits_each',
                             ledger_account => 'account', description => 'name');
SELECT erp_table, mapping, settings FROM credits.binding ORDER BY 1;
SELECT customer, name, works_with_credits, account_of FROM credits.customer ORDER BY 1;
SELECT article, a.description, ledger_account, code, coefficient FROM credits.article AS a LEFT JOIN credits.credit_type
    USING (type_id) ORDER BY 1;

-- Kept in step.
UPDATE party SET prepaid = true WHERE code = 'CAFE';
INSERT INTO product VALUES ('VISIT', 'Visit', 'SUPPORT', -2, NULL);
DELETE FROM product WHERE code = 'LAMP';
SELECT key, column_name, old_value, new_value FROM credits.setting_change WHERE key IN ('CAFE', 'VISIT', 'LAMP')
  AND table_name <> 'credit_type' ORDER BY changed_at, key, column_name;
INSERT INTO invoice VALUES ('I-1', 'KIM', '2026-01-01');
INSERT INTO invoice_line VALUES ('I-1', 1, 'CREDIT', 10, 100, 1000), ('I-1', 2, 'VISIT', 1, 80, 80);
SELECT customer, type_code, open FROM credits.portfolio;

-- What the ERP's user is told.
UPDATE product SET credit_type = 'SUPORT' WHERE code = 'VISIT';
UPDATE product SET credits_each = NULL WHERE code = 'VISIT';
UPDATE product SET credits_each = 0 WHERE code = 'VISIT';
UPDATE product SET code = 'V' WHERE code = 'VISIT';
UPDATE party SET payer = 'KIM' WHERE code = 'CAFE';
CREATE ROLE credits_regress_clerk;
GRANT ALL ON product TO credits_regress_clerk;
SET ROLE credits_regress_clerk;
UPDATE product SET credits_each = -1.5 WHERE code = 'VISIT';
UPDATE product SET name = 'A visit' WHERE code = 'VISIT';
RESET ROLE;

-- Mistakes, found when binding.
SELECT credits.unbind('product');
SELECT credits.unbind('product');
SELECT credits.bind_articles('product', 'code', 'credit_type');
SELECT credits.bind_articles('product', 'kode');
SELECT credits.bind_articles('product', 'name');
SELECT credits.bind_articles('product', 'code', 'credit_type', 'name');
SELECT credits.bind_articles('product', 'code', 'credit_type', 'credits_each, 1');
SELECT credits.bind_articles('product', 'code', description => 'name || now()');
SELECT credits.bind_articles('product', 'code', description => '(SELECT name)');
SELECT credits.bind_customers('party', 'code');
SELECT credits.bind_customers('credits.portfolio', 'customer');
SET ROLE credits_regress_clerk;
SELECT credits.bind_articles('product', 'code');
RESET ROLE;
SELECT * FROM credits.verify();
ROLLBACK;
