-- The integrity check: every invariant of ledger, documents and settings, asked at once.

CREATE VIEW credits._violation AS
SELECT violation.invariant, violation.customer, type.code AS type_code, violation.detail
FROM (SELECT 'account_has_customer' AS invariant, * FROM credits._verify_account_has_customer
      UNION ALL
      SELECT 'account_has_type', * FROM credits._verify_account_has_type
      UNION ALL
      SELECT 'account_has_number', * FROM credits._verify_account_has_number
      UNION ALL
      SELECT 'ledger_has_account', * FROM credits._verify_ledger_has_account
      UNION ALL
      SELECT 'balance_not_negative', * FROM credits._verify_balance_not_negative
      UNION ALL
      SELECT 'balance_equals_entries', * FROM credits._verify_balance_equals_entries
      UNION ALL
      SELECT 'balance_equals_lots', * FROM credits._verify_balance_equals_lots
      UNION ALL
      SELECT 'account_names_oldest_lot', * FROM credits._verify_account_names_oldest_lot
      UNION ALL
      SELECT 'value_equals_entries', * FROM credits._verify_value_equals_entries
      UNION ALL
      SELECT 'value_equals_lots', * FROM credits._verify_value_equals_lots
      UNION ALL
      SELECT 'alarm_agrees', * FROM credits._verify_alarm_agrees
      UNION ALL
      SELECT 'lot_numbers_gapless', * FROM credits._verify_lot_numbers_gapless
      UNION ALL
      SELECT 'lot_equals_entries', * FROM credits._verify_lot_equals_entries
      UNION ALL
      SELECT 'lot_equals_sale', * FROM credits._verify_lot_equals_sale
      UNION ALL
      SELECT 'lot_within_quantity', * FROM credits._verify_lot_within_quantity
      UNION ALL
      SELECT 'lot_equals_credit_notes', * FROM credits._verify_lot_equals_credit_notes
      UNION ALL
      SELECT 'lot_equals_returns', * FROM credits._verify_lot_equals_returns
      UNION ALL
      SELECT 'lot_covered_on_any_day', * FROM credits._verify_lot_covered_on_any_day
      UNION ALL
      SELECT 'sale_changed_in_order', * FROM credits._verify_sale_changed_in_order
      UNION ALL
      SELECT 'lot_open_while_remaining', * FROM credits._verify_lot_open_while_remaining
      UNION ALL
      SELECT 'lot_value_with_credits', * FROM credits._verify_lot_value_with_credits
      UNION ALL
      SELECT 'lot_last_entry', * FROM credits._verify_lot_last_entry
      UNION ALL
      SELECT 'entry_numbers_gapless', * FROM credits._verify_entry_numbers_gapless
      UNION ALL
      SELECT 'entry_has_provenance', * FROM credits._verify_entry_has_provenance
      UNION ALL
      SELECT 'entry_has_line_number', * FROM credits._verify_entry_has_line_number
      UNION ALL
      SELECT 'balance_after_chains', * FROM credits._verify_balance_after_chains
      UNION ALL
      SELECT 'sign_by_kind', * FROM credits._verify_sign_by_kind
      UNION ALL
      SELECT 'reversal_within_draw', * FROM credits._verify_reversal_within_draw
      UNION ALL
      SELECT 'booked_after_lot', * FROM credits._verify_booked_after_lot
      UNION ALL
      SELECT 'closing_equals_entries', * FROM credits._verify_closing_equals_entries
      UNION ALL
      SELECT 'closing_line_equals_type', * FROM credits._verify_closing_line_equals_type
      UNION ALL
      SELECT 'closing_balanced', * FROM credits._verify_closing_balanced
      UNION ALL
      SELECT 'closing_in_order', * FROM credits._verify_closing_in_order
      UNION ALL
      SELECT * FROM credits._line_fault -- line_booked, unbooked_line, unreadable_line: the lines are read once
      UNION ALL
      SELECT 'account_of_one_level', * FROM credits._verify_account_of_one_level
      UNION ALL
      SELECT 'lost_source', * FROM credits._verify_lost_source
      UNION ALL
      SELECT 'source_whole', * FROM credits._verify_source_whole
      UNION ALL
      SELECT 'binding_whole', * FROM credits._verify_binding_whole
      UNION ALL
      SELECT 'customer_as_bound', * FROM credits._verify_customer_as_bound
      UNION ALL
      SELECT 'article_as_bound', * FROM credits._verify_article_as_bound
      UNION ALL
      SELECT 'accounts_match', * FROM credits._verify_accounts_match) AS violation
LEFT JOIN credits.credit_type AS type USING (type_id);
COMMENT ON VIEW credits._violation IS
'All violations of all invariants, at the snapshot of whoever reads; verify() reads it at the latest one.';

CREATE FUNCTION credits._violations() RETURNS SETOF credits._violation
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT violation.invariant, violation.customer, violation.type_code, violation.detail FROM credits._violation AS violation;
END;
COMMENT ON FUNCTION credits._violations() IS
'Question: all violations of all invariants.';

-- As the owner, since the question reads at the latest snapshot and sees every attached table.
CREATE FUNCTION credits.verify() RETURNS TABLE (invariant text, customer text, type_code text, detail text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off -- so many joins cost more to compile than to run
-- Each reads whole tables. By statistics of a smaller ledger PostgreSQL would look through all rows for each row.
SET enable_nestloop = off
BEGIN ATOMIC
    SELECT credits._hold_all_tables();
    SELECT violation.invariant, violation.customer, violation.type_code, violation.detail
    FROM credits._now(NULL::credits._violation, 'credits._violations') AS violation
    ORDER BY 1, 2, 3, 4;
END;
COMMENT ON FUNCTION credits.verify() IS
'Checks every invariant of the ledger, of its documents and of its settings, and returns what violates one.
No row means that everything holds. An invariant is a view of its own, credits._verify_<invariant>:
- unbooked_line, line_booked: a line that should be booked and is not, or is booked otherwise
- unreadable_line: one whose row cannot be read, so that nobody knows what it should be: an expression of its mapping fails
- lost_source: a source whose table is gone while its lines have credits, until another one goes on (continues) or archive_lost()
  makes it history; or whose former name another table has, until it is detached and attached again
- source_whole, binding_whole: an attached or bound table that cannot be read at all: nothing else is said of it then
It reads at one snapshot, the latest, and writes nothing; on a hot standby, too.
For credits_reader.
Rule 24.';
