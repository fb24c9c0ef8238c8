-- check_at => 'commit': a transaction is judged by its final state. SET CONSTRAINTS … IMMEDIATE stands for its end, and DEFERRED
-- after it for the beginning of the next one; sql/commit.sql commits.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(92);

-- Given the shop's tables, checked at commit, and the others at once

SELECT credits.detach('shop.slip'), credits.detach('shop.invoice_line') \gset
SELECT credits.attach('shop.slip', 'cash_sale', article => 'item', quantity => 'quantity', amount => 'amount',
    customer => 'customer', document_date => 'day', document_number => 'number', counts_when => $x$line.state = 'posted'$x$,
    check_at => 'commit') \gset
SELECT credits.attach('shop.invoice_line', 'invoice', article => 'item', quantity => 'quantity', amount => 'amount',
    customer => 'header.customer', document_date => 'header.day', document_number => 'header.number',
    header_table => 'shop.invoice',
    counts_when => $x$header.state = 'posted'$x$, zero_columns => '{price, amount}', check_at => 'commit') \gset

-- Checks what was saved; the next statements are a new save.
CREATE FUNCTION pg_temp.check_now() RETURNS void LANGUAGE sql AS
$$SET CONSTRAINTS credits.credits_check_at_commit IMMEDIATE; SET CONSTRAINTS credits.credits_check_at_commit DEFERRED$$;
CREATE FUNCTION pg_temp.balance_is(who text, expected numeric, description text) RETURNS text LANGUAGE sql AS
$$SELECT is(credits.balance(who, 'SUPPORT'), expected, description)$$;
-- Several statements as one save.
CREATE FUNCTION pg_temp.save(statements text) RETURNS void LANGUAGE plpgsql AS
$$BEGIN EXECUTE statements; PERFORM pg_temp.check_now(); END$$;
CREATE FUNCTION pg_temp.saved(statements text, description text) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.accepted(format('SELECT pg_temp.save(%L)', statements), description)$$;
CREATE FUNCTION pg_temp.not_saved(statements text, how text, description text) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.refused(format('SELECT pg_temp.save(%L)', statements), how, description)$$;
CREATE FUNCTION pg_temp.pending() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM credits.pending$$;

-- A save is the whole transaction

INSERT INTO shop.slip (id, customer, item, quantity) VALUES (1, 'A', 'H', 4);
SELECT is(pg_temp.entries(), 0::bigint, 'nothing is booked by a statement');
SELECT is(pg_temp.pending(), 1::bigint, 'it is noted');
SET CONSTRAINTS credits.credits_check_header_at_commit IMMEDIATE;
SELECT is(pg_temp.pending(), 1::bigint, 'the check of late headers is none of it');
SET CONSTRAINTS credits.credits_check_header_at_commit DEFERRED;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, 'A', 'S', 10, 1000);
SELECT is(pg_temp.outcome('SET CONSTRAINTS credits.credits_check_at_commit IMMEDIATE'), 'accepted',
          'consuming before selling is fine');
SELECT pg_temp.booked('A', '{"sale lot 1: 10 at 1000.00", "consumption lot 1: -4 at -400.00"}', 'the sale is booked first');
SELECT is(pg_temp.pending(), 0::bigint, 'and nothing is left to do');
SELECT is(pg_temp.outcome($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 7)$$),
          '23514 credits_balance_not_negative',
    'while the check is immediate, each statement is one save');
SELECT pg_temp.accepted($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 6)$$,
                        'which may take what is left');
SELECT pg_temp.balance_is('A', 0, 'at once');
SET CONSTRAINTS credits.credits_check_at_commit DEFERRED;
SELECT pg_temp.accepted('UPDATE shop.slip SET quantity = 7 WHERE id = 3', 'deferred again, it may be too much');
SELECT pg_temp.balance_is('A', 0, 'for a while');
SELECT is(pg_temp.outcome('SET CONSTRAINTS ALL IMMEDIATE'), '23514 credits_balance_not_negative', 'not at the end');
SELECT pg_temp.saved('UPDATE shop.slip SET quantity = 3 WHERE id = 3', 'a second change after an early check');
SELECT pg_temp.balance_is('A', 3, 'counts');

-- The final state alone

SELECT pg_temp.entries() AS entries \gset
SELECT pg_temp.saved($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (4, 'A', 'H', 99);
                       DELETE FROM shop.slip WHERE id = 4$$,
    'a line that came and went');
SELECT pg_temp.saved($$UPDATE shop.slip SET quantity = 1000 WHERE id = 1; UPDATE shop.slip SET quantity = 4 WHERE id = 1$$,
                     'a line that is as it was');
