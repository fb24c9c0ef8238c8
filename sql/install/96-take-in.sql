-- Existing documents taken in afterwards (rule 24): portion by portion, around what is refused, which is tried again as a whole.

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

-- Which of many lines that take too much together is left out, is chance: what fits by itself is not refused for the others.
CREATE FUNCTION credits._try_each_line(tried bigint) RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken credits._taken_in := ROW(0, 0, 0);
    alone bigint;
BEGIN
    FOR alone IN
        SELECT line.position
        FROM pg_temp.credits_refused_line AS line
        LEFT JOIN credits._account AS account USING (customer, type_id)
        WHERE line.component = tried
        GROUP BY line.position
        HAVING bool_and(line.is_recorded OR line.credits >= 0 OR -line.credits <= account.balance)
        ORDER BY line.position
    LOOP
        UPDATE pg_temp.credits_refused_line SET part = position WHERE component = tried AND position = alone;
        taken := credits._add(taken, credits._try_part(alone, false));
    END LOOP;
    RETURN taken;
END
$$;
COMMENT ON FUNCTION credits._try_each_line(bigint) IS
'Tries the refused lines of a component one by one, unless they are new and take more than there is.';

-- First what is recorded, as a whole; then with what is new of the same accounts, in order of date if it can be; then each.
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
        IF taken.lines = before THEN
            taken := credits._add(taken, credits._try_each_line(tried));
        END IF;
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
