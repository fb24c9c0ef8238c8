-- A key under which something is archived is that line's, though its row is gone: a line that counts cannot have it, whether it
-- comes as a new row or was there as a draft (rule 24).
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(12);

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

SELECT * FROM finish();
ROLLBACK;
