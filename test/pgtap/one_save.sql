-- One save over several tables of lines (rule 13): a change of a header settles all lines below it together, whatever tables
-- they are in and in whatever order these were attached; and what a transaction saves after it has noted something joins that.
BEGIN;
\ir common.psql
SELECT plan(22);
CREATE SCHEMA shop;
INSERT INTO credits.credit_type (code) VALUES ('SUPPORT');
INSERT INTO credits.article (article, type_id, coefficient)
    SELECT article, type_id, coefficient FROM credits.credit_type, (VALUES ('S', 1), ('H', -1)) AS v (article, coefficient);
INSERT INTO credits.customer (customer) VALUES ('A'), ('B'), ('C'), ('D');

CREATE FUNCTION pg_temp.attach(line_table text, check_at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM credits.attach(line_table::regclass, 'invoice', article => 'item', quantity => 'quantity', amount => 'price',
        customer => 'header.customer', document_date => 'header.day', header_table => 'shop.document',
        counts_when => $w$header.state = 'posted'$w$, check_at => check_at);
END
$$;

-- Makes documents, and tables of lines below them, attached in this order: 'goods', 'work', 'goods commit'.
CREATE FUNCTION pg_temp.make(tables text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted text;
    name text;
BEGIN
    CREATE TABLE shop.document (id int PRIMARY KEY, customer text, day date, state text);
    FOREACH wanted IN ARRAY tables LOOP
        name := 'shop.' || split_part(wanted, ' ', 1);
        EXECUTE format('CREATE TABLE %s (id int PRIMARY KEY, document int REFERENCES shop.document ON UPDATE CASCADE,
            item text, quantity numeric, price numeric)', name);
        PERFORM pg_temp.attach(name, coalesce(nullif(split_part(wanted, ' ', 2), ''), 'statement'));
    END LOOP;
END
$$;

CREATE FUNCTION pg_temp.check_now() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
END
$$;

-- Does this to the document; tells what is left to A and B then.
CREATE FUNCTION pg_temp.after(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    PERFORM pg_temp.check_now();
    RETURN concat_ws('/', trim_scale(credits.balance('A', 'SUPPORT')), trim_scale(credits.balance('B', 'SUPPORT')));
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;

-- What becomes of a document that sells 10 in one table and uses 4 in another, in this arrangement of tables.
CREATE FUNCTION pg_temp.story(seller text, consumer text, VARIADIC tables text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    told text;
BEGIN
    PERFORM pg_temp.make(tables);
    INSERT INTO shop.document VALUES (1, 'A', '2026-01-01', 'draft');
    EXECUTE format('INSERT INTO shop.%I VALUES (1, 1, ''S'', 10, 1000)', seller);
    EXECUTE format('INSERT INTO shop.%I VALUES (2, 1, ''H'', 4, 0)', consumer);
    told := concat_ws(' ', pg_temp.after($s$UPDATE shop.document SET state = 'posted'$s$),
        pg_temp.after($s$UPDATE shop.document SET day = '2026-02-01'$s$),
        pg_temp.after($s$UPDATE shop.document SET customer = 'B'$s$),
        pg_temp.after($s$UPDATE shop.document SET id = 7$s$),
        pg_temp.after($s$UPDATE shop.document SET state = 'cancelled'$s$),
        pg_temp.after($s$UPDATE shop.document SET state = 'posted', customer = 'A', day = '2026-03-01'$s$));
    UPDATE shop.document SET state = 'cancelled';
    PERFORM pg_temp.check_now();
    EXECUTE format('UPDATE shop.%I SET quantity = 11', consumer);
    PERFORM pg_temp.check_now();
    told := concat_ws(' ', told, pg_temp.after($s$UPDATE shop.document SET state = 'posted'$s$),
        pg_temp.after($s$UPDATE shop.document SET day = '2026-04-01'$s$));
    PERFORM credits.detach(line_table) FROM (SELECT line_table FROM credits.source OFFSET 0) AS attached;
    DROP SCHEMA shop CASCADE;
    CREATE SCHEMA shop;
    RETURN told;
END
$$;

SELECT is(pg_temp.story(seller, consumer, VARIADIC tables), '6/0 6/0 0/6 0/6 0/0 6/0 23514 0/0',
    format('%s sell and %s use, attached in the order %s', seller, consumer, tables))
FROM (VALUES ('goods', 'work', ARRAY['goods', 'work']), ('goods', 'work', ARRAY['work', 'goods']),
    ('work', 'goods', ARRAY['goods', 'work']), ('work', 'goods', ARRAY['work', 'goods']),
    ('goods', 'work', ARRAY['goods', 'work', 'parts']), ('parts', 'work', ARRAY['goods', 'work', 'parts']),
    ('goods', 'work', ARRAY['goods commit', 'work']), ('goods', 'work', ARRAY['work', 'goods commit']),
    ('goods', 'work', ARRAY['goods', 'work commit']), ('goods', 'work', ARRAY['work commit', 'goods']),
    ('goods', 'work', ARRAY['work commit', 'goods commit'])) AS arrangement (seller, consumer, tables);

-- Several headers in one statement: one sells, another uses

SELECT pg_temp.make(ARRAY['work', 'goods']) \gset
INSERT INTO shop.document VALUES (1, 'A', '2026-01-01', 'draft'), (2, 'A', '2026-01-02', 'draft');
INSERT INTO shop.goods VALUES (1, 1, 'S', 5, 500);
INSERT INTO shop.work VALUES (1, 2, 'H', 5, 0);
SELECT pg_temp.refused($$UPDATE shop.document SET state = 'posted' WHERE id = 2$$, '23514 credits_balance_not_negative',
    'a document that uses what is not there is refused');
SELECT pg_temp.accepted($$UPDATE shop.document SET state = 'posted'$$, 'together with the one that sells it is posted');
SELECT pg_temp.refused($$UPDATE shop.document SET state = 'cancelled' WHERE id = 1$$, '23514 credits_lot_not_consumed',
    'what is consumed is not cancelled');
SELECT pg_temp.accepted($$UPDATE shop.document SET state = 'cancelled'$$, 'both are');
SELECT is(credits.balance('A', 'SUPPORT'), 0::numeric, 'and nothing is left');

-- What follows a note joins it, whichever table it is in

CREATE TABLE shop.slip (
    id       int PRIMARY KEY,
    customer text,
    day      date DEFAULT '2026-01-01',
    item     text,
    quantity numeric,
    amount   numeric
);
CREATE TABLE shop.ticket (LIKE shop.slip INCLUDING ALL);
SELECT credits.attach('shop.slip', 'invoice', article => 'item', quantity => 'quantity', amount => 'amount',
    customer => 'customer', document_date => 'day', check_at => 'commit') \gset
SELECT credits.attach('shop.ticket', 'other', article => 'item', quantity => 'quantity', amount => NULL, customer => 'customer',
    document_date => 'day') \gset
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'C', 'S', 10, 1000);
INSERT INTO shop.ticket (id, customer, item, quantity) VALUES (1, 'C', 'H', 8);
SELECT pg_temp.check_now() \gset
SELECT is(credits.balance('C', 'SUPPORT'), 2.0000, 'a ticket uses what a slip sells in the same transaction');
UPDATE shop.slip SET customer = 'D';
UPDATE shop.ticket SET customer = 'D';
SELECT pg_temp.check_now() \gset
SELECT is(ARRAY[credits.balance('C', 'SUPPORT'), credits.balance('D', 'SUPPORT')], ARRAY[0.0000, 2.0000],
    'both move to another customer');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, 'D', 'S', 1, 100);
INSERT INTO shop.ticket (id, customer, item, quantity) VALUES (2, 'D', 'H', 4);
SELECT pg_temp.refused('SET CONSTRAINTS ALL IMMEDIATE', '23514 credits_balance_not_negative',
    'more than that is refused at commit');
DELETE FROM shop.ticket WHERE id = 2;
UPDATE shop.document SET state = 'posted', customer = 'D' WHERE id = 2;
SELECT pg_temp.refused('SET CONSTRAINTS ALL IMMEDIATE', '23514 credits_balance_not_negative',
    'so is a header that changed after a note');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (3, 'D', 'S', 2, 200);
SELECT pg_temp.check_now() \gset
SELECT is(credits.balance('D', 'SUPPORT'), 0.0000, 'with enough it is settled together with what was noted before and after it');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
