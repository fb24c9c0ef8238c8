-- A shop whose customers make a page hard: markup in names, Cyrillic, Arabic, emoji, ten thousand movements, and nothing at all.
\set ON_ERROR_STOP on
SET client_min_messages = error;
CREATE TABLE bill (id int PRIMARY KEY, number text, customer text, day date, kind text, item text,
                   quantity numeric, amount numeric);
INSERT INTO credits.credit_type (type_id, code, description, alarm_level)
VALUES (1, 'SUPPORT', 'Support hours', 5), (2, 'TRAINING', 'Vouchers <b>', NULL);
INSERT INTO credits.article (article, description, type_id, coefficient) VALUES
    ('HOURS', 'Support, per hour', 1, 1), ('HOUR', 'Technician, on site', 1, -1),
    ('QUARTER', 'Support by phone, per 15 minutes', 1, -0.25),
    ('VISIT', 'Travel & "parking" <img src=x onerror=alert(1)>', 1, -0.5), ('VOUCHERS', NULL, 2, 1), ('COURSE', 'Course', 2, -1);
INSERT INTO credits.customer (customer, name, language, statement_cycle) VALUES
    ('ACME', 'Acme <script>document.title = "broken"</script> & Söhne', 'en', 'month'),
    ('BETA', 'Бета ООО', 'nl-BE', 'quarter'),
    ('GAMMA', 'شركة جاما 🚀 {{customer}} [[total]]', 'de', 'week'),
    ('BIG', 'Ten thousand', 'fr', NULL),
    ('NEW', NULL, NULL, 'month');
SELECT credits.attach('bill', 'line.kind', 'item', 'quantity', 'amount', 'customer', 'day', document_number => 'number')
    \g /dev/null

INSERT INTO bill VALUES
    (1, 'INV-1', 'ACME', '2026-01-03', 'invoice', 'HOURS', 40, 4000),
    (2, 'INV-2', 'BETA', '2026-01-05', 'invoice', 'HOURS', 30, 3000),
    (3, 'INV-3', 'GAMMA', '2026-02-03', 'invoice', 'VOUCHERS', 1234.5, 15000),
    (4, 'INV-4', 'ACME', '2026-04-20', 'invoice', 'HOURS', 10, 950),
    (5, 'INV-5', 'ACME', '2026-05-10', 'cash_sale', 'VOUCHERS', 4, 600),
    (6, 'INV-6', 'BIG', '2026-01-01', 'invoice', 'HOURS', 5000, 100000),
    (7, 'CN-7', 'ACME', '2026-05-20', 'invoice', 'HOURS', -2, -190);
INSERT INTO bill
SELECT 100 + n, 'SR-' || n, 'ACME', '2026-01-05'::date + n * 4, (ARRAY['service_report', 'helpdesk', 'invoice'])[1 + n % 3],
       (ARRAY['HOUR', 'QUARTER', 'VISIT', 'QUARTER'])[1 + n % 4], 1 + n % 3, 0
FROM generate_series(1, 34) AS n;
INSERT INTO bill SELECT 200 + n, 'SR-2' || n, 'BETA', '2026-01-07'::date + n * 7, 'service_report',
    'HOUR', 2, 0 FROM generate_series(1, 14) AS n;
INSERT INTO bill VALUES (300, 'EV-1', 'GAMMA', '2026-03-20', 'event', 'COURSE', 3, 0),
    (301, 'EV-2', 'ACME', '2026-05-22', 'event', 'COURSE', 1, 0);
INSERT INTO bill SELECT 10000 + n, 'SR-' || n, 'BIG', '2026-01-02'::date + n / 40, 'service_report',
    'QUARTER', 1 + n % 3, 0 FROM generate_series(1, 10000) AS n;
