-- How closings come into this ERP's books: each one is a posted invoice, made out to the company itself, with a total of 0.
-- credits.parameter.closing_hook names the function; a closing and a reopening call it in their own transaction, as its owner.

CREATE FUNCTION erp.invoice_closing(closing_id integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    id     CONSTANT integer := closing_id;
    closed credits.closing;
    name   text;
BEGIN
    SELECT * INTO closed FROM credits.closing AS closing WHERE closing.closing_id = id;
    name := format('CLOSING-%s', closed.number);

    IF closed.reopened_at IS NOT NULL THEN
        UPDATE erp.invoice SET state = 'cancelled' WHERE number = name;
        RETURN;
    END IF;

    INSERT INTO erp.invoice (number, relation_id, invoice_date, state)
    SELECT DISTINCT name, document.relation::bigint, document.document_date, 'posted'
    FROM credits.closing_document AS document
    WHERE document.closing_id = id;

    -- The price is rounded to the two decimals of the column. The amount is exact, and it is what the ERP books.
    INSERT INTO erp.invoice_line (invoice_id, line_no, item, quantity, unit_price, amount)
    SELECT invoice.invoice_id, document.line_no, document.article, document.quantity, document.unit_price, document.amount
    FROM credits.closing_document AS document
    JOIN erp.invoice ON invoice.number = name
    WHERE document.closing_id = id;
END
$$;

-- The bookkeeper closes months, and may write invoices; the function is hers, so it may do what she may, and no more.
CREATE ROLE erp_bookkeeper NOLOGIN;
GRANT credits_management TO erp_bookkeeper;
GRANT USAGE ON SCHEMA erp TO erp_bookkeeper;
GRANT SELECT, INSERT, UPDATE ON erp.relation, erp.item, erp.invoice, erp.invoice_line TO erp_bookkeeper;
ALTER FUNCTION erp.invoice_closing(integer) OWNER TO erp_bookkeeper;
