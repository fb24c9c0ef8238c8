-- Sources whose tables are gone while their lines have credits: what is to become of them, if no other table goes on.

CREATE TYPE credits._source_without_table AS (source_no integer, archive_no integer, lines bigint, last_date date);
COMMENT ON TYPE credits._source_without_table IS
'A source without a table: its number, that of its archive, how many of its lines are on record, and the latest day that one of '
'them was dated.';

-- One that is attached, though its table is gone, is detached first. One that a dump of some tables has left out has no more
-- than a number.
CREATE FUNCTION credits._sources_without_table(asked text) RETURNS SETOF credits._source_without_table
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT source.source_no,
           (SELECT archive.source_no FROM credits._source AS archive WHERE archive.archive_of = source.source_no),
           booked.lines,
           booked.last_date
    FROM (SELECT its.source_no
          FROM credits._source AS its
          WHERE its.name = asked AND its.archive_of IS NULL
            AND NOT EXISTS (SELECT FROM pg_class AS class WHERE class.oid = its.line_table)
            AND NOT EXISTS (SELECT FROM credits.source AS attached WHERE attached.source_no = its.source_no)
          UNION ALL
          SELECT unknown.source_no
          FROM (SELECT DISTINCT provenance.source_no FROM credits._provenance AS provenance WHERE asked ~ '^\d+$') AS unknown
          WHERE unknown.source_no::text = asked
            AND NOT EXISTS (SELECT FROM credits._source AS its WHERE its.source_no = unknown.source_no)) AS source
    CROSS JOIN LATERAL (SELECT count(DISTINCT entry.line_key) AS lines, max(entry.document_date) AS last_date
                        FROM credits._entry_by_customer AS entry
                        WHERE entry.source_no = source.source_no) AS booked;
END;
COMMENT ON FUNCTION credits._sources_without_table(text) IS
'Question: the sources of this name whose tables are gone, or the one of this number that is not known any more.';

CREATE FUNCTION credits._archive_source(its credits._source_without_table, name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target integer := its.archive_no;
BEGIN
    IF target IS NULL THEN
        PERFORM credits._do_now('INSERT INTO credits._source (source_no, name, attached_as) VALUES ($1, $2, $2)
                                 ON CONFLICT (source_no) DO NOTHING', ROW(its.source_no, name));
        target := credits._make_archive(its.source_no);
    END IF;
    PERFORM credits._give_entries(its.source_no, target);
    PERFORM credits._do_now('UPDATE credits._renumbering SET source_no = $2 WHERE source_no = $1', ROW(its.source_no, target));
    PERFORM credits._do_now('UPDATE credits._source SET archived_before = greatest(archived_before, $2) WHERE source_no = $1',
                            ROW(target, its.last_date + 1));
END
$$;
COMMENT ON FUNCTION credits._archive_source(credits._source_without_table, text) IS
'Gives all that is on record of a source to its archive.';

CREATE FUNCTION credits.archive_lost(source text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '3s' -- saves wait behind it
AS $$
DECLARE
    lines      bigint := 0;
    its        credits._source_without_table;
    first_open date;
BEGIN
    IF source IS NULL THEN
        RAISE EXCEPTION 'archive_lost needs a source' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM credits._hold_saves_first('archive lines');
    PERFORM credits._hold_tables();
    LOCK TABLE credits._source IN SHARE ROW EXCLUSIVE MODE; -- no table is being attached that goes on
    first_open := credits._first_open_day();
    FOR its IN
        SELECT * FROM credits._now(NULL::credits._source_without_table, 'credits._sources_without_table', ROW(source))
    LOOP
        CONTINUE WHEN its.lines = 0;
        IF its.last_date >= first_open OR first_open IS NULL THEN
            RAISE EXCEPTION 'cannot archive lines of a month that is open'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_month_open',
                      DETAIL = format('A line is dated %s. %s', credits._dated(its.last_date, 'YYYY-MM-DD'),
                                      coalesce('The first open day is ' || first_open || '.', 'No month is closed.')),
                      HINT = 'Close the months before; or attach the table that has its place with continues.';
        END IF;
        PERFORM credits._archive_source(its, source);
        lines := lines + its.lines;
    END LOOP;
    IF its.source_no IS NULL THEN
        RAISE EXCEPTION 'source "%" is not known, or its table is there', source
            USING ERRCODE = 'undefined_object',
                  DETAIL = 'There is no source of this name whose table is gone.',
                  HINT = 'verify() has the names (lost_source). Lines of an attached table are archived by credits.archive().';
    END IF;
    RETURN lines;
END
$$;
COMMENT ON FUNCTION credits.archive_lost(text) IS
'Archives all lines of a source whose table is gone, and returns how many are on record: verify() names it no more.
For history that no table goes on; one that does is attached with continues.
Their entries stay, with the name of the source.
What is dated until their latest day counts no more, whatever table goes on later.
Saves of credits wait meanwhile.
Arguments:
- source: its name, schema and table, as verify() has it; of one that is not known any more its number
For credits_management.
Errors:
- 42704: not known, or its table is there
- 22004: no source
- 23514 credits_month_open: a line is dated in a month that is open
- 25001: the transaction has saved credits
- 55P03: saves, or an attach, do not end within 3 seconds
Rule 24.';
