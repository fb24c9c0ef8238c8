-- A document may be dated anywhere that a date reaches. What is reported of others goes on, and of it, too.
BEGIN;
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- a month is closed in a transaction that saves
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
SET LOCAL jit = off; -- as verify() has it

\ir ../lib/questions.psql
INSERT INTO question VALUES
    ('statement_html, of the far one', 'SELECT credits.statement_html(''B'', ''2026-01-01'', ''5874897-12-31'')'),
    ('statement, of the far one', 'SELECT s::text FROM credits.statement(''B'', ''4713-01-01 BC'', ''5874897-12-31'') AS s'),
    ('portfolio of the last day', 'SELECT p::text FROM credits.portfolio_as_of(''5874897-12-31'') AS p'),
    ('open lots of the first day', 'SELECT p::text FROM credits.open_lot_as_of(''4713-01-01 BC'') AS p'),
    ('all customers, in a crosstab', 'SELECT c::text FROM credits.consumption_by_month(2026) AS c'),
    ('all customers, in a budget', 'SELECT b::text FROM credits.budget(2026) AS b');

SELECT plan((SELECT count(*) FROM question)::integer + 4);

-- given a customer with some history, and another one
UPDATE credits.customer SET statement_cycle = 'month';
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (1, 'A', '2026-01-05', 'S', 10, 1000), (2, 'A', '2026-01-20', 'H', 2, 0), (3, 'A', '2026-02-03', 'H', 3, 0),
    (4, 'A', '2026-02-04', 'H', -1, 0);
CREATE TEMPORARY TABLE before AS SELECT name, pg_temp.answer(query) AS answer FROM question WHERE query ~ '''A''';

-- when his documents are dated at the ends of time
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES
    (11, 'B', '4713-01-01 BC', 'S', 5, 500), (12, 'B', '5874897-12-31', 'S', 5, 500), (13, 'B', '4713-02-01 BC', 'H', 1, 0),
    (14, 'B', '5874897-12-31', 'H', 7, 0), (15, 'B', '5874897-12-31', 'H', -1, 0), (16, 'C', '5874897-12-30', 'S', 1, 1),
    (17, 'B', '4714-11-24 BC', 'S', 1, 1),
    (18, 'B', '5874897-12-31', 'S', -1, -9);
SELECT is((SELECT count(*) FROM credits.entry WHERE booked_on > '294277-01-01'), 6::bigint, 'documents of far days are booked');

-- then everything answers, and of the others as before
SELECT doesnt_match(pg_temp.answer(query), '^[0-9A-Z]{5} [a-z]', name || ' answers')
FROM question WHERE name NOT IN (SELECT before.name FROM before) AND name <> 'credits.preview_closing(date)';
SELECT matches(pg_temp.answer(query), '^23514 ', name || ' knows which month comes first (rule 26)')
FROM question WHERE name = 'credits.preview_closing(date)';
SELECT is(pg_temp.answer(query), before.answer, name || ' answers as before')
FROM question JOIN before USING (name);
SELECT is_empty('SELECT * FROM credits.verify()', 'and all is in order');

-- also what is wrong is told of such a day
ALTER TABLE credits._lot DISABLE TRIGGER USER;
UPDATE credits._lot SET returned_on = '5874897-12-30', returned = 0.5 WHERE account_no = pg_temp.no('B') AND lot_no = 2;
SELECT matches(pg_temp.answer('SELECT detail FROM credits._verify_lot_equals_returns'), '5874897-12-30',
               'and so is what is wrong');
SELECT is(credits._dated('5874897-12-31', 'DD Mon YYYY') || credits._dated('2026-11-30', ' DD.MM.YY'),
          '31 Dec 5874897 30.11.26', 'a far day is written like any other');
SELECT * FROM finish();
ROLLBACK;
