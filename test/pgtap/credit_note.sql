-- Credit notes: a negative quantity of an article that sells takes credits back out (rules 10, 14, 17).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(66);
CREATE TABLE shop.bill (id bigint PRIMARY KEY, refund_of bigint, customer text, item text, quantity numeric,
                        amount numeric, day date DEFAULT '2026-01-10');
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'FIXED', 'fixed', 95);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('F', 103, 1), ('G', 103, -1);
SELECT credits.attach('shop.bill', 'invoice', article => 'item', quantity => 'quantity', amount => 'amount',
                      customer => 'customer',
    document_date => 'day', refers_to => 'refund_of') \gset
CREATE FUNCTION pg_temp.last_entry(who text) RETURNS bigint
    LANGUAGE sql AS $$SELECT coalesce(max(entry_no), 0) FROM credits.entry WHERE customer = who$$;
-- The amounts of a line's entries, in order.
CREATE FUNCTION pg_temp.amounts(line text) RETURNS numeric[] LANGUAGE sql AS
$$SELECT array_agg(amount ORDER BY entry_no) FROM credits.entry WHERE line_key = line$$;

-- Without a reference: from the newest lots

INSERT INTO shop.bill (id, customer, item, quantity, amount, day)
VALUES (1, 'A', 'S', 10, 1000, '2026-01-01'), (2, 'A', 'S', 10, 900, '2026-01-02');
INSERT INTO shop.bill (id, customer, item, quantity, amount) VALUES (3, 'A', 'S', -4, -400);
SELECT pg_temp.booked('A', ARRAY['credit_note lot 2: -4 at -360.00'], 'the newest lot gives at its share', 2);
SELECT is(pg_temp.amounts('3'), ARRAY[-400.00], 'the amount beside it: the difference is 40');
SELECT results_eq($$SELECT lot_no, quantity, remaining, remaining_value, credited FROM credits.lot
                    WHERE customer = 'A' ORDER BY 1$$,
    $$VALUES (1::bigint, 10::numeric, 10::numeric, 1000.00, 0::numeric), (2, 10, 6, 540.00, 4)$$,
    'the lot is smaller, the sale is not');
SELECT results_eq($$SELECT sold, consumed, open, open_value FROM credits.portfolio WHERE customer = 'A'$$,
                  $$VALUES (16::numeric, 0::numeric, 16::numeric, 1540.00)$$,
    'sold is net of credit notes');
UPDATE shop.bill SET quantity = -8, amount = -777 WHERE id = 3;
SELECT pg_temp.booked('A', ARRAY['credit_note lot 2: -4 at -360.00'], 'more: more is taken', 3);
SELECT is(pg_temp.amounts('3'), ARRAY[-400.00, -377.00], 'with the rest of the amount');
UPDATE shop.bill SET quantity = -12, amount = -1177 WHERE id = 3;
SELECT pg_temp.booked('A', ARRAY['credit_note lot 2: -2 at -180.00', 'credit_note lot 1: -2 at -200.00'],
                      'over the next newest lot', 4);
SELECT is(pg_temp.amounts('3'), ARRAY[-400.00, -377.00, -200.00, -200.00], 'the amount is spread by credits');
UPDATE shop.bill SET quantity = -7, amount = -700 WHERE id = 3;
SELECT pg_temp.booked('A', ARRAY['credit_note lot 1: 2 at 200.00 undoes 6', 'credit_note lot 2: 2 at 180.00 undoes 5',
                                 'credit_note lot 2: 1 at 90.00 undoes 4'],
    'less: given back, last draw first', 6);
SELECT is(pg_temp.amounts('3'), ARRAY[-400.00, -377.00, -200.00, -200.00, 190.80, 190.80, 95.40], 'the amount with it');
UPDATE shop.bill SET amount = -650 WHERE id = 3;
SELECT pg_temp.booked('A', ARRAY['credit_note lot 2: 0 at 0.00'], 'another amount moves nothing', 9);
SELECT is((SELECT sum(a) FROM unnest(pg_temp.amounts('3')) AS a), -650.00, 'but the difference');
UPDATE shop.bill SET amount = -650 WHERE id = 3;
SELECT is(pg_temp.last_entry('A'), 10::bigint, 'the same again books nothing');
UPDATE shop.bill SET day = '2026-01-11' WHERE id = 3;
SELECT is((SELECT array_agg(quantity ORDER BY entry_no) FROM credits.entry WHERE customer = 'A' AND entry_no > 10),
          ARRAY[3, 4, -7]::numeric[], 'another date: undone and booked anew');
