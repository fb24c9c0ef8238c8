-- The database that is dumped: an ERP with settings, tables attached in every way, lines booked and edited, alarms, registrations
-- by hand, months closed and reopened, bound tables, and a table that was detached.
SET client_min_messages = error;
CREATE EXTENSION credits;
INSERT INTO credits.credit_type (code, alarm_level, valuation, unit_value, memo) VALUES
    ('SUPPORT', 2, 'fifo', NULL, 'hours'), ('TRAINING', NULL, 'fixed', 95, NULL), ('OLD', NULL, 'fifo', NULL, NULL);
INSERT INTO credits.article (article, type_id, coefficient)
SELECT 'SALE', type_id, 1 FROM credits.credit_type WHERE code = 'SUPPORT';
INSERT INTO credits.article (article, type_id, coefficient)
SELECT 'QUARTER', type_id, -0.25 FROM credits.credit_type WHERE code = 'SUPPORT';
INSERT INTO credits.article (article, type_id, coefficient)
SELECT 'VOUCHER', type_id, 1 FROM credits.credit_type WHERE code = 'TRAINING';
INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '460000');
INSERT INTO credits.customer (customer, name, account_of)
VALUES ('C0', 'comes before him', 'C\2'), ('C''1', 'O''Neill', NULL), ('C\2', E'back\\slash', NULL), ('C3', NULL, NULL);
UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACT' WHERE code = 'SUPPORT';
UPDATE credits.credit_type SET active = false WHERE code = 'OLD';
UPDATE credits.article SET type_id = NULL, coefficient = NULL WHERE article = 'VOUCHER';
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'C3';
UPDATE credits.parameter SET fixed_relation = 'R', notify = false, closed_month_policy = 'reject';

CREATE SCHEMA "Odd ""shop";
SET search_path = "Odd ""shop";
CREATE TABLE invoice (invoice_id bigint PRIMARY KEY, customer text, day date, state text, number text);
CREATE TABLE invoice_line (
    invoice_id bigint NOT NULL REFERENCES invoice ON DELETE CASCADE, line_no integer, article text,
    quantity numeric, price numeric, amount numeric,
    PRIMARY KEY (invoice_id, line_no));
CREATE TABLE report_line (line_id bigint PRIMARY KEY, customer text, day date, article text, quantity double precision,
                          price numeric);
SELECT credits.attach('invoice_line', 'invoice', article => 'article', quantity => 'quantity', amount => 'amount',
    customer => 'header.customer', document_date => 'header.day', document_number => 'header.number',
    header_table => 'invoice', counts_when => $$header.state = 'posted'$$, zero_columns => '{price, amount}');
SELECT credits.attach('report_line', 'service_report', article => 'article', quantity => 'quantity', amount => NULL,
    customer => 'customer', document_date => 'day', zero_columns => '{price}');
