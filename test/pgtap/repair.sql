-- Whatever was changed behind the triggers, or booked twice since a change was missed: verify() names it, and take_in() mends it,
-- or says why not (rule 24). A table of ways to break what is booked.
BEGIN;
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
\ir repair.psql
SELECT plan(53);

-- Given: A has 10 for 100.00, of which he used 6; B 10 for 50.00, of which he used 2, and an invoice that sells and uses.
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES
    (1, 'A', '2026-01-02', 'S1', 'S', 10, 100),
    (2, 'A', '2026-01-03', 'S2', 'H', 6, 0),
    (3, 'B', '2026-01-02', 'S3', 'S', 10, 50),
    (4, 'B', '2026-01-03', 'S4', 'H', 2, 0);
INSERT INTO shop.invoice VALUES ('I1', 'B', '2026-01-05', 'posted');
INSERT INTO shop.invoice_line VALUES ('I1', 1, 'S', 4, 10, 40), ('I1', 2, 'Q', 4, 0, 0);

CREATE FUNCTION pg_temp.standing() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s at %s', customer, trim_scale(balance), value), ', ' ORDER BY customer)
    FROM credits.account WHERE type_id = 101 AND (balance <> 0 OR value <> 0)
$$;

-- Breaks it behind the triggers, and saves something before them; then what take_in() leaves: balances, and the refused lines. Of
-- none of it anything stays.
CREATE FUNCTION pg_temp.after_repair(broken text, saved text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    named text[];
    taken record;
    left_over text;
BEGIN
    PERFORM pg_temp.behind(broken);
    EXECUTE saved;
    named := ARRAY(SELECT pg_temp.named());
    SELECT * INTO taken FROM credits.take_in(on_refusal => 'report');
    left_over := CASE WHEN cardinality(named) = 0 THEN 'verify() named nothing; ' ELSE '' END
        || CASE WHEN taken.refused + taken.lines < cardinality(named) THEN 'lines are missing; ' ELSE '' END
        || coalesce((SELECT string_agg('unsound: ' || v::text, '; ') FROM credits.verify() AS v
                     WHERE invariant NOT IN ('line_booked', 'unbooked_line')), '')
        || CASE WHEN ARRAY(SELECT pg_temp.named()) <> ARRAY(SELECT pg_temp.reported()) THEN 'not what is reported; ' ELSE '' END
        || coalesce(pg_temp.standing(), 'nothing')
        || coalesce((SELECT '; refused ' || string_agg(line_key || ' ' || constraint_name, ', ' ORDER BY number)
                     FROM credits.take_in_refusal), '');
    RAISE SQLSTATE 'TRIED';
EXCEPTION WHEN SQLSTATE 'TRIED' THEN
    RETURN left_over;
END
$$;
CREATE FUNCTION pg_temp.repaired(broken text, expected text, description text, saved text DEFAULT 'SELECT') RETURNS text
    LANGUAGE sql AS
$$SELECT is(pg_temp.after_repair(broken, saved), expected, description)$$;

SELECT is(pg_temp.standing(), 'A 4 at 40.00, B 11 at 75.00', 'what the documents say');

-- What is refused beside lines that are refused in their turn is tried alone.
SELECT pg_temp.repaired($$UPDATE shop.slip SET customer = 'C' WHERE id = 2;
    INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (101, 'A', '2026-01-03', 'H', 8, 0),
        (102, 'A', '2026-01-03', 'H', 3, 0)$$,
    'A 1 at 10.00, B 11 at 75.00; refused 101 credits_balance_not_negative, 2 credits_balance_not_negative',
    'a use that fits, beside a greater one that a move would have made room for');

-- Booked twice.
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '1', '3'); DELETE FROM shop.slip WHERE id IN (1, 2)$$,
    'B 11 at 75.00', 'a line that stands in two accounts keeps the right one');
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (11, 'C', '2026-01-02', 'S', 10, 50),
    (12, 'C', '2026-01-02', 'S', 10, 50), (13, 'C', '2026-01-03', 'H', 4, 0), (14, 'C', '2026-01-03', 'H', 4, 0);
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '12', '11'); DELETE FROM shop.slip WHERE id = 12$$,
    'A 4 at 40.00, B 11 at 75.00, C 2 at 10.00', 'of two lots of a line that is used the used one stays');
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '11', '12'); DELETE FROM shop.slip WHERE id = 11$$,
    'A 4 at 40.00, B 11 at 75.00, C 2 at 10.00', 'whichever was booked first');
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '12', '11'); DELETE FROM shop.slip WHERE id IN (11, 12, 13, 14)$$,
    'A 4 at 40.00, B 11 at 75.00', 'a line with two lots that went with what it was used for gives back both');
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '12', '11'); DELETE FROM shop.slip WHERE id IN (11, 12)$$,
    'A 4 at 40.00, B 11 at 75.00, C 12 at 60.00; refused 11 credits_lot_not_consumed', 'one that is still used says so');
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '12', '11'); DELETE FROM shop.slip WHERE id = 12;
                          UPDATE shop.slip SET quantity = 20, amount = 100 WHERE id = 11;
                          UPDATE shop.slip SET quantity = 5 WHERE id = 14$$,
    'A 4 at 40.00, B 11 at 75.00, C 11 at 55.00', 'two lots that add up to what the line wants stay as they are');
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '14', '13'); DELETE FROM shop.slip WHERE id = 14$$,
    'A 4 at 40.00, B 11 at 75.00, C 16 at 80.00', 'a use that was booked twice');
