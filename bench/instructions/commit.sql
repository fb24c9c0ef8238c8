-- Lines that consume, each of another document and in a transaction of its own.
DO $$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT invoice_id, article FROM bench.:lines WHERE n % 10 = 0 LIMIT :count LOOP
        INSERT INTO :erp.invoice_line (invoice_id, article, quantity, unit_price, amount)
        VALUES (line.invoice_id, line.article, 2, 0, 0);
        COMMIT;
    END LOOP;
END $$;
