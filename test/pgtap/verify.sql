-- verify() is silent on a sound ledger, and sees every invariant fail on one that is broken on purpose. Nothing of it stays.
BEGIN;
\ir common.psql
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- a month is closed in a transaction that saves
SELECT plan(103);
SET LOCAL client_min_messages = error;

-- Given a shop with a line table, and a customer who bought, consumed, changed his mind, and fell below his alarm level,

CREATE SCHEMA shop;
CREATE TABLE shop.line (line_id bigint PRIMARY KEY, customer text, day date, state text, article text,
                        quantity numeric, amount numeric);
INSERT INTO credits.credit_type (type_id, code) VALUES (101, 'SUPPORT'), (102, 'OTHER');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('SALE', 101, 1), ('HOUR', 101, -1), ('QUARTER', 101, -0.25);
INSERT INTO credits.customer (customer) VALUES ('C1'), ('C2'), ('C3');
SELECT credits.set_alarm_level('C1', 'SUPPORT', 8);
INSERT INTO shop.line VALUES (9, 'C2', '2026-01-31', 'posted', 'SALE', 1, 100),
    (10, 'C2', '2026-01-31', 'posted', 'TABLE', 1, 100);
SELECT credits.attach('shop.line', 'invoice', article => 'article', quantity => 'quantity', amount => 'amount',
    customer => 'customer', document_date => 'day', counts_when => $$line.state = 'posted'$$);
INSERT INTO shop.line VALUES
    (1, 'C1', '2026-01-01', 'posted', 'SALE', 3, 100),
    (2, 'C1', '2026-01-02', 'posted', 'SALE', 10, 900),
    (3, 'C1', '2026-01-03', 'posted', 'HOUR', 4, 0),
    (4, 'C1', '2026-01-04', 'draft', 'HOUR', 4, 0),
    (5, 'C2', '2026-01-05', 'posted', 'SALE', 2, 50);
UPDATE shop.line SET quantity = 5 WHERE line_id = 3;
UPDATE shop.line SET quantity = 2 WHERE line_id = 3;
SELECT credits.register_consumption('C1', 'SUPPORT', 4, 'a word on the phone', '2026-01-05');

INSERT INTO shop.line VALUES
    (21, 'C3', '2026-01-01', 'posted', 'SALE', 4, 400),
    (22, 'C3', '2026-01-02', 'posted', 'HOUR', 3, 0);
INSERT INTO shop.line VALUES
    (23, 'C3', '2026-01-03', 'posted', 'HOUR', -2, 0),
    (24, 'C3', '2026-01-04', 'posted', 'SALE', -1, -90);
UPDATE shop.line SET quantity = -1 WHERE line_id = 23;

SELECT results_eq($$SELECT entry_no, kind, lot_no, quantity, value, reverses FROM credits.entry
                    WHERE customer = 'C3' ORDER BY entry_no$$,
    $$VALUES (1::bigint, 'sale', 1::bigint, 4::numeric, 400.00, NULL::bigint),
             (2, 'consumption', 1, -3, -300.00, NULL),
             (3, 'return', 1, 2, 200.00, 2),
             (4, 'credit_note', 1, -1, -100.00, NULL),
             (5, 'return', 1, -1, -100.00, 3)$$, 'given this ledger with a return and a credit note');
SELECT results_eq($$SELECT entry_no, kind, lot_no, quantity, value, reverses FROM credits.entry
                    WHERE customer = 'C1' ORDER BY entry_no$$,
    $$VALUES (1::bigint, 'sale', 1::bigint, 3::numeric, 100.00, NULL::bigint),
             (2, 'sale', 2, 10, 900.00, NULL),
             (3, 'consumption', 1, -3, -100.00, NULL),
             (4, 'consumption', 2, -1, -90.00, NULL),
             (5, 'consumption_change', 2, -1, -90.00, NULL),
             (6, 'consumption_change', 2, 1, 90.00, 5),
             (7, 'consumption_change', 2, 1, 90.00, 4),
             (8, 'consumption_change', 1, 1, 33.33, 3),
             (9, 'consumption', 1, -1, -33.33, NULL),
             (10, 'consumption', 2, -3, -270.00, NULL)$$, 'given this ledger');
