-- Existing documents taken in afterwards (rule 24).

CREATE FUNCTION credits._settle_pending() RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_settle_pending';
COMMENT ON FUNCTION credits._settle_pending() IS
'Settles what the transaction has saved in tables that are checked at commit: otherwise take_in() would list it as not booked.';

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
