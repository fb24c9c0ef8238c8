-- What a customer is expected to consume, when his credits run out, and what he will have to buy (rule 29). doc/reports.md works
-- it out.

-- The parts have no settings, to be inlined: they are evaluated for each account.
CREATE FUNCTION credits._months_between(earlier date, later date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((extract(year FROM later) - extract(year FROM earlier)) * 12 + extract(month FROM later)
        - extract(month FROM earlier))::integer;
COMMENT ON FUNCTION credits._months_between(date, date) IS
'How many months the month of one day lies before that of another.';

CREATE FUNCTION credits._days_in_month(day date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT (alike.month + interval '1 month')::date - alike.month
        FROM (SELECT make_date((2000 + extract(year FROM day) % 400)::integer, extract(month FROM day)::integer, 1) AS month)
            AS alike);
COMMENT ON FUNCTION credits._days_in_month(date) IS
'How many days the month of a day has.';

-- What remains of today's month is taken by its days, and so is the part of the month in which they end.
CREATE FUNCTION credits._day_after_months(today date, months numeric) RETURNS TABLE (day date)
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    -- A third of 30 days is 10. The day that becomes a timestamp can be one: PostgreSQL may compute that beforehand, whatever
    -- CASE says.
    SELECT until.first_day + ceil(round(until.part * credits._days_in_month(until.first_day), 8))::integer - 1
    FROM (SELECT CASE WHEN since.months < (9999 - extract(year FROM today)) * 12
                      THEN (date_trunc('month', least(today, DATE '9999-12-31')::timestamp)
                            + make_interval(months => trunc(since.months)::integer))::date END AS first_day,
                 since.months % 1 AS part
          FROM (SELECT months + extract(day FROM today) / credits._days_in_month(today) AS months) AS since) AS until;
END;
COMMENT ON FUNCTION credits._day_after_months(date, numeric) IS
'The day on which so many months are over, counted from the end of today: today for 0.
Null for null, and when that is after the year 9999.';

CREATE FUNCTION credits._budget_period(
    year               integer,
    today              date,
    OUT first_day      date,
    OUT last_day       date,
    OUT last_month     date,
    OUT read_until     date,
    OUT months_before  numeric,
    OUT months_to_come numeric
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT
        credits._first_day_of_year(year),
        make_date(year, 12, 31),
        CASE WHEN now.later < 0 THEN make_date(year, 12, 1)
            ELSE (date_trunc('month', today::timestamp) - interval '1 month')::date END,
        CASE WHEN now.later < 0 THEN make_date(year, 12, 31) ELSE 'infinity' END,
        CASE WHEN now.later > 0 THEN now.rest_of_year + 12 * (now.later - 1) ELSE 0 END,
        CASE WHEN now.later > 0 THEN 12 WHEN now.later = 0 THEN now.rest_of_year ELSE 0 END
    FROM (SELECT year - extract(year FROM today) AS later,
                 12 - extract(month FROM today) + 1 - extract(day FROM today) / credits._days_in_month(today) AS rest_of_year)
                 AS now;
END;
COMMENT ON FUNCTION credits._budget_period(integer, date) IS
'The days of a year, and what a budget of it goes by on a day: the last of the twelve months that are averaged, the last day to '
'read entries of, and the months that are to come, before the year and in it.
22023 for no year from 1 to 9999.';

-- Days and customer are known when the plan is made, which is made for as many entries as they have.
CREATE FUNCTION credits._budget_rate(year integer, of_customer text, today date) RETURNS TABLE (
    customer       text,
    type_id        integer,
    open           numeric,
    consumed       numeric,
    ahead_before   numeric,
    ahead          numeric,
    history_months integer,
    per_month      numeric
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    period record;
    first_month date;
BEGIN
    period := credits._budget_period(year, today);
    first_month := period.last_month - interval '11 months';
    RETURN QUERY
    WITH month AS ( -- weight: 12 of the newest of the months that are averaged, one less for each before
        SELECT moved.customer, moved.type_id, moved.month,
               12 - credits._months_between(moved.month, period.last_month) AS weight, moved.consumed, moved.ahead
        FROM (SELECT moved.customer, moved.type_id, credits._month_of(moved.booked_on) AS month,
                     coalesce(sum(moved.credits) FILTER (WHERE moved.booked_on <= today), 0) AS consumed,
                     coalesce(sum(moved.credits) FILTER (WHERE moved.booked_on > today), 0) AS ahead
              FROM credits._consumption(first_month, period.read_until, of_customer) AS moved
              GROUP BY moved.customer, moved.type_id, 3) AS moved
    ),
    account AS MATERIALIZED ( -- once per account, not per month
        SELECT its.customer, its.type_id, its.balance,
               CASE WHEN credits._month_of(started.on_day) > period.last_month THEN 0
                    -- The month in which he started counts when it is full, or the last one.
                    ELSE least(12, 1 + credits._months_between(
                        least((started.on_day + interval '1 month' - interval '1 day')::date, period.last_month),
                                                               period.last_month)) END AS months
        FROM credits.account AS its
        CROSS JOIN LATERAL (
            SELECT coalesce(
                (SELECT lot.booked_on -- who bought before these months has all of them, whatever his other lots say
                 FROM credits.lot
                 WHERE lot.customer = its.customer AND lot.type_id = its.type_id AND lot.lot_no = 1 AND lot.quantity > 0
                   AND lot.booked_on < first_month),
                (SELECT min(lot.booked_on)
                 FROM credits.lot
                 WHERE lot.customer = its.customer AND lot.type_id = its.type_id AND lot.quantity > 0)) AS on_day) AS started
        WHERE (of_customer IS NULL OR its.customer = of_customer)
          AND started.on_day <= period.read_until
    ),
    moved AS (
        SELECT account.*, month.month, month.weight, month.consumed, month.ahead
        FROM account
        LEFT JOIN month USING (customer, type_id)
    )
    SELECT
        moved.customer,
        moved.type_id,
        moved.balance,
        coalesce(sum(moved.consumed) FILTER (WHERE moved.month BETWEEN period.first_day AND period.last_day), 0),
        coalesce(sum(moved.ahead) FILTER (WHERE moved.month < period.first_day), 0),
        coalesce(sum(moved.ahead) FILTER (WHERE moved.month BETWEEN period.first_day AND period.last_day), 0),
        moved.months,
        -- 12 + 11 + ... are months * (25 - months) / 2
        CASE WHEN bool_or(moved.consumed <> 0 AND moved.weight BETWEEN 13 - moved.months AND 12)
             THEN round(2 * greatest(0, sum(moved.weight * moved.consumed) FILTER (
                 WHERE moved.weight BETWEEN 13 - moved.months AND 12))
                        / (moved.months * (25 - moved.months)), 4) END
    FROM moved
    GROUP BY moved.customer, moved.type_id, moved.balance, moved.months;
END
$$;
COMMENT ON FUNCTION credits._budget_rate(integer, text, date) IS
'How fast each account is consumed: what is open, consumed in the year until today, booked already with a later date (before '
'the year, in it), the months that are averaged and their weighted average, in credits.
Of one customer or, for null, of all, and of inactive types too.';

CREATE FUNCTION credits._open_value(customer text, type_id integer, first_credit numeric,
                                    last_credit numeric) RETURNS TABLE (value numeric)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(sum((least(lot.until, last_credit) - greatest(lot.until - lot.remaining, first_credit))
                        * lot.remaining_value / lot.remaining), 0)
    FROM (SELECT open.remaining, open.remaining_value, sum(open.remaining) OVER (ORDER BY open.sold_on, open.lot_no) AS until
          FROM credits._open_lot AS open
          WHERE open.customer = _open_value.customer AND open.type_id = _open_value.type_id) AS lot
    WHERE lot.until > first_credit
      AND lot.until - lot.remaining < last_credit;
END;
COMMENT ON FUNCTION credits._open_value(text, integer, numeric, numeric) IS
'Money, not rounded: what those open credits of an account are worth that are drawn after the first so many and until the last, '
'oldest first.';

CREATE TYPE credits._budget_line AS (
    customer             text,
    type_code            text,
    consumed             numeric,
    per_month            numeric,
    expected_by_year_end numeric,
    expected_amount      numeric,
    open                 numeric,
    months_left          numeric,
    credits_to_buy       numeric,
    amount_to_buy        numeric,
    runs_out_on          date,
    year_total           numeric,
    price                numeric,
    currency             text,
    history_months       integer,
    customer_name        text
);
COMMENT ON TYPE credits._budget_line IS 'A row of budget().';

CREATE FUNCTION credits._budget(year integer, customer text, today date) RETURNS SETOF credits._budget_line
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
BEGIN ATOMIC
    SELECT
        rate.customer,
        type.code,
        trim_scale(rate.consumed),
        trim_scale(rate.per_month),
        trim_scale(due.expected),
        round(worth.value + CASE WHEN short.credits = 0 THEN 0 ELSE short.credits * price.amount / price.credits END,
              money.decimals),
        trim_scale(rate.open),
        round(rate.open / nullif(rate.per_month, 0), 1),
        trim_scale(short.credits),
        round(short.credits * price.amount / price.credits, money.decimals),
        run_out.day,
        trim_scale(rate.consumed + rate.ahead + due.expected),
        trim_scale(round(price.amount / price.credits, 4)),
        type.currency,
        rate.history_months,
        named.name
    FROM credits._budget_rate(year, _budget.customer, today) AS rate
    JOIN credits.credit_type AS type USING (type_id)
    LEFT JOIN credits.customer AS named ON named.customer = rate.customer
    CROSS JOIN credits._budget_period(year, today) AS period
    CROSS JOIN LATERAL (SELECT credits._money_decimals(type.currency) AS decimals) AS money
    -- What is booked already with a later date is expected no more. greatest() takes null for nothing, hence the CASE.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN rate.per_month IS NOT NULL
            THEN greatest(0, round(rate.per_month * period.months_before, 4) - rate.ahead_before) END AS before,
               CASE WHEN rate.per_month IS NOT NULL
                   THEN greatest(0, round(rate.per_month * period.months_to_come, 4) - rate.ahead) END AS expected) AS due
    CROSS JOIN LATERAL (
        SELECT CASE WHEN due.expected IS NOT NULL THEN greatest(0, due.expected - greatest(0, rate.open - due.before)) END
            AS credits) AS short
    LEFT JOIN LATERAL ( -- the last one that is no gift, no opening, and was not credited as a whole
        SELECT lot.amount, lot.quantity
        FROM credits.lot
        WHERE lot.customer = rate.customer AND lot.type_id = rate.type_id AND lot.amount > 0 AND lot.quantity > lot.credited
        ORDER BY lot.sold_on DESC, lot.lot_no DESC
        LIMIT 1) AS sale ON true
    CROSS JOIN LATERAL (
        SELECT CASE type.valuation WHEN 'fixed' THEN type.unit_value ELSE sale.amount END AS amount,
               CASE type.valuation WHEN 'fixed' THEN 1 ELSE sale.quantity END AS credits) AS price
    CROSS JOIN LATERAL credits._open_value(rate.customer, rate.type_id, due.before, due.before + due.expected) AS worth
    CROSS JOIN LATERAL credits._day_after_months(today, rate.open / nullif(rate.per_month, 0)) AS run_out
    WHERE type.active
    ORDER BY rate.customer, type.code;
END;
COMMENT ON FUNCTION credits._budget(integer, text, date) IS
'budget() as it is on a day.';

CREATE FUNCTION credits.budget(year integer, customer text DEFAULT NULL) RETURNS SETOF credits._budget_line
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM credits._hold_tables();
    PERFORM credits._require_customer(budget.customer) WHERE budget.customer IS NOT NULL;
    RETURN QUERY
    SELECT * FROM credits._budget(year, budget.customer, CURRENT_DATE);
END
$$;
COMMENT ON FUNCTION credits.budget(integer, text) IS
'What each customer will consume until the end of a year, and has to buy for it, per active credit type.
It goes by the dates that entries are booked on; doc/reports.md works it out.
Returns:
- consumed: credits consumed in the year, net of returns, until today
- per_month: credits per month, the weighted average of the last twelve full months before this one, or of a past year''s '
'twelve
- history_months: how many of them count
- expected_by_year_end: credits at that rate from tomorrow until 31 December, less what is booked already with a later date
- expected_amount: money; the open credits that are expected to be consumed, oldest first, at their value, the rest at the '
'price
- open: credits left now
- months_left: open / per_month
- credits_to_buy: expected beyond what is open, for a later year beyond what is left of it then
- amount_to_buy: money, at the price
- runs_out_on: when open credits run out at that rate; today when there are none, null after the year 9999
- year_total: credits, consumed, booked with a later date in the year, and expected
- price: money per credit, shown with at most 4 decimals; currency: of the money
The weight of a month is 12 for the newest, one less for each before it; the average is at least 0.
Months count since the account''s first sale; the month of that only when it began on its first day, or is the only one.
per_month is null when no month counts, or nothing was consumed in them, and so is all that follows from it.
This month is expected by its days; a past year expects 0, a later year all its twelve months.
The price is amount / quantity of the last sale that is no gift, no opening and not credited as a whole.
Of a fixed valuation it is the type''s unit value. It is null for none, and so are amounts that need it.
Accounts that began after the year are left out.
Arguments:
- year: 1 to 9999
- customer: null for all; the credits of a contact or branch are those of the customer that he points to
For credits_reader.
Errors:
- 22023: no such year
- P0002: no such customer
Rule 29.';
