-- The invariants between documents, settings and ledger, one view each, as in the file before.
-- A line wants what its row says now, under the settings of now; only type and coefficient stay those of its first booking (rule
-- 16).

CREATE FUNCTION credits._wanted_line(line_table regclass) RETURNS TABLE (
    line_key        text,
    kind            text,
    article         text,
    quantity        numeric,
    amount          numeric,
    customer        text,
    document_date   date,
    document_number text,
    counts          boolean,
    member          regclass,
    place           tid,
    origin          text,
    refers_to       text,
    error           text,
    is_past         boolean
)
    LANGUAGE c STRICT STABLE ROWS 100000 SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_wanted_line';
COMMENT ON FUNCTION credits._wanted_line(regclass) IS
'All lines of an attached table, or of a partition or heir of one, under its mapping, and where they stand, read as the '
'table''s owner: the documents'' side of verify(). error: why the line cannot be read; then key and article are all that is '
'told of it. is_past: it would count, were it not dated before what is archived.';

-- Where a line stands with credits; if nowhere, where it stood last.
CREATE VIEW credits._line_booking AS
SELECT DISTINCT ON (line_table, line_key)
    line_table,
    line_key,
    customer,
    type_id,
    article,
    coefficient,
    quantity <> 0 OR coalesce(amount, 0) <> 0 AS stands
FROM (SELECT entry.line_table, entry.line_key, entry.customer, entry.type_id, entry.article, entry.coefficient,
             entry.recorded_at, entry.entry_no,
             pg_catalog.sum(entry.quantity) OVER account AS quantity,
             pg_catalog.sum(entry.amount) OVER account AS amount -- of a credit note that changes a value this is all
      FROM credits.entry
      LEFT JOIN credits._entry_kind() AS kind USING (kind)
      WHERE entry.line_table IS NOT NULL
      WINDOW account AS (
          PARTITION BY entry.line_table, entry.line_key, entry.customer, entry.type_id,
                       kind.act)) AS booked
ORDER BY line_table, line_key, quantity <> 0 OR coalesce(amount, 0) <> 0 DESC, recorded_at DESC, entry_no DESC;
COMMENT ON VIEW credits._line_booking IS
'How each document line was booked last: account, article, coefficient, and whether it has credits or an amount there.';

-- A source that cannot be read as a whole is named by source_whole: nothing is said of its lines, and nothing done to them.
CREATE VIEW credits._readable_source AS
SELECT * FROM credits.source WHERE credits._is_source_readable(line_table);
COMMENT ON VIEW credits._readable_source IS
'Attached tables whose rows can be read under their mapping.';

-- What is archived covers as long as it stands booked, whatever has become of its row.
CREATE FUNCTION credits._is_covered_by_archive(made_from regclass, its_key text, is_return boolean) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT
               FROM credits.source
               JOIN credits._entry_by_customer AS entry ON entry.source_no = source.archive_no
               JOIN credits._entry_kind() AS kind ON kind.kind = entry.kind
               WHERE source.line_table = made_from AND entry.line_key = its_key
                 AND entry.line_no = credits._line_no(source.archive_no, its_key)
                 AND kind.act = CASE WHEN _is_covered_by_archive.is_return THEN 'return' ELSE 'consumption' END
               GROUP BY entry.customer, entry.type_id
               HAVING pg_catalog.sum(entry.quantity) <> 0);
COMMENT ON FUNCTION credits._is_covered_by_archive(regclass, text, boolean) IS
'Tells whether a line is made from an archived one: one that consumed, or gave back, as the line would.';

-- Rule 19. The climb is a join by the texts of the keys: the module reads them back into columns and looks up one row after
-- another.
CREATE VIEW credits._chained_line AS
WITH RECURSIVE line AS MATERIALIZED (
    SELECT source.line_table, source.origin_table, line.line_key, line.origin, line.counts OR line.is_past AS counts,
           line.quantity < 0 AS is_return, line.error
    FROM credits._readable_source AS source
    CROSS JOIN LATERAL credits._wanted_line(source.line_table) AS line
    WHERE source.origin IS NOT NULL
       OR source.line_table IN (SELECT made.origin_table FROM credits.source AS made)
),
climb AS (
    SELECT line_table, line_key, is_return, origin_table, origin, false AS counts, NULL::text AS error, 1 AS step
    FROM line
    WHERE origin IS NOT NULL AND origin_table IS NOT NULL
    UNION ALL
    SELECT climb.line_table, climb.line_key, climb.is_return, above.origin_table, above.origin,
           above.counts AND above.is_return = climb.is_return, above.error, climb.step + 1
    FROM climb
    JOIN line AS above ON above.line_table = climb.origin_table AND above.line_key = climb.origin
    WHERE climb.step <= 16
      AND NOT (climb.origin_table = climb.line_table AND climb.origin = climb.line_key)
)
SELECT line_table, line_key,
       pg_catalog.bool_or(counts OR credits._is_covered_by_archive(origin_table, origin, is_return)) AS is_covered,
       pg_catalog.max(error) AS error
