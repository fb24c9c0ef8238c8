-- Existing documents taken in afterwards (rule 24), and what of them is refused.

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
'The lines that the last take_in() of their table refused, where on_refusal was report; none after one that stops.';
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
            RAISE EXCEPTION 'table "%" is not attached', credits._unquoted(asked::text)
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
    WHERE line_tables IS NULL OR refusal.line_table = ANY (line_tables);
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
