-- What a closing looks like: as a journal, as lines of an ERP's document, and down to the document lines behind an amount.

CREATE VIEW credits.closing_journal AS
SELECT
    closing.closing_id,
    closing.month,
    line.ledger_account,
    line.currency,
    pg_catalog.sum(greatest(-line.amount, 0 * line.amount)) AS debit,
    pg_catalog.sum(greatest(line.amount, 0 * line.amount)) AS credit
FROM credits.closing
JOIN credits.closing_line AS line USING (closing_id)
WHERE closing.reopened_at IS NULL
GROUP BY closing.closing_id, closing.month, line.ledger_account, line.currency;
COMMENT ON VIEW credits.closing_journal IS
'The closings in force as a journal: debit and credit per ledger account.
Both sides of a closing are equal in each currency (rule 26).
Opening balances are not in it: they were on the balance account before (rule 22).';
COMMENT ON COLUMN credits.closing_journal.closing_id     IS 'the closing';
COMMENT ON COLUMN credits.closing_journal.month          IS 'first day of the closed month';
COMMENT ON COLUMN credits.closing_journal.ledger_account IS 'the account';
COMMENT ON COLUMN credits.closing_journal.currency       IS 'ISO 4217 code of the money in this row';
COMMENT ON COLUMN credits.closing_journal.debit          IS 'money: sum of the debits';
COMMENT ON COLUMN credits.closing_journal.credit         IS 'money: sum of the credits';

-- Most ERPs multiply: the price is exact enough that quantity x price, rounded to the currency, is the amount again.
CREATE VIEW credits.closing_document AS
SELECT
    closing.closing_id,
    closing.number,
    closing.month,
    (closing.month + interval '1 month' - interval '1 day')::date AS document_date,
    line.relation,
    line.line_no,
    line.article,
    line.ledger_account,
    pg_catalog.format('%s %s %s', line.type_code, line.movement, pg_catalog.to_char(closing.month, 'YYYY-MM')) AS description,
    written.quantity,
    pg_catalog.trim_scale(pg_catalog.round(line.amount / written.quantity, 12)) AS unit_price,
    line.amount,
    line.currency
FROM credits.closing
JOIN credits.closing_line AS line USING (closing_id)
CROSS JOIN LATERAL (SELECT CASE WHEN line.quantity = 0 THEN pg_catalog.sign(line.amount) ELSE line.quantity END AS quantity)
    AS written
WHERE closing.reopened_at IS NULL;
COMMENT ON VIEW credits.closing_document IS
'The closings in force in the shape of an ERP''s document lines: one document per closing and relation, with a total of 0 and '
'without VAT (rule 26).';
COMMENT ON COLUMN credits.closing_document.closing_id     IS 'the closing';
COMMENT ON COLUMN credits.closing_document.number         IS 'its number';
COMMENT ON COLUMN credits.closing_document.month          IS 'first day of the closed month';
COMMENT ON COLUMN credits.closing_document.document_date  IS 'last day of the closed month: the date for the books';
COMMENT ON COLUMN credits.closing_document.relation       IS 'the ERP''s key of the relation that the document is made out to';
COMMENT ON COLUMN credits.closing_document.line_no        IS 'number within closing and relation';
COMMENT ON COLUMN credits.closing_document.article        IS 'article of the line';
COMMENT ON COLUMN credits.closing_document.ledger_account IS 'account that the line is booked on';
COMMENT ON COLUMN credits.closing_document.description    IS 'type, movement and month';
COMMENT ON COLUMN credits.closing_document.quantity       IS 'credits; 1 or -1 for a change of value, where no credits move';
COMMENT ON COLUMN credits.closing_document.unit_price IS
'money per credit, with up to 12 decimals: times the quantity, and rounded, it is the amount';
COMMENT ON COLUMN credits.closing_document.amount         IS 'money: > 0 is a credit of the ledger account';
COMMENT ON COLUMN credits.closing_document.currency       IS 'ISO 4217 code';

