-- Closing a month (rules 25 to 28): what is posted to which side, when it is refused, what is kept.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(64);

-- Given sales and consumptions of three months, and types without accounts, of two currencies

INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES (1, 'A', '2026-01-05', 'S1', 'S', 10, 1000);
SELECT pg_temp.refused($$SELECT credits.close_month('2026-01-01')$$, '25001',
                       'a transaction that has saved credits closes no month');
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE;
UPDATE credits.credit_type SET currency = 'USD' WHERE type_id = 102;
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES
    (2, 'A', '2026-01-20', 'S2', 'H', 3, 0),
    (3, 'A', '2026-02-20', 'S3', 'H', 4, 0),
    (4, 'A', '2026-03-20', 'S4', 'H', 3, 0),
    (5, 'B', '2026-01-06', 'S5', 'S', 2, 180),
    (6, 'B', '2026-01-07', 'S6', 'T', 3, 750),
    (7, 'B', '2026-02-07', 'S7', 'U', 1, 0);
SAVEPOINT saved;
SELECT pg_temp.refused($$SELECT credits.close_month('2026-01-01')$$, '23514 credits_accounts_complete', 'accounts are missing');
SELECT throws_like($$SELECT credits.preview_closing('2026-01-01')$$, 'accounts for the closing are missing',
                   'the preview says so, too');
CREATE FUNCTION pg_temp.missing() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    what text;
BEGIN
    PERFORM credits.preview_closing('2026-01-01');
    RETURN 'nothing';
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS what = PG_EXCEPTION_DETAIL;
    RETURN what;
END
$$;
SELECT is(pg_temp.missing(), 'the parameters have no fixed_relation, for type "SUPPORT", "TRAINING"; '
    'type "SUPPORT" has no balance_account, activation_article, result_account, result_article; '
    'type "TRAINING" has no balance_account, activation_article, result_account, result_article.',
    'all that is missing is named');
INSERT INTO credits.credit_type (code) VALUES ('UNUSED');
UPDATE credits.parameter SET fixed_relation = 'R';
UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACT', result_account = '700000',
    result_article = 'RES' WHERE type_id IN (101, 102);
SELECT is(pg_temp.missing(), 'article "ACT" of type "SUPPORT" has no row in credits.article; '
                             'article "ACT" of type "TRAINING" has no row in credits.article; '
    'article "RES" of type "SUPPORT" has no row in credits.article; '
    'article "RES" of type "TRAINING" has no row in credits.article.', 'articles that are not known, too');
INSERT INTO credits.article (article) VALUES ('ACT'), ('RES');
SELECT alike(pg_temp.missing(), '%article "ACT" of type "SUPPORT" has no ledger_account;%', 'and their accounts');
UPDATE credits.credit_type SET posting_relation = 'per_customer' WHERE type_id = 102;
UPDATE credits.parameter SET fixed_relation = '';
SELECT alike(pg_temp.missing(), '%fixed_relation, for type "SUPPORT"%',
             'a type that is closed per customer needs no fixed relation');
ROLLBACK TO saved;

-- When the accounts are filled in

\ir closing.psql
CREATE TABLE shop.previewed AS SELECT * FROM credits.preview_closing('2026-01-17');
SELECT credits.close_month('2026-01-31') AS closing_id \gset
SELECT results_eq('SELECT month FROM credits.closing WHERE closing_id = ' || :closing_id, ARRAY['2026-01-01'::date],
                  'any day names the month, the closing_id is returned');
SELECT results_eq($$SELECT relation, line_no, type_code, currency, movement, article, ledger_account,
                    quantity, amount FROM credits.closing_line ORDER BY relation, line_no$$,
    $$SELECT relation, line_no, type_code, currency, movement, article, ledger_account, quantity,
      amount FROM shop.previewed ORDER BY relation, line_no$$,
    'the closing has the lines that the preview said');
SELECT is((SELECT count(*) FROM shop.previewed WHERE closing_id IS NULL), 6::bigint, 'which had no number yet');
SELECT is(ARRAY(SELECT pg_temp.lines_of('2026-01-01')), ARRAY[
    '1 R SUPPORT sold: ACT 460000 12 at 1180.00',
    '2 R SUPPORT sold: RES 700000 -12 at -1180.00',
    '3 R SUPPORT consumed: ACT 460000 -3 at -300.00',
    '4 R SUPPORT consumed: RES 700000 3 at 300.00',
    '5 R TRAINING sold: ACT-T 460001 3 at 750.00',
    '6 R TRAINING sold: RES-T 700001 -3 at -750.00'], 'sold goes from the result to the balance sheet, consumed comes back');
