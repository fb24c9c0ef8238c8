-- What is attached is protected: a command that would take a part of it is refused. Made last: these triggers see what comes
-- after.

CREATE FUNCTION credits._protect() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_protect';
COMMENT ON FUNCTION credits._protect() IS
'Event trigger: refuses commands that would take from an attached or bound table what credits needs of it (2BP01): the table, '
'its header, columns, keys, triggers or mapping.';

CREATE EVENT TRIGGER credits_before_command ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE', 'ALTER SCHEMA', 'DROP TABLE', 'DROP INDEX', 'ALTER FUNCTION', 'ALTER ROUTINE', 'ALTER TYPE',
                 'ALTER DOMAIN', 'ALTER EXTENSION')
    EXECUTE FUNCTION credits._protect();
COMMENT ON EVENT TRIGGER credits_before_command IS
'Refuses what PostgreSQL would refuse too, but with a hint to CASCADE, and what could not be undone afterwards; follows the '
'names of what mappings call.';

CREATE EVENT TRIGGER credits_after_drop ON sql_drop
    EXECUTE FUNCTION credits._protect();
COMMENT ON EVENT TRIGGER credits_after_drop IS 'Refuses a command that drops a part of what is attached, whichever way.';

CREATE EVENT TRIGGER credits_after_command ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER VIEW', 'ALTER SCHEMA', 'ALTER TRIGGER', 'ALTER FOREIGN TABLE', 'CREATE TABLE',
                 'CREATE FOREIGN TABLE', 'CREATE TRIGGER')
    EXECUTE FUNCTION credits._protect();
COMMENT ON EVENT TRIGGER credits_after_command IS
'Refuses a command that leaves what is attached without a part of it, without dropping it, and tells a new name.';

-- attach and bind take immutable functions alone: of others, every reading would say something else.
CREATE FUNCTION credits._protect_functions() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused record;
BEGIN
    SELECT command.objid::regprocedure AS function, its.erp_table, its.way_out INTO refused
    FROM pg_event_trigger_ddl_commands() AS command
    JOIN pg_proc AS function ON function.oid = command.objid AND function.provolatile <> 'i'
    JOIN pg_depend AS dependency
        ON dependency.refclassid = 'pg_proc'::regclass AND dependency.refobjid = function.oid
            AND dependency.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite AS rule ON rule.oid = dependency.objid
    JOIN (SELECT source.mapping, source.line_table, 'detach' FROM credits.source
          UNION ALL
          SELECT binding.mapping, binding.erp_table, 'unbind' FROM credits.binding) AS its (mapping, erp_table, way_out)
        ON its.mapping = rule.ev_class
    WHERE command.classid = 'pg_proc'::regclass
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cannot alter function % because credits depends on it', refused.function
            USING ERRCODE = 'dependent_objects_still_exist',
                  DETAIL = format('Rows of table %s are read by it: it must be immutable.', refused.erp_table),
                  HINT = format('Use credits.%s() first.', refused.way_out);
    END IF;
END
$$;
COMMENT ON FUNCTION credits._protect_functions() IS
'Event trigger: refuses to make a function that reads attached or bound rows other than immutable (2BP01).';

CREATE EVENT TRIGGER credits_after_function ON ddl_command_end
    WHEN TAG IN ('ALTER FUNCTION', 'ALTER ROUTINE', 'CREATE FUNCTION')
    EXECUTE FUNCTION credits._protect_functions();
COMMENT ON EVENT TRIGGER credits_after_function IS
'Refuses to make a function that reads what is attached other than immutable.';

-- Of the root: whatever is on record.
CREATE FUNCTION credits._counting_line(root regclass) RETURNS TABLE (line_key text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT entry.line_key
    FROM credits._entry_by_customer AS entry
    WHERE entry.source_no = (SELECT source.source_no FROM credits.source WHERE source.line_table = root)
    GROUP BY entry.customer, entry.type_id, entry.line_key
    HAVING sum(entry.quantity) <> 0
    LIMIT 1;
END;
COMMENT ON FUNCTION credits._counting_line(regclass) IS
'Question: a line of an attached table that has credits; no row for none.';

-- Of a partition or heir: what is on record for the lines that lie in it.
CREATE FUNCTION credits._counting_line_in(root regclass, member regclass) RETURNS TABLE (line_key text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT entry.line_key
    FROM credits._wanted_line(member) AS line
    JOIN credits.source ON source.line_table = root
    JOIN credits._entry_by_customer AS entry
        ON entry.source_no = source.source_no
            AND entry.line_key = line.line_key
            AND entry.line_no = credits._line_no(source.source_no, line.line_key)
    GROUP BY entry.customer, entry.type_id, entry.line_key
    HAVING sum(entry.quantity) <> 0
    LIMIT 1;
END;
COMMENT ON FUNCTION credits._counting_line_in(regclass, regclass) IS
'Question: a line that has credits and lies in a partition or heir of an attached table; no row for none.';

CREATE FUNCTION credits._dropped(line_table oid, header oid, mapping oid) RETURNS TABLE (object text)
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT format('%s %s', dropped.object_type, dropped.object_identity)
    FROM pg_event_trigger_dropped_objects() AS dropped
    ORDER BY array_position(ARRAY[line_table, header, mapping], dropped.objid),
             starts_with(dropped.object_identity, 'zz_credits_') DESC,
             dropped.original DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION credits._dropped(oid, oid, oid) IS
'What is dropped of a source, as "trigger zz_credits_insert on erp.line"; else what the command names.';