SELECT results_eq($$SELECT invariant, customer, type_code, detail FROM credits.verify()$$,
    $$VALUES ('unbooked_line', 'C2', 'SUPPORT', 'shop.line, line 9: it wants 1 credits for 100')$$,
    'verify finds nothing but the line of before the attachment');
DELETE FROM shop.line WHERE line_id = 9;
SELECT is_empty($$SELECT * FROM credits.verify()$$, 'and nothing when that is gone');

-- when one thing is broken, verify names it.

ALTER TABLE credits._account DROP CONSTRAINT credits_balance_not_negative;
ALTER TABLE credits._lot DROP CONSTRAINT _lot_check;
ALTER TABLE credits.customer DISABLE TRIGGER credits_keep_used_customer;
ALTER TABLE credits.credit_type DISABLE TRIGGER credits_keep_used_type;

CREATE TEMPORARY TABLE seen (invariant text);
CREATE FUNCTION pg_temp.broken(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE statement;
    SELECT string_agg(DISTINCT invariant, ' ' ORDER BY invariant) INTO found FROM credits.verify();
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN raise_exception THEN
    INSERT INTO seen SELECT string_to_table(found, ' ');
    RETURN found;
END
$$;

SELECT is(pg_temp.broken($$DELETE FROM credits.customer WHERE customer = 'C1'$$), 'account_has_customer',
          'a customer''s row is gone');
SELECT is(pg_temp.broken($$
    INSERT INTO credits._account (customer, type_id, last_lot_no, last_entry_no, below_alarm, balance, value, account_no)
    VALUES ('C1', 999, 0, 0, false, 0, 0, credits._account_number('C1', 999))$$),
          'account_has_type', 'a type is gone');
SELECT is(pg_temp.broken($$DELETE FROM credits._account WHERE customer = 'C2'$$), 'ledger_has_account', 'an account is gone');
SELECT is(pg_temp.broken($$UPDATE credits._account SET balance = -1 WHERE customer = 'C1'$$),
    'balance_equals_entries balance_equals_lots balance_not_negative', 'a balance is negative');
SELECT is(pg_temp.broken($$UPDATE credits._account SET value = -1 WHERE customer = 'C1'$$),
    'balance_not_negative value_equals_entries value_equals_lots', 'a value is negative');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET balance_after = -1 WHERE account_no = pg_temp.no('C1') AND entry_no = 3$$),
    'balance_after_chains balance_not_negative', 'a balance was negative once');
SELECT is(pg_temp.broken($$UPDATE credits._account SET balance = balance + 1 WHERE customer = 'C1'$$),
    'alarm_agrees balance_equals_entries balance_equals_lots', 'a balance is wrong');
SELECT is(pg_temp.broken($$UPDATE credits._account SET value = value + 0.01 WHERE customer = 'C1'$$),
    'value_equals_entries value_equals_lots', 'a value is wrong by a cent');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET remaining = 6 WHERE account_no = pg_temp.no('C1') AND lot_no = 2$$),
    'balance_equals_lots lot_equals_entries', 'a lot has less than its entries say');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET remaining_value = 600 WHERE account_no = pg_temp.no('C1') AND lot_no = 2$$),
    'lot_equals_entries value_equals_lots', 'a lot is worth less than its entries say');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET lot_no = 3 WHERE account_no = pg_temp.no('C1') AND entry_no = 10$$),
    'lot_covered_on_any_day lot_equals_entries lot_last_entry', 'an entry moves a lot that is not there');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET quantity = 11 WHERE account_no = pg_temp.no('C1') AND lot_no = 2$$),
          'lot_equals_sale', 'a lot is larger than its sale');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET amount = 901 WHERE account_no = pg_temp.no('C1') AND lot_no = 2$$),
          'lot_equals_sale', 'or was dearer');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET value = 901 WHERE account_no = pg_temp.no('C1') AND lot_no = 2$$),
          'lot_equals_sale', 'or worth more');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET remaining = 3.5 WHERE account_no = pg_temp.no('C2')$$),
    'balance_equals_lots lot_equals_entries lot_within_quantity', 'a lot is fuller than it was sold');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET remaining = -1 WHERE account_no = pg_temp.no('C1') AND lot_no = 1$$),
    'balance_equals_lots lot_equals_entries lot_within_quantity', 'a lot is overdrawn');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET open = false WHERE account_no = pg_temp.no('C2')$$),
          'account_names_oldest_lot lot_open_while_remaining', 'a lot with credits is not open');
