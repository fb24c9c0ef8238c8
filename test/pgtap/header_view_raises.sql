-- A header view that fails for one document: its lines with credits are refused by name, those without are left alone (rule 24).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(5);

CREATE TABLE shop.paper (id int PRIMARY KEY, customer text, parts int);
CREATE VIEW shop.paper_view AS SELECT id, customer, 1 / parts AS share, DATE '2026-01-10' AS day FROM shop.paper;
CREATE TABLE shop.paper_line (id int PRIMARY KEY, paper int, item text, quantity numeric);
DO $$
BEGIN
    PERFORM credits.attach('shop.paper_line', 'other', article => 'item', quantity => 'quantity',
                           amount => NULL, customer => 'header.customer',
        document_date => 'header.day', header_table => 'shop.paper_view', header_key => '{id}', line_header => '{paper}',
        counts_when => 'header.share IS NOT NULL');
END
$$;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
INSERT INTO shop.paper VALUES (1, 'A', 0), (2, 'A', 1);

SELECT lives_ok($$INSERT INTO shop.paper_line VALUES (1, 1, 'X', 1)$$, 'a line without credits is left alone');
SELECT throws_ok($$INSERT INTO shop.paper_line VALUES (2, 1, 'H', 1)$$, '23514',
                 'document "1" in view "paper_view" cannot be read: division by zero',
    'a line with credits is refused, and its document named');
SELECT lives_ok($$INSERT INTO shop.paper_line VALUES (3, 2, 'H', 1)$$, 'other documents go on');
ALTER TABLE shop.paper_line DISABLE TRIGGER USER;
INSERT INTO shop.paper_line VALUES (4, 1, 'H', 1);
ALTER TABLE shop.paper_line ENABLE TRIGGER USER;
SELECT results_eq($$SELECT invariant, detail LIKE '%line "4"%division by zero%' FROM credits.verify()$$,
                  $$VALUES ('unreadable_line', true)$$,
    'verify() names the line');
SELECT is(credits.balance('A', 'SUPPORT'), 9::numeric, 'and what can be read is booked');
SELECT * FROM finish();
ROLLBACK;
