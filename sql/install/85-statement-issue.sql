-- Delivery of the customers' statements: whose is due, and the pages that were made, for whoever sends them.

CREATE TABLE credits.statement_issue (
    customer  text        COLLATE "C" NOT NULL,
    cycle     text        NOT NULL CHECK (cycle IN ('week', 'month', 'quarter')),
    from_date date        NOT NULL,
    to_date   date        NOT NULL,
    issued_at timestamptz NOT NULL,
    html      text        NOT NULL,
    figures   jsonb       NOT NULL,
    PRIMARY KEY (customer, cycle, from_date)
);
COMMENT ON TABLE credits.statement_issue IS
'The statements that statement_run() made: one row per customer and period.
They stay as they were made; credits_management may delete one, to have it made again.';
COMMENT ON COLUMN credits.statement_issue.customer  IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.statement_issue.cycle     IS 'week, month or quarter: that of the customer at the time';
COMMENT ON COLUMN credits.statement_issue.from_date IS 'first day of the period';
COMMENT ON COLUMN credits.statement_issue.to_date   IS 'last day of the period';
COMMENT ON COLUMN credits.statement_issue.issued_at IS 'when it was made';
COMMENT ON COLUMN credits.statement_issue.html      IS 'the page, in the language of the customer at the time';
COMMENT ON COLUMN credits.statement_issue.figures IS
'per credit type: type_code, opening, came_in, went_out and closing, in credits';
SELECT pg_catalog.pg_extension_config_dump('credits.statement_issue', '');

CREATE VIEW credits.own_statement WITH (security_barrier) AS
SELECT
    customer,
    cycle,
    from_date,
    to_date,
    issued_at,
    html,
    figures
FROM credits.statement_issue
WHERE customer = (SELECT own.customer FROM credits._own_customer AS own);
COMMENT ON VIEW credits.own_statement IS
'The rows of statement_issue that are the customer''s own: of the same customer as own_portfolio.
For credits_customer.
Rule 29.';
COMMENT ON COLUMN credits.own_statement.customer  IS 'the ERP''s key as text, the same in every row';
COMMENT ON COLUMN credits.own_statement.cycle     IS 'week, month or quarter';
COMMENT ON COLUMN credits.own_statement.from_date IS 'first day of the period';
COMMENT ON COLUMN credits.own_statement.to_date   IS 'last day of the period';
COMMENT ON COLUMN credits.own_statement.issued_at IS 'when it was made';
COMMENT ON COLUMN credits.own_statement.html      IS 'the page';
COMMENT ON COLUMN credits.own_statement.figures IS
'per credit type: type_code, opening, came_in, went_out and closing, in credits';

CREATE FUNCTION credits._statement_figures(customer text, from_date date, to_date date) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(jsonb_agg(to_jsonb(total) ORDER BY total.type_code), '[]')
    FROM (SELECT line.type_code,
                 max(line.balance) FILTER (WHERE line.kind = 'opening') AS opening,
                 trim_scale(coalesce(sum(line.quantity) FILTER (WHERE kind.movement <> 'consumed'), 0)) AS came_in,
                 trim_scale(-coalesce(sum(line.quantity) FILTER (WHERE kind.movement = 'consumed'), 0)) AS went_out,
                 max(line.balance) FILTER (WHERE line.kind = 'closing') AS closing
          FROM credits._statement_lines(_statement_figures.customer, from_date, to_date) AS line
          LEFT JOIN credits._entry_kind() AS kind ON kind.label = line.kind -- opening and closing are none
          GROUP BY line.type_code) AS total;
END;
COMMENT ON FUNCTION credits._statement_figures(text, date, date) IS
'The totals of a statement, per credit type.';

CREATE FUNCTION credits.statement_due(day date DEFAULT CURRENT_DATE) RETURNS TABLE (
    customer      text,
    customer_name text,
    cycle         text,
    from_date     date,
    to_date       date,
    language      text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY
    SELECT of.customer, of.name, of.statement_cycle, period.from_date, period.to_date, of.language
    FROM credits.customer AS of
    CROSS JOIN LATERAL (SELECT date_trunc(of.statement_cycle, day::timestamp) AS until) AS present
    CROSS JOIN LATERAL (
        SELECT (present.until - CASE of.statement_cycle WHEN 'week' THEN interval '7 days'
                                                        WHEN 'month' THEN interval '1 month'
                                                        ELSE interval '3 months' END)::date AS from_date,
               (present.until - interval '1 day')::date AS to_date) AS period
    WHERE of.statement_cycle IS NOT NULL
      AND isfinite(day)
      AND EXISTS (SELECT FROM credits._lot_by_customer AS lot
                  WHERE lot.customer = of.customer AND lot.booked_on <= period.to_date)
      AND NOT EXISTS (SELECT FROM credits.statement_issue AS issue
                      WHERE issue.customer = of.customer AND issue.cycle = of.statement_cycle
                        AND issue.from_date = period.from_date)
    ORDER BY of.customer;
END
$$;
COMMENT ON FUNCTION credits.statement_due(date) IS
'The customers whose statement is due on a day, by customer.statement_cycle, and not made yet.
It is that of the last week (Monday to Sunday), month or quarter that was over before the day.
Customers who never had credits by then are left out.
For credits_reader.
Rule 29.';

CREATE FUNCTION credits.statement_run(day date DEFAULT CURRENT_DATE) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made integer := 0;
    due  record;
BEGIN
    IF isfinite(day) IS NOT TRUE THEN
        RAISE EXCEPTION 'invalid value for argument "day": %', coalesce(day::text, 'null')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the day on which the statements are due.';
    END IF;
    IF day > CURRENT_DATE THEN
        RAISE EXCEPTION 'day % is in the future', day
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('Today is %s.', CURRENT_DATE),
                  HINT = 'Statements are made when their period is over.';
    END IF;
    FOR due IN SELECT * FROM credits.statement_due(day) LOOP
        INSERT INTO credits.statement_issue (customer, cycle, from_date, to_date, issued_at, html, figures)
        VALUES (due.customer, due.cycle, due.from_date, due.to_date, clock_timestamp(),
                credits._statement_page(due.customer, due.from_date, due.to_date, NULL),
                credits._statement_figures(due.customer, due.from_date, due.to_date))
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            made := made + 1;
        END IF;
    END LOOP;
    IF made > 0 AND (SELECT notify FROM credits.parameter) THEN
        PERFORM pg_notify('credits_statement', json_build_object('day', day, 'statements', made)::text);
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION credits.statement_run(date) IS
'Makes the statements that are due on a day, into statement_issue, and returns how many.
It is safe to repeat: what is there stays as it is.
A period that nobody asked for in time is made by naming a day of the period after it.
It sends NOTIFY credits_statement with the day and the number, where parameter.notify allows it.
For credits_management.
Errors:
- 22023: no day, or one in the future
Rule 29.';
