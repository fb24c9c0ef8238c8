-- Returns: a negative quantity of an article that consumes gives credits back to the lots last drawn (rules 13, 14, 15, 17, 28).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(74);
CREATE FUNCTION pg_temp.last_entry(who text) RETURNS bigint
    LANGUAGE sql AS $$SELECT coalesce(max(entry_no), 0) FROM credits.entry WHERE customer = who$$;
CREATE FUNCTION pg_temp.lots(who text) RETURNS text LANGUAGE sql AS
$$SELECT string_agg(format('%s at %s', remaining, remaining_value), ', ' ORDER BY lot_no) FROM credits.lot WHERE customer = who$$;
-- What a line has with the customer, all entries together.
CREATE FUNCTION pg_temp.of_line(line bigint) RETURNS numeric
    LANGUAGE sql AS $$SELECT coalesce(sum(quantity), 0) FROM credits.entry WHERE line_key = line::text$$;

-- The latest draws come back first

INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
VALUES (1, 'A', '2026-01-01', 'S', 3, 100), (2, 'A', '2026-01-02', 'S', 10, 900);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (3, 'A', '2026-01-03', 'H', 2), (4, 'A', '2026-01-04', 'H', 3);
SELECT pg_temp.booked('A', ARRAY['consumption lot 1: -2 at -66.67', 'consumption lot 1: -1 at -33.33',
                                 'consumption lot 2: -2 at -180.00'], 'given these draws', 2);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (5, 'A', '2026-01-05', 'H', -1);
SELECT pg_temp.booked('A', ARRAY['return lot 2: 1 at 90.00 undoes 5'], 'a return gives to the lot drawn last', 5);
UPDATE shop.slip SET quantity = -4 WHERE id = 5;
SELECT pg_temp.booked('A', ARRAY['return lot 2: 1 at 90.00 undoes 5', 'return lot 1: 1 at 33.33 undoes 4',
                                 'return lot 1: 1 at 33.34 undoes 3'],
    'more: to the next latest, whoever drew, at its share of the draw', 6);
SELECT results_eq($$SELECT sold, consumed, open FROM credits.portfolio WHERE customer = 'A'$$,
                  'VALUES (13::numeric, 1::numeric, 12::numeric)', 'consumed is net of returns');
SELECT pg_temp.refused('UPDATE shop.slip SET quantity = -5.0001 WHERE id = 5', '23514 credits_return_within_consumed',
                       'no more than was consumed');
SELECT pg_temp.accepted('UPDATE shop.slip SET quantity = -5 WHERE id = 5', 'but all of it');
SELECT is(pg_temp.lots('A'), '3 at 100.00, 10 at 900.00', 'and then all is there, to the last cent');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (6, 'A', 'H', -0.0001)$$,
                       '23514 credits_return_within_consumed', 'nothing is left to return');
SELECT pg_temp.accepted($$UPDATE shop.slip SET amount = 110 WHERE id = 1$$,
                        'a lot whose draws all came back may change (rule 14)');
UPDATE shop.slip SET amount = 100 WHERE id = 1;
SELECT pg_temp.last_entry('A') AS last \gset
UPDATE shop.slip SET quantity = -3 WHERE id = 5;
SELECT pg_temp.booked('A', ARRAY['return lot 1: -1 at -33.33 undoes 10', 'return lot 1: -1 at -33.34 undoes 9'],
                      'less: what it gave last is taken again', :last);
DELETE FROM shop.slip WHERE id = 5;
SELECT is(pg_temp.lots('A'), '0 at 0.00, 8 at 720.00', 'deleted: all of it');
DELETE FROM shop.slip WHERE id IN (3, 4);
SELECT is(pg_temp.lots('A'), '3 at 100.00, 10 at 900.00', 'and the draws are all their lines'' again');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');

-- When its draw goes, the return moves to the next latest draws