SELECT is_empty($$SELECT relation, currency, sum(amount) FROM credits.closing_line GROUP BY relation,
                  currency HAVING sum(amount) <> 0$$, 'the document has a total of 0');
SELECT results_eq($$SELECT ledger_account, debit, credit FROM credits.closing_journal ORDER BY ledger_account$$,
    $$VALUES ('460000', 300.00, 1180.00), ('460001', 0.00, 750.00), ('700000', 1180.00, 300.00), ('700001', 750.00, 0.00)$$,
    'the journal has debit and credit per account');
SELECT results_eq($$SELECT type_code, opening, sold, consumed, changes, closing, posting_relation,
                    posting_articles, balance_account FROM credits.closing_type ORDER BY type_code$$,
    $$VALUES ('SUPPORT', 0.00, 1180.00, 300.00, 0.00, 880.00, 'fixed_relation', 'type', '460000'),
             ('TRAINING', 0.00, 750.00, 0.00, 0.00, 750.00, 'fixed_relation', 'type', '460001')$$, 'how each type stood is kept');
SELECT is(concat_ws(' ', number, month, closed_by, reopened_at), '1 2026-01-01 ' || session_user, 'and who closed')
FROM credits.closing;

-- Then in order, once

SELECT pg_temp.refused($$SELECT credits.close_month('2026-01-01')$$, '23514 credits_month_open', 'a month is closed once');
SELECT pg_temp.refused($$SELECT credits.close_month('2025-12-01')$$, '23514 credits_month_open', 'nor one before');
SELECT pg_temp.refused($$SELECT credits.close_month('2026-03-01')$$, '23514 credits_month_open',
                       'months are closed in their order');
SELECT pg_temp.refused($$SELECT credits.preview_closing('2026-03-01')$$, '23514 credits_month_open', 'and previewed');
SELECT pg_temp.refused(format('SELECT credits.close_month(%L)', CURRENT_DATE + 31), '23514 credits_month_open',
                       'not in the future');
SELECT pg_temp.refused($$SELECT credits.close_month(NULL)$$, '22023', 'null is no month');
SELECT pg_temp.refused($$SELECT credits.close_month('infinity')$$, '22023', 'nor is infinity');
SELECT credits.close_month('2026-02-28') \g /dev/null
SELECT is(ARRAY(SELECT pg_temp.lines_of('2026-02-01')), ARRAY[
    '1 R SUPPORT consumed: ACT 460000 -4 at -400.00',
    '2 R SUPPORT consumed: RES 700000 4 at 400.00',
    '3 R TRAINING consumed: ACT-T 460001 -1 at -250.00',
    '4 R TRAINING consumed: RES-T 700001 1 at 250.00'], 'the next month');
SELECT credits.close_month('2026-03-01') \g /dev/null
SELECT pg_temp.accepted($$SELECT credits.close_month('2026-04-01')$$, 'a month in which nothing happened is closed');
SELECT is_empty($$SELECT pg_temp.lines_of('2026-04-01')$$, 'by a document without lines');
SELECT results_eq('SELECT number FROM credits.closing ORDER BY month', ARRAY[1, 2, 3, 4], 'closings are numbered without gaps');

-- Reopening takes back the last closing only, and keeps it on record

SELECT pg_temp.refused($$SELECT credits.reopen_month('2026-03-01')$$, '23514 credits_month_open',
                       'only the last one is reopened');
SELECT pg_temp.refused($$SELECT credits.reopen_month('2026-05-01')$$, '23514 credits_month_open',
                       'one that is not closed is not');
SELECT credits.reopen_month('2026-04-30') \g /dev/null
SELECT credits.reopen_month('2026-03-31') \g /dev/null
SELECT is(string_agg(concat_ws(' ', number, reopened_by), ', ' ORDER BY number), format('3 %1$s, 4 %1$s', session_user),
          'it stays on record as reopened')
FROM credits.closing WHERE reopened_at IS NOT NULL;
SELECT is((SELECT count(*) FROM credits.closing_line JOIN credits.closing USING (closing_id) WHERE number = 3),
          2::bigint, 'with its lines');
SELECT is_empty($$SELECT * FROM credits.closing_journal WHERE month = '2026-03-01'$$, 'which are not in the journal');
SELECT is_empty($$SELECT * FROM credits.closing_trace JOIN credits.closing USING (closing_id)
                  WHERE closing.month = '2026-03-01'$$, 'nor in the trace');
