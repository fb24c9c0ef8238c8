-- archive: lines of closed months may go with their partition, and what they did stays (rule 24).
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(70);

CREATE TABLE shop.job (id integer, customer text, day date, item text, quantity numeric, amount numeric, sale text,
                       PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE shop.job_2025 PARTITION OF shop.job FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE shop.job_2026 PARTITION OF shop.job FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
SELECT credits.attach('shop.job', 'service_report', 'item', 'quantity', 'amount', 'customer', 'day', refers_to => 'sale');
INSERT INTO shop.job VALUES (1, 'A', '2025-11-05', 'S', 10, 1000), (2, 'A', '2025-11-20', 'H', 3, 0),
    (3, 'B', '2025-12-05', 'S', 2, 200),
    (4, 'A', '2026-01-05', 'H', 1, 0), (5, 'A', '2025-12-06', 'H', 1, 0);
CREATE TEMPORARY TABLE before AS SELECT * FROM credits.portfolio;

SELECT pg_temp.refused($$SELECT credits.archive('shop.job', '2026-01-01')$$, '23514 credits_month_open',
    'an open month is not archived');
SELECT credits.close_month('2025-11-01'), credits.close_month('2025-12-01') \g /dev/null
SELECT pg_temp.refused($$SELECT credits.archive('shop.job', '2026-01-02')$$, '23514 credits_month_open',
    'nor are lines dated later than what is closed');
SELECT pg_temp.refused($$SELECT credits.archive('shop.party', '2026-01-01')$$, '42P01', 'nor what is no table');
SELECT pg_temp.refused($$SELECT credits.archive('credits.article', '2026-01-01')$$, '42704', 'nor what is not attached');
SELECT pg_temp.refused($$SELECT credits.archive('shop.job', NULL)$$, '22004', 'a day is needed');
SELECT pg_temp.refused('DROP TABLE shop.job_2025', '23514 credits_lines_kept',
    'until then a partition with lines that count stays');
SELECT * FROM pg_temp.refused($$SET LOCAL session_replication_role = replica; UPDATE shop.job SET quantity = 2 WHERE id = 2;
    SET LOCAL session_replication_role = origin; SELECT credits.archive('shop.job', '2026-01-01')$$, '23514 credits_lines_kept',
    'what is not booked as it stands is not archived');
SELECT is(credits.archive('shop.job', '2026-01-01'), 4::bigint, 'lines of closed months are archived');
SELECT bag_eq('SELECT * FROM credits.portfolio', 'SELECT * FROM before', 'nothing moves');
SELECT is((SELECT string_agg(DISTINCT format('%s %s %s', source, coalesce(line_table::text, '-'), line_key), ', ')
           FROM credits.entry WHERE source = 'shop.job'),
    'shop.job - 1/2025-11-05, shop.job - 2/2025-11-20, shop.job - 3/2025-12-05, shop.job - 5/2025-12-06, '
    || 'shop.job shop.job 4/2026-01-05',
    'entries stay, with the name of the source');
SELECT pg_temp.all_in_order();
SELECT is((credits.take_in()).lines, 0::bigint, 'nor is anything booked anew');

-- They go

SELECT pg_temp.accepted('UPDATE shop.job SET quantity = 7 WHERE id = 5', 'a line that is archived is nobody''s business');
SELECT pg_temp.accepted('DELETE FROM shop.job WHERE id = 5', 'it may be deleted');
SELECT pg_temp.refused($$UPDATE shop.job SET day = '2026-01-07' WHERE id = 2$$, '23514 credits_lines_kept',
    'but not be dated later, where it would be booked once more');
SELECT pg_temp.accepted('TRUNCATE shop.job_2025', 'its partition may be truncated');
SELECT pg_temp.accepted('DROP TABLE shop.job_2025', 'and dropped');
SELECT bag_eq('SELECT * FROM credits.portfolio', 'SELECT * FROM before', 'and still nothing moves');
SELECT pg_temp.all_in_order();
SELECT is((credits.take_in()).lines, 0::bigint, 'nor is anything taken in');

-- Life goes on

INSERT INTO shop.job VALUES (6, 'A', '2026-01-08', 'H', 2, 0);
SELECT is(credits.balance('A', 'SUPPORT'), 3::numeric, 'later lines draw from archived sales');
INSERT INTO shop.job VALUES (7, 'A', '2026-01-09', 'S', -1, -100, '1/2025-11-05');
SELECT is(credits.balance('A', 'SUPPORT'), 2::numeric, 'and a credit note takes from them');
SELECT is((SELECT lot_no FROM credits.entry WHERE line_key = '7/2026-01-09'), 1::bigint, 'the one that it refers to');
SELECT pg_temp.refused('DROP TABLE shop.job_2026', '23514 credits_lines_kept', 'what is not archived is kept');
SELECT pg_temp.all_in_order();
CREATE TABLE shop.job_2025 PARTITION OF shop.job FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
SELECT pg_temp.refused($$INSERT INTO shop.job VALUES (8, 'A', '2025-12-31', 'H', 1, 0)$$, '23514 credits_month_open',
    'nothing new is dated before');
SELECT pg_temp.accepted($$INSERT INTO shop.job VALUES (8, 'A', '2025-12-31', 'X', 1, 0), (9, 'Nobody', '2025-12-31', 'H', 1, 0);
    UPDATE shop.job SET quantity = 2 WHERE id = 9; DELETE FROM shop.job WHERE id > 7$$, 'unless it would not be booked at all');
SELECT pg_temp.refused($$UPDATE shop.job SET day = '2025-12-31' WHERE id = 6$$, '23514 credits_month_open',
    'nor is what is booked dated before later');
SELECT is(credits.balance('A', 'SUPPORT'), 2::numeric, 'nothing moves');
SELECT is(credits.archive('shop.job', '2025-12-01'), 0::bigint, 'an earlier day archives nothing');
SELECT is((SELECT archived_before FROM credits.source WHERE line_table = 'shop.job'::regclass), '2026-01-01'::date,
    'and takes nothing back');
SELECT pg_temp.all_in_order();

-- It outlives a detach

CREATE TEMPORARY TABLE kept AS SELECT to_jsonb(source) - '{mapping,attached_at}'::text[] AS source FROM credits.source
    WHERE line_table = 'shop.job'::regclass;
CREATE FUNCTION pg_temp.attach_again(change text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    attach_call text := credits.attach_call('shop.job');
BEGIN
    PERFORM credits.detach('shop.job');
    EXECUTE change;
    EXECUTE attach_call;
END
$$;
INSERT INTO shop.job VALUES (1, 'A', '2025-11-05', 'S', 10, 1000);
TRUNCATE before;
INSERT INTO before SELECT * FROM credits.portfolio;
SELECT pg_temp.attach_again();
SELECT is((SELECT to_jsonb(source) - '{mapping,attached_at,has_history}'::text[] FROM credits.source
           WHERE line_table = 'shop.job'::regclass),
    (SELECT source - 'has_history' FROM kept), 'a table that is attached again has what it had');
SELECT pg_temp.all_in_order();
SELECT is((credits.take_in()).lines, 0::bigint, 'what is archived is not taken in');
SELECT bag_eq('SELECT * FROM credits.portfolio', 'SELECT * FROM before', 'and nothing moves');
INSERT INTO shop.job VALUES (9, 'A', '2026-01-09', 'S', -1, -100, '1/2025-11-05');
SELECT is((SELECT lot_no FROM credits.entry WHERE line_key = '9/2026-01-09'), 1::bigint, 'an archived sale is still found');
DELETE FROM shop.job WHERE id = 9;
SELECT pg_temp.attach_again('ALTER TABLE shop.job RENAME TO was; CREATE TABLE shop.job (LIKE shop.was INCLUDING ALL);
    INSERT INTO shop.job SELECT * FROM shop.was');
SELECT pg_temp.all_in_order();
SELECT is((credits.take_in()).lines, 0::bigint, 'nor of a table that was rebuilt');
SELECT is(credits.archive('shop.job', '2026-01-01'), 0::bigint, 'it is archived already');
SELECT is((SELECT count(*) FROM credits._source WHERE archive_of IS NOT NULL), 1::bigint, 'in one place');

CREATE FUNCTION pg_temp.names() RETURNS text LANGUAGE sql AS
$$SELECT string_agg(DISTINCT source, ', ') FROM credits.entry WHERE line_key LIKE '%/20%'$$;
ALTER TABLE shop.job RENAME TO work;
SELECT is(pg_temp.names(), 'shop.work', 'a new name of the source is that of its archived lines, too');
SELECT credits.detach('shop.work');
ALTER TABLE shop.work RENAME TO job;
SELECT credits.attach('shop.job', 'service_report', 'item', 'quantity', 'amount', 'customer', 'day', refers_to => 'sale');
SELECT is(pg_temp.names(), 'shop.job', 'so is one that it got while it was detached');

-- What was made from it

CREATE TABLE shop.done (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric, origin text);
CREATE INDEX ON shop.done (origin);
SELECT credits.attach('shop.done', 'delivery_note', 'item', 'quantity', NULL, 'customer', 'day', origin => 'origin',
                      origin_table => 'shop.done');
UPDATE credits.parameter SET closed_month_policy = 'next_open_month';
INSERT INTO shop.done VALUES (1, 'A', '2025-12-10', 'Q', 4, NULL), (2, 'A', '2025-12-11', 'Q', 4, NULL),
    (3, 'A', '2026-01-10', 'Q', 4, '1');
SELECT is(credits.archive('shop.done', '2026-01-01'), 2::bigint, 'lines are archived from which later ones were made');
SELECT pg_temp.all_in_order();
DELETE FROM shop.done WHERE id = 2;
CREATE TEMPORARY TABLE had AS SELECT credits.balance('A', 'SUPPORT');
INSERT INTO shop.done VALUES (4, 'A', '2026-01-10', 'Q', 4, '1'), (5, 'A', '2026-01-11', 'Q', 4, '2');
UPDATE shop.done SET quantity = 8 WHERE id = 3;
SELECT is(credits.balance('A', 'SUPPORT'), (TABLE had),
    'what is made from an archived line consumes no more, even if that is gone');
SELECT pg_temp.all_in_order();
DELETE FROM shop.done WHERE id = 3;
INSERT INTO shop.job VALUES (10, 'A', '2026-01-09', 'S', 1, 100);
INSERT INTO shop.done VALUES (6, 'A', '2026-01-10', 'Q', 4, '7');
SELECT is(credits.balance('A', 'SUPPORT'), (TABLE had), 'but what is made from nothing does');
SELECT pg_temp.all_in_order();

-- A new key

INSERT INTO shop.job VALUES (12, 'A', '2026-01-09', 'S', 2, 200);
CREATE TEMPORARY TABLE had_then AS SELECT credits.balance('A', 'SUPPORT');
SELECT pg_temp.accepted('UPDATE shop.job SET id = 11 WHERE id = 1', 'a line that is archived may get another key');
SELECT is((SELECT string_agg(line_key, ', ') FROM credits.lot WHERE source = 'shop.job' AND lot_no = 1 AND customer = 'A'),
    '11/2025-11-05', 'what is archived follows it');
SELECT pg_temp.refused($$UPDATE shop.job SET day = '2026-01-09' WHERE id = 11$$, '23514 credits_lines_kept',
    'so that it is not booked once more under that key');
SELECT is(credits.balance('A', 'SUPPORT'), (TABLE had_then), 'nothing moves');
SELECT pg_temp.all_in_order();

-- What is dated before, and was not archived

CREATE TABLE shop.visit (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric, price numeric,
                         state text DEFAULT 'done', memo text);
SELECT credits.attach('shop.visit', 'other', 'item', 'quantity', NULL, 'customer', 'day', zero_columns => '{price}',
                      counts_when => 'line.state = ''done''');
INSERT INTO shop.visit VALUES (1, 'A', '2025-12-10', 'Q', 4, 95, 'done'), (2, 'A', '2025-12-10', 'Q', 4, 95, 'draft'),
    (3, 'D', '2025-12-10', 'Q', 4, 95, 'done');
SELECT credits.archive('shop.visit', '2026-01-01') \g /dev/null
CREATE FUNCTION pg_temp.test_visits(title text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT pg_temp.refused('UPDATE shop.visit SET state = ''done'' WHERE id = 2; SET CONSTRAINTS ALL IMMEDIATE',
        '23514 credits_month_open', 'a draft is not posted: ' || title);
    RETURN NEXT pg_temp.accepted('UPDATE shop.visit SET state = ''done'', day = ''2026-01-10'' WHERE id = 2;
        SET CONSTRAINTS ALL IMMEDIATE', 'before it has a later date');
    UPDATE credits.customer SET works_with_credits = true WHERE customer = 'D';
    INSERT INTO shop.job VALUES (13, 'D', '2026-01-09', 'S', 9, 900);
    RETURN NEXT pg_temp.accepted('UPDATE shop.visit SET memo = ''seen'' WHERE id = 3;
        SET CONSTRAINTS ALL IMMEDIATE', 'what was not booked then may be annotated');
    RETURN NEXT pg_temp.refused('UPDATE shop.visit SET quantity = 5 WHERE id = 3; SET CONSTRAINTS ALL IMMEDIATE',
        '23514 credits_month_open', 'but not changed where that would book it');
    RETURN NEXT is((SELECT array_agg(price ORDER BY id) FROM shop.visit WHERE id IN (2, 3)), '{0,95}',
        'prices are those of what is booked');
    UPDATE shop.visit SET price = 95 WHERE id = 1;
    RETURN NEXT is((SELECT price FROM shop.visit WHERE id = 1), 0::numeric, 'or archived, since it was paid with credits');
    RETURN NEXT pg_temp.all_in_order();
END
$$;
SAVEPOINT untouched;
SELECT pg_temp.test_visits('by statement');
ROLLBACK TO untouched;
SELECT credits.attach('shop.visit', 'other', 'item', 'quantity', NULL, 'customer', 'day', zero_columns => '{price}',
                      counts_when => 'line.state = ''done''', check_at => 'commit')
FROM (SELECT credits.detach('shop.visit') OFFSET 0) AS detached;
SELECT pg_temp.test_visits('at commit');

-- Chains that begin before

CREATE TABLE shop.bill (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric, origin text);
CREATE TABLE shop.sent (LIKE shop.bill INCLUDING ALL);
CREATE TABLE shop.told (LIKE shop.bill INCLUDING ALL);
CREATE INDEX ON shop.sent (origin);
CREATE INDEX ON shop.told (origin);
SELECT credits.attach('shop.bill', 'other', 'item', 'quantity', NULL, 'customer', 'day');
SELECT credits.attach('shop.sent', 'delivery_note', 'item', 'quantity', NULL, 'customer', 'day', origin => 'origin',
                      origin_table => 'shop.bill');
SELECT credits.attach('shop.told', 'service_report', 'item', 'quantity', NULL, 'customer', 'day', origin => 'origin',
                      origin_table => 'shop.sent');
INSERT INTO shop.job VALUES (14, 'A', '2026-01-09', 'S', 9, 900);
INSERT INTO shop.bill VALUES (1, 'A', '2025-12-10', 'Q', 4);
INSERT INTO shop.sent VALUES (1, 'A', '2025-12-11', 'Q', 4, '1'), (2, 'A', '2025-12-11', 'X', 4, NULL);
SELECT credits.archive('shop.bill', '2026-01-01'), credits.archive('shop.sent', '2026-01-01') \g /dev/null
TRUNCATE had;
INSERT INTO had SELECT credits.balance('A', 'SUPPORT');
INSERT INTO shop.told VALUES (1, 'A', '2026-01-10', 'Q', 4, '1'), (2, 'A', '2026-01-10', 'Q', 4, '2');
SELECT is(credits.balance('A', 'SUPPORT'), (TABLE had), 'what counted without credits then covers what is made from it later');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
