-- What becomes of lines when a setting changes after they were saved: an article gets another type (rule 16), a customer loses
-- the flag and gets it back (rules 8 and 23), a type is made inactive (rule 2).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(54);

CREATE FUNCTION pg_temp.balances(who text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(left(code, 1), balance), ' ' ORDER BY code) FROM credits.account JOIN credits.credit_type
        USING (type_id) WHERE customer = who
$$;
CREATE FUNCTION pg_temp.violations() RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(concat_ws(' ', invariant, customer, split_part(detail, ':', 1)) ORDER BY invariant, detail)
    FROM credits.verify() AS v (invariant, customer, type_code, detail)
$$;

-- Given a customer with credits of two types, and lines on slips and on an invoice

INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (1, 'A', '2026-01-01', 'S', 20, 2000), (2, 'A', '2026-01-01', 'T', 20, 1000), (3, 'A', '2026-01-02', 'H', 2, NULL),
    (4, 'A', '2026-01-02', 'S', 1, 90);
INSERT INTO shop.invoice VALUES ('I-1', 'A', '2026-01-03', 'posted'), ('I-2', 'A', '2026-01-03', 'draft');
INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'H', 3, 100, 300), ('I-2', 1, 'H', 4, 100, 400);
SELECT is(pg_temp.balances('A'), 'S16 T20', 'given two balances');

-- An article that changes its type: H consumes two of the other one from now on, and S sells it

UPDATE credits.article SET type_id = 102, coefficient = -2 WHERE article = 'H';
UPDATE credits.article SET type_id = 102, coefficient = 3 WHERE article = 'S';
SELECT is(pg_temp.balances('A'), 'S16 T20', 'books nothing');
SELECT is(pg_temp.violations(), NULL, 'and leaves what is booked as it should be');
UPDATE shop.slip SET quantity = 5 WHERE id = 3;
SELECT is(pg_temp.balances('A'), 'S13 T20', 'a booked line keeps its type when its quantity changes');
UPDATE shop.slip SET quantity = 2, amount = 180 WHERE id = 4;
SELECT is(pg_temp.balances('A'), 'S14 T20', 'so does a sale');
UPDATE shop.invoice SET day = '2026-01-09' WHERE number = 'I-1';
SELECT is(pg_temp.balances('A'), 'S14 T20', 'or when its document gets another date');
UPDATE shop.invoice SET state = 'cancelled' WHERE number = 'I-1';
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-1';
SELECT is(pg_temp.balances('A'), 'S14 T20', 'or does not count for a time');
UPDATE shop.slip SET customer = 'B' WHERE id = 4;
SELECT is(pg_temp.balances('A') || ', ' || pg_temp.balances('B'), 'S12 T20, S2', 'or gets another customer');
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-2';
SELECT is(pg_temp.balances('A'), 'S12 T12', 'a line that was never booked has the new type, though it was saved before');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (5, 'A', 'H', 1, NULL), (6, 'A', 'S', 1, 300);
SELECT is(pg_temp.balances('A'), 'S12 T13', 'and so has a new one');
UPDATE shop.slip SET item = 'Q' WHERE id = 3;
UPDATE shop.slip SET item = 'H' WHERE id = 3;
SELECT is(pg_temp.balances('A'), 'S17 T3', 'one whose article changes and changes back has the new type, too');
SELECT pg_temp.refused($$UPDATE shop.slip SET quantity = 8 WHERE id = 3$$, '23514 credits_balance_not_negative',
                       'and the limits of it');
DELETE FROM shop.invoice WHERE number = 'I-1';
SELECT is(pg_temp.balances('A'), 'S20 T3', 'a deleted line gives back what it took, where it took it');
SELECT results_eq($$SELECT type_id, kind, article, coefficient FROM credits.entry WHERE line_key = 'I-1/1'
                    ORDER BY entry_no DESC LIMIT 1$$,
    $$VALUES (101, 'consumption_change', 'H' COLLATE "C", -1::numeric)$$, 'on the terms that it was booked on');
SELECT is(pg_temp.violations(), NULL, 'verify() finds nothing');
UPDATE credits.article SET type_id = 101, coefficient = -1 WHERE article = 'H';
UPDATE credits.article SET type_id = 101, coefficient = 1 WHERE article = 'S';
SELECT is(pg_temp.violations(), NULL, 'nor when the article has its old type again');

-- A customer who loses the flag

UPDATE credits.customer SET works_with_credits = false WHERE customer = 'A';
SELECT is(pg_temp.balances('A'), 'S20 T3', 'keeps his balance');
SELECT isnt_empty($$SELECT FROM credits.portfolio WHERE customer = 'A' AND open = 20$$, 'in the portfolio, too');
SELECT isnt_empty($$SELECT FROM credits.history WHERE customer = 'A'$$, 'and his history');
SELECT is(pg_temp.violations(), NULL, 'which is as it should be');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (10, 'A', 'H', 1, 100), (11, 'A', 'S', 1, 100);
INSERT INTO shop.invoice VALUES ('I-3', 'A', '2026-01-05', 'posted');
INSERT INTO shop.invoice_line VALUES ('I-3', 1, 'H', 2, 100, 200), ('I-2', 2, 'H', 1, 100, 100);
SELECT is(pg_temp.balances('A'), 'S20 T3', 'new lines are ignored, on old documents, too');
SELECT is((SELECT string_agg(amount::text, ' ' ORDER BY number, line_no) FROM shop.invoice_line),
          '0 100 200', 'and keep their price');
