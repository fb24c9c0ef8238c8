-- Closing a month of 1 000 000 entries against a bare GROUP BY over them. In an empty database; prints medians of interleaved
-- rounds.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION credits;
SET jit = off; -- as the closing has it

-- 12 500 accounts of two types: in February one lot and 7 draws, in March 4 lots and 76 draws, in April as in February. A lot is
-- 10 credits for 100.00, a draw 0.5 for 5.00.
INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '460000'), ('RES', '700000');
INSERT INTO credits.credit_type (type_id, code, balance_account, activation_article, result_account, result_article) VALUES
    (1, 'SUPPORT', '460000', 'ACT', '700000', 'RES'), (2, 'TRAINING', '460000', 'ACT', '700000', 'RES');
INSERT INTO credits.article (article, type_id, coefficient, ledger_account)
SELECT 'PACK' || n, 1 + n % 2, 1, '700000' FROM generate_series(1, 10) AS n;
UPDATE credits.parameter SET fixed_relation = 'OWN', notify = false;
INSERT INTO credits.customer (customer) SELECT 'C' || n FROM generate_series(1, 10000) AS n;

CREATE TEMPORARY TABLE booked AS
SELECT 'C' || c AS customer, type_id, entry_no, lot_no, is_sale, first_day + (place * 27 / entries)::int AS day
FROM generate_series(1, 10000) AS c
CROSS JOIN (VALUES (1), (2)) AS type (type_id)
CROSS JOIN (VALUES ('2026-02-01'::date, 8, 0, 1), ('2026-03-01', 80, 8, 2), ('2026-04-01', 8, 88, 6))
    AS month (first_day, entries, before, first_lot)
CROSS JOIN LATERAL (SELECT place, before + place AS entry_no, first_lot + (place - 1) / 20 AS lot_no, place % 20 = 1 AS is_sale
                    FROM generate_series(1, entries) AS place) AS entry
WHERE type_id = 1 OR c % 4 = 0;
INSERT INTO credits._account_key (customer, type_id) SELECT DISTINCT customer, type_id FROM booked;
INSERT INTO credits._provenance (document_kind, recorded_by) VALUES ('manual', 'bench');
INSERT INTO credits._entry (account_no, entry_no, lot_no, booked_on, kind, quantity, value, amount, balance_after, line_no,
                            line_key, provenance_no, recorded_at)
SELECT account_no, entry_no, lot_no, day, credits._kind_code(CASE WHEN is_sale THEN 'sale' ELSE 'consumption' END),
       CASE WHEN is_sale THEN 10 ELSE -0.5 END,
       CASE WHEN is_sale THEN 100.00 ELSE -5.00 END, CASE WHEN is_sale THEN 100.00 END,
       sum(CASE WHEN is_sale THEN 10 ELSE -0.5 END) OVER (PARTITION BY account_no ORDER BY entry_no),
       credits._line_no(0, line_key), line_key, (SELECT provenance_no FROM credits._provenance), now()
FROM booked
JOIN credits._account_key USING (customer, type_id)
CROSS JOIN LATERAL format('%s/%s', account_no, entry_no) AS line_key
ORDER BY day, customer, type_id, entry_no;
INSERT INTO credits._lot (account_no, lot_no, last_entry_no, open, sold_on, booked_on, quantity,
                          amount, value, remaining, remaining_value, article, ledger_account)
SELECT account_no, lot_no, max(entry_no), true, min(day), min(day), 10, 100.00, 100.00,
       10 - 0.5 * count(*) FILTER (WHERE NOT is_sale),
       100.00 - 5 * count(*) FILTER (WHERE NOT is_sale), 'PACK' || 1 + (hashtext(customer) & 7), '700000'
FROM booked JOIN credits._account_key USING (customer, type_id) GROUP BY account_no, customer, lot_no;
INSERT INTO credits._account (customer, type_id, last_lot_no, last_entry_no, below_alarm, balance, value, account_no)
SELECT customer, type_id, max(lot_no), max(last_entry_no), false, sum(remaining), sum(remaining_value), account_no
FROM credits._lot JOIN credits._account_key USING (account_no) GROUP BY account_no, customer, type_id;
DROP TABLE booked;
VACUUM ANALYZE;
CHECKPOINT;
SELECT credits.close_month('2026-02-01') \g /dev/null