FROM climb
GROUP BY line_table, line_key
HAVING NOT pg_catalog.bool_or(coalesce(step <= 16 AND origin_table = line_table AND origin = line_key, false))
UNION ALL
SELECT line_table, line_key, true, NULL
FROM line
WHERE origin IS NOT NULL AND origin_table IS NULL;
COMMENT ON VIEW credits._chained_line IS
'Lines that were made from others. is_covered: from one that counts, also through others that do not: as consumptions, or as '
'returns made from returns, they want nothing (rule 19). error: one of those cannot be read.';

CREATE VIEW credits._line_want AS
SELECT
    source.line_table,
    line.line_key,
    account.customer,
    terms.type_id,
    CASE
        WHEN terms.coefficient > 0 THEN CASE WHEN wanted.credits > 0 THEN 'sale' ELSE 'credit_note' END
        ELSE CASE WHEN wanted.credits > 0 THEN 'return' ELSE 'consumption' END
    END AS act,
    pg_catalog.trim_scale(wanted.credits) AS credits,
    CASE WHEN terms.coefficient > 0 THEN pg_catalog.trim_scale(invoiced.amount) END AS amount,
    booking.line_key IS NOT NULL AS is_recorded,
    pg_catalog.concat_ws(' ', line.article, 'of', line.document_number, line.document_date) COLLATE "C" AS document,
    line.document_date,
    line.document_number,
    line.member,
    line.place,
    CASE
        WHEN line.error IS NOT NULL THEN line.error
        WHEN terms.coefficient < 0 AND chained.error IS NOT NULL
            THEN pg_catalog.format('line "%s" of table %s was made from one that cannot be read: %s',
                                   line.line_key, source.line_table, chained.error)
    END AS error
FROM credits._readable_source AS source
CROSS JOIN LATERAL credits._wanted_line(source.line_table) AS line
CROSS JOIN credits.parameter
LEFT JOIN credits.customer AS named ON named.customer = line.customer
CROSS JOIN LATERAL (SELECT coalesce(named.account_of, line.customer) AS customer) AS account
LEFT JOIN credits.customer ON customer.customer = account.customer
LEFT JOIN credits.article ON article.article = line.article
LEFT JOIN credits._line_booking AS booking
    ON booking.line_table = source.line_table AND booking.line_key = line.line_key
LEFT JOIN credits._chained_line AS chained
    ON chained.line_table = source.line_table AND chained.line_key = line.line_key
CROSS JOIN LATERAL ( -- OFFSET 0: computed once per line, wherever it is used
    SELECT CASE WHEN kept THEN booking.type_id ELSE article.type_id END AS type_id,
           CASE WHEN kept THEN booking.coefficient ELSE article.coefficient END AS coefficient
    FROM (SELECT booking.coefficient IS NOT NULL AND booking.article = line.article AS kept OFFSET 0) AS rule_16 OFFSET 0)
    AS terms
LEFT JOIN credits.credit_type AS type ON type.type_id = terms.type_id
-- Rule 9 in whole ten-thousandths: twice the product, and half a step of two, by an integer division that cannot round.
CROSS JOIN LATERAL (
    SELECT pg_catalog.sign(terms.coefficient * line.quantity) * 0.0001
           * pg_catalog.div(pg_catalog.abs(20000 * terms.coefficient * line.quantity) + seconds, 2 * seconds) AS credits
    FROM (SELECT CASE WHEN source.quantity_is_interval THEN 3600 ELSE 1 END AS seconds) AS unit OFFSET 0) AS wanted
-- Rule 11: rounded once, to the coin.
CROSS JOIN LATERAL (
    SELECT pg_catalog.round(coalesce(line.amount, 0), credits._money_decimals(type.currency)) AS amount OFFSET 0) AS invoiced
WHERE (line.counts OR line.error IS NOT NULL)
  AND CASE
    WHEN line.error IS NOT NULL THEN line.article IS NULL OR terms.type_id IS NOT NULL -- rule 24
    ELSE line.counts
        AND (wanted.credits <> 0
             -- a change of value
             OR (line.quantity = 0 AND invoiced.amount <> 0 AND line.refers_to IS NOT NULL AND terms.coefficient > 0))
        AND (terms.coefficient < 0 OR source.amount IS NOT NULL)
        AND (terms.coefficient > 0 OR chained.is_covered IS NOT TRUE)
        AND ((parameter.active AND customer.works_with_credits) OR (booking.stands AND booking.customer = account.customer))
    END;
COMMENT ON VIEW credits._line_want IS
'What each line of the attached tables wants now, in credits and, for a sale or a credit note, net amount (rules 8 to 11, 16 to '
'19, 23). document: its article, number and date. error: that cannot be told, since a row cannot be read (rule 24).';

