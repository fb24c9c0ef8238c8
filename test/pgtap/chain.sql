-- Chains (rule 19): a bill line made from a delivery line, which may be made from a slip, consumes only what these do not.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(90);

CREATE TABLE shop.delivery (id bigint PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', state text DEFAULT 'done');
CREATE TABLE shop.delivery_line (
    id          bigint PRIMARY KEY,
    delivery_id bigint REFERENCES shop.delivery ON UPDATE CASCADE ON DELETE CASCADE,
    item        text,
    quantity    numeric,
    slip_id     bigint
);
CREATE TABLE shop.bill (id bigint PRIMARY KEY, customer text, day date DEFAULT '2026-01-11', state text DEFAULT 'posted');
CREATE TABLE shop.bill_line (
    id      bigint PRIMARY KEY,
    bill_id bigint REFERENCES shop.bill ON DELETE CASCADE,
    item    text,
    quantity numeric,
    price   numeric,
    made_of bigint
);
DO $$
BEGIN
    PERFORM credits.attach('shop.delivery_line', 'delivery_note', article => 'item', quantity => 'quantity', amount => NULL,
        customer => 'header.customer', document_date => 'header.day', header_table => 'shop.delivery',
        counts_when => $x$header.state = 'done'$x$,
        origin => 'slip_id', origin_table => 'shop.slip');
    PERFORM credits.attach('shop.bill_line', 'invoice', article => 'item', quantity => 'quantity', amount => 'price',
        customer => 'header.customer', document_date => 'header.day', header_table => 'shop.bill',
        counts_when => $x$header.state = 'posted'$x$,
        zero_columns => '{price}', origin => 'made_of', origin_table => 'shop.delivery_line');
END
$$;

-- The lines that stand with a consumption, and what they consume: 'bill_line 1: 10'. Then what verify() says.
CREATE FUNCTION pg_temp.consumed() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(format('%s %s: %s', source, line_key, credits), ', ' ORDER BY source, length(line_key), line_key),
                    'nothing')
           || coalesce((SELECT string_agg(v::text, E'\n') FROM credits.verify() AS v), '')
    FROM (SELECT replace(line_table::text, 'shop.', '') AS source, line_key, trim_scale(-sum(quantity)) AS credits
          FROM credits.entry WHERE kind LIKE 'consumption%' GROUP BY 1, 2 HAVING sum(quantity) <> 0) AS booked
$$;
CREATE FUNCTION pg_temp.leaves(statement text, expected text, description text) RETURNS text LANGUAGE sql AS
$$SELECT is(CASE pg_temp.outcome(statement) WHEN 'accepted' THEN pg_temp.consumed() ELSE 'refused' END, expected, description)$$;
CREATE FUNCTION pg_temp.would_leave(statement text, expected text, description text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    left_over text;
BEGIN
    EXECUTE statement;
    left_over := pg_temp.consumed();
    RAISE SQLSTATE 'TRIED';
EXCEPTION WHEN SQLSTATE 'TRIED' THEN
    RETURN is(left_over, expected, description);
END
$$;

-- A delivery that takes the last credits, and its bill

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
INSERT INTO shop.delivery VALUES (1, 'A');
INSERT INTO shop.delivery_line VALUES (1, 1, 'H', 10);
INSERT INTO shop.bill VALUES (1, 'A');
SELECT pg_temp.leaves('INSERT INTO shop.bill_line VALUES (1, 1, $$H$$, 10, 50, 1)', 'delivery_line 1: 10',
                      'a bill consumes nothing while its delivery counts');
SELECT is(price, 0::numeric, 'but costs nothing either') FROM shop.bill_line;
SELECT pg_temp.leaves('UPDATE shop.delivery SET state = $$cancelled$$', 'bill_line 1: 10',
                      'the delivery is cancelled: the bill consumes all of it, with a balance of 0');
SELECT is(price, 0::numeric, 'and still costs nothing') FROM shop.bill_line;
SELECT pg_temp.leaves('UPDATE shop.delivery SET state = $$done$$', 'delivery_line 1: 10', 'and back');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET day = NULL', 'bill_line 1: 10', 'a delivery without a date does not count');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET customer = NULL', 'bill_line 1: 10', 'nor one without a customer');
SELECT pg_temp.would_leave('UPDATE shop.delivery_line SET delivery_id = NULL', 'bill_line 1: 10',
                           'nor a line without a delivery');
