-- Settings: what they may not be or become (rules 1 to 7). By SQLSTATE and constraint name.
BEGIN;
SELECT plan(40);

-- What becomes of a statement: 'accepted', or SQLSTATE and constraint of its refusal.
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    violated text;
BEGIN
    EXECUTE statement;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
    RETURN concat_ws(' ', SQLSTATE, nullif(violated, ''));
END
$$;

INSERT INTO credits.credit_type (type_id, code, alarm_level, valuation, unit_value) VALUES
    (101, 'SUPPORT', 2, 'fifo', NULL),
    (102, 'TRAINING', NULL, 'fixed', 95);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('SALE', 101, 1), ('QUARTER', 101, -0.25);
INSERT INTO credits.customer (customer) VALUES ('C1'), ('C2');

-- Coefficients (rule 9)

SELECT is(pg_temp.outcome($$UPDATE credits.article SET coefficient = 0$$), '23514 credits_coefficient_valid',
          'a coefficient is not 0');
SELECT is(pg_temp.outcome($$UPDATE credits.article SET coefficient = 0.00001$$), '23514 credits_coefficient_valid',
    'a coefficient of 5 decimals is refused, not rounded');
SELECT is(pg_temp.outcome($$UPDATE credits.article SET coefficient = 'NaN'$$), '23514 credits_coefficient_valid',
          'nor is it NaN');
SELECT is(pg_temp.outcome($$UPDATE credits.article SET coefficient = 'Infinity'$$), '23514 credits_coefficient_valid',
          'nor infinite');
SELECT is(pg_temp.outcome($$UPDATE credits.article SET coefficient = 0.25000$$), 'accepted', 'trailing zeros are no decimals');
SELECT is(pg_temp.outcome($$INSERT INTO credits.article (article, type_id) VALUES ('X', 101)$$),
    '23514 article_type_and_coefficient_check', 'an article with a type has a coefficient');
SELECT is(pg_temp.outcome($$INSERT INTO credits.article (article, coefficient) VALUES ('X', 101)$$),
    '23514 article_type_and_coefficient_check', 'an article without a type has none');

-- Types (rules 1 to 3)

SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET unit_value = 10 WHERE code = 'SUPPORT'$$),
    '23514 credit_type_valuation_and_unit_value_check', 'a fifo type has no unit value');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET unit_value = 'NaN' WHERE code = 'TRAINING'$$),
    '23514 credit_type_unit_value_check', 'a unit value is a number');
SELECT is(pg_temp.outcome($$INSERT INTO credits.credit_type (code) VALUES ('SUPPORT')$$), '23505 credit_type_code_key',
          'a code is unique');
SELECT is(pg_temp.outcome($$DELETE FROM credits.credit_type WHERE code = 'SUPPORT'$$), '23503',
    'a type that an article refers to is not deleted');
SELECT is(pg_temp.outcome($$DELETE FROM credits.credit_type WHERE code = 'TRAINING'$$), 'accepted', 'a type never used is');
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (102, 'TRAINING', 'fixed', 95);
SELECT credits.set_alarm_level('C1', 'TRAINING', 3);
SELECT is(pg_temp.outcome($$DELETE FROM credits.credit_type WHERE code = 'TRAINING'$$), '23503',
    'a type that an account refers to is not deleted');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET type_id = 7 WHERE code = 'TRAINING'$$), '23503', 'and keeps its id');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET code = 'COURSE', active = false WHERE code = 'TRAINING'$$), 'accepted',
    'it can be renamed and made inactive');

SET LOCAL client_min_messages = warning;
SELECT is(pg_temp.outcome($$INSERT INTO credits.credit_type (code) SELECT 'T' || n FROM generate_series(1, 9) AS n$$), 'accepted',
    'the number of types is free');
RESET client_min_messages;

-- The worth of open credits

INSERT INTO credits._account (customer, type_id, last_lot_no, last_entry_no, below_alarm, balance, value, account_no)
VALUES ('C2', 102, 1, 1, false, 4, 380, credits._account_number('C2', 102));
INSERT INTO credits._lot (account_no, lot_no, last_entry_no, open, sold_on, booked_on, quantity,
                          amount, value, remaining, remaining_value)
VALUES (credits._account_number('C2', 102), 1, 1, true, '2026-01-01', '2026-01-01', 4, 400, 380, 4, 380);
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET unit_value = 96 WHERE type_id = 102$$),
          '23514 credits_unit_value_kept',
    'the unit value stays while credits are open');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET valuation = 'fifo', unit_value = NULL WHERE type_id = 102$$),
    '23514 credits_unit_value_kept', 'so does the valuation');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET currency = 'USD' WHERE type_id = 102$$), '23514 credits_currency_kept',
    'and the currency');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET unit_value = 95.00, memo = 'same' WHERE type_id = 102$$), 'accepted',
    'an equal unit value is no change');