-- The lines are read once, whatever is asked of them. Of a return no entry tells under which document it stands, since what it
-- gives goes from draw to draw.
CREATE VIEW credits._line_state AS
WITH want AS MATERIALIZED (
    SELECT * FROM credits._line_want
),
unreadable AS MATERIALIZED (
    SELECT * FROM want WHERE error IS NOT NULL
),
booked AS (
    SELECT line_table, line_key, customer, type_id, act, pg_catalog.trim_scale(pg_catalog.sum(quantity)) AS credits,
           pg_catalog.trim_scale(pg_catalog.sum(amount)) AS amount, pg_catalog.max(document_date) AS document_date,
           pg_catalog.max(document_number) AS document_number,
           pg_catalog.min(document) FILTER (WHERE stands) AS first_document,
           pg_catalog.max(document) FILTER (WHERE stands) AS last_document
    FROM (SELECT line_table, line_key, customer, type_id, kind.act, document_date, document_number,
                 pg_catalog.concat_ws(' ', article, 'of', document_number, document_date) COLLATE "C" AS document,
                 pg_catalog.sum(quantity) AS quantity, pg_catalog.sum(amount) AS amount,
                 kind.act <> 'return'
                 AND (pg_catalog.sum(quantity) <> 0 OR coalesce(pg_catalog.sum(amount), 0) <> 0) AS stands
          FROM credits.entry
          JOIN credits._entry_kind() AS kind USING (kind)
          WHERE line_table IN (SELECT source.line_table FROM credits._readable_source AS source)
          GROUP BY line_table, line_key, customer, type_id, kind.act, article, document_number, document_date) AS part
    GROUP BY line_table, line_key, customer, type_id, act
)
SELECT
    line_table,
    line_key,
    customer,
    type_id,
    coalesce(booked.credits, 0) AS booked_credits,
    booked.amount AS booked_amount,
    coalesce(want.credits, 0) AS credits,
    want.amount,
    coalesce(want.is_recorded, true) AS is_recorded,
    CASE WHEN booked.first_document <> want.document THEN booked.first_document
         WHEN booked.last_document <> want.document THEN booked.last_document END AS booked_document,
    coalesce(want.document_date, booked.document_date) AS document_date,
    coalesce(want.document_number, booked.document_number) AS document_number,
    want.member,
    want.place,
    NULL::text AS error
FROM booked
FULL JOIN (SELECT * FROM want WHERE error IS NULL) AS want USING (line_table, line_key, customer, type_id, act)
WHERE (coalesce(booked.credits, 0) <> coalesce(want.credits, 0)
       OR coalesce(booked.amount, 0) <> coalesce(want.amount, 0)
       OR booked.first_document <> want.document OR booked.last_document <> want.document)
  AND NOT EXISTS (SELECT FROM unreadable
                  WHERE unreadable.line_table = coalesce(booked.line_table, want.line_table)
                    AND unreadable.line_key = coalesce(booked.line_key, want.line_key))
UNION ALL
SELECT line_table, line_key, customer, NULL, NULL, NULL, NULL, NULL, is_recorded, NULL, document_date,
       document_number, member, place, error
FROM unreadable;
COMMENT ON VIEW credits._line_state IS
'Document lines whose entries do not add up to what they want now, per account and act, or are of another document date, '
'number or article (booked_document), and lines of which that cannot be told.';

CREATE VIEW credits._line_fault AS
SELECT
    CASE WHEN error IS NOT NULL THEN 'unreadable_line' WHEN is_recorded THEN 'line_booked' ELSE 'unbooked_line' END AS invariant,
    customer,
    type_id,
    CASE
        WHEN error IS NOT NULL THEN error
        WHEN is_recorded
            THEN pg_catalog.format('%s, line %s: %s credits are booked%s%s, it wants %s%s', line_table, line_key, booked_credits,
                                   ' for ' || booked_amount, ' as ' || booked_document, credits, ' for ' || amount)
        ELSE pg_catalog.format('%s, line %s: it wants %s credits%s', line_table, line_key, credits, ' for ' || amount)
    END AS detail
FROM credits._line_state;
COMMENT ON VIEW credits._line_fault IS
'What is wrong with document lines, and the invariant that it violates.';

CREATE VIEW credits._verify_line_booked AS
SELECT customer, type_id, detail FROM credits._line_fault WHERE invariant = 'line_booked';
COMMENT ON VIEW credits._verify_line_booked IS
'Document lines whose entries do not add up to what the line wants now (invariant 1).';

CREATE VIEW credits._verify_unbooked_line AS
SELECT customer, type_id, detail FROM credits._line_fault WHERE invariant = 'unbooked_line';
COMMENT ON VIEW credits._verify_unbooked_line IS
'Document lines that should be booked and are not: of before the table, the customer or the article worked with credits (rule '
'8).';

CREATE VIEW credits._verify_unreadable_line AS
SELECT customer, type_id, detail FROM credits._line_fault WHERE invariant = 'unreadable_line';
COMMENT ON VIEW credits._verify_unreadable_line IS
'Document lines with an article that has credits, or none that can be told, whose row or document cannot be read: nobody knows '
'what they want (rule 24).';
