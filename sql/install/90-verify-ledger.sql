-- The invariants of accounts, lots and entries, one view each: a row is a violation, and its name is what verify() calls the
-- invariant. They read the tables as they are: verify() asks them at the latest snapshot, where every row has one version.

-- What reads all entries reads them by their numbers, and tells whose they are at the end.
CREATE VIEW credits._coded_kind AS
SELECT credits._kind_code(kind) AS code, * FROM credits._entry_kind();
COMMENT ON VIEW credits._coded_kind IS 'The kinds of entries by their codes.';

-- Accounts

CREATE VIEW credits._verify_account_has_customer AS
SELECT account.customer, account.type_id, 'the customer has no row'::text AS detail
FROM credits._account AS account
WHERE NOT EXISTS (SELECT FROM credits.customer WHERE customer.customer = account.customer);
COMMENT ON VIEW credits._verify_account_has_customer IS
'Accounts without the customer''s row, which is their lock (invariant 3).';

CREATE VIEW credits._verify_account_has_type AS
SELECT account.customer, account.type_id, pg_catalog.format('credit type %s has no row', account.type_id) AS detail
FROM credits._account AS account
WHERE NOT EXISTS (SELECT FROM credits.credit_type AS type WHERE type.type_id = account.type_id);
COMMENT ON VIEW credits._verify_account_has_type IS
'Accounts of a credit type that is gone (rule 2).';

CREATE VIEW credits._verify_ledger_has_account AS
SELECT orphan.customer, orphan.type_id, pg_catalog.format('%s have no account', orphan.rows) AS detail
FROM (SELECT rows.account_no, key.customer, key.type_id, rows.rows
      FROM (SELECT account_no, 'lots' AS rows FROM credits._lot
            UNION
            SELECT account_no, 'entries' FROM credits._entry) AS rows
      LEFT JOIN credits._account_key AS key USING (account_no)) AS orphan
WHERE NOT EXISTS (
    SELECT FROM credits._account AS account
    WHERE account.account_no = orphan.account_no AND account.customer = orphan.customer AND account.type_id = orphan.type_id);
COMMENT ON VIEW credits._verify_ledger_has_account IS
'Lots and entries without an account.';

CREATE VIEW credits._verify_account_has_number AS
SELECT customer, type_id,
       pg_catalog.format('account %s is known as %s', account.account_no, coalesce(key.account_no::text, 'none')) AS detail
FROM credits._account AS account
LEFT JOIN credits._account_key AS key USING (customer, type_id)
WHERE account.account_no IS DISTINCT FROM key.account_no;
COMMENT ON VIEW credits._verify_account_has_number IS
'Accounts that lots and entries know by another number, or by none.';

CREATE VIEW credits._verify_balance_not_negative AS
SELECT customer, type_id, pg_catalog.format('balance %s, value %s', balance, value) AS detail
FROM credits._account
WHERE balance < 0 OR value < 0
UNION ALL
SELECT customer, type_id, pg_catalog.format('balance %s after entry %s', balance_after, entry_no)
FROM credits.entry
WHERE balance_after < 0;
COMMENT ON VIEW credits._verify_balance_not_negative IS
'Accounts whose balance or value is below 0, now or after an entry (rule 12, invariant 1).';

CREATE VIEW credits._verify_balance_equals_entries AS
SELECT account.customer, account.type_id,
       pg_catalog.format('balance %s, entries %s', account.balance, coalesce(entries.quantity, 0)) AS detail
FROM credits._account AS account
LEFT JOIN (SELECT account_no, pg_catalog.sum(quantity) AS quantity FROM credits._entry GROUP BY account_no) AS entries
    USING (account_no)
WHERE account.balance <> coalesce(entries.quantity, 0);
COMMENT ON VIEW credits._verify_balance_equals_entries IS
'Accounts whose balance is not the sum of their entries (invariant 1).';

CREATE VIEW credits._verify_balance_equals_lots AS
SELECT customer, type_id, pg_catalog.format('balance %s, lots %s', account.balance, coalesce(lots.remaining, 0)) AS detail
FROM credits._account AS account
LEFT JOIN (SELECT customer, type_id, pg_catalog.sum(remaining) AS remaining
           FROM credits._lot_by_customer GROUP BY customer, type_id) AS lots
    USING (customer, type_id)
