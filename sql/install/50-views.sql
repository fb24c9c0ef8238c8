-- What users read. Quantities are in credits; money is in the currency of the type. Portfolio and open_lot leave inactive types
-- out.
--
-- At REPEATABLE READ a transaction that saved after somebody else sees a row of _account and _lot twice: the version of its
-- snapshot and its own. Each version carries its last entry number, and these views show the newest one per key.
-- They stay as fast as the tables when a customer is given: conditions on the key columns reach the index.

CREATE VIEW credits.account AS
SELECT DISTINCT ON (customer, type_id)
    customer,
    type_id,
    balance,
    value,
    alarm_level,
    last_lot_no,
    last_entry_no
FROM credits._account
ORDER BY customer, type_id, last_entry_no DESC;
COMMENT ON VIEW credits.account IS 'A customer''s account in one credit type.';
COMMENT ON COLUMN credits.account.customer      IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.account.type_id       IS 'the credit type';
COMMENT ON COLUMN credits.account.balance       IS 'credits, never negative';
COMMENT ON COLUMN credits.account.value         IS 'money: the value of its open lots';
COMMENT ON COLUMN credits.account.alarm_level   IS 'in credits: the customer''s own level; null for the type''s default';
COMMENT ON COLUMN credits.account.last_lot_no   IS 'number of its newest lot; 0 for none';
COMMENT ON COLUMN credits.account.last_entry_no IS 'number of its newest entry; 0 for none';

CREATE VIEW credits.lot AS
SELECT DISTINCT ON (lot.customer, lot.type_id, lot.lot_no)
    lot.customer,
    lot.type_id,
    lot.lot_no,
    lot.sold_on,
    lot.booked_on,
    lot.quantity,
    lot.amount,
    lot.value,
    lot.remaining,
    lot.remaining_value,
    lot.open,
    source.line_table,
    lot.line_key,
    lot.document_kind,
    lot.document_number,
    lot.article,
    lot.coefficient,
    lot.ledger_account,
    lot.credited,
    lot.returned,
    source.name AS source
FROM credits._lot_by_customer AS lot
LEFT JOIN credits._source AS source USING (source_no)
ORDER BY lot.customer, lot.type_id, lot.lot_no, lot.last_entry_no DESC;
COMMENT ON VIEW credits.lot IS 'The credits of one sale, kept apart with their value.';
COMMENT ON COLUMN credits.lot.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.lot.type_id         IS 'the credit type';
COMMENT ON COLUMN credits.lot.lot_no          IS 'number within the account, gapless, in order of sale';
COMMENT ON COLUMN credits.lot.sold_on         IS 'date of the sale''s document: oldest first';
COMMENT ON COLUMN credits.lot.booked_on       IS 'date that the sale is booked on (rule 28)';
COMMENT ON COLUMN credits.lot.quantity        IS 'credits sold';
COMMENT ON COLUMN credits.lot.amount          IS 'net amount invoiced';
COMMENT ON COLUMN credits.lot.value           IS 'what the credits were worth at the sale (rule 11)';
COMMENT ON COLUMN credits.lot.remaining       IS 'credits neither consumed nor credited';
COMMENT ON COLUMN credits.lot.remaining_value IS 'value of what remains';
COMMENT ON COLUMN credits.lot.open            IS 'some of it remains';
COMMENT ON COLUMN credits.lot.line_table      IS
'table of the sale line; null when registered by hand, when the table is gone, or when the line is archived';
COMMENT ON COLUMN credits.lot.line_key        IS 'key of the sale line';
COMMENT ON COLUMN credits.lot.document_kind   IS 'kind of the sale document; manual when registered by hand';
COMMENT ON COLUMN credits.lot.document_number IS 'number of the sale document';
COMMENT ON COLUMN credits.lot.article         IS 'article sold';
COMMENT ON COLUMN credits.lot.coefficient     IS 'of the article at the sale';
COMMENT ON COLUMN credits.lot.ledger_account  IS 'the article''s account at the sale';
COMMENT ON COLUMN credits.lot.credited        IS 'credits that credit notes took out of it (rule 17)';
COMMENT ON COLUMN credits.lot.returned        IS 'credits of its draws that return lines gave back (rule 17)';
COMMENT ON COLUMN credits.lot.source          IS
'name of the source that the sale line is or was in; null when registered by hand';