SELECT pg_temp.repaired($$UPDATE shop.slip SET day = '2026-01-09' WHERE id = 13;
                          SELECT pg_temp.book_as('shop.slip', '14', '13'); DELETE FROM shop.slip WHERE id = 14$$,
    'A 4 at 40.00, B 11 at 75.00, C 16 at 80.00', 'and is dated anew');
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '13', '11'); DELETE FROM shop.slip WHERE id = 13$$,
    'A 4 at 40.00, B 11 at 75.00, C 16 at 80.00', 'a line that stands as a sale and as a use');
SELECT pg_temp.repaired($$SELECT pg_temp.book_as('shop.slip', '12', '13'); DELETE FROM shop.slip WHERE id = 12;
                          UPDATE shop.slip SET item = 'S', quantity = 6, amount = 50 WHERE id = 13$$,
    'A 4 at 40.00, B 11 at 75.00, C 12 at 80.00', 'acts of one line are not set off against each other');

-- The save of such a line sums up, too.
CREATE FUNCTION pg_temp.after_save(broken text, saved text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    left_over text;
BEGIN
    PERFORM pg_temp.behind(broken);
    EXECUTE saved;
    left_over := concat_ws('; ', pg_temp.standing(), (SELECT string_agg(v::text, '; ') FROM credits.verify() AS v));
    RAISE SQLSTATE 'TRIED';
EXCEPTION
    WHEN SQLSTATE 'TRIED' THEN
        RETURN left_over;
    WHEN check_violation THEN
        RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.after_save($$SELECT pg_temp.book_as('shop.slip', '12', '11'); DELETE FROM shop.slip WHERE id IN (12, 13, 14)$$,
                             $$DELETE FROM shop.slip WHERE id = 11$$),
    'cannot change a sale of credits of which some are consumed', 'the deletion of a line with two lots says which is used');
SELECT is(pg_temp.after_save($$SELECT pg_temp.book_as('shop.slip', '14', '13'); DELETE FROM shop.slip WHERE id = 14$$,
                             $$UPDATE shop.slip SET quantity = 3 WHERE id = 13$$),
    'A 4 at 40.00, B 11 at 75.00, C 17 at 85.00', 'a use that was booked twice is what the line says after its next save');
SELECT is(pg_temp.after_save($$SELECT pg_temp.book_as('shop.slip', '12', '11'); DELETE FROM shop.slip WHERE id = 12$$,
                             $$DELETE FROM shop.slip WHERE id IN (13, 14); UPDATE shop.slip SET quantity = 7 WHERE id = 11$$),
    'A 4 at 40.00, B 11 at 75.00, C 7 at 50.00', 'two lots become one');
SELECT is(pg_temp.after_save($$SELECT pg_temp.book_as('shop.slip', '12', '11'); DELETE FROM shop.slip WHERE id = 12$$,
                             $$DELETE FROM shop.slip WHERE customer = 'C'$$),
    'A 4 at 40.00, B 11 at 75.00', 'or none');