WHERE account.balance <> coalesce(lots.remaining, 0);
COMMENT ON VIEW credits._verify_balance_equals_lots IS
'Accounts whose balance is not what remains of their lots (invariant 1).';

CREATE VIEW credits._verify_value_equals_entries AS
SELECT account.customer, account.type_id,
       pg_catalog.format('value %s, entries %s', account.value, coalesce(entries.value, 0)) AS detail
FROM credits._account AS account
LEFT JOIN (SELECT account_no, pg_catalog.sum(value) AS value FROM credits._entry GROUP BY account_no) AS entries
    USING (account_no)
WHERE account.value <> coalesce(entries.value, 0);
COMMENT ON VIEW credits._verify_value_equals_entries IS
'Accounts whose value is not the sum of their entries (invariant 1).';

CREATE VIEW credits._verify_value_equals_lots AS
SELECT customer, type_id, pg_catalog.format('value %s, lots %s', account.value, coalesce(lots.value, 0)) AS detail
FROM credits._account AS account
LEFT JOIN (SELECT customer, type_id, pg_catalog.sum(remaining_value) AS value
           FROM credits._lot_by_customer GROUP BY customer, type_id)
    AS lots
    USING (customer, type_id)
WHERE account.value <> coalesce(lots.value, 0);
COMMENT ON VIEW credits._verify_value_equals_lots IS
'Accounts whose value is not that of what remains of their lots (invariant 1).';

CREATE VIEW credits._verify_account_names_oldest_lot AS
SELECT account.customer, account.type_id,
       pg_catalog.format('lot %s is drawn next, %s is the oldest open one', account.open_lot_no, coalesce(oldest.lot_no, 0))
           AS detail
FROM credits._account AS account
LEFT JOIN (SELECT DISTINCT ON (customer, type_id) customer, type_id, lot_no
           FROM credits._lot_by_customer
           WHERE open
           ORDER BY customer, type_id, sold_on, lot_no) AS oldest USING (customer, type_id)
WHERE account.open_lot_no <> coalesce(oldest.lot_no, 0);
COMMENT ON VIEW credits._verify_account_names_oldest_lot IS
'Accounts that name another lot than their oldest open one, from which credits are drawn (rule 11).';

CREATE VIEW credits._verify_alarm_agrees AS
SELECT
    customer,
    type_id,
    pg_catalog.format('below_alarm is %s, alarms under way: %s', coalesce(account.below_alarm, false), coalesce(episode.count, 0))
        AS detail
FROM credits._account AS account
FULL JOIN (SELECT customer, type_id, pg_catalog.count(*) AS count FROM credits.alarm_episode
           WHERE cleared_at IS NULL GROUP BY customer, type_id) AS episode
    USING (customer, type_id)
WHERE coalesce(episode.count, 0) <> coalesce(account.below_alarm, false)::integer
UNION ALL
SELECT account.customer, account.type_id,
       pg_catalog.format('an alarm is under way, and %s is not below %s', account.balance,
                         coalesce(account.alarm_level, type.alarm_level))
FROM credits._account AS account
JOIN credits.credit_type AS type USING (type_id)
WHERE account.below_alarm
  AND (account.balance < coalesce(account.alarm_level, type.alarm_level)) IS NOT TRUE;
COMMENT ON VIEW credits._verify_alarm_agrees IS
'Accounts whose alarm mark and alarm under way differ, with two of them, or with one that the level does not justify (rule 21).';

-- Lots

CREATE VIEW credits._verify_lot_numbers_gapless AS
SELECT customer, type_id, pg_catalog.format('lot %s follows lot %s', lot_no, previous) AS detail
FROM (SELECT customer, type_id, lot_no,
             pg_catalog.lag(lot_no, 1, 0::bigint) OVER (PARTITION BY customer, type_id ORDER BY lot_no) AS previous
      FROM credits._lot_by_customer) AS lot
WHERE lot_no <> previous + 1
UNION ALL
SELECT customer, type_id, pg_catalog.format('the last lot is %s, the account says %s', coalesce(lots.last, 0),
                                            account.last_lot_no)
FROM credits._account AS account
LEFT JOIN (SELECT customer, type_id, pg_catalog.max(lot_no) AS last
           FROM credits._lot_by_customer GROUP BY customer, type_id) AS lots
    USING (customer, type_id)
