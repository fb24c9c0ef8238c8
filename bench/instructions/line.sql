-- Lines that consume, each of another document, in one transaction.
DO $$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT invoice_id, article FROM bench.:lines WHERE n % 10 = 0 LIMIT :count LOOP
        INSERT INTO :erp.invoice_line (invoice_id, article, quantity, unit_price, amount)
        VALUES (line.invoice_id, line.article, 2, 0, 0);
    END LOOP;
END $$;
