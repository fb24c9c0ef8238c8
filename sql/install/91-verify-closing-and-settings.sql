-- The invariants of the closings and of the settings, one view each, as in the file before. A row with a key in a table of the
-- ERP's that is their source has its setting, as the ERP says.

CREATE VIEW credits._verify_closing_equals_entries AS
SELECT NULL::text AS customer, type_id,
       pg_catalog.format('closing %s of %s: sold %s, consumed %s, changes %s, open %s; its entries say %s, %s, %s, %s',
                         closing.number,
                         pg_catalog.to_char(closing.month, 'YYYY-MM'), coalesce(recorded.sold, 0), coalesce(recorded.consumed, 0),
                         coalesce(recorded.changes, 0), coalesce(recorded.closing, 0), entries.sold,
                         entries.consumed, entries.changes, entries.closing) AS detail
FROM credits.closing
CROSS JOIN LATERAL (
    SELECT entry.type_id,
           coalesce(pg_catalog.sum(entry.value) FILTER (WHERE kind.movement = 'sold'
                                                        AND entry.booked_on >= closing.month), 0) AS sold,
           -coalesce(pg_catalog.sum(entry.value) FILTER (WHERE kind.movement = 'consumed'
                                                         AND entry.booked_on >= closing.month), 0) AS consumed,
           coalesce(pg_catalog.sum(entry.value) FILTER (WHERE kind.movement = 'changes'
                                                        AND entry.booked_on >= closing.month), 0) AS changes,
           pg_catalog.sum(entry.value) AS closing
    FROM credits.entry
    LEFT JOIN credits._entry_kind() AS kind USING (kind)
    WHERE entry.booked_on < closing.month + interval '1 month'
    GROUP BY entry.type_id) AS entries
LEFT JOIN credits.closing_type AS recorded USING (closing_id, type_id)
WHERE closing.reopened_at IS NULL
  AND (entries.sold, entries.consumed, entries.changes, entries.closing)
      IS DISTINCT FROM (coalesce(recorded.sold, 0), coalesce(recorded.consumed, 0), coalesce(recorded.changes, 0),
                        coalesce(recorded.closing, 0))
UNION ALL
SELECT NULL, type_id, pg_catalog.format('closing %s: opening %s, sold %s, consumed %s, changes %s make no %s',
                                        closing.number, opening, sold, consumed, changes, type.closing)
FROM credits.closing
JOIN credits.closing_type AS type USING (closing_id)
WHERE type.opening + type.sold - type.consumed + type.changes <> type.closing;
COMMENT ON VIEW credits._verify_closing_equals_entries IS
'Closed months whose entries add up to something else than was closed (rule 28, invariant 7).';

CREATE VIEW credits._verify_closing_line_equals_type AS
SELECT NULL::text AS customer, type.type_id,
       pg_catalog.format('closing %s: %s %s, its lines say %s on the balance account and %s on the result',
                         closing.number, movement.name, movement.value,
                         coalesce(lines.balance, 0), coalesce(lines.result, 0)) AS detail
FROM credits.closing
JOIN credits.closing_type AS type USING (closing_id)
CROSS JOIN LATERAL (VALUES ('sold', type.sold), ('consumed', -type.consumed), ('changes', type.changes)) AS movement (name, value)
LEFT JOIN LATERAL (
    SELECT pg_catalog.sum(line.amount) FILTER (WHERE line.line_no % 2 = 1) AS balance,
           pg_catalog.sum(line.amount) FILTER (WHERE line.line_no % 2 = 0) AS result
    FROM credits.closing_line AS line
    WHERE line.closing_id = closing.closing_id AND line.type_code = type.type_code AND line.movement = movement.name) AS lines
    ON true
WHERE coalesce(lines.balance, 0) <> movement.value OR coalesce(lines.result, 0) <> -movement.value;
COMMENT ON VIEW credits._verify_closing_line_equals_type IS
'Closings whose lines add up to something else than their types moved (rule 26).';

CREATE VIEW credits._verify_closing_balanced AS
SELECT NULL::text AS customer, NULL::integer AS type_id,
       pg_catalog.format('closing %s, relation "%s": the amounts in %s add up to %s', closing_id,
                         relation, currency, pg_catalog.sum(amount)) AS detail
FROM credits.closing_line
GROUP BY closing_id, relation, currency
HAVING pg_catalog.sum(amount) <> 0;
COMMENT ON VIEW credits._verify_closing_balanced IS
'Documents of closings whose total is not 0 (rule 26).';

