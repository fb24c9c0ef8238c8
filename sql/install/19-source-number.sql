-- A source is a table of document lines that is or was attached. It has a number and a name, and outlives its table: the ledger
-- knows it by its number.

CREATE SEQUENCE credits.source_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.source_number', 0);
COMMENT ON SEQUENCE credits.source_number IS 'Numbers sources.';
SELECT pg_catalog.pg_extension_config_dump('credits.source_number', '');

CREATE TABLE credits._source (
    source_no       integer PRIMARY KEY DEFAULT credits._next_number('credits.source_number'),
    name            text    NOT NULL,
    attached_as     text    NOT NULL,
    archive_of      integer,
    archived_before date,
    line_table      regclass,
    named_at        timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE credits._source IS
'The sources that were ever attached. A number is given once, and kept when the table is detached, rebuilt or dropped (rule 24).';
COMMENT ON COLUMN credits._source.source_no   IS 'by which entries and lots know it';
COMMENT ON COLUMN credits._source.name        IS 'schema and name of its table, as it is or was called while attached';
COMMENT ON COLUMN credits._source.attached_as IS 'its name when it was attached last';
COMMENT ON COLUMN credits._source.archive_of  IS
'of archived lines: number of the source that they were of, which has them no more; null else';
COMMENT ON COLUMN credits._source.archived_before IS
'of archived lines: they, and all others of that source, are dated before it and count no more; null else';
COMMENT ON COLUMN credits._source.line_table  IS
'its table, attached or not; null when it was dropped. A dump has it as a name';
COMMENT ON COLUMN credits._source.named_at    IS
'when it was attached or got its name last: of several of one name a table goes on the latest';
SELECT pg_catalog.pg_extension_config_dump('credits._source', '');

CREATE FUNCTION credits._table_name(line_table regclass) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
RETURN (SELECT format('%I.%I', namespace.nspname, class.relname)
        FROM pg_class AS class
        JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
        WHERE class.oid = line_table);
COMMENT ON FUNCTION credits._table_name(regclass) IS
'Schema and name of a table, quoted where needed; null for one that is gone.';

CREATE FUNCTION credits._unquoted(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN name ~ '^\d+$' THEN name ELSE array_to_string(parse_ident(name), '.') END;
COMMENT ON FUNCTION credits._unquoted(text) IS
'The name of a table or source as a message has it between quotes of its own; of a table that is gone its oid.';

CREATE TYPE credits._known_source AS (source_no integer, name text, has_table boolean);
COMMENT ON TYPE credits._known_source IS
'A source that a table may go on: it has this table, or had its name.';

CREATE FUNCTION credits._known_sources(line_table regclass, asked text) RETURNS SETOF credits._known_source
LANGUAGE sql STABLE
BEGIN ATOMIC
    (SELECT source.source_no, source.name, true
     FROM credits._source AS source
     WHERE source.line_table = _known_sources.line_table)
    UNION ALL
    (SELECT source.source_no, source.name, false
     FROM credits._source AS source
     WHERE source.name = asked AND source.archive_of IS NULL
     ORDER BY source.named_at DESC, source.source_no DESC
     LIMIT 1);
END;
COMMENT ON FUNCTION credits._known_sources(regclass, text) IS
'Question: the source that has this table, and the one whose table had this name last while it was attached; no row for none.';

CREATE FUNCTION credits._name_of_source(name text, line_table regclass) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parts CONSTANT text[] := parse_ident(name);
BEGIN
    RETURN CASE
        WHEN cardinality(parts) = 1
            THEN format('%I.%I', (SELECT namespace.nspname FROM pg_class AS class
                                  JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
                                  WHERE class.oid = line_table), parts[1])
        WHEN cardinality(parts) = 2 THEN format('%I.%I', parts[1], parts[2])
        WHEN cardinality(parts) = 3 AND parts[1] = current_database() THEN format('%I.%I', parts[2], parts[3])
    END;
END
$$;
COMMENT ON FUNCTION credits._name_of_source(text, regclass) IS
'The name of a source as credits._source has it; without a schema that of the table is meant. Null for one of another database.';

CREATE FUNCTION credits._source_to_go_on(line_table regclass, continues text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked CONSTANT text := credits._name_of_source(coalesce(continues, credits._table_name(line_table)), line_table);
    known  credits._known_source;
    its    credits._known_source;
    former credits._known_source;
    has_lines boolean; -- of its own
BEGIN
    FOR known IN SELECT * FROM credits._now(NULL::credits._known_source, 'credits._known_sources', ROW(line_table, asked)) LOOP
        IF known.has_table THEN
            its := known;
        ELSE
            former := known;
        END IF;
    END LOOP;
    has_lines := credits._now(NULL::boolean, 'credits._has_lines', ROW(its.source_no));
    -- A table that is known by itself goes before one that has the name: a renamed table is the same one. One of which no line is
    -- on record is as good as new.
    IF its.source_no IS NOT NULL AND (former.source_no IS NULL OR continues IS NULL AND has_lines) THEN
        RETURN its.source_no;
    END IF;
    IF former.source_no IS NULL AND continues IS NOT NULL THEN
        RAISE EXCEPTION 'source "%" is not known', continues
            USING ERRCODE = 'undefined_object',
                  DETAIL = 'There is no source of this name. One whose table was renamed has the new name.',
                  HINT = 'The column source of the view credits.entry has the names.';
    END IF;
    IF EXISTS (SELECT FROM credits.source WHERE source.source_no = former.source_no) THEN
        IF continues IS NULL THEN
            RETURN its.source_no;
        END IF;
        RAISE EXCEPTION 'source "%" is attached', credits._unquoted(former.name)
            USING ERRCODE = 'duplicate_object', HINT = 'Detach its table first.';
    END IF;
    IF its.source_no <> former.source_no AND has_lines THEN
        RAISE EXCEPTION 'table "%" cannot go on source "%"', credits._unquoted(line_table::text),
                                                             credits._unquoted(former.name)
            USING ERRCODE = 'duplicate_object',
                  DETAIL = format('Entries of its own lines are there, as those of source "%s".', credits._unquoted(its.name));
    END IF;
    IF its.source_no IS DISTINCT FROM former.source_no THEN
        RAISE NOTICE 'table "%" goes on source "%"', credits._unquoted(line_table::text), credits._unquoted(former.name)
            USING DETAIL = 'Its lines are known by their keys as those of the former table.';
    END IF;
    RETURN former.source_no;
END
$$;
COMMENT ON FUNCTION credits._source_to_go_on(regclass, text) IS
'The number of the source that a table goes on: the one of which it has lines, or the one that had its name; null for a new one.';

CREATE FUNCTION credits._number_source(line_table regclass, continues text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    present CONSTANT text := credits._table_name(line_table);
    number  integer := credits._source_to_go_on(line_table, continues);
BEGIN
    IF number IS NULL THEN
        INSERT INTO credits._source (name, attached_as, line_table) VALUES (present, present, line_table)
        RETURNING source_no INTO number;
    ELSE
        -- A source without entries that had the table has none from now on.
        PERFORM credits._do_now('UPDATE credits._source SET line_table = NULL WHERE line_table = $2 AND source_no <> $1',
                                ROW(number, line_table));
        PERFORM credits._do_now('UPDATE credits._source
                                 SET name = $2, attached_as = $2, line_table = $3, named_at = clock_timestamp()
                                 WHERE source_no = $1',
                                ROW(number, present, line_table));
        PERFORM credits._do_now('UPDATE credits._source SET name = $2 WHERE archive_of = $1 AND name <> $2',
                                ROW(number, present));
    END IF;
    RETURN number;
END
$$;
COMMENT ON FUNCTION credits._number_source(regclass, text) IS
'The number of the source that a table is, which is given or goes on; the source takes the table''s name.';

CREATE FUNCTION credits._follow_renames() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    renamed record;
BEGIN
    FOR renamed IN
        SELECT its.source_no, its.name AS former, credits._table_name(source.line_table) AS present
        FROM credits.source
        JOIN credits._source AS its USING (source_no)
        WHERE its.name <> credits._table_name(source.line_table)
    LOOP
        UPDATE credits._source SET name = renamed.present, named_at = clock_timestamp()
        WHERE renamed.source_no IN (source_no, archive_of);
        RAISE WARNING 'attached table "%" is renamed to "%"', credits._unquoted(renamed.former),
                                                              credits._unquoted(renamed.present)
            USING DETAIL = 'It stays attached under its new name. A table that takes the former name is not attached.',
                  HINT = format('If that one is to go on in its place: detach this one, attach that one with continues => %L.',
                                renamed.present);
    END LOOP;
END
$$;
COMMENT ON FUNCTION credits._follow_renames() IS
'Has sources follow the names of their tables, and tells it (rule 24).';

CREATE FUNCTION credits._forget_lost_tables() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE credits._source AS source
    SET line_table = NULL
    WHERE line_table IS NOT NULL AND NOT EXISTS (SELECT FROM pg_class AS class WHERE class.oid = source.line_table);
    DELETE FROM credits.take_in_refusal AS refusal
    WHERE NOT EXISTS (SELECT FROM pg_class AS class WHERE class.oid = refusal.line_table);
END
$$;
COMMENT ON FUNCTION credits._forget_lost_tables() IS
'Has sources, and what take_in() has refused, forget the tables that are gone: another one may get the oid.';