-- Not the view lot with a condition: it would read all lots of a customer, of which few are open.
CREATE VIEW credits._open_lot AS
SELECT lot.*
FROM credits._lot_by_customer AS lot
WHERE lot.open
  AND NOT EXISTS (
      SELECT
      FROM credits._lot AS newer
      WHERE newer.account_no = lot.account_no
        AND newer.lot_no = lot.lot_no
        AND newer.last_entry_no > lot.last_entry_no);
COMMENT ON VIEW credits._open_lot IS
'Lots with credits, of active and inactive types, in their newest version, by the index of open lots.';

CREATE VIEW credits.open_lot AS
SELECT
    lot.customer,
    type.code AS type_code,
    lot.lot_no,
    lot.sold_on,
    lot.document_number,
    lot.article,
    lot.quantity,
    lot.remaining,
    lot.value,
    lot.remaining_value
FROM credits._open_lot AS lot
JOIN credits.credit_type AS type USING (type_id)
WHERE type.active;
COMMENT ON VIEW credits.open_lot IS
'The lots that have credits left, of active types; consumption draws from the oldest first (rule 11).';
COMMENT ON COLUMN credits.open_lot.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.open_lot.type_code       IS 'code of the credit type';
COMMENT ON COLUMN credits.open_lot.lot_no          IS 'number within the account';
COMMENT ON COLUMN credits.open_lot.sold_on         IS 'date of the sale''s document';
COMMENT ON COLUMN credits.open_lot.document_number IS 'number of the sale document';
COMMENT ON COLUMN credits.open_lot.article         IS 'article sold';
COMMENT ON COLUMN credits.open_lot.quantity        IS 'credits sold';
COMMENT ON COLUMN credits.open_lot.remaining       IS 'credits left';
COMMENT ON COLUMN credits.open_lot.value           IS 'value of the credits sold';
COMMENT ON COLUMN credits.open_lot.remaining_value IS 'value of the credits left';

-- Sold and consumed come from the lots, so that no entry is read but the account's last one.
CREATE VIEW credits.portfolio AS
SELECT
    account.customer,
    customer.name AS customer_name,
    type.code AS type_code,
    type.currency,
    pg_catalog.trim_scale(sales.sold) AS sold,
    pg_catalog.trim_scale(sales.sold - account.balance) AS consumed,
    account.balance AS open,
    account.value AS open_value,
    coalesce(account.alarm_level, type.alarm_level) AS alarm_level,
    coalesce(account.balance < coalesce(account.alarm_level, type.alarm_level), false) AS below_alarm,
    (SELECT pg_catalog.min(lot.sold_on) FROM credits._open_lot AS lot
     WHERE lot.customer = account.customer AND lot.type_id = account.type_id) AS oldest_open_sale,
    (SELECT pg_catalog.max(entry.booked_on) FROM credits.entry
     WHERE entry.customer = account.customer AND entry.type_id = account.type_id
       AND entry.entry_no = account.last_entry_no) AS last_booked_on
FROM credits.account
JOIN credits.credit_type AS type USING (type_id)
LEFT JOIN credits.customer USING (customer)
CROSS JOIN LATERAL (
    SELECT coalesce(pg_catalog.sum(lot.quantity - lot.credited), 0) AS sold
    FROM credits.lot
    WHERE lot.customer = account.customer AND lot.type_id = account.type_id) AS sales
WHERE type.active;
COMMENT ON VIEW credits.portfolio IS 'What each customer has, per active credit type: sold, consumed, open (rule 29).';
COMMENT ON COLUMN credits.portfolio.customer         IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.portfolio.customer_name    IS 'his name, where it is known';
COMMENT ON COLUMN credits.portfolio.type_code        IS 'code of the credit type';
COMMENT ON COLUMN credits.portfolio.currency         IS 'ISO 4217 code of the money in this row';
COMMENT ON COLUMN credits.portfolio.sold             IS 'credits sold so far, net of credit notes';
COMMENT ON COLUMN credits.portfolio.consumed         IS 'credits consumed so far, net of what was returned';
COMMENT ON COLUMN credits.portfolio.open             IS 'credits left: sold - consumed';
COMMENT ON COLUMN credits.portfolio.open_value       IS 'value of the credits left';
COMMENT ON COLUMN credits.portfolio.alarm_level      IS 'in credits: his own level, else that of the type; null for no alarm';
COMMENT ON COLUMN credits.portfolio.below_alarm      IS 'fewer credits are left than the alarm level';
COMMENT ON COLUMN credits.portfolio.oldest_open_sale IS 'date of the oldest sale of which credits are left; null for none';
COMMENT ON COLUMN credits.portfolio.last_booked_on   IS 'date that the last entry is booked on; null for none';

