-- A repair costs by the lines that it mends (rule 24): a table is read to list them and once more to look for rows, however many
-- there are. Each case takes a second, and took minutes when the cost of a line grew with the number of lines.
BEGIN;
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
\ir repair.psql
SELECT plan(8);

-- Given: 3000 customers with 10 credits, of which they used 2 and 3.
INSERT INTO credits.customer (customer, name, works_with_credits)
SELECT 'K' || n, 'K', true FROM generate_series(1, 3000) AS n;
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount)
SELECT line * 10000 + n, 'K' || n, date '2026-01-01' + line, 'S' || n, CASE line WHEN 1 THEN 'S' ELSE 'H' END,
       CASE line WHEN 1 THEN 10 ELSE line END, CASE line WHEN 1 THEN 100 ELSE 0 END
FROM generate_series(1, 3) AS line, generate_series(1, 3000) AS n;
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
    had := format('%s lines, %s refused, %s readings', taken.lines, taken.refused, read)
           || coalesce((SELECT '; ' || string_agg(wrong, ', ' ORDER BY wrong)
                        FROM (SELECT count(*) || ' ' || invariant FROM credits.verify() GROUP BY invariant) AS v (wrong)), '');
    RAISE SQLSTATE 'TRIED';
EXCEPTION WHEN SQLSTATE 'TRIED' THEN
    RETURN is(had, expected, description);
END
$$;

SELECT pg_temp.mended('UPDATE shop.slip SET quantity = quantity - 1 WHERE id > 20000',
    '6000 lines, 0 refused, 2 readings', 'smaller uses: two tables are attached');
SELECT pg_temp.mended('DELETE FROM shop.slip WHERE id > 20000',
    '6000 lines, 0 refused, 3 readings', 'deleted uses: the table is read once more');
SELECT pg_temp.mended('DELETE FROM shop.slip', '9000 lines, 0 refused, 3 readings', 'deleted with what they were used for');
SELECT pg_temp.mended('UPDATE shop.slip SET id = id + 100000', '18000 lines, 0 refused, 3 readings', 'other keys');
SELECT pg_temp.mended($$UPDATE shop.slip SET customer = 'K' || id % 10000 % 3000 + 1 WHERE id > 30000$$,
    '3000 lines, 0 refused, 3 readings', 'each customer hands a use over to the next');
SELECT pg_temp.mended($$UPDATE shop.slip SET customer = 'K' || id % 10000 % 3000 + 1$$,
    '9000 lines, 0 refused, 3 readings', 'each customer hands all over to the next');
SELECT pg_temp.mended('UPDATE shop.slip SET quantity = 4 WHERE id < 20000',
    '0 lines, 3000 refused, 2 readings; 3000 line_booked', 'sales that become smaller than what was used of them');
SELECT pg_temp.mended($$UPDATE shop.slip SET quantity = 9 WHERE id > 30000 AND id % 2 = 0;
                        UPDATE shop.slip SET quantity = 1 WHERE id > 30000 AND id % 2 = 1$$,
    '1500 lines, 1500 refused, 2 readings; 1500 line_booked', 'half of them beyond the balance');
SELECT * FROM finish();
ROLLBACK;
