-- Sales: what a line of an article that sells does to the ledger (rules 2, 8, 9, 10, 11).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(43);

-- A sale is a lot

INSERT INTO shop.slip VALUES (1, 'A', '2026-01-10', 'S-1', 'posted', 'S', 10, 1000);
SELECT pg_temp.booked('A', ARRAY['sale lot 1: 10 at 1000.00'], 'a sale is one entry');
SELECT results_eq(
    $$SELECT lot_no, sold_on, booked_on, quantity, amount, value, remaining, remaining_value, open, line_table, line_key,
             document_kind, document_number, article, coefficient, ledger_account
      FROM credits.lot WHERE customer = 'A'$$,
    $$VALUES (1::bigint, '2026-01-10'::date, '2026-01-10'::date, 10::numeric, 1000::numeric, 1000::numeric,
              10::numeric, 1000::numeric, true,
             'shop.slip'::regclass, '1' COLLATE "C", 'cash_sale', 'S-1', 'S' COLLATE "C", 1::numeric, '700000')$$,
    'and a lot, which knows its document, article, and the account that the article had');
SELECT results_eq(
    $$SELECT entry_no, kind, quantity, value, amount, balance_after, booked_on, document_kind, document_date, document_number,
             line_table, line_key, article, coefficient, description, reverses, entered_by
      FROM credits.entry WHERE customer = 'A'$$,
    $$VALUES (1::bigint, 'sale', 10::numeric, 1000::numeric, 1000::numeric, 10::numeric, '2026-01-10'::date,
              'cash_sale', '2026-01-10'::date,
             'S-1', 'shop.slip'::regclass, '1' COLLATE "C", 'S' COLLATE "C", 1::numeric, NULL, NULL::bigint, NULL)$$,
    'the entry knows its document');
SELECT ok(recorded_by = current_user AND recorded_at BETWEEN now() AND clock_timestamp(), 'and who recorded it, and when')
FROM credits.entry WHERE customer = 'A';
SELECT results_eq($$SELECT amount FROM shop.slip WHERE id = 1$$, ARRAY[1000::numeric], 'the line keeps its amount');
UPDATE credits.article SET ledger_account = '700009' WHERE article = 'S';
INSERT INTO shop.slip VALUES (2, 'A', '2026-01-11', 'S-2', 'posted', 'S', 5, 600);
SELECT results_eq($$SELECT lot_no, ledger_account FROM credits.lot WHERE customer = 'A' ORDER BY lot_no$$,
    $$VALUES (1::bigint, '700000'), (2, '700009')$$, 'a lot keeps the ledger account of its time');
SELECT is(credits.balance('A', 'SUPPORT'), 15::numeric, 'the balance is the sum of the lots');

-- Amounts

INSERT INTO shop.slip VALUES (11, 'B', DEFAULT, NULL, 'posted', 'S', 2, 0);
SELECT pg_temp.booked('B', ARRAY['sale lot 1: 2 at 0.00'], 'a gift is a lot of value 0');
INSERT INTO shop.slip VALUES (12, 'B', DEFAULT, NULL, 'posted', 'S', 1, NULL);
SELECT pg_temp.booked('B', ARRAY['sale lot 2: 1 at 0.00'], 'a null amount counts as 0', 1);
UPDATE shop.slip SET amount = 80 WHERE id = 12;
SELECT pg_temp.booked('B', ARRAY['sale_change lot 2: 0 at 80.00'], 'until it is filled in', 2);
SELECT pg_temp.refused($$INSERT INTO shop.slip VALUES (13, 'B', DEFAULT, NULL, 'posted', 'S', 1, -1)$$,
    '23514 credits_quantity_in_range', 'a negative amount of a sale is refused');
SELECT pg_temp.refused($$UPDATE shop.slip SET amount = -0.01 WHERE id = 12$$, '23514 credits_quantity_in_range',
    'also when a line gets it later');
