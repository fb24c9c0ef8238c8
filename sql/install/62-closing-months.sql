-- Closing a month: from the result to the balance sheet what was sold, and back what was consumed (rules 25 to 28).

CREATE FUNCTION credits._is_booked_before(day date) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits.entry WHERE credits._movement_of(entry.kind) <> 'opening' AND entry.booked_on < day);
END;
COMMENT ON FUNCTION credits._is_booked_before(date) IS
'Question: whether anything but openings is booked before a day.';

CREATE FUNCTION credits._first_booking() RETURNS SETOF date
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT min(entry.booked_on) FROM credits.entry WHERE credits._movement_of(entry.kind) <> 'opening';
END;
COMMENT ON FUNCTION credits._first_booking() IS
'Question: the first day on which anything but openings is booked.';

CREATE FUNCTION credits._last_closing() RETURNS SETOF integer
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT closing.closing_id FROM credits.closing WHERE closing.reopened_at IS NULL ORDER BY closing.month DESC LIMIT 1;
END;
COMMENT ON FUNCTION credits._last_closing() IS
'Question: the closing_id of the last closing in force; no row for none.';

CREATE FUNCTION credits._last_closing_number() RETURNS SETOF integer
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT max(closing.number) FROM credits.closing;
END;
COMMENT ON FUNCTION credits._last_closing_number() IS
'Question: the number of the last closing, reopened or not; null for none.';

