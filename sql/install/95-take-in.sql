-- Existing documents taken in afterwards (rule 24): the lines that verify() reports, account by account in order of document
-- date.

CREATE SEQUENCE credits.take_in_refusal_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.take_in_refusal_number', 0);
COMMENT ON SEQUENCE credits.take_in_refusal_number IS 'Numbers refused lines.';
SELECT pg_catalog.pg_extension_config_dump('credits.take_in_refusal_number', '');

-- The line is no key: heirs of one table may share a key by mistake, and a line may be refused in two accounts.
CREATE TABLE credits.take_in_refusal (
    line_table      regclass NOT NULL,
    line_key        text     COLLATE "C" NOT NULL,
    document_number text,
    document_date   date,
    sqlstate        text     NOT NULL,
    constraint_name text,
    message         text     NOT NULL,
    number          bigint   PRIMARY KEY DEFAULT credits._next_number('credits.take_in_refusal_number')
);
COMMENT ON TABLE credits.take_in_refusal IS
'The lines that the last take_in(..., on_refusal => ''report'') of their table refused.';
COMMENT ON COLUMN credits.take_in_refusal.line_table      IS 'attached table of the line';
COMMENT ON COLUMN credits.take_in_refusal.line_key        IS 'key of the line; empty where the whole table cannot be read';
COMMENT ON COLUMN credits.take_in_refusal.document_number IS 'number of its document';
COMMENT ON COLUMN credits.take_in_refusal.document_date   IS 'date of its document';
COMMENT ON COLUMN credits.take_in_refusal.sqlstate        IS 'of the refusal, as a save would have got it';
COMMENT ON COLUMN credits.take_in_refusal.constraint_name IS 'which rule refused it; null for none';
COMMENT ON COLUMN credits.take_in_refusal.message         IS 'message and detail of the refusal';
COMMENT ON COLUMN credits.take_in_refusal.number          IS 'key, given by the database, in the order of the refusals';
SELECT pg_catalog.pg_extension_config_dump('credits.take_in_refusal', '');

CREATE FUNCTION credits._settle_pending() RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_settle_pending';
COMMENT ON FUNCTION credits._settle_pending() IS
'Settles what the transaction has saved in tables that are checked at commit: otherwise take_in() would list it as not booked.';

CREATE TYPE credits._line_to_take_in AS (
    position        bigint,
    line_table      regclass,
    line_key        text COLLATE "C",
    document_number text,
    document_date   date,
    member          regclass,
    place           tid,
    is_recorded     boolean,
    error           text,
    customer        text COLLATE "C",
    type_id         integer,
    credits         numeric,
    amount          numeric,
    is_wanted       boolean,
    repeats_line    boolean,
    component       bigint
);
COMMENT ON TYPE credits._line_to_take_in IS
'A line that take_in() is to settle, and where it stands in the order; of one that differs in several accounts a row for each.
- position: null when it cannot be read
- customer, type_id: the account
- credits, amount: what it wants there; where its row is gone, what it had
- is_wanted: it wants something in this account
- repeats_line: another row stands for the line
- component: of accounts that have lines in common; null while nothing is recorded for any line of the account';

CREATE FUNCTION credits._lines_to_take_in(line_tables regclass[], from_date date) RETURNS SETOF credits._line_to_take_in
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT
        CASE WHEN line.error IS NULL THEN
            row_number() OVER (ORDER BY line.error IS NOT NULL, line.customer, line.type_id, line.document_date,
                                        line.credits > line.booked_credits DESC, line.document_number COLLATE "C" NULLS FIRST,
                                        octet_length(line.line_key), line.line_key, line.line_table) END,
        line.line_table,
        line.line_key,
        line.document_number,
        line.document_date,
        line.member,
        line.place,
        line.is_recorded,
        line.error,
        line.customer,
        line.type_id,
        CASE WHEN line.place IS NULL THEN line.booked_credits ELSE line.credits END,
        CASE WHEN line.place IS NULL THEN line.booked_amount ELSE line.amount END,
        line.place IS NOT NULL,
        false,
        NULL::bigint
    FROM credits._line_state AS line
    WHERE (line_tables IS NULL OR line.line_table = ANY (line_tables))
      AND (from_date IS NULL OR line.document_date IS NULL OR line.document_date >= from_date);
