-- The customer's statement: what he had, what moved, what he has, in credits (rule 29).

CREATE FUNCTION credits._require_customer(customer text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM credits.customer AS known WHERE known.customer = _require_customer.customer) THEN
        RAISE EXCEPTION 'customer "%" does not exist', customer
            USING ERRCODE = 'no_data_found', HINT = 'Customers are the rows of credits.customer.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._require_customer(text) IS
'Raises P0002 when there is no such customer.';

CREATE FUNCTION credits._check_period(from_date date, to_date date) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT coalesce(isfinite(from_date) AND isfinite(to_date), false) THEN
        RAISE EXCEPTION 'a period has a first and a last day'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It was to be from %s to %s.', coalesce(from_date::text, 'null'),
                                  coalesce(to_date::text, 'null')),
                  HINT = 'Give two dates, neither null nor infinite.';
    END IF;
    IF from_date > to_date THEN
        RAISE EXCEPTION 'day % comes after day %', from_date, to_date
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the first day, then the last one.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_period(date, date) IS
'Raises 22023 when a day is null or infinite, or the last one comes before the first one.';

CREATE TYPE credits.statement_line AS (
    type_code       text,
    line_no         integer,
    booked_on       date,
    kind            text,
    document_kind   text,
    document_number text,
    article         text,
    description     text,
    quantity        numeric,
    balance         numeric
);
COMMENT ON TYPE credits.statement_line IS 'A row of statement().';

-- Balances are reckoned back from the account, so that nothing is read that is booked before the period. It has no settings of
-- its own, so that the planner puts it in place of its call and knows the dates: only then it tells few days, which are found by
-- the blocks that they are in, from many, and a customer with few entries, who is found by key, from one who has most of them.
CREATE FUNCTION credits._statement(customer text, from_date date, to_date date) RETURNS SETOF credits.statement_line
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH later AS (
        SELECT entry.type_id, sum(entry.quantity) AS quantity
        FROM credits.entry
        WHERE entry.customer = _statement.customer AND entry.booked_on > to_date
        GROUP BY entry.type_id
    ),
    moved AS (
        SELECT
            entry.*,
            ROW(entry.booked_on, entry.kind, entry.line_table, entry.line_key, entry.document_kind,
                entry.document_number, entry.article,
                entry.description, sign(entry.quantity)) AS movement
        FROM credits.entry
        WHERE entry.customer = _statement.customer AND entry.booked_on BETWEEN from_date AND to_date AND entry.quantity <> 0
    ),
    summed AS (
        SELECT
            moved.*,
            sum(moved.quantity) OVER in_order AS so_far,
            moved.movement IS DISTINCT FROM lead(moved.movement) OVER in_order AS ends
        FROM moved
        WINDOW in_order AS (PARTITION BY moved.type_id ORDER BY moved.booked_on, moved.entry_no)
    ),
    movement AS (
        SELECT
            summed.type_id,
            row_number() OVER in_order AS number,
            summed.booked_on,
            summed.kind,
            summed.document_kind,
            summed.document_number,
            summed.article,
            summed.description,
            summed.so_far - lag(summed.so_far, 1, 0.0) OVER in_order AS quantity,
            summed.so_far
        FROM summed
        WHERE summed.ends
        WINDOW in_order AS (PARTITION BY summed.type_id ORDER BY summed.booked_on, summed.entry_no)
    ),
    total AS (
        SELECT movement.type_id, count(*) AS movements, sum(movement.quantity) AS quantity
        FROM movement
        GROUP BY movement.type_id
    ),
    standing AS (
        SELECT
            account.type_id,
            type.code,
            coalesce(total.movements, 0) AS movements,
            account.balance - coalesce(later.quantity, 0) - coalesce(total.quantity, 0) AS opening,
            account.balance - coalesce(later.quantity, 0) AS closing
        FROM (SELECT its.customer, its.type_id,
                     CASE WHEN credits._lots_are_ahead() THEN credits._balance_of_entries(its.customer, its.type_id)
                          ELSE its.balance END AS balance
              FROM credits.account AS its) AS account
        JOIN credits.credit_type AS type USING (type_id)
        LEFT JOIN later USING (type_id)
        LEFT JOIN total USING (type_id)
        WHERE account.customer = _statement.customer
          -- else it opens and closes with 0
          AND (type.active OR total.movements > 0 OR account.balance <> coalesce(later.quantity, 0))
    )
    SELECT line.code, line.number::integer, line.booked_on, line.kind, line.document_kind, line.document_number,
           line.article, line.description,
           trim_scale(line.quantity), trim_scale(line.balance)
    FROM (
        SELECT standing.code, 1 AS number, from_date AS booked_on, 'opening' AS kind, NULL AS document_kind,
               NULL AS document_number,
               NULL AS article, NULL AS description, NULL::numeric AS quantity, standing.opening AS balance
        FROM standing
        UNION ALL
        SELECT standing.code, movement.number + 1, movement.booked_on,
               credits._label_of(movement.kind),
               movement.document_kind, movement.document_number, movement.article, movement.description, movement.quantity,
               standing.opening + movement.so_far
        FROM standing
        JOIN movement USING (type_id)
        UNION ALL
        SELECT standing.code, standing.movements + 2, to_date, 'closing', NULL, NULL, NULL, NULL, NULL, standing.closing
        FROM standing) AS line
    ORDER BY line.code, line.number;