DELETE FROM shop.bill WHERE id = 3;
SELECT results_eq($$SELECT lot_no, remaining, remaining_value, credited FROM credits.lot WHERE customer = 'A' ORDER BY 1$$,
    $$VALUES (1::bigint, 10::numeric, 1000.00, 0::numeric), (2, 10, 900.00, 0)$$, 'deleted: all is as it was');
SELECT is((SELECT sum(a) FROM unnest(pg_temp.amounts('3')) AS a), 0.00, 'the amount, too');
SELECT pg_temp.refused($$INSERT INTO shop.bill VALUES (4, NULL, 'A', 'S', -20.0001, -1)$$, '23514 credits_refund_within_open',
                       'no more than is open');
SELECT pg_temp.accepted($$INSERT INTO shop.bill VALUES (4, NULL, 'A', 'S', -20, -1)$$, 'but all of it');
SELECT is((SELECT value FROM credits.account WHERE customer = 'A' AND type_id = 101), 0.00, 'and then nothing has a value');
DELETE FROM shop.bill WHERE id = 4;
SELECT pg_temp.refused($$INSERT INTO shop.bill VALUES (4, NULL, 'A', 'S', -1, 1)$$, '23514 credits_quantity_in_range',
                       'an amount that the customer would pay');
SELECT pg_temp.accepted($$INSERT INTO shop.bill VALUES (5, NULL, 'A', 'S', -1, NULL)$$, 'one that is not filled in yet');
UPDATE shop.bill SET amount = -90 WHERE id = 5;
SELECT is(pg_temp.amounts('5'), ARRAY[0.00, -90.00], 'and then is');
UPDATE shop.bill SET quantity = 1, amount = 90 WHERE id = 5;
SELECT is(credits.balance('A', 'SUPPORT'), 21::numeric, 'a credit note may become a sale');
UPDATE shop.bill SET quantity = -1, amount = -90 WHERE id = 5;
SELECT is(credits.balance('A', 'SUPPORT'), 19::numeric, 'and a sale a credit note');
DELETE FROM shop.bill;
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'sales and credit notes go together');

-- With a reference: from that sale

INSERT INTO shop.bill VALUES (11, NULL, 'B', 'S', 3, 100), (12, NULL, 'B', 'S', 5, 500), (13, 11, 'B', 'S', -1, -40);
SELECT pg_temp.booked('B', ARRAY['sale lot 1: 3 at 100.00', 'sale lot 2: 5 at 500.00', 'credit_note lot 1: -1 at -33.33'],
    'the sale that it refers to, also of the same save, gives at its share');
SELECT pg_temp.refused($$INSERT INTO shop.bill VALUES (14, 11, 'B', 'S', -2.5, 0)$$, '23514 credits_refund_within_open',
                       'no more than that sale has open');
INSERT INTO shop.bill VALUES (14, 11, 'B', 'S', -1, -20), (15, 11, 'B', 'S', -1, -20);
SELECT is((SELECT array_agg(value ORDER BY entry_no) FROM credits.entry WHERE customer = 'B' AND kind = 'credit_note'),
          ARRAY[-33.33, -33.34, -33.33], 'to the last cent');
SELECT pg_temp.refused($$UPDATE shop.bill SET quantity = 4 WHERE id = 11$$, '23514 credits_lot_not_consumed',
                       'a sale that is credited does not change');
DELETE FROM shop.bill WHERE id = 14;
UPDATE shop.bill SET refund_of = 12 WHERE id = 15;
SELECT pg_temp.booked('B', ARRAY['credit_note lot 1: 1 at 33.34 undoes 4', 'credit_note lot 1: 1 at 33.33 undoes 5',
                                 'credit_note lot 2: -1 at -100.00'],
    'deleted, or made to refer to another sale', 5);