END;
COMMENT ON FUNCTION credits._lines_to_take_in(regclass[], date) IS
'Question: what there is to take in, in the order in which it will be.';

CREATE TYPE credits._row_of_line AS (
    line_table regclass,
    line_key   text COLLATE "C",
    member     regclass,
    place      tid,
    rows       bigint
);
COMMENT ON TYPE credits._row_of_line IS
'The row of a line, and how many rows of its key count with an article that has credits; of several, one that counts.';

-- MATERIALIZED: else a table may be read for each line.
CREATE FUNCTION credits._rows_of_lines(line_tables regclass[], line_keys text[]) RETURNS SETOF credits._row_of_line
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH row AS MATERIALIZED (
        SELECT source.line_table, row.line_key, row.member, row.place, row.counts, row.article
        FROM (SELECT DISTINCT line_table FROM unnest(line_tables) AS asked (line_table)) AS source
        CROSS JOIN LATERAL credits._wanted_line(source.line_table) AS row
    )
    SELECT DISTINCT ON (asked.line_table, asked.line_key) asked.line_table, asked.line_key, row.member, row.place,
           count(*) FILTER (WHERE row.counts AND article.type_id IS NOT NULL) OVER (PARTITION BY asked.line_table, asked.line_key)
    FROM (SELECT DISTINCT line_table, line_key FROM unnest(line_tables, line_keys) AS line (line_table, line_key)) AS asked
    JOIN row ON row.line_table = asked.line_table AND row.line_key = asked.line_key
    LEFT JOIN credits.article ON article.article = row.article
    ORDER BY asked.line_table, asked.line_key, row.counts DESC, row.member, row.place;
END;
COMMENT ON FUNCTION credits._rows_of_lines(regclass[], text[]) IS
'Question: the rows that lines have by their keys.';

-- A line that differs only where it is booked and does not belong shows no row: that is looked for. Heirs may share a key by
-- mistake: then nobody knows which of the rows is booked.
CREATE FUNCTION credits._find_rows_of_listed() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    heirs CONSTANT regclass[] := ARRAY(SELECT source.line_table FROM credits.source JOIN pg_class ON oid = source.line_table
                                       WHERE relkind = 'r' AND relhassubclass);
    tables regclass[];
    keys   text[];
BEGIN
    SELECT array_agg(line_table), array_agg(line_key)
    INTO tables, keys
    FROM pg_temp.credits_unsettled_line
    WHERE error IS NULL AND (place IS NULL OR line_table = ANY (heirs));
    IF tables IS NULL THEN
        RETURN;
    END IF;
    UPDATE pg_temp.credits_unsettled_line AS line
    SET member = coalesce(line.member, row.member), place = coalesce(line.place, row.place),
        credits = CASE WHEN line.is_wanted THEN line.credits ELSE 0 END,
        amount = CASE WHEN line.is_wanted THEN line.amount END,
        position = CASE WHEN row.rows <= 1 THEN line.position END,
        error = CASE WHEN row.rows > 1 THEN
            format('%s rows of table %s have the key "%s"', row.rows, line.line_table, line.line_key) END
    FROM credits._now(NULL::credits._row_of_line, 'credits._rows_of_lines', ROW(tables, keys)) AS row
    WHERE row.line_table = line.line_table AND row.line_key = line.line_key AND line.error IS NULL
      AND (line.place IS NULL OR row.rows > 1);
END
$$;
COMMENT ON FUNCTION credits._find_rows_of_listed() IS
'Looks for the rows of listed lines that differ where they do not belong, and names lines that have several.';