CREATE VIEW credits._verify_closing_in_order AS
SELECT NULL::text AS customer, NULL::integer AS type_id, pg_catalog.format('closing %s follows closing %s', number, previous)
    AS detail
FROM (SELECT number, pg_catalog.lag(number, 1, 0) OVER (ORDER BY number) AS previous FROM credits.closing) AS numbered
WHERE number <> previous + 1
UNION ALL
SELECT NULL, NULL, pg_catalog.format('month %s is closed after month %s', pg_catalog.to_char(month, 'YYYY-MM'),
                                     pg_catalog.to_char(previous, 'YYYY-MM'))
FROM (SELECT month, pg_catalog.lag(month) OVER (ORDER BY month) AS previous FROM credits.closing WHERE reopened_at IS NULL)
    AS closed
WHERE month <> previous + interval '1 month'
UNION ALL
SELECT NULL, NULL, pg_catalog.format('closing_id %s has lines or types, and no closing', closing_id)
FROM (SELECT closing_id FROM credits.closing_line UNION SELECT closing_id FROM credits.closing_type) AS kept
WHERE closing_id NOT IN (SELECT closing_id FROM credits.closing);
COMMENT ON VIEW credits._verify_closing_in_order IS
'Closings that are not numbered 1, 2, 3 ..., and closed months that do not follow each other, or are gone (rule 28).';

CREATE VIEW credits._verify_customer_as_bound AS
SELECT erp.customer, NULL::integer AS type_id,
       pg_catalog.format('%s says %s, the settings say %s', binding.erp_table, wanted, coalesce(present::text, 'nothing'))
           AS detail
FROM credits.binding
CROSS JOIN LATERAL credits._bound_customer(binding.erp_table) AS erp
LEFT JOIN credits.customer AS his ON his.customer = erp.customer
CROSS JOIN LATERAL (
    SELECT ROW(CASE WHEN binding.works_with_credits IS NULL THEN his.works_with_credits
               ELSE coalesce(erp.works_with_credits, false) END,
               CASE WHEN binding.name IS NULL THEN his.name ELSE erp.name END,
               CASE WHEN binding.account_of IS NULL THEN his.account_of ELSE nullif(erp.account_of, erp.customer) END) AS wanted,
           CASE WHEN his.customer IS NOT NULL THEN ROW(his.works_with_credits, his.name, his.account_of) END AS present)
           AS setting
WHERE binding.settings = 'customers'
  AND credits._is_binding_readable(binding.erp_table, binding.mapping)
  AND erp.error IS NULL
  AND erp.customer IS NOT NULL
  AND (his.customer IS NULL OR wanted IS DISTINCT FROM present)
UNION ALL
SELECT erp.customer, NULL, pg_catalog.format('%s: the row of %s cannot be read: %s', binding.erp_table,
                                             coalesce('customer ' || erp.customer, 'a customer'), erp.error)
FROM credits.binding
CROSS JOIN LATERAL credits._bound_customer(binding.erp_table) AS erp
WHERE binding.settings = 'customers'
  AND credits._is_binding_readable(binding.erp_table, binding.mapping)
  AND erp.error IS NOT NULL;
COMMENT ON VIEW credits._verify_customer_as_bound IS
'Customers that are not what the ERP''s bound table says: changed by hand, or while the table''s triggers were off (binding it '
'anew takes over what it says), or whose row there cannot be read.';

CREATE VIEW credits._verify_article_as_bound AS
SELECT NULL::text AS customer, its.type_id,
       pg_catalog.format('%s says of article %s %s, the settings say %s', binding.erp_table, erp.article,
                         wanted, coalesce(present::text, 'nothing')) AS detail
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
           CASE WHEN its.article IS NOT NULL THEN ROW(type.code, its.coefficient, its.ledger_account, its.description) END
               AS present) AS setting
WHERE binding.settings = 'articles'
  AND credits._is_binding_readable(binding.erp_table, binding.mapping)
  AND erp.error IS NULL
  AND erp.article IS NOT NULL
  AND (its.article IS NULL OR wanted IS DISTINCT FROM present)
UNION ALL
SELECT NULL, NULL, pg_catalog.format('%s: the row of %s cannot be read: %s', binding.erp_table,
                                     coalesce('article ' || erp.article, 'an article'), erp.error)
FROM credits.binding
CROSS JOIN LATERAL credits._bound_article(binding.erp_table) AS erp
WHERE binding.settings = 'articles'
  AND credits._is_binding_readable(binding.erp_table, binding.mapping)
  AND erp.error IS NOT NULL;
