-- A valuation that is none: nothing is valued by it (rule 11).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(7);

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
SELECT throws_ok($$UPDATE credits.credit_type SET valuation = 'average' WHERE code = 'SUPPORT'$$, '23514', NULL,
    'an unknown valuation is refused');

-- When it is there in spite of that, what has credits to do with is an error, whatever its type.
ALTER TABLE credits.credit_type DROP CONSTRAINT credit_type_valuation_check;
ALTER TABLE credits.credit_type DISABLE TRIGGER credits_keep_worth;
UPDATE credits.credit_type SET valuation = 'average' WHERE code = 'SUPPORT';
SELECT throws_ok(asked, 'XX001', 'credit type is of unknown valuation "average"', asked) FROM (VALUES
    ($$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, 'A', 'S', 10, 1000)$$),
    ($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 1)$$),
    ($$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (4, 'A', 'T', 10, 1000)$$),
    ($$SELECT * FROM credits.preview_line('A', 'H', 1)$$)) AS question (asked);

UPDATE credits.credit_type SET valuation = 'fifo' WHERE code = 'SUPPORT';
SELECT lives_ok($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 1)$$, 'until it is another one');
SELECT is_empty('SELECT * FROM credits.verify()', 'and nothing is wrong');

SELECT * FROM finish();
ROLLBACK;
