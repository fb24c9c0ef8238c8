-- A key under which something is archived is that line's, though its row is gone: a line that counts cannot have it, whether it
-- comes as a new row, was there as a draft or had another key (rule 24).
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(21);

CREATE TABLE shop.bill (LIKE shop.slip INCLUDING ALL);
SELECT credits.attach('shop.bill', 'invoice', article => 'item', quantity => 'quantity', amount => 'amount',
    customer => 'customer', document_date => 'day', counts_when => $$line.state = 'posted'$$, check_at => 'commit') \g /dev/null
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (1, 'A', '2025-11-05', 'S', 10, 1000),
    (3, 'B', '2025-11-06', 'S', 4, 400), (4, 'B', '2025-11-06', 'S', 5, 500);
UPDATE shop.slip SET state = 'cancelled' WHERE id IN (3, 4);
INSERT INTO shop.bill (id, customer, day, item, quantity, amount) VALUES (1, 'A', '2025-11-06', 'S', 10, 1000);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT credits.close_month('2025-11-01') \g /dev/null
SELECT credits.archive('shop.slip', '2025-12-01'), credits.archive('shop.bill', '2025-12-01') \g /dev/null
SELECT pg_temp.accepted($$UPDATE shop.slip SET state = 'posted', day = '2025-12-05' WHERE id = 3$$,
    'what had come to nothing may count at a later date');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
UPDATE shop.slip SET state = 'cancelled' WHERE id = 3;
TRUNCATE shop.slip, shop.bill; -- which leaves no sign in the statistics of the transaction that rows have gone

SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
    VALUES (1, 'A', '2025-12-05', 'S', 2, 200)$$,
    '23514 credits_lines_kept', 'a new row that counts is refused under it');
SELECT pg_temp.refused($$INSERT INTO shop.bill (id, customer, day, item, quantity, amount)
    VALUES (1, 'A', '2025-12-05', 'S', 2, 200);
    SET CONSTRAINTS ALL IMMEDIATE$$, '23514 credits_lines_kept', 'at the check at commit, too');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, day, item, quantity, amount, state)
    VALUES (1, 'A', '2025-12-05', 'S', 2, 200, 'draft')$$, 'as a draft it is nobody''s business');
SELECT pg_temp.refused($$UPDATE shop.slip SET state = 'posted'$$, '23514 credits_lines_kept', 'until it is to count');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
        VALUES (2, 'A', '2025-12-05', 'S', 2, 200);
    INSERT INTO shop.bill (id, customer, day, item, quantity, amount)
        VALUES (2, 'A', '2025-12-05', 'S', 2, 200);
    SET CONSTRAINTS ALL IMMEDIATE$$, 'another key is as good as ever');
SELECT is(credits.balance('A', 'SUPPORT'), 24::numeric, 'each is booked once');
SELECT pg_temp.refused($$DELETE FROM shop.slip WHERE id = 1; UPDATE shop.slip SET id = 1 WHERE id = 2$$,
    '23514 credits_lines_kept', 'a line that is booked cannot change to it');
SELECT pg_temp.refused($$UPDATE shop.bill SET id = 1 WHERE id = 2; SET CONSTRAINTS ALL IMMEDIATE$$,
    '23514 credits_lines_kept', 'nor by the check at commit');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
    VALUES (3, 'B', '2025-12-05', 'S', 2, 200), (4, 'B', '2025-12-05', 'S', 2, 200)$$,
    'and so is that under which nothing stands');
SELECT is(credits.balance('B', 'SUPPORT'), 4::numeric, 'which is booked as a new one');
SELECT pg_temp.all_in_order();

DO $$
DECLARE
    call CONSTANT text := credits.attach_call('shop.slip');
BEGIN
    PERFORM credits.detach('shop.slip');
    UPDATE shop.slip SET state = 'posted' WHERE id = 1;
    EXECUTE call;
END
$$;
SELECT results_eq($$SELECT lines, refused FROM credits.take_in(on_refusal => 'report')$$, $$VALUES (0::bigint, 1::bigint)$$,
    'what got it between detach and attach is not taken in either');
SELECT is(credits.balance('A', 'SUPPORT'), 24::numeric, 'nor booked');

-- Keys of archived lines whose rows are there change hands

INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (7, 'C', '2026-01-10', 'S', 4, 400),
    (6, 'C', '2025-12-10', 'S', 2, 200), (5, 'C', '2025-12-10', 'S', 1, 100);
SELECT credits.close_month('2025-12-01') \g /dev/null
DELETE FROM shop.slip WHERE id = 1;
SELECT credits.archive('shop.slip', '2026-01-01') \g /dev/null
SELECT pg_temp.refused('UPDATE shop.slip SET id = 1 WHERE id = 5', '23514 credits_lines_kept',
    'an archived line cannot get the key of another one, which is gone');
UPDATE shop.slip SET id = id + 1 WHERE customer = 'C';
SELECT is((SELECT string_agg(format('%s: %s', line_key, quantity), ', ' ORDER BY line_key) FROM credits.lot WHERE customer = 'C'),
    '6: 1, 7: 2, 8: 4', 'but that of one that leaves it at once');
SELECT pg_temp.all_in_order();

-- What was made from an archived line that gets another key, and what names that key

CREATE TABLE shop.task (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric, origin text);
CREATE INDEX ON shop.task (origin);
SELECT credits.attach('shop.task', 'delivery_note', 'item', 'quantity', NULL, 'customer', 'day', origin => 'origin',
                      origin_table => 'shop.task') \g /dev/null
UPDATE credits.parameter SET closed_month_policy = 'next_open_month';
INSERT INTO shop.task VALUES (1, 'A', '2025-12-20', 'H', 3, NULL), (2, 'A', '2026-01-20', 'H', 3, '1'),
    (3, 'A', '2026-01-20', 'H', 5, '9');
SELECT credits.archive('shop.task', '2026-01-01') \g /dev/null
CREATE FUNCTION pg_temp.uses() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s: %s', line_key, used), ', ' ORDER BY line_key)
    FROM (SELECT line_key, -sum(quantity) AS used FROM credits.entry
          WHERE source = 'shop.task' GROUP BY line_key HAVING sum(quantity) <> 0) AS line
$$;
SELECT is(pg_temp.uses(), '1: 3, 3: 5', 'an archived line covers what was made from it');
UPDATE shop.task SET id = 9 WHERE id = 1;
SELECT is(pg_temp.uses(), '2: 3, 9: 3', 'under another key it covers what names that one');
SELECT pg_temp.all_in_order();
UPDATE shop.task SET id = 1 WHERE id = 9;
SELECT is(pg_temp.uses(), '1: 3, 3: 5', 'and back');

SELECT * FROM finish();
ROLLBACK;
