-- Lines in one statement, of documents in no order.
INSERT INTO :erp.invoice_line (invoice_id, article, quantity, unit_price, amount)
SELECT invoice_id, article, 2, 0, 0 FROM bench.scattered WHERE n < :count ORDER BY n;
