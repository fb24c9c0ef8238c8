-- Lines that sell, each to another customer.
DO $$
BEGIN
    FOR customer IN 1 .. :count LOOP
        INSERT INTO :erp.invoice_line (invoice_id, article, quantity, unit_price, amount)
        VALUES (2000000 + customer, 'PACK', 10, 50, 500);
    END LOOP;
END $$;