-- A line whose key was changed is one that is gone, and a new one like it: settled together they are found to be the same.
CREATE FUNCTION credits._join_listed_lines() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH lead AS (
        SELECT DISTINCT ON (line_table, line_key) line_table, line_key, position
        FROM pg_temp.credits_unsettled_line
        WHERE error IS NULL
        ORDER BY line_table, line_key, is_wanted DESC, position
    )
    UPDATE pg_temp.credits_unsettled_line AS line
    SET position = lead.position, repeats_line = true
    FROM lead
    WHERE line.line_table = lead.line_table AND line.line_key = lead.line_key AND line.position <> lead.position
      AND line.error IS NULL;

    UPDATE pg_temp.credits_unsettled_line AS line
    SET position = alike.position
    FROM (SELECT ctid, min(position) OVER alike AS position,
                 bool_or(is_recorded) OVER alike AND NOT bool_and(is_recorded) OVER alike AS is_both
          FROM pg_temp.credits_unsettled_line
          WHERE error IS NULL AND NOT repeats_line AND is_recorded = (place IS NULL)
          WINDOW alike AS (PARTITION BY line_table, customer, type_id, document_date, document_number, credits,
                                        coalesce(amount, 0))) AS alike
    WHERE line.ctid = alike.ctid AND alike.is_both;
$$;
COMMENT ON FUNCTION credits._join_listed_lines() IS
'Gives the listed rows of one line one position, and those of lines that are gone and of new ones that are like them, too.';