SELECT pg_temp.saved($$DELETE FROM shop.slip WHERE id = 1; INSERT INTO shop.slip (id, customer, item, quantity)
                       VALUES (1, 'A', 'H', 4)$$,
    'a line that was deleted and came again');
SELECT pg_temp.saved($$UPDATE shop.slip SET item = 'X' WHERE id = 1; UPDATE shop.slip SET item = 'H' WHERE id = 1$$,
                     'a line whose article went and came');
SELECT is(pg_temp.entries(), :entries::bigint, 'book nothing');
SELECT pg_temp.saved($$INSERT INTO shop.slip (id, item, quantity) VALUES (5, 'H', 1);
                       UPDATE shop.slip SET customer = 'A' WHERE id = 5;
    UPDATE shop.slip SET quantity = 2 WHERE id = 5$$, 'a stub that is filled in');
SELECT pg_temp.booked('A', '{"consumption lot 1: -2 at -200.00"}', 'is booked once', :entries);

-- Keys that change

SELECT pg_temp.saved($$UPDATE shop.slip SET id = 15 WHERE id = 5; UPDATE shop.slip SET id = 25 WHERE id = 15$$,
                     'a line that is renumbered twice');
SELECT results_eq($$SELECT line_key FROM credits.entry WHERE line_key IN ('5', '15', '25')$$, ARRAY['25' COLLATE "C"],
                  'keeps its entry');
SELECT results_eq($$SELECT old_key, new_key FROM credits.renumbering$$, $$VALUES ('5' COLLATE "C", '25' COLLATE "C")$$,
                  'under its last key');
SELECT pg_temp.saved($$UPDATE shop.slip SET id = 99 WHERE id = 1; UPDATE shop.slip SET id = 1 WHERE id = 3;
                       UPDATE shop.slip SET id = 3 WHERE id = 99$$,
    'two lines that exchange their keys in three statements');
SELECT results_eq($$SELECT line_key, sum(quantity) FROM credits.entry WHERE line_key IN ('1', '3') GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('1' COLLATE "C", -3::numeric), ('3', -4)$$, 'take their entries along');
SELECT pg_temp.saved($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (8, 'A', 'H', 0.3),
                       (7, 'A', 'H', 0.2), (6, 'A', 'H', 0.1)$$, 'given three lines');
SELECT pg_temp.saved($$UPDATE shop.slip SET id = id + 1 WHERE id IN (6, 7, 8)$$, 'that move up by one');
SELECT results_eq($$SELECT line_key, quantity FROM credits.entry WHERE line_key IN ('6', '7', '8', '9') ORDER BY 1$$,
    $$VALUES ('7' COLLATE "C", -0.1::numeric), ('8', -0.2), ('9', -0.3)$$, 'their entries move, too');
SELECT pg_temp.saved($$DELETE FROM shop.slip WHERE id IN (7, 8, 9)$$, 'and come back');
SELECT pg_temp.saved($$UPDATE shop.slip SET id = 30 WHERE id = 25;
                       INSERT INTO shop.slip (id, customer, item, quantity) VALUES (25, 'A', 'H', 0.5)$$,
    'a key that is free is used by another line');
SELECT results_eq($$SELECT line_key, sum(quantity) FROM credits.entry WHERE line_key IN ('25', '30') GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('25' COLLATE "C", -0.5::numeric), ('30', -2)$$, 'which has its own entry');
SELECT pg_temp.all_in_order();

-- A document that is saved by deleting all its lines and inserting them again

SELECT pg_temp.saved($$INSERT INTO shop.invoice VALUES ('I-1', 'B');
    INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'S', 10, 100, 1000), ('I-1', 2, 'H', 4, 50, 200),
        ('I-1', 3, 'H', 1, 50, 50), ('I-1', 4, 'H', 1, 50, 50)$$,
    'given a document that sells and consumes');
SELECT pg_temp.entries() AS entries \gset
SELECT pg_temp.saved($$DELETE FROM shop.invoice_line WHERE number = 'I-1';
    INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'S', 10, 100, 1000), ('I-1', 2, 'H', 4, 50, 200),
        ('I-1', 3, 'H', 1, 50, 50), ('I-1', 4, 'H', 1, 50, 50)$$,
    'saved again under the same keys');
SELECT pg_temp.saved($$DELETE FROM shop.invoice_line WHERE number = 'I-1';
    INSERT INTO shop.invoice_line VALUES ('I-1', 12, 'H', 4, 50, 200), ('I-1', 11, 'S', 10, 100, 1000),
        ('I-1', 14, 'H', 1, 50, 50), ('I-1', 13, 'H', 1, 0, 0)$$,
    'or under others');