WHERE account.last_lot_no <> coalesce(lots.last, 0);
COMMENT ON VIEW credits._verify_lot_numbers_gapless IS
'Accounts whose lots are not numbered 1, 2, 3 ... to the last number (invariant 2).';

CREATE VIEW credits._verify_lot_equals_entries AS
SELECT
    key.customer,
    key.type_id,
    pg_catalog.format('lot %s: remaining %s at %s, entries %s at %s',
                      lot_no, lot.remaining, lot.remaining_value, coalesce(entries.quantity, 0), coalesce(entries.value, 0))
                      AS detail
FROM credits._lot AS lot
FULL JOIN (SELECT account_no, lot_no, pg_catalog.sum(quantity) AS quantity, pg_catalog.sum(value) AS value
           FROM credits._entry GROUP BY account_no, lot_no) AS entries
    USING (account_no, lot_no)
LEFT JOIN credits._account_key AS key USING (account_no)
WHERE (lot.remaining, lot.remaining_value) IS DISTINCT FROM (coalesce(entries.quantity, 0), coalesce(entries.value, 0));
COMMENT ON VIEW credits._verify_lot_equals_entries IS
'Lots of which more or less remains than their entries say, in credits or value; entries of a lot that is not there.';

CREATE VIEW credits._verify_lot_equals_sale AS
SELECT
    lot.customer,
    lot.type_id,
    pg_catalog.format('lot %s: sold %s for %s at %s, sale entries %s for %s at %s', lot_no,
                      lot.quantity, lot.amount, lot.value, sale.quantity, sale.amount, sale.value) AS detail
FROM credits._lot_by_customer AS lot
LEFT JOIN (SELECT entry.account_no, entry.lot_no, pg_catalog.sum(entry.quantity) AS quantity,
                  coalesce(pg_catalog.sum(entry.amount), 0) AS amount, -- an opening has none
                  pg_catalog.sum(entry.value) AS value
           FROM credits._entry AS entry JOIN credits._coded_kind AS kind ON kind.code = entry.kind
           WHERE kind.act = 'sale' GROUP BY entry.account_no, entry.lot_no) AS sale
    USING (account_no, lot_no)
WHERE (lot.quantity, lot.amount, lot.value) IS DISTINCT FROM (sale.quantity, sale.amount, sale.value);
COMMENT ON VIEW credits._verify_lot_equals_sale IS
'Lots whose quantity, amount or value is not that of their sale and its changes.';

CREATE VIEW credits._verify_lot_within_quantity AS
SELECT customer, type_id, pg_catalog.format('lot %s: %s of %s remain, %s are credited', lot_no, remaining, quantity, credited)
    AS detail
FROM credits._lot_by_customer
WHERE remaining < 0 OR credited < 0 OR remaining > quantity - credited;
COMMENT ON VIEW credits._verify_lot_within_quantity IS
'Lots of which less than nothing or more than was sold and not credited remains (invariant 3).';

CREATE VIEW credits._verify_lot_equals_credit_notes AS
SELECT lot.customer, lot.type_id, pg_catalog.format('lot %s: %s are credited, credit notes %s', lot_no,
                                                    lot.credited, coalesce(notes.credited, 0)) AS detail
FROM credits._lot_by_customer AS lot
LEFT JOIN (SELECT entry.account_no, entry.lot_no, -pg_catalog.sum(entry.quantity) AS credited
           FROM credits._entry AS entry JOIN credits._coded_kind AS kind ON kind.code = entry.kind
           WHERE kind.act = 'credit_note' GROUP BY entry.account_no, entry.lot_no) AS notes
    USING (account_no, lot_no)
WHERE lot.credited <> coalesce(notes.credited, 0);
COMMENT ON VIEW credits._verify_lot_equals_credit_notes IS
'Lots of which another number of credits is credited than their credit notes say (rule 17).';

CREATE VIEW credits._verify_lot_equals_returns AS
SELECT customer, type_id,
       pg_catalog.format('lot %s: %s are returned until %s, returns %s until %s', lot_no, lot.returned,
                         credits._dated(lot.returned_on, 'YYYY-MM-DD'), coalesce(ties.returned, 0),
                         credits._dated(ties.returned_on, 'YYYY-MM-DD')) AS detail
