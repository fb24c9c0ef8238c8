-- What a DBA does to give a running Tryton credits; doc/erp.md gives the reasons for each argument. Tryton's keys are its ids.
CREATE EXTENSION credits;

INSERT INTO credits.credit_type (code, description) VALUES ('SUPPORT', 'Hours of support');

INSERT INTO credits.article (article, description, type_id, coefficient)
SELECT product.id, template.name, credit_type.type_id, setting.coefficient
FROM (VALUES ('Support, per hour', 1),
             ('Support, per 15 minutes', -0.25),
             ('Support in the evening, per 15 minutes', -0.375),
             ('Support by the clock', -1)) AS setting (name, coefficient)
JOIN product_template AS template ON template.name = setting.name
JOIN product_product AS product ON product.template = template.id
JOIN credits.credit_type ON credit_type.code = 'SUPPORT';

-- A sale takes its credits when it is confirmed. It does not sell any: they are sold when its invoice is posted.
SELECT credits.attach('sale_line', kind => 'other',
    header_table => 'sale_sale',
    article => 'product',
    quantity => 'quantity',
    amount => NULL,
    customer => 'header.party',
    document_date => 'header.sale_date',
    document_number => 'header.number',
    applies_to => $$line.type = 'line'$$,
    counts_when => $$header.state IN ('confirmed', 'processing', 'done')$$,
    zero_columns => '{unit_price}',
    entered_by => 'create_uid');

-- Tryton stores no net amount. It rounds halves to the even cent, PostgreSQL away from zero.
CREATE FUNCTION tryton_amount(quantity double precision, unit_price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
    RETURN (SELECT CASE WHEN abs(cents % 1) = 0.5 THEN round(cents / 2) * 2 ELSE round(cents) END / 100
            FROM (SELECT quantity::numeric * unit_price * 100 AS cents) AS exact);

-- By which the invoice lines of a sale line are found.
CREATE INDEX account_invoice_line_sale ON account_invoice_line
    ((CASE WHEN origin LIKE 'sale.line,%' THEN substr(origin, 11) END));

-- An invoice that Tryton made from a sale names the sale's line: what that takes, it does not take again.
SELECT credits.attach('account_invoice_line', kind => 'invoice',
    header_table => 'account_invoice',
    article => 'product',
    quantity => 'quantity',
    amount => 'public.tryton_amount(line.quantity, line.unit_price)',
    customer => 'header.party',
    document_date => 'header.invoice_date',
    document_number => 'header.number',
    applies_to => $$header.type = 'out' AND line.type = 'line'$$,
    counts_when => $$header.state IN ('posted', 'paid')$$,
    zero_columns => '{unit_price}',
    currency => format('CASE header.currency WHEN %s THEN ''EUR'' ELSE ''another'' END',
                       (SELECT id FROM currency_currency WHERE code = 'EUR')),
    origin => $$CASE WHEN line.origin LIKE 'sale.line,%' THEN substr(line.origin, 11) END$$,
    origin_table => 'sale_line',
    entered_by => 'create_uid');