SELECT is(pg_temp.entries(), :entries::bigint, 'it books nothing, though some of its credits are consumed');
SELECT results_eq($$SELECT DISTINCT old_key, new_key FROM credits.renumbering WHERE line_table = 'shop.invoice_line'::regclass
                    ORDER BY 1$$,
    $$VALUES ('I-1/1' COLLATE "C", 'I-1/11' COLLATE "C"), ('I-1/2', 'I-1/12'), ('I-1/3', 'I-1/13'), ('I-1/4', 'I-1/14')$$,
    'its lines have new keys, equal ones in their order');
SELECT pg_temp.saved($$DELETE FROM shop.invoice_line WHERE number = 'I-1';
    INSERT INTO shop.invoice_line VALUES ('I-1', 11, 'H', 4, 50, 200), ('I-1', 12, 'H', 1, 50, 50),
        ('I-1', 13, 'S', 10, 100, 1000)$$,
    'with keys that move up to a line that is gone');
SELECT pg_temp.booked('B', '{"consumption_change lot 1: 1 at 100.00 undoes 4"}', 'only that one comes back', 4);
SELECT results_eq($$SELECT line_key FROM credits.lot WHERE customer = 'B'$$, ARRAY['I-1/13' COLLATE "C"],
                  'the lot has the key of its line');
SELECT pg_temp.not_saved($$DELETE FROM shop.invoice_line WHERE number = 'I-1';
    INSERT INTO shop.invoice_line VALUES ('I-1', 11, 'H', 4, 50, 200), ('I-1', 12, 'H', 1, 50, 50),
        ('I-1', 14, 'S', 11, 100, 1100)$$,
    '23514 credits_lot_not_consumed', 'another quantity is another line');
SELECT pg_temp.not_saved($$DELETE FROM shop.invoice_line WHERE number = 'I-1';
    INSERT INTO shop.invoice_line VALUES ('I-1', 11, 'H', 4, 50, 200), ('I-1', 12, 'H', 1, 50, 50),
        ('I-1', 14, 'S', 10, 100, 999)$$,
    '23514 credits_lot_not_consumed', 'so is another amount');
SELECT pg_temp.not_saved($$DELETE FROM shop.invoice_line WHERE number = 'I-1' AND item = 'S';
                           INSERT INTO shop.invoice VALUES ('I-2', 'B');
    INSERT INTO shop.invoice_line VALUES ('I-2', 13, 'S', 10, 100, 1000)$$, '23514 credits_lot_not_consumed',
    'and one in another document');
SELECT pg_temp.saved($$DELETE FROM shop.invoice WHERE number = 'I-1'; INSERT INTO shop.invoice VALUES ('I-1', 'B');
    INSERT INTO shop.invoice_line VALUES ('I-1', 1, 'S', 10, 100, 1000), ('I-1', 2, 'H', 4, 50, 200),
        ('I-1', 3, 'H', 1, 50, 50)$$,
    'the whole document, header and lines');
SELECT pg_temp.booked('B', '{}', 'is the same again', 5);
SELECT pg_temp.saved($$UPDATE credits.article SET coefficient = -2 WHERE article = 'H';
                       DELETE FROM shop.invoice_line WHERE number = 'I-1' AND item = 'H';
    INSERT INTO shop.invoice_line VALUES ('I-1', 22, 'H', 4, 50, 200), ('I-1', 23, 'H', 1, 50, 50)$$,
    'also when the article has another coefficient by now');
SELECT pg_temp.booked('B', '{}', 'which such a line does not take (rule 16)', 5);
UPDATE credits.article SET coefficient = -1 WHERE article = 'H';
SELECT pg_temp.saved($$DELETE FROM shop.slip WHERE id = 2; INSERT INTO shop.slip (id, customer, item, quantity, amount)
                       VALUES (40, 'A', 'S', 10, 1000)$$,
    'a line without a header: same customer, date and number');
SELECT results_eq($$SELECT line_key FROM credits.lot WHERE customer = 'A'$$, ARRAY['40' COLLATE "C"], 'is the same');
SELECT pg_temp.not_saved($$DELETE FROM shop.slip WHERE id = 40;
    INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (41, 'A', '2026-01-11', 'S', 10, 1000)$$,
    '23514 credits_lot_not_consumed', 'of another date it is not');
SELECT pg_temp.saved($$DELETE FROM shop.invoice_line WHERE number = 'I-1' AND line_no = 22;
                       UPDATE shop.invoice_line SET line_no = 22 WHERE number = 'I-1' AND line_no = 23;
    INSERT INTO shop.invoice_line VALUES ('I-1', 50, 'H', 4, 50, 200)$$, 'deleted, renumbered onto its key, and inserted');