CREATE VIEW credits.history AS
SELECT
    entry.customer,
    type.code AS type_code,
    entry.entry_no,
    entry.booked_on,
    entry.kind,
    entry.document_kind,
    entry.document_number,
    entry.document_date,
    entry.article,
    entry.quantity,
    entry.value,
    entry.balance_after,
    entry.lot_no,
    entry.description,
    entry.recorded_at,
    entry.recorded_by
FROM credits.entry
JOIN credits.credit_type AS type USING (type_id);
COMMENT ON VIEW credits.history IS
'Every entry of the ledger, of inactive types too: what moved, by which document, and the balance after it (rule 29).';
COMMENT ON COLUMN credits.history.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.history.type_code       IS 'code of the credit type';
COMMENT ON COLUMN credits.history.entry_no        IS 'number within customer and type, gapless, in order of booking';
COMMENT ON COLUMN credits.history.booked_on       IS 'date for the books (rule 28)';
COMMENT ON COLUMN credits.history.kind            IS 'kind of entry, as in the table entry';
COMMENT ON COLUMN credits.history.document_kind   IS 'kind of the document; manual when registered by hand';
COMMENT ON COLUMN credits.history.document_number IS 'number of the document';
COMMENT ON COLUMN credits.history.document_date   IS 'date of the document';
COMMENT ON COLUMN credits.history.article         IS 'article of the line';
COMMENT ON COLUMN credits.history.quantity        IS 'credits: > 0 came in, < 0 went out';
COMMENT ON COLUMN credits.history.value           IS 'money that moved with them, same sign';
COMMENT ON COLUMN credits.history.balance_after   IS 'credits of the account after this entry';
COMMENT ON COLUMN credits.history.lot_no          IS 'the lot that it moved';
COMMENT ON COLUMN credits.history.description     IS 'given with a registration by hand';
COMMENT ON COLUMN credits.history.recorded_at     IS 'start of the statement that recorded it';
COMMENT ON COLUMN credits.history.recorded_by     IS 'role that recorded it';

-- They have no settings of their own, so that the planner puts them in place of their calls, and stops where the caller does.
CREATE FUNCTION credits.entry_of(customer text, type_code text) RETURNS SETOF credits.entry
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT entry.*
    FROM credits.entry
    WHERE entry.customer = entry_of.customer AND entry.type_id = credits._type_named(entry_of.type_code)
    ORDER BY entry.entry_no DESC;
END;
COMMENT ON FUNCTION credits.entry_of(text, text) IS
'A customer''s entries in one credit type, as in the view entry, the newest first: by the index, however many he has.
Arguments:
- customer: the ERP''s key as text
- type_code: code of the credit type
For credits_reader.
Errors:
- P0002 no such credit type
Rule 29.';

-- By the index backwards, whatever the planner guesses of an account that it does not know yet. Called among the columns of a
-- query it gives row by row, so that a LIMIT ends it.
CREATE FUNCTION credits._newest_entries(customer text, type_id integer) RETURNS SETOF credits.entry
LANGUAGE sql STABLE
SET enable_sort = off
BEGIN ATOMIC
    SELECT entry.*
    FROM credits.entry
    WHERE entry.customer = _newest_entries.customer AND entry.type_id = _newest_entries.type_id
    ORDER BY entry.entry_no DESC;
END;
COMMENT ON FUNCTION credits._newest_entries(text, integer) IS
'The entries of an account, the newest first.';

CREATE FUNCTION credits.history_of(customer text) RETURNS SETOF credits.history
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT (his.entry).customer, his.type_code, (his.entry).entry_no, (his.entry).booked_on, (his.entry).kind,
           (his.entry).document_kind, (his.entry).document_number, (his.entry).document_date, (his.entry).article,
           (his.entry).quantity, (his.entry).value, (his.entry).balance_after, (his.entry).lot_no,
           (his.entry).description, (his.entry).recorded_at, (his.entry).recorded_by
    FROM (SELECT type.code AS type_code, credits._newest_entries(key.customer, key.type_id) AS entry
          FROM credits._account_key AS key
          JOIN credits.credit_type AS type USING (type_id)
          WHERE key.customer = history_of.customer) AS his;
END;
COMMENT ON FUNCTION credits.history_of(text) IS
'A customer''s entries, as in the view history, one credit type after the other, in each the newest first: by the index, however
many he has.
Arguments:
- customer: the ERP''s key as text
For credits_reader.
Rule 29.';
