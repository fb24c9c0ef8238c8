-- Lines that consumed, deleted one by one.
DO $$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT id FROM :erp.invoice_line WHERE article = 'QUARTER' AND invoice_id < 1000000 ORDER BY id LIMIT :count LOOP
        DELETE FROM :erp.invoice_line WHERE id = line.id;
    END LOOP;
END $$;