SELECT pg_temp.would_leave('UPDATE shop.delivery_line SET quantity = NULL', 'bill_line 1: 10', 'nor one without a quantity');
SELECT pg_temp.would_leave('UPDATE shop.delivery_line SET item = NULL', 'bill_line 1: 10', 'nor one without an article');
SELECT pg_temp.would_leave('UPDATE shop.delivery_line SET item = $$X$$', 'nothing', 'one with an article without credits does');
SELECT pg_temp.would_leave('UPDATE shop.delivery_line SET item = $$X$$; UPDATE shop.delivery_line SET quantity = NULL; '
                           'UPDATE shop.delivery_line SET item = NULL, quantity = 1',
    'bill_line 1: 10', 'until it does not');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET customer = $$D$$', 'nothing',
                           'so does one of a customer who does not work with credits');
SELECT pg_temp.would_leave('DELETE FROM shop.delivery_line', 'bill_line 1: 10', 'a line that is deleted does not');
SELECT pg_temp.would_leave('DELETE FROM shop.delivery', 'bill_line 1: 10', 'nor one whose document is');
SELECT pg_temp.would_leave('DELETE FROM shop.delivery; INSERT INTO shop.delivery VALUES (7, $$A$$); '
                           'INSERT INTO shop.delivery_line VALUES (1, 7, $$H$$, 9)',
    'delivery_line 1: 9', 'deleted and inserted again under its key, it covers the bill again');
SELECT pg_temp.refused('UPDATE shop.delivery_line SET id = 2', '23514 credits_balance_not_negative',
                       'renumbered, it covers nothing any more: for both there are not enough credits');
SELECT pg_temp.would_leave(
    'UPDATE shop.delivery_line SET quantity = 5; UPDATE shop.bill_line SET quantity = 5; UPDATE shop.delivery_line SET id = 2',
    'bill_line 1: 5, delivery_line 2: 5', 'for both there are');
SELECT pg_temp.would_leave('UPDATE shop.bill_line SET quantity = 0; UPDATE shop.delivery_line SET id = 2; '
                           'UPDATE shop.bill_line SET made_of = 2, quantity = 10',
    'delivery_line 2: 10', 'renumbered in both, it covers the bill');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET id = 9', 'delivery_line 1: 10', 'the document may be renumbered');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET state = $$cancelled$$; UPDATE shop.bill SET state = $$cancelled$$',
                           'nothing', 'both cancelled: nothing is consumed');
SELECT pg_temp.would_leave('UPDATE shop.bill SET state = $$cancelled$$; UPDATE shop.delivery SET state = $$cancelled$$; '
                           'UPDATE shop.bill SET state = $$posted$$',
    'bill_line 1: 10', 'the bill posted again consumes, since its delivery does not count');

-- Quantities

SELECT pg_temp.leaves('UPDATE shop.bill_line SET quantity = 12', 'delivery_line 1: 10',
                      'a bill of more than the delivery consumes nothing');
SELECT pg_temp.refused('UPDATE shop.delivery SET state = $$cancelled$$', '23514 credits_balance_not_negative',
                       'a delivery without which that is too much is not cancelled');
SELECT pg_temp.refused('DELETE FROM shop.delivery_line', '23514 credits_balance_not_negative', 'nor deleted');
SELECT pg_temp.leaves('UPDATE shop.bill_line SET quantity = 3', 'delivery_line 1: 10', 'nor does a bill of less');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET state = $$cancelled$$', 'bill_line 1: 3',
                           'on its own it consumes its own quantity');
SELECT pg_temp.would_leave('UPDATE shop.bill_line SET made_of = NULL, quantity = 0; UPDATE shop.delivery_line SET quantity = 8; '
                           'UPDATE shop.bill_line SET quantity = 2',
    'bill_line 1: 2, delivery_line 1: 8', 'a bill made from nothing consumes');
SELECT pg_temp.would_leave('UPDATE shop.delivery_line SET quantity = 8; UPDATE shop.bill_line SET quantity = 2, made_of = NULL; '
                           'UPDATE shop.bill_line SET made_of = 1',
    'delivery_line 1: 8', 'and gives back once it is made from something');
