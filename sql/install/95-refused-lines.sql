-- The list of what there is to take in, portion by portion, around what is refused; and what was refused is tried again, since
-- others may help.

CREATE TYPE credits._taken_in AS (
    lines        bigint,
    sales        bigint,
    consumptions bigint
);
COMMENT ON TYPE credits._taken_in IS
'How many lines take_in() has settled, and how many of them are sales and consumptions.';

CREATE FUNCTION credits._add(a credits._taken_in, b credits._taken_in) RETURNS credits._taken_in
LANGUAGE sql IMMUTABLE STRICT
RETURN ROW(a.lines + b.lines, a.sales + b.sales, a.consumptions + b.consumptions)::credits._taken_in;
COMMENT ON FUNCTION credits._add(credits._taken_in, credits._taken_in) IS
'Adds what two parts have settled.';

CREATE FUNCTION credits._take_in_listed(first bigint, last bigint) RETURNS credits._taken_in
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_take_in_listed';
COMMENT ON FUNCTION credits._take_in_listed(bigint, bigint) IS
'Settles the listed lines from one position to another, each day as a save; raises the first refusal.';

CREATE FUNCTION credits._take_in_refused(part bigint, by_day boolean, looks_around boolean) RETURNS credits._taken_in
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_take_in_refused';
COMMENT ON FUNCTION credits._take_in_refused(bigint, boolean, boolean) IS
'Settles the lines of a part of credits_refused_line, each day as a save, or all as one; raises the first refusal. What other '
'lines of the component have, which are left out, may be theirs by now: to find that out it looks around.';

CREATE FUNCTION credits._refused_line(OUT line_table regclass, OUT line_key text) RETURNS record
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_refused_line';
COMMENT ON FUNCTION credits._refused_line() IS
'The line at which one of these two was refused, in an error that was just caught; nulls when it was none by itself.';

-- What other lines of the same accounts may still help: when they give, or when more was given since.
CREATE FUNCTION credits._is_help_possible(constraint_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN constraint_name IN ('credits_balance_not_negative', 'credits_lot_not_consumed', 'credits_refund_within_open',
                           'credits_return_within_consumed');
COMMENT ON FUNCTION credits._is_help_possible(text) IS
'Does a refusal go by what other lines have booked? Then they may help: rules 12, 14 and 17.';

-- PL/pgSQL, since what is LANGUAGE sql may remember the temporary table of an earlier call.
CREATE FUNCTION credits._end_of_portion(until bigint, last bigint) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF until >= last THEN
        RETURN last;
    END IF;
    RETURN coalesce((SELECT max(line.position)
                     FROM pg_temp.credits_unsettled_line AS line
                     WHERE line.component = (SELECT component FROM pg_temp.credits_unsettled_line
                                             WHERE position = until LIMIT 1)),
                    until);
END
$$;
COMMENT ON FUNCTION credits._end_of_portion(bigint, bigint) IS
'Where a portion of the list ends that is to end about here: a component is not cut.';

-- Where a component begins near the middle; null: it is only one.
CREATE FUNCTION credits._middle_of_components(first bigint, last bigint) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT line.position
            FROM (SELECT position, component IS DISTINCT FROM lag(component) OVER (ORDER BY position) AS begins
                  FROM pg_temp.credits_unsettled_line WHERE position BETWEEN first AND last) AS line
            WHERE line.begins AND line.position > first
            ORDER BY abs(line.position - (first + last) / 2)
            LIMIT 1);
END
$$;
COMMENT ON FUNCTION credits._middle_of_components(bigint, bigint) IS
'Where to cut a list between two components; null: it is only one.';

-- A list with a refused line is cut between components; one that is refused is tried again as a whole later. Elsewhere the halves
-- are taken in one by one, down to that line: what precedes a line is always in.
CREATE FUNCTION credits._take_in_or_refuse(first bigint, last bigint, on_refusal text) RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    middle bigint;
    what   text;
    why    text;
    advice text;
    rule   text;
BEGIN
    RETURN credits._take_in_listed(first, last);
EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
    GET STACKED DIAGNOSTICS what = MESSAGE_TEXT, why = PG_EXCEPTION_DETAIL, advice = PG_EXCEPTION_HINT, rule = CONSTRAINT_NAME;
    middle := credits._middle_of_components(first, last);
    IF middle IS NULL
       AND NOT EXISTS (SELECT FROM pg_temp.credits_unsettled_line
                       WHERE position BETWEEN first AND last AND component IS NOT NULL) THEN
        middle := nullif((first + last) / 2 + 1, last + 1);
    END IF;
    IF first < last AND middle IS NOT NULL THEN
        RETURN credits._add(credits._take_in_or_refuse(first, middle - 1, on_refusal),
                            credits._take_in_or_refuse(middle, last, on_refusal));
    END IF;
    IF first = last AND on_refusal = 'stop' AND NOT credits._is_help_possible(rule) THEN
        RAISE;
    END IF;
    INSERT INTO pg_temp.credits_refused_line
    SELECT line.*, NULL, SQLSTATE, nullif(rule, ''), what, nullif(why, ''), nullif(advice, '')
    FROM pg_temp.credits_unsettled_line AS line
    WHERE line.position BETWEEN first AND last;
    RETURN ROW(0, 0, 0)::credits._taken_in;
END
$$;
COMMENT ON FUNCTION credits._take_in_or_refuse(bigint, bigint, text) IS
'Settles the listed lines from one position to another, and notes in credits_refused_line those that are refused, with the '
'component that they belong to; at stop it raises a refusal that no other line can help.';

-- An account of which nothing gives, and which has nothing, is left as it is.
CREATE FUNCTION credits._group_refused_lines() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE pg_temp.credits_refused_line AS line
    SET component = refused.position
    FROM (SELECT customer, type_id, min(position) AS position
          FROM pg_temp.credits_refused_line AS listed
          LEFT JOIN credits._account AS account USING (customer, type_id)
          WHERE component IS NULL AND credits._is_help_possible(constraint_name)
          GROUP BY customer, type_id
          HAVING bool_or(listed.credits > 0 OR account.balance > 0)) AS refused
    WHERE line.customer = refused.customer AND line.type_id = refused.type_id
      AND line.component IS NULL AND credits._is_help_possible(line.constraint_name);
$$;
COMMENT ON FUNCTION credits._group_refused_lines() IS
'Groups the refused lines of one account, where they may help each other, or what was taken in after them helps.';

CREATE FUNCTION credits._is_part_of_more(tried bigint) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (SELECT FROM pg_temp.credits_refused_line AS line
                   WHERE line.component = (SELECT component FROM pg_temp.credits_refused_line WHERE part = tried LIMIT 1)
                     AND line.is_elsewhere AND line.part IS DISTINCT FROM tried);
END
$$;
COMMENT ON FUNCTION credits._is_part_of_more(bigint) IS
'Tells whether a part leaves out lines of its component of which what is booked may be another line''s.';

-- The line that is refused is left out, and the others are tried again; where it is none by itself, or that does not end soon,
-- each half by itself.
CREATE FUNCTION credits._try_part(tried bigint, by_day boolean) RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    most_tries CONSTANT integer := 16;
    taken      credits._taken_in;
    refusal    pg_temp.credits_refused_line;
    first      bigint;
    last       bigint;
    upper      bigint;