SELECT is(pg_temp.broken($$UPDATE credits._account SET open_lot_no = 1 WHERE customer = 'C1'$$), 'account_names_oldest_lot',
          'an account names another lot than its oldest open one');
SELECT is(pg_temp.broken($$UPDATE credits._account SET open_lot_no = 0 WHERE customer = 'C1'$$), 'account_names_oldest_lot',
          'or none');
SELECT is(pg_temp.broken($$UPDATE credits._account SET open_lot_no = NULL, open_lot = '(7,7)' WHERE customer = 'C1'$$), NULL,
          'it need not know');
SELECT is(pg_temp.broken($$
    UPDATE credits._lot SET remaining = 0, open = false WHERE account_no = pg_temp.no('C2');
    UPDATE credits._account SET balance = 0 WHERE customer = 'C2';
    INSERT INTO credits._entry (account_no, entry_no, lot_no, booked_on, kind, quantity, value, balance_after, recorded_at,
                                provenance_no)
    VALUES (pg_temp.no('C2'), 2, 1, '2026-01-06', credits._kind_code('consumption'), -2, 0, 0, now(),
            credits._provenance_of(NULL, 'manual', 'somebody'));
    UPDATE credits._account SET last_entry_no = 2 WHERE customer = 'C2';
    UPDATE credits._lot SET last_entry_no = 2 WHERE account_no = pg_temp.no('C2')$$),
    'account_names_oldest_lot lot_covered_on_any_day lot_value_with_credits', 'a lot that is used up still has a value');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET last_entry_no = 9 WHERE account_no = pg_temp.no('C1') AND lot_no = 2$$),
          'lot_last_entry', 'a lot''s version is off');
SELECT is(pg_temp.broken($$UPDATE credits._account SET last_lot_no = 3 WHERE customer = 'C1'$$),
          'lot_numbers_gapless', 'a last lot number is off');
SELECT is(pg_temp.broken($$
    UPDATE credits._lot SET lot_no = 3 WHERE account_no = pg_temp.no('C1') AND lot_no = 2;
    UPDATE credits._entry SET lot_no = 3 WHERE account_no = pg_temp.no('C1') AND lot_no = 2;
    UPDATE credits._account SET last_lot_no = 3 WHERE customer = 'C1'$$), 'account_names_oldest_lot lot_numbers_gapless',
    'lot numbers have a gap');
SELECT is(pg_temp.broken($$UPDATE credits._account SET last_entry_no = 11 WHERE customer = 'C1'$$),
          'entry_numbers_gapless', 'a last entry number is off');
SELECT is(pg_temp.broken($$
    UPDATE credits._entry SET entry_no = 12 WHERE account_no = pg_temp.no('C1') AND entry_no = 10;
    UPDATE credits._lot SET last_entry_no = 12 WHERE account_no = pg_temp.no('C1') AND lot_no = 2;
    UPDATE credits._account SET last_entry_no = 12 WHERE customer = 'C1'$$), 'entry_numbers_gapless', 'entry numbers have a gap');
