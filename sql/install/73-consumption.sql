-- What customers consumed, spread over the months of a year and the days of a month (rule 29).

CREATE FUNCTION credits._first_day_of_year(year integer) RETURNS date
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (year BETWEEN 1 AND 9999) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid value for argument "year": %', coalesce(year::text, 'null')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give a year from 1 to 9999.';
    END IF;
    RETURN make_date(year, 1, 1);
END
$$;
COMMENT ON FUNCTION credits._first_day_of_year(integer) IS
'The first day of the year. 22023 for no year from 1 to 9999.';

-- Of all customers the entries of the period are found by date, of one customer by his key. A plan that must do for both would
-- read the whole ledger: hence two, of which one never runs. To be inlined it has no settings; give it days that are known when
-- the plan is made, so that it is made for as many entries as they have. A kind that is none is not left out, but refused.
CREATE FUNCTION credits._consumption(first_day date, last_day date, customer text) RETURNS TABLE (
    customer  text,
    type_id   integer,
    booked_on date,
    credits   numeric
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT entry.customer, entry.type_id, entry.booked_on, -entry.quantity
    FROM credits.entry
    WHERE _consumption.customer IS NULL
      AND entry.booked_on BETWEEN first_day AND last_day
      AND (entry.kind = ANY (credits._kinds_of_movement('consumed'))
           OR entry.kind <> ALL (credits._kinds_of_movement(NULL)) AND credits._movement_of(entry.kind) IS NULL) -- which raises
    UNION ALL
    SELECT entry.customer, entry.type_id, entry.booked_on, -entry.quantity
    FROM credits.entry
    WHERE _consumption.customer IS NOT NULL
      AND entry.customer = _consumption.customer
      AND entry.booked_on BETWEEN first_day AND last_day
      AND (entry.kind = ANY (credits._kinds_of_movement('consumed'))
           OR entry.kind <> ALL (credits._kinds_of_movement(NULL)) AND credits._movement_of(entry.kind) IS NULL); -- which raises
END;
COMMENT ON FUNCTION credits._consumption(date, date, text) IS
'The consumptions booked from one day to another, their changes and returns, of one customer or, for null, of all: credits, > 0 '
'consumed, < 0 come back.';

CREATE TYPE credits._consumption_of_year AS (
    customer  text,
    type_code text,
    jan       numeric,
    feb       numeric,
    mar       numeric,
    apr       numeric,
    may       numeric,
    jun       numeric,
    jul       numeric,
    aug       numeric,
    sep       numeric,
    oct       numeric,
    nov       numeric,
    "dec"     numeric,
    total     numeric
);
COMMENT ON TYPE credits._consumption_of_year IS
'A row of consumption_by_month(): a type of its own, as its argument customer is named as a column is.';

CREATE FUNCTION credits.consumption_by_month(year integer, customer text DEFAULT NULL) RETURNS SETOF credits._consumption_of_year
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the customer and the days, each time
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    months date[];
BEGIN
    PERFORM credits._hold_tables();
    PERFORM credits._require_customer(consumption_by_month.customer) WHERE consumption_by_month.customer IS NOT NULL;
    PERFORM credits._first_day_of_year(year); -- to be told before the dates are made
    months := ARRAY(SELECT make_date(year, no, 1) FROM generate_series(1, 12) AS no ORDER BY no);
    RETURN QUERY
    WITH month AS (
        SELECT moved.customer, moved.type_id, width_bucket(moved.booked_on, months) AS no, sum(moved.credits) AS credits
        FROM credits._consumption(months[1], make_date(year, 12, 31), consumption_by_month.customer) AS moved
        GROUP BY moved.customer, moved.type_id, 3
    )
    SELECT
        month.customer,
        type.code,
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 1)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 2)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 3)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 4)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 5)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 6)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 7)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 8)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 9)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 10)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 11)), 0),
        coalesce(trim_scale(sum(month.credits) FILTER (WHERE month.no = 12)), 0),
        trim_scale(sum(month.credits))
    FROM month
    JOIN credits.credit_type AS type USING (type_id)
    WHERE type.active
    GROUP BY month.customer, type.code
    ORDER BY month.customer, type.code;