FROM credits._lot_by_customer AS lot
LEFT JOIN (SELECT customer, type_id, lot_no, pg_catalog.sum(quantity) AS returned,
                  pg_catalog.max(booked_on) FILTER (WHERE quantity > 0) AS returned_on
           FROM (SELECT customer, type_id, lot_no, pg_catalog.sum(quantity) AS quantity,
                 pg_catalog.max(booked_on) FILTER (WHERE quantity > 0) AS booked_on
                 FROM credits.entry
                 JOIN credits._entry_kind() AS kind USING (kind)
                 WHERE kind.act = 'return' AND reverses IS NOT NULL -- quantity > 0 ties, < 0 undoes a tie
                 GROUP BY customer, type_id, lot_no, CASE WHEN quantity > 0 THEN entry_no ELSE reverses END) AS standing
           GROUP BY customer, type_id, lot_no) AS ties
    USING (customer, type_id, lot_no)
WHERE lot.returned <> coalesce(ties.returned, 0)
   OR (lot.returned = 0) <> (lot.returned_on IS NULL)
   OR lot.returned_on < ties.returned_on;
COMMENT ON VIEW credits._verify_lot_equals_returns IS
'Lots to which another number of credits came back by returns than their entries say, or later than they say (rules 17 and 28).';

CREATE VIEW credits._verify_lot_covered_on_any_day AS
SELECT key.customer, key.type_id, pg_catalog.format('lot %s: %s of %s at %s on %s', lot_no, remaining, sold,
                                                    value, credits._dated(booked_on, 'YYYY-MM-DD')) AS detail
FROM (SELECT entry.account_no, entry.lot_no, entry.booked_on,
             pg_catalog.sum(pg_catalog.sum(entry.quantity)) OVER by_day AS remaining,
             pg_catalog.sum(pg_catalog.sum(entry.quantity) FILTER (WHERE kind.act = 'sale')) OVER by_day AS sold,
             pg_catalog.sum(pg_catalog.sum(entry.value)) OVER by_day AS value
      FROM credits._entry AS entry
      LEFT JOIN credits._coded_kind AS kind ON kind.code = entry.kind
      GROUP BY entry.account_no, entry.lot_no, entry.booked_on
      WINDOW by_day AS (PARTITION BY entry.account_no, entry.lot_no ORDER BY entry.booked_on)) AS day
LEFT JOIN credits._account_key AS key USING (account_no)
WHERE remaining < 0 OR remaining > sold OR value < 0 OR (remaining = 0 AND value <> 0);
COMMENT ON VIEW credits._verify_lot_covered_on_any_day IS
'Lots that, by the dates that entries are booked on, had on some day less than nothing, more than was sold, a value below 0, or '
'one without credits (rules 17, 27 and 28).';

CREATE VIEW credits._verify_sale_changed_in_order AS
SELECT customer, type_id, pg_catalog.format('entry %s, of lot %s, is booked on %s, before the one that it follows',
                                            entry_no, lot_no, credits._dated(booked_on, 'YYYY-MM-DD')) AS detail
FROM (SELECT customer, type_id, lot_no, entry_no, booked_on,
             pg_catalog.max(booked_on) OVER (PARTITION BY customer, type_id, lot_no ORDER BY entry_no) AS latest
      FROM credits.entry JOIN credits._entry_kind() AS kind USING (kind) WHERE kind.act = 'sale') AS change
WHERE booked_on < latest;
COMMENT ON VIEW credits._verify_sale_changed_in_order IS
'Sales and their changes that are booked before an earlier one of their lot: on the days between, more or less was sold than '
'ever at once (rule 28).';

CREATE VIEW credits._verify_lot_open_while_remaining AS
SELECT customer, type_id, pg_catalog.format('lot %s: open is %s, %s remain', lot_no, open, remaining) AS detail
FROM credits._lot_by_customer
WHERE open <> (remaining > 0);
COMMENT ON VIEW credits._verify_lot_open_while_remaining IS
'Lots that are open without credits, or not open with some.';

