-- What is read and written at the latest committed state, whatever the isolation level.
-- At REPEATABLE READ the transaction's own snapshot misses a save that committed after it, and there are no foreign keys between
-- the ledger and the settings that would look.

CREATE FUNCTION credits._now(query text) RETURNS SETOF record
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_now';
COMMENT ON FUNCTION credits._now(text) IS
'Returns the rows of a read-only query at the latest committed state, whatever the isolation level.';

CREATE FUNCTION credits._exists_now(query text) RETURNS boolean
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
RETURN EXISTS (SELECT FROM credits._now(query || ' LIMIT 1') AS found (one integer));
COMMENT ON FUNCTION credits._exists_now(text) IS
'Tells whether a query SELECT 1 ... finds a row at the latest committed state.';

CREATE FUNCTION credits._change_now(command text) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_change_now';
COMMENT ON FUNCTION credits._change_now(text) IS
'Runs a command at the latest committed state, whatever the isolation level. The caller holds what keeps others from its rows.';

CREATE FUNCTION credits._do_now(command text) RETURNS bigint
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_do_now';
COMMENT ON FUNCTION credits._do_now(text) IS
'Executes a command at the latest committed state, whatever the isolation level, and returns how many rows it has written.';
