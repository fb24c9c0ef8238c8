-- A source is a table of document lines that is or was attached. It has a number and a name, and outlives its table: the ledger
-- knows it by its number.

CREATE SEQUENCE credits.source_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.source_number', 0);
COMMENT ON SEQUENCE credits.source_number IS 'Numbers sources.';
SELECT pg_catalog.pg_extension_config_dump('credits.source_number', '');

CREATE TABLE credits._source (
    source_no integer PRIMARY KEY DEFAULT credits._next_number('credits.source_number'),
    name      text    NOT NULL
);
COMMENT ON TABLE credits._source IS
'The sources that were ever attached. A number is given once, and kept when the table is detached, rebuilt or dropped (rule 24).';
COMMENT ON COLUMN credits._source.source_no IS 'by which entries and lots know it';
COMMENT ON COLUMN credits._source.name      IS 'schema and name of its table, as it is or was called while attached';
SELECT pg_catalog.pg_extension_config_dump('credits._source', '');

-- Not dumped: an oid says nothing in another database. There it is found by the name.
CREATE TABLE credits._source_table (
    source_no  integer  PRIMARY KEY,
    line_table regclass NOT NULL
);
CREATE INDEX _source_table_line_table_idx ON credits._source_table (line_table);
COMMENT ON TABLE credits._source_table IS
'The tables that sources have in this database; none for one whose table was dropped after detach.';
COMMENT ON COLUMN credits._source_table.source_no  IS 'the source';
COMMENT ON COLUMN credits._source_table.line_table IS 'its table';

CREATE FUNCTION credits._table_name(line_table regclass) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
RETURN (SELECT format('%I.%I', namespace.nspname, class.relname)
        FROM pg_class AS class
        JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
        WHERE class.oid = line_table);
COMMENT ON FUNCTION credits._table_name(regclass) IS
'Schema and name of a table, quoted where needed; null for one that is gone.';

CREATE FUNCTION credits._find_source_table() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO credits._source_table (source_no, line_table)
    SELECT NEW.source_no, to_regclass(NEW.name) WHERE to_regclass(NEW.name) IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._find_source_table() IS
'Trigger: a source that is restored finds its table by its name.';
CREATE TRIGGER credits_find_table AFTER INSERT ON credits._source
    FOR EACH ROW EXECUTE FUNCTION credits._find_source_table();

-- A table that is known by itself goes before one that has the name: a renamed table is the same one.
CREATE FUNCTION credits._source_of_table(line_table regclass) RETURNS TABLE (source_no integer, name text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT source.source_no, source.name
    FROM credits._source AS source
    JOIN credits._source_table AS its USING (source_no)
    WHERE its.line_table = _source_of_table.line_table
    ORDER BY source.source_no DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION credits._source_of_table(regclass) IS
'Question: the source that has this table; no row for none.';

CREATE FUNCTION credits._source_of_name(asked text) RETURNS TABLE (source_no integer, name text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT source.source_no, source.name
    FROM credits._source AS source
    WHERE source.name = asked
    ORDER BY source.source_no DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION credits._source_of_name(text) IS
'Question: the source whose table had this name when it was attached last; no row for none.';

CREATE FUNCTION credits._name_of_source(name text, line_table regclass) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parts CONSTANT text[] := parse_ident(name);
BEGIN
    RETURN CASE cardinality(parts)
        WHEN 1 THEN format('%I.%I', (SELECT namespace.nspname FROM pg_class AS class
                                     JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
                                     WHERE class.oid = line_table), parts[1])
        ELSE format('%I.%I', parts[1], parts[2])
    END;
END
$$;
COMMENT ON FUNCTION credits._name_of_source(text, regclass) IS
'The name of a source as credits._source has it; without a schema that of the table is meant.';