SELECT is_empty($$SELECT * FROM credits.closing_document WHERE month = '2026-03-01'$$, 'nor among the documents');
SELECT pg_temp.slip(10, 'A', '2026-03-31', 'S', 1, 100) \g /dev/null
SELECT is((SELECT booked_on FROM credits.entry WHERE line_key = '10'), '2026-03-31'::date, 'the month can be booked in again');
SELECT credits.close_month('2026-03-01') \g /dev/null
SELECT is((SELECT number FROM credits.closing WHERE month = '2026-03-01' AND reopened_at IS NULL),
          5, 'and closed again, under a new number');
SELECT is(ARRAY(SELECT pg_temp.lines_of('2026-03-01')), ARRAY[
    '1 R SUPPORT sold: ACT 460000 1 at 100.00',
    '2 R SUPPORT sold: RES 700000 -1 at -100.00',
    '3 R SUPPORT consumed: ACT 460000 -3 at -300.00',
    '4 R SUPPORT consumed: RES 700000 3 at 300.00'], 'with what came in between');

-- Both relations and both articles. The articles and accounts are those that the lot was sold on

SELECT credits.reopen_month('2026-03-01'), credits.reopen_month('2026-02-01'), credits.reopen_month('2026-01-01') \g /dev/null
UPDATE credits.credit_type SET posting_relation = 'per_customer' WHERE type_id = 101;
UPDATE credits.credit_type SET posting_articles = 'original' WHERE type_id = 102;
UPDATE credits.article SET ledger_account = '700009' WHERE article = 'T';
SELECT credits.register_sale('B', 'TRAINING', 2, 400, 'by hand', '2026-01-25') \g /dev/null
SELECT pg_temp.slip(11, 'B', '2026-01-26', 'T', 1, 240) \g /dev/null
SELECT credits.close_month('2026-01-01') \g /dev/null
SELECT is(ARRAY(SELECT pg_temp.lines_of('2026-01-01')), ARRAY[
    '1 A SUPPORT sold: ACT 460000 10 at 1000.00',
    '2 A SUPPORT sold: RES 700000 -10 at -1000.00',
    '3 A SUPPORT consumed: ACT 460000 -3 at -300.00',
    '4 A SUPPORT consumed: RES 700000 3 at 300.00',
    '1 B SUPPORT sold: ACT 460000 2 at 180.00',
    '2 B SUPPORT sold: RES 700000 -2 at -180.00',
    '1 R TRAINING sold: ACT-T 460001 2 at 400.00',
    '2 R TRAINING sold: RES-T 700001 -2 at -400.00',
    '3 R TRAINING sold: ACT-T 460001 3 at 750.00',
    '4 R TRAINING sold: T 700001 -3 at -750.00',
    '5 R TRAINING sold: ACT-T 460001 1 at 240.00',
    '6 R TRAINING sold: T 700009 -1 at -240.00'],
    'a document per customer; the original article with the account of its sale, the result article for what was sold by hand');
SELECT is_empty($$SELECT l.relation, l.line_no FROM credits.closing_line AS l JOIN credits.closing
                  USING (closing_id) LEFT JOIN credits.closing_trace AS t USING (closing_id, relation, line_no)
    WHERE reopened_at IS NULL GROUP BY closing_id, l.relation, l.line_no, l.amount, l.quantity
    HAVING (l.amount, l.quantity) IS DISTINCT FROM (sum(t.amount), sum(t.quantity))$$, 'each line is traced to its entries');
SELECT results_eq($$SELECT customer, document_number, line_key, amount FROM credits.closing_trace
                    WHERE relation = 'R' AND line_no = 4$$,
    $$VALUES ('B' COLLATE "C", 'S6', '6' COLLATE "C", -750.00)$$, 'and their documents');
SELECT credits.reopen_month('2026-01-01') \g /dev/null
UPDATE credits.credit_type SET posting_relation = 'per_customer', posting_articles = 'original';
SELECT credits.close_month('2026-01-01') \g /dev/null
SELECT is(ARRAY(SELECT pg_temp.lines_of('2026-01-01')), ARRAY[
    '1 A SUPPORT sold: ACT 460000 10 at 1000.00',
    '2 A SUPPORT sold: S 700000 -10 at -1000.00',
    '3 A SUPPORT consumed: ACT 460000 -3 at -300.00',
    '4 A SUPPORT consumed: S 700000 3 at 300.00',
    '1 B SUPPORT sold: ACT 460000 2 at 180.00',
    '2 B SUPPORT sold: S 700000 -2 at -180.00',
    '3 B TRAINING sold: ACT-T 460001 2 at 400.00',
    '4 B TRAINING sold: RES-T 700001 -2 at -400.00',
    '5 B TRAINING sold: ACT-T 460001 3 at 750.00',
    '6 B TRAINING sold: T 700001 -3 at -750.00',
    '7 B TRAINING sold: ACT-T 460001 1 at 240.00',
    '8 B TRAINING sold: T 700009 -1 at -240.00'], 'both at once');
