-- Changed lines: what is booked is never rewritten, the difference is booked (rules 14, 15, 16, 23).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(69);

-- A sold line, nothing consumed: everything may change

INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES (1, 'A', '2026-01-10', 'S-1', 'S', 10, 1000);
UPDATE shop.slip SET quantity = 8 WHERE id = 1;
SELECT pg_temp.booked('A', ARRAY['sale lot 1: 10 at 1000.00', 'sale_change lot 1: -2 at 0.00'],
                      'fewer credits for the same money');
UPDATE shop.slip SET amount = 700 WHERE id = 1;
SELECT pg_temp.booked('A', ARRAY['sale_change lot 1: 0 at -300.00'], 'less money for the same credits', 2);
SELECT results_eq($$SELECT quantity, amount, value, remaining, remaining_value FROM credits.lot WHERE customer = 'A'$$,
    $$VALUES (8::numeric, 700::numeric, 700::numeric, 8::numeric, 700::numeric)$$, 'the lot is what the line is now');
UPDATE shop.slip SET day = '2026-01-12' WHERE id = 1;
SELECT pg_temp.booked('A', ARRAY['sale_change lot 1: -8 at -700.00', 'sale lot 2: 8 at 700.00'],
    'another date is another lot: the old one is emptied', 3);
SELECT results_eq($$SELECT lot_no, sold_on, quantity, open FROM credits.lot WHERE customer = 'A' ORDER BY 1$$,
    $$VALUES (1::bigint, '2026-01-10'::date, 0::numeric, false), (2, '2026-01-12', 8, true)$$, 'which keeps its number');
UPDATE shop.slip SET customer = 'B' WHERE id = 1;
SELECT pg_temp.booked('A', ARRAY['sale_change lot 2: -8 at -700.00'], 'another customer: one loses them', 5);
SELECT pg_temp.booked('B', ARRAY['sale lot 1: 8 at 700.00'], 'the other gets them');
UPDATE shop.slip SET item = 'T' WHERE id = 1;
SELECT results_eq($$SELECT type_id, kind, quantity FROM credits.entry WHERE customer = 'B' ORDER BY type_id, entry_no$$,
    $$VALUES (101, 'sale', 8::numeric), (101, 'sale_change', -8), (102, 'sale', 8)$$,
    'another article, of another type: the same between types');
UPDATE shop.slip SET item = 'X' WHERE id = 1;
SELECT is(credits.balance('B', 'TRAINING'), 0::numeric, 'an article without credits takes the sale out');
UPDATE shop.slip SET item = 'S', customer = 'A' WHERE id = 1;
UPDATE shop.slip SET state = 'cancelled' WHERE id = 1;
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'so does a line that counts no more');
UPDATE shop.slip SET state = 'posted' WHERE id = 1;
SELECT is(credits.balance('A', 'SUPPORT'), 8::numeric, 'until it counts again');

-- A sold line of which some is consumed: nothing that credits depend on may change

INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (2, 'A', '2026-01-15', 'Q', 2);
SELECT pg_temp.refused(format('UPDATE shop.slip SET %s WHERE id = 1', change), '23514 credits_lot_not_consumed',
                       change || ' is refused')
FROM unnest(ARRAY['quantity = 9', 'quantity = 7.5', 'amount = 701', 'amount = NULL', $$item = 'T'$$,
                  $$item = 'X'$$, 'item = NULL',
    $$customer = 'B'$$, $$customer = 'D'$$, $$day = '2026-01-13'$$, 'day = NULL', $$state = 'cancelled'$$,
    'quantity = 0', 'quantity = NULL']) AS change;
SELECT pg_temp.refused('DELETE FROM shop.slip WHERE id = 1', '23514 credits_lot_not_consumed', 'nor can it be deleted');
CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
SELECT pg_temp.accepted(format('UPDATE shop.slip SET %s WHERE id = 1', change), change || ' is free')
FROM unnest(ARRAY[$$memo = 'see me'$$, $$number = 'S-1a'$$, 'quantity = 8.0, amount = 700.000', 'id = 101']) AS change;
UPDATE shop.slip SET id = 1 WHERE id = 101;
SELECT is(pg_temp.entries(), entries, 'what credits do not depend on books nothing') FROM before;
SELECT results_eq($$SELECT line_key, document_number FROM credits.lot WHERE customer = 'A' AND open$$,
    $$VALUES ('1' COLLATE "C", 'S-1a')$$, 'key and number of the lot follow the line');

-- Net of what came back

