-- The invariants of the closings, one view each, as in the file before.

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