SELECT is_empty($$SELECT l.relation, l.line_no FROM credits.closing_line AS l JOIN credits.closing
                  USING (closing_id) LEFT JOIN credits.closing_trace AS t USING (closing_id, relation, line_no)
    WHERE reopened_at IS NULL GROUP BY closing_id, l.relation, l.line_no, l.amount, l.quantity
    HAVING (l.amount, l.quantity) IS DISTINCT FROM (sum(t.amount), sum(t.quantity))$$, 'each line is traced to its entries');
SELECT results_eq($$SELECT number, document_date, relation, article, description, quantity, unit_price,
                    amount FROM credits.closing_document
                    WHERE relation = 'A' AND line_no <= 2 ORDER BY line_no$$,
    $$VALUES (7, '2026-01-31'::date, 'A', 'ACT' COLLATE "C", 'SUPPORT sold 2026-01', 10::numeric, 100::numeric, 1000.00),
      (7, '2026-01-31', 'A', 'S', 'SUPPORT sold 2026-01', -10, 100, -1000.00)$$,
    'in the shape of document lines: quantity and price give the amount');

-- An article or a code that changes afterwards changes no closing

UPDATE credits.article SET ledger_account = '799999' WHERE article = 'T';
UPDATE credits.credit_type SET code = 'COURSES' WHERE type_id = 102;
SELECT is((SELECT count(*) FROM credits.closing_line JOIN credits.closing USING (closing_id) WHERE reopened_at IS NULL
           AND (type_code, ledger_account) = ('TRAINING', '700009')), 1::bigint,
    'what was closed stays as it was posted');
SELECT isnt_empty($$SELECT FROM credits.closing_trace WHERE type_code = 'TRAINING'$$, 'and is traced as before');
UPDATE credits.credit_type SET code = 'TRAINING' WHERE type_id = 102;

-- Accounts that change between the preview and the closing: the closing takes those of now (sql/closing.sql shows the NOTICE)

UPDATE credits.credit_type SET posting_articles = 'type', posting_relation = 'fixed_relation';
SELECT is((SELECT count(*) FROM credits.preview_closing('2026-02-01')), 4::bigint, 'given a preview');
SET CONSTRAINTS credits.credits_accounts_match DEFERRED;
UPDATE credits.credit_type SET result_account = '700100' WHERE type_id = 101;
UPDATE credits.article SET ledger_account = '700100' WHERE article = 'RES';
SET CONSTRAINTS credits.credits_accounts_match IMMEDIATE;
SELECT credits.close_month('2026-02-01') \g /dev/null
SELECT is(ARRAY(SELECT pg_temp.lines_of('2026-02-01')), ARRAY[
    '1 R SUPPORT consumed: ACT 460000 -4 at -400.00',
    '2 R SUPPORT consumed: RES 700100 4 at 400.00',
    '3 R TRAINING consumed: ACT-T 460001 -1 at -250.00',
    '4 R TRAINING consumed: RES-T 700001 1 at 250.00'], 'the accounts are those at the closing');

-- Gifts move credits and no money; an inactive type is closed like any other

SELECT pg_temp.slip(12, 'C', '2026-03-02', 'T', 5, 0) \g /dev/null
UPDATE credits.credit_type SET active = false WHERE type_id = 102;
SELECT pg_temp.slip(13, 'C', '2026-03-03', 'U', 1), pg_temp.slip(14, 'B', '2026-03-03', 'U', 1) \g /dev/null
SELECT credits.close_month('2026-03-01') \g /dev/null
SELECT is(ARRAY(SELECT pg_temp.lines_of('2026-03-01') OFFSET 4), ARRAY[
    '5 R TRAINING consumed: ACT-T 460001 -2 at -250.00',
    '6 R TRAINING consumed: RES-T 700001 2 at 250.00'], 'a gift is no amount to move');

-- An opening balance is never moved; what is consumed of it is

SELECT credits.register_opening('C', 'SUPPORT', 4, 320, 'from before', '2026-04-01') \g /dev/null
SELECT pg_temp.slip(15, 'C', '2026-04-10', 'H', 1) \g /dev/null
SELECT credits.close_month('2026-04-01') \g /dev/null
SELECT is(ARRAY(SELECT pg_temp.lines_of('2026-04-01')), ARRAY[
    '1 R SUPPORT consumed: ACT 460000 -1 at -80.00',
    '2 R SUPPORT consumed: RES 700100 1 at 80.00'], 'an opening balance was on the balance account before');