UPDATE shop.slip SET quantity = 0 WHERE id = 2;
SELECT pg_temp.accepted('UPDATE shop.slip SET quantity = 10, amount = 900 WHERE id = 1',
                        'a lot whose draws all came back may change again');
SELECT results_eq($$SELECT quantity, value FROM credits.lot WHERE customer = 'A' AND open$$,
                  $$VALUES (10::numeric, 900::numeric)$$, 'and does');
UPDATE shop.slip SET quantity = 1 WHERE id = 2;
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = CASE id WHEN 1 THEN 12 ELSE 0 END WHERE id IN (1, 2)$$,
    'also when they come back in the same save');
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = CASE id WHEN 1 THEN 4 ELSE 16 END WHERE id IN (1, 2)$$,
    'and a sale may shrink to what is drawn anew');
SELECT pg_temp.refused($$UPDATE shop.slip SET quantity = CASE id WHEN 1 THEN 5 ELSE 12 END WHERE id IN (1, 2)$$,
                       '23514 credits_lot_not_consumed',
    'not while a part of it stays drawn');
SELECT is_empty('SELECT * FROM credits.verify()', 'so far verify() finds nothing');

-- A consumption: more is drawn, less returns, last draw first

INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (11, 'C', '2026-01-01', 'S', 3, 100), (12, 'C', '2026-01-02', 'S', 10, 900);
INSERT INTO shop.slip (id, customer, day, number, item, quantity) VALUES (13, 'C', '2026-01-03', 'C-13', 'H', 4);
SELECT pg_temp.booked('C', ARRAY['consumption lot 1: -3 at -100.00', 'consumption lot 2: -1 at -90.00'],
                      'given a consumption out of two lots', 2);
UPDATE shop.slip SET quantity = 6 WHERE id = 13;
SELECT pg_temp.booked('C', ARRAY['consumption_change lot 2: -2 at -180.00'], 'more: the difference is drawn', 4);
UPDATE shop.slip SET quantity = 3.5 WHERE id = 13;
SELECT pg_temp.booked('C',
                      ARRAY['consumption_change lot 2: 2 at 180.00 undoes 5', 'consumption_change lot 2: 0.5 at 45.00 undoes 4'],
    'less: the difference returns to where it came from, last draw first', 5);
UPDATE shop.slip SET quantity = 2 WHERE id = 13;
SELECT pg_temp.booked('C',
                      ARRAY['consumption_change lot 2: 0.5 at 45.00 undoes 4', 'consumption_change lot 1: 1 at 33.33 undoes 3'],
    'a return has the value of its share of the draw', 7);
UPDATE shop.slip SET quantity = 1 WHERE id = 13;
UPDATE shop.slip SET quantity = 0 WHERE id = 13;
SELECT pg_temp.booked('C',
                      ARRAY['consumption_change lot 1: 1 at 33.34 undoes 3', 'consumption_change lot 1: 1 at 33.33 undoes 3'],
    'the one that completes a draw takes what is left of it', 9);
SELECT results_eq($$SELECT remaining, remaining_value FROM credits.lot WHERE customer = 'C' ORDER BY lot_no$$,
    $$VALUES (3::numeric, 100::numeric), (10, 900)$$, 'no cent is lost on the way');
UPDATE shop.slip SET quantity = 1 WHERE id = 13;
SELECT pg_temp.booked('C', ARRAY['consumption lot 1: -1 at -33.33'], 'after that the line is drawn anew', 11);
SELECT pg_temp.refused('UPDATE shop.slip SET quantity = 13.1 WHERE id = 13', '23514 credits_balance_not_negative',
                       'it cannot take more than there is');
SELECT pg_temp.accepted('UPDATE shop.slip SET quantity = 13 WHERE id = 13', 'but all of it');
UPDATE shop.slip SET quantity = 1 WHERE id = 13;
SELECT results_eq($$SELECT lot_no, remaining FROM credits.lot WHERE customer = 'C' ORDER BY lot_no$$,
                  $$VALUES (1::bigint, 2::numeric), (2, 10)$$,
    'and give it back');

-- Moved consumptions: undone, and booked anew

CREATE FUNCTION pg_temp.last_entry(who text) RETURNS bigint
    LANGUAGE sql AS $$SELECT max(entry_no) FROM credits.entry WHERE customer = who$$;
SELECT pg_temp.last_entry('C') AS last \gset
UPDATE shop.slip SET day = '2026-01-05' WHERE id = 13;
SELECT results_eq(format(
    $$SELECT kind, quantity, document_date FROM credits.entry WHERE customer = 'C' AND entry_no > %s ORDER BY entry_no$$, :last),
    $$VALUES ('consumption_change', 1::numeric, '2026-01-03'::date), ('consumption_change', -1, '2026-01-05')$$,
    'another date: returned on the old one, drawn on the new one');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (14, 'B', 'S', 2, 20);
