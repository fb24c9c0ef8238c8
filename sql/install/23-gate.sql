-- The gate: each save holds ROW EXCLUSIVE on the table closing until it commits. Who must be alone with the ledger takes SHARE
-- ROW EXCLUSIVE.

-- Every backend knows which months are closed.
CREATE TRIGGER credits_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON credits.closing
    FOR EACH STATEMENT EXECUTE FUNCTION credits._configuration_changed();

-- Whoever uses the extension's tables locks it before any other of them, so that whoever rewrites those keeps everybody out with
-- one lock.

CREATE FUNCTION credits._come_to_gate() RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_come_to_gate';
COMMENT ON FUNCTION credits._come_to_gate() IS
'Locks the gate in ACCESS SHARE MODE, for whoever only looks, or asks something before he saves: nobody but who rewrites tables '
'is waited for.';

-- A statement's snapshot is taken when its own tables are locked, but not those of the functions that it calls.
CREATE FUNCTION credits._hold_tables() RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_hold_tables';
COMMENT ON FUNCTION credits._hold_tables() IS
'Locks the gate and all tables of the extension in ACCESS SHARE MODE: the next statement''s snapshot is newer than whatever '
'somebody has made of them.
40001 where that is the transaction''s, and somebody has rewritten one of them since.';

CREATE FUNCTION credits._hold_all_tables() RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_hold_all_tables';
COMMENT ON FUNCTION credits._hold_all_tables() IS
'The same, with all tables that are attached or bound, for what reads at the latest snapshot: no 40001.';

-- It waits for the saves under way and holds back new ones, but not for long, since those queue behind it.
CREATE FUNCTION credits._hold_saves() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '3s'
AS $$
BEGIN
    LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE;
EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION 'saves of credits are under way'
        USING ERRCODE = 'lock_not_available',
              DETAIL = 'They did not end within 3 seconds.',
              HINT = 'Try again, or wait until the transactions that hold a lock on credits.closing have ended.';
END
$$;
COMMENT ON FUNCTION credits._hold_saves() IS
'Holds the gate against all savers until the end of the transaction. 55P03 when their transactions last too long.';

CREATE VIEW credits._held_lock AS
SELECT lock.relation::regclass AS relation, lock.mode
FROM pg_catalog.pg_locks AS lock
WHERE lock.pid = pg_catalog.pg_backend_pid() AND lock.granted AND lock.locktype = 'relation'
  AND lock.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database());
COMMENT ON VIEW credits._held_lock IS
'The tables that the transaction has locked, and how.';

-- Waiting for the gate while one holds it, or rows that others wait for behind it, would end in a deadlock.
CREATE FUNCTION credits._hold_saves_first(act text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    written regclass;
BEGIN
    PERFORM credits._come_to_gate();
    IF EXISTS (SELECT FROM credits.pending WHERE transaction_id = pg_current_xact_id_if_assigned()) THEN
        written := 'credits.pending';
    ELSE
        SELECT lock.relation INTO written
        FROM credits._held_lock AS lock
        WHERE lock.mode = 'RowExclusiveLock'
          AND lock.relation IN (SELECT 'credits.closing'::regclass UNION ALL SELECT 'credits.customer'::regclass
                                UNION ALL SELECT line_table FROM credits.source UNION ALL SELECT header_table FROM credits.source)
          AND NOT EXISTS (SELECT FROM credits._held_lock WHERE relation = 'credits.closing'::regclass
                          AND mode = 'ShareRowExclusiveLock')
        ORDER BY lock.relation
        LIMIT 1;
    END IF;
    IF written IS NOT NULL THEN
        RAISE EXCEPTION 'cannot % in a transaction that has saved credits', act
            USING ERRCODE = 'active_sql_transaction',
                  DETAIL = format('It has written to %s, and saves of others may wait for it.', written),
                  HINT = 'Commit first.';
    END IF;
    PERFORM credits._hold_saves();
END
$$;
COMMENT ON FUNCTION credits._hold_saves_first(text) IS
'Holds the gate as _hold_saves() does, in a transaction that has not saved anything; 25001 in any other.';

-- What the gate guards.
CREATE FUNCTION credits._last_month_closed() RETURNS SETOF date
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT max(closing.month) FROM credits.closing WHERE closing.reopened_at IS NULL;
END;
COMMENT ON FUNCTION credits._last_month_closed() IS
'Question: the last month that is closed; null for none.';

CREATE FUNCTION credits._first_month_closed() RETURNS SETOF date
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT min(closing.month) FROM credits.closing WHERE closing.reopened_at IS NULL;
END;
COMMENT ON FUNCTION credits._first_month_closed() IS
'Question: the month that was closed first; null while none is.';

CREATE FUNCTION credits._keeps_closed_months() RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT parameter.closed_month_policy = 'reject' FROM credits.parameter;
END;
COMMENT ON FUNCTION credits._keeps_closed_months() IS
'Question: whether what is dated in a closed month is refused.';

CREATE FUNCTION credits._first_open_day() RETURNS date
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
RETURN (SELECT (closed.month + interval '1 month')::date
        FROM credits._now(NULL::date, 'credits._last_month_closed') AS closed (month));
COMMENT ON FUNCTION credits._first_open_day() IS
'The first day that is not in a closed month, as of now; null while no month is closed.';

CREATE FUNCTION credits._booking_day(day date) RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first CONSTANT date := credits._first_open_day();
BEGIN
    IF day < first AND (SELECT credits._now(NULL::boolean, 'credits._keeps_closed_months')) THEN
        RAISE EXCEPTION 'day % is of a closed month', day
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'account', CONSTRAINT = 'credits_month_open',
                  DETAIL = format('The first open day is %s.', first),
                  HINT = 'Give a day of an open month, or reopen the month with credits.reopen_month().';
    END IF;
    RETURN greatest(day, first);
END
$$;
COMMENT ON FUNCTION credits._booking_day(date) IS
'The day that something of this day is booked on (rule 28). 23514 credits_month_open where closed months are kept.';
