-- Consumptions: which lots they draw from, at which value, and that no balance becomes negative (rules 2, 8, 9, 11, 12, 13).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(31);

-- Oldest first: the date of the sale's document, then the number of the lot

INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (1, 'A', '2026-01-20', 'S', 10, 900);
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (2, 'A', '2026-01-10', 'S', 10, 1000);
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (3, 'A', '2026-01-10', 'S', 10, 1100);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (4, 'A', '2026-01-25', 'H', 8);
SELECT pg_temp.booked('A', ARRAY['consumption lot 2: -8 at -800.00'], 'credits come out of the lot that was sold first', 3);
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (5, 'A', '2026-01-26', 'H', 14);
SELECT pg_temp.booked('A', ARRAY['consumption lot 2: -2 at -200.00', 'consumption lot 3: -10 at -1100.00',
                                 'consumption lot 1: -2 at -180.00'],
    'then out of the next ones, an entry for each', 4);
SELECT results_eq($$SELECT lot_no, remaining, remaining_value, open FROM credits.lot WHERE customer = 'A' ORDER BY 1$$,
    $$VALUES (1::bigint, 8::numeric, 720::numeric, true), (2, 0, 0, false), (3, 0, 0, false)$$,
    'the lots know what is left of them');
SELECT results_eq($$SELECT balance, value, last_lot_no, last_entry_no FROM credits.account WHERE customer = 'A'$$,
    $$VALUES (8::numeric, 720::numeric, 3::bigint, 7::bigint)$$, 'so does the account');
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (6, 'A', '2026-01-05', 'H', 1);
SELECT results_eq($$SELECT lot_no, document_date, booked_on FROM credits.entry WHERE customer = 'A' AND entry_no = 8$$,
    $$VALUES (1::bigint, '2026-01-05'::date, '2026-01-20'::date)$$,
    'a consumption of before its lot was sold is booked on the date of that, so that no balance was ever negative');

-- Shares of a lot's value, to the cent

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (11, 'B', 'S', 3, 100);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (12, 'B', 'H', 1), (13, 'B', 'H', 1), (14, 'B', 'H', 1);
SELECT pg_temp.booked('B', ARRAY['consumption lot 1: -1 at -33.33', 'consumption lot 1: -1 at -33.34',
                                 'consumption lot 1: -1 at -33.33'],
    'each draw takes its share of what remains, half away from zero, and no cent is lost', 1);
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (15, 'B', 'S', 7, 0.03), (16, 'B', 'S', 1, 0);
INSERT INTO shop.slip (id, customer, item, quantity) SELECT n, 'B', 'H', 1 FROM generate_series(21, 28) AS n;
SELECT is(sum(value), 0.00, 'nor is one of three, over seven credits') FROM credits.entry WHERE customer = 'B';
SELECT is(max(abs(value)), 0.01, 'and no draw takes more than its share, rounded') FROM credits.entry
WHERE customer = 'B' AND line_key IN ('21', '22', '23', '24', '25', '26', '27', '28');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (17, 'B', 'S', 0.0003, 0.05);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (18, 'B', 'H', 0.0001), (19, 'B', 'Q', 0.0008);
SELECT pg_temp.booked('B', ARRAY['consumption lot 4: -0.0001 at -0.02', 'consumption lot 4: -0.0002 at -0.03'],
    'the smallest quantities are drawn the same way', 15);

-- Never negative

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (31, 'C', 'S', 0.5, 50);
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (32, 'C', 'H', 0.5001)$$,
    '23514 credits_balance_not_negative', 'a consumption beyond the balance is refused');
SELECT is_empty($$SELECT FROM shop.slip WHERE id = 32$$, 'and nothing of it is stored');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (32, 'C', 'Q', 1),
                         (33, 'C', 'Q', 1), (34, 'C', 'Q', 1)$$,
    '23514 credits_balance_not_negative', 'a statement is refused as a whole');
SELECT is_empty($$SELECT FROM shop.slip WHERE id BETWEEN 32 AND 34$$, 'though two of its lines would have done');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (32, 'A', 'H', 1), (33, 'C', 'H', 1)$$,
    '23514 credits_balance_not_negative', 'also for what it does to another customer');
SELECT results_eq($$SELECT customer, balance FROM credits.account ORDER BY customer$$,
    $$VALUES ('A' COLLATE "C", 7::numeric), ('B', 0), ('C', 0.5)$$, 'no balance has moved');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (32, 'C', 'Q', 2)$$,
                        'what there is can be consumed');