INSERT INTO shop.slip (id, customer, day, item, quantity)
VALUES (13, 'A', '2026-01-03', 'H', 2), (14, 'A', '2026-01-04', 'H', 3), (15, 'A', '2026-01-05', 'H', -2);
SELECT pg_temp.last_entry('A') AS last \gset
DELETE FROM shop.slip WHERE id = 14;
SELECT pg_temp.booked('A', ARRAY[format('consumption_change lot 2: 2 at 180.00 undoes %s', :last - 1),
                                 format('return lot 2: -2 at -180.00 undoes %s', :last),
    format('consumption_change lot 1: 1 at 33.33 undoes %s', :last - 2), format('return lot 1: 2 at 66.67 undoes %s', :last - 3)],
    'the draw gives itself back, the return loses it and finds another', :last);
SELECT is(pg_temp.of_line(15), 2::numeric, 'the return is what it was');
SELECT pg_temp.refused('DELETE FROM shop.slip WHERE id = 13', '23514 credits_return_within_consumed',
                       'when none is left, the draw cannot go');
SELECT pg_temp.refused('UPDATE shop.slip SET quantity = 1.5 WHERE id = 13', '23514 credits_return_within_consumed',
                       'nor shrink below it');
SELECT pg_temp.refused($$UPDATE shop.slip SET customer = 'B' WHERE id = 13$$, '23514 credits_return_within_consumed',
                       'nor be another customer''s');
SELECT pg_temp.refused($$UPDATE shop.slip SET item = 'U' WHERE id = 13$$, '23514 credits_return_within_consumed',
                       'nor of another type');
UPDATE shop.slip SET quantity = 3 WHERE id = 13;
SELECT pg_temp.last_entry('A') AS last \gset
UPDATE shop.slip SET quantity = 2.5 WHERE id = 13;
SELECT pg_temp.booked('A', ARRAY[format('consumption_change lot 1: 0.5 at 16.67 undoes %s', :last)],
                      'it may shrink by what is its own', :last);
UPDATE shop.slip SET day = '2026-01-06' WHERE id = 13;
SELECT is(pg_temp.of_line(15), 2::numeric, 'a draw that moves to another date takes the return along');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
DELETE FROM shop.slip WHERE id IN (13, 15);
SELECT is(pg_temp.lots('A'), '3 at 100.00, 10 at 900.00', 'both go together');
INSERT INTO shop.slip (id, customer, day, item, quantity)
VALUES (13, 'A', '2026-01-03', 'H', 2), (14, 'A', '2026-01-04', 'H', 3), (15, 'A', '2026-01-05', 'H', -2);
SELECT pg_temp.last_entry('A') AS last \gset
DELETE FROM shop.slip WHERE id IN (14, 15);
SELECT is((SELECT count(*) FROM credits.entry WHERE customer = 'A' AND entry_no > :last), 3::bigint,
          'without looking for another draw on the way');
INSERT INTO shop.slip (id, customer, day, item, quantity)
VALUES (14, 'A', '2026-01-04', 'H', 3), (15, 'A', '2026-01-05', 'H', -2);
UPDATE shop.slip SET quantity = CASE id WHEN 14 THEN 0 ELSE -1 END WHERE id IN (14, 15);
SELECT is(ARRAY[pg_temp.of_line(13), pg_temp.of_line(14), pg_temp.of_line(15)], ARRAY[-2, 0, 1]::numeric[], 'or partly');

-- A return that is undone takes from others what it gave and they have now

DELETE FROM shop.slip WHERE id > 2;
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (21, 'A', '2026-01-03', 'H', 3);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (22, 'A', '2026-01-05', 'H', -3);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (23, 'A', '2026-01-06', 'H', 2);
SELECT is(pg_temp.lots('A'), '1 at 33.33, 10 at 900.00', 'given that somebody has drawn what came back');
SELECT pg_temp.last_entry('A') AS last \gset
DELETE FROM shop.slip WHERE id = 22;
SELECT pg_temp.booked('A', ARRAY['return lot 1: -1 at -33.33 undoes ' || :last - 1, 'return lot 2: -2 at -180.00'],
    'what its lot still has is taken from there, the rest from the oldest with credits', :last);
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
SELECT pg_temp.last_entry('A') AS last \gset
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (24, 'A', '2026-01-07', 'H', -2.5);
SELECT pg_temp.booked('A', ARRAY['return lot 2: 2 at 180.00 undoes ' || :last, 'return lot 1: 0.5 at 16.67 undoes ' || :last - 2],
    'what it took is a draw like others, and can be returned', :last);
