-- How much of the ledger a report reads: each entry once, or those of its days alone (rule 29).
VACUUM FULL credits._entry; -- the index by day remembers what tests before have rolled back, block by block
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(23);

-- Two years, month by month; a tenth is BIG's, 200 customers have the rest.
INSERT INTO credits.customer (customer) SELECT 'C' || n FROM generate_series(0, 199) AS n;
INSERT INTO credits.customer (customer) VALUES ('BIG');
CREATE FUNCTION pg_temp.fill(first date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
    SELECT (first - date '2023-01-01') * 1000 + n, CASE WHEN n % 10 = 0 THEN 'BIG' ELSE 'C' || n % 200 END, first + n * 28 / 2000,
           CASE WHEN n <= 220 THEN 'S' ELSE 'H' END, CASE WHEN n <= 220 THEN 40 ELSE 1 END, CASE WHEN n <= 220 THEN 400 ELSE 0 END
    FROM generate_series(1, 2000) AS n
$$;
SELECT pg_temp.fill(first::date) FROM generate_series('2024-01-01'::timestamp, '2025-12-01', '1 month') AS first \g /dev/null
SELECT count(*) AS entries FROM credits.entry \gset
SELECT cmp_ok(:entries, '>=', 48000, 'the ledger is large enough to tell');
SELECT brin_summarize_new_values(index.indexrelid)
FROM pg_index AS index JOIN pg_class AS of ON of.oid = index.indexrelid JOIN pg_am AS method ON method.oid = of.relam
WHERE index.indrelid = 'credits._entry'::regclass AND method.amname = 'brin' \g /dev/null
ANALYZE credits._entry, credits._lot, credits._account, credits._account_key, credits.credit_type, credits.customer;

-- The entries that are read, over all that there are; of a bitmap all those in its blocks, some hundred in each. What parallel
-- workers read would not be counted.
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.share_read(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    read bigint := (SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'credits._entry'::regclass);
BEGIN
    EXECUTE query;
    RETURN ((SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'credits._entry'::regclass) - read)
           / (SELECT count(*) FROM credits.entry)::numeric;
END
$$;
CREATE FUNCTION pg_temp.reads(query text, at_most numeric) RETURNS text LANGUAGE sql AS
$$SELECT cmp_ok(round(pg_temp.share_read('SELECT * FROM credits.' || query), 3), '<=', at_most, query)$$;
SELECT pg_temp.reads(query, at_most)
FROM (VALUES
    ($$portfolio_as_of('2025-11-30')$$, 1.25), -- each once, and those of the days since
    ($$portfolio_as_of('2024-01-31')$$, 1.25),
    ($$open_lot_as_of('2025-11-30')$$, 0.25),
    ($$open_lot_as_of('2024-01-31')$$, 1.02),
    ($$deferred_revenue_detail('2025-11-30', 'SUPPORT')$$, 0.25),
    ($$deferred_revenue('2024-01-01', '2025-12-01')$$, 1.02),
    ($$deferred_revenue('2024-01-01', '2024-12-01')$$, 0.65),
    ($$consumption_by_month(2025)$$, 0.65),
    ($$consumption_by_month(2025, 'C7')$$, 0.05),
    ($$consumption_by_day('2025-06-01')$$, 0.35),
    ($$_budget(2025, NULL, '2025-12-31')$$, 0.65),
    ($$_budget(2025, 'C7', '2025-12-31')$$, 0.05),
    ($$portfolio$$, 0.02),
    ($$portfolio_html()$$, 0.25),
    ($$statement('C7', '2025-01-01', '2025-12-31')$$, 0.05),
    ($$statement_month('BIG', '2025-12-01')$$, 0.1),
    ($$statement_html('C7', '2025-01-01', '2025-12-31')$$, 0.05),
    ($$metric$$, 0.02),
    ($$statement_due('2026-01-01')$$, 0)) AS report (query, at_most);
SELECT is(round(pg_temp.share_read($$SELECT * FROM credits.entry$$), 3), 1.000, 'the share is what is read');

-- Settings are asked once per type, not per account.
CREATE FUNCTION pg_temp.settings_asked(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    asked bigint := (SELECT seq_scan + idx_scan FROM pg_stat_xact_user_tables WHERE relid = 'credits.setting_change'::regclass);
BEGIN
    EXECUTE query;
    RETURN (SELECT seq_scan + idx_scan FROM pg_stat_xact_user_tables WHERE relid = 'credits.setting_change'::regclass) - asked;
END
$$;
SELECT cmp_ok(pg_temp.settings_asked(format('SELECT * FROM credits.%s(%L)', report, '2025-11-30')), '<=', 20::bigint,
              report || ' asks settings once per type')
FROM unnest('{portfolio_as_of, open_lot_as_of}'::text[]) AS report;

SELECT * FROM finish();
ROLLBACK;
VACUUM (ANALYZE) credits._entry; -- the room, and the number of rows, which ANALYZE notes for good
