-- What is asked and done at the latest committed state, whatever the isolation level.
-- At REPEATABLE READ the transaction's own snapshot misses a save that committed after it, and there are no foreign keys between
-- the ledger and the settings that would look.

-- A question is a function LANGUAGE sql that only reads: STABLE, RETURNS TABLE or SETOF, and without settings, so that it is
-- planned in place of its call and locks its tables before the snapshot is taken. The plan knows the arguments only where whoever
-- asks SETs plan_cache_mode to force_custom_plan: for one that is not worth planning twice.
CREATE FUNCTION credits._now(answer anyelement, question regproc, arguments record DEFAULT NULL) RETURNS SETOF anyelement
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_now';
COMMENT ON FUNCTION credits._now(anyelement, regproc, record) IS
'Returns what a question answers at the latest committed state, whatever the isolation level.
Arguments:
- answer: a null of the type that the answer has
- question: the function
- arguments: a row of its arguments; null for none';

-- What a function writes goes by the transaction's own snapshot: hence a text.
CREATE FUNCTION credits._do_now(command text, arguments record DEFAULT NULL) RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_do_now';
COMMENT ON FUNCTION credits._do_now(text, record) IS
'Executes a command at the latest committed state, whatever the isolation level.
The caller holds what keeps others from its rows.
Arguments:
- command: one statement
- arguments: a row of what $1, $2 ... stand for; null for none';
