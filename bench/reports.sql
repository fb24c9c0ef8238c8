-- What who asks waits for, in a ledger of any size, filled by the ERP's own road. In an empty database, with -v entries=COUNT
-- -v rounds=COUNT; prints the medians, one a line: what|ms.
--
-- Five years, 2021 to 2025. BIG has two lines of five, a thousand customers the rest. Every 21st line of a customer sells 10
-- credits for 100.00, the others take 0.5 from the last sale. A document has up to 4 lines of his.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION credits;
CREATE SCHEMA erp;
CREATE TABLE erp.invoice (id bigint PRIMARY KEY, number text, customer text, day date, state text NOT NULL DEFAULT 'posted');
CREATE TABLE erp.invoice_line (id bigint PRIMARY KEY, invoice_id bigint NOT NULL REFERENCES erp.invoice, article text,
                               quantity numeric, amount numeric);
CREATE INDEX ON erp.invoice_line (invoice_id);

INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '460000'), ('RES', '700000');
INSERT INTO credits.credit_type (type_id, code, balance_account, activation_article, result_account, result_article)
VALUES (1, 'SUPPORT', '460000', 'ACT', '700000', 'RES');
INSERT INTO credits.article (article, type_id, coefficient, ledger_account)
VALUES ('PACK', 1, 1, '700000'), ('HALF', 1, -0.5, NULL);
UPDATE credits.parameter SET fixed_relation = 'OWN', notify = false;
INSERT INTO credits.customer (customer) VALUES ('BIG');
INSERT INTO credits.customer (customer) SELECT 'C' || n FROM generate_series(0, 999) AS n;
SELECT credits.attach('erp.invoice_line', 'invoice', article => 'article', quantity => 'quantity', amount => 'amount',
    customer => 'header.customer', document_date => 'header.day', document_number => 'header.number',
    header_table => 'erp.invoice', counts_when => $$header.state = 'posted'$$) \g /dev/null

-- The lines from `first` on; `place` is a line's among those of its customer.
CREATE FUNCTION pg_temp.lines(first bigint, count bigint, entries bigint)
RETURNS TABLE (n bigint, customer text, place bigint, invoice_id bigint, day date) LANGUAGE sql AS $$
    SELECT n, CASE WHEN is_big THEN 'BIG' ELSE 'C' || other % 1000 END, place,
           CASE WHEN is_big THEN 0 ELSE 1 + other % 1000 END * 10000000 + place / 4,
           date '2021-01-01' + (n * 1826 / entries)::int
    FROM generate_series(first, first + count - 1) AS n,
         LATERAL (SELECT n % 5 < 2 AS is_big, n / 5 * 3 + n % 5 - 2 AS other) AS s,
         LATERAL (SELECT CASE WHEN is_big THEN n / 5 * 2 + n % 5 ELSE other / 1000 END AS place) AS p
$$;
CREATE PROCEDURE pg_temp.fill(entries bigint) LANGUAGE plpgsql AS $$
DECLARE
    many CONSTANT bigint := 50000;
    first bigint;
BEGIN
    FOR first IN SELECT generate_series(0, entries - 1, many) LOOP
        INSERT INTO erp.invoice
        SELECT invoice_id, 'D' || invoice_id, customer, min(day)
        FROM pg_temp.lines(first, many, entries) GROUP BY invoice_id, customer
        ON CONFLICT DO NOTHING;
        INSERT INTO erp.invoice_line
        SELECT n, invoice_id, CASE place % 21 WHEN 0 THEN 'PACK' ELSE 'HALF' END, CASE place % 21 WHEN 0 THEN 10 ELSE 1 END,
               CASE place % 21 WHEN 0 THEN 100 ELSE 0 END
        FROM pg_temp.lines(first, many, entries) ORDER BY n;
        COMMIT;
    END LOOP;
END
$$;
CALL pg_temp.fill(:entries);
VACUUM ANALYZE;
CHECKPOINT;

CREATE FUNCTION pg_temp.took(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    start CONSTANT timestamptz := clock_timestamp();
BEGIN
    EXECUTE format('SELECT count(report) FROM (%s) AS report', query);
    RETURN 1000 * extract(epoch FROM clock_timestamp() - start);
END
$$;

SELECT booked_on AS movements_from
FROM credits.entry WHERE customer = 'BIG' AND booked_on < '2025-12-31' ORDER BY entry_no DESC OFFSET 1199 LIMIT 1 \gset
CREATE TEMPORARY TABLE report (position int, what text, query text);
INSERT INTO report VALUES
    (1, 'verify', 'SELECT * FROM credits.verify()'),
    (2, 'portfolio_as_of', $$SELECT * FROM credits.portfolio_as_of('2024-12-31')$$),
    (3, 'bare: a sum of all entries by account', 'SELECT type_id, customer, sum(quantity) FROM credits.entry GROUP BY 1, 2'),
    (4, 'portfolio of BIG', $$SELECT * FROM credits.portfolio WHERE customer = 'BIG'$$),
    (5, 'open_lot of BIG', $$SELECT * FROM credits.open_lot WHERE customer = 'BIG'$$),
    (6, 'history of BIG, newest 100', $$SELECT * FROM credits.history WHERE customer = 'BIG' ORDER BY entry_no DESC LIMIT 100$$),
    (7, 'history_of BIG, newest 100', $$SELECT * FROM credits.history_of('BIG') LIMIT 100$$),
    (8, 'history of C7, newest 100', $$SELECT * FROM credits.history WHERE customer = 'C7' ORDER BY entry_no DESC LIMIT 100$$),
    (9, 'history of BIG, one day', $$SELECT * FROM credits.history WHERE customer = 'BIG' AND booked_on = '2022-12-31'$$),
    (10, 'statement_month of BIG', $$SELECT * FROM credits.statement_month('BIG', '2022-12-31')$$),
    (11, 'statement_html of BIG, 1 200 movements',
     format($$SELECT credits.statement_html('BIG', %L, '2025-12-31')$$, :'movements_from')),
    (12, 'deferred_revenue, 12 months', $$SELECT * FROM credits.deferred_revenue('2024-01-01', '2024-12-01')$$),
    (13, 'budget', 'SELECT * FROM credits.budget(2025)'),
    (14, 'consumption_by_month', 'SELECT * FROM credits.consumption_by_month(2025)'),
    (15, 'open_lot_as_of', $$SELECT * FROM credits.open_lot_as_of('2024-12-31')$$),
    (16, 'portfolio_html', 'SELECT credits.portfolio_html()');

CREATE TEMPORARY TABLE result (position int, took numeric);
CREATE FUNCTION pg_temp.run_round() RETURNS void LANGUAGE sql AS
$$INSERT INTO result SELECT position, pg_temp.took(query) FROM report ORDER BY position$$;
SELECT pg_temp.run_round() FROM generate_series(1, :rounds) \g /dev/null

\pset format unaligned
\pset tuples_only on
SELECT report.what, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY result.took)::numeric, 1)
FROM result JOIN report USING (position) GROUP BY report.position, report.what ORDER BY report.position;