UPDATE shop.bill SET refund_of = NULL WHERE id = 15;
SELECT is(pg_temp.last_entry('B'), 8::bigint, 'a reference that is taken away leaves what is booked');
SELECT pg_temp.refused(format($$INSERT INTO shop.bill VALUES (16, %s, %L, %L, -1, 0)$$, refund_of, customer, item),
                       '23514 credits_refund_within_open', why)
FROM (VALUES (999, 'B', 'S', 'a reference to nothing'), (16, 'B', 'S', 'to itself'), (13, 'B', 'S', 'to a credit note'),
      (11, 'C', 'S', 'to another customer''s sale'),
             (11, 'B', 'F', 'to a sale of another type')) AS wrong (refund_of, customer, item, why);
SELECT pg_temp.accepted($$DELETE FROM shop.bill WHERE id IN (11, 13)$$, 'a sale goes with its credit note');
SELECT pg_temp.accepted($$UPDATE shop.bill SET quantity = CASE id WHEN 12 THEN 8 ELSE 0 END WHERE id IN (12, 15)$$,
                        'or changes when that goes');
DELETE FROM shop.bill;
SELECT pg_temp.all_in_order();

-- Of a sale that is partly consumed

INSERT INTO shop.bill VALUES (21, NULL, 'C', 'S', 3, 100), (22, NULL, 'C', 'H', 1, 0), (23, 21, 'C', 'S', -2, -66.67);
SELECT pg_temp.booked('C', ARRAY['sale lot 1: 3 at 100.00', 'consumption lot 1: -1 at -33.33', 'credit_note lot 1: -2 at -66.67'],
    'what is consumed is consumed');
SELECT pg_temp.refused($$UPDATE shop.bill SET quantity = 2 WHERE id = 22$$, '23514 credits_balance_not_negative',
                       'what is credited is gone');
DELETE FROM shop.bill WHERE id = 22;
SELECT results_eq($$SELECT remaining, remaining_value, credited FROM credits.lot WHERE customer = 'C'$$,
                  $$VALUES (1::numeric, 33.33, 2::numeric)$$, 'a consumption that goes gives back its own');
SELECT pg_temp.refused($$INSERT INTO shop.bill VALUES (24, 21, 'C', 'S', -1.5, 0)$$, '23514 credits_refund_within_open',
                       'no more');
DELETE FROM shop.bill;

-- Quantity 0 with an amount and a reference changes the value of what is open

SELECT pg_temp.last_entry('C') AS last \gset
INSERT INTO shop.bill VALUES (31, NULL, 'C', 'S', 3, 300), (32, NULL, 'C', 'H', 2, 0), (33, 31, 'C', 'S', 0, -30);
SELECT pg_temp.booked('C', ARRAY['sale lot 2: 3 at 300.00', 'consumption lot 2: -2 at -200.00', 'credit_note lot 2: 0 at -30.00'],
                      'of one that is open', :last);
SELECT results_eq($$SELECT value, remaining_value FROM credits.lot WHERE customer = 'C' AND lot_no = 2$$,
                  'VALUES (300.00, 70.00)', 'what is left of it is cheaper');
SELECT pg_temp.refused($$INSERT INTO shop.bill VALUES (34, 31, 'C', 'S', 0, -70.01)$$, '23514 credits_refund_within_open',
                       'by no more than it is worth');
SELECT pg_temp.accepted($$INSERT INTO shop.bill VALUES (34, 31, 'C', 'S', 0, 10)$$, 'or dearer');
SELECT is((SELECT value FROM credits.account WHERE customer = 'C' AND type_id = 101), 80.00, 'the account with it');
SELECT pg_temp.last_entry('C') AS last \gset
UPDATE shop.bill SET amount = -20 WHERE id = 34;
SELECT pg_temp.booked('C', ARRAY[format('credit_note lot 2: 0 at -10.00 undoes %s', :last), 'credit_note lot 2: 0 at -20.00'],
                      'a change of it is undone and booked anew', :last);
SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
UPDATE shop.bill SET quantity = 3 WHERE id = 32;
SELECT pg_temp.last_entry('C') AS last \gset
DELETE FROM shop.bill WHERE id = 34;
SELECT pg_temp.booked('C', ARRAY[format('credit_note lot 2: 0 at 0.00 undoes %s', :last - 1)],
                      'when nothing is left, its undoing changes no value', :last);
