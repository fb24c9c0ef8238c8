-- The integrity check: every invariant of ledger, documents and settings, asked at once.

CREATE TYPE credits._violation AS (invariant text, customer text, type_code text, detail text);
COMMENT ON TYPE credits._violation IS
'What violates an invariant: a row of verify().';

-- Each view by itself, so that each has a plan of its own, in parallel where the server allows; but for those of lines, which
-- read them together. The function is stable: all see the snapshot that it is asked at. Its queries are not planned before that
-- is taken, as those of other questions are: verify() holds their tables.
CREATE FUNCTION credits._violations(patience interval DEFAULT '2 seconds') RETURNS SETOF credits._violation
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    began    CONSTANT timestamptz := clock_timestamp();
    question record;
    found    bigint;
BEGIN
    FOR question IN
        SELECT view.relname AS name,
               CASE WHEN view.relname = '_line_fault' THEN 'asked.invariant'
                    ELSE quote_literal(substr(view.relname, 9)) END AS invariant,
               count(*) OVER () AS questions,
               row_number() OVER (ORDER BY view.relname) AS place
        FROM pg_class AS view
        JOIN pg_namespace AS namespace ON namespace.oid = view.relnamespace
        WHERE namespace.nspname = 'credits'
          AND view.relkind = 'v'
          AND (view.relname = '_line_fault' OR starts_with(view.relname, '_verify_'))
          AND view.relname NOT IN ('_verify_line_booked', '_verify_unbooked_line', '_verify_unreadable_line')
        ORDER BY view.relname
    LOOP
        RETURN QUERY EXECUTE format('SELECT %s::text, asked.customer, type.code, asked.detail
                                     FROM credits.%I AS asked
                                     LEFT JOIN credits.credit_type AS type USING (type_id)', question.invariant, question.name);
        GET DIAGNOSTICS found = ROW_COUNT;
        IF clock_timestamp() > began + patience THEN
            RAISE NOTICE 'verify: % of % checked, % violations of %', question.place, question.questions, found,
                         ltrim(replace(question.name, '_verify_', ''), '_');
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION credits._violations(interval) IS
'Question: all violations of all invariants.
Arguments:
- patience: how long whoever asks waits without being told how far it has come';

-- As the owner, since the question reads at the latest snapshot and sees every attached table.
CREATE FUNCTION credits.verify() RETURNS TABLE (invariant text, customer text, type_code text, detail text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off -- so many joins cost more to compile than to run
-- Each reads whole tables. By statistics of a smaller ledger PostgreSQL would look through all rows for each row.
SET enable_nestloop = off
SET enable_mergejoin = off -- nor sort them all, by what it guesses of the lines
BEGIN ATOMIC
    SELECT credits._hold_all_tables();
    SELECT violation.invariant, violation.customer, violation.type_code, violation.detail
    FROM credits._now(NULL::credits._violation, 'credits._violations') AS violation
    ORDER BY 1, 2, 3, 4;
END;
COMMENT ON FUNCTION credits.verify() IS
'Checks every invariant of the ledger, of its documents and of its settings, and returns what violates one.
No row means that everything holds. An invariant is a view of its own, credits._verify_<invariant>:
- unbooked_line, line_booked: a line that should be booked and is not, or is booked otherwise
- unreadable_line: one whose row cannot be read, so that nobody knows what it should be: an expression of its mapping fails
- lost_source: a source whose table is gone while its lines have credits, until another one goes on (continues) or archive_lost()
  makes it history; or whose former name another table has, until it is detached and attached again
- source_whole, binding_whole: an attached or bound table that cannot be read at all: nothing else is said of it then
It reads at one snapshot, the latest, and writes nothing; on a hot standby, too.
If it takes longer than two seconds, a NOTICE per invariant tells how far it has come.
For credits_reader.
Rule 24.';
