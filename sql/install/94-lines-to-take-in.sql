-- What there is to take in: the lines that verify() reports, account by account in order of document date, and the groups of
-- those that may need each other.

CREATE TYPE credits._line_to_take_in AS (
    position        bigint,
    line_table      regclass,
    line_key        text COLLATE "C",
    document_number text,
    document_date   date,
    member          regclass,
    place           tid,
    is_recorded     boolean,
    error           text,
    customer        text COLLATE "C",
    type_id         integer,
    credits         numeric,
    amount          numeric,
    booked_credits  numeric,
    booked_amount   numeric,
    is_wanted       boolean,
    repeats_line    boolean,
    is_elsewhere    boolean,
    component       bigint
);
COMMENT ON TYPE credits._line_to_take_in IS
'A line that take_in() is to settle, and where it stands in the order; of one that differs in several accounts a row for each.
- position: null when it cannot be read
- customer, type_id: the account
- credits, amount: what it wants there; where its row is gone, what it had
- booked_credits, booked_amount: what it has there
- is_wanted: it wants something in this account
- repeats_line: another row stands for the line
- is_elsewhere: what it has there another line wants, which may be this one under a new key
- component: of accounts that have lines in common; null while nothing is recorded for any line of the account';

CREATE FUNCTION credits._lines_to_take_in(line_tables regclass[], from_date date) RETURNS SETOF credits._line_to_take_in
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT
        CASE WHEN line.error IS NULL THEN
            row_number() OVER (ORDER BY line.error IS NOT NULL, line.customer, line.type_id, line.document_date,
                                        line.credits > line.booked_credits DESC, line.document_number COLLATE "C" NULLS FIRST,
                                        octet_length(line.line_key), line.line_key, line.line_table) END,
        line.line_table,
        line.line_key,
        line.document_number,
        line.document_date,
        line.member,
        line.place,
        line.is_recorded,
        line.error,
        line.customer,
        line.type_id,
        CASE WHEN line.place IS NULL THEN line.booked_credits ELSE line.credits END,
        CASE WHEN line.place IS NULL THEN line.booked_amount ELSE line.amount END,
        line.booked_credits,
        line.booked_amount,
        line.place IS NOT NULL,
        false,
        false,
        NULL::bigint
    FROM credits._line_state AS line
    WHERE (line_tables IS NULL OR line.line_table = ANY (line_tables))
      AND (from_date IS NULL OR line.document_date IS NULL OR line.document_date >= from_date);
END;
COMMENT ON FUNCTION credits._lines_to_take_in(regclass[], date) IS
'Question: what there is to take in, in the order in which it will be.';

CREATE TYPE credits._row_of_line AS (
    line_table regclass,
    line_key   text COLLATE "C",
    member     regclass,
    place      tid,
    rows       bigint
);
COMMENT ON TYPE credits._row_of_line IS
'The row of a line, and how many rows of its key count with an article that has credits; of several, one that counts.';

-- MATERIALIZED: else a table may be read for each line.
CREATE FUNCTION credits._rows_of_lines(line_tables regclass[], line_keys text[]) RETURNS SETOF credits._row_of_line
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH row AS MATERIALIZED (
        SELECT source.line_table, row.line_key, row.member, row.place, row.counts, row.article
        FROM (SELECT DISTINCT line_table FROM unnest(line_tables) AS asked (line_table)) AS source
        CROSS JOIN LATERAL credits._wanted_line(source.line_table) AS row
    )
    SELECT DISTINCT ON (asked.line_table, asked.line_key) asked.line_table, asked.line_key, row.member, row.place,
           count(*) FILTER (WHERE row.counts AND article.type_id IS NOT NULL) OVER (PARTITION BY asked.line_table, asked.line_key)
    FROM (SELECT DISTINCT line_table, line_key FROM unnest(line_tables, line_keys) AS line (line_table, line_key)) AS asked
    JOIN row ON row.line_table = asked.line_table AND row.line_key = asked.line_key
    LEFT JOIN credits.article ON article.article = row.article
    ORDER BY asked.line_table, asked.line_key, row.counts DESC, row.member, row.place;
END;
COMMENT ON FUNCTION credits._rows_of_lines(regclass[], text[]) IS
'Question: the rows that lines have by their keys.';

