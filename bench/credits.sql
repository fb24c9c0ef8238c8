-- The extension, attached to the ERP's tables in the schema erp_credits.

CREATE EXTENSION credits;
\set ledger credits
\ir settings.sql

SELECT credits.attach(
    line_table      => 'erp_credits.invoice_line',
    kind            => 'invoice',
    article         => 'article',
    quantity        => 'quantity',
    amount          => 'amount',
    customer        => 'header.customer',
    document_date   => 'header.invoice_date',
    document_number => 'header.number',
    header_table    => 'erp_credits.invoice',
    counts_when     => $$header.state = 'posted'$$);