SELECT pg_temp.refused($$SELECT credits.register_consumption('A', 'SUPPORT', 1, 'x')$$, '55000', 'nothing is registered by hand');
UPDATE shop.slip SET quantity = 21 WHERE id = 1;
SELECT is(pg_temp.balances('A'), 'S21 T3', 'a booked sale settles');
UPDATE shop.invoice_line SET quantity = 5 WHERE number = 'I-2' AND line_no = 1;
SELECT is(pg_temp.balances('A'), 'S21 T1', 'and so does a booked consumption');
SELECT pg_temp.refused($$UPDATE shop.invoice_line SET quantity = 6 WHERE number = 'I-2' AND line_no = 1$$,
                       '23514 credits_balance_not_negative', 'within its limits');
UPDATE shop.invoice SET customer = 'B' WHERE number = 'I-3';
SELECT is(pg_temp.balances('B'), 'S0', 'a document that goes to a customer with the flag is booked');
UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-3';
SELECT is(pg_temp.balances('A') || ', ' || pg_temp.balances('B'), 'S21 T1, S2', 'and back: it is not');
DELETE FROM shop.slip WHERE id = 5;
SELECT is(pg_temp.balances('A'), 'S21 T3', 'a deleted line gives back');
UPDATE shop.invoice SET state = 'draft' WHERE number = 'I-2';
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-2';
SELECT is(pg_temp.balances('A'), 'S21 T13', 'a line that stops counting is out, for good');
SELECT is(pg_temp.violations(), NULL, 'verify() finds nothing to complain of');

-- And gets it back

UPDATE credits.customer SET works_with_credits = true WHERE customer = 'A';
SELECT is(pg_temp.balances('A'), 'S21 T13', 'books nothing by itself');
SELECT is(pg_temp.violations(),
          ARRAY['line_booked A shop.invoice_line, line I-2/1', 'line_booked A shop.invoice_line, line I-3/1',
    'unbooked_line A shop.invoice_line, line I-2/2', 'unbooked_line A shop.slip, line 10', 'unbooked_line A shop.slip, line 11'],
    'the lines of the time between are reported');
UPDATE shop.slip SET memo = 'seen' WHERE id = 10;
SELECT is(pg_temp.balances('A'), 'S21 T13', 'a save that changes nothing of theirs does not book them');
UPDATE shop.slip SET number = '10' WHERE id = 10;
SELECT is(pg_temp.balances('A'), 'S20 T13', 'one that does books them');
SELECT is((SELECT (lines, sales, consumptions, refused)::text FROM credits.take_in()), '(4,1,3,0)', 'take_in books the others');
SELECT is(pg_temp.balances('A'), 'S18 T3', 'on the terms of now, or of their first booking');
SELECT is(pg_temp.violations(), NULL, 'and then verify() finds nothing');

-- A type is made inactive

INSERT INTO shop.slip (id, customer, item, quantity, amount, state) VALUES (20, 'A', 'S', 5, 500, 'draft');
UPDATE credits.credit_type SET active = false, alarm_level = 5 WHERE code = 'SUPPORT';
SELECT is(pg_temp.balances('A'), 'S18 T3', 'what is left stays');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (21, 'A', 'S', 1, 100)$$,
                       '23514 credits_type_active', 'a new sale is refused');
SELECT pg_temp.refused($$UPDATE shop.slip SET state = 'posted' WHERE id = 20$$, '23514 credits_type_active',
                       'and so is the posting of a draft');
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = 6, amount = 600 WHERE id = 20$$, 'which may stay a draft');
SELECT pg_temp.refused($$UPDATE shop.slip SET item = 'S', amount = 50 WHERE id = 10$$, '23514 credits_type_active',
                       'a line does not become a sale of it');
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = 3, amount = 270 WHERE id = 4$$, 'a sale of before may change');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (22, 'A', 'H', 16)$$,
                        'what is left can be consumed');
SELECT is(pg_temp.balances('A'), 'S2 T3', 'it is');
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = 10 WHERE id = 22$$, 'and comes back');
SELECT is_empty(format('SELECT FROM credits.%I WHERE type_code = %L', list, 'SUPPORT'), list || ' leaves it out')
FROM unnest(ARRAY['portfolio', 'open_lot', 'alarm']) AS list;
SELECT isnt_empty($$SELECT FROM credits.history WHERE type_code = 'SUPPORT'$$, 'history does not');
SELECT is(credits.balance('A', 'SUPPORT'), 8::numeric, 'nor does a question for the balance');
SAVEPOINT sound;
UPDATE credits._account SET balance = 7 WHERE customer = 'A' AND type_id = 101;
SELECT isnt(pg_temp.violations(), NULL, 'nor verify()');
ROLLBACK TO SAVEPOINT sound;

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
