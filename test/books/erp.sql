-- A small ERP with its settings: four credit types that differ in valuation, currency, relation and articles of the closing. Each
-- has accounts of its own, but for two that packs and courses, in different currencies, are sold on.
SET client_min_messages = error;
CREATE EXTENSION credits;

CREATE SCHEMA erp;
CREATE TABLE erp.ledger_account (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE erp.invoice (id bigint PRIMARY KEY, customer text, day date, state text NOT NULL DEFAULT 'posted');
CREATE TABLE erp.invoice_line (
    id        bigint PRIMARY KEY,
    invoice   bigint NOT NULL REFERENCES erp.invoice ON DELETE CASCADE,
    article   text,
    quantity  numeric,
    amount    numeric,
    refund_of bigint
);
CREATE TABLE erp.report_line (id bigint PRIMARY KEY, customer text, day date, article text, quantity numeric,
                              price numeric DEFAULT 25);

INSERT INTO erp.ledger_account VALUES
    ('100000', 'opening balances'), ('400000', 'customers'),
    ('460000', 'deferred support'), ('460001', 'deferred training'), ('460002', 'deferred copies'),
    ('460003', 'deferred lessons'),
    ('700000', 'support'), ('700010', 'support by the day'), ('700001', 'training'), ('700002', 'copying'),
    ('700003', 'teaching'),
    ('700011', 'training in packs'), ('700021', 'training abroad');

INSERT INTO credits.article (article, ledger_account) VALUES
    ('activate support', '460000'), ('support', '700000'), ('activate training', '460001'), ('training', '700001'),
    ('activate copies', '460002'), ('copying', '700002'), ('activate lessons', '460003'), ('teaching', '700003');
INSERT INTO credits.credit_type (type_id, code, currency, valuation, unit_value, posting_relation, posting_articles,
                                 balance_account, activation_article, result_account, result_article) VALUES
    (1, 'SUPPORT',  'EUR', 'fifo',  NULL, 'fixed_relation', 'type',     '460000', 'activate support',  '700000', 'support'),
    (2, 'TRAINING', 'EUR', 'fixed', 95,   'per_customer',   'original', '460001', 'activate training', '700001', 'training'),
    (3, 'COPIES',   'JPY', 'fifo',  NULL, 'per_customer',   'type',     '460002', 'activate copies',   '700002', 'copying'),
    (4, 'LESSONS',  'KWD', 'fixed', 7.77, 'fixed_relation', 'original', '460003', 'activate lessons',  '700003', 'teaching');
INSERT INTO credits.article (article, type_id, coefficient, ledger_account) VALUES
    ('hour',    1, 1,   '700000'), ('day',   1, 8, '700010'), ('helpdesk', 1, -1, NULL), ('quarter',       1, -0.25,   NULL),
    ('voucher', 2, 1,   '700001'), ('pack',  2, 5, '700011'), ('seat',     2, -1, NULL), ('third of seat', 2, -0.3333, NULL),
    ('copies',  3, 100, '700002'),                            ('copy',     3, -1, NULL), ('colour copy',   3, -2.5,    NULL),
    ('lesson',  4, 1,   '700003'), ('course', 4, 3, '700011'), ('attend',  4, -1, NULL);
INSERT INTO credits.customer (customer, works_with_credits, account_of) VALUES
    ('A', true, NULL), ('B', true, NULL), ('C', true, NULL), ('branch of C', true, 'C'), ('D', false, NULL);
UPDATE credits.parameter SET fixed_relation = 'books';

DO $$
BEGIN
    PERFORM credits.attach('erp.invoice_line', 'invoice', article => 'article', quantity => 'quantity', amount => 'amount',
        customer => 'header.customer', document_date => 'header.day', document_number => 'header.id',
        header_table => 'erp.invoice',
        counts_when => $x$header.state = 'posted'$x$, zero_columns => '{amount}', refers_to => 'refund_of');
    PERFORM credits.attach('erp.report_line', 'service_report', article => 'article', quantity => 'quantity', amount => NULL,
        customer => 'customer', document_date => 'day', document_number => 'id', zero_columns => '{price}', check_at => 'commit');
END
$$;