SELECT pg_temp.refused('DELETE FROM shop.slip WHERE id = 21', '23514 credits_return_within_consumed',
                       'returns of several lines are too many for the draws left');
UPDATE shop.slip SET quantity = 2 WHERE id = 21;
SELECT is(ARRAY[pg_temp.of_line(21), pg_temp.of_line(22), pg_temp.of_line(23), pg_temp.of_line(24)],
          ARRAY[-2, 0, -2, 2.5], 'while there are enough, each line is what it says');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
DELETE FROM shop.slip WHERE id IN (1, 21, 22, 23, 24);
SELECT is(pg_temp.lots('A'), '0 at 0.00, 10 at 900.00', 'all of them and the sale go together');

-- Undone, but the credits are gone

INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (31, 'B', '2026-01-01', 'S', 5, 500);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (32, 'B', '2026-01-02', 'H', 5);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (33, 'B', '2026-01-03', 'H', -2);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (34, 'B', '2026-01-04', 'H', 2);
SELECT pg_temp.refused('DELETE FROM shop.slip WHERE id = 33', '23514 credits_balance_not_negative',
                       'who has consumed what came back cannot undo the return');
SELECT pg_temp.refused('UPDATE shop.slip SET quantity = -1 WHERE id = 33', '23514 credits_balance_not_negative',
                       'nor a part of it');
SELECT pg_temp.accepted($$UPDATE shop.slip SET day = '2026-01-05' WHERE id = 32$$, 'but its draw may move to another date');
SELECT is(ARRAY[pg_temp.of_line(32), pg_temp.of_line(33), pg_temp.of_line(34)], ARRAY[-5, 2, -2]::numeric[],
          'and all stays as it was');
SELECT pg_temp.accepted('DELETE FROM shop.slip WHERE id IN (33, 34)', 'and undone with who consumed them');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');

-- In one save what gives comes first; a document may use and return at once

DELETE FROM shop.slip WHERE id = 32;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (41, 'B', 'H', 5);
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (42, 'B', 'H', 2), (43, 'B', 'H', -2)$$,
                        'what a document returns it may use');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (44, 'B', 'H', 3), (45, 'B', 'H', -2)$$,
                       '23514 credits_balance_not_negative', 'no more');
DELETE FROM shop.slip WHERE id IN (41, 42, 43);
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (46, 'B', 'H', 5),
                          (47, 'B', 'H', -1), (48, 'B', 'H', -1), (49, 'B', 'H', 2)$$,
    'or return what it uses, and use it again');
SELECT is(ARRAY[pg_temp.of_line(46), pg_temp.of_line(47), pg_temp.of_line(48), pg_temp.of_line(49)],
          ARRAY[-5, 1, 1, -2]::numeric[], 'each line is what it says');
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = CASE id WHEN 47 THEN 1 ELSE -1 END WHERE id IN (47, 49)$$,
                        'a return may become a consumption, and the other way round');
SELECT is(ARRAY[pg_temp.of_line(47), pg_temp.of_line(49)], ARRAY[-1, 1]::numeric[], 'with its terms');
UPDATE shop.slip SET day = '2026-02-01' WHERE id IN (46, 48);
UPDATE shop.slip SET item = 'Q' WHERE id = 48;
SELECT is(pg_temp.of_line(48), 0.25, 'a return has the coefficient of its article');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
DELETE FROM shop.slip WHERE id BETWEEN 41 AND 49;
SELECT is(pg_temp.lots('B'), '5 at 500.00', 'to the last credit');

-- Draws by hand are returned, too

SELECT credits.register_consumption('B', 'SUPPORT', 4, 'a word on the phone', '2026-01-02') AS word \gset
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (51, 'B', '2026-01-03', 'H', -4);
SELECT is(pg_temp.lots('B'), '5 at 500.00', 'by a line');
SELECT pg_temp.refused(format($$SELECT credits.reverse_registration('B', 'SUPPORT', %s, 'no')$$, :word),
                       '23514 credits_return_within_consumed', 'and cannot be undone then');