UPDATE shop.slip SET customer = 'B' WHERE id = 13;
SELECT results_eq($$SELECT customer, balance FROM credits.account WHERE customer > 'A' AND type_id = 101 ORDER BY 1$$,
    $$VALUES ('B' COLLATE "C", 1::numeric), ('C', 13)$$, 'another customer: returned to one, drawn from the other');
SELECT pg_temp.refused($$UPDATE shop.slip SET quantity = 3 WHERE id = 13$$, '23514 credits_balance_not_negative',
                       'whose credits count now');
SELECT pg_temp.refused($$UPDATE shop.slip SET customer = 'A', quantity = 5 WHERE id = 13$$, '23514 credits_balance_not_negative',
    'one who has not enough gets none of it');
UPDATE shop.slip SET customer = 'C', item = 'Q' WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 12.75, 'another article: its coefficient counts');
UPDATE shop.slip SET item = 'S', amount = 5 WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 14::numeric, 'a consumption may even become a sale');
UPDATE shop.slip SET item = 'H', amount = NULL WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 12::numeric, 'and a sale a consumption');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() still finds nothing');

-- A line keeps the type and coefficient of its first booking until its article changes (rule 16)

UPDATE credits.article SET coefficient = -2 WHERE article = 'H';
UPDATE shop.slip SET quantity = 2 WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 11::numeric, 'a new coefficient does not rewrite the past');
UPDATE shop.slip SET state = 'draft' WHERE id = 13;
UPDATE shop.slip SET state = 'posted' WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 11::numeric, 'also not for a line that did not count for a time');
UPDATE shop.slip SET day = '2026-02-01' WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 11::numeric, 'or moved to another date');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (15, 'C', 'H', 1);
SELECT is(credits.balance('C', 'SUPPORT'), 9::numeric, 'a new line has the new one');
UPDATE credits.article SET type_id = NULL, coefficient = NULL WHERE article = 'H';
UPDATE shop.slip SET quantity = 1 WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 10::numeric, 'a line goes on when its article lost the type');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (16, 'C', 'H', 1);
SELECT is(credits.balance('C', 'SUPPORT'), 10::numeric, 'a new one does not begin');
UPDATE credits.article SET type_id = 101, coefficient = -3 WHERE article = 'H';
UPDATE shop.slip SET item = 'Q' WHERE id = 13;
UPDATE shop.slip SET item = 'H' WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 8::numeric, 'one that changed its article has the terms of now');
DELETE FROM shop.slip WHERE id = 16;

-- A customer who loses the flag (rule 23)

UPDATE credits.customer SET works_with_credits = false WHERE customer = 'C';
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (17, 'C', 'H', 100);
SELECT is(credits.balance('C', 'SUPPORT'), 8::numeric, 'new lines are ignored');
UPDATE shop.slip SET quantity = 2 WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 5::numeric, 'a line that is booked settles');
UPDATE shop.slip SET state = 'draft' WHERE id = 13;
UPDATE shop.slip SET state = 'posted' WHERE id = 13;
SELECT is(credits.balance('C', 'SUPPORT'), 11::numeric, 'but once it is out, it stays out');

-- A save may wait after its statement began, so times of entries tell no order: whatever they are, a line is what it adds up to

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (900, 'B', 'S', 9, 90);
UPDATE shop.slip SET customer = 'A' WHERE id = 900;
UPDATE shop.slip SET customer = 'B' WHERE id = 900;
UPDATE shop.slip SET customer = 'A' WHERE id = 900;
UPDATE credits._entry AS entry SET recorded_at = entry.recorded_at - entry.entry_no * interval '1 hour'
                                              * CASE line.customer WHEN 'B' THEN 3 ELSE -2 END
FROM credits._entry_by_customer AS line
WHERE line.line_key = '900' AND entry.account_no = line.account_no AND entry.entry_no = line.entry_no;
UPDATE shop.slip SET quantity = 7, amount = 70 WHERE id = 900;
SELECT is((SELECT array_agg(concat(customer, ' ', total) ORDER BY customer)
    FROM (SELECT customer, trim_scale(sum(quantity)) AS total
          FROM credits.entry WHERE line_key = '900' GROUP BY customer) AS booked),
    '{A 7,B 0}', 'a line that was handed over and back is booked once');
DELETE FROM shop.slip WHERE id = 900;
SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_key = '900'), 0::numeric, 'and taken out once');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
