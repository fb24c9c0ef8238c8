-- verify() costs by the rows that it reads, whatever was known of them when they were counted last:
-- seconds, where it took minutes.
BEGIN;
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
SELECT plan(3);

CREATE FUNCTION pg_temp.sell(first integer, last integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO credits.customer (customer) SELECT 'K' || n FROM generate_series(first, last) AS n;
    INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount)
    SELECT 10000 + n, 'K' || n, date '2026-01-01', 'S' || n, 'S', 10, 100 FROM generate_series(first, last) AS n
    UNION ALL
    SELECT 20000 + n, 'K' || n, date '2026-01-02', 'H' || n, 'H', 2, 0 FROM generate_series(first, last) AS n;
$$;
SELECT pg_temp.sell(1, 10);
ANALYZE credits._account, credits._lot, credits._entry, credits.customer, shop.slip; -- as it has been, when there were few
SELECT pg_temp.sell(11, 4000);
SET LOCAL statement_timeout = '5s';
SELECT is_empty('SELECT * FROM credits.verify()', 'when there are more customers and lines');
RESET statement_timeout;
DELETE FROM shop.slip WHERE id > 20000;
SET LOCAL statement_timeout = '5s';
SELECT is_empty('SELECT * FROM credits.verify()', 'when uses have gone');
UPDATE credits._entry SET value = value - 1 WHERE account_no = pg_temp.no('K7') AND entry_no = 3;
SELECT bag_has($$SELECT invariant FROM credits.verify()$$, $$VALUES ('reversal_within_draw')$$, 'and something is found');
SELECT * FROM finish();
ROLLBACK;