SELECT is(credits.balance('C', 'SUPPORT'), 0::numeric, 'to the last bit');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (33, 'C', 'Q', 0.0004)$$,
    '23514 credits_balance_not_negative', 'but no more');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (33, 'C', 'U', 1)$$,
    '23514 credits_balance_not_negative', 'nor from an account that was never opened');
SELECT is_empty($$SELECT FROM credits.account WHERE type_id = 102$$, 'which is not opened by it');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (33, 'C', 'H', 'infinity')$$,
    '23514 credits_quantity_in_range', 'a quantity out of range is told before an empty account');

-- What gives comes before what takes

INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (41, 'C', '2026-02-01', 'H', 3, NULL), (42, 'C', '2026-02-01', 'S', 4, 400), (43, 'C', '2026-02-01', 'H', 1, NULL);
SELECT pg_temp.booked('C', ARRAY['sale lot 2: 4 at 400.00', 'consumption lot 2: -3 at -300.00',
                                 'consumption lot 2: -1 at -100.00'],
    'a document may sell and use at once', 2);
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES
    (58, 'C', '2026-02-03', 'N2', 'H', 8, NULL), (57, 'C', '2026-02-03', 'N1', 'H', 7, NULL),
    (59, 'C', '2026-02-04', 'N1', 'H', 9, NULL),
    (60, 'C', '2026-02-03', 'N1', 'H', 10, NULL), (51, 'C', '2026-02-01', 'Z', 'S', 34, 34);
SELECT results_eq($$SELECT line_key, quantity FROM credits.entry WHERE customer = 'C' AND entry_no > 6 ORDER BY entry_no$$,
    $$VALUES ('57' COLLATE "C", -7::numeric), ('60', -10), ('58', -8), ('59', -9)$$,
    'consumptions of one save are drawn by document date, document number, line key');

-- A lot of the same save may be older than those that are open

INSERT INTO credits.customer (customer) VALUES ('E');
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (61, 'E', '2026-02-10', 'S', 2, 20);
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (62, 'E', '2026-02-20', 'S', 2, 40), (63, 'E', '2026-02-01', 'S', 2, 30), (64, 'E', '2026-02-20', 'H', 5, NULL);
SELECT pg_temp.booked('E', ARRAY['sale lot 2: 2 at 30.00', 'sale lot 3: 2 at 40.00', 'consumption lot 2: -2 at -30.00',
                                 'consumption lot 1: -2 at -20.00',
    'consumption lot 3: -1 at -20.00'], 'it is drawn in its place', 1);
UPDATE shop.slip SET quantity = CASE id WHEN 64 THEN 1 ELSE 2 END, day = CASE id WHEN 61 THEN '2026-01-01'
    ELSE day END WHERE id IN (61, 64);
SELECT results_eq($$SELECT lot_no, remaining FROM credits.lot WHERE customer = 'E' ORDER BY lot_no$$,
    $$VALUES (1::bigint, 0::numeric), (2, 1), (3, 2), (4, 2)$$,
    'and a sale may move to another date in the save that gives it back');

-- Types and customers do not mix

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (71, 'A', 'T', 5, 500), (72, 'B', 'S', 1, 1);
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (73, 'A', 'U', 6)$$,
                       '23514 credits_balance_not_negative',
    'credits of one type are no help in another');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (73, 'B', 'H', 2)$$,
                       '23514 credits_balance_not_negative',
    'nor those of another customer');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (73, 'D', 'H', 100);
SELECT is_empty($$SELECT FROM credits.account WHERE customer = 'D'$$, 'a customer who does not work with credits pays as ever');

-- Inactive types

UPDATE credits.credit_type SET active = false WHERE code = 'TRAINING';
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (74, 'A', 'U', 5)$$,
    'what is left of an inactive type can be consumed');

-- Fixed valuation: a draw is worth its share all the same

INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'FIXED', 'fixed', 95);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('F', 103, 1), ('FU', 103, -1);
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (81, 'A', 'F', 10, 1000), (82, 'A', 'F', 2, 0);
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (83, 'A', 'FU', 8), (84, 'A', 'FU', 4);
SELECT results_eq($$SELECT lot_no, value FROM credits.entry WHERE type_id = 103 AND kind = 'consumption' ORDER BY entry_no$$,
    $$VALUES (1::bigint, -760::numeric), (1, -190), (2, 0)$$, 'at the unit value, a gift at nothing');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
