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
    error           text
);
COMMENT ON TYPE credits._line_to_take_in IS
'A line that take_in() is to settle, and where it stands in the order.';

-- A line that has moved between accounts is listed with the account that it wants, not as one that is gone from the other.
CREATE FUNCTION credits._lines_to_take_in(line_tables regclass[], from_date date) RETURNS SETOF credits._line_to_take_in
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH line AS MATERIALIZED (
        SELECT *
        FROM credits._line_state AS state
        WHERE (line_tables IS NULL OR state.line_table = ANY (line_tables))
          AND (from_date IS NULL OR state.document_date IS NULL OR state.document_date >= from_date)
    )
    SELECT
        row_number() OVER (ORDER BY line.error IS NOT NULL, line.customer, line.type_id, line.document_date,
                                    line.credits > line.booked_credits DESC, line.document_number COLLATE "C" NULLS FIRST,
                                    octet_length(line.line_key), line.line_key, line.line_table),
        line.line_table,
        line.line_key,
        line.document_number,
        line.document_date,
        line.member,
        line.place,
        line.is_recorded,
        line.error
    FROM line
    WHERE line.place IS NOT NULL
       OR NOT EXISTS (SELECT FROM line AS present
                      WHERE present.line_table = line.line_table
                        AND present.line_key = line.line_key
                        AND present.place IS NOT NULL
                        AND present.is_recorded);
END;
COMMENT ON FUNCTION credits._lines_to_take_in(regclass[], date) IS
'Question: what there is to take in, in the order in which it will be; behind come lines that cannot be read.';

CREATE FUNCTION credits._list_unsettled(line_tables regclass[], from_date date) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the tables and the date
AS $$
BEGIN
    CREATE TEMPORARY TABLE credits_unsettled_line OF credits._line_to_take_in ON COMMIT DROP;
    INSERT INTO pg_temp.credits_unsettled_line
    SELECT * FROM credits._now(NULL::credits._line_to_take_in, 'credits._lines_to_take_in', ROW(line_tables, from_date));
    CREATE INDEX ON credits_unsettled_line USING brin (position);
    ANALYZE credits_unsettled_line;
    RETURN (SELECT count(*) FROM pg_temp.credits_unsettled_line AS line WHERE line.error IS NULL);
END
$$;
COMMENT ON FUNCTION credits._list_unsettled(regclass[], date) IS
'Lists in a temporary table what there is to take in, and returns how many lines can be read.';

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

CREATE FUNCTION credits._take_in_listed(
    first            bigint,
    last             bigint,
    OUT lines        bigint,
    OUT sales        bigint,
    OUT consumptions bigint
)
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_take_in_listed';
COMMENT ON FUNCTION credits._take_in_listed(bigint, bigint) IS
'Settles the listed lines from one position to another; raises the first refusal.';

-- The halves of a list with a refused line are taken in one by one, down to that line: what precedes a line is always in.
CREATE FUNCTION credits._take_in_or_refuse(
    first            bigint,
    last             bigint,
    OUT lines        bigint,
    OUT sales        bigint,
    OUT consumptions bigint,
    OUT refused      bigint
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    middle CONSTANT bigint := (first + last) / 2;
    former record;
    latter record;
    what   text;
    detail text;
    rule   text;
BEGIN
    SELECT taken.lines, taken.sales, taken.consumptions, 0
    INTO lines, sales, consumptions, refused
    FROM credits._take_in_listed(first, last) AS taken;
EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
    IF first < last THEN
        former := credits._take_in_or_refuse(first, middle);
        latter := credits._take_in_or_refuse(middle + 1, last);
        lines := former.lines + latter.lines;
        sales := former.sales + latter.sales;
        consumptions := former.consumptions + latter.consumptions;
        refused := former.refused + latter.refused;
        RETURN;
    END IF;
    GET STACKED DIAGNOSTICS what = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, rule = CONSTRAINT_NAME;
    INSERT INTO credits.take_in_refusal
        (line_table, line_key, document_number, document_date, sqlstate, constraint_name, message)
    SELECT line_table, line_key, document_number, document_date, SQLSTATE, nullif(rule, ''),
           concat_ws(': ', what, nullif(detail, ''))
    FROM pg_temp.credits_unsettled_line
    WHERE position = first;
    SELECT 0, 0, 0, 1 INTO lines, sales, consumptions, refused;
END
$$;
COMMENT ON FUNCTION credits._take_in_or_refuse(bigint, bigint) IS
'Settles the listed lines from one position to another, and notes in take_in_refusal those that are refused.';

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
    step   CONSTANT bigint := 10000;
    part   record;
    listed bigint;
BEGIN
    PERFORM credits._come_to_gate();
    PERFORM credits._check_take_in(line_tables, on_refusal);
    PERFORM credits._hold_saves();
    PERFORM credits._settle_pending();
    PERFORM credits._hold_all_tables();
    SELECT 0, 0, 0 INTO lines, sales, consumptions;
    DELETE FROM credits.take_in_refusal AS refusal
    WHERE on_refusal = 'report' AND (line_tables IS NULL OR refusal.line_table = ANY (line_tables));
    listed := credits._list_unsettled(line_tables, from_date);
    refused := credits._refuse_unreadable(line_tables, on_refusal);
    FOR start IN 1 .. listed BY step LOOP
        IF on_refusal = 'stop' THEN
            SELECT *, 0 AS refused INTO part FROM credits._take_in_listed(start, least(start + step - 1, listed));
        ELSE
            SELECT * INTO part FROM credits._take_in_or_refuse(start, least(start + step - 1, listed));
        END IF;
        lines := lines + part.lines;
        sales := sales + part.sales;
        consumptions := consumptions + part.consumptions;
        refused := refused + part.refused;
        IF (start + step - 1) % 100000 = 0 THEN
            RAISE NOTICE '% of % lines', start + step - 1, listed;
        END IF;
    END LOOP;
    DROP TABLE pg_temp.credits_unsettled_line;
END
$$;
COMMENT ON FUNCTION credits.take_in(regclass[], date, text) IS
'Settles the lines of attached tables whose entries differ from what they want.
Those are documents of before the table was attached, or the customer, article or module worked with credits.
And what was missed while triggers were disabled.
It goes account by account in order of document date, each day as one save; prices are not touched.
A line that cannot be read is refused, too. Saves of credits wait meanwhile. It may be repeated.
Arguments:
- line_tables: the tables; null for all
- from_date: the date of the first documents; null for all
- on_refusal: what a refused line does: stop, it is raised and nothing is taken in; report, it is listed in take_in_refusal
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
