-- The roll-forward: how the debt to customers came to be what it is (rules 27 and 29).

CREATE FUNCTION credits._last_month(from_month date, to_month date) RETURNS date
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF credits._first_day(from_month) > credits._first_day(to_month) THEN
        RAISE EXCEPTION 'month % comes after month %', credits._named(from_month), credits._named(to_month)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the first month, then the last one.';
    END IF;
    RETURN credits._first_day(to_month);
END
$$;
COMMENT ON FUNCTION credits._last_month(date, date) IS
'The first day of the last of some months. 22023 when it comes before the first one.';

CREATE FUNCTION credits.deferred_revenue(from_month date, to_month date) RETURNS TABLE (
    month      date,
    type_code  text,
    currency   text,
    opening    numeric,
    sold       numeric,
    consumed   numeric,
    changes    numeric,
    closing    numeric,
    difference numeric
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the days, each time
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    first  date;
    last   date;
    before date;
    after  date;
BEGIN
    PERFORM credits._hold_tables();
    last := credits._last_month(from_month, to_month);
    first := credits._first_day(from_month);
    before := first - interval '1 month';
    after := last + interval '1 month';
    RETURN QUERY
    WITH day AS ( -- by kind, so that no entry is asked for what it is
        SELECT entry.type_id, entry.booked_on, entry.kind, sum(entry.value) AS value, sum(entry.amount) AS amount
        FROM credits.entry
        WHERE entry.booked_on < after
        GROUP BY entry.type_id, entry.booked_on, entry.kind
    ),
    movement AS (
        SELECT
            day.type_id,
            greatest(credits._month_of(day.booked_on), before) AS month,
            sum(day.value) AS value,
            coalesce(sum(day.value) FILTER (WHERE day.movement = 'opening'), 0) AS opening,
            coalesce(sum(day.value) FILTER (WHERE day.movement = 'sold'), 0) AS sold,
            -coalesce(sum(day.value) FILTER (WHERE day.movement = 'consumed'), 0) AS consumed,
            coalesce(sum(day.value) FILTER (WHERE day.movement = 'changes'), 0) AS changes,
            coalesce(sum(day.amount - day.value) FILTER (WHERE day.movement = 'sold'), 0) AS difference
        FROM (SELECT day.*, credits._movement_of(day.kind) AS movement FROM day) AS day
        GROUP BY 1, 2
    ),
    standing AS (
        SELECT
            wanted.month::date AS month,
            type.type_id,
            coalesce(movement.opening, 0) AS registered,
            coalesce(movement.sold, 0) AS sold,
            coalesce(movement.consumed, 0) AS consumed,
            coalesce(movement.changes, 0) AS changes,
            coalesce(movement.difference, 0) AS difference,
            coalesce(movement.value, 0) AS value,
            sum(coalesce(movement.value, 0)) OVER (PARTITION BY type.type_id ORDER BY wanted.month) AS closing
        FROM (SELECT DISTINCT movement.type_id FROM movement) AS type
        CROSS JOIN generate_series(before, last, interval '1 month') AS wanted (month)
        LEFT JOIN movement ON movement.type_id = type.type_id AND movement.month = wanted.month
    )
    SELECT
        standing.month,
        type.code,
        type.currency,
        round(standing.closing - standing.value + standing.registered, money.decimals),
        round(standing.sold, money.decimals),
        round(standing.consumed, money.decimals),
        round(standing.changes, money.decimals),
        round(standing.closing, money.decimals),
        round(standing.difference, money.decimals)
    FROM standing
    JOIN credits.credit_type AS type USING (type_id)
    CROSS JOIN LATERAL (SELECT credits._money_decimals(type.currency) AS decimals) AS money
    WHERE standing.month >= first
      AND (standing.closing, standing.closing - standing.value + standing.registered, standing.sold,
           standing.consumed, standing.changes, standing.difference)
          <> (0, 0, 0, 0, 0, 0)
    ORDER BY standing.month, type.code;
END
$$;
COMMENT ON FUNCTION credits.deferred_revenue(date, date) IS
'The roll-forward of the deferred revenue, per month and credit type, inactive ones too.
It goes by the dates that entries are booked on: for closed months it is the same for ever.
opening + sold - consumed + changes = closing, all money:
- opening: what the month before closed with, and opening balances registered in the month
- sold: net of credit notes
- consumed: net of returns
- changes: revaluations and corrections
- closing: value of the open credits at the end of the month; once it is closed, the balance of the balance account
- difference: what was invoiced beyond the value sold: it stays in the result (rules 11 and 17)
Arguments: any days name the months.
For credits_reader.
Errors:
- 22023: the last month before the first one
Rules 27 and 29.';

CREATE FUNCTION credits.deferred_revenue_detail(month date, type_code text) RETURNS TABLE (
    customer        text,
    customer_name   text,
    lot_no          bigint,
    sold_on         date,
    document_number text,
    article         text,
    quantity        numeric,
    value           numeric,
    remaining       numeric,
    remaining_value numeric
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the day, each time
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    lots_are_ahead CONSTANT boolean := credits._lots_are_ahead();
    of_type  integer;
    last_day date;
BEGIN
    PERFORM credits._hold_tables();
    of_type := credits._type_named(deferred_revenue_detail.type_code);
    last_day := credits._first_day(month) + interval '1 month' - interval '1 day';
    RETURN QUERY
    SELECT past.customer, named.name, past.lot_no, past.sold_on, past.document_number, past.article,
           trim_scale(past.quantity), past.value, trim_scale(past.remaining), past.remaining_value
    FROM credits._lot_as_of(last_day, lots_are_ahead) AS past
    LEFT JOIN credits.customer AS named ON named.customer = past.customer
    WHERE past.type_id = of_type
    ORDER BY past.customer, past.sold_on, past.lot_no;
END
$$;
COMMENT ON FUNCTION credits.deferred_revenue_detail(date, text) IS
'The lots behind the closing value of a month in deferred_revenue(), of one credit type: their remaining_value adds up to it.
quantity and value are those of the sale, remaining what is left of them at the end of the month.
Arguments: any day names the month; the code of the type.
For credits_reader.
Errors:
- P0002: no such type
Rules 27 and 30.';