END;
COMMENT ON FUNCTION credits._statement(text, date, date) IS
'The rows of statement(), of arguments that were checked.';

CREATE FUNCTION credits._statement_lines(customer text, from_date date, to_date date) RETURNS SETOF credits.statement_line
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the customer and the dates, each time
SET jit = off
AS $$
BEGIN
    PERFORM credits._check_period(from_date, to_date), credits._require_customer(customer);
    RETURN QUERY SELECT * FROM credits._statement(customer, from_date, to_date);
END
$$;
COMMENT ON FUNCTION credits._statement_lines(text, date, date) IS
'The lines of statement(), at the caller''s snapshot.';

CREATE FUNCTION credits.statement(customer text, from_date date, to_date date) RETURNS SETOF credits.statement_line
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY SELECT * FROM credits._statement_lines(customer, from_date, to_date);
END
$$;
COMMENT ON FUNCTION credits.statement(text, date, date) IS
'The customer''s statement of a period, both days included, in credits.
Per credit type, line_no counts from 1:
- first a row of kind opening: the balance at the end of the day before
- then what moved, by the dates that it is booked on: its quantity (> 0 came in, < 0 went out) and the balance after it
- last a row of kind closing: the balance at the end of the period
A movement is an entry.
Consecutive ones of one document line, kind and day in one direction, such as draws from several lots, are one.
A registered opening balance is of kind opening_balance here, so that the first row is the only opening.
What moves no credits, such as a revaluation, is left out.
Types are those of his accounts that are active, or inactive with a balance at the beginning or end or a movement between.
A contact''s own account is empty, and so is his statement: ask for that of the customer that his account_of names.
For credits_reader.
Errors:
- P0002: no such customer
- 22023: a day that is null or infinite, or the first after the last
Rules 2 and 29.';

CREATE FUNCTION credits.statement_week(customer text, day date) RETURNS SETOF credits.statement_line
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY
    SELECT *
    FROM credits._statement_lines(
        customer,
        date_trunc('week', day::timestamp)::date,
        (date_trunc('week', day::timestamp) + interval '6 days')::date);
END
$$;
COMMENT ON FUNCTION credits.statement_week(text, date) IS
'The statement() of the ISO week, Monday to Sunday, that the day is in.
For credits_reader.
Errors: those of statement().
Rule 29.';

CREATE FUNCTION credits.statement_month(customer text, day date) RETURNS SETOF credits.statement_line
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY
    SELECT *
    FROM credits._statement_lines(
        customer,
        date_trunc('month', day::timestamp)::date,
        (date_trunc('month', day::timestamp) + interval '1 month - 1 day')::date);
END
$$;
COMMENT ON FUNCTION credits.statement_month(text, date) IS
'The statement() of the calendar month that the day is in.
For credits_reader.
Errors: those of statement().
Rule 29.';

CREATE FUNCTION credits.statement_quarter(customer text, day date) RETURNS SETOF credits.statement_line
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY
    SELECT *
    FROM credits._statement_lines(
        customer,
        date_trunc('quarter', day::timestamp)::date,
        (date_trunc('quarter', day::timestamp) + interval '3 months - 1 day')::date);
END
$$;
COMMENT ON FUNCTION credits.statement_quarter(text, date) IS
'The statement() of the calendar quarter that the day is in.
For credits_reader.
Errors: those of statement().
Rule 29.';