-- In order, once, and not in the future. The first month is that of the first entry that is not an opening.
CREATE FUNCTION credits._check_month(month date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name    CONSTANT text := credits._named(month);
    first   CONSTANT date := (SELECT credits._now(NULL::date, 'credits._first_month_closed'));
    next    date := credits._first_open_day();
    refusal text[]; -- message, detail, hint
BEGIN
    IF next IS NULL AND (SELECT credits._now(NULL::boolean, 'credits._is_booked_before', ROW(month))) THEN
        next := credits._first_day((SELECT credits._now(NULL::date, 'credits._first_booking')));
    END IF;
    IF month < first THEN
        refusal := ARRAY[format('month %s lies before the first closing', name),
                         format('Month %s was closed first.', credits._named(first)),
                         'What is dated in it is booked in the first open month.'];
    ELSIF month < next THEN
        refusal := ARRAY[format('month %s is closed already', name), format('The first open month is %s.', credits._named(next)),
                         'Only the last closed month can be reopened, with credits.reopen_month(); then the one before it.'];
    ELSIF month > CURRENT_DATE THEN
        refusal := ARRAY[format('month %s is in the future', name), format('Today is %s.', CURRENT_DATE),
                         'Close it when it is over.'];
    ELSIF month > next THEN
        refusal := ARRAY[format('month %s cannot be closed before month %s', name, credits._named(next)),
                         'Months are closed in their order.',
                         format('Close month %s first.', credits._named(next))];
    ELSIF next IS NULL AND NOT 
          (SELECT credits._now(NULL::boolean, 'credits._is_booked_before', ROW((month + interval '1 month')::date))) THEN
        refusal := ARRAY[format('there is nothing to close in month %s', name),
                         'Nothing is booked in it or before, but for opening balances.',
                         'The first closing is that of the first month with another entry.'];
    END IF;
    IF refusal IS NOT NULL THEN
        RAISE EXCEPTION '%', refusal[1]
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'closing', CONSTRAINT = 'credits_month_open',
                  DETAIL = refusal[2], HINT = refusal[3];
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_month(date) IS
'Raises 23514 credits_month_open for a month, given by its first day, that cannot be closed now.';

CREATE FUNCTION credits.preview_closing(month date) RETURNS SETOF credits.closing_line
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first CONSTANT date := credits._first_day(month);
    moved credits._movement[];
    line  credits.closing_line;
BEGIN
    PERFORM credits._come_to_gate();
    PERFORM credits._check_month(first);
    moved := credits._closing_movement(first);
    PERFORM credits._check_posting(moved);
    -- Row by row: a query that was planned before somebody added a column would no longer fit what is returned.
    FOR line IN SELECT * FROM credits._lines_of(NULL, moved) AS made ORDER BY made.relation COLLATE "C", made.line_no LOOP
        RETURN NEXT line;
    END LOOP;
END
$$;
COMMENT ON FUNCTION credits.preview_closing(date) IS
'The lines that close_month() would make now, without a closing_id. Any day names its month.
It locks and writes nothing: later saves may change them.
For credits_reader.
Errors: those of close_month().
Rules 25 to 28.';

CREATE TYPE credits._former_type AS (
    type_id            integer,
    type_code          text,
    currency           text,
    posting_relation   text,
    posting_articles   text,
    balance_account    text,
    activation_article text,
    result_account     text,
    result_article     text,
    former             numeric
);
COMMENT ON TYPE credits._former_type IS
'A credit type with its settings, and the value that was open before a month; null where it was not in the books.';

-- As the last closing left it, or, at the first one, by the entries.
CREATE FUNCTION credits._former_types(former integer, month date) RETURNS SETOF credits._former_type
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT type.type_id, type.code, type.currency, type.posting_relation, type.posting_articles,
           type.balance_account, type.activation_article, type.result_account, type.result_article, before.value
    FROM credits.credit_type AS type
    LEFT JOIN (
        SELECT closed.type_id, closed.closing AS value
        FROM credits.closing_type AS closed
        WHERE closed.closing_id = former
        UNION ALL
        SELECT entry.type_id, sum(entry.value)
        FROM credits.entry
        WHERE former IS NULL AND entry.booked_on < _former_types.month
        GROUP BY entry.type_id) AS before USING (type_id);
END;
COMMENT ON FUNCTION credits._former_types(integer, date) IS
'Question: all credit types, and what was open of them before a month, after the closing that was the last one.';

CREATE FUNCTION credits._write_closing(month date, moved credits._movement[]) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by whether there was a closing
AS $$
DECLARE
    id integer;
    former CONSTANT integer := (SELECT credits._now(NULL::integer, 'credits._last_closing'));
BEGIN
    INSERT INTO credits.closing (number, month, closed_at, closed_by)
    VALUES (coalesce((SELECT credits._now(NULL::integer, 'credits._last_closing_number')), 0) + 1, _write_closing.month,
            clock_timestamp(), credits._acting_role())
    RETURNING closing_id INTO id;
    INSERT INTO credits.closing_line (closing_id, relation, line_no, type_code, currency, movement,
                                      article, ledger_account, quantity, amount)
    SELECT closing_id, relation, line_no, type_code, currency, movement, article, ledger_account, quantity, amount
    FROM credits._lines_of(id, moved);
    -- What was open before: as the last closing left it, or, at the first one, opening balances.
    INSERT INTO credits.closing_type
        (closing_id, type_id, type_code, currency, posting_relation, posting_articles,
         balance_account, activation_article, result_account, result_article, opening, sold, consumed, changes, closing)
    SELECT id, type.type_id, settings.*,
           round(sums.opening, sums.decimals), round(sums.sold, sums.decimals), round(sums.consumed, sums.decimals),
           round(sums.changes, sums.decimals),
           round(sums.opening + sums.sold - sums.consumed + sums.changes, sums.decimals)
    FROM credits._now(NULL::credits._former_type, 'credits._former_types', ROW(former, month)) AS type
    LEFT JOIN (SELECT m.type_id, m.type_code, m.currency, m.posting_relation, m.posting_articles,
                      m.balance_account, m.activation_article, m.type_account, m.type_article,
                      sum(m.value) FILTER (WHERE m.movement = 'opening') AS opening,
                      sum(m.value) FILTER (WHERE m.movement = 'sold') AS sold,
                      -sum(m.value) FILTER (WHERE m.movement = 'consumed') AS consumed,
                      sum(m.value) FILTER (WHERE m.movement = 'changes') AS changes
               FROM unnest(moved) AS m
               GROUP BY m.type_id, m.type_code, m.currency, m.posting_relation, m.posting_articles,
                        m.balance_account, m.activation_article, m.type_account, m.type_article) AS movement USING (type_id)
    -- Those that the lines go by, where there are lines.
    CROSS JOIN LATERAL (
        SELECT movement.type_code, movement.currency, movement.posting_relation, movement.posting_articles,
               movement.balance_account, movement.activation_article, movement.type_account, movement.type_article
        WHERE movement.type_id IS NOT NULL
        UNION ALL
        SELECT type.type_code, type.currency, type.posting_relation, type.posting_articles, type.balance_account,
               type.activation_article, type.result_account, type.result_article
        WHERE movement.type_id IS NULL) AS settings
    CROSS JOIN LATERAL (SELECT coalesce(type.former, 0) + coalesce(movement.opening, 0) AS opening,
                        coalesce(movement.sold, 0) AS sold,
                               coalesce(movement.consumed, 0) AS consumed, coalesce(movement.changes, 0) AS changes,
                               credits._money_decimals(type.currency) AS decimals) AS sums
    WHERE movement.type_id IS NOT NULL OR type.former IS NOT NULL;
    RETURN id;
END
$$;
COMMENT ON FUNCTION credits._write_closing(date, credits._movement[]) IS
'Writes the closing of a month, its lines and its types, and returns its closing_id. The caller holds the gate.';

CREATE FUNCTION credits._accounts_not_known(id integer) RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT DISTINCT
        format('type "%s" is posted by original article, and article "%s" had no ledger account when it was sold: %s is used',
               type.type_code, lot.article, type.result_account) AS note
    FROM credits.closing_type AS type
    JOIN credits.closing_line AS line USING (closing_id, type_code)
    JOIN credits._lot_by_customer AS lot
        ON lot.type_id = type.type_id AND lot.article = line.article AND lot.ledger_account IS NULL
    WHERE type.closing_id = id AND type.posting_articles = 'original'
    ORDER BY note;
END;
COMMENT ON FUNCTION credits._accounts_not_known(integer) IS
'Question: the notices on a closing about articles whose account was not known when they were sold.';

CREATE FUNCTION credits._settings_changed(id integer) RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('type "%s" was closed with %s %s before, and with %s now', type.type_code,
                  setting.name, setting.former, setting.present) AS note
    FROM credits.closing_type AS type
    JOIN credits.closing_type AS former USING (type_id)
    CROSS JOIN LATERAL (VALUES
        ('posting_articles', former.posting_articles, type.posting_articles),
        ('posting_relation', former.posting_relation, type.posting_relation),
        ('balance_account', former.balance_account, type.balance_account),
        ('activation_article', former.activation_article, type.activation_article),
        ('result_account', former.result_account, type.result_account),
        ('result_article', former.result_article, type.result_article)) AS setting (name, former, present)
    WHERE type.closing_id = id
      AND former.closing_id = (SELECT max(earlier.closing_id) FROM credits.closing AS earlier
                               WHERE earlier.reopened_at IS NULL AND earlier.closing_id < id)
      AND setting.former <> setting.present
    ORDER BY note;
END;
COMMENT ON FUNCTION credits._settings_changed(integer) IS
'Question: the notices on a closing about settings that differ from those of the closing before.';

-- Nothing of this is wrong, but a bookkeeper should know it.
CREATE FUNCTION credits._advise_closing(id integer) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    closed credits.closing;
    note   text;
BEGIN
    SELECT * INTO closed FROM credits.closing WHERE closing_id = id;
    IF closed.month + interval '1 month' > CURRENT_DATE THEN
        RAISE NOTICE 'month % is not over', credits._named(closed.month)
            USING HINT = 'What is still saved for it is booked in the next month, or refused, as the parameters say.';
    END IF;
    IF NOT EXISTS (SELECT FROM credits.closing_line WHERE closing_id = id) THEN
        RAISE NOTICE 'there was nothing to move in month %', credits._named(closed.month);
    END IF;
    FOR note IN
        SELECT format('type "%s" is posted to %s of the type, and article "%s" is sold on %s',
                      type.type_code, type.result_account, article.article, article.ledger_account)
        FROM credits.closing_type AS type
        JOIN credits.article USING (type_id)
        WHERE type.closing_id = id AND type.posting_articles = 'type' AND article.coefficient > 0
          AND article.ledger_account <> type.result_account
          AND EXISTS (SELECT FROM credits.closing_line AS line
                      WHERE line.closing_id = id AND line.type_code = type.type_code AND line.movement = 'sold')
        ORDER BY 1
    LOOP
        RAISE NOTICE '%', note USING HINT = 'With posting_articles = ''original'' a closing uses the account that was sold on.';
    END LOOP;
    FOR note IN
        SELECT credits._now(NULL::text, 'credits._accounts_not_known', ROW(id))
    LOOP
        RAISE NOTICE '%', note USING HINT = 'An account that an article gets later counts for what is sold from then on.';
    END LOOP;
    FOR note IN
        SELECT credits._now(NULL::text, 'credits._settings_changed', ROW(id))
    LOOP
        RAISE NOTICE '%', note
            USING HINT = 'What is open from before was posted as it was then; move it by hand where that matters.';
    END LOOP;
END
$$;
COMMENT ON FUNCTION credits._advise_closing(integer) IS
'NOTICEs on a closing: a month that is not over, or empty; accounts that differ from those of the sale, or were not known then; '
'settings that differ from those of the last closing (rule 26).';

CREATE FUNCTION credits._entries_booked() RETURNS SETOF numeric
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(sum(account.last_entry_no), 0) FROM credits._account AS account;
END;
COMMENT ON FUNCTION credits._entries_booked() IS
'Question: how many entries there are.';

-- A transaction that is to be serial has read the ledger at its snapshot; the closing must not know more.
CREATE FUNCTION credits._require_present_ledger() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seen CONSTANT numeric := (SELECT credits._entries_booked());
BEGIN
    IF current_setting('transaction_isolation') = 'serializable' THEN
        IF seen <> (SELECT credits._now(NULL::numeric, 'credits._entries_booked')) THEN
            RAISE EXCEPTION 'could not serialize access due to concurrent update'
                USING ERRCODE = 'serialization_failure', HINT = 'The transaction might succeed if retried.';
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION credits._require_present_ledger() IS
'Raises 40001 in a SERIALIZABLE transaction whose snapshot misses entries. The caller holds the gate.';

-- The C functions hold the gate, fire what the caller has queued, and call these as the extension's owner.
CREATE FUNCTION credits._close_month(month date) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first CONSTANT date := credits._first_day(month);
    moved credits._movement[];
    id    integer;
BEGIN
    PERFORM credits._require_present_ledger();
    PERFORM credits._check_month(first);
    moved := credits._closing_movement(first);
    PERFORM credits._check_posting(moved);
    id := credits._write_closing(first, moved);
    PERFORM credits._advise_closing(id);
    PERFORM credits._announce_closing(id);
    RETURN id;
END
$$;
COMMENT ON FUNCTION credits._close_month(date) IS
'Does what close_month() says, under the gate.';

CREATE FUNCTION credits.close_month(month date) RETURNS integer
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_close_month';
COMMENT ON FUNCTION credits.close_month(date) IS
'Closes a month, and returns the closing_id; its document is in closing_document. Any day names its month.
It moves the value sold in it from the result to the balance account, and the value consumed back.
Revaluations and corrections are changes. From then on nothing is booked in the month.
It waits for saves under way and holds back new ones.
It calls parameter.closing_hook, and sends NOTIFY credits_closing.
With a hook, what the transaction has queued fires first.
Then all constraints are immediate until it ends, as after SET CONSTRAINTS ALL IMMEDIATE.
For credits_management.
Errors, besides those of the hook:
- 23514 credits_month_open: closed already, out of order, in the future, nothing to close yet
- 23514 credits_accounts_complete: names what is missing
- 25001: the transaction has saved credits
- 55P03: saves under way do not end within 3 seconds
- 40001: at SERIALIZABLE
Rules 25 to 28.';

CREATE FUNCTION credits._reopen_month(month date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first CONSTANT date := credits._first_day(month);
    last  CONSTANT date := (SELECT credits._now(NULL::date, 'credits._last_month_closed'));
    id    CONSTANT integer := (SELECT credits._now(NULL::integer, 'credits._last_closing'));
BEGIN
    PERFORM credits._require_present_ledger();
    IF first IS DISTINCT FROM last THEN
        RAISE EXCEPTION 'month % is not %', credits._named(first),
                        CASE WHEN first < last THEN 'the last one closed' ELSE 'closed' END
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'closing', CONSTRAINT = 'credits_month_open',
                  DETAIL = coalesce('The last closed month is ' || credits._named(last) || '.', 'No month is closed.'),
                  HINT = 'Only the last closing can be taken back; the one before it is the last one then.';
    END IF;
    PERFORM credits._do_now(
        'UPDATE credits.closing SET reopened_at = clock_timestamp(), reopened_by = credits._acting_role() WHERE closing_id = $1',
        ROW(id));
    PERFORM credits._announce_closing(id);
END
$$;
COMMENT ON FUNCTION credits._reopen_month(date) IS
'Does what reopen_month() says, under the gate.';

CREATE FUNCTION credits.reopen_month(month date) RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_reopen_month';
COMMENT ON FUNCTION credits.reopen_month(date) IS
'Takes back the last closing, which stays on record as reopened. Any day names its month.
Its month can be booked in and closed again, under a new number.
It calls parameter.closing_hook with the closing_id, as close_month() does, and sends NOTIFY credits_closing.
For credits_management.
Errors, besides those of the hook:
- 23514 credits_month_open: the month is not the last one closed
- 25001, 55P03, 40001: as for close_month()
Rule 28.';