DELETE FROM shop.slip WHERE customer = 'C';

-- Not seen by a trigger.
SELECT pg_temp.repaired($$DELETE FROM shop.slip WHERE customer = 'A'$$, 'B 11 at 75.00', 'a sale and its use, deleted');
SELECT pg_temp.repaired($$DELETE FROM shop.slip WHERE id = 1$$,
    'A 4 at 40.00, B 11 at 75.00; refused 1 credits_lot_not_consumed', 'a sale of which something is used, deleted');
SELECT pg_temp.repaired($$UPDATE shop.slip SET state = 'draft' WHERE customer = 'A'$$, 'B 11 at 75.00', 'cancelled');
SELECT pg_temp.repaired($$UPDATE shop.slip SET customer = 'C' WHERE customer = 'A'$$,
    'B 11 at 75.00, C 4 at 40.00', 'handed over to another customer: neither fits without the other');
SELECT pg_temp.repaired($$UPDATE shop.slip SET customer = 'C' WHERE customer = 'A';
                          INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (9, 'C', '2026-01-03', 'H', 5)$$,
    'B 11 at 75.00, C 4 at 40.00; refused 9 credits_balance_not_negative', 'beside what is refused whatever else is done');
SELECT pg_temp.repaired($$UPDATE shop.slip SET customer = CASE customer WHEN 'A' THEN 'B' ELSE 'A' END$$,
    'B 15 at 145.00; refused 3 credits_lot_not_consumed, 4 credits_balance_not_negative',
    'two customers exchanged, but for what one of them has used besides');
SELECT pg_temp.repaired($$UPDATE shop.slip SET customer = CASE customer WHEN 'A' THEN 'B' ELSE 'A' END;
                          UPDATE shop.invoice SET customer = 'A'$$,
    'A 11 at 75.00, B 4 at 40.00', 'two customers exchanged');
SELECT pg_temp.repaired($$UPDATE shop.slip SET customer = 'A'; UPDATE shop.invoice SET customer = 'A'$$,
    'A 15 at 100.00', 'all of two sources handed over');
SELECT pg_temp.repaired($$UPDATE shop.slip SET customer = 'D' WHERE customer = 'A'$$,
    'B 11 at 75.00', 'handed over to one who does not work with credits');
SELECT pg_temp.repaired($$UPDATE shop.slip SET id = id + 100$$,
    'A 4 at 40.00, B 11 at 75.00', 'other keys: the entries follow, used as they are');
SELECT pg_temp.repaired($$UPDATE shop.invoice_line SET line_no = line_no + 5$$,
    'A 4 at 40.00, B 11 at 75.00', 'other line numbers below a header');
SELECT pg_temp.repaired($$UPDATE shop.slip SET item = 'T' WHERE id = 1; UPDATE shop.slip SET item = 'U' WHERE id = 2$$,
    'B 11 at 75.00', 'other articles, of another type');
SELECT pg_temp.repaired($$UPDATE shop.slip SET quantity = 8, amount = 80 WHERE id = 1;
                          UPDATE shop.slip SET quantity = 3 WHERE id = 2$$,
    'A 7 at 70.00, B 11 at 75.00; refused 1 credits_lot_not_consumed', 'a used sale made smaller is refused, its use is not');
DELETE FROM shop.invoice;
SELECT pg_temp.repaired($$DELETE FROM shop.slip WHERE id IN (3, 4);
                          INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (10, 'B', '2026-01-01', 'H', 5);
                          INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
                          VALUES (9, 'B', '2026-01-09', 'S', 6, 60)$$,
    'A 4 at 40.00, B 1 at 10.00', 'a use that is dated before its sale is covered by it all the same');
SELECT pg_temp.repaired($$INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
                          VALUES (9, 'C', '2026-01-01', 'H', 5, 0), (10, 'C', '2026-01-09', 'S', 6, 60)$$,
    'A 4 at 40.00, B 8 at 40.00, C 1 at 10.00', 'where nothing was booked before');
SELECT pg_temp.repaired($$UPDATE shop.slip SET customer = 'C', day = day + 10 WHERE customer = 'A';
                          INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (9, 'C', '2026-01-01', 'H', 3)$$,
    'B 8 at 40.00, C 1 at 10.00', 'by what is handed over, with what was used of it');
