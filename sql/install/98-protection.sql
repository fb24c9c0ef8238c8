-- What is attached is protected: a command that would take a part of it is refused. Made last: these triggers see what comes
-- after.

CREATE FUNCTION credits._protect() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_protect';
COMMENT ON FUNCTION credits._protect() IS
'Event trigger: refuses commands that would take from an attached or bound table what credits needs of it (2BP01): the table, '
'its header, columns, keys, triggers or mapping.';

CREATE EVENT TRIGGER credits_before_command ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE', 'DROP TABLE', 'DROP INDEX')
    EXECUTE FUNCTION credits._protect();
COMMENT ON EVENT TRIGGER credits_before_command IS
'Refuses what PostgreSQL would refuse too, but with a hint to CASCADE, and what could not be undone afterwards.';

CREATE EVENT TRIGGER credits_after_drop ON sql_drop
    EXECUTE FUNCTION credits._protect();
COMMENT ON EVENT TRIGGER credits_after_drop IS 'Refuses a command that drops a part of what is attached, whichever way.';

CREATE EVENT TRIGGER credits_after_command ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER TRIGGER', 'ALTER FOREIGN TABLE', 'CREATE TABLE', 'CREATE FOREIGN TABLE', 'CREATE TRIGGER')
    EXECUTE FUNCTION credits._protect();
COMMENT ON EVENT TRIGGER credits_after_command IS
'Refuses a command that leaves what is attached without a part of it, without dropping it.';
