-- Documents of a closed month (rule 28): booked in the first open one, or refused; the closed month stays as it is.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(57);

-- Given a sale and a consumption of January, and one of each that is a draft; January is closed

INSERT INTO shop.slip (id, customer, day, number, state, item, quantity, amount) VALUES
    (1, 'A', '2026-01-05', 'S1', 'posted', 'S', 10, 1000),
    (2, 'A', '2026-01-20', 'S2', 'posted', 'H', 4, 0),
    (3, 'A', '2026-01-21', 'S3', 'draft', 'S', 5, 400),
    (4, 'A', '2026-01-22', 'S4', 'draft', 'H', 1, 0),
    (5, 'B', '2026-01-23', 'S5', 'posted', 'S', 6, 600);
SELECT pg_temp.slip(6, 'C', '2026-01-05', 'T', 10, 1000), pg_temp.slip(7, 'C', '2026-01-06', 'U', 10) \g /dev/null
SELECT credits.register_consumption('A', 'SUPPORT', 0.5, 'by phone', '2026-01-25') AS by_phone \gset
SELECT credits.close_month('2026-01-01') \g /dev/null

-- Each entry after number 'n': 'kind quantity at value on booked_on of document_date'.
CREATE FUNCTION pg_temp.booked_after(who text, n bigint) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(format('%s %s at %s on %s of %s', kind, quantity, value, booked_on, document_date) ORDER BY entry_no)
    FROM credits.entry WHERE customer = who AND type_id = 101 AND entry_no > n
$$;

-- When it is booked in the first open month: whatever happens to the documents

SELECT pg_temp.slip(10, 'A', '2026-01-15', 'H', 1) \g /dev/null
SELECT is(pg_temp.booked_after('A', 3), ARRAY['consumption -1 at -100.00 on 2026-02-01 of 2026-01-15'],
          'a late consumption: the document keeps its date beside the accounting date');
UPDATE shop.slip SET quantity = 3 WHERE id = 2;
SELECT is(pg_temp.booked_after('A', 4), ARRAY['consumption_change 1 at 100.00 on 2026-02-01 of 2026-01-20'],
          'a smaller one gives back in the open month');
UPDATE shop.slip SET quantity = 5 WHERE id = 2;
SELECT is(pg_temp.booked_after('A', 5), ARRAY['consumption_change -2 at -200.00 on 2026-02-01 of 2026-01-20'],
          'a larger one draws there');
DELETE FROM shop.slip WHERE id = 10;
SELECT is(pg_temp.booked_after('A', 6), ARRAY['consumption_change 1 at 100.00 on 2026-02-01 of 2026-01-15'],
          'a deleted one comes back there');
UPDATE shop.slip SET state = 'posted' WHERE id IN (3, 4);
SELECT is(pg_temp.booked_after('A', 7), ARRAY['sale 5 at 400.00 on 2026-02-01 of 2026-01-21',
                                              'consumption -1 at -100.00 on 2026-02-01 of 2026-01-22'], 'drafts that are posted');
UPDATE shop.slip SET day = '2026-02-10' WHERE id = 4;
SELECT is(pg_temp.booked_after('A', 9),
          ARRAY['consumption_change 1 at 100.00 on 2026-02-01 of 2026-01-22',
                'consumption_change -1 at -100.00 on 2026-02-10 of 2026-02-10'], 'a document that gets a date in the open month');
UPDATE shop.slip SET day = '2026-01-30' WHERE id = 4;
SELECT is(pg_temp.booked_after('A', 11), ARRAY['consumption_change 1 at 100.00 on 2026-02-10 of 2026-02-10',
                                               'consumption_change -1 at -100.00 on 2026-02-01 of 2026-01-30'], 'and back');
UPDATE shop.slip SET quantity = 4, amount = 400 WHERE id = 5;
SELECT is(pg_temp.booked_after('B', 1), ARRAY['sale_change -2 at -200.00 on 2026-02-01 of 2026-01-23'], 'a smaller sale');
SELECT pg_temp.slip(11, 'B', '2026-01-31', 'S', -1, -100) \g /dev/null
SELECT is(pg_temp.booked_after('B', 2), ARRAY['credit_note -1 at -100.00 on 2026-02-01 of 2026-01-31'], 'a credit note');
SELECT pg_temp.slip(12, 'A', '2026-01-31', 'H', -1) \g /dev/null
SELECT is(pg_temp.booked_after('A', 13), ARRAY['return 1 at 100.00 on 2026-02-01 of 2026-01-31'], 'a return');
SELECT credits.reverse_registration('A', 'SUPPORT', :by_phone, 'sorry') \g /dev/null
SELECT is(pg_temp.booked_after('A', 14), ARRAY['consumption_change 0.5 at 50.00 on 2026-02-01 of 2026-01-25'],
          'the reversal of a registration');
