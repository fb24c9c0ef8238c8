-- The extension, attached to the ERP's tables in erp_credits, and in three more schemas: checked at commit, with lines made from
-- lines of their own table, and the same table without.

SET client_min_messages = warning;
CREATE EXTENSION credits;
\set ledger credits
\ir settings.sql

ALTER TABLE erp_chained.invoice_line ADD made_of bigint;
CREATE INDEX ON erp_chained.invoice_line (made_of);
ALTER TABLE erp_unchained.invoice_line ADD made_of bigint;
CREATE INDEX ON erp_unchained.invoice_line (made_of);

SELECT credits.attach(
    line_table      => format('%I.invoice_line', erp)::regclass,
    kind            => 'invoice',
    article         => 'article',
    quantity        => 'quantity',
    amount          => 'amount',
    customer        => 'header.customer',
    document_date   => 'header.invoice_date',
    document_number => 'header.number',
    header_table    => format('%I.invoice', erp)::regclass,
    counts_when     => $$header.state = 'posted'$$,
    check_at        => check_at,
    origin          => CASE WHEN is_chained THEN 'made_of' END,
    origin_table    => CASE WHEN is_chained THEN format('%I.invoice_line', erp)::regclass END)
FROM (VALUES ('erp_credits', 'statement', false), ('erp_checked', 'commit', false), ('erp_chained', 'statement', true),
             ('erp_unchained', 'statement', false)) AS attached (erp, check_at, is_chained);