INSERT INTO shop.slip VALUES (14, 'B', DEFAULT, NULL, 'posted', 'S', 1, 33.335);
SELECT pg_temp.booked('B', ARRAY['sale lot 3: 1 at 33.34'], 'a value is rounded to the currency, half away from zero', 3);

-- Credits: quantity x coefficient, rounded to 4 decimals, half away from zero

INSERT INTO credits.article (article, type_id, coefficient) VALUES ('THIRD', 101, 0.3333), ('DOZEN', 101, 12), ('HALF', 101, 0.5);
INSERT INTO shop.slip VALUES (21, 'C', DEFAULT, NULL, 'posted', 'DOZEN', 2, 10);
INSERT INTO shop.slip VALUES (22, 'C', DEFAULT, NULL, 'posted', 'THIRD', 0.5, 10);
INSERT INTO shop.slip VALUES (23, 'C', DEFAULT, NULL, 'posted', 'THIRD', 0.00035, 10);
INSERT INTO shop.slip VALUES (24, 'C', DEFAULT, NULL, 'posted', 'HALF', 0.0001, 10);
INSERT INTO shop.slip VALUES (25, 'C', DEFAULT, NULL, 'posted', 'HALF', 0.00009, 10);
SELECT pg_temp.booked('C', ARRAY['sale lot 1: 24 at 10.00', 'sale lot 2: 0.1667 at 10.00', 'sale lot 3: 0.0001 at 10.00',
    'sale lot 4: 0.0001 at 10.00'], 'credits are quantity x coefficient to 4 decimals; a line that rounds to 0 touches nothing');
UPDATE shop.slip SET quantity = 0.00001 WHERE id = 24;
SELECT pg_temp.booked('C', ARRAY['sale_change lot 4: -0.0001 at -10.00'], 'a line that shrinks to nothing is taken out', 4);

-- Lines that touch nothing

CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
INSERT INTO shop.slip VALUES (31, 'D', DEFAULT, NULL, 'posted', 'S', 1, 10);
INSERT INTO shop.slip VALUES (32, 'unknown', DEFAULT, NULL, 'posted', 'S', 1, 10);
INSERT INTO shop.slip VALUES (33, 'A', DEFAULT, NULL, 'posted', 'X', 1, 10);
INSERT INTO shop.slip VALUES (34, 'A', DEFAULT, NULL, 'posted', 'unknown', 1, 10);
INSERT INTO shop.slip VALUES (35, 'A', DEFAULT, NULL, 'draft', 'S', 1, 10);
INSERT INTO shop.slip VALUES (36, 'A', DEFAULT, NULL, NULL, 'S', 1, 10);
INSERT INTO shop.slip VALUES (37, 'A', DEFAULT, NULL, 'posted', 'S', 0, 10);
SELECT is(pg_temp.entries(), entries,
    'no customer with the flag, no article with a type, no state that counts, no quantity: no credits') FROM before;
UPDATE shop.slip SET state = 'posted' WHERE id = 36;
SELECT is(pg_temp.entries(), entries + 1, 'a line counts from the moment that it does') FROM before;

SELECT is_empty($$SELECT * FROM credits.verify()$$, 'so far verify() finds nothing');
UPDATE credits.parameter SET active = false;
INSERT INTO shop.slip VALUES (41, 'A', DEFAULT, NULL, 'posted', 'S', 1, 10);
SELECT is(pg_temp.entries(), entries + 1, 'nor does any line while the module is off') FROM before;
UPDATE shop.slip SET quantity = 6 WHERE id = 2;
SELECT is(pg_temp.entries(), entries + 2, 'but a line that is booked already settles') FROM before;
SELECT is_empty($$SELECT * FROM credits.verify()$$, 'while the module is off, its line is none of the extension''s business');
UPDATE credits.parameter SET active = true;
SELECT results_eq($$SELECT invariant, customer, type_code FROM credits.verify()$$,
    $$VALUES ('unbooked_line', 'A', 'SUPPORT')$$, 'switching it on books nothing by itself: verify() reports the line');
