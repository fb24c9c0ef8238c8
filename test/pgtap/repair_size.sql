-- A repair costs by the lines that it mends (rule 24): two tables are read to list them, and one once more to look for rows,
-- however many there are. Each case takes a second or a few; it took minutes when the cost of a line grew with their number.
BEGIN;
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
\ir repair.psql
SELECT plan(5);

-- Given: 5000 customers with 10 credits, of which they used 2.
INSERT INTO credits.customer (customer, name, works_with_credits)
SELECT 'K' || n, 'K', true FROM generate_series(1, 5000) AS n;
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount)
SELECT 10000 + n, 'K' || n, date '2026-01-01', 'S' || n, 'S', 10, 100 FROM generate_series(1, 5000) AS n
UNION ALL
SELECT 20000 + n, 'K' || n, date '2026-01-02', 'H' || n, 'H', 2, 0 FROM generate_series(1, 5000) AS n;
ANALYZE credits._account, credits._lot, credits._entry, credits.customer, shop.slip; -- as it has been, long before a repair
SET LOCAL track_functions = 'all';
SET LOCAL statement_timeout = '30s';

CREATE FUNCTION pg_temp.readings() RETURNS bigint LANGUAGE sql VOLATILE AS
$$SELECT coalesce(pg_stat_get_xact_function_calls('credits._wanted_line'::regproc), 0)$$;

-- Breaks it behind the triggers; then what take_in() did, what is wrong afterwards, and how often it has read a table. Of none of
-- it anything stays.
CREATE FUNCTION pg_temp.mended(broken text, expected text, description text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    taken  record;
    before bigint;
    had    text;
    read   bigint;
BEGIN
    PERFORM pg_temp.behind(broken);
    before := pg_temp.readings();
    SELECT lines, refused INTO taken FROM credits.take_in(on_refusal => 'report');
    read := pg_temp.readings() - before;
    ANALYZE credits._account, credits._lot, credits._entry; -- verify() looks at other things, by plans of its own
    had := format('%s lines, %s refused, %s readings', taken.lines, taken.refused, read)
           || coalesce((SELECT '; ' || string_agg(wrong, ', ' ORDER BY wrong)
                        FROM (SELECT count(*) || ' ' || invariant FROM credits.verify() GROUP BY invariant) AS v (wrong)), '');
    RAISE SQLSTATE 'TRIED';
EXCEPTION WHEN SQLSTATE 'TRIED' THEN
    RETURN is(had, expected, description);
END
$$;

SELECT pg_temp.mended('DELETE FROM shop.slip WHERE id > 20000', '5000 lines, 0 refused, 3 readings', 'deleted uses');
SELECT pg_temp.mended('UPDATE shop.slip SET id = id + 100000', '20000 lines, 0 refused, 3 readings', 'other keys');
SELECT pg_temp.mended($$UPDATE shop.slip SET customer = 'K' || id % 10000 % 5000 + 1 WHERE id > 20000$$,
    '5000 lines, 0 refused, 3 readings', 'each customer hands a use over to the next');
SELECT pg_temp.mended($$UPDATE shop.slip SET customer = 'K' || id % 10000 % 5000 + 1$$,
    '10000 lines, 0 refused, 3 readings', 'each customer hands all over to the next');
SELECT pg_temp.mended('UPDATE shop.slip SET quantity = 1 WHERE id < 20000',
    '0 lines, 5000 refused, 2 readings; 5000 line_booked', 'sales that become smaller than what was used of them');
SELECT * FROM finish();
ROLLBACK;
