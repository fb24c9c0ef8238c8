-- The drawings of the pages: what an inline SVG needs, in its own units. Only numbers are drawn here; lines and words are the
-- template's.

CREATE FUNCTION credits._step_of_scale(top numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT min(trim_scale(head * 10::numeric ^ exponent))
        FROM unnest('{1, 2, 5}'::numeric[]) AS head
        CROSS JOIN generate_series(-4, 14) AS exponent
        WHERE head * 10::numeric ^ exponent * 4 >= top);
COMMENT ON FUNCTION credits._step_of_scale(numeric) IS
'The distance of the marks of an axis from 0 to top: 1, 2 or 5 times a power of ten, at most 4 of them.';

-- Where a chart marks days: weeks, months or years, so that no label covers another.
CREATE FUNCTION credits._marked_days(from_date date, to_date date) RETURNS SETOF date
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT mark.day::date
    FROM (SELECT to_date - from_date + 1 AS days) AS period
    CROSS JOIN LATERAL (SELECT CASE
        WHEN period.days <= 10 THEN interval '1 day'
        WHEN period.days <= 80 THEN interval '7 days'
        WHEN period.days <= 800 THEN make_interval(months => 1 + period.days / 250)
        WHEN period.days <= 1600 THEN interval '6 months'
        ELSE make_interval(years => 1 + period.days / 2900) END AS distance) AS unit
    CROSS JOIN LATERAL generate_series(
        CASE WHEN period.days <= 80 THEN from_date::timestamp
             WHEN from_date = date_trunc('month', from_date::timestamp) THEN from_date::timestamp
             ELSE date_trunc('month', from_date::timestamp) + interval '1 month' END,
        CASE WHEN to_date < DATE '250000-01-01' THEN to_date::timestamp END, -- a longer one has no marks: they are timestamps
        unit.distance) AS mark (day);
END;
COMMENT ON FUNCTION credits._marked_days(date, date) IS
'The days that the axis of a chart of this period names.';

-- A chart of 640 x 200: the balance is a line of steps in the area from (56, 12) to (632, 168). A movement stands at the
-- beginning of its day.
CREATE FUNCTION credits._balance_chart(from_date date, to_date date, opening numeric, days date[],
                                       balances numeric[], alarm_level numeric, texts jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH scale AS (
        SELECT step.value AS step, step.value * greatest(ceil(highest.value / step.value), 1) AS top,
               576.0 / (to_date - from_date + 1) AS day_width
        FROM (SELECT greatest(opening, alarm_level, (SELECT max(balance) FROM unnest(balances) AS balance), 1) AS value)
            AS highest
        CROSS JOIN LATERAL (SELECT credits._step_of_scale(highest.value) AS value) AS step
    ),
    point AS (
        SELECT point.place, round(56 + (point.day - from_date) * scale.day_width, 1) AS x,
               round(168 - 156 * point.balance / scale.top, 1) AS y
        FROM scale
        CROSS JOIN LATERAL unnest(days, balances) WITH ORDINALITY AS point (day, balance, place)
    ),
    line AS (
        SELECT format('M56 %s', round(168 - 156 * opening / scale.top, 1))
               || coalesce((SELECT string_agg(format('H%sV%s', point.x, point.y), '' ORDER BY point.place) FROM point), '')
                   || 'H632' AS path
        FROM scale
    )
    SELECT jsonb_build_object(
        'line', line.path,
        'area', line.path || 'V168H56Z',
        'levels',
        (SELECT jsonb_agg(jsonb_build_object('y', round(168 - 156 * level / scale.top, 1), 'label',
                                             credits._written(trim_scale(level / unit.size), texts) || unit.name) ORDER BY level)
                   FROM generate_series(0, scale.top, scale.step) AS level
                   CROSS JOIN (SELECT CASE WHEN scale.top < 1e6 THEN 1 WHEN scale.top < 1e9 THEN 1e6 ELSE 1e9 END AS size,
                                      CASE WHEN scale.top < 1e6 THEN '' WHEN scale.top < 1e9 THEN ' M' ELSE ' G' END AS name)
                                      AS unit),
        'days', (SELECT jsonb_agg(jsonb_build_object('x', round(56 + (day - from_date) * scale.day_width, 1),
                                                     'label', credits._dated(day, texts ->> CASE WHEN to_date - from_date < 80
                                                         THEN 'short_date_format' ELSE 'month_format' END)) ORDER BY day)
                 FROM credits._marked_days(from_date, to_date) AS day
                 WHERE (day - from_date) * scale.day_width <= 536), -- a later label would be cut off
        'alarm', CASE WHEN alarm_level > 0 THEN jsonb_build_object('y', round(168 - 156 * alarm_level / scale.top, 1),
                                                                   'label', credits._written(trim_scale(alarm_level), texts)) END)
    FROM scale
    CROSS JOIN line;
END;
COMMENT ON FUNCTION credits._balance_chart(date, date, numeric, date[], numeric[], numeric, jsonb) IS
'A balance over a period as paths and marks. days and balances: the days on which it changed, in order, and what it was at '
'their ends; opening: what it was before.';

-- A line of 96 x 24, of at least one value.
CREATE FUNCTION credits._sparkline(amounts numeric[]) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT 'M' || string_agg(format('%s %s', round(2 + 92.0 * (point.place - 1) / greatest(cardinality(amounts) - 1, 1), 1),
                                    round(22 - 20 * point.amount / greatest(highest.amount, 0.0001), 1)),
                                    'L' ORDER BY point.place)
    FROM unnest(amounts) WITH ORDINALITY AS point (amount, place)
    CROSS JOIN (SELECT max(amount) AS amount FROM unnest(amounts) AS amount) AS highest;
END;
COMMENT ON FUNCTION credits._sparkline(numeric[]) IS
'The path of a small line without axes: from 0 to the highest of the amounts.';

-- Bars of at most 240 units, the largest first; what is beyond seven of them is one more.
CREATE FUNCTION credits._bars(labels text[], amounts numeric[], texts jsonb) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT jsonb_agg(jsonb_build_object('label', bar.label, 'amount', credits._written(trim_scale(bar.amount), texts),
                                        'width', round(240 * bar.amount / bar.largest, 1)) ORDER BY bar.place)
    FROM (SELECT least(ranked.place, 8) AS place,
                 CASE WHEN ranked.place < 8 OR count(*) = 1 THEN min(ranked.label) ELSE texts ->> 'others' END AS label,
                 sum(ranked.amount) AS amount,
                 max(sum(ranked.amount)) OVER () AS largest
          FROM (SELECT used.label, used.amount, row_number() OVER (ORDER BY used.amount DESC, used.label) AS place
                FROM unnest(labels, amounts) AS used (label, amount)
                WHERE used.amount > 0) AS ranked
          GROUP BY least(ranked.place, 8), ranked.place < 8) AS bar;
END;
COMMENT ON FUNCTION credits._bars(text[], numeric[], jsonb) IS
'What was used, by label, as bars: null when nothing was.';
