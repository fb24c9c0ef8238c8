-- Documents that are posted: of 3 lines from 4 000 000 on, of 300 from 5 000 000 on.
DO $$
DECLARE
    document record;
BEGIN
    FOR document IN SELECT id FROM :erp.invoice WHERE id >= :lines AND state = 'draft' ORDER BY id LIMIT :count LOOP
        UPDATE :erp.invoice SET state = 'posted' WHERE id = document.id;
    END LOOP;
END $$;