CREATE FUNCTION credits._move_components(joined_to bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE pg_temp.credits_unsettled_line AS line
    SET component = moved.component, position = moved.position
    FROM (SELECT ctid, joined_to[component] AS component,
                 (SELECT max(position) FROM pg_temp.credits_unsettled_line)
                 + dense_rank() OVER (ORDER BY joined_to[component], position) AS position
          FROM pg_temp.credits_unsettled_line WHERE component IS NOT NULL) AS moved
    WHERE line.ctid = moved.ctid;
END
$$;
COMMENT ON FUNCTION credits._move_components(bigint[]) IS
'Joins components by the first of each, and moves them behind the other lines.';

-- Lines that are recorded may need each other: what one gives another takes. They stand behind all others, with whatever else is
-- listed of their accounts, component by component. A component is told by its first position; it is joined to an earlier one.
CREATE FUNCTION credits._find_components() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    joined_to bigint[];
    link      record;
BEGIN
    UPDATE pg_temp.credits_unsettled_line AS line
    SET component = account.position
    FROM (SELECT customer, type_id, min(position) AS position
          FROM pg_temp.credits_unsettled_line
          WHERE error IS NULL
          GROUP BY customer, type_id
          HAVING bool_or(is_recorded)) AS account
    WHERE account.customer = line.customer AND account.type_id = line.type_id AND line.error IS NULL;
    joined_to := ARRAY(SELECT generate_series(1, max(component)) FROM pg_temp.credits_unsettled_line);
    FOR link IN
        SELECT DISTINCT one, other
        FROM (SELECT component AS one, min(component) OVER (PARTITION BY position) AS other
              FROM pg_temp.credits_unsettled_line WHERE component IS NOT NULL) AS line
        WHERE one <> other
    LOOP
        WHILE joined_to[link.one] < link.one LOOP
            joined_to[link.one] := joined_to[joined_to[link.one]];
            link.one := joined_to[link.one];
        END LOOP;
        WHILE joined_to[link.other] < link.other LOOP
            joined_to[link.other] := joined_to[joined_to[link.other]];
            link.other := joined_to[link.other];
        END LOOP;
        joined_to[greatest(link.one, link.other)] := least(link.one, link.other);
    END LOOP;
    FOR component IN 1 .. cardinality(joined_to) LOOP
        joined_to[component] := joined_to[joined_to[component]];
    END LOOP;
    PERFORM credits._move_components(joined_to);
END
$$;
COMMENT ON FUNCTION credits._find_components() IS
'Groups the listed lines of accounts in which something is recorded for one of them, and moves them behind the others.';

CREATE FUNCTION credits._list_unsettled(line_tables regclass[], from_date date) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the tables and the date
AS $$
BEGIN
    CREATE TEMPORARY TABLE credits_unsettled_line OF credits._line_to_take_in ON COMMIT DROP;
    INSERT INTO pg_temp.credits_unsettled_line
    SELECT * FROM credits._now(NULL::credits._line_to_take_in, 'credits._lines_to_take_in', ROW(line_tables, from_date));
    CREATE INDEX ON credits_unsettled_line (position); -- before rows move: else the transaction cannot use it
    CREATE INDEX ON credits_unsettled_line (component) WHERE component IS NOT NULL;
    ANALYZE credits_unsettled_line (position, line_table, line_key);
    PERFORM credits._find_rows_of_listed();
    IF EXISTS (SELECT FROM pg_temp.credits_unsettled_line WHERE is_recorded AND error IS NULL) THEN
        PERFORM credits._join_listed_lines();
        PERFORM credits._find_components();
    END IF;
    CREATE TEMPORARY TABLE credits_refused_line (
        LIKE pg_temp.credits_unsettled_line,
        part            bigint, -- that is tried as one save; null: it was refused again
        sqlstate        text,
        constraint_name text,
        message         text,
        detail          text,
        hint            text
    ) ON COMMIT DROP;
    CREATE INDEX ON credits_refused_line (component);
    CREATE INDEX ON credits_refused_line (part);
    CREATE INDEX ON credits_refused_line (line_key, line_table);
    RETURN (SELECT coalesce(max(line.position), 0) FROM pg_temp.credits_unsettled_line AS line WHERE line.error IS NULL);
END
$$;
COMMENT ON FUNCTION credits._list_unsettled(regclass[], date) IS
'Lists in a temporary table what there is to take in, and returns the last position of a line that can be read.';

-- What cannot be read, rows and whole tables: a table has no key.
CREATE FUNCTION credits._refuse_unreadable(line_tables regclass[], on_refusal text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    unreadable record;
    refused    bigint := 0;
BEGIN
    FOR unreadable IN
        SELECT source.line_table, NULL::text AS line_key, NULL::text AS document_number, NULL::date AS document_date,
               (SELECT string_agg(format('%s: %s', source.line_table, part.fault), '; ')
                FROM credits._source_fault(source.line_table) AS part (fault)) AS error
        FROM credits.source
        WHERE NOT credits._is_source_readable(source.line_table)
          AND (line_tables IS NULL OR source.line_table = ANY (line_tables))
        UNION ALL
        SELECT line.line_table, line.line_key, line.document_number, line.document_date, line.error
        FROM pg_temp.credits_unsettled_line AS line
        WHERE line.error IS NOT NULL
        ORDER BY 1, 2
    LOOP
        IF on_refusal = 'stop' THEN
            RAISE EXCEPTION '%', unreadable.error
                USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_line_readable',
                      HINT = 'Correct it first; or take in the others by on_refusal => ''report''.';
        END IF;
        INSERT INTO credits.take_in_refusal
            (line_table, line_key, document_number, document_date, sqlstate, constraint_name, message)
        VALUES (unreadable.line_table, coalesce(unreadable.line_key, ''), unreadable.document_number, unreadable.document_date,
                '23514', 'credits_line_readable', unreadable.error);
        refused := refused + 1;
    END LOOP;
    RETURN refused;
END
$$;
COMMENT ON FUNCTION credits._refuse_unreadable(regclass[], text) IS
'Raises the first line that take_in() cannot read, or notes all in take_in_refusal, and returns how many.';

CREATE TYPE credits._taken_in AS (
    lines        bigint,
    sales        bigint,
    consumptions bigint
);
COMMENT ON TYPE credits._taken_in IS
'How many lines take_in() has settled, and how many of them are sales and consumptions.';

CREATE FUNCTION credits._add(a credits._taken_in, b credits._taken_in) RETURNS credits._taken_in
LANGUAGE sql IMMUTABLE STRICT
RETURN ROW(a.lines + b.lines, a.sales + b.sales, a.consumptions + b.consumptions)::credits._taken_in;
COMMENT ON FUNCTION credits._add(credits._taken_in, credits._taken_in) IS
'Adds what two parts have settled.';

CREATE FUNCTION credits._take_in_listed(first bigint, last bigint) RETURNS credits._taken_in
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_take_in_listed';
COMMENT ON FUNCTION credits._take_in_listed(bigint, bigint) IS
'Settles the listed lines from one position to another, each day as a save; raises the first refusal.';

CREATE FUNCTION credits._take_in_refused(part bigint, by_day boolean) RETURNS credits._taken_in
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_take_in_refused';
COMMENT ON FUNCTION credits._take_in_refused(bigint, boolean) IS
'Settles the lines of a part of credits_refused_line, each day as a save, or all as one; raises the first refusal.';

CREATE FUNCTION credits._refused_line(OUT line_table regclass, OUT line_key text) RETURNS record
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_refused_line';
COMMENT ON FUNCTION credits._refused_line() IS
'The line at which one of these two was refused, in an error that was just caught; nulls when it was none by itself.';

-- What other lines of the same accounts may still help: when they give, or when more was given since.
CREATE FUNCTION credits._is_help_possible(constraint_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN constraint_name IN ('credits_balance_not_negative', 'credits_lot_not_consumed', 'credits_refund_within_open',
                           'credits_return_within_consumed');
COMMENT ON FUNCTION credits._is_help_possible(text) IS
'Does a refusal go by what other lines have booked? Then they may help: rules 12, 14 and 17.';

-- PL/pgSQL, since what is LANGUAGE sql may remember the temporary table of an earlier call.
CREATE FUNCTION credits._end_of_portion(until bigint, last bigint) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF until >= last THEN
        RETURN last;
    END IF;
    RETURN coalesce((SELECT max(line.position)
                     FROM pg_temp.credits_unsettled_line AS line
                     WHERE line.component = (SELECT component FROM pg_temp.credits_unsettled_line
                                             WHERE position = until LIMIT 1)),
                    until);
END
$$;
COMMENT ON FUNCTION credits._end_of_portion(bigint, bigint) IS
'Where a portion of the list ends that is to end about here: a component is not cut.';

-- Where a component begins near the middle; null: it is only one.
CREATE FUNCTION credits._middle_of_components(first bigint, last bigint) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT line.position
            FROM (SELECT position, component IS DISTINCT FROM lag(component) OVER (ORDER BY position) AS begins
                  FROM pg_temp.credits_unsettled_line WHERE position BETWEEN first AND last) AS line
            WHERE line.begins AND line.position > first
            ORDER BY abs(line.position - (first + last) / 2)
            LIMIT 1);
END
$$;
COMMENT ON FUNCTION credits._middle_of_components(bigint, bigint) IS
'Where to cut a list between two components; null: it is only one.';

-- A list with a refused line is cut between components; one that is refused is tried again as a whole later. Elsewhere the halves
-- are taken in one by one, down to that line: what precedes a line is always in.
CREATE FUNCTION credits._take_in_or_refuse(first bigint, last bigint, on_refusal text) RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    middle bigint;
    what   text;
    why    text;
    advice text;
    rule   text;
BEGIN
    RETURN credits._take_in_listed(first, last);
EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
    GET STACKED DIAGNOSTICS what = MESSAGE_TEXT, why = PG_EXCEPTION_DETAIL, advice = PG_EXCEPTION_HINT, rule = CONSTRAINT_NAME;
    middle := credits._middle_of_components(first, last);
    IF middle IS NULL
       AND NOT EXISTS (SELECT FROM pg_temp.credits_unsettled_line
                       WHERE position BETWEEN first AND last AND component IS NOT NULL) THEN
        middle := nullif((first + last) / 2 + 1, last + 1);
    END IF;
    IF first < last AND middle IS NOT NULL THEN
        RETURN credits._add(credits._take_in_or_refuse(first, middle - 1, on_refusal),
                            credits._take_in_or_refuse(middle, last, on_refusal));
    END IF;
    IF first = last AND on_refusal = 'stop' AND NOT credits._is_help_possible(rule) THEN
        RAISE;
    END IF;
    INSERT INTO pg_temp.credits_refused_line
    SELECT line.*, NULL, SQLSTATE, nullif(rule, ''), what, nullif(why, ''), nullif(advice, '')
    FROM pg_temp.credits_unsettled_line AS line
    WHERE line.position BETWEEN first AND last;
    RETURN ROW(0, 0, 0)::credits._taken_in;
END
$$;
COMMENT ON FUNCTION credits._take_in_or_refuse(bigint, bigint, text) IS
'Settles the listed lines from one position to another, and notes in credits_refused_line those that are refused, with the '
'component that they belong to; at stop it raises a refusal that no other line can help.';

-- An account of which nothing gives, and which has nothing, is left as it is.
CREATE FUNCTION credits._group_refused_lines() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE pg_temp.credits_refused_line AS line
    SET component = refused.position
    FROM (SELECT customer, type_id, min(position) AS position
          FROM pg_temp.credits_refused_line AS listed
          LEFT JOIN credits._account AS account USING (customer, type_id)
          WHERE component IS NULL AND credits._is_help_possible(constraint_name)
          GROUP BY customer, type_id
          HAVING bool_or(listed.credits > 0 OR account.balance > 0)) AS refused
    WHERE line.customer = refused.customer AND line.type_id = refused.type_id
      AND line.component IS NULL AND credits._is_help_possible(line.constraint_name);
$$;
COMMENT ON FUNCTION credits._group_refused_lines() IS
'Groups the refused lines of one account, where they may help each other, or what was taken in after them helps.';

-- The line that is refused is left out, and the others are tried again; where it is none by itself, or that does not end soon,
-- each half by itself.
CREATE FUNCTION credits._try_part(tried bigint, by_day boolean) RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    most_tries CONSTANT integer := 16;
    taken      credits._taken_in;
    refusal    pg_temp.credits_refused_line;
    first      bigint;
    last       bigint;
    upper      bigint;
BEGIN
    FOR try IN 1 .. most_tries LOOP
        SELECT min(position), max(position) INTO first, last FROM pg_temp.credits_refused_line WHERE part = tried;
        IF first IS NULL THEN
            RETURN ROW(0, 0, 0)::credits._taken_in;
        END IF;
        BEGIN
            taken := credits._take_in_refused(tried, by_day);
            DELETE FROM pg_temp.credits_refused_line WHERE part = tried;
            RETURN taken;
        EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
            GET STACKED DIAGNOSTICS refusal.message = MESSAGE_TEXT, refusal.detail = PG_EXCEPTION_DETAIL,
                                    refusal.hint = PG_EXCEPTION_HINT, refusal.constraint_name = CONSTRAINT_NAME,
                                    refusal.sqlstate = RETURNED_SQLSTATE;
        END;
        UPDATE pg_temp.credits_refused_line AS line
        SET part = NULL, sqlstate = refusal.sqlstate, constraint_name = refusal.constraint_name, message = refusal.message,
            detail = refusal.detail, hint = refusal.hint
        WHERE line.part = tried
          AND (first = last
               OR line.position IN (SELECT listed.position
                                    FROM credits._refused_line() AS fault
                                    JOIN pg_temp.credits_refused_line AS listed USING (line_table, line_key)));
        EXIT WHEN NOT FOUND;
    END LOOP;
    SELECT min(position), max(position) INTO first, last FROM pg_temp.credits_refused_line WHERE part = tried;
    IF first = last OR first IS NULL THEN
        RETURN CASE WHEN first IS NULL THEN ROW(0, 0, 0)::credits._taken_in ELSE credits._try_part(tried, by_day) END;
    END IF;
    SELECT min(position) INTO upper FROM pg_temp.credits_refused_line WHERE part = tried AND position > (first + last) / 2;
    UPDATE pg_temp.credits_refused_line SET part = upper WHERE part = tried AND position >= upper;
    RETURN credits._add(credits._try_part(tried, by_day), credits._try_part(upper, by_day));
END
$$;
COMMENT ON FUNCTION credits._try_part(bigint, boolean) IS
'Settles a part of the refused lines, or what of it can be settled, each day as a save, or all as one, what gives before what '
'takes; the others stay refused.';

-- First what is recorded, as a whole; then with what is new of the same accounts, in order of date if it can be.
CREATE FUNCTION credits._try_component(tried bigint) RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken  credits._taken_in := ROW(0, 0, 0);
    before bigint;
BEGIN
    LOOP
        before := taken.lines;
        UPDATE pg_temp.credits_refused_line
        SET part = component
        WHERE component = tried
          AND position IN (SELECT position FROM pg_temp.credits_refused_line WHERE component = tried AND is_recorded);
        taken := credits._add(taken, credits._try_part(tried, false));
        UPDATE pg_temp.credits_refused_line SET part = component WHERE component = tried;
        taken := credits._add(taken, credits._try_part(tried, true));
        UPDATE pg_temp.credits_refused_line SET part = component WHERE component = tried;
        taken := credits._add(taken, credits._try_part(tried, false));
        EXIT WHEN taken.lines = before;
    END LOOP;
    RETURN taken;
END
$$;
COMMENT ON FUNCTION credits._try_component(bigint) IS
'Tries the refused lines of a component again, as long as something of it is settled.';

CREATE FUNCTION credits._try_refused_again() RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken credits._taken_in := ROW(0, 0, 0);
    tried bigint;
BEGIN
    PERFORM credits._group_refused_lines();
    FOR tried IN SELECT DISTINCT component FROM pg_temp.credits_refused_line WHERE component IS NOT NULL ORDER BY 1 LOOP
        taken := credits._add(taken, credits._try_component(tried));
    END LOOP;
    RETURN taken;
END
$$;
COMMENT ON FUNCTION credits._try_refused_again() IS
'Tries again what was refused day by day: what was cancelled as a whole is taken in as a whole.';

-- Whatever take_in() has missed, it does not say that it has settled it.
CREATE FUNCTION credits._refuse_unsettled(line_tables regclass[], from_date date) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO pg_temp.credits_refused_line
    SELECT line.*, NULL, '23514', 'credits_line_booked', 'cannot settle the line as it is', NULL, NULL
    FROM credits._now(NULL::credits._line_to_take_in, 'credits._lines_to_take_in', ROW(line_tables, from_date)) AS line
    WHERE line.error IS NULL
      AND NOT EXISTS (SELECT FROM pg_temp.credits_refused_line AS refused
                      WHERE refused.line_table = line.line_table AND refused.line_key = line.line_key)
      AND NOT EXISTS (SELECT FROM pg_temp.credits_unsettled_line AS unreadable
                      WHERE unreadable.error IS NOT NULL
                        AND unreadable.line_table = line.line_table AND unreadable.line_key = line.line_key);
$$;
COMMENT ON FUNCTION credits._refuse_unsettled(regclass[], date) IS
'Notes as refused the lines that still differ and were not.';

CREATE FUNCTION credits._report_refused(on_refusal text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused pg_temp.credits_refused_line;
BEGIN
    SELECT * INTO refused FROM pg_temp.credits_refused_line ORDER BY position LIMIT 1;
    IF FOUND AND on_refusal = 'stop' THEN
        RAISE EXCEPTION '%', refused.message
            USING ERRCODE = refused.sqlstate, CONSTRAINT = coalesce(refused.constraint_name, ''),
                  DETAIL = coalesce(refused.detail, ''), HINT = coalesce(refused.hint, '');
    END IF;
    INSERT INTO credits.take_in_refusal
        (line_table, line_key, document_number, document_date, sqlstate, constraint_name, message)
    SELECT line_table, line_key, document_number, document_date, sqlstate, nullif(constraint_name, ''),
           concat_ws(': ', message, nullif(detail, ''))
    FROM (SELECT DISTINCT ON (position, line_table, line_key) * FROM pg_temp.credits_refused_line
          ORDER BY position, line_table, line_key) AS line
    ORDER BY position;
    RETURN (SELECT count(DISTINCT (line_table, line_key)) FROM pg_temp.credits_refused_line);
END
$$;
COMMENT ON FUNCTION credits._report_refused(text) IS
'Raises the first refusal that stands, or lists all in take_in_refusal, and returns how many.';

CREATE FUNCTION credits._check_take_in(line_tables regclass[], on_refusal text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked regclass;
BEGIN
    IF on_refusal IS NULL OR on_refusal NOT IN ('stop', 'report') THEN
        RAISE EXCEPTION 'invalid value for argument "on_refusal": %', coalesce('"' || on_refusal || '"', 'null')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is ''stop'' or ''report''.';
    END IF;
    FOREACH asked IN ARRAY coalesce(line_tables, '{}') LOOP
        IF NOT EXISTS (SELECT FROM credits.source WHERE source.line_table = asked) THEN
            RAISE EXCEPTION 'table "%" is not attached', asked
                USING ERRCODE = 'undefined_object', HINT = 'What is attached is in credits.source.';
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION credits._check_take_in(regclass[], text) IS
'Raises 22023 or 42704 for arguments of take_in() that are wrong.';

CREATE FUNCTION credits.take_in(
    line_tables      regclass[] DEFAULT NULL,
    from_date        date       DEFAULT NULL,
    on_refusal       text       DEFAULT 'stop',
    OUT lines        bigint,
    OUT sales        bigint,
    OUT consumptions bigint,
    OUT refused      bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    step  CONSTANT bigint := 10000;
    taken credits._taken_in := ROW(0, 0, 0);
    start bigint := 1;
    until bigint;
    last  bigint;
BEGIN
    PERFORM credits._come_to_gate();
    PERFORM credits._check_take_in(line_tables, on_refusal);
    PERFORM credits._hold_saves();
    PERFORM credits._settle_pending();
    PERFORM credits._hold_all_tables();
    DELETE FROM credits.take_in_refusal AS refusal
    WHERE on_refusal = 'report' AND (line_tables IS NULL OR refusal.line_table = ANY (line_tables));
    last := credits._list_unsettled(line_tables, from_date);
    refused := credits._refuse_unreadable(line_tables, on_refusal);
    WHILE start <= last LOOP
        until := credits._end_of_portion(start + step - 1, last);
        taken := credits._add(taken, credits._take_in_or_refuse(start, until, on_refusal));
        IF until / 100000 > (start - 1) / 100000 THEN
            RAISE NOTICE '% of % lines', until, last;
        END IF;
        start := until + 1;
    END LOOP;
    taken := credits._add(taken, credits._try_refused_again());
    IF (SELECT count(*) FILTER (WHERE error IS NULL AND NOT repeats_line) FROM pg_temp.credits_unsettled_line)
       > taken.lines + (SELECT count(*) FILTER (WHERE NOT repeats_line) FROM pg_temp.credits_refused_line) THEN
        PERFORM credits._refuse_unsettled(line_tables, from_date);
    END IF;
    refused := refused + credits._report_refused(on_refusal);
    SELECT taken.lines, taken.sales, taken.consumptions INTO lines, sales, consumptions;
    DROP TABLE pg_temp.credits_unsettled_line, pg_temp.credits_refused_line;
END
$$;
COMMENT ON FUNCTION credits.take_in(regclass[], date, text) IS
'Settles the lines of attached tables whose entries differ from what they want.
Those are documents of before the table was attached, or the customer, article or module worked with credits.
And what was missed while triggers were disabled: lines that changed, are gone, were booked twice, or have another key.
It goes account by account in order of document date, each day as one save; prices are not touched.
What is refused so is tried again together, what gives before what takes: documents that were cancelled as a whole.
A line that cannot be read is refused, too. Saves of credits wait meanwhile. It may be repeated.
Arguments:
- line_tables: the tables; null for all
- from_date: the date of the first documents; null for all
- on_refusal: what becomes of a line that is still refused: stop, it is raised and nothing is taken in; report, it is listed
  in take_in_refusal
Returns:
- lines: how many were settled
- sales, consumptions: how many of them are sales and consumptions
- refused: how many were refused
For credits_management, whoever owns the tables.
Errors, besides those of a save:
- 42704: not attached
- 22023: no such on_refusal
- 55P03: saves under way do not end within 3 seconds
Rules 5 and 24.';