DELETE FROM shop.slip WHERE id = 41;

UPDATE credits.customer SET works_with_credits = true WHERE customer = 'D';
SELECT is(pg_temp.entries(), entries + 2, 'nor does the flag of a customer') FROM before;
SELECT results_eq($$SELECT invariant, customer, type_code FROM credits.verify()$$,
    $$VALUES ('unbooked_line', 'D', 'SUPPORT')$$, 'his line is reported, too');
DELETE FROM shop.slip WHERE id = 31;
UPDATE credits.article SET type_id = 101, coefficient = 1 WHERE article = 'X';
SELECT is(pg_temp.entries(), entries + 2, 'nor the type of an article') FROM before;
SELECT results_eq($$SELECT invariant, customer, type_code FROM credits.verify()$$,
    $$VALUES ('unbooked_line', 'A', 'SUPPORT')$$, 'nor is that line forgotten');
DELETE FROM shop.slip WHERE id = 33;

-- A source that never sells

CREATE TABLE shop.note (id int PRIMARY KEY, customer text, day date, item text, quantity int);
SELECT is(pg_temp.outcome(
    $$SELECT credits.attach('shop.note', 'delivery_note', article => 'item', quantity => 'quantity', amount => NULL,
    customer => 'customer', document_date => 'day')$$), 'accepted', 'given a source without amounts');
INSERT INTO shop.note VALUES (1, 'A', '2026-01-12', 'S', 5), (2, 'A', '2026-01-12', 'H', 1);
SELECT pg_temp.booked('A', ARRAY['consumption lot 1: -1 at -100.00'], 'a sale article is left alone there, a consumption is not',
    (SELECT last_entry_no - 1 FROM credits.account WHERE customer = 'A' AND type_id = 101));

-- Inactive types

UPDATE credits.credit_type SET active = false WHERE type_id = 101;
SELECT pg_temp.refused($$INSERT INTO shop.slip VALUES (51, 'A', DEFAULT, NULL, 'posted', 'S', 1, 10)$$,
                       '23514 credits_type_active',
    'a new sale with an inactive type is refused');
SELECT pg_temp.refused($$INSERT INTO shop.slip VALUES (51, 'A', DEFAULT, NULL, 'posted', 'S', 1, -10)$$,
                       '23514 credits_type_active',
    'this before the range of its amount');
SELECT pg_temp.refused($$INSERT INTO shop.slip VALUES (51, 'A', DEFAULT, NULL, 'posted', 'S', 'NaN', 10)$$,
                       '23514 credits_type_active', 'or of its quantity');
SELECT pg_temp.accepted($$INSERT INTO shop.slip VALUES (52, 'A', DEFAULT, NULL, 'posted', 'H', 1, 0)$$,
                        'what is left can be consumed');
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = 5, amount = 500 WHERE id = 2$$, 'a sale of before may still change');
UPDATE credits.credit_type SET active = true WHERE type_id = 101;

-- Fixed valuation: credits x unit value, the amount is kept beside it

INSERT INTO credits.credit_type (type_id, code, valuation, unit_value, currency) VALUES
    (103, 'FIXED', 'fixed', 95, 'EUR'), (104, 'THIRDS', 'fixed', 0.3333, 'EUR'), (105, 'YEN', 'fifo', NULL, 'JPY');
INSERT INTO credits.article (article, type_id, coefficient)
VALUES ('F', 103, 1), ('FU', 103, -1), ('F3', 104, 1), ('Y', 105, 1), ('YU', 105, -1);
INSERT INTO shop.slip VALUES (61, 'C', '2026-01-12', NULL, 'posted', 'F', 10, 1000),
    (62, 'C', '2026-01-13', NULL, 'posted', 'F', 10, 0),
    (63, 'C', '2026-01-14', NULL, 'posted', 'F3', 2.5, 1);
