-- The worked examples: what the manual of the module and its bookkeepers count out by hand, to the cent.
BEGIN;
\ir common.psql
SET LOCAL client_min_messages = error;
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- months are closed in the transaction that saves
SELECT plan(31);

-- Given a SUPPORT article that sells with coefficient 1, one "per 15 minutes" that has -0.25, its evening tariff -0.375, and
-- documents of the kinds that consume

CREATE SCHEMA erp;
CREATE TABLE erp.invoice (number text PRIMARY KEY, customer text, day date, state text DEFAULT 'posted');
CREATE TABLE erp.invoice_line (number text REFERENCES erp.invoice ON DELETE CASCADE, line_no int,
                               item text, quantity numeric, price numeric(12,2),
    amount numeric(12,2), PRIMARY KEY (number, line_no));
CREATE TABLE erp.service_report_line (id bigint PRIMARY KEY, customer text, day date, item text,
                                      quantity double precision, price numeric(12,2));
CREATE TABLE erp.helpdesk_case (id bigint PRIMARY KEY, customer text, opened date, minutes int);
CREATE TABLE erp.event (code text PRIMARY KEY, held date, item text);
CREATE TABLE erp.participant (id bigint PRIMARY KEY, event text REFERENCES erp.event, customer text, present boolean);
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value)
VALUES (101, 'SUPPORT', 'fifo', NULL), (102, 'FIXED', 'fixed', 95.00);
INSERT INTO credits.article (article, type_id, coefficient)
VALUES ('SUPPORT', 101, 1), ('QUARTER', 101, -0.25), ('EVENING', 101, -0.375),
    ('HOUR', 101, -1), ('COURSE', 101, -1), ('SELL-F', 102, 1), ('USE-F', 102, -1);
INSERT INTO credits.customer (customer)
SELECT unnest(ARRAY['manual', 'report', 'helpdesk', 'event', 'evening', 'fifo', 'cents', 'months', 'edit', 'enough', 'vat']);
DO $$
BEGIN
    PERFORM credits.attach('erp.invoice_line', 'invoice', article => 'item', quantity => 'quantity',
                           amount => 'amount', customer => 'header.customer',
        document_date => 'header.day', document_number => 'header.number', header_table => 'erp.invoice',
        counts_when => $x$header.state = 'posted'$x$,
        zero_columns => '{price, amount}');
    PERFORM credits.attach('erp.service_report_line', 'service_report', article => 'item', quantity => 'quantity',
                           amount => NULL, customer => 'customer',
        document_date => 'day', zero_columns => '{price}');
    PERFORM credits.attach('erp.helpdesk_case', 'helpdesk', article => $x$'QUARTER'$x$, quantity => 'ceil(line.minutes / 15.0)',
                           amount => NULL,
        customer => 'customer', document_date => 'opened');
    PERFORM credits.attach('erp.participant', 'event', article => 'header.item', quantity => '1',
                           amount => NULL, customer => 'customer',
        document_date => 'header.held', header_table => 'erp.event', counts_when => 'line.present');
END
$$;
-- An invoice of one line.
CREATE FUNCTION pg_temp.invoice(number text, who text, day date, item text, quantity numeric,
                                amount numeric DEFAULT 0) RETURNS void LANGUAGE sql AS $$
    INSERT INTO erp.invoice VALUES (number, who, day);
    INSERT INTO erp.invoice_line VALUES (number, 1, item, quantity, amount / nullif(quantity, 0), amount);
$$;
CREATE FUNCTION pg_temp.consumed(who text) RETURNS numeric[] LANGUAGE sql AS $$
    SELECT array_agg(-value ORDER BY entry_no) FROM credits.entry WHERE customer = who AND kind = 'consumption'
$$;

-- From the manual

SELECT pg_temp.invoice('08000001', 'manual', '2008-01-07', 'SUPPORT', 10, 1000) \gset
SELECT pg_temp.invoice('08000003', 'manual', '2008-01-09', 'QUARTER', 2, 50) \gset
SELECT results_eq($$SELECT quantity, price, amount FROM erp.invoice_line WHERE number = '08000003'$$,
                  'VALUES (2::numeric, 0.00, 0.00)',
    'half an hour on invoice 08000003: quantity 2, price 0');
