-- What an ERP's form may ask before it saves: the answers (rules 8, 9, 11). That asking changes nothing is in no_write.sql.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(40);

INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
VALUES (1, 'A', '2026-01-01', 'S', 3, 100), (2, 'A', '2026-01-02', 'S', 10, 900);

-- balance

SELECT is(credits.balance('A', 'SUPPORT'), 13::numeric, 'the balance of a customer in a type');
SELECT is(credits.balance('A', 'TRAINING'), 0::numeric, 'nothing, where nothing was ever sold');
SELECT is(credits.balance('nobody', 'SUPPORT'), 0::numeric, 'nor to a customer who is not known');
SELECT pg_temp.refused($$SELECT credits.balance('A', 'NONE')$$, 'P0002', 'an unknown type');
SELECT is(credits.balance(NULL, 'SUPPORT'), NULL, 'no customer, no answer');

-- preview_line

CREATE FUNCTION pg_temp.preview(who text, what text, much numeric) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', type_code, credits, balance_before, balance_after, enough, value, draws)
    FROM credits.preview_line(who, what, much)
$$;
SELECT is(pg_temp.preview('A', 'Q', 2), 'SUPPORT -0.5 13 12.5 t 16.67 [{"value": 16.67, "lot_no": 1, "quantity": 0.5}]',
          'a consumption');
SELECT is(pg_temp.preview('A', 'H', 4),
    'SUPPORT -4 13 9 t 190.00 [{"value": 100.00, "lot_no": 1, "quantity": 3}, {"value": 90.00, "lot_no": 2, "quantity": 1}]',
    'out of two lots');
SELECT is(pg_temp.preview('A', 'H', 13),
    'SUPPORT -13 13 0 t 1000.00 [{"value": 100.00, "lot_no": 1, "quantity": 3}, {"value": 900.00, "lot_no": 2, "quantity": 10}]',
    'of all there is');
SELECT is(pg_temp.preview('A', 'H', 13.5),
    'SUPPORT -13.5 13 -0.5 f 1000.00 [{"value": 100.00, "lot_no": 1, "quantity": 3}, '
    '{"value": 900.00, "lot_no": 2, "quantity": 10}]',
    'of more than there is: not enough');
SELECT is(pg_temp.preview('A', 'S', 2), 'SUPPORT 2 13 15 t', 'a sale has no draws');
SELECT is(pg_temp.preview('A', 'S', -11),
    'SUPPORT -11 13 2 t 933.33 [{"value": 900.00, "lot_no": 2, "quantity": 10}, {"value": 33.33, "lot_no": 1, "quantity": 1}]',
    'a credit note, out of the newest lots');
SELECT is(pg_temp.preview('A', 'H', -1), 'SUPPORT 1 13 14 f 0.00 []', 'a return of what nobody consumed');
SAVEPOINT given;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 1), (4, 'A', 'H', 3);
SELECT is(pg_temp.preview('A', 'H', -2),
          'SUPPORT 2 9 11 t 123.34 [{"value": 90.00, "lot_no": 2, "quantity": 1}, {"value": 33.34, "lot_no": 1, "quantity": 1}]',
    'a return, to the lots last drawn');
SELECT is(pg_temp.preview('A', 'H', -4.5), 'SUPPORT 4.5 9 13.5 f 190.00 [{"value": 90.00, "lot_no": 2, "quantity": 1}, {"value": '
                                           '66.67, "lot_no": 1, "quantity": 2}, {"value": 33.33, "lot_no": 1, "quantity": 1}]',
    'of more than was consumed: not enough');
SELECT is(pg_temp.preview('A', 'S', -10), 'SUPPORT -10 9 -1 f 810.00 [{"value": 810.00, "lot_no": 2, "quantity": 9}]',
          'a credit note of more than is open');
ROLLBACK TO given;
SELECT is(pg_temp.preview('B', 'U', 1), 'TRAINING -1 0 -1 f 0.00 []', 'an account that was never opened');
SELECT is_empty($$SELECT pg_temp.preview('A', 'X', 1)$$, 'no row for an article without credits');
SELECT is_empty($$SELECT pg_temp.preview('A', 'none', 1)$$, 'nor for an unknown one');
SELECT is_empty($$SELECT pg_temp.preview('D', 'H', 1)$$, 'nor for a customer who does not work with credits');
SELECT is_empty($$SELECT pg_temp.preview('nobody', 'H', 1)$$, 'nor for an unknown one');
SELECT is_empty($$SELECT pg_temp.preview('A', 'Q', 0.0001)$$, 'nor for a quantity that rounds to no credits');
SELECT is_empty($$SELECT pg_temp.preview('A', 'Q', NULL)$$, 'nor for none');
SELECT pg_temp.refused($$SELECT credits.preview_line('A', 'Q', 'NaN')$$, '23514 credits_quantity_in_range',
                       'a quantity out of range is refused as it will be');

-- is_consumption, price_for

SELECT is(credits.is_consumption('A', 'Q'), true, 'a consumption is one');
SELECT is(credits.is_consumption('A', 'S'), false, 'a sale is none');
SELECT is(credits.is_consumption('A', 'X'), false, 'nor an article without credits');
SELECT is(credits.is_consumption('D', 'Q'), false, 'nor for a customer who does not work with credits');
SELECT is(credits.is_consumption('nobody', 'Q'), false, 'nor for an unknown one');
SELECT is(credits.price_for('A', 'Q', 25), 0::numeric, 'a consumption costs 0');
SELECT is(credits.price_for('A', 'S', 100), 100::numeric, 'a sale costs what it costs');
SELECT is(credits.price_for('D', 'Q', 25), 25::numeric, 'so does anything of other customers');
SELECT is(credits.price_for('A', NULL, 25), 25::numeric, 'or without an article');
SELECT is(credits.price_for('A', 'X', NULL), NULL, 'no price is no price');

-- The answer is what saving then does

SELECT balance_after, value FROM credits.preview_line('A', 'H', 4) \gset
INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (3, 'A', '2026-01-03', 'H', 4);
SELECT is(credits.balance('A', 'SUPPORT'), :balance_after::numeric, 'the balance that was foretold');
SELECT is(-sum(value), :value::numeric, 'and the value') FROM credits.entry WHERE line_key = '3';
DELETE FROM shop.slip WHERE id = 3;

-- A switched-off module

UPDATE credits.parameter SET active = false;
SELECT is_empty($$SELECT pg_temp.preview('A', 'Q', 1)$$, 'a module that is off foretells nothing');
SELECT is(credits.is_consumption('A', 'Q'), false, 'nothing is a consumption');
SELECT is(credits.price_for('A', 'Q', 25), 25::numeric, 'prices are the ERP''s');
SELECT is(credits.balance('A', 'SUPPORT'), 13::numeric, 'balances are still there');
UPDATE credits.parameter SET active = true;

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