SELECT results_eq($$SELECT opening, sold, consumed, closing FROM credits.closing_type JOIN credits.closing
                    USING (closing_id) WHERE month = '2026-04-01' AND reopened_at IS NULL AND type_code = 'SUPPORT'$$,
    $$SELECT former.closing + 320, 0.00, 80.00, former.closing + 240
      FROM credits.closing_type AS former JOIN credits.closing USING (closing_id) WHERE month = '2026-03-01'
        AND reopened_at IS NULL AND type_code = 'SUPPORT'$$, 'it is part of what was open');

-- Two currencies are two documents in one: each adds up to 0

SELECT is_empty($$SELECT closing_id, relation, currency FROM credits.closing_line GROUP BY 1, 2, 3 HAVING sum(amount) <> 0$$,
                'every document has a total of 0 per currency');
SELECT pg_temp.all_in_order();

-- The first closing is that of the first month with an entry that is not an opening

SAVEPOINT closed;
DELETE FROM credits.closing_line;
DELETE FROM credits.closing_type;
DELETE FROM credits.closing;
DELETE FROM shop.slip;
SELECT pg_temp.refused($$SELECT credits.close_month('2026-02-01')$$, '23514 credits_month_open', 'January has entries');
UPDATE credits._entry SET booked_on = '2026-03-01' WHERE kind <> 'opening';
UPDATE credits._entry SET booked_on = '2026-01-01' WHERE kind = 'opening';
SELECT pg_temp.refused($$SELECT credits.close_month('2026-02-01')$$, '23514 credits_month_open',
                       'where only an opening is, there is nothing to close');
SELECT credits.close_month('2026-03-01') \g /dev/null
SELECT is((SELECT opening FROM credits.closing_type WHERE type_id = 101), 320.00,
          'openings of before the first closing are what was open then');
ROLLBACK TO closed;

-- Rights: rule 5

CREATE ROLE credits_test_reader;
GRANT credits_reader, credits_registration TO credits_test_reader;
SET ROLE credits_test_reader;
SELECT throws_ok($$SELECT credits.close_month('2026-05-01')$$, '42501', NULL, 'a reader closes no month');
SELECT throws_ok($$SELECT credits.reopen_month('2026-04-01')$$, '42501', NULL, 'and reopens none');
SELECT throws_ok($$SELECT credits.revalue('SUPPORT', 1, '2026-04-01')$$, '42501', NULL, 'and revalues nothing');
SELECT lives_ok($$SELECT credits.preview_closing('2026-05-01')$$, 'but sees what a closing would post');
RESET ROLE;
SET ROLE credits_management;
SELECT lives_ok($$SELECT credits.close_month('2026-05-01')$$, 'credits_management does');
RESET ROLE;
SELECT is((SELECT closed_by FROM credits.closing WHERE month = '2026-05-01'), 'credits_management', 'under its own name');

-- Columns that somebody has added

SELECT credits.reopen_month('2026-05-01'), credits.reopen_month('2026-04-01'), credits.reopen_month('2026-03-01') \g /dev/null
CREATE TABLE shop.previewed_before AS SELECT * FROM credits.preview_closing('2026-03-01');
SELECT isnt_empty('SELECT * FROM shop.previewed_before', 'there is something to close');
ALTER TABLE credits.closing ADD COLUMN remark text NOT NULL DEFAULT 'none';
ALTER TABLE credits.closing_line ADD COLUMN remark text NOT NULL DEFAULT 'none';
ALTER TABLE credits.closing_type ADD COLUMN remark text NOT NULL DEFAULT 'none';
SELECT results_eq('SELECT relation, line_no, amount, remark FROM credits.preview_closing(''2026-03-01'')',
                  'SELECT relation, line_no, amount, NULL::text FROM shop.previewed_before',
                  'a preview leaves a column empty that somebody has added');
SELECT lives_ok($$SELECT credits.close_month('2026-03-01')$$, 'a closing leaves it to its default');
SELECT is((SELECT count(*) FROM credits.closing JOIN credits.closing_line USING (closing_id, remark)
           WHERE month = '2026-03-01' AND reopened_at IS NULL AND remark = 'none'),
          (SELECT count(*) FROM shop.previewed_before), 'in each of its lines');

SELECT * FROM finish();
ROLLBACK;
