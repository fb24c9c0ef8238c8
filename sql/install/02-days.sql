-- Days, as far as dates go: a timestamp ends in the year 294276, a date in 5874897, and whatever goes by way of a timestamp fails
-- for a day after that. One such day in one document must not break the reports of all others.

-- Without settings, to be inlined: it is evaluated for each entry.
CREATE FUNCTION credits._month_of(day date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN day < DATE '4713-01-01 BC' THEN DATE '4714-11-24 BC' -- the first day that there is
            ELSE day - (extract(day FROM day)::integer - 1) END;
COMMENT ON FUNCTION credits._month_of(date) IS
'The first day of the month that a day is in.';

-- The calendar comes again every 400 years.
CREATE FUNCTION credits._dated_late(day date, format text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT replace(to_char(make_date(alike.year, extract(month FROM day)::integer, extract(day FROM day)::integer), format),
                       alike.year::text, extract(year FROM day)::text)
        FROM (SELECT (2000 + extract(year FROM day) % 400)::integer AS year) AS alike);
COMMENT ON FUNCTION credits._dated_late(date, text) IS
'A day that no timestamp has, in a format of to_char().';

-- Without settings, to be inlined: it is evaluated for each row of a page.
CREATE FUNCTION credits._dated(day date, format text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN day < DATE '294276-01-01' THEN to_char(day, format) ELSE credits._dated_late(day, format) END;
COMMENT ON FUNCTION credits._dated(date, text) IS
'A day in a format of to_char().';
