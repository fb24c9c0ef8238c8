-- Lines of closed years that go with their tables or partitions, without coming back to the ledger.

CREATE FUNCTION credits._archived_lines(line_table regclass, number integer, before date) RETURNS TABLE (line_key text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT booked.line_key
    FROM (SELECT entry.line_key, max(entry.document_date) AS document_date
          FROM credits._entry_by_customer AS entry
          WHERE entry.source_no = number
          GROUP BY entry.line_key) AS booked
    LEFT JOIN credits._wanted_line(line_table) AS line ON line.line_key = booked.line_key
    WHERE coalesce(line.document_date, booked.document_date) < before;
END;
COMMENT ON FUNCTION credits._archived_lines(regclass, integer, date) IS
'Question: the lines on record of a source that are dated before a day; those that are gone, by what is recorded.';

CREATE FUNCTION credits._fault_of_lines() RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT fault.detail FROM credits._line_fault AS fault LIMIT 1;
END;
COMMENT ON FUNCTION credits._fault_of_lines() IS
'Question: something that is wrong with a document line; no row for nothing.';

CREATE TYPE credits._source_numbers AS (source_no integer, archive_no integer);
COMMENT ON TYPE credits._source_numbers IS
'The number of a source, and that of its archive; null for none.';

CREATE FUNCTION credits._numbers_of_source(line_table regclass) RETURNS SETOF credits._source_numbers
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT source.source_no, source.archive_no FROM credits.source WHERE source.line_table = _numbers_of_source.line_table;
END;
COMMENT ON FUNCTION credits._numbers_of_source(regclass) IS
'Question: the numbers of an attached table; no row for another.';

CREATE FUNCTION credits._check_archive(line_table regclass, before date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first_open CONSTANT date := credits._first_open_day();
    fault text;
BEGIN
    IF before IS NULL OR line_table IS NULL THEN
        RAISE EXCEPTION 'archive needs a table and a day' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF NOT EXISTS (SELECT FROM credits._now(NULL::credits._source_numbers, 'credits._numbers_of_source', ROW(line_table))) THEN
        RAISE EXCEPTION 'table "%" is not attached to credits', credits._unquoted(line_table::text)
            USING ERRCODE = 'undefined_object', HINT = 'The table credits.source shows the attached tables.';
    END IF;
    IF first_open IS NULL OR before > first_open THEN
        RAISE EXCEPTION 'cannot archive lines of a month that is open'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_month_open',
                  DETAIL = coalesce('The first open day is ' || first_open || '.', 'No month is closed.'),
                  HINT = 'Close the months before.';
    END IF;
    fault := credits._now(NULL::text, 'credits._fault_of_lines');
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'cannot archive while lines are not as they are booked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_lines_kept', DETAIL = fault,
                  HINT = 'Call credits.take_in() first.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_archive(regclass, date) IS
'Raises what keeps lines from being archived.';

CREATE FUNCTION credits._make_archive(its_no integer) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    number CONSTANT integer := credits._next_number('credits.source_number');
BEGIN
    PERFORM credits._do_now('INSERT INTO credits._source (source_no, name, attached_as, archive_of)
                             SELECT $2, name, attached_as, source_no FROM credits._source WHERE source_no = $1',
                            ROW(its_no, number));
    RETURN number;
END
$$;
COMMENT ON FUNCTION credits._make_archive(integer) IS
'Makes the source to which the entries of archived lines of another go, and returns its number.';

CREATE FUNCTION credits.archive(line_table regclass, before date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    its       credits._source_numbers;
    target    integer;
    line_keys text[];
    fault     text;
BEGIN
    PERFORM credits._hold_saves_first('archive lines');
    PERFORM credits._hold_all_tables();
    PERFORM credits._check_archive(line_table, before);
    SELECT * INTO its FROM credits._now(NULL::credits._source_numbers, 'credits._numbers_of_source', ROW(line_table));
    line_keys := ARRAY(SELECT * FROM credits._now(NULL::text, 'credits._archived_lines', ROW(line_table, its.source_no, before)));
    target := coalesce(its.archive_no, credits._make_archive(its.source_no));
    PERFORM credits._give_entries(its.source_no, target, line_keys);
    PERFORM credits._do_now('UPDATE credits._renumbering SET source_no = $2 WHERE source_no = $1 AND new_key = ANY ($3)',
                            ROW(its.source_no, target, line_keys));
    PERFORM credits._do_now('UPDATE credits._source SET archived_before = greatest(archived_before, $2) WHERE source_no = $1',
                            ROW(target, before));
    PERFORM credits._know_archive(line_table);
    fault := credits._now(NULL::text, 'credits._fault_of_lines');
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'cannot archive lines that others need'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_lines_kept', DETAIL = fault,
                  HINT = 'Archive up to an earlier day: later lines were made from these.';
    END IF;
    RETURN cardinality(line_keys);
END
$$;
COMMENT ON FUNCTION credits.archive(regclass, date) IS
'Archives the lines dated before a day of a month up to which all are closed, and returns how many are on record.
From now on they may be deleted, truncated or dropped with their partition, without coming back.
Their entries stay, with the name of the source, and are theirs no more; what comes later and is dated before is refused.
Credit notes may still refer to archived sales, and what is made from an archived line later is covered by it.
Saves of credits wait meanwhile.
Arguments:
- line_table: the attached table
- before: lines dated before it
For credits_management.
Errors:
- 42704: not attached
- 22004: no table or no day
- 23514 credits_month_open: a month before that day is open
- 23514 credits_lines_kept: lines are not as they are booked, or later ones were made from these
- 25001: the transaction has saved credits
Rule 24.';
