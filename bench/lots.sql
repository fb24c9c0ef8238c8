-- Customers of the extension with few lots, with 1 000 000 of which all but 10 are exhausted, and with 1 000 000 open ones.
-- L1, L2, L3 consume on the invoices 3000001, 3000002, 3000003; their sales and what exhausted L2's lots are on 3000011 and on.

INSERT INTO credits.customer (customer)
VALUES ('L1'), ('L2'), ('L3');

INSERT INTO erp_credits.invoice
SELECT 3000000 + n, 'L' || n, 'L' || (n - 1) % 10 + 1, day, 'posted'
FROM (VALUES (1, '2026-03-01'::date), (2, '2026-03-01'), (3, '2026-03-01'),                      -- consume
             (11, '2026-02-01'), (12, '2026-02-01'), (13, '2026-02-01'),                         -- sell the open lots
             -- L2: sell and exhaust the others
             (22, '2026-01-01'), (32, '2026-01-01')) AS document (n, day);

CREATE PROCEDURE bench.insert_lines(invoice bigint, article text, quantity numeric, amount numeric, lines int)
LANGUAGE sql AS $$
    INSERT INTO erp_credits.invoice_line (invoice_id, article, quantity, unit_price, amount)
    SELECT invoice, article, quantity, 0, amount
    FROM generate_series(1, lines);
$$;

CALL bench.insert_lines(3000011, 'PACK', 1000000, 1000000, 10);
CALL bench.insert_lines(3000012, 'PACK', 1000000, 1000000, 10);
SELECT format('CALL bench.insert_lines(%s, %L, %s, %s, 99999)', invoice, article, quantity, amount)
FROM generate_series(1, 10),
     (VALUES (3000013, 'PACK', 1000000, 1000000), (3000022, 'PACK', 1, 1)) AS batch (invoice, article, quantity, amount)
\gexec
SELECT format('CALL bench.insert_lines(3000032, %L, 4, 0, 99999)', 'QUARTER')
FROM generate_series(1, 10)
\gexec
VACUUM ANALYZE;
CHECKPOINT;
