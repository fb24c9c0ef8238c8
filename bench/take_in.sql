-- Existing documents, written before anything watched them, are taken in by the extension and by the PL/pgSQL version, in order
-- of date. Run with -v lines=COUNT; prints seconds and their ratio.
\set QUIET on
\pset format unaligned
\pset tuples_only on

CREATE FUNCTION pg_temp.fill(erp regnamespace, lines bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s.invoice DISABLE TRIGGER USER', erp);
    EXECUTE format('ALTER TABLE %s.invoice_line DISABLE TRIGGER USER', erp);
    EXECUTE format($sql$INSERT INTO %s.invoice
        SELECT 3000000 + n, 'T' || n, 'C' || n %% 5000 + 1, date '2026-03-01' + (n * 300 / %s)::int, 'posted'
        FROM generate_series(1, %s) n$sql$, erp, lines / 5, lines / 5);
    EXECUTE format($sql$INSERT INTO %s.invoice_line (invoice_id, article, quantity, unit_price, amount)
        SELECT 3000000 + n, CASE line WHEN 1 THEN 'PACK' ELSE 'QUARTER' END, CASE line WHEN 1 THEN 50 ELSE line END, 20,
               CASE line WHEN 1 THEN 1000 ELSE 0 END
        FROM generate_series(1, %s) n, generate_series(1, 5) line$sql$, erp, lines / 5);
    EXECUTE format('ALTER TABLE %s.invoice ENABLE TRIGGER USER', erp);
    EXECUTE format('ALTER TABLE %s.invoice_line ENABLE TRIGGER USER', erp);
END
$$;
SELECT pg_temp.fill('erp_credits', :lines), pg_temp.fill('erp_plpgsql', :lines) \g /dev/null
VACUUM ANALYZE;
CHECKPOINT;

SELECT extract(epoch FROM clock_timestamp()) AS start \gset
SELECT lines AS taken_in FROM credits.take_in() \gset
SELECT round(extract(epoch FROM clock_timestamp()) - :start, 1) AS credits_seconds \gset

-- The PL/pgSQL version settles a line as its triggers do: it locks the customer and looks for what is recorded.
SELECT extract(epoch FROM clock_timestamp()) AS start \gset
BEGIN;
DO $$
DECLARE
    document record;
BEGIN
    FOR document IN
        SELECT l AS line, h AS head
        FROM erp_plpgsql.invoice_line l
        JOIN erp_plpgsql.invoice h ON h.id = l.invoice_id
        JOIN plpgsql.article a ON a.article = l.article AND a.type_id IS NOT NULL
        WHERE h.id BETWEEN 3000000 AND 3999999
        ORDER BY h.invoice_date, l.quantity * a.coefficient < 0, h.number, l.id
    LOOP
        PERFORM plpgsql.line_changed((document.line).id::text, document.line, document.head);
    END LOOP;
END
$$;
ROLLBACK;
SELECT round(extract(epoch FROM clock_timestamp()) - :start, 1) AS settling_seconds \gset

-- Or it is taken for granted that nothing is recorded and nobody else saves: each line is only booked.
SELECT extract(epoch FROM clock_timestamp()) AS start \gset
BEGIN;
DO $$
DECLARE
    document record;
BEGIN
    FOR document IN
        SELECT (h.customer, a.type_id, round(l.quantity * a.coefficient, 4), l.amount, h.invoice_date, h.number, l.id::text,
                l.article, a.coefficient, a.ledger_account, t.alarm_level, t.unit_value, p.first_open_day)::plpgsql.facts AS facts
        FROM erp_plpgsql.invoice_line l
        JOIN erp_plpgsql.invoice h ON h.id = l.invoice_id AND h.state = 'posted'
        JOIN plpgsql.customer c ON c.customer = h.customer AND c.works_with_credits
        JOIN plpgsql.article a ON a.article = l.article
        JOIN plpgsql.credit_type t ON t.type_id = a.type_id
        JOIN plpgsql.parameter p ON p.active
        WHERE NOT EXISTS (SELECT FROM plpgsql.entry e
                          WHERE e.line_table = 'erp_plpgsql.invoice_line'::regclass AND e.line_key = l.id::text)
        ORDER BY h.invoice_date, l.quantity * a.coefficient < 0, h.number, l.id
    LOOP
        PERFORM plpgsql.book(document.facts);
    END LOOP;
END
$$;
ROLLBACK;
SELECT round(extract(epoch FROM clock_timestamp()) - :start, 1) AS booking_seconds \gset

SELECT format('%-60s %8s s', 'taking in ' || :taken_in || ' lines: credits', :credits_seconds);
SELECT format('%-60s %8s s  %6s x credits', 'PL/pgSQL, each line settled as by its triggers', :settling_seconds,
              round(:settling_seconds / :credits_seconds, 2));
SELECT format('%-60s %8s s  %6s x credits', 'PL/pgSQL, each line only booked', :booking_seconds,
              round(:booking_seconds / :credits_seconds, 2));