SELECT results_eq($$SELECT type_id, lot_no, quantity, amount, value FROM credits.lot WHERE customer = 'C'
                    AND type_id > 102 ORDER BY 1, 2$$,
    $$VALUES (103, 1::bigint, 10::numeric, 1000::numeric, 950::numeric), (103, 2, 10, 0, 0), (104, 1, 2.5, 1, 0.83)$$,
    'under fixed valuation a lot is worth its credits x the unit value, a gift nothing');
UPDATE shop.slip SET amount = 900 WHERE id = 61;
SELECT results_eq($$SELECT amount, value FROM credits.lot WHERE type_id = 103 AND lot_no = 1$$,
                  $$VALUES (900::numeric, 950::numeric)$$,
    'another amount leaves its value alone');
UPDATE shop.slip SET quantity = 8 WHERE id = 61;
SELECT results_eq($$SELECT amount, value FROM credits.lot WHERE type_id = 103 AND lot_no = 1$$,
                  $$VALUES (900::numeric, 760::numeric)$$,
    'another quantity does not');

INSERT INTO shop.slip VALUES (64, 'C', '2026-01-15', NULL, 'posted', 'FU', 18, NULL);
UPDATE credits.credit_type SET unit_value = 100 WHERE code = 'FIXED';
SELECT pg_temp.accepted('UPDATE shop.slip SET quantity = 8.0, amount = 900.0 WHERE id = 61',
                        'a sale keeps its value when that of its type changes');
INSERT INTO shop.slip VALUES (65, 'C', '2026-01-16', NULL, 'posted', 'F', 1, 90);
SELECT results_eq($$SELECT lot_no, value FROM credits.lot WHERE type_id = 103 ORDER BY 1$$,
                  $$VALUES (1::bigint, 760::numeric), (2, 0), (3, 100)$$,
    'which counts for the next one');

-- A currency without cents

INSERT INTO shop.slip VALUES (71, 'C', '2026-01-12', NULL, 'posted', 'Y', 3, 100.5);
INSERT INTO shop.slip VALUES (72, 'C', '2026-01-12', NULL, 'posted', 'YU', 1, 0);
SELECT results_eq($$SELECT kind, value FROM credits.entry WHERE type_id = 105 ORDER BY entry_no$$,
    $$VALUES ('sale', 101::numeric), ('consumption', -34)$$, 'values are rounded to whole yen');

-- Two types never mix

INSERT INTO shop.slip VALUES (81, 'A', DEFAULT, NULL, 'posted', 'T', 4, 400);
SELECT is(credits.balance('A', 'TRAINING'), 4::numeric, 'each type has an account of its own');
SELECT results_eq($$SELECT entry_no, lot_no FROM credits.entry WHERE customer = 'A' AND type_id = 102$$,
                  $$VALUES (1::bigint, 1::bigint)$$,
    'with numbers of its own');

-- Several sales in one statement: numbered by date, document number, key

INSERT INTO shop.slip VALUES (99, 'B', '2026-01-12', 'N2', 'posted', 'T', 9, 1),
    (92, 'B', '2026-01-12', 'N1', 'posted', 'T', 2, 1),
    (100, 'B', '2026-01-11', 'N9', 'posted', 'T', 10, 1), (91, 'B', '2026-01-12', 'N1', 'posted', 'T', 1, 1),
    (101, 'B', '2026-01-12', 'N1', 'posted', 'T', 3, 1);
SELECT results_eq($$SELECT line_key, lot_no FROM credits.lot WHERE customer = 'B' AND type_id = 102 ORDER BY lot_no$$,
    $$VALUES ('100' COLLATE "C", 1::bigint), ('91', 2), ('92', 3), ('101', 4), ('99', 5)$$,
    'lots of one save are numbered by date, document number and line key');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
