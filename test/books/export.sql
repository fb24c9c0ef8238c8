-- The books as hledger reads them: what the ERP books itself, and the closings in force. Amounts as hledger has them: debit
-- positive. Receivables and opening balances are kept apart by the account that was credited, or whose type they are of.
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;

CREATE TEMPORARY VIEW account AS SELECT code, code || ' ' || name AS name FROM erp.ledger_account;

-- (a) Each invoice and credit note at its date for the books: D customers / C the account that it was sold on. A sale by hand has
-- no article: it is booked on the result account of its type.
CREATE TEMPORARY VIEW invoiced AS
SELECT entry.booked_on AS day, format('invoice %s %s', entry.customer, entry.document_number) AS description,
       format('%s:%s:%s', debtors.name, entry.customer, turnover.code) AS debit,
       turnover.name AS credit, entry.amount, type.currency
FROM credits.entry
JOIN credits.lot USING (customer, type_id, lot_no)
JOIN credits.credit_type AS type USING (type_id)
JOIN account AS turnover ON turnover.code = coalesce(lot.ledger_account, type.result_account)
JOIN account AS debtors ON debtors.code = '400000'
WHERE entry.kind IN ('sale', 'sale_change', 'credit_note') AND entry.amount <> 0;

-- (b) Opening balances: D the opening of the books / C the balance account.
CREATE TEMPORARY VIEW opened AS
SELECT entry.booked_on AS day, format('opening balance %s', entry.customer) AS description,
       format('%s:%s', equity.name, type.result_account) AS debit, balance.name AS credit, entry.value AS amount, type.currency
FROM credits.entry
JOIN credits.credit_type AS type USING (type_id)
JOIN account AS balance ON balance.code = type.balance_account
JOIN account AS equity ON equity.code = '100000'
WHERE entry.kind = 'opening' AND entry.value <> 0;

CREATE TEMPORARY VIEW simple AS SELECT * FROM invoiced UNION ALL SELECT * FROM opened;

-- (c) The documents of the closings on the last day of their month, per relation and currency: hledger would take two currencies
-- in one transaction that do not balance for an exchange.
CREATE TEMPORARY VIEW closed AS
SELECT (closing.month + interval '1 month' - interval '1 day')::date AS day,
       format('(%s) closing %s', closing.number, line.relation) AS description,
       string_agg(format(E'\n    %s  %s %s  ; movement: %s', account.name, -line.amount, line.currency, line.movement),
                  '' ORDER BY line.line_no) AS postings
FROM credits.closing
JOIN credits.closing_line AS line USING (closing_id)
JOIN account ON account.code = line.ledger_account
WHERE closing.reopened_at IS NULL
GROUP BY closing.month, closing.number, line.relation, line.currency;

-- More decimals than any currency has, so that what is less than a cent would show.
SELECT 'decimal-mark .';
SELECT DISTINCT format('commodity 1.00000 %s', currency) FROM credits.credit_type ORDER BY 1;
SELECT format('account %s', name) FROM account UNION SELECT format('account %s', debit) FROM simple ORDER BY 1;
SELECT E'\n' || day || ' ' || description || postings
FROM (SELECT day, description, format(E'\n    %s  %s %s\n    %s  %s %s', debit, amount, currency, credit, -amount, currency)
      AS postings FROM simple
      UNION ALL
      SELECT * FROM closed) AS books
ORDER BY day, description, postings;
