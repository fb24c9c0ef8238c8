-- Lines of closed years that go with their tables or partitions, without coming back to the ledger.

CREATE FUNCTION credits._archived_lines(line_table regclass, number integer, before date) RETURNS TABLE (line_key text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT booked.line_key
    FROM (SELECT entry.line_key, max(entry.document_date) AS document_date
          FROM credits._entry AS entry
          WHERE entry.source_no = number
          GROUP BY entry.line_key) AS booked
    LEFT JOIN credits._wanted_line(line_table) AS line ON line.line_key = booked.line_key
    WHERE coalesce(line.document_date, booked.document_date) < before;
END;
COMMENT ON FUNCTION credits._archived_lines(regclass, integer, date) IS
'Question: the lines on record of a source that are dated before a day; those that are gone, by what is recorded.';

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
    IF NOT EXISTS (SELECT FROM credits.source WHERE source.line_table = _check_archive.line_table) THEN
        RAISE EXCEPTION 'table "%" is not attached to credits', line_table
            USING ERRCODE = 'undefined_object', HINT = 'The table credits.source shows the attached tables.';
    END IF;
    IF first_open IS NULL OR before > first_open THEN
        RAISE EXCEPTION 'cannot archive lines of a month that is open'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_month_open',
                  DETAIL = coalesce(format('The first open day is %s.', first_open), 'No month is closed.'),
                  HINT = 'Close the months before.';
    END IF;
    SELECT detail INTO fault FROM credits._line_fault LIMIT 1;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'cannot archive while lines are not as they are booked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_lines_kept', DETAIL = fault,
                  HINT = 'Call credits.take_in() first.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_archive(regclass, date) IS
'Raises what keeps lines from being archived.';

CREATE FUNCTION credits.archive(line_table regclass, before date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    asked CONSTANT regclass := line_table;
    its_no    integer;
    target    integer;
    line_keys text[];
    fault     text;
BEGIN
    PERFORM credits._hold_saves_first('archive lines');
    PERFORM credits._hold_all_tables();
    PERFORM credits._check_archive(line_table, before);
    SELECT source.source_no, source.archive_no INTO its_no, target
    FROM credits.source
    WHERE source.line_table = asked;
    SELECT array_agg(line.line_key) INTO line_keys FROM credits._archived_lines(line_table, its_no, before) AS line;
    IF target IS NULL THEN
        INSERT INTO credits._source (name, attached_as, archive_of)
        SELECT source.name, source.attached_as, source.source_no FROM credits._source AS source WHERE source.source_no = its_no
        RETURNING source_no INTO target;
    END IF;
    UPDATE credits._entry AS entry SET source_no = target WHERE entry.source_no = its_no AND entry.line_key = ANY (line_keys);
    UPDATE credits._lot AS lot SET source_no = target WHERE lot.source_no = its_no AND lot.line_key = ANY (line_keys);
    UPDATE credits._renumbering AS renumbering
    SET source_no = target
    WHERE renumbering.source_no = its_no AND renumbering.new_key = ANY (line_keys);
    UPDATE credits._source AS archive
    SET archived_before = greatest(archive.archived_before, before)
    WHERE archive.source_no = target;
    UPDATE credits.source AS its
    SET archive_no = target, archived_before = archive.archived_before
    FROM credits._source AS archive
    WHERE its.source_no = its_no AND archive.source_no = target;
    SELECT detail INTO fault FROM credits._line_fault LIMIT 1;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'cannot archive lines that others need'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_lines_kept', DETAIL = fault,
                  HINT = 'Archive up to an earlier day: later lines were made from these.';
    END IF;
    RETURN coalesce(cardinality(line_keys), 0);
END
$$;
COMMENT ON FUNCTION credits.archive(regclass, date) IS
'Archives the lines dated before a day of a month up to which all are closed, and returns how many are on record.
From now on they may be deleted, truncated or dropped with their partition, without coming back.
Their entries stay, with the name of the source, and are theirs no more; whatever is dated before counts no more.
Credit notes may still refer to archived sales. What is made from an archived line later consumes by itself: archive documents
from which nothing will be made any more.
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