SELECT is(pg_temp.broken($$DELETE FROM credits._entry WHERE account_no = pg_temp.no('C2')$$),
    'balance_equals_entries entry_numbers_gapless lot_equals_entries lot_equals_sale lot_last_entry unbooked_line '
    'value_equals_entries',
    'an entry was deleted');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET balance_after = 12 WHERE account_no = pg_temp.no('C1') AND entry_no = 4$$),
          'balance_after_chains', 'a balance does not follow');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET kind = credits._kind_code('credit_note')
    WHERE account_no = pg_temp.no('C2')$$),
          'line_booked lot_equals_credit_notes lot_equals_sale sign_by_kind', 'a credit note gives');
SELECT is(pg_temp.broken(
    $$SELECT credits.register_opening('C2', 'SUPPORT', 1, 10, 'x'), credits.reverse_registration('C2', 'SUPPORT', 2, 'x');
    UPDATE credits._entry SET reverses = NULL WHERE account_no = pg_temp.no('C2') AND entry_no = 3$$), 'sign_by_kind',
    'an opening takes away and undoes none');
SELECT is(pg_temp.broken($$SELECT credits.register_opening('C2', 'SUPPORT', 1, 10, 'x');
    UPDATE credits._entry SET reverses = 1 WHERE account_no = pg_temp.no('C2') AND entry_no = 2$$),
          'reversal_within_draw sign_by_kind',
    'an opening gives and undoes one');
SELECT is(pg_temp.broken($$SELECT credits.register_opening('C2', 'SUPPORT', 1, 10, 'x');
    UPDATE credits._entry SET amount = 10 WHERE account_no = pg_temp.no('C2') AND entry_no = 2$$), 'lot_equals_sale',
    'an opening has an amount');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET reverses = NULL WHERE account_no = pg_temp.no('C1') AND entry_no = 6$$),
          'sign_by_kind',
          'a change of a consumption gives back and undoes none');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET reverses = 2 WHERE account_no = pg_temp.no('C1') AND entry_no = 5$$),
          'sign_by_kind',
          'one takes and undoes another');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET kind = credits._kind_code('return') WHERE account_no = pg_temp.no('C2')$$),
          'line_booked lot_equals_sale sign_by_kind', 'a return gives what nobody drew');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET amount = NULL WHERE account_no = pg_temp.no('C3') AND entry_no = 4$$),
          'line_booked sign_by_kind', 'a credit note has no amount');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET credited = 0 WHERE account_no = pg_temp.no('C3')$$), 'lot_equals_credit_notes',
          'a lot forgets its credit note');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET credited = 4 WHERE account_no = pg_temp.no('C3')$$),
          'lot_equals_credit_notes lot_within_quantity', 'or has more credited than was there');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET returned = 2 WHERE account_no = pg_temp.no('C3')$$), 'lot_equals_returns',
          'a lot knows of more returns');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET returned_on = NULL WHERE account_no = pg_temp.no('C3')$$),
          'lot_equals_returns', 'or not of when');
SELECT is(pg_temp.broken($$UPDATE credits._lot SET returned_on = '2026-01-02' WHERE account_no = pg_temp.no('C3')$$),
          'lot_equals_returns', 'or of too early');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET reverses = 2 WHERE account_no = pg_temp.no('C3') AND entry_no = 5$$),
          'reversal_within_draw', 'an undone return undoes a draw');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET quantity = 5 WHERE account_no = pg_temp.no('C3') AND entry_no = 3$$),
    'balance_after_chains balance_equals_entries line_booked lot_covered_on_any_day lot_equals_entries lot_equals_returns '
    'reversal_within_draw', 'more is returned than was drawn');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET booked_on = '2026-02-01'
    WHERE account_no = pg_temp.no('C3') AND entry_no = 3$$),
    'lot_covered_on_any_day lot_equals_returns reversal_within_draw', 'what was taken came later');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET kind = credits._kind_code('revaluation')
    WHERE account_no = pg_temp.no('C1') AND entry_no = 9$$),
          'sign_by_kind', 'a revaluation moves credits');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET reverses = 5 WHERE account_no = pg_temp.no('C1') AND entry_no = 7$$),
          'reversal_within_draw', 'a draw came back twice');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET reverses = 3 WHERE account_no = pg_temp.no('C1') AND entry_no = 7$$),
          'reversal_within_draw', 'a draw came back to another lot');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET reverses = 99 WHERE account_no = pg_temp.no('C1') AND entry_no = 7$$),
          'reversal_within_draw', 'what came back was never drawn');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET booked_on = '2025-12-31'
    WHERE account_no = pg_temp.no('C1') AND entry_no = 9$$),
          'booked_after_lot lot_covered_on_any_day', 'a draw is older than its lot');