UPDATE shop.slip SET number = 'S2-bis' WHERE id = 2;
SELECT is(pg_temp.booked_after('A', 15), NULL, 'a new document number books nothing');
SELECT results_eq($$SELECT opening, sold, consumed, closing FROM credits.deferred_revenue('2026-01-01', '2026-01-01')
                    WHERE type_code = 'SUPPORT'$$, $$VALUES (0.00, 1600.00, 450.00, 1150.00)$$, 'January is as it was closed');
SELECT is((SELECT count(*) FROM credits.late_entry), 12::bigint, 'the late ones are listed, those of the open month are not');
SELECT pg_temp.all_in_order();

-- A lot that came late: what is drawn from it is booked no earlier, though its document is of an open month

UPDATE shop.slip SET quantity = 4 WHERE id = 7; -- the lot was used up in January, in February it is not
SELECT pg_temp.slip(13, 'C', '2026-01-10', 'S', 2, 200), pg_temp.slip(14, 'C', '2026-01-11', 'H', 1) \g /dev/null
SELECT is((SELECT array_agg(format('%s at %s on %s', kind, value, booked_on)) FROM credits.entry WHERE line_key = '7'
           AND quantity > 0), ARRAY['consumption_change at 600.00 on 2026-02-01'], 'given what came back late');
SELECT is(pg_temp.booked_after('C', 0),
          ARRAY['sale 2 at 200.00 on 2026-02-01 of 2026-01-10', 'consumption -1 at -100.00 on 2026-02-01 of 2026-01-11'],
          'a late sale and what is consumed of it');

-- When the month is opened again, its documents are booked in it, but nothing is drawn before it is there

SELECT credits.reopen_month('2026-01-01') \g /dev/null
SELECT pg_temp.slip(15, 'A', '2026-01-18', 'H', 1) \g /dev/null
SELECT is(pg_temp.booked_after('A', 15), ARRAY['consumption -1 at -100.00 on 2026-02-01 of 2026-01-18'],
          'of a lot into which something came later: no earlier than that');
SELECT pg_temp.slip(16, 'B', '2026-01-25', 'H', 1) \g /dev/null
SELECT is(pg_temp.booked_after('B', 3), ARRAY['consumption -1 at -100.00 on 2026-02-01 of 2026-01-25'],
          'of a lot whose sale was changed later: no earlier than that');
SELECT pg_temp.slip(17, 'C', '2026-01-25', 'H', 1) \g /dev/null
SELECT is(pg_temp.booked_after('C', 2), ARRAY['consumption -1 at -100.00 on 2026-02-01 of 2026-01-25'],
          'of a lot that came late: no earlier than the lot');
SELECT pg_temp.slip(18, 'C', '2026-01-20', 'U', 5) \g /dev/null
SELECT is((SELECT booked_on FROM credits.entry WHERE line_key = '18'), '2026-02-01'::date,
          'of a lot that was used up then and is not any more: no earlier than that');
SELECT pg_temp.all_in_order();
SELECT credits.close_month('2026-01-01') \g /dev/null
SELECT pg_temp.all_in_order();

-- When closed months are kept: every change of a document of a closed month is refused, before anything else

UPDATE credits.parameter SET closed_month_policy = 'reject';
SELECT pg_temp.refused($$SELECT pg_temp.slip(20, 'A', '2026-01-31', 'H', 1)$$, '23514 credits_month_open', 'a late consumption');
SELECT pg_temp.refused($$SELECT pg_temp.slip(20, 'A', '2026-01-31', 'S', 1, 100)$$, '23514 credits_month_open', 'a late sale');
SELECT pg_temp.refused($$UPDATE shop.slip SET quantity = 2 WHERE id = 2$$, '23514 credits_month_open', 'a smaller consumption');
SELECT pg_temp.refused($$DELETE FROM shop.slip WHERE id = 2$$, '23514 credits_month_open', 'a deletion');
SELECT pg_temp.refused($$UPDATE shop.slip SET day = '2026-02-15' WHERE id = 2$$, '23514 credits_month_open',
                       'a new date in an open month');
SELECT pg_temp.refused($$UPDATE shop.slip SET state = 'draft' WHERE id = 1$$, '23514 credits_month_open',
                       'a sale that does not count any more, rather than that it is consumed');
SELECT pg_temp.refused($$UPDATE shop.slip SET item = 'X' WHERE id = 2$$, '23514 credits_month_open', 'another article');
SELECT pg_temp.refused($$UPDATE shop.slip SET customer = 'B' WHERE id = 2$$, '23514 credits_month_open', 'another customer');
SELECT pg_temp.refused($$SELECT credits.register_consumption('A', 'SUPPORT', 1, NULL, '2026-01-31')$$,
                       '23514 credits_month_open', 'a registration');
SELECT pg_temp.refused($$SELECT credits.register_sale('A', 'SUPPORT', -1, 1, NULL, '2026-01-31')$$,
                       '23514 credits_month_open', 'whatever else is wrong with it');
SELECT pg_temp.refused($$SELECT credits.register_opening('A', 'SUPPORT', 1, 1, NULL, '2026-01-31')$$,
                       '23514 credits_month_open', 'an opening balance');