SELECT pg_temp.repaired($$DELETE FROM shop.slip WHERE id = 2;
                          INSERT INTO shop.slip (id, customer, day, item, quantity) VALUES (9, 'A', '2026-01-01', 'H', 9)$$,
    'A 1 at 10.00, B 8 at 40.00', 'by what comes back');

CREATE FUNCTION pg_temp.ledger_as_it_is() RETURNS text LANGUAGE sql AS $$
    SELECT count(*) || ' rows: ' || md5(string_agg(kept, E'\n' ORDER BY kept))
    FROM (SELECT e::text FROM credits._entry AS e UNION ALL SELECT l::text FROM credits._lot AS l
          UNION ALL SELECT a::text FROM credits._account AS a
          UNION ALL SELECT r::text FROM credits.take_in_refusal AS r) AS of (kept)
$$;

-- Over both sources; and at stop, which takes all in, or nothing.
INSERT INTO shop.invoice VALUES ('I3', 'C', '2026-01-05', 'posted');
INSERT INTO shop.invoice_line VALUES ('I3', 1, 'S', 5, 10, 50);
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES (31, 'C', '2026-02-03', 'S31', 'H', 5, 0);
SELECT pg_temp.repaired($$UPDATE shop.invoice SET state = 'draft' WHERE customer = 'C'; DELETE FROM shop.slip WHERE id = 31$$,
    'A 4 at 40.00, B 8 at 40.00', 'a sale of one source and its use in the other, cancelled on different days');
SELECT pg_temp.behind($$UPDATE shop.invoice SET customer = 'A' WHERE customer = 'C';
                        UPDATE shop.slip SET customer = 'A' WHERE id = 31;
                        UPDATE shop.slip SET customer = 'C' WHERE id IN (1, 2)$$);
SELECT results_eq('SELECT lines, refused FROM credits.take_in()', 'VALUES (4::bigint, 0::bigint)', 'at stop what fits together');
SELECT is(pg_temp.standing(), 'B 8 at 40.00, C 4 at 40.00', 'is taken in together');
SELECT pg_temp.behind($$DELETE FROM shop.slip WHERE id IN (1, 4)$$);
SELECT pg_temp.ledger_as_it_is() AS before \gset
SELECT is(pg_temp.outcome('SELECT credits.take_in()'), '23514 credits_lot_not_consumed', 'what does not is raised');
SELECT is(pg_temp.ledger_as_it_is(), :'before', 'and nothing is taken in');
SELECT results_eq($$SELECT lines, refused FROM credits.take_in(on_refusal => 'report')$$, 'VALUES (1::bigint, 1::bigint)',
                  'at report the other is');

-- A line with two lots, of which one is used, is gone.
INSERT INTO credits.customer (customer) VALUES ('F');
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES (41, 'F', '2026-01-02', 'S41', 'S', 10, 50),
    (42, 'F', '2026-01-02', 'S42', 'S', 10, 50), (43, 'F', '2026-01-03', 'S43', 'H', 4, 0);
SELECT pg_temp.behind($$SELECT pg_temp.book_as('shop.slip', '42', '41'); DELETE FROM shop.slip WHERE id IN (41, 42)$$);
DELETE FROM credits.take_in_refusal;
SELECT pg_temp.ledger_as_it_is() AS before \gset
SELECT is(pg_temp.outcome($$SELECT credits.take_in('{shop.slip}', '2026-01-02')$$), '23514 credits_lot_not_consumed',
          'a line with two lots is refused for the one that is used');
SELECT is(pg_temp.ledger_as_it_is(), :'before', 'and nothing is taken in');
SELECT results_eq($$SELECT lines, refused FROM credits.take_in('{shop.slip}', '2026-01-02', 'report')$$,
                  'VALUES (0::bigint, 2::bigint)', 'nor at report');
SELECT alike((SELECT message FROM credits.take_in_refusal WHERE line_key = '41'),
             '%Of lot 1 of customer "F", 4 of 10 credits%', 'which says why');
