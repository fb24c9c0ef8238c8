-- Other quantities of lines that consume.
DO $$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT id FROM :erp.invoice_line WHERE article = 'QUARTER' AND invoice_id < 1000000 ORDER BY id LIMIT :count LOOP
        UPDATE :erp.invoice_line SET quantity = quantity + 1 WHERE id = line.id;
    END LOOP;
END $$;