CREATE VIEW credits._verify_lot_value_with_credits AS
SELECT customer, type_id, pg_catalog.format('lot %s: %s remain at %s', lot_no, remaining, remaining_value) AS detail
FROM credits._lot_by_customer
WHERE remaining_value < 0 OR (remaining = 0 AND remaining_value <> 0);
COMMENT ON VIEW credits._verify_lot_value_with_credits IS
'Lots that are used up and still have a value, or have one below 0 (invariant 5).';

CREATE VIEW credits._verify_lot_last_entry AS
SELECT lot.customer, lot.type_id,
       pg_catalog.format('lot %s: last entry %s, it says %s', lot_no, entries.last, lot.last_entry_no) AS detail
FROM credits._lot_by_customer AS lot
LEFT JOIN (SELECT account_no, lot_no, pg_catalog.max(entry_no) AS last
           FROM credits._entry GROUP BY account_no, lot_no) AS entries
    USING (account_no, lot_no)
WHERE lot.last_entry_no IS DISTINCT FROM entries.last;
COMMENT ON VIEW credits._verify_lot_last_entry IS
'Lots whose version number is not that of their newest entry: readers might take the wrong version.';

-- Entries

CREATE VIEW credits._verify_entry_numbers_gapless AS
SELECT key.customer, key.type_id, pg_catalog.format('entry %s follows entry %s', entry_no, previous) AS detail
FROM (SELECT account_no, entry_no,
             pg_catalog.lag(entry_no, 1, 0::bigint) OVER (PARTITION BY account_no ORDER BY entry_no) AS previous
      FROM credits._entry) AS entry
LEFT JOIN credits._account_key AS key USING (account_no)
WHERE entry_no <> previous + 1
UNION ALL
SELECT account.customer, account.type_id,
       pg_catalog.format('the last entry is %s, the account says %s', coalesce(entries.last, 0), account.last_entry_no)
FROM credits._account AS account
LEFT JOIN (SELECT account_no, pg_catalog.max(entry_no) AS last FROM credits._entry GROUP BY account_no) AS entries
    USING (account_no)
WHERE account.last_entry_no <> coalesce(entries.last, 0);
COMMENT ON VIEW credits._verify_entry_numbers_gapless IS
'Accounts whose entries are not numbered 1, 2, 3 ... to the last number (invariant 2).';

CREATE VIEW credits._verify_entry_has_provenance AS
SELECT key.customer, key.type_id, pg_catalog.format('entry %s: provenance %s is not known', entry.entry_no, entry.provenance_no)
    AS detail
FROM credits._entry AS entry
LEFT JOIN credits._account_key AS key USING (account_no)
WHERE NOT EXISTS (SELECT FROM credits._provenance AS provenance WHERE provenance.provenance_no = entry.provenance_no);
COMMENT ON VIEW credits._verify_entry_has_provenance IS
'Entries of which nobody knows source, kind of document and recorder any more.';

CREATE VIEW credits._verify_entry_has_line_number AS
SELECT entry.customer, entry.type_id, pg_catalog.format('entry %s: its line has number %s, its key is %s', entry.entry_no,
                                                        entry.line_no, entry.line_key) AS detail
FROM credits._entry_by_customer AS entry
WHERE entry.line_no <> CASE
          WHEN entry.source_no IS NULL
              THEN credits._line_no(0, entry.account_no || '/' || pg_catalog.split_part(entry.line_key, '/', -1))
          ELSE credits._line_no(entry.source_no, entry.line_key)
      END
   OR (entry.line_no IS NULL AND entry.source_no IS NOT NULL);
COMMENT ON VIEW credits._verify_entry_has_line_number IS
'Entries that are not found by source and key of their line.';

CREATE VIEW credits._verify_balance_after_chains AS
SELECT key.customer, key.type_id,
       pg_catalog.format('entry %s: %s after %s and %s', entry_no, balance_after, previous, quantity) AS detail
FROM (SELECT account_no, entry_no, quantity, balance_after,
             pg_catalog.lag(balance_after, 1, 0::numeric) OVER (PARTITION BY account_no ORDER BY entry_no) AS previous
      FROM credits._entry) AS entry
LEFT JOIN credits._account_key AS key USING (account_no)
WHERE balance_after <> previous + quantity;
COMMENT ON VIEW credits._verify_balance_after_chains IS
'Entries whose balance is not that of the entry before plus their quantity (invariant 2).';