COMMENT ON VIEW credits._verify_article_as_bound IS
'Articles that are not what the ERP''s bound table says: changed by hand, or while the table''s triggers were off (binding it '
'anew takes over what it says), or whose row there cannot be read.';

CREATE VIEW credits._verify_account_of_one_level AS
SELECT contact.customer, NULL::integer AS type_id,
       pg_catalog.format('he uses the credits of %s, %s', contact.account_of,
                         CASE WHEN account.customer IS NULL THEN 'who does not exist' ELSE 'who uses those of '
                             || account.account_of END) AS detail
FROM credits.customer AS contact
LEFT JOIN credits.customer AS account ON account.customer = contact.account_of
WHERE contact.account_of IS NOT NULL
  AND (account.customer IS NULL OR account.account_of IS NOT NULL);
COMMENT ON VIEW credits._verify_account_of_one_level IS
'Contacts of a customer who does not exist, or who is a contact himself (rule 7).';

CREATE VIEW credits._verify_accounts_match AS
SELECT NULL::text AS customer, type_id, pg_catalog.format('article %s: its %s account is %s, that of the type %s', article, side,
                                                          ledger_account, type_account) AS detail
FROM credits._posting_mismatch
JOIN credits.credit_type AS type ON type.code = type_code;
COMMENT ON VIEW credits._verify_accounts_match IS
'Activation and result articles that do not match their type (rule 4).';

CREATE VIEW credits._verify_source_whole AS
SELECT NULL::text AS customer, NULL::integer AS type_id, pg_catalog.format('%s: %s', source.line_table, part.fault) AS detail
FROM credits.source
CROSS JOIN LATERAL credits._source_fault(source.line_table) AS part (fault);
COMMENT ON VIEW credits._verify_source_whole IS
'Attached tables that have lost a part while the protection was off, whose rows cannot be read at all, or on which a trigger of '
'credits is off: what they save is not booked.';

CREATE VIEW credits._verify_binding_whole AS
SELECT NULL::text AS customer, NULL::integer AS type_id, pg_catalog.format('%s: %s', binding.erp_table, part.fault) AS detail
FROM credits.binding
CROSS JOIN LATERAL credits._binding_fault(binding.erp_table, binding.mapping) AS part (fault);
COMMENT ON VIEW credits._verify_binding_whole IS
'Bound tables that have lost a part while the protection was off, whose rows cannot be read at all, or on which a trigger of '
'credits is off: the settings do not follow them.';

-- A table that was dropped with its lines still on record, and one that another has taken the name of.
CREATE VIEW credits._verify_lost_source AS
SELECT NULL::text AS customer, NULL::integer AS type_id,
       pg_catalog.format('%s: the table is gone, and line %s still has credits', source.name, booked.line_key) AS detail
FROM credits._source AS source
CROSS JOIN LATERAL
    (SELECT entry.line_key
     FROM credits._entry_by_customer AS entry
     WHERE entry.source_no = source.source_no
     GROUP BY entry.customer, entry.type_id, entry.line_key
     HAVING pg_catalog.sum(entry.quantity) <> 0
     LIMIT 1) AS booked
WHERE source.archive_of IS NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class AS class WHERE class.oid = source.line_table)
UNION ALL
SELECT NULL, NULL,
       pg_catalog.format('%s: it was %s when it was attached, and the table of that name is not attached', its.name,
                         its.attached_as)
FROM credits.source
JOIN credits._source AS its USING (source_no)
WHERE its.name <> its.attached_as
  AND EXISTS (SELECT FROM pg_catalog.pg_class AS class -- no index, sequence or type
              WHERE class.oid = pg_catalog.to_regclass(its.attached_as) AND class.relkind IN ('r', 'p', 'f', 'v'))
  AND NOT EXISTS (SELECT FROM credits.source AS other WHERE other.line_table = pg_catalog.to_regclass(its.attached_as))
UNION ALL
SELECT NULL, NULL, pg_catalog.format('source %s: it is not known any more, and line %s has entries', entry.source_no,
                                     pg_catalog.min(entry.line_key))
FROM credits._entry_by_customer AS entry
WHERE entry.source_no IS NOT NULL AND NOT EXISTS (SELECT FROM credits._source AS source WHERE source.source_no = entry.source_no)
GROUP BY entry.source_no;
COMMENT ON VIEW credits._verify_lost_source IS
'Sources whose table is gone while its lines have credits, or whose former name another table has, and those that a dump of some '
'tables has left out (rule 24).';
