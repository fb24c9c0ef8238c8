-- The shop whose tables are rewritten under its users' hands.
SET client_min_messages = warning;
CREATE ACCESS METHOD heap_again TYPE TABLE HANDLER heap_tableam_handler;
CREATE SCHEMA erp;
CREATE TABLE erp.client (code text PRIMARY KEY, works boolean, head_office text);
CREATE TABLE erp.invoice (id int PRIMARY KEY, customer text, day date, state text);
CREATE TABLE erp.line (id int PRIMARY KEY, invoice_id int REFERENCES erp.invoice, item text, quantity numeric, price numeric);
CREATE TABLE erp.task (id int PRIMARY KEY, invoice_id int REFERENCES erp.invoice DEFERRABLE, item text,
                       quantity numeric, price numeric);
CREATE TABLE erp.visit (id int, year int, customer text, day date, item text, quantity numeric,
                        price numeric, task text, PRIMARY KEY (id, year))
    PARTITION BY LIST (year);
CREATE TABLE erp.visit_2025 PARTITION OF erp.visit FOR VALUES IN (2025);
CREATE TABLE erp.visit_2026 PARTITION OF erp.visit FOR VALUES IN (2026);
CREATE TABLE erp.trip (id int, year int, customer text, day date, PRIMARY KEY (id, year)) PARTITION BY LIST (year);
CREATE TABLE erp.trip_2026 PARTITION OF erp.trip FOR VALUES IN (2026);
CREATE TABLE erp.stop (id int PRIMARY KEY, trip_id int, year int, item text, quantity numeric,
                       FOREIGN KEY (trip_id, year) REFERENCES erp.trip DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE erp.log (id int PRIMARY KEY, customer text, day date, item text, quantity numeric, visit text);

INSERT INTO credits.credit_type (type_id, code, alarm_level) VALUES (1, 'SUPPORT', 5), (2, 'TRAINING', NULL);
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value, balance_account, activation_article,
                                 result_account, result_article)
VALUES (3, 'COPIES', 'fixed', 2, '46', 'ACT', '70', 'RES');
UPDATE credits.credit_type SET balance_account = '46', activation_article = 'ACT', result_account = '70', result_article = 'RES';
UPDATE credits.parameter SET fixed_relation = 'R';
INSERT INTO credits.article (article, type_id, coefficient)
VALUES ('hours', 1, 1), ('hour', 1, -1), ('vouchers', 2, 1), ('voucher', 2, -1), ('copies', 3, 1), ('copy', 3, -1);
INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '46'), ('RES', '70');
INSERT INTO erp.client VALUES ('ACME', true, NULL), ('BETA', true, NULL), ('GAMMA', true, NULL),
    ('BRANCH', true, 'ACME'), ('CASH', false, NULL);
SELECT credits.bind_customers('erp.client', 'code', 'works', NULL, 'head_office');
SELECT credits.attach('erp.line', 'invoice', 'item', 'quantity', 'price', 'header.customer', 'header.day',
                      header_table => 'erp.invoice',
                      counts_when => $$header.state = 'posted'$$, zero_columns => '{price}');
SELECT credits.attach('erp.task', 'other', 'item', 'quantity', 'price', 'header.customer', 'header.day',
                      header_table => 'erp.invoice',
                      counts_when => $$header.state = 'posted'$$, check_at => 'commit');
SELECT credits.attach('erp.visit', 'other', 'item', 'quantity', 'price', 'customer', 'day', line_key => '{id, year}');
SELECT credits.attach('erp.stop', 'other', 'item', 'quantity', NULL, 'header.customer', 'header.day', header_table => 'erp.trip');
SELECT credits.attach('erp.log', 'invoice', 'item', 'quantity', NULL, 'customer', 'day', origin => 'visit',
                      origin_table => 'erp.visit');

INSERT INTO erp.invoice VALUES (1, 'ACME', '2026-01-01', 'posted'), (2, 'ACME', '2026-01-02', 'posted'),
    (3, 'BETA', '2026-01-03', 'draft');
INSERT INTO erp.line VALUES (1, 1, 'hours', 100, 1000), (2, 1, 'vouchers', 10, 500), (3, 1, 'copies', 50, 90),
    (4, 2, 'hour', 10, 0), (5, 2, 'copy', 5, 0),
                            (6, 3, 'hours', 20, 200), (7, 3, 'hour', 5, 0);
INSERT INTO erp.task VALUES (1, 2, 'hour', 2, 0), (2, 3, 'hour', 1, 0);
INSERT INTO erp.visit VALUES (1, 2026, 'ACME', '2026-01-05', 'hour', 3, 0), (2, 2025, 'ACME', '2026-01-05', 'hour', -1, 0);
INSERT INTO erp.trip VALUES (1, 2026, 'ACME', '2026-01-05');
INSERT INTO erp.stop VALUES (1, 1, 2026, 'hour', 1);
INSERT INTO erp.log VALUES (1, 'ACME', '2026-01-06', 'hour', 3, '1/2026');
DO $$ BEGIN PERFORM credits.register_sale('ACME', 'SUPPORT', 4, 40, 'by phone', '2026-01-04'); END $$;
-- Never booked: for take_in().
SET session_replication_role = replica;
INSERT INTO erp.line VALUES (8, 2, 'hour', 1, 0);
SET session_replication_role = origin;

-- What is asked as of now, at every level: the ledger that an act leaves, and what else it has to show.
CREATE FUNCTION erp.left_over() RETURNS SETOF text LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('entry %s %s %s %s %s %s %s %s', customer, type_id, entry_no, lot_no, kind, quantity, value,
                  balance_after) AS line
    FROM credits.entry
    UNION ALL
    SELECT format('lot %s %s %s %s %s %s', customer, type_id, lot_no, remaining, remaining_value, last_entry_no)
    FROM credits._lot_by_customer
    UNION ALL
    SELECT format('account %s %s %s %s %s', customer, type_id, balance, value, last_entry_no) FROM credits._account
    ORDER BY line;
END;
CREATE FUNCTION erp.journal() RETURNS SETOF text LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('%s %s %s', ledger_account, debit, credit) AS line FROM credits.closing_journal ORDER BY line;
END;
CREATE FUNCTION erp.customers() RETURNS SETOF text LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('%s %s', customer, works_with_credits) AS line FROM credits.customer ORDER BY line;
END;
CREATE FUNCTION erp.articles() RETURNS SETOF text LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('%s %s', article, coefficient) AS line FROM credits.article ORDER BY line;
END;