DELETE FROM shop.slip WHERE id = 51;
SELECT pg_temp.accepted(format($$SELECT credits.reverse_registration('B', 'SUPPORT', %s, 'yes')$$, :word), 'but before');

-- Booked on no day before the credits are there (rule 28)

INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (61, 'B', '2026-03-10', 'H', 5);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (62, 'B', '2026-03-01', 'H', -2);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (63, 'B', '2026-03-05', 'H', 1);
SELECT results_eq($$SELECT line_key, booked_on FROM credits.entry WHERE customer = 'B' AND line_key IN ('61', '62', '63')
                    ORDER BY entry_no$$,
    $$VALUES ('61' COLLATE "C", '2026-03-10'::date), ('62', '2026-03-10'), ('63', '2026-03-10')$$,
    'a return after its draw, a draw after the return that made it possible');
UPDATE shop.slip SET day = '2026-03-20' WHERE id = 62;
SELECT is((SELECT max(booked_on) FROM credits.entry WHERE line_key = '62'), '2026-03-20'::date, 'a return that moves');
SELECT is_empty('SELECT * FROM credits.verify()', 'leaves no day without credits');

DELETE FROM shop.slip WHERE customer = 'B';
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (71, 'B', '2026-04-01', 'S', 1, 100);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (72, 'B', '2026-04-12', 'H', 1);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (73, 'B', '2026-04-15', 'H', -1);
UPDATE shop.slip SET quantity = 2 WHERE id = 71;
DELETE FROM shop.slip WHERE id = 73;
DELETE FROM shop.slip WHERE id = 72;
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (74, 'B', '2026-04-02', 'H', 2);
SELECT is_empty('SELECT * FROM credits.verify()', 'nor does a sale that grows after a return');
DELETE FROM shop.slip WHERE customer = 'B';

-- Lines that were returns before, and draw what they gave from other lots

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (81, 'B', 'S', 5, 500);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (82, 'B', 'H', 2);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (83, 'B', 'H', -2);
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (84, 'B', 'H', 5, 0), (85, 'B', 'S', 3, 30);
UPDATE shop.slip SET quantity = 0 WHERE id = 83;
SELECT is(pg_temp.of_line(83), 0::numeric, 'given a return that is none any more, and drew what others had from another lot');
SAVEPOINT given;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (86, 'B', 'H', -1);
SELECT pg_temp.accepted($$DELETE FROM shop.slip WHERE customer = 'B'$$, 'all can go at once, with a return of what it drew');
SELECT is(credits.balance('B', 'SUPPORT'), 0::numeric, 'and leave nothing');
ROLLBACK TO given;
UPDATE shop.slip SET quantity = 1 WHERE id = 83;
DELETE FROM shop.slip WHERE id = 82;
DELETE FROM shop.slip WHERE id = 83;
SELECT is(pg_temp.of_line(83), 0::numeric,
          'as a consumption it is given back as a whole, also when what it was before is tied to it');
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
UPDATE shop.slip SET quantity = 2 WHERE id = 84;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (87, 'B', 'Q', -4);
UPDATE shop.slip SET item = 'H', quantity = 1 WHERE id = 87;
SELECT pg_temp.last_entry('B') AS last \gset
UPDATE shop.slip SET quantity = 2 WHERE id = 87;
SELECT is((SELECT array_agg(quantity) FROM credits.entry WHERE customer = 'B' AND entry_no > :last),
          ARRAY[-1]::numeric[], 'and goes on with its own terms');
DELETE FROM shop.slip WHERE customer = 'B';

-- Its price is 0 as a consumption's; a renumbered return keeps its draws; one of a customer who lost the flag settles on

INSERT INTO shop.invoice VALUES ('R-1', 'C', '2026-01-02'), ('R-2', 'C', '2026-01-03');
INSERT INTO shop.invoice_line VALUES ('R-1', 1, 'S', 5, 100, 500), ('R-1', 2, 'H', 3, 100, 300);
INSERT INTO shop.invoice_line VALUES ('R-2', 1, 'H', -2, 100, -200);
SELECT results_eq($$SELECT quantity, price, amount FROM shop.invoice_line WHERE number = 'R-2'$$,
                  'VALUES (-2::numeric, 0::numeric, 0::numeric)', 'a return costs nothing');