INSERT INTO invoice VALUES (1, 'C''1', '2026-01-01', 'posted', '26001'), (2, 'C\2', '2026-01-02', 'draft', '26002');
INSERT INTO invoice_line VALUES (1, 1, 'SALE', 10, 100, 1000), (1, 2, 'SALE', 2, 90, 180), (2, 1, 'SALE', 3, 100, 300);
INSERT INTO report_line VALUES (1, 'C''1', '2026-01-03', 'QUARTER', 44, 25), (2, 'C\2', '2026-01-03', 'NOTHING', 1, 25);
UPDATE invoice SET state = 'posted' WHERE invoice_id = 2;
UPDATE report_line SET quantity = 42 WHERE line_id = 1;
SELECT credits.register_consumption('C\2', 'SUPPORT', 0.5, 'by phone', '2026-01-04');
SELECT credits.set_alarm_level('C\2', 'SUPPORT', 1);
INSERT INTO credits.customer (customer) VALUES ('C4');
CREATE TABLE work (region text, id integer, customer text, day date DEFAULT '2026-01-06', article text,
                   spent interval, price numeric DEFAULT 25, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE work_north PARTITION OF work FOR VALUES IN ('north');
CREATE TABLE work_south (price numeric DEFAULT 25, spent interval, id integer, region text, day date DEFAULT '2026-01-06',
                         article text, customer text, PRIMARY KEY (region, id));
ALTER TABLE work ATTACH PARTITION work_south FOR VALUES IN ('south');
CREATE TABLE visit (id integer PRIMARY KEY, customer text, day date DEFAULT '2026-01-07', article text,
                    quantity numeric, price numeric DEFAULT 25);
CREATE TABLE night_visit (PRIMARY KEY (id)) INHERITS (visit);
CREATE VIEW letter AS SELECT 1 AS id, 'C4'::text AS customer, DATE '2026-01-08' AS day;
CREATE TABLE letter_line (id integer PRIMARY KEY, letter integer, article text, quantity numeric);
SELECT credits.attach('work', 'service_report', article => 'article', quantity => 'spent', amount => 'price',
                      customer => 'customer', document_date => 'day', zero_columns => '{price}');
SELECT credits.attach('visit', 'service_report', article => 'article', quantity => 'quantity', amount => 'price',
                      customer => 'customer', document_date => 'day', zero_columns => '{price}');
SELECT credits.attach('letter_line', 'other', article => 'article', quantity => 'quantity', amount => NULL,
                      customer => 'header.customer', document_date => 'header.day',
    header_table => 'letter', header_key => '{id}', line_header => '{letter}');
INSERT INTO work (region, id, customer, article, spent)
VALUES ('north', 1, 'C4', 'SALE', '100 h'), ('south', 1, 'C4', 'QUARTER', '20 min');
INSERT INTO night_visit (id, customer, article, quantity) VALUES (1, 'C4', 'QUARTER', 8);
INSERT INTO letter_line VALUES (1, 1, 'QUARTER', 16);
CREATE TABLE party (code text PRIMARY KEY, name text, prepaid boolean, payer text REFERENCES party);
CREATE TABLE product (id integer PRIMARY KEY, type text, "Factor" double precision);
INSERT INTO party VALUES ('B2', 'Second', false, NULL), ('B1', 'First', true, 'B2');
INSERT INTO product VALUES (7, 'SUPPORT', -0.5), (8, NULL, NULL);
SELECT credits.bind_customers('party', 'code', 'prepaid', 'name', 'payer');
SELECT credits.bind_articles('product', 'id', 'type', '"Factor"');
UPDATE product SET type = NULL WHERE id = 7;
CREATE TABLE old_line (line_id bigint PRIMARY KEY, customer text, day date, article text, quantity numeric);
SELECT credits.attach('old_line', 'other', article => 'article', quantity => 'quantity', amount => NULL,
                      customer => 'customer', document_date => 'day');
INSERT INTO old_line VALUES (1, 'C\2', '2026-01-05', 'QUARTER', 1);
SELECT credits.detach('old_line');
INSERT INTO credits.article (article, ledger_account) VALUES ('RES', '700000');
UPDATE credits.credit_type SET result_account = '700000', result_article = 'RES' WHERE code = 'SUPPORT';
CREATE FUNCTION write_closing(id integer) RETURNS void
    LANGUAGE sql AS $$INSERT INTO "Odd ""shop".visit VALUES (90 + id, 'C4', '2026-01-31', 'QUARTER', 1000)$$;
UPDATE credits.parameter SET closing_hook = '"Odd ""shop".write_closing';
SELECT credits.close_month('2026-01-01');
UPDATE credits.parameter SET closing_hook = NULL;
INSERT INTO credits.page_text (language, name, text) VALUES ('es', 'statement', 'Extracto'), ('nl', 'statement', 'Strippenkaart');
INSERT INTO credits.page_template (name, template)
SELECT 'portfolio', '<!-- ours -->' || template FROM credits.page_template WHERE name = 'portfolio';
INSERT INTO credits.customer_role VALUES ('credits_customer', NULL);
UPDATE credits.customer SET statement_cycle = 'month', language = 'nl' WHERE customer = 'C4';
SELECT credits.statement_run('2026-02-01');
SELECT credits.reopen_month('2026-01-01');
SELECT credits.close_month('2026-01-01');

-- What a restore may get in the wrong order: partitions of partitions with many lines, headers with partitions, headers that
-- follow their lines, checks at commit, lines made from others, columns that are generated.
INSERT INTO credits.customer (customer) VALUES ('C5'), ('C6');
CREATE TABLE ticket (
    id bigint GENERATED BY DEFAULT AS IDENTITY, region text, customer text, day date, item text, minutes integer, price numeric,
    quarters numeric GENERATED ALWAYS AS (minutes / 15.0) STORED, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE ticket_north PARTITION OF ticket FOR VALUES IN ('n');
CREATE TABLE ticket_south PARTITION OF ticket FOR VALUES IN ('s') PARTITION BY RANGE (id);
CREATE TABLE ticket_south_1 PARTITION OF ticket_south FOR VALUES FROM (0) TO (1500);
CREATE TABLE ticket_south_2 PARTITION OF ticket_south FOR VALUES FROM (1500) TO (1000000);
SELECT credits.attach('ticket', 'helpdesk', article => 'item', quantity => 'quarters', amount => NULL,
                      customer => 'customer', document_date => 'day', zero_columns => '{price}');
SELECT credits.register_sale('C5', 'SUPPORT', 10000, 900000, 'many', '2026-02-01');
INSERT INTO ticket (region, customer, day, item, minutes, price)
SELECT CASE WHEN n % 2 = 0 THEN 'n' ELSE 's' END, 'C5', '2026-02-02', CASE WHEN n % 5 = 0 THEN 'QUARTER'
    ELSE 'OTHER' END, 15 + n % 7, 25 FROM generate_series(1, 3000) AS n;

CREATE TABLE trip (region text, id integer, customer text, day date, state text, number text,
                   PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE trip_north PARTITION OF trip FOR VALUES IN ('n');
CREATE TABLE trip_south PARTITION OF trip DEFAULT;
-- (Its name comes after that of the headers: pg_dump --data-only goes by names, and sees no foreign key between partitions.)
CREATE TABLE trip_work (region text, trip integer, line_no integer, item text, quantity numeric, price numeric, amount numeric,
    PRIMARY KEY (region, trip, line_no), FOREIGN KEY (region, trip) REFERENCES trip ON UPDATE CASCADE) PARTITION BY LIST (region);
CREATE TABLE trip_work_north PARTITION OF trip_work FOR VALUES IN ('n');
CREATE TABLE trip_work_south PARTITION OF trip_work DEFAULT;
SELECT credits.attach('trip_work', 'service_report', article => 'item', quantity => 'quantity',
                      amount => 'amount', customer => 'header.customer', document_date => 'header.day',
    document_number => 'header.number', header_table => 'trip', counts_when => $$header.state = 'done'$$,
    zero_columns => '{price}');
INSERT INTO trip SELECT CASE WHEN n % 3 = 0 THEN 'n' ELSE 's' END, n, 'C6', '2026-02-03', CASE WHEN n % 4 = 0
    THEN 'open' ELSE 'done' END, 'T' || n FROM generate_series(1, 100) AS n;
INSERT INTO trip_work SELECT region, id, line_no, CASE line_no WHEN 1 THEN 'SALE' ELSE 'QUARTER' END,
    1, 90, 90 FROM trip, generate_series(1, 3) AS line_no;
UPDATE trip SET number = 'T7a' WHERE id = 7;

CREATE TABLE memo (id integer PRIMARY KEY, customer text, day date, number text);
CREATE TABLE memo_line (id integer PRIMARY KEY, memo integer REFERENCES memo DEFERRABLE INITIALLY DEFERRED,
                        item text, quantity numeric, amount numeric, price numeric);
SELECT credits.attach('memo_line', 'other', article => 'item', quantity => 'quantity', amount => 'amount',
                      customer => 'header.customer', document_date => 'header.day',
    document_number => 'header.number', header_table => 'memo', zero_columns => '{price}', check_at => 'commit');
BEGIN;
INSERT INTO memo_line VALUES (1, 1, 'QUARTER', 4, 0, 25), (2, 1, 'SALE', 2, 180, 90);
INSERT INTO memo VALUES (1, 'C6', '2026-02-04', 'M1');
COMMIT;
CREATE TABLE task (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric,
                   made_from integer REFERENCES task, price numeric);
SELECT credits.attach('task', 'service_report', article => 'item', quantity => 'quantity', amount => NULL,
                      customer => 'customer', document_date => 'day', zero_columns => '{price}');
CREATE TABLE bill_line (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric,
                        task integer REFERENCES task, price numeric);
CREATE INDEX ON bill_line (task);
SELECT credits.attach('bill_line', 'invoice', article => 'item', quantity => 'quantity', amount => NULL,
                      customer => 'customer', document_date => 'day', zero_columns => '{price}',
    origin => 'task', origin_table => 'task');
INSERT INTO task VALUES (1, 'C6', '2026-02-05', 'QUARTER', 3, NULL, 25), (2, 'C6', '2026-02-05', 'QUARTER', 5, 1, 25);
INSERT INTO bill_line VALUES (1, 'C6', '2026-02-06', 'QUARTER', 3, 1, 25), (2, 'C6', '2026-02-06', 'QUARTER', 1, NULL, 25);
ALTER TABLE task DISABLE TRIGGER zz_credits_insert;
INSERT INTO task VALUES (3, 'C6', '2026-02-07', 'QUARTER', 100000, NULL, 0);
ALTER TABLE task ENABLE TRIGGER zz_credits_insert;
SELECT credits.take_in(on_refusal => 'report');
UPDATE task SET quantity = 0 WHERE id = 3;
