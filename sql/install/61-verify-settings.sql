-- The invariant between the settings and the ERP's tables that are their source: a row with a key has its setting, as the ERP says.

CREATE VIEW credits._verify_customer_as_bound AS
SELECT erp.customer, NULL::integer AS type_id,
       pg_catalog.format('%s says %s, the settings say %s', binding.erp_table, wanted, coalesce(present::text, 'nothing')) AS detail
FROM credits.binding
CROSS JOIN LATERAL credits._bound_customer(binding.erp_table) AS erp
LEFT JOIN credits.customer AS his ON his.customer = erp.customer
CROSS JOIN LATERAL (
    SELECT ROW(CASE WHEN binding.works_with_credits IS NULL THEN his.works_with_credits ELSE coalesce(erp.works_with_credits, false) END,
               CASE WHEN binding.name IS NULL THEN his.name ELSE erp.name END,
               CASE WHEN binding.account_of IS NULL THEN his.account_of ELSE nullif(erp.account_of, erp.customer) END) AS wanted,
           CASE WHEN his.customer IS NOT NULL THEN ROW(his.works_with_credits, his.name, his.account_of) END AS present) AS setting
WHERE binding.settings = 'customers'
  AND erp.customer IS NOT NULL
  AND (his.customer IS NULL OR wanted IS DISTINCT FROM present);
COMMENT ON VIEW credits._verify_customer_as_bound IS
'Customers that are not what the ERP''s bound table says: changed by hand, or while the table''s triggers were off. Binding it anew takes over what it says.';

CREATE VIEW credits._verify_article_as_bound AS
SELECT NULL::text AS customer, its.type_id,
       pg_catalog.format('%s says of article %s %s, the settings say %s', binding.erp_table, erp.article, wanted, coalesce(present::text, 'nothing')) AS detail
FROM credits.binding
CROSS JOIN LATERAL credits._bound_article(binding.erp_table) AS erp
LEFT JOIN credits.article AS its ON its.article = erp.article
LEFT JOIN credits.credit_type AS type ON type.type_id = its.type_id
CROSS JOIN LATERAL (
    SELECT ROW(CASE WHEN binding.credit_type IS NULL THEN type.code
                    WHEN erp.credit_type = type.type_id::text THEN type.code
                    ELSE nullif(erp.credit_type, '') END,
               CASE WHEN binding.coefficient IS NULL THEN its.coefficient
                    WHEN nullif(erp.credit_type, '') IS NOT NULL THEN pg_catalog.trim_scale(erp.coefficient) END,
               CASE WHEN binding.ledger_account IS NULL THEN its.ledger_account ELSE erp.ledger_account END,
               CASE WHEN binding.description IS NULL THEN its.description ELSE erp.description END) AS wanted,
           CASE WHEN its.article IS NOT NULL THEN ROW(type.code, its.coefficient, its.ledger_account, its.description) END AS present) AS setting
WHERE binding.settings = 'articles'
  AND erp.article IS NOT NULL
  AND (its.article IS NULL OR wanted IS DISTINCT FROM present);
COMMENT ON VIEW credits._verify_article_as_bound IS
'Articles that are not what the ERP''s bound table says: changed by hand, or while the table''s triggers were off. Binding it anew takes over what it says.';