UPDATE shop.invoice SET number = 'R-3' WHERE number = 'R-2';
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'C';
SELECT pg_temp.refused($$UPDATE shop.invoice_line SET quantity = 1 WHERE number = 'R-1' AND line_no = 2$$,
                       '23514 credits_return_within_consumed', 'a draw knows its return by the new number');
UPDATE shop.invoice_line SET quantity = -1 WHERE number = 'R-3';
SELECT is(credits.balance('C', 'SUPPORT'), 3::numeric, 'what is booked settles');
UPDATE shop.invoice SET state = 'cancelled' WHERE number = 'R-3';
SELECT is(credits.balance('C', 'SUPPORT'), 2::numeric, 'a cancelled return is undone');

-- In a chain a return covers a return, not what the other consumed (rule 19)

CREATE TABLE shop.delivered (id bigint PRIMARY KEY, day date DEFAULT '2026-01-10', item text DEFAULT 'H',
                             quantity numeric, counts boolean DEFAULT true);
CREATE TABLE shop.billed (id bigint PRIMARY KEY, day date DEFAULT '2026-01-11', item text DEFAULT 'H',
                          quantity numeric, made_of bigint);
DO $$
BEGIN
    PERFORM credits.attach('shop.delivered', 'delivery_note', article => 'item', quantity => 'quantity',
                           amount => NULL, customer => $x$'B'$x$, document_date => 'day', counts_when => 'line.counts');
    PERFORM credits.attach('shop.billed', 'invoice', article => 'item', quantity => 'quantity',
                           amount => NULL, customer => $x$'B'$x$, document_date => 'day',
        origin => 'made_of', origin_table => 'shop.delivered');
END
$$;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (91, 'B', 'S', 10, 100);
INSERT INTO shop.delivered (id, quantity) VALUES (1, 4), (2, -2);
INSERT INTO shop.billed (id, quantity, made_of) VALUES (1, 4, 1), (2, -2, 2);
SELECT is(credits.balance('B', 'SUPPORT'), 8::numeric, 'a return that is billed gives back once');
INSERT INTO shop.billed (id, quantity, made_of) VALUES (3, -1, 1);
SELECT is(credits.balance('B', 'SUPPORT'), 9::numeric, 'one made from what was delivered gives back');
UPDATE shop.delivered SET counts = false WHERE id = 2;
SELECT is(credits.balance('B', 'SUPPORT'), 9::numeric, 'and one whose return goes does it itself');
UPDATE shop.delivered SET counts = true, quantity = 2 WHERE id = 2;
SELECT is(credits.balance('B', 'SUPPORT'), 7::numeric, 'as does one whose return is none any more');

-- Of a type with a fixed value

INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'FIXED', 'fixed', 95.005);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('FS', 103, 1), ('FH', 103, -1);
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (95, 'A', '2026-03-01', 'FS', 10, 1000);
INSERT INTO shop.slip (id, customer, day, item, quantity)
VALUES (96, 'A', '2026-03-02', 'FH', 3), (97, 'A', '2026-03-03', 'FH', -1);
CREATE FUNCTION pg_temp.fixed_lot() RETURNS text
    LANGUAGE sql AS $$SELECT format('%s at %s', remaining, remaining_value) FROM credits.lot WHERE type_id = 103$$;
SELECT is((SELECT sum(value) FROM credits.entry WHERE line_key = '97' AND kind = 'return'), 95.01,
          'a return gives its share of what was drawn at the unit value');
UPDATE shop.slip SET quantity = -3 WHERE id = 97;
SELECT is(pg_temp.fixed_lot(), '10 at 950.05', 'all of it: the lot is worth the unit value again, not what was invoiced');
SELECT pg_temp.refused('UPDATE shop.slip SET quantity = 2 WHERE id = 96', '23514 credits_return_within_consumed',
                       'no consumption shrinks below what came back');
DELETE FROM shop.slip WHERE id = 97;
SELECT is(pg_temp.fixed_lot(), '7 at 665.03', 'deleted: it is drawn again at the unit value');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