SELECT is(pg_temp.broken($$SELECT credits.register_sale('C2', 'SUPPORT', 2, 20, 'x', '2026-02-01');
    UPDATE credits._entry SET kind = credits._kind_code('sale_change'), lot_no = 1, booked_on = '2026-01-01'
    WHERE account_no = pg_temp.no('C2') AND entry_no = 2;
    UPDATE credits._entry SET booked_on = '2026-01-02' WHERE account_no = pg_temp.no('C2') AND entry_no = 1$$)
          LIKE '%sale_changed_in_order%',
    true, 'a sale is changed before it was made');
SELECT is(pg_temp.broken($$UPDATE credits._account SET account_no = -1 WHERE customer = 'C2'$$),
          'account_has_number balance_equals_entries entry_numbers_gapless ledger_has_account value_equals_entries',
          'an account has another number than lots and entries know');
SELECT is(pg_temp.broken($$UPDATE credits._account_key SET customer = 'C9' WHERE customer = 'C3'$$)
          LIKE 'account_has_number%', true,
          'an account is somebody else''s');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET provenance_no = -1 WHERE account_no = pg_temp.no('C2')$$)
          LIKE '%entry_has_provenance%', true, 'nobody knows where an entry came from');
SELECT is(pg_temp.broken($$UPDATE credits._entry SET line_no = line_no + 1000
    WHERE account_no = pg_temp.no('C3') AND entry_no = 1;
    UPDATE credits._entry SET line_key = '21' WHERE account_no = pg_temp.no('C3') AND entry_no = 1$$)
          LIKE '%entry_has_line_number%', true, 'an entry is not found by its line');
SELECT is(pg_temp.broken($$UPDATE credits._account SET below_alarm = NOT below_alarm WHERE customer = 'C1'$$),
          'alarm_agrees', 'an alarm mark is wrong');
SELECT is(pg_temp.broken($$INSERT INTO credits.alarm_episode VALUES ('C1', 101, now(), NULL, 1, 2)$$),
          'alarm_agrees', 'two alarms are under way');
SELECT is(pg_temp.broken($$INSERT INTO credits.alarm_episode VALUES ('C2', 102, now(), NULL, 1, 2)$$),
          'alarm_agrees', 'there is an alarm without an account');
SELECT is(pg_temp.broken($$UPDATE credits._account SET alarm_level = 0 WHERE customer = 'C1'$$),
          'alarm_agrees', 'an alarm is not justified');
SELECT is(pg_temp.broken($$
    ALTER TABLE credits.customer DISABLE TRIGGER USER;
    INSERT INTO credits.customer (customer, account_of) VALUES ('K', 'nobody')$$), 'account_of_one_level',
    'a contact points to nobody');
SELECT is(pg_temp.broken($$
    ALTER TABLE credits.customer DISABLE TRIGGER USER;
    INSERT INTO credits.customer (customer, account_of) VALUES ('K', 'L'), ('L', 'C2')$$), 'account_of_one_level',
    'a contact points to a contact');
SELECT is(pg_temp.broken($$
    ALTER TABLE credits.credit_type DISABLE TRIGGER credits_accounts_match;
    UPDATE credits.credit_type SET activation_article = 'HOUR' WHERE type_id = 102$$), 'accounts_match',
    'an activation article carries credits');