END
$$;
COMMENT ON FUNCTION credits.consumption_by_month(integer, text) IS
'The credits that each customer consumed in each month of a year, per active credit type: jan to dec, and their total.
It goes by the dates that entries are booked on, net of changes and returns.
A month in which more came back than went is < 0, one without anything 0; who has no entry in the year has no row.
Arguments:
- year: 1 to 9999
- customer: null for all; the credits of a contact or branch are those of the customer that he points to
For credits_reader.
Errors:
- 22023: no such year
- P0002: no such customer
Rule 29.';

CREATE TYPE credits._consumption_of_month AS (
    customer  text,
    type_code text,
    d1        numeric,
    d2        numeric,
    d3        numeric,
    d4        numeric,
    d5        numeric,
    d6        numeric,
    d7        numeric,
    d8        numeric,
    d9        numeric,
    d10       numeric,
    d11       numeric,
    d12       numeric,
    d13       numeric,
    d14       numeric,
    d15       numeric,
    d16       numeric,
    d17       numeric,
    d18       numeric,
    d19       numeric,
    d20       numeric,
    d21       numeric,
    d22       numeric,
    d23       numeric,
    d24       numeric,
    d25       numeric,
    d26       numeric,
    d27       numeric,
    d28       numeric,
    d29       numeric,
    d30       numeric,
    d31       numeric,
    total     numeric
);
COMMENT ON TYPE credits._consumption_of_month IS 'A row of consumption_by_day().';

CREATE FUNCTION credits.consumption_by_day(month date, customer text DEFAULT NULL) RETURNS SETOF credits._consumption_of_month
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the customer and the days, each time
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    first_day date;
    last_day  date;
BEGIN
    PERFORM credits._hold_tables();
    PERFORM credits._require_customer(consumption_by_day.customer) WHERE consumption_by_day.customer IS NOT NULL;
    first_day := credits._first_day(month);
    last_day := first_day + interval '1 month' - interval '1 day';
    RETURN QUERY
    WITH day AS (
        SELECT moved.customer, moved.type_id, moved.booked_on - first_day + 1 AS no, sum(moved.credits) AS credits
        FROM credits._consumption(first_day, last_day, consumption_by_day.customer) AS moved
        GROUP BY moved.customer, moved.type_id, 3
    )
    SELECT
        day.customer,
        type.code,
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 1)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 2)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 3)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 4)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 5)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 6)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 7)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 8)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 9)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 10)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 11)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 12)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 13)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 14)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 15)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 16)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 17)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 18)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 19)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 20)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 21)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 22)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 23)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 24)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 25)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 26)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 27)), 0),
        coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 28)), 0),
        CASE WHEN last_day - first_day >= 28 THEN coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 29)), 0) END,
        CASE WHEN last_day - first_day >= 29 THEN coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 30)), 0) END,
        CASE WHEN last_day - first_day >= 30 THEN coalesce(trim_scale(sum(day.credits) FILTER (WHERE day.no = 31)), 0) END,
        trim_scale(sum(day.credits))
    FROM day
    JOIN credits.credit_type AS type USING (type_id)
    WHERE type.active
    GROUP BY day.customer, type.code
    ORDER BY day.customer, type.code;
END
$$;
COMMENT ON FUNCTION credits.consumption_by_day(date, text) IS
'The credits that each customer consumed on each day of a month, per active credit type: d1 to d31, and their total.
It goes by the dates that entries are booked on, net of changes and returns.
A day on which more came back than went is < 0, one without anything 0, one that the month does not have null.
Who has no entry in the month has no row.
Arguments:
- month: any day of it
- customer: null for all; the credits of a contact or branch are those of the customer that he points to
For credits_reader.
Errors:
- 22023: no month
- P0002: no such customer
Rule 29.';