SELECT pg_temp.would_leave('UPDATE shop.delivery_line SET quantity = 5; '
                           'INSERT INTO shop.bill_line VALUES (2, 1, $$H$$, 4, 9, 77), (3, 1, $$H$$, 1, 9, 1)',
    'bill_line 2: 4, delivery_line 1: 5', 'an origin that points nowhere covers nothing');
SELECT pg_temp.would_leave('UPDATE shop.delivery_line SET quantity = 5; '
                           'INSERT INTO shop.bill_line VALUES (2, 1, $$H$$, 4, 9, 77); '
                           'INSERT INTO shop.delivery_line VALUES (77, 1, $$Q$$, 4)',
    'delivery_line 1: 5, delivery_line 77: 1', 'until it is inserted');

-- Sales ignore their origin

SELECT pg_temp.accepted('INSERT INTO shop.bill_line VALUES (9, 1, $$S$$, 5, 500, 1)', 'a sale made from a delivery');
SELECT is(credits.balance('A', 'SUPPORT'), 5::numeric, 'is a sale');
DELETE FROM shop.bill_line WHERE id = 9;

-- Two customers

UPDATE shop.bill_line SET quantity = 10;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, 'B', 'S', 10, 1000);
SELECT pg_temp.leaves('UPDATE shop.delivery SET customer = $$B$$', 'delivery_line 1: 10',
                      'delivered to one, billed to another: the delivery consumes');
SELECT results_eq($$SELECT customer, balance FROM credits.account ORDER BY 1$$,
                  $$VALUES ('A' COLLATE "C", 10::numeric), ('B', 0)$$, 'his credits');
SELECT pg_temp.leaves('UPDATE shop.delivery SET state = $$cancelled$$', 'bill_line 1: 10', 'cancelled, the bill does');
SELECT results_eq($$SELECT customer, balance FROM credits.account ORDER BY 1$$,
                  $$VALUES ('A' COLLATE "C", 0::numeric), ('B', 10)$$, 'the other one''s');
SELECT pg_temp.leaves('UPDATE shop.delivery SET state = $$done$$, customer = $$A$$', 'delivery_line 1: 10',
                      'back to one customer');

-- The flag, and the module

UPDATE credits.customer SET works_with_credits = false WHERE customer = 'A';
SELECT pg_temp.would_leave('UPDATE shop.delivery SET state = $$cancelled$$', 'nothing',
                           'of a customer who lost the flag the delivery gives back, and the bill is left alone');
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'A';
INSERT INTO shop.bill VALUES (5, 'D');
INSERT INTO shop.bill_line VALUES (50, 5, 'H', 1, 9, 1);
SELECT is(price, 9::numeric, 'a bill for one who does not work with credits keeps its price') FROM shop.bill_line WHERE id = 50;
SELECT pg_temp.would_leave('UPDATE shop.delivery SET state = $$cancelled$$', 'bill_line 1: 10',
                           'and consumes nothing when its delivery is cancelled');

-- Three in a row: the nearest that counts covers

DELETE FROM shop.bill WHERE id = 5;
UPDATE shop.delivery_line SET quantity = 0;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 10);
SELECT pg_temp.leaves('UPDATE shop.delivery_line SET slip_id = 3, quantity = 10', 'slip 3: 10',
                      'a slip covers the delivery made from it, and the bill');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET state = $$cancelled$$', 'slip 3: 10',
                           'without the delivery it covers the bill');
SELECT pg_temp.would_leave('UPDATE shop.slip SET state = $$void$$ WHERE id = 3', 'delivery_line 1: 10',
                           'without the slip the delivery covers the bill');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET state = $$cancelled$$; UPDATE shop.slip SET state = $$void$$ WHERE id = 3',
                           'bill_line 1: 10', 'without both the bill consumes');
SELECT pg_temp.would_leave('UPDATE shop.delivery SET state = $$cancelled$$; DELETE FROM shop.slip WHERE id = 3',
                           'bill_line 1: 10', 'a slip that is deleted settles both');
SELECT pg_temp.would_leave('UPDATE shop.slip SET state = $$void$$ WHERE id = 3; UPDATE shop.delivery SET state = $$cancelled$$',
                           'bill_line 1: 10', 'in whatever order');