-- A line that differs only where it is booked and does not belong shows no row: that is looked for. Heirs may share a key by
-- mistake: then nobody knows which of the rows is booked.
CREATE FUNCTION credits._find_rows_of_listed() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    heirs CONSTANT regclass[] := ARRAY(SELECT source.line_table FROM credits.source JOIN pg_class ON oid = source.line_table
                                       WHERE relkind = 'r' AND relhassubclass);
    tables regclass[];
    keys   text[];
BEGIN
    SELECT array_agg(line_table), array_agg(line_key)
    INTO tables, keys
    FROM pg_temp.credits_unsettled_line
    WHERE error IS NULL AND (place IS NULL OR line_table = ANY (heirs));
    IF tables IS NULL THEN
        RETURN;
    END IF;
    UPDATE pg_temp.credits_unsettled_line AS line
    SET member = coalesce(line.member, row.member), place = coalesce(line.place, row.place),
        credits = CASE WHEN line.is_wanted THEN line.credits ELSE 0 END,
        amount = CASE WHEN line.is_wanted THEN line.amount END,
        position = CASE WHEN row.rows <= 1 THEN line.position END,
        error = CASE WHEN row.rows > 1 THEN
            format('%s rows of table %s have the key "%s"', row.rows, line.line_table, line.line_key) END
    FROM credits._now(NULL::credits._row_of_line, 'credits._rows_of_lines', ROW(tables, keys)) AS row
    WHERE row.line_table = line.line_table AND row.line_key = line.line_key AND line.error IS NULL
      AND (line.place IS NULL OR row.rows > 1);
END
$$;
COMMENT ON FUNCTION credits._find_rows_of_listed() IS
'Looks for the rows of listed lines that differ where they do not belong, and names lines that have several.';

-- A line whose key was changed is one that is gone, and a new one like it: settled together they are found to be the same.
CREATE FUNCTION credits._join_listed_lines() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH lead AS (
        SELECT DISTINCT ON (line_table, line_key) line_table, line_key, position
        FROM pg_temp.credits_unsettled_line
        WHERE error IS NULL
        ORDER BY line_table, line_key, is_wanted DESC, position
    )
    UPDATE pg_temp.credits_unsettled_line AS line
    SET position = lead.position, repeats_line = true
    FROM lead
    WHERE line.line_table = lead.line_table AND line.line_key = lead.line_key AND line.position <> lead.position
      AND line.error IS NULL;

    UPDATE pg_temp.credits_unsettled_line AS line
    SET position = alike.position
    FROM (SELECT ctid, min(position) OVER alike AS position,
                 bool_or(is_recorded) OVER alike AND NOT bool_and(is_recorded) OVER alike AS is_both
          FROM pg_temp.credits_unsettled_line
          WHERE error IS NULL AND NOT repeats_line AND is_recorded = (place IS NULL)
          WINDOW alike AS (PARTITION BY line_table, customer, type_id, document_date, document_number, credits,
                                        coalesce(amount, 0))) AS alike
    WHERE line.ctid = alike.ctid AND alike.is_both;
$$;
COMMENT ON FUNCTION credits._join_listed_lines() IS
'Gives the listed rows of one line one position, and those of lines that are gone and of new ones that are like them, too.';

CREATE FUNCTION credits._find_moved_records() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE pg_temp.credits_unsettled_line AS line
    SET is_elsewhere = true
    WHERE line.error IS NULL AND line.booked_credits <> 0
      AND (line_table, customer, type_id, booked_credits, coalesce(booked_amount, 0))
          IN (SELECT line_table, customer, type_id, credits, coalesce(amount, 0) FROM pg_temp.credits_unsettled_line
              WHERE is_wanted);
$$;
COMMENT ON FUNCTION credits._find_moved_records() IS
'Marks the listed lines of which what is booked may be another line''s: keys that were exchanged, or are used again.';