SELECT results_eq($$SELECT quantity, value, balance_after FROM credits.history WHERE document_number = '08000003'$$,
                  'VALUES (-0.5, -50.00, 9.5)',
    '0.5 credits consumed');
SELECT pg_temp.invoice('R1', 'report', '2008-01-07', 'SUPPORT', 10, 1000) \gset
INSERT INTO erp.service_report_line VALUES (1, 'report', '2008-01-10', 'QUARTER', 1, 25);
SELECT is(credits.balance('report', 'SUPPORT'), 9.75, 'one unit on a service report: 0.25 credits');

-- Other documents

SELECT pg_temp.invoice('H1', 'helpdesk', '2008-01-07', 'SUPPORT', 10, 1000) \gset
INSERT INTO erp.helpdesk_case VALUES (1, 'helpdesk', '2008-01-11', 20);
SELECT is(credits.balance('helpdesk', 'SUPPORT'), 9.5,
          'a helpdesk case of 20 minutes, invoiced by units of 15: 2 units, 0.5 credits');
SELECT pg_temp.invoice('E1', 'event', '2008-01-07', 'SUPPORT', 10, 1000) \gset
INSERT INTO erp.event VALUES ('E', '2008-02-01', 'COURSE');
INSERT INTO erp.participant VALUES (1, 'E', 'event', true), (2, 'E', 'event', false), (3, 'E', 'event', true);
SELECT is(credits.balance('event', 'SUPPORT'), 8::numeric, 'an event: only participants who are present count');
SELECT pg_temp.invoice('T1', 'evening', '2008-01-07', 'SUPPORT', 10, 1000) \gset
INSERT INTO erp.service_report_line VALUES (2, 'evening', '2008-01-10', 'QUARTER', 2, 25);
UPDATE erp.service_report_line SET item = 'EVENING' WHERE id = 2;
SELECT is(credits.balance('evening', 'SUPPORT'), 9.25,
          'an evening tariff swaps in another article with -0.375: quantity 2 consumes 0.75');

-- FIFO

SELECT pg_temp.invoice('A', 'fifo', '2026-01-01', 'SUPPORT', 10, 1000.00) \gset
SELECT pg_temp.invoice('B', 'fifo', '2026-02-01', 'SUPPORT', 10, 900.00) \gset
SELECT pg_temp.invoice('F' || n, 'fifo', '2026-03-01', 'HOUR', n) FROM unnest(ARRAY[8, 4]) AS n \g /dev/null
SELECT pg_temp.invoice('F8 again', 'fifo', '2026-03-02', 'HOUR', 8) \gset
SELECT is(pg_temp.consumed('fifo'), ARRAY[800.00, 200.00, 180.00, 720.00],
          'consume 8, 4, 8 of 10 for 1 000 and 10 for 900: 800; 200 + 180; 720');
SELECT is((SELECT sum(value) FROM unnest(pg_temp.consumed('fifo')) AS value), 1900.00, 'sum 1 900.00');

-- Cents

SELECT pg_temp.invoice('C', 'cents', '2026-01-01', 'SUPPORT', 3, 100.00) \gset
SELECT pg_temp.invoice('C' || n, 'cents', '2026-03-01', 'HOUR', 1) FROM generate_series(1, 3) AS n \g /dev/null
SELECT is(pg_temp.consumed('cents'), ARRAY[33.33, 33.34, 33.33],
          'a lot of 3 credits for 100.00 consumed one by one: 33.33, 33.34, 33.33');
SELECT is((SELECT sum(value) FROM unnest(pg_temp.consumed('cents')) AS value), 100.00, 'sum 100.00');

-- Three months: what the result and the balance account will show