-- And the closings

CREATE FUNCTION pg_temp.closed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '460000'), ('RES', '700000');
    UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACT', result_account = '700000',
        result_article = 'RES';
    UPDATE credits.parameter SET fixed_relation = 'R';
    PERFORM credits.close_month('2026-01-01');
    PERFORM credits.close_month('2026-02-01');
END
$$;
SELECT is(pg_temp.broken('SELECT pg_temp.closed();' || change), expected, coalesce(nullif(change, ''), 'two closed months'))
FROM (VALUES
    ('', NULL),
    ($$UPDATE credits._entry SET booked_on = '2026-03-01'
    WHERE account_no = pg_temp.no('C1') AND entry_no = 10$$, 'closing_equals_entries'),
    ($$UPDATE credits.closing_type SET closing = closing + 0.01 WHERE type_id = 101$$, 'closing_equals_entries'),
    ($$UPDATE credits.closing_type SET opening = opening + 1 WHERE type_id = 101$$, 'closing_equals_entries'),
    ($$DELETE FROM credits.closing_type$$, 'closing_equals_entries'),
    ($$UPDATE credits.closing_line SET amount = amount + sign(amount) WHERE movement = 'sold'$$, 'closing_line_equals_type'),
    ($$UPDATE credits.closing_line SET amount = amount + 0.01 WHERE line_no = 1$$, 'closing_balanced closing_line_equals_type'),
    ($$UPDATE credits.closing SET number = 3 WHERE number = 2$$, 'closing_in_order'),
    ($$UPDATE credits.closing SET month = '2026-03-01' WHERE number = 2$$, 'closing_in_order'),
    ($$DELETE FROM credits.closing WHERE number = 1$$, 'closing_in_order')) AS change (change, expected);

-- And the documents: saved behind the extension's back.

SELECT is(pg_temp.broken($$
    SET LOCAL session_replication_role = replica;
    UPDATE shop.line SET quantity = 9 WHERE line_id = 3$$), 'line_booked', 'a line wants more than is booked');
SELECT is(pg_temp.broken($$
    SET LOCAL session_replication_role = replica;
    UPDATE shop.line SET amount = 901 WHERE line_id = 2$$), 'line_booked', 'a sale is dearer than booked');
SELECT is(pg_temp.broken($$
    SET LOCAL session_replication_role = replica;
    DELETE FROM shop.line WHERE line_id = 3$$), 'line_booked', 'a booked line is gone');

SELECT is(pg_temp.broken($$
    SET LOCAL session_replication_role = replica;
    UPDATE shop.line SET customer = 'C2' WHERE line_id = 3$$), 'line_booked', 'a booked line is another customer''s');
SELECT is(pg_temp.broken($$
    SET LOCAL session_replication_role = replica;
    UPDATE shop.line SET state = 'posted' WHERE line_id = 4$$), 'unbooked_line', 'a line counts and is not booked');
SELECT is(pg_temp.broken($$
    CREATE TABLE shop.part (id int PRIMARY KEY, quantity numeric, per numeric);
    SELECT credits.attach('shop.part', 'other', $x$'HOUR'$x$, 'line.quantity / line.per', NULL,
                          $x$'C2'$x$, $x$date '2026-01-06'$x$);
    SET LOCAL session_replication_role = replica;
    INSERT INTO shop.part VALUES (1, 1, 0)$$), 'unreadable_line', 'a line cannot be read');
SELECT is(pg_temp.broken('ALTER TABLE shop.line DISABLE TRIGGER zz_credits_insert'), 'source_whole', 'a trigger is off');
SELECT is(pg_temp.broken('UPDATE credits._source SET line_table = NULL'), 'lost_source unbooked_line',
    'a table is gone whose lines have credits');