SELECT pg_temp.would_leave('UPDATE shop.slip SET state = $$void$$ WHERE id = 3; UPDATE shop.delivery SET state = $$cancelled$$; '
                           'UPDATE shop.slip SET state = $$posted$$ WHERE id = 3',
    'slip 3: 10', 'the slip posted again takes over from the bill');
SELECT pg_temp.refused('UPDATE shop.delivery_line SET slip_id = NULL', '23514 credits_balance_not_negative',
                       'a delivery that is not made from the slip any more must consume');
DELETE FROM shop.bill;
DELETE FROM shop.delivery;
DELETE FROM shop.slip WHERE id = 3;

-- Many at once

INSERT INTO shop.delivery SELECT n, CASE n % 2 WHEN 0 THEN 'A' ELSE 'B' END FROM generate_series(1, 20) AS n;
INSERT INTO shop.bill SELECT n, CASE n % 2 WHEN 0 THEN 'A' ELSE 'B' END FROM generate_series(1, 20) AS n;
INSERT INTO shop.delivery_line SELECT n, n, 'H', 1 FROM generate_series(1, 20) AS n;
INSERT INTO shop.bill_line SELECT 100 + n, n, 'H', 1, 5, n FROM generate_series(1, 20) AS n;
SELECT is((SELECT count(*) FROM credits.entry WHERE line_table = 'shop.bill_line'::regclass AND line_key::int > 100),
          0::bigint, 'twenty bills of two customers, made from twenty deliveries');
UPDATE shop.delivery SET state = 'cancelled' WHERE id <= 10;
SELECT is((SELECT string_agg(line_key, ' ' ORDER BY line_key::int) FROM (SELECT line_key FROM credits.entry
    WHERE line_table = 'shop.bill_line'::regclass AND line_key::int > 100 GROUP BY 1 HAVING sum(quantity) = -1) AS booked),
    '101 102 103 104 105 106 107 108 109 110', 'consume where their deliveries are cancelled');
UPDATE shop.bill_line SET made_of = made_of % 20 + 1 WHERE id IN (109, 110, 120);
SELECT is((SELECT string_agg(line_key, ' ' ORDER BY line_key::int) FROM (SELECT line_key FROM credits.entry
    WHERE line_table = 'shop.bill_line'::regclass AND line_key::int > 100 GROUP BY 1 HAVING sum(quantity) < 0) AS booked),
    '101 102 103 104 105 106 107 108 109 120', 'and follow their origins');
SELECT pg_temp.all_in_order();
DELETE FROM shop.bill;
DELETE FROM shop.delivery;

-- In the same table: jobs split off from others

CREATE TABLE shop.job (id bigint PRIMARY KEY, customer text DEFAULT 'A', day date DEFAULT '2026-01-12',
                       done boolean DEFAULT true, item text DEFAULT 'H', quantity numeric,
    split_from bigint REFERENCES shop.job ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE);
SELECT pg_temp.accepted($$SELECT credits.attach('shop.job', 'service_report', article => 'item',
                                                quantity => 'quantity', amount => NULL, customer => 'customer',
    document_date => 'day', counts_when => 'done', origin => 'split_from', origin_table => 'shop.job')$$,
    'a table of which lines are made from its own');
SELECT pg_temp.would_leave('INSERT INTO shop.job (id, quantity, split_from) VALUES (2, 3, 1), (1, 4, NULL), (3, 5, 2)',
                           'job 1: 4', 'three in a row in one statement, in any order');
INSERT INTO shop.job (id, quantity, split_from) VALUES (1, 4, NULL), (2, 3, 1), (3, 5, 2);
SELECT pg_temp.would_leave('UPDATE shop.job SET done = false WHERE id = 1', 'job 2: 3', 'the second covers the third');
SELECT pg_temp.would_leave('UPDATE shop.job SET done = id = 3', 'job 3: 5', 'all but the third, in one statement');
SELECT pg_temp.would_leave('UPDATE shop.job SET done = id <> 2', 'job 1: 4',
                           'the second counts no more: the first covers the third');
SELECT pg_temp.would_leave('DELETE FROM shop.job WHERE id = 1', 'job 2: 3',
                           'the first is deleted, and the second''s origin set to null');
SELECT pg_temp.would_leave('UPDATE shop.job SET id = 10 WHERE id = 1', 'job 10: 4',
                           'renumbered together with those made from it');
