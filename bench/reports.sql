-- What a customer with 1 000 000 entries waits for his reports, in a ledger of 1 200 000. In an empty database; prints medians.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION credits;
SET max_parallel_workers_per_gather = 0; -- what workers read is not counted

-- Five years, 2021 to 2025. BIG has 547 or 548 entries a day, of two types, 2 000 others one every 18 days. A lot is 10 credits
-- for 100.00, every 21st entry of an account sells one; the others draw 0.5 for 5.00 from it, so that the last lot alone is open,
-- if any.
INSERT INTO credits.credit_type (type_id, code) VALUES (1, 'SUPPORT'), (2, 'TRAINING');
UPDATE credits.parameter SET notify = false;
INSERT INTO credits.customer (customer) VALUES ('BIG');
INSERT INTO credits.customer (customer) SELECT 'C' || n FROM generate_series(1, 2000) AS n;

CREATE TEMPORARY TABLE booked AS
SELECT customer, type_id, entry_no, 1 + (entry_no - 1) / 21 AS lot_no, entry_no % 21 = 1 AS is_sale,
       '2021-01-01'::date + ((entry_no - 1) * 1826 / entries)::int AS day
FROM (VALUES ('BIG', 1, 800000), ('BIG', 2, 200000)) AS big (customer, type_id, entries)
CROSS JOIN LATERAL generate_series(1::bigint, entries) AS entry_no
UNION ALL
SELECT 'C' || c, 1 + c % 2, entry_no, 1 + (entry_no - 1) / 21, entry_no % 21 = 1,
       '2021-01-01'::date + (((entry_no - 1) * 1826 + c) / 101)::int
FROM generate_series(1, 2000) AS c
CROSS JOIN generate_series(1::bigint, 100) AS entry_no;
INSERT INTO credits._entry (customer, type_id, entry_no, lot_no, booked_on, document_date, kind,
                           quantity, value, amount, balance_after, line_key,
                           document_kind, document_number, article, recorded_at, recorded_by)
SELECT customer, type_id, entry_no, lot_no, day, day, CASE WHEN is_sale THEN 'sale' ELSE 'consumption' END,
       CASE WHEN is_sale THEN 10 ELSE -0.5 END,
       CASE WHEN is_sale THEN 100.00 ELSE -5.00 END, CASE WHEN is_sale THEN 100.00 END,
       sum(CASE WHEN is_sale THEN 10 ELSE -0.5 END) OVER (PARTITION BY customer, type_id ORDER BY entry_no),
       customer || '/' || type_id || '/' || entry_no, 'invoice', 'D' || entry_no / 4, CASE WHEN is_sale
           THEN 'PACK' ELSE 'HOUR' END, day, 'bench'
FROM booked ORDER BY day, customer, type_id, entry_no;
INSERT INTO credits._lot (customer, type_id, lot_no, last_entry_no, open, sold_on, booked_on, quantity,
                          amount, value, remaining, remaining_value, article)
SELECT customer, type_id, lot_no, max(entry_no), count(*) < 21, min(day), min(day), 10, 100.00, 100.00,
       10 - 0.5 * count(*) FILTER (WHERE NOT is_sale), 100.00 - 5 * count(*) FILTER (WHERE NOT is_sale), 'PACK'
FROM booked GROUP BY customer, type_id, lot_no;
INSERT INTO credits._account (customer, type_id, last_lot_no, last_entry_no, below_alarm, balance, value)
SELECT customer, type_id, max(lot_no), max(last_entry_no), false, sum(remaining), sum(remaining_value)
FROM credits._lot GROUP BY customer, type_id;
DROP TABLE booked;
VACUUM ANALYZE;
CHECKPOINT;

-- Milliseconds of a query, with all its rows, and the rows of the ledger that it reads: a bitmap is counted by the rows in its
-- blocks.
CREATE FUNCTION pg_temp.took(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    start CONSTANT timestamptz := clock_timestamp();
BEGIN
    EXECUTE format('SELECT count(report) FROM (%s) AS report', query);
    RETURN 1000 * extract(epoch FROM clock_timestamp() - start);
END
$$;
CREATE FUNCTION pg_temp.read() RETURNS bigint LANGUAGE sql AS
$$SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relid = 'credits._entry'::regclass$$;

CREATE TEMPORARY TABLE report (position int, what text, query text);
INSERT INTO report VALUES
    (1, 'portfolio', $$SELECT * FROM credits.portfolio WHERE customer = 'BIG'$$),
    (2, 'open_lot', $$SELECT * FROM credits.open_lot WHERE customer = 'BIG'$$),
    (3, 'statement_month, the last one', $$SELECT * FROM credits.statement_month('BIG', '2025-12-31')$$),
    (4, 'statement_month, three years ago', $$SELECT * FROM credits.statement_month('BIG', '2022-12-31')$$),
    (5, 'statement_month, three years ago, 100 entries', $$SELECT * FROM credits.statement_month('C7', '2022-12-31')$$),
    (6, 'history of one day, three years ago',
     $$SELECT * FROM credits.history WHERE customer = 'BIG' AND booked_on = '2022-12-31'$$),
    (7, 'bare: all entries of BIG added up',
     $$SELECT type_id, sum(quantity) FROM credits.entry WHERE customer = 'BIG' GROUP BY type_id$$);

CREATE TEMPORARY TABLE result (position int, took numeric, read bigint, rows bigint);
CREATE FUNCTION pg_temp.run_round() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    run     report;
    before  bigint;
    elapsed numeric;
    found   bigint;
BEGIN
    FOR run IN SELECT * FROM report ORDER BY position LOOP
        before := pg_temp.read();
        elapsed := pg_temp.took(run.query);
        EXECUTE format('INSERT INTO result SELECT %s, %s, %s, count(*) FROM (%s) AS report', run.position,
                       elapsed, pg_temp.read() - before, run.query);
    END LOOP;
END
$$;
SELECT pg_temp.run_round() \g /dev/null
TRUNCATE result;
SELECT pg_temp.run_round() FROM generate_series(1, :rounds) \g /dev/null

\pset format unaligned
\pset tuples_only on
SELECT format(E'\n%-54s %11s %11s %11s', 'BIG: ' || count(*) FILTER (WHERE customer = 'BIG') || ' entries of ' || count(*),
              'time   ', 'entries read', 'rows')
FROM credits.entry;
SELECT format('  %-52s %8s ms %11s %11s', report.what,
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY result.took)::numeric, 1), max(result.read), max(result.rows))
FROM result JOIN report USING (position) GROUP BY report.position, report.what ORDER BY report.position;