SELECT is(pg_temp.broken($$
    ALTER TABLE shop.line RENAME TO line_before;
    CREATE TABLE shop.line (LIKE shop.line_before)$$), 'lost_source',
    'another table has the name of one that is attached');
SELECT is(pg_temp.broken($$
    CREATE TABLE shop.party (id int PRIMARY KEY);
    SELECT credits.bind_customers('shop.party', 'id');
    ALTER TABLE shop.party DISABLE TRIGGER zz_credits_bound_update$$), 'binding_whole', 'a trigger of a bound table is off');

SELECT is(pg_temp.broken($$
    CREATE TABLE shop.party (id text PRIMARY KEY, flag boolean);
    INSERT INTO shop.party VALUES ('C1', true), ('C5', NULL);
    SELECT credits.bind_customers('shop.party', 'id', 'flag');
    $$ || change), expected, 'a bound customer: ' || change) FROM (VALUES
    ('', NULL),
    ($$UPDATE credits.customer SET name = 'by hand' WHERE customer = 'C1'$$, NULL),
    ($$UPDATE credits.customer SET works_with_credits = true WHERE customer = 'C5'$$, 'customer_as_bound'),
    ($$DELETE FROM credits.customer WHERE customer = 'C5'$$, 'customer_as_bound'),
    ($$SET LOCAL session_replication_role = replica; UPDATE shop.party SET flag = false WHERE id = 'C1'$$, 'customer_as_bound'),
    ($$SET LOCAL session_replication_role = replica; INSERT INTO shop.party VALUES ('C6', true)$$, 'customer_as_bound'))
    AS change (change, expected);
SELECT is(pg_temp.broken($$
    CREATE TABLE shop.product (code text PRIMARY KEY, type int, factor float8, name text);
    INSERT INTO shop.product VALUES ('QUARTER', 101, -0.25, 'x'), ('CHAIR', NULL, 0, 'y');
    SELECT credits.bind_articles('shop.product', 'code', 'type', 'factor', description => 'name');
    $$ || change), expected, 'a bound article: ' || change) FROM (VALUES
    ('', NULL),
    ($$UPDATE credits.article SET ledger_account = 'by hand' WHERE article = 'CHAIR'$$, NULL),
    ($$UPDATE credits.article SET coefficient = -1 WHERE article = 'QUARTER'$$, 'article_as_bound'),
    ($$UPDATE credits.article SET type_id = 102 WHERE article = 'QUARTER'$$, 'article_as_bound'),
    ($$SET LOCAL session_replication_role = replica; UPDATE shop.product SET name = 'z' WHERE code = 'CHAIR'$$,
     'article_as_bound'),
    ($$SET LOCAL session_replication_role = replica; INSERT INTO shop.product VALUES ('TABLE', 101, 1)$$, 'article_as_bound'))
    AS change (change, expected);

SELECT set_eq($$SELECT DISTINCT invariant FROM seen$$,
    $$SELECT substr(relname, 9) FROM pg_class WHERE relnamespace = 'credits'::regnamespace AND relname LIKE '\_verify\_%'$$,
    'each invariant was seen failing');

-- A change of the settings is no violation: what is booked stays as it was booked (rules 8, 16, 23).

SELECT is(pg_temp.broken($$UPDATE credits.article SET coefficient = -2 WHERE article = 'HOUR'$$),
          NULL, 'a new coefficient is for new lines');
SELECT is(pg_temp.broken($$UPDATE credits.article SET type_id = NULL, coefficient = NULL$$), NULL,
          'so is an article''s leaving of credits');
SELECT is(pg_temp.broken($$UPDATE credits.customer SET works_with_credits = false$$), NULL, 'a customer''s');
SELECT is(pg_temp.broken($$UPDATE credits.parameter SET active = false$$), NULL, 'and the module''s');
SELECT is(pg_temp.broken($$SELECT credits.detach('shop.line'); DELETE FROM shop.line$$), NULL,
          'a table that is not attached is not asked');

SELECT * FROM finish();
ROLLBACK;