SELECT pg_temp.would_leave('UPDATE shop.job SET id = id + 10', 'job 11: 4', 'all of them');
SELECT pg_temp.would_leave('UPDATE shop.job SET split_from = id WHERE id < 3', 'job 1: 4, job 2: 3',
                           'a line made from itself is made from nothing');
SELECT pg_temp.would_leave('UPDATE shop.job SET split_from = 3 - id WHERE id < 3', 'job 1: 4, job 2: 3',
                           'so are two made from each other; the third is covered');
SELECT pg_temp.would_leave('UPDATE shop.job SET split_from = 3 - id WHERE id < 3; UPDATE shop.job SET done = false WHERE id = 2',
                           'job 1: 4', 'by either');
SELECT pg_temp.would_leave('DELETE FROM shop.job', 'nothing', 'all deleted at once');
DELETE FROM shop.job;

-- Text keys; and an origin in no attached table

CREATE TABLE shop.note (number text, line_no int, customer text DEFAULT 'B', day date DEFAULT '2026-01-12',
                        item text DEFAULT 'H', quantity numeric, made_of text, PRIMARY KEY (number, line_no));
SELECT pg_temp.accepted($$SELECT credits.attach('shop.note', 'other', article => 'item', quantity => 'quantity',
                                                amount => NULL, customer => 'customer',
    document_date => 'day', origin => 'made_of', origin_table => 'shop.note')$$, 'keys of two columns');
INSERT INTO shop.note (number, line_no, quantity, made_of) VALUES ('a/b', 1, 1, NULL), ('c', 1, 1, 'a\/b/1');
SELECT is(pg_temp.consumed(), E'note a\\/b/1: 1', 'an origin is the text of the key');
INSERT INTO shop.note (number, line_no, quantity, made_of)
SELECT 'bad', row_number() OVER (), 0.25, bad
FROM unnest(ARRAY['', 'a/b/1', 'a\/b', 'a\/b/01', 'a\/b/1/1', 'a\/b/99999999999999999999', '/',
                  '\', 'a\/b/1 ', repeat('x', 3000)]) AS bad;
SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_key LIKE 'bad/%'), -2.5, 'what is no key names no line');
SELECT pg_temp.all_in_order();
DELETE FROM shop.note;
SELECT is(pg_temp.outcome($$SELECT credits.detach('shop.note');
    SELECT credits.attach('shop.note', 'other', article => 'item', quantity => 'quantity', amount => NULL,
                          customer => 'customer', document_date => 'day', origin => 'made_of')$$),
    'accepted', 'without a table of origins');
SELECT pg_temp.leaves('INSERT INTO shop.note (number, line_no, quantity, made_of) VALUES ($$n$$, 1, 1, $$somewhere$$), ($$n$$, '
                      '2, 2, NULL), ($$n$$, 3, 3, $$$$)', 'note n/2: 2',
    'a line with an origin never consumes');
SELECT pg_temp.leaves('UPDATE shop.note SET made_of = CASE WHEN line_no = 1 THEN NULL ELSE $$x$$ END',
                      'note n/1: 1', 'until it has none');

-- An origin by an expression, of a key that is no number; and an ERP's role that may see neither the ledger nor what is made from
-- its lines

DELETE FROM shop.note;
CREATE TABLE shop.visit (id uuid PRIMARY KEY, customer text DEFAULT 'A', done boolean DEFAULT true, quantity numeric);
CREATE TABLE shop.charge (id int PRIMARY KEY, customer text DEFAULT 'A', quantity numeric, ref text);
CREATE INDEX ON shop.charge (split_part(ref, ',', 2));
CREATE ROLE credits_tap_nurse;
GRANT USAGE ON SCHEMA shop TO credits_tap_nurse;
GRANT ALL ON shop.visit TO credits_tap_nurse;
SELECT pg_temp.accepted($$SELECT credits.attach('shop.visit', 'service_report', article => $x$'H'$x$,
                                                quantity => 'quantity', amount => NULL, customer => 'customer',
    document_date => $x$DATE '2026-01-12'$x$, counts_when => 'done')$$, 'keys that are uuids');
SELECT pg_temp.accepted($$SELECT credits.attach('shop.charge', 'invoice', article => $x$'H'$x$,
                                                quantity => 'quantity', amount => NULL, customer => 'customer',
    document_date => $x$DATE '2026-01-12'$x$, origin => $x$split_part(line.ref, ',', 2)$x$, origin_table => 'shop.visit')$$,
    'an origin that is part of a column');