CREATE VIEW credits._verify_sign_by_kind AS
SELECT customer, type_id, pg_catalog.format('entry %s: %s of %s credits at %s', entry_no, kind, quantity, value) AS detail
FROM credits.entry
LEFT JOIN credits._entry_kind() AS known USING (kind)
WHERE known.sign IS NULL -- of a kind that nobody knows
   OR CASE known.sign
          WHEN 'in' THEN quantity <= 0
          WHEN 'out' THEN quantity >= 0
          WHEN 'either' THEN quantity = 0
          WHEN 'none' THEN quantity <> 0
          ELSE false
      END
   OR (known.value_follows AND quantity * value < 0)
   OR (known.act = 'credit_note' AND amount IS NULL)
   OR CASE known.undoing -- the other way it undoes nothing, but for a return that is undone
          WHEN 'in' THEN (quantity > 0 AND reverses IS NULL) OR (quantity < 0 AND reverses IS NOT NULL AND known.act <> 'return')
          WHEN 'out' THEN (quantity < 0 AND reverses IS NULL) OR (quantity > 0 AND reverses IS NOT NULL)
          ELSE false
      END;
COMMENT ON VIEW credits._verify_sign_by_kind IS
'Entries that move credits or value the wrong way for their kind, or are of none.';

CREATE VIEW credits._verify_reversal_within_draw AS
SELECT undone.customer, undone.type_id,
       pg_catalog.format('entry %s of %s credits at %s: %s at %s were given back', undone.reverses,
                         draw.quantity, draw.value, undone.quantity, undone.value) AS detail
FROM (SELECT customer, type_id, entry.reverses, lot_no, pg_catalog.min(entry_no) AS first, pg_catalog.min(booked_on) AS booked_on,
             pg_catalog.min(entry.quantity) AS least, pg_catalog.max(entry.quantity) AS most,
             pg_catalog.sum(entry.quantity + coalesce(again.quantity, 0)) AS quantity,
             pg_catalog.sum(entry.value + coalesce(again.value, 0)) AS value
      FROM credits.entry
      LEFT JOIN (SELECT customer, type_id, reverses AS entry_no, pg_catalog.sum(quantity) AS quantity,
                 pg_catalog.sum(value) AS value
                 FROM credits.entry
                 WHERE reverses IS NOT NULL
                 GROUP BY customer, type_id, reverses) AS again -- a return that was undone
          USING (customer, type_id, entry_no)
      WHERE entry.reverses IS NOT NULL
      GROUP BY customer, type_id, entry.reverses, lot_no) AS undone
LEFT JOIN credits.entry AS draw
    ON draw.customer = undone.customer AND draw.type_id = undone.type_id AND draw.entry_no = undone.reverses
WHERE draw.entry_no IS NULL
   OR draw.lot_no <> undone.lot_no
   OR draw.entry_no >= undone.first
   OR draw.booked_on > undone.booked_on
   OR draw.quantity * undone.least > 0
   OR draw.quantity * undone.most > 0
   OR draw.quantity * undone.quantity > 0
   OR pg_catalog.abs(undone.quantity) > pg_catalog.abs(draw.quantity)
   OR pg_catalog.abs(undone.value) > pg_catalog.abs(draw.value)
   OR (draw.quantity <> 0 AND draw.quantity + undone.quantity = 0 AND draw.value + undone.value <> 0);
COMMENT ON VIEW credits._verify_reversal_within_draw IS
'Draws that were given back beyond themselves, to another lot, earlier than they were drawn, or as a whole at another value '
'(rules 15 and 17).';

CREATE VIEW credits._verify_booked_after_lot AS
SELECT lot.customer, lot.type_id,
       pg_catalog.format('entry %s of lot %s is booked on %s, the lot on %s', entry.entry_no, entry.lot_no,
                         credits._dated(entry.booked_on, 'YYYY-MM-DD'), credits._dated(lot.booked_on, 'YYYY-MM-DD')) AS detail
FROM credits._entry AS entry
JOIN credits._lot_by_customer AS lot USING (account_no, lot_no)
WHERE entry.booked_on < lot.booked_on;
COMMENT ON VIEW credits._verify_booked_after_lot IS
'Entries booked before the lot that they move: a balance would have been negative on that date (rule 28).';