SELECT pg_temp.invoice('M', 'months', '2026-01-05', 'SUPPORT', 10, 1000.00) \gset
SELECT pg_temp.invoice('M1', 'months', '2026-01-20', 'HOUR', 3) \gset
SELECT pg_temp.invoice('M2', 'months', '2026-02-20', 'HOUR', 4) \gset
SELECT pg_temp.invoice('M3', 'months', '2026-03-20', 'HOUR', 3) \gset
SELECT results_eq($$SELECT date_trunc('month', booked_on)::date, -sum(value) FILTER (WHERE kind = 'consumption'),
                    sum(sum(value)) OVER (ORDER BY date_trunc('month', booked_on))
                    FROM credits.entry WHERE customer = 'months' GROUP BY date_trunc('month', booked_on) ORDER BY 1$$,
    $$VALUES ('2026-01-01'::date, 300.00, 700.00), ('2026-02-01', 400.00, 300.00), ('2026-03-01', 300.00, 0.00)$$,
    '10 sold for 1 000.00 in month 1; 3, 4, 3 consumed: 300 / 400 / 300 a month, 700 / 300 / 0 left');

-- Fixed 95.00

SELECT pg_temp.invoice('FA', 'fifo', '2026-01-01', 'SELL-F', 10, 1000.00) \gset
SELECT pg_temp.invoice('FB', 'fifo', '2026-02-01', 'SELL-F', 10, 900.00) \gset
SELECT pg_temp.invoice('FC' || n, 'fifo', '2026-03-01', 'USE-F', n) FROM unnest(ARRAY[8, 4]) AS n \g /dev/null
SELECT pg_temp.invoice('FC8 again', 'fifo', '2026-03-02', 'USE-F', 8) \gset
SELECT results_eq($$SELECT document_number, -sum(value) FROM credits.entry WHERE type_id = 102 AND kind = 'consumption'
                    GROUP BY 1 ORDER BY min(entry_no)$$,
    $$VALUES ('FC8', 760.00), ('FC4', 380.00), ('FC8 again', 760.00)$$,
    'fixed 95.00, lots sold for 1 000.00 and 900.00: consume 8, 4, 8 is 760, 380, 760');
SELECT results_eq($$SELECT amount, value, amount - value FROM credits.lot WHERE type_id = 102 ORDER BY lot_no$$,
                  $$VALUES (1000.00, 950.00, 50.00), (900.00, 950.00, -50.00)$$,
    'the difference stays beside it');

-- Edit

SELECT pg_temp.invoice('D', 'edit', '2026-01-01', 'SUPPORT', 10, 1000.00) \gset
UPDATE erp.invoice_line SET quantity = 8 WHERE number = 'D';
SELECT is(credits.balance('edit', 'SUPPORT'), 8::numeric, 'a sale of 10, nothing consumed, becomes 8: balance 8');
SELECT pg_temp.invoice('D1', 'edit', '2026-01-02', 'QUARTER', 2) \gset
SELECT pg_temp.refused($$UPDATE erp.invoice_line SET quantity = 10 WHERE number = 'D'$$, '23514 credits_lot_not_consumed',
                       'with 0.5 consumed: rejected');

-- Enough

SELECT pg_temp.invoice('N', 'enough', '2026-01-01', 'SUPPORT', 0.5, 50.00) \gset
SELECT pg_temp.accepted($$SELECT pg_temp.invoice('N1', 'enough', '2026-01-02', 'QUARTER', 2)$$,
                        'open 0.5, line needs 0.5: saved');
SELECT is(credits.balance('enough', 'SUPPORT'), 0::numeric, 'balance 0');
UPDATE erp.invoice_line SET quantity = 1 WHERE number = 'N1';
SELECT pg_temp.refused($$SELECT pg_temp.invoice('N2', 'enough', '2026-01-02', 'QUARTER', 2)$$,
                       '23514 credits_balance_not_negative', 'open 0.25: rejected');
SELECT is_empty($$SELECT FROM erp.invoice WHERE number = 'N2'$$, 'nothing stored');
SELECT is(credits.balance('enough', 'SUPPORT'), 0.25, 'nothing consumed');

-- A sale of 2 500 + 21 % VAT: credits are worth what they cost without

SELECT pg_temp.invoice('V', 'vat', '2026-01-01', 'SUPPORT', 25, 2500.00) \gset
SELECT is((SELECT open_value FROM credits.portfolio WHERE customer = 'vat'), 2500.00, 'nothing consumed: 2 500 on the balance');
SELECT pg_temp.invoice('V1', 'vat', '2026-06-01', 'HOUR', 25) \gset
SELECT is((SELECT open_value FROM credits.portfolio WHERE customer = 'vat'), 0.00, 'all consumed: nothing');