-- Milliseconds of a statement, which is undone.
CREATE FUNCTION pg_temp.took(statement text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    start CONSTANT timestamptz := clock_timestamp();
    took  numeric;
BEGIN
    EXECUTE statement;
    took := 1000 * extract(epoch FROM clock_timestamp() - start);
    RAISE SQLSTATE 'UNDO0';
EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
    RETURN took;
END
$$;

CREATE TEMPORARY TABLE contest (position int, what text, settings text, bare text, since date, until date,
                                statement text, target text);
INSERT INTO contest
SELECT row_number() OVER (), format('%s, %s', verb.what, mode.what), mode.settings, mode.bare, '2026-03-01',
       '2026-04-01', verb.statement, verb.target
FROM (VALUES
    ('fixed relation, articles of the type', $$posting_relation = 'fixed_relation', posting_articles = 'type'$$, 'type_id, kind'),
    ('per customer, articles of the type', $$posting_relation = 'per_customer', posting_articles = 'type'$$,
     'type_id, kind, customer'),
    ('fixed relation, original articles', $$posting_relation = 'fixed_relation', posting_articles = 'original'$$,
     'type_id, kind, customer, lot_no'),
    ('per customer, original articles', $$posting_relation = 'per_customer', posting_articles = 'original'$$,
     'type_id, kind, customer, lot_no')) AS mode (what, settings, bare)
CROSS JOIN (VALUES
    ('preview', $$SELECT FROM credits.preview_closing('2026-03-01')$$, 'target <= 1.5'),
    ('closing', $$SELECT FROM credits.close_month('2026-03-01')$$, 'target <= 1.5')) AS verb (what, statement, target);

-- Of the past, for information, in one round: the bare ones read as many entries.
INSERT INTO contest
SELECT 8 + place, what, $$memo = NULL$$, bare, '-infinity', until, statement, ''
FROM (VALUES
    (1, 'deferred_revenue of 12 months', 'type_id, kind, booked_on', 'infinity'::date,
     $$SELECT FROM credits.deferred_revenue('2026-01-01', '2026-12-01')$$),
    (2, 'portfolio_as_of the month''s end', 'type_id, customer, lot_no', '2026-04-01',
     $$SELECT FROM credits.portfolio_as_of('2026-03-31')$$)) AS past (place, what, bare, until, statement);

CREATE TEMPORARY TABLE result (position int, bare numeric, took numeric);
CREATE FUNCTION pg_temp.run_round(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    run contest;
BEGIN
    FOR run IN SELECT * FROM contest WHERE position BETWEEN first AND last ORDER BY position LOOP
        EXECUTE 'UPDATE credits.credit_type SET ' || run.settings;
        INSERT INTO result
        SELECT run.position,
               pg_temp.took(format($q$SELECT %1$s, sum(quantity), sum(value) FROM credits.entry
                                      WHERE booked_on >= %2$L AND booked_on < %3$L GROUP BY %1$s$q$,
                                      run.bare, run.since, run.until)),
               pg_temp.took(run.statement);
    END LOOP;
END
$$;
BEGIN;
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE;
SELECT pg_temp.run_round(1, 8) \g /dev/null
TRUNCATE result;
SELECT pg_temp.run_round(1, 8) FROM generate_series(1, :rounds) \g /dev/null
SELECT pg_temp.run_round(9, 10) \g /dev/null

\pset format unaligned
\pset tuples_only on
SELECT format(E'\n%-54s %11s %11s', 'A month of ' || count(*) || ' entries', 'bare      ', 'credits    ')
FROM credits.entry WHERE booked_on >= '2026-03-01' AND booked_on < '2026-04-01';
SELECT format('  %-52s %8s ms %8s ms %6s x  %s', contest.what,
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY result.bare)::numeric),
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY result.took)::numeric),
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY result.took / result.bare)::numeric, 2), contest.target)
FROM result JOIN contest USING (position) GROUP BY contest.position, contest.what, contest.target ORDER BY contest.position;