UPDATE credits._lot SET open = false, remaining = 0, remaining_value = 0;
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET unit_value = 96 WHERE type_id = 102$$), 'accepted',
    'with nothing open the unit value may change');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET currency = 'USD' WHERE type_id = 102$$), '23514 credits_currency_kept',
    'the currency never, once credits were sold');

-- Accounts of the closing's articles (rule 4)

UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACT', result_account = '700000',
    result_article = 'RES'
WHERE code = 'SUPPORT';
SELECT is(pg_temp.outcome($$INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '700000')$$),
    '23514 credits_accounts_match', 'the activation article has the balance account, checked at the article');
INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '460000'), ('RES', '700000'), ('OTHER', '700100');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET result_article = 'OTHER' WHERE code = 'SUPPORT'$$),
    '23514 credits_accounts_match', 'the result article has the result account, checked at the type');
SELECT is(pg_temp.outcome($$UPDATE credits.article SET ledger_account = '700001' WHERE article = 'RES'$$),
    '23514 credits_accounts_match', 'the account of the article does not wander off');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET balance_account = '460001' WHERE code = 'SUPPORT'$$),
    '23514 credits_accounts_match', 'nor does that of the type');
SELECT is(pg_temp.outcome($$UPDATE credits.article SET type_id = 101, coefficient = 1 WHERE article = 'ACT'$$),
    '23514 credits_accounts_match', 'such an article carries no credits itself');
SELECT is(pg_temp.outcome($$UPDATE credits.credit_type SET activation_article = 'SALE' WHERE code = 'SUPPORT'$$),
    '23514 credits_accounts_match', 'and one that carries credits is not chosen');
SELECT is(pg_temp.outcome($$
    SET CONSTRAINTS credits.credits_accounts_match DEFERRED;
    UPDATE credits.article SET ledger_account = '460001' WHERE article = 'ACT';
    UPDATE credits.credit_type SET balance_account = '460001' WHERE code = 'SUPPORT';
    SET CONSTRAINTS credits.credits_accounts_match IMMEDIATE$$), 'accepted',
    'both sides change together when the check is deferred');

-- Customers and articles in use

SELECT is(pg_temp.outcome($$DELETE FROM credits.customer WHERE customer = 'C2'$$), '23503',
          'a customer with an account is not deleted');
SELECT is(pg_temp.outcome($$UPDATE credits.customer SET customer = 'C9' WHERE customer = 'C2'$$), '23503', 'and keeps his key');
SELECT is(pg_temp.outcome($$INSERT INTO credits.customer (customer) VALUES (repeat('é', 128))$$),
          '22001', 'a key has at most 255 bytes');
SELECT is(pg_temp.outcome($$INSERT INTO credits.customer (customer) VALUES (repeat('k', 255));
                            DELETE FROM credits.customer WHERE customer LIKE 'kk%'$$),
    'accepted', 'of which it may have all; a customer without an account can be deleted');
SELECT is(pg_temp.outcome($$INSERT INTO credits.article (article) VALUES (repeat('k', 256))$$), '22001', 'the same for articles');
INSERT INTO credits._entry (account_no, entry_no, lot_no, booked_on, kind, quantity, value, balance_after, article, recorded_at,
                            provenance_no)
VALUES (credits._account_number('C2', 102), 1, 1, '2026-01-01', credits._kind_code('sale'), 4, 380, 4, 'SALE', now(),
        credits._provenance_of(NULL, 'manual', 'somebody'));
SELECT is(pg_temp.outcome($$DELETE FROM credits.article WHERE article = 'SALE'$$), '23503',
          'an article that the ledger names is not deleted');
SELECT is(pg_temp.outcome($$UPDATE credits.article SET article = 'S' WHERE article = 'SALE'$$), '23503', 'and keeps its key');
SELECT is(pg_temp.outcome($$DELETE FROM credits.article WHERE article = 'QUARTER'$$), 'accepted',
          'any other article can be deleted');

-- An article remembers that it had a type

UPDATE credits.article SET type_id = NULL, coefficient = NULL, had_type = false WHERE article = 'SALE';
SELECT results_eq($$SELECT article, had_type FROM credits.article ORDER BY article$$,
    $$VALUES ('ACT' COLLATE "C", false), ('OTHER', false), ('RES', false), ('SALE', true)$$,
    'an article that had a type stays known as such');

-- Parameters (rule 6)

INSERT INTO credits.parameter (active, fixed_relation, notify) VALUES (false, 'R-1', false);
SELECT results_eq($$SELECT active, fixed_relation, closed_month_policy, closing_hook, notify FROM credits.parameter$$,
    $$VALUES (false, 'R-1', 'next_open_month', NULL::text, false)$$, 'INSERT of parameters updates the one row');
SELECT is(pg_temp.outcome($$DELETE FROM credits.parameter$$), '23001', 'which cannot be deleted');

SELECT * FROM finish();
ROLLBACK;