-- The closings of these months: result 300 / 400 / 300, balance account 700 / 300 / 0; fixed: 760, 380, 760

INSERT INTO credits.article (article, ledger_account)
VALUES ('ACT', '460000'), ('RES', '700000'), ('ACT-F', '460001'), ('RES-F', '700001');
UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACT', result_account = '700000',
    result_article = 'RES',
    posting_relation = 'per_customer' WHERE type_id = 101;
UPDATE credits.credit_type SET balance_account = '460001', activation_article = 'ACT-F', result_account = '700001',
    result_article = 'RES-F',
    posting_relation = 'per_customer' WHERE type_id = 102;
SELECT credits.close_month(month::date) FROM generate_series('2008-01-01'::date, '2026-06-01', interval '1 month') AS month
    \g /dev/null
-- What a customer's closings until a day leave on an account: > 0 is a credit.
CREATE FUNCTION pg_temp.posted(who text, account text, until date) RETURNS numeric LANGUAGE sql AS $$
    SELECT coalesce(sum(amount), 0) FROM credits.closing_line JOIN credits.closing USING (closing_id)
    WHERE relation = who AND ledger_account = account AND month <= until
$$;
SELECT is(ARRAY[pg_temp.posted('months', '700000', '2026-01-01'), pg_temp.posted('months', '700000', '2026-02-01'),
                pg_temp.posted('months', '700000', '2026-03-01')],
    ARRAY[-700.00, -300.00, 0.00], 'with the turnover of 1 000 of month 1, the result of the three months is 300 / 400 / 300');
SELECT is(ARRAY[pg_temp.posted('months', '460000', '2026-01-01'), pg_temp.posted('months', '460000', '2026-02-01'),
                pg_temp.posted('months', '460000', '2026-03-01')],
    ARRAY[700.00, 300.00, 0.00], 'the balance account 700 / 300 / 0');
SELECT is((SELECT array_agg(amount ORDER BY month, line_no) FROM credits.closing_line JOIN credits.closing USING (closing_id)
           WHERE relation = 'fifo' AND ledger_account = '700001'), ARRAY[-950.00, -950.00, 1900.00],
           'fixed: 950 a lot goes to the balance sheet, 760 + 380 + 760 comes back');
SELECT is((SELECT array_agg(difference ORDER BY month) FROM credits.deferred_revenue('2026-01-01', '2026-02-01')
           WHERE type_code = 'FIXED'), ARRAY[50.00, -50.00],
    'the difference stays in the result of the month of sale');

-- Belgian entries: D 400 3 025 / C 700 2 500 / C 451 525; closing, nothing consumed: D 700 2 500 / C 46 2 500; all consumed
-- later: D 46 2 500 / C 700 2 500

SELECT results_eq($$SELECT ledger_account, greatest(-amount, 0), greatest(amount, 0) FROM credits.closing_line
                    JOIN credits.closing USING (closing_id)
                    WHERE relation = 'vat' AND month = '2026-01-01' ORDER BY ledger_account DESC$$,
    $$VALUES ('700000', 2500.00, 0::numeric), ('460000', 0, 2500.00)$$,
    'closing, nothing consumed: D 700 2 500 / C 46 2 500, no VAT');
SELECT results_eq($$SELECT ledger_account, greatest(-amount, 0), greatest(amount, 0) FROM credits.closing_line
                    JOIN credits.closing USING (closing_id)
                    WHERE relation = 'vat' AND month = '2026-06-01' ORDER BY ledger_account$$,
    $$VALUES ('460000', 2500.00, 0::numeric), ('700000', 0, 2500.00)$$, 'all consumed later: D 46 2 500 / C 700 2 500');
SELECT is_empty($$SELECT FROM credits.closing_line WHERE relation = 'vat' AND line_no > 2$$, 'and nothing in between');
SELECT is_empty($$SELECT customer FROM credits.account
                  WHERE value <> pg_temp.posted(customer, CASE type_id WHEN 101 THEN '460000' ELSE '460001' END, '2026-06-01')$$,
    'the balance account holds what each customer has open');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