BEGIN
    FOR try IN 1 .. most_tries LOOP
        SELECT min(position), max(position) INTO first, last FROM pg_temp.credits_refused_line WHERE part = tried;
        IF first IS NULL THEN
            RETURN ROW(0, 0, 0)::credits._taken_in;
        END IF;
        BEGIN
            taken := credits._take_in_refused(tried, by_day, credits._is_part_of_more(tried));
            DELETE FROM pg_temp.credits_refused_line WHERE part = tried;
            RETURN taken;
        EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
            GET STACKED DIAGNOSTICS refusal.message = MESSAGE_TEXT, refusal.detail = PG_EXCEPTION_DETAIL,
                                    refusal.hint = PG_EXCEPTION_HINT, refusal.constraint_name = CONSTRAINT_NAME,
                                    refusal.sqlstate = RETURNED_SQLSTATE;
        END;
        UPDATE pg_temp.credits_refused_line AS line
        SET part = NULL, sqlstate = refusal.sqlstate, constraint_name = refusal.constraint_name, message = refusal.message,
            detail = refusal.detail, hint = refusal.hint
        WHERE line.part = tried
          AND (first = last
               OR line.position IN (SELECT listed.position
                                    FROM credits._refused_line() AS fault
                                    JOIN pg_temp.credits_refused_line AS listed USING (line_table, line_key)));
        EXIT WHEN NOT FOUND;
    END LOOP;
    SELECT min(position), max(position) INTO first, last FROM pg_temp.credits_refused_line WHERE part = tried;
    IF first = last OR first IS NULL THEN
        RETURN CASE WHEN first IS NULL THEN ROW(0, 0, 0)::credits._taken_in ELSE credits._try_part(tried, by_day) END;
    END IF;
    SELECT min(position) INTO upper FROM pg_temp.credits_refused_line WHERE part = tried AND position > (first + last) / 2;
    UPDATE pg_temp.credits_refused_line SET part = upper WHERE part = tried AND position >= upper;
    RETURN credits._add(credits._try_part(tried, by_day), credits._try_part(upper, by_day));
END
$$;
COMMENT ON FUNCTION credits._try_part(bigint, boolean) IS
'Settles a part of the refused lines, or what of it can be settled, each day as a save, or all as one, what gives before what '
'takes; the others stay refused.';

-- Which of many lines that take too much together is left out, is chance: what fits by itself is not refused for the others.
CREATE FUNCTION credits._try_each_line(tried bigint) RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken credits._taken_in := ROW(0, 0, 0);
    alone bigint;
BEGIN
    FOR alone IN
        SELECT line.position
        FROM pg_temp.credits_refused_line AS line
        LEFT JOIN credits._account AS account USING (customer, type_id)
        WHERE line.component = tried
        GROUP BY line.position
        HAVING bool_and(line.is_recorded OR line.credits >= 0 OR -line.credits <= account.balance)
        ORDER BY line.position
    LOOP
        UPDATE pg_temp.credits_refused_line SET part = position WHERE component = tried AND position = alone;
        taken := credits._add(taken, credits._try_part(alone, false));
    END LOOP;
    RETURN taken;
END
$$;
COMMENT ON FUNCTION credits._try_each_line(bigint) IS
'Tries the refused lines of a component one by one, unless they are new and take more than there is.';

-- First what is recorded, as a whole; then with what is new of the same accounts, in order of date if it can be; then each.
CREATE FUNCTION credits._try_component(tried bigint) RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken  credits._taken_in := ROW(0, 0, 0);
    before bigint;
BEGIN
    LOOP
        before := taken.lines;
        UPDATE pg_temp.credits_refused_line
        SET part = component
        WHERE component = tried
          AND position IN (SELECT position FROM pg_temp.credits_refused_line WHERE component = tried AND is_recorded);
        taken := credits._add(taken, credits._try_part(tried, false));
        UPDATE pg_temp.credits_refused_line SET part = component WHERE component = tried;
        taken := credits._add(taken, credits._try_part(tried, true));
        UPDATE pg_temp.credits_refused_line SET part = component WHERE component = tried;
        taken := credits._add(taken, credits._try_part(tried, false));
        IF taken.lines = before THEN
            taken := credits._add(taken, credits._try_each_line(tried));
        END IF;
        EXIT WHEN taken.lines = before;
    END LOOP;
    RETURN taken;
END
$$;
COMMENT ON FUNCTION credits._try_component(bigint) IS
'Tries the refused lines of a component again, as long as something of it is settled.';

CREATE FUNCTION credits._try_refused_again() RETURNS credits._taken_in
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken credits._taken_in := ROW(0, 0, 0);
    tried bigint;
BEGIN
    PERFORM credits._group_refused_lines();
    FOR tried IN SELECT DISTINCT component FROM pg_temp.credits_refused_line WHERE component IS NOT NULL ORDER BY 1 LOOP
        taken := credits._add(taken, credits._try_component(tried));
    END LOOP;
    RETURN taken;
END
$$;
COMMENT ON FUNCTION credits._try_refused_again() IS
'Tries again what was refused day by day: what was cancelled as a whole is taken in as a whole.';