INSERT INTO shop.visit (id, quantity) VALUES ('00000000-0000-0000-0000-00000000000a', 2);
SELECT pg_temp.leaves('INSERT INTO shop.charge (id, quantity, ref) VALUES (1, 2, '
                      '$$visit,00000000-0000-0000-0000-00000000000a$$), (2, 1, $$visit,00000000-0000-0000-0000-00000000000A$$)',
    'charge 2: 1, visit 00000000-0000-0000-0000-00000000000a: 2', 'the key as PostgreSQL writes it covers');
SET LOCAL ROLE credits_tap_nurse;
SELECT is(pg_temp.outcome('UPDATE shop.visit SET done = false'), 'accepted', 'a role that sees the visits only');
SELECT is(pg_temp.outcome('SELECT FROM shop.charge'), '42501', 'and no charge');
RESET ROLE;
SELECT is(pg_temp.consumed(), 'charge 1: 2, charge 2: 1', 'settles what is made from them');
DELETE FROM shop.charge;
SELECT pg_temp.leaves('DELETE FROM shop.visit', 'nothing', 'and all goes');

-- detach

SELECT pg_temp.refused($$SELECT credits.detach('shop.delivery_line')$$, '2BP01', 'a table of origins is not detached');
SELECT pg_temp.accepted($$SELECT credits.detach('shop.job')$$, 'its own table of origins is');

-- verify() knows who covers whom

INSERT INTO shop.delivery VALUES (1, 'A');
INSERT INTO shop.delivery_line VALUES (1, 1, 'H', 4);
INSERT INTO shop.bill VALUES (1, 'A');
INSERT INTO shop.bill_line VALUES (200, 1, 'H', 3, 5, 1);
SET LOCAL session_replication_role = replica;
UPDATE shop.delivery SET state = 'cancelled';
SET LOCAL session_replication_role = origin;
SELECT results_eq($$SELECT invariant, detail FROM credits.verify()$$, $$VALUES
    ('line_booked', 'shop.delivery_line, line 1: -4 credits are booked, it wants 0'),
    ('unbooked_line', 'shop.bill_line, line 200: it wants -3 credits')$$,
    'a bill whose delivery was cancelled behind the extension''s back is not booked');
SELECT results_eq('SELECT lines, refused FROM credits.take_in()', 'VALUES (2::bigint, 0::bigint)', 'take_in settles both');
SELECT is(pg_temp.consumed(), 'bill_line 200: 3', 'with the bill covered no more');
SET LOCAL session_replication_role = replica;
UPDATE shop.delivery SET state = 'done';
SET LOCAL session_replication_role = origin;
SELECT results_eq($$SELECT invariant, detail FROM credits.verify()$$, $$VALUES
    ('line_booked', 'shop.bill_line, line 200: -3 credits are booked, it wants 0'),
    ('line_booked', 'shop.delivery_line, line 1: 0 credits are booked, it wants -4')$$,
    'nor is one booked whose delivery counts again');
SELECT results_eq('SELECT lines, refused FROM credits.take_in()', 'VALUES (2::bigint, 0::bigint)', 'take_in settles both again');
SELECT is(pg_temp.consumed(), 'delivery_line 1: 4', 'with the bill covered');

-- A line and what is made from it, in one save

SELECT pg_temp.leaves('INSERT INTO shop.bill_line VALUES (201, 1, $$H$$, 2, 5, NULL)', 'bill_line 201: 2, delivery_line 1: 4',
                      'a bill made from nothing');
SET LOCAL session_replication_role = replica;
INSERT INTO shop.delivery_line VALUES (2, 1, 'H', 1);
UPDATE shop.bill SET day = '2026-01-10';
UPDATE shop.bill_line SET made_of = 2 WHERE id = 201;
SET LOCAL session_replication_role = origin;
SELECT results_eq('SELECT lines, refused FROM credits.take_in()', 'VALUES (2::bigint, 0::bigint)',
                  'is taken in together with the delivery that it gets, of the same day');
SELECT is(pg_temp.consumed(), 'delivery_line 1: 4, delivery_line 2: 1', 'which covers it');

SELECT * FROM finish();
ROLLBACK;