DELETE FROM credits.take_in_refusal;
SELECT is(pg_temp.ledger_as_it_is(), :'before', 'the other lot is not given back either');
DELETE FROM shop.slip WHERE id = 43;
SELECT results_eq($$SELECT lines, refused FROM credits.take_in('{shop.slip}', '2026-01-02', 'report')$$,
                  'VALUES (1::bigint, 1::bigint)', 'once nothing is used, both are');

-- Heirs that share a key: nobody can tell which of the rows is booked.
CREATE TABLE shop.act (id int PRIMARY KEY, customer text, day date, item text, quantity numeric);
CREATE TABLE shop.party (PRIMARY KEY (id)) INHERITS (shop.act);
SELECT credits.attach('shop.act', 'event', 'item', 'quantity', NULL, 'customer', 'day') \g /dev/null
INSERT INTO shop.act VALUES (1, 'B', '2026-01-05', 'H', 1), (2, 'B', '2026-01-06', 'H', 1);
SELECT pg_temp.behind($$INSERT INTO shop.party VALUES (1, 'B', '2026-01-05', 'H', 2);
                        UPDATE shop.act SET quantity = 2 WHERE id = 2$$);
SELECT results_eq($$SELECT lines, refused FROM credits.take_in('{shop.act}', on_refusal => 'report')$$,
                  'VALUES (1::bigint, 1::bigint)', 'rows that share a key are not taken in');
SELECT results_eq($$SELECT (line_key || ' ' || message) COLLATE "default" FROM credits.take_in_refusal
                    WHERE line_table = 'shop.act'::regclass$$,
                  $$VALUES ('1 2 rows of table shop.act have the key "1"')$$, 'but reported, once');

-- A row that cannot be read, beside one that is mended.
CREATE TABLE shop.odd (id int PRIMARY KEY, customer text, day date, item text, quantity text);
SELECT credits.attach('shop.odd', 'event', 'item', 'line.quantity::numeric', NULL, 'customer', 'day') \g /dev/null
INSERT INTO shop.odd VALUES (1, 'B', '2026-01-05', 'H', '1');
SELECT pg_temp.behind($$INSERT INTO shop.odd VALUES (2, 'B', '2026-01-06', 'H', 'two'), (3, 'A', '2026-01-06', 'H', 'three');
                        UPDATE shop.odd SET quantity = '2' WHERE id = 1$$);
SELECT results_eq($$SELECT lines, refused FROM credits.take_in('{shop.odd}', on_refusal => 'report')$$,
                  'VALUES (1::bigint, 2::bigint)', 'what cannot be read is refused');
SELECT bag_eq($$SELECT line_key FROM credits.take_in_refusal WHERE line_table = 'shop.odd'::regclass$$, ARRAY['2', '3'], 'once');
DELETE FROM shop.odd;

-- Credit notes.
CREATE TABLE shop.bill (id int PRIMARY KEY, refund_of int, customer text, item text, quantity numeric, amount numeric);
SELECT credits.attach('shop.bill', 'invoice', 'item', 'quantity', 'amount', 'customer', $$'2026-01-01'::date$$,
                      refers_to => 'refund_of') \g /dev/null
INSERT INTO credits.customer (customer) VALUES ('E');
INSERT INTO shop.bill VALUES (1, NULL, 'E', 'S', 10, 100), (2, 1, 'E', 'S', 0, -10), (3, 1, 'E', 'S', 0, -10),
    (4, 1, 'E', 'S', -2, -20), (5, 1, 'E', 'S', -2, -20);
SELECT pg_temp.behind($$SELECT pg_temp.book_as('shop.bill', '3', '2'), pg_temp.book_as('shop.bill', '5', '4');
                        DELETE FROM shop.bill WHERE id IN (3, 5)$$);
SELECT results_eq($$SELECT lines, refused FROM credits.take_in('{shop.bill}')$$, 'VALUES (2::bigint, 0::bigint)',
                  'credit notes and changes of a value that were booked twice');
SELECT alike(pg_temp.standing(), '%E 8 at 74.00', 'are undone once, with all their value');
DELETE FROM shop.bill WHERE id IN (2, 4);
SELECT alike(pg_temp.standing(), '%E 10 at 100.00', 'and once more when they go');
SELECT is_empty($$SELECT * FROM credits.verify() WHERE invariant NOT IN ('line_booked', 'unbooked_line')$$,
                'all other invariants hold');
SELECT * FROM finish();
ROLLBACK;