CREATE VIEW credits.closing_trace AS
SELECT
    line.closing_id,
    line.relation,
    line.line_no,
    line.article AS posted_article,
    line.ledger_account,
    line.movement,
    line.type_code,
    entry.customer,
    entry.entry_no,
    entry.kind,
    entry.lot_no,
    entry.booked_on,
    entry.document_kind,
    entry.document_date,
    entry.document_number,
    entry.line_table,
    entry.line_key,
    entry.article,
    CASE WHEN line.line_no % 2 = 1 THEN entry.quantity ELSE -entry.quantity END AS quantity,
    CASE WHEN line.line_no % 2 = 1 THEN entry.value ELSE -entry.value END AS amount,
    entry.description,
    entry.recorded_at,
    entry.recorded_by,
    entry.entered_by
FROM credits.closing
JOIN credits.closing_line AS line USING (closing_id)
JOIN credits.closing_type AS type USING (closing_id, type_code)
-- The line of the result side says which lots the pair is about.
JOIN credits.closing_line AS result
    ON result.closing_id = line.closing_id AND result.relation = line.relation
        AND result.line_no = line.line_no + line.line_no % 2
JOIN credits.entry
    ON entry.type_id = type.type_id
    AND entry.booked_on >= closing.month
    AND entry.booked_on < closing.month + interval '1 month'
    AND line.movement = credits._movement_of(entry.kind)
    AND (type.posting_relation = 'fixed_relation' OR entry.customer = line.relation)
LEFT JOIN credits._lot_by_customer AS lot
    ON type.posting_articles = 'original'
    AND lot.customer = entry.customer AND lot.type_id = entry.type_id AND lot.lot_no = entry.lot_no
WHERE closing.reopened_at IS NULL
  AND coalesce(lot.article, type.result_article) = result.article
  AND coalesce(lot.ledger_account, type.result_account) = result.ledger_account;
COMMENT ON VIEW credits.closing_trace IS
'From each line of the closings in force to its entries, and their document lines: the amounts add up to that of the line (rule '
'30).';
COMMENT ON COLUMN credits.closing_trace.closing_id      IS 'the closing';
COMMENT ON COLUMN credits.closing_trace.relation        IS 'of the closing line';
COMMENT ON COLUMN credits.closing_trace.line_no         IS 'of the closing line';
COMMENT ON COLUMN credits.closing_trace.posted_article  IS 'article of the closing line';
COMMENT ON COLUMN credits.closing_trace.ledger_account  IS 'account of the closing line';
COMMENT ON COLUMN credits.closing_trace.movement        IS 'sold, consumed or changes';
COMMENT ON COLUMN credits.closing_trace.type_code       IS 'code of the credit type';
COMMENT ON COLUMN credits.closing_trace.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.closing_trace.entry_no        IS 'number of the entry within customer and type';
COMMENT ON COLUMN credits.closing_trace.kind            IS 'kind of entry, as in the table entry; no opening';
COMMENT ON COLUMN credits.closing_trace.lot_no          IS 'the lot that it moved';
COMMENT ON COLUMN credits.closing_trace.booked_on       IS 'date for the books, in the closed month';
COMMENT ON COLUMN credits.closing_trace.document_kind   IS 'kind of the document; manual when registered by hand';
COMMENT ON COLUMN credits.closing_trace.document_date   IS 'date of the document';
COMMENT ON COLUMN credits.closing_trace.document_number IS 'number of the document';
COMMENT ON COLUMN credits.closing_trace.line_table      IS 'attached table of the document line; null when registered by hand';
COMMENT ON COLUMN credits.closing_trace.line_key        IS 'key of the document line';
COMMENT ON COLUMN credits.closing_trace.article         IS 'article of the document line';
COMMENT ON COLUMN credits.closing_trace.quantity        IS 'credits, with the sign that they have in the closing line';
COMMENT ON COLUMN credits.closing_trace.amount          IS 'money: its part of the closing line''s amount';
COMMENT ON COLUMN credits.closing_trace.description     IS 'given with a registration by hand';
COMMENT ON COLUMN credits.closing_trace.recorded_at     IS 'start of the statement that recorded it';
COMMENT ON COLUMN credits.closing_trace.recorded_by     IS 'role that recorded it';
COMMENT ON COLUMN credits.closing_trace.entered_by      IS 'the ERP''s user, where the source names him';