SELECT pg_temp.booked('B', '{}', 'books nothing', 5);
SELECT pg_temp.all_in_order();

-- Headers

SELECT pg_temp.saved($$UPDATE shop.invoice SET state = 'draft' WHERE number = 'I-1';
                       UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-1'$$,
    'a document that is a draft in between');
SELECT pg_temp.booked('B', '{}', 'books nothing', 5);
SELECT pg_temp.saved($$UPDATE shop.invoice SET customer = 'C' WHERE number = 'I-1'$$,
                     'a document goes to another customer, sale and consumption');
SELECT pg_temp.balance_is('C', 5, 'who has its credits');
SELECT pg_temp.balance_is('B', 0, 'the other has none');
SELECT pg_temp.saved($$INSERT INTO shop.invoice_line VALUES ('I-1', 60, 'H', 1, 50, 50);
                       UPDATE shop.invoice SET number = 'I-7', customer = 'B' WHERE number = 'I-1'$$,
    'it is renumbered and goes back, with one line more');
SELECT pg_temp.balance_is('B', 4, 'which counts');
SELECT pg_temp.saved($$UPDATE shop.invoice SET customer = 'C' WHERE number = 'I-7';
                       DELETE FROM shop.invoice_line WHERE number = 'I-7' AND line_no = 60;
    UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-7'$$, 'twice, and a line less');
SELECT pg_temp.balance_is('A', 5 + 0.5, 'to the last one');
SELECT is_empty($$SELECT FROM shop.invoice_line WHERE item = 'H' AND (price <> 0 OR amount <> 0)$$,
                'the prices of consumptions are 0');
INSERT INTO shop.invoice VALUES ('I-8', 'D');
INSERT INTO shop.invoice_line VALUES ('I-8', 1, 'H', 1, 50, 50);
UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-8';
SELECT results_eq($$SELECT price FROM shop.invoice_line WHERE number = 'I-8'$$, ARRAY[50::numeric],
                  'that of a document that got its customer later');
SELECT pg_temp.check_now() \gset
SELECT results_eq($$SELECT price FROM shop.invoice_line WHERE number = 'I-8'$$, ARRAY[0::numeric],
                  'becomes 0 when it is checked');
SELECT is(pg_temp.pending(), 0::bigint, 'what that changed is settled as well');
SELECT pg_temp.all_in_order();

-- Savepoints

SELECT credits.balance('A', 'SUPPORT') AS balance \gset
SAVEPOINT before;
UPDATE shop.slip SET quantity = quantity + 1 WHERE item = 'H' AND customer = 'A' AND id = 1;
ROLLBACK TO before;
SELECT is(pg_temp.pending(), 0::bigint, 'a statement that is rolled back is not noted');
UPDATE shop.slip SET quantity = quantity + 1 WHERE id = 1;
SAVEPOINT before;
SELECT pg_temp.check_now() \gset
SELECT pg_temp.balance_is('A', :balance - 1, 'checked within a savepoint');
ROLLBACK TO before;
SELECT pg_temp.balance_is('A', :balance, 'and rolled back: not booked');
SELECT is(pg_temp.pending(), 1::bigint, 'noted still');
UPDATE shop.slip SET quantity = quantity + 1 WHERE id = 1;
SELECT pg_temp.check_now() \gset
SELECT pg_temp.balance_is('A', :balance - 2, 'checked again, with what came since');

-- Another table is checked at once: what the transaction saves after it has noted something is one save with it (rule 13)

CREATE TABLE shop.ticket (id int PRIMARY KEY, customer text, day date DEFAULT '2026-01-12', item text, quantity int);
SELECT credits.attach('shop.ticket', 'other', article => 'item', quantity => 'quantity', amount => NULL,
                      customer => 'customer', document_date => 'day') \gset
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (70, 'C', 'S', 3, 300);
SELECT pg_temp.accepted($$INSERT INTO shop.ticket VALUES (1, 'C', DEFAULT, 'H', 3)$$,
    'a table that is checked by statement consumes what is only noted');
SELECT pg_temp.balance_is('C', 0, 'nothing is settled yet');
SELECT pg_temp.check_now() \gset
SELECT pg_temp.balance_is('C', 0, 'both are, together');
SELECT is((SELECT count(*) FROM credits.entry WHERE line_table = 'shop.ticket'::regclass), 1::bigint, 'the ticket is booked');
SELECT pg_temp.refused($$INSERT INTO shop.ticket VALUES (2, 'C', DEFAULT, 'H', 1)$$, '23514 credits_balance_not_negative',
    'with nothing noted it is settled at once');

-- Who saved

CREATE ROLE credits_test_clerk;
GRANT USAGE ON SCHEMA shop TO credits_test_clerk;
GRANT ALL ON shop.slip TO credits_test_clerk;
SET ROLE credits_test_clerk;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (71, 'C', 'S', 5, 500);
RESET ROLE;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (72, 'C', 'S', 5, 500);
SELECT pg_temp.check_now() \gset
SELECT results_eq($$SELECT line_key, recorded_by COLLATE "C" FROM credits.entry WHERE line_key IN ('71', '72') ORDER BY 1$$,
    $$VALUES ('71' COLLATE "C", 'credits_test_clerk' COLLATE "C"), ('72', current_user::text)$$,
    'a line is recorded by the role that saved it');
UPDATE shop.slip SET id = 74 WHERE id = 72;
SET ROLE credits_test_clerk;
UPDATE shop.slip SET id = 73 WHERE id = 71;
RESET ROLE;
SELECT pg_temp.check_now() \gset
SELECT results_eq($$SELECT new_key, by COLLATE "C" FROM credits.renumbering WHERE new_key IN ('73', '74') ORDER BY 1$$,
    $$VALUES ('73' COLLATE "C", 'credits_test_clerk' COLLATE "C"), ('74', current_user::text)$$, 'so is a new key');

-- Other people's triggers

CREATE FUNCTION shop.halve() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    UPDATE shop.slip SET quantity = 1, memo = 'halved' WHERE id = NEW.id AND memo = 'later'; RETURN NULL; END$$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON shop.slip DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION shop.halve();
INSERT INTO shop.slip (id, customer, item, quantity, memo) VALUES (75, 'C', 'H', 2, 'later');
SELECT pg_temp.check_now() \gset
SELECT pg_temp.balance_is('C', 8, 'a line is booked');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT pg_temp.balance_is('C', 9, 'and again when a deferred trigger has changed it');
SET CONSTRAINTS ALL DEFERRED;
DROP TRIGGER later ON shop.slip;
CREATE TRIGGER aa_renumber AFTER INSERT ON shop.slip FOR EACH ROW WHEN (NEW.memo = 'move') EXECUTE FUNCTION shop.halve();
CREATE OR REPLACE FUNCTION shop.halve() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN UPDATE shop.slip SET id = id + 100 WHERE id = NEW.id; RETURN NULL; END$$;
SELECT pg_temp.saved($$INSERT INTO shop.slip (id, customer, item, quantity, memo) VALUES (76, 'C', 'H', 2, 'move')$$,
                     'a line that a trigger renumbers before its statement is noted');
SELECT results_eq($$SELECT line_key, quantity FROM credits.entry WHERE line_key IN ('76', '176')$$,
                  $$VALUES ('176' COLLATE "C", -2::numeric)$$, 'is booked once');

CREATE TRIGGER aa_renumber_further AFTER UPDATE OF id ON shop.slip FOR EACH ROW WHEN (NEW.id < 100) EXECUTE FUNCTION shop.halve();
SELECT pg_temp.saved('UPDATE shop.slip SET id = 50 WHERE id = 40', 'a sale that a trigger renumbers further');
SELECT results_eq($$SELECT line_key FROM credits.lot WHERE line_table = 'shop.slip'::regclass AND customer = 'A'$$,
                  ARRAY['150' COLLATE "C"],
    'keeps its lot, which is consumed');
DROP TRIGGER aa_renumber_further ON shop.slip;

-- detach and TRUNCATE

INSERT INTO shop.slip (id, customer, item, quantity) VALUES (77, 'C', 'H', 3);
SELECT credits.detach('shop.slip') \gset
SELECT pg_temp.balance_is('C', 4, 'detach settles what was saved before');
SELECT is(pg_temp.pending(), 0::bigint, 'and forgets nothing');
SELECT credits.detach('shop.ticket') \gset
SELECT credits.attach('shop.ticket', 'other', article => 'item', quantity => 'quantity', amount => NULL,
                      customer => 'customer', document_date => 'day',
    check_at => 'commit') \gset
SELECT pg_temp.refused('TRUNCATE shop.ticket', '23514 credits_lines_kept', 'TRUNCATE is refused while lines count');
SELECT pg_temp.accepted('DELETE FROM shop.ticket; TRUNCATE shop.ticket', 'it sees which do not any more');
SELECT pg_temp.balance_is('C', 7, 'and settles them');
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