CREATE FUNCTION credits._move_components(joined_to bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE pg_temp.credits_unsettled_line AS line
    SET component = moved.component, position = moved.position
    FROM (SELECT ctid, joined_to[component] AS component,
                 (SELECT max(position) FROM pg_temp.credits_unsettled_line)
                 + dense_rank() OVER (ORDER BY joined_to[component], position) AS position
          FROM pg_temp.credits_unsettled_line WHERE component IS NOT NULL) AS moved
    WHERE line.ctid = moved.ctid;
END
$$;
COMMENT ON FUNCTION credits._move_components(bigint[]) IS
'Joins components by the first of each, and moves them behind the other lines.';

-- Lines that are recorded may need each other: what one gives another takes. They stand behind all others, with whatever else is
-- listed of their accounts, component by component. A component is told by its first position; it is joined to an earlier one.
CREATE FUNCTION credits._find_components() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    joined_to bigint[];
    link      record;
BEGIN
    UPDATE pg_temp.credits_unsettled_line AS line
    SET component = account.position
    FROM (SELECT customer, type_id, min(position) AS position
          FROM pg_temp.credits_unsettled_line
          WHERE error IS NULL
          GROUP BY customer, type_id
          HAVING bool_or(is_recorded)) AS account
    WHERE account.customer = line.customer AND account.type_id = line.type_id AND line.error IS NULL;
    joined_to := ARRAY(SELECT generate_series(1, max(component)) FROM pg_temp.credits_unsettled_line);
    FOR link IN
        SELECT DISTINCT one, other
        FROM (SELECT component AS one, min(component) OVER (PARTITION BY position) AS other
              FROM pg_temp.credits_unsettled_line WHERE component IS NOT NULL) AS line
        WHERE one <> other
    LOOP
        WHILE joined_to[link.one] < link.one LOOP
            joined_to[link.one] := joined_to[joined_to[link.one]];
            link.one := joined_to[link.one];
        END LOOP;
        WHILE joined_to[link.other] < link.other LOOP
            joined_to[link.other] := joined_to[joined_to[link.other]];
            link.other := joined_to[link.other];
        END LOOP;
        joined_to[greatest(link.one, link.other)] := least(link.one, link.other);
    END LOOP;
    FOR component IN 1 .. cardinality(joined_to) LOOP
        joined_to[component] := joined_to[joined_to[component]];
    END LOOP;
    PERFORM credits._move_components(joined_to);
END
$$;
COMMENT ON FUNCTION credits._find_components() IS
'Groups the listed lines of accounts in which something is recorded for one of them, and moves them behind the others.';

CREATE FUNCTION credits._list_unsettled(line_tables regclass[], from_date date) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the tables and the date
AS $$
BEGIN
    CREATE TEMPORARY TABLE credits_unsettled_line OF credits._line_to_take_in ON COMMIT DROP;
    INSERT INTO pg_temp.credits_unsettled_line
    SELECT * FROM credits._now(NULL::credits._line_to_take_in, 'credits._lines_to_take_in', ROW(line_tables, from_date));
    CREATE INDEX ON credits_unsettled_line (position); -- before rows move: else the transaction cannot use it
    CREATE INDEX ON credits_unsettled_line (component) WHERE component IS NOT NULL;
    ANALYZE credits_unsettled_line (position, line_table, line_key);
    PERFORM credits._find_rows_of_listed();
    IF EXISTS (SELECT FROM pg_temp.credits_unsettled_line WHERE is_recorded AND error IS NULL) THEN
        PERFORM credits._join_listed_lines();
        PERFORM credits._find_moved_records();
        PERFORM credits._find_components();
    END IF;
    CREATE TEMPORARY TABLE credits_refused_line (
        LIKE pg_temp.credits_unsettled_line,
        part            bigint, -- that is tried as one save; null: it was refused again
        sqlstate        text,
        constraint_name text,
        message         text,
        detail          text,
        hint            text
    ) ON COMMIT DROP;
    CREATE INDEX ON credits_refused_line (component);
    CREATE INDEX ON credits_refused_line (component) WHERE is_elsewhere;
    CREATE INDEX ON credits_refused_line (part);
    CREATE INDEX ON credits_refused_line (line_key, line_table);
    RETURN (SELECT coalesce(max(line.position), 0) FROM pg_temp.credits_unsettled_line AS line WHERE line.error IS NULL);
END
$$;
COMMENT ON FUNCTION credits._list_unsettled(regclass[], date) IS
'Lists in a temporary table what there is to take in, and returns the last position of a line that can be read.';