SELECT pg_temp.slip(21, 'A', '2026-02-15', 'H', 1) \g /dev/null
SELECT pg_temp.refused($$UPDATE shop.slip SET day = '2026-01-15' WHERE id = 21$$, '23514 credits_month_open',
                       'an old date for a document of the open month');
SELECT pg_temp.refused($$SELECT pg_temp.slip(20, 'A', '2026-01-31', 'S', 1, -100)$$, '23514 credits_month_open',
                       'the month comes before the amount');
SELECT pg_temp.refused($$SELECT pg_temp.slip(20, 'A', '2026-01-31', 'S', 'NaN', 100)$$, '23514 credits_month_open',
                       'and the quantity');
SELECT pg_temp.refused($$SELECT pg_temp.slip(20, 'A', '2026-01-31', 'H', 500)$$, '23514 credits_month_open', 'and the balance');
UPDATE credits.credit_type SET active = false WHERE type_id = 102;
SELECT pg_temp.refused($$SELECT pg_temp.slip(20, 'A', '2026-01-31', 'T', 1, 100)$$, '23514 credits_month_open',
                       'and whether the type is active');
UPDATE credits.credit_type SET active = true WHERE type_id = 102;
CREATE TABLE shop.order_line (id bigint PRIMARY KEY, customer text, day date, item text, quantity numeric,
                              amount numeric, currency text);
SELECT credits.attach('shop.order_line', 'other', 'item', 'quantity', 'amount', 'customer', 'day', currency => 'currency')
    \g /dev/null
SELECT pg_temp.refused($$INSERT INTO shop.order_line VALUES (1, 'A', '2026-01-31', 'S', 1, 100, 'USD')$$,
                       '23514 credits_month_open', 'and the currency');
SELECT pg_temp.refused($$INSERT INTO shop.order_line VALUES (1, 'A', '2026-02-01', 'S', 1, 100, 'USD')$$,
                       '23514 credits_currency_matches', 'of which an open month is told');

-- What changes nothing, or no document of a closed month, is free

SELECT pg_temp.accepted($$UPDATE shop.slip SET memo = 'x' WHERE id = 2$$, 'a change that credits do not depend on');
SELECT pg_temp.accepted($$UPDATE shop.slip SET number = 'S2-ter' WHERE id = 2$$, 'a new number');
SELECT pg_temp.accepted($$SELECT pg_temp.slip(22, 'A', '2026-01-31', 'X', 1, 100)$$, 'another article');
SELECT pg_temp.accepted($$SELECT pg_temp.slip(23, 'D', '2026-01-31', 'H', 1)$$, 'a customer without credits');
SELECT pg_temp.accepted($$UPDATE shop.slip SET quantity = 2 WHERE id = 21$$, 'a document of the open month');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, day, state, item, quantity)
                          VALUES (24, 'A', '2026-01-31', 'draft', 'H', 1)$$, 'a draft');
SELECT pg_temp.refused($$UPDATE shop.slip SET state = 'posted' WHERE id = 24$$, '23514 credits_month_open', 'until it is posted');
SELECT pg_temp.accepted($$UPDATE shop.slip SET day = '2026-02-28', state = 'posted' WHERE id = 24$$, 'or dated in an open month');
SELECT is((SELECT count(*) FROM credits.entry WHERE booked_on < '2026-02-01'), 6::bigint, 'nothing more was booked in January');
SELECT results_eq($$SELECT DISTINCT message
                    FROM (SELECT pg_temp.outcome(
    $x$INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (25, 'A', '2026-01-31', 'H', 1)$x$)) AS o (message)$$,
    ARRAY['23514 credits_month_open'], 'a refusal stores nothing');
SELECT credits.reopen_month('2026-01-01') \g /dev/null
SELECT pg_temp.accepted($$SELECT pg_temp.slip(20, 'A', '2026-01-31', 'H', 1)$$, 'an opened month takes its documents again');
SELECT pg_temp.all_in_order();

-- Taking in goes by the same rules

SELECT credits.close_month('2026-01-01') \g /dev/null
ALTER TABLE shop.slip DISABLE TRIGGER USER;
SELECT pg_temp.slip(30, 'A', '2026-01-31', 'H', 1), pg_temp.slip(31, 'A', '2026-02-28', 'H', 1) \g /dev/null
ALTER TABLE shop.slip ENABLE TRIGGER USER;
SELECT results_eq($$SELECT consumptions, refused FROM credits.take_in(on_refusal => 'report')$$,
                  'VALUES (1::bigint, 1::bigint)', 'closed months are kept when lines are taken in');
UPDATE credits.parameter SET closed_month_policy = 'next_open_month';
SELECT results_eq($$SELECT consumptions, refused FROM credits.take_in(on_refusal => 'report')$$,
                  'VALUES (1::bigint, 0::bigint)', 'or they are booked in the open month');
SELECT is((SELECT booked_on FROM credits.entry WHERE line_key = '30'), '2026-02-01'::date, 'on its first day');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