SELECT is((SELECT sum(a) FROM unnest(pg_temp.amounts('34')) AS a), 0.00, 'but the difference');
SELECT pg_temp.refused($$INSERT INTO shop.bill VALUES (35, 31, 'C', 'S', 0, 5)$$, '23514 credits_refund_within_open',
                       'nor is it booked anew');
SELECT pg_temp.accepted($$INSERT INTO shop.bill VALUES (35, NULL, 'C', 'S', 0, 5)$$, 'without a reference it touches nothing');
SELECT is(pg_temp.last_entry('C'), (:last + 1)::bigint, 'nothing at all');
DELETE FROM shop.bill WHERE id IN (32, 35);
DELETE FROM shop.bill WHERE id = 33;
SELECT results_eq($$SELECT remaining, remaining_value FROM credits.lot WHERE customer = 'C' AND lot_no = 2$$,
                  'VALUES (3::numeric, 280.00)', 'what was drawn at another value keeps it');
INSERT INTO shop.bill VALUES (36, 31, 'C', 'S', 0, 10);
SELECT pg_temp.refused($$DELETE FROM shop.bill WHERE id = 31$$, '23514 credits_lot_not_consumed',
                       'a sale whose value a credit note changes does not change');
DELETE FROM shop.bill WHERE id = 36;
SELECT pg_temp.last_entry('C') AS last \gset
UPDATE shop.bill SET amount = 330 WHERE id = 31;
SELECT pg_temp.booked('C', ARRAY['correction lot 2: 0 at 20.00', 'sale_change lot 2: 0 at 30.00'],
                      'one that is gone leaves nothing behind', :last);
UPDATE shop.bill SET quantity = 4 WHERE id = 31;
SELECT results_eq($$SELECT remaining, remaining_value FROM credits.lot WHERE customer = 'C' AND lot_no = 2$$,
                  'VALUES (4::numeric, 330.00)', 'so that the sale is free again');

-- Fixed values: the amount is all difference

INSERT INTO shop.bill VALUES (41, NULL, 'B', 'F', 10, 1000), (42, 41, 'B', 'F', -4, -400), (43, 41, 'B', 'F', 0, -50),
    (44, NULL, 'B', 'G', 2, 0);
SELECT results_eq($$SELECT kind, quantity, value, amount FROM credits.entry WHERE customer = 'B'
                    AND type_id = 103 ORDER BY entry_no$$,
    $$VALUES ('sale', 10::numeric, 950.00, 1000.00), ('credit_note', -4, -380.00, -400.00), ('credit_note', 0, 0.00, -50.00),
      ('consumption', -2, -190.00, NULL)$$,
    'credits at the unit value, the amount beside it');
DELETE FROM shop.bill WHERE id = 43;
DELETE FROM shop.bill WHERE id = 42;
SELECT results_eq($$SELECT remaining, remaining_value FROM credits.lot WHERE type_id = 103$$, 'VALUES (8::numeric, 760.00)',
                  'and back');

-- Its own terms, an inactive type, other currencies, sources that never sell

SELECT is_empty('SELECT * FROM credits.verify()', 'verify() finds nothing');
INSERT INTO shop.bill VALUES (45, 41, 'B', 'F', -1, -95);
UPDATE credits.article SET coefficient = 2 WHERE article = 'F';
UPDATE shop.bill SET quantity = -2 WHERE id = 45;
SELECT is(credits.balance('B', 'FIXED'), 6::numeric, 'a credit note keeps the coefficient of its first booking');
UPDATE credits.credit_type SET active = false WHERE type_id = 103;
SELECT pg_temp.accepted($$UPDATE shop.bill SET quantity = -3 WHERE id = 45$$, 'what is left of an inactive type can be credited');
CREATE TABLE shop.report (id bigint PRIMARY KEY, customer text, item text, quantity numeric);
SELECT credits.attach('shop.report', 'service_report', article => 'item', quantity => 'quantity',
                      amount => NULL, customer => 'customer', document_date => $$DATE '2026-01-20'$$) \gset
INSERT INTO shop.report VALUES (1, 'B', 'F', -1);
SELECT is(credits.balance('B', 'FIXED'), 5::numeric, 'a source without amounts leaves it alone');
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
