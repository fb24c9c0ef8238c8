-- What a DBA does to give a running Tryton credits; demo/tryton runs it as the superuser. Tryton's keys are its ids.
CREATE EXTENSION credits;

INSERT INTO credits.credit_type (code, description) VALUES ('SUPPORT', 'Hours of support');

INSERT INTO credits.article (article, description, type_id, coefficient)
SELECT product.id, template.name, credit_type.type_id, setting.coefficient
FROM (VALUES ('Support, per hour', 1), ('Support, per 15 minutes', -0.25)) AS setting (name, coefficient)
JOIN product_template AS template ON template.name = setting.name
JOIN product_product AS product ON product.template = template.id
JOIN credits.credit_type ON credit_type.code = 'SUPPORT';

INSERT INTO credits.customer (customer, name) SELECT id, name FROM party_party WHERE name = 'Peeters';

-- Tryton stores no net amount: it is computed and rounded as Tryton does it.
SELECT credits.attach('account_invoice_line', kind => 'invoice',
    header_table => 'account_invoice',
    article => 'product',
    quantity => 'quantity',
    amount => 'round(line.quantity::numeric * line.unit_price, 2)',
    customer => 'header.party',
    document_date => 'header.invoice_date',
    document_number => 'header.number',
    applies_to => $$header.type = 'out' AND line.type = 'line'$$,
    counts_when => $$header.state IN ('posted', 'paid')$$,
    zero_columns => '{unit_price}');
