-- A line whose row cannot be read (rule 24): left alone where its article has no credits, else the save is refused and names it;
-- verify() and take_in() name it and go on.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(113);

-- Refused for a row that cannot be read, in words that name table and key and give the reason.
CREATE FUNCTION pg_temp.unreadable(statement text, named text, description text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
    rule text;
BEGIN
    EXECUTE statement;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN is('accepted', named, description);
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, rule = CONSTRAINT_NAME;
    RETURN is(rule || ': ' || said, 'credits_line_readable: ' || named, description);
END
$$;

CREATE FUNCTION pg_temp.kept(statement text, description text) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.accepted(statement || '; SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED', description)$$;

-- `bad` names the fact that fails: by a function of the owner's, or by PostgreSQL itself.
CREATE FUNCTION shop.tell(fact text, bad text, value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF fact = bad THEN
        RAISE EXCEPTION 'boo' USING ERRCODE = 'AB123';
    END IF;
    RETURN value;
END
$$;
CREATE TABLE shop.doc (id integer PRIMARY KEY, customer text DEFAULT 'A', day text DEFAULT '2026-01-10',
                       state text DEFAULT 'posted', bad text);
CREATE TABLE shop.task (id integer PRIMARY KEY, doc integer REFERENCES shop.doc, item text, quantity numeric DEFAULT 1,
                        per numeric DEFAULT 1, bad text, made_from integer, price numeric DEFAULT 9);
CREATE TABLE shop.later (LIKE shop.task INCLUDING ALL, FOREIGN KEY (doc) REFERENCES shop.doc);

DO $$
DECLARE
    way record;
BEGIN
    FOR way IN VALUES ('shop.task', 'statement'), ('shop.later', 'commit') LOOP
        PERFORM credits.attach(way.column1::regclass,
            $x$CASE WHEN shop.tell('kind', line.bad, 'a') = 'a' THEN 'helpdesk' ELSE 'other' END$x$,
            article => $x$shop.tell('article', line.bad, line.item)$x$,
            quantity => $x$shop.tell('quantity', line.bad, '1')::numeric * ceil(line.quantity / line.per)$x$,
            amount => $x$shop.tell('amount', line.bad, '100')::numeric$x$,
            customer => $x$shop.tell('customer', line.bad, header.customer)$x$,
            document_date
                =>
                $x$(shop.tell('document_date', line.bad, replace(header.day, '-', '')::integer::text))::integer
                    - 20260110 + date '2026-01-10'$x$,
            document_number => $x$shop.tell('document_number', line.bad, 'n')$x$,
            header_table => 'shop.doc',
            applies_to => $x$shop.tell('applies_to', line.bad, 'y') = 'y' AND line.bad IS DISTINCT FROM 'aside'$x$,
            counts_when => $x$shop.tell('counts_when', line.bad, header.state) = 'posted' AND header.bad IS NULL$x$,
            currency => $x$shop.tell('currency', line.bad, 'EUR')$x$,
            entered_by => $x$shop.tell('entered_by', line.bad, 'Eve')$x$,
            refers_to => $x$shop.tell('refers_to', line.bad, NULL)$x$,
            origin => $x$shop.tell('origin', line.bad, line.made_from::text)$x$,
            zero_columns => '{price}', check_at => way.column2);
    END LOOP;
END
$$;
CREATE FUNCTION shop.say(code text) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE EXCEPTION 'boo' USING ERRCODE = code; END$$;
CREATE TABLE shop.code (id integer PRIMARY KEY, customer text, item text, says text);
SELECT credits.attach('shop.code', 'event', 'item', 'shop.say(line.says)', NULL, 'customer', $$date '2026-01-10'$$) \g /dev/null
SELECT credits.register_sale('A', 'SUPPORT', 100, 1000, 'x', '2026-01-01') \g /dev/null
INSERT INTO shop.doc (id, state) VALUES (1, 'draft'), (2, 'posted'), (3, 'posted');

CREATE TEMPORARY TABLE fact AS
SELECT name, row_number() OVER () AS no
FROM
    unnest(
    '{kind,quantity,amount,customer,document_date,document_number,'
    'applies_to,counts_when,currency,entered_by,refers_to,origin}'::text[]) AS name;

-- whatever cannot be read of a line without credits, it is saved, with others and by itself
SELECT pg_temp.kept(format('INSERT INTO shop.%s (id, doc, item, bad) VALUES (%s, 1, ''X'', %L), (%s, 1, NULL, %2$L)',
                           way, no, name, 100 + no),
    format('%s: a remark whose %s cannot be read is left alone', way, name))
FROM fact, unnest('{task,later}'::text[]) AS way;
SELECT pg_temp.kept(format('INSERT INTO shop.%s (id, doc, item, per) VALUES (50, 1, ''X'', 0), (51, 1, ''H'', 1)', way),
                    way || ': by PostgreSQL itself, too')
FROM unnest('{task,later}'::text[]) AS way;
SELECT pg_temp.kept('UPDATE shop.doc SET state = ''posted'' WHERE id = 1', 'a document with such lines is posted');
SELECT is(credits.balance('A', 'SUPPORT'), 98.0, 'and its other lines are booked');
SELECT pg_temp.kept('UPDATE shop.doc SET day = ''2026-01-11'' WHERE id = 1', 'it gets another date');
SELECT pg_temp.kept(format('UPDATE shop.%s SET quantity = 2 WHERE id < 50', way), 'remarks change')
FROM unnest('{task,later}'::text[]) AS way;
SELECT pg_temp.kept(format('DELETE FROM shop.%s WHERE id < 50 OR id > 100', way), 'and go')
FROM unnest('{task,later}'::text[]) AS way;
SELECT is_empty('SELECT * FROM credits.verify()', 'nothing is wrong with them');

-- of one with credits it is refused
SELECT pg_temp.unreadable(format('INSERT INTO shop.%s (id, doc, item, bad) VALUES (7, 2, ''H'', %L)', way, name),
    format('line "7" of table shop.%s cannot be read: boo', way),
    format('%s: a consumption whose %s cannot be read is refused', way, name))
FROM (TABLE fact UNION ALL VALUES ('article', 0)) AS fact, unnest('{task,later}'::text[]) AS way;
SELECT pg_temp.unreadable(format('INSERT INTO shop.%s (id, doc, item, per) VALUES (7, 2, ''X'', 0), (8, 2, ''H'', 0)', way),
    format('line "8" of table shop.%s cannot be read: division by zero', way), way || ': the reason is PostgreSQL''s')
FROM unnest('{task,later}'::text[]) AS way;
SELECT pg_temp.unreadable(format('UPDATE shop.%s SET per = 0 WHERE id = 51', way),
    format('line "51" of table shop.%s cannot be read: division by zero', way), way || ': so is a change that makes it so')
FROM unnest('{task,later}'::text[]) AS way;
SELECT pg_temp.unreadable(format('INSERT INTO shop.code (id, customer, item, says) VALUES (7, ''A'', ''H'', %L)', code),
    'line "7" of table shop.code cannot be read: boo', code || ': whatever a function says by RAISE, it is its own')
FROM unnest('{40001,40P01,57014,53200,55P03,XX001,58000}'::text[]) AS code;
SELECT pg_temp.unreadable('DELETE FROM shop.later WHERE id = 51; UPDATE shop.doc SET day = ''tomorrow'' WHERE id = 1',
    'line "51" of table shop.task cannot be read: invalid input syntax for type integer: "tomorrow"', 'and one of the document');
SELECT is((SELECT array_agg(price ORDER BY price) FROM (TABLE shop.task UNION ALL TABLE shop.later) AS line WHERE id IN (50, 51)),
          '{0, 0, 9, 9}', 'a remark keeps its price');
SELECT pg_temp.kept(format(
    'INSERT INTO shop.%s (id, doc, item, bad) VALUES (9, 2, ''H'', ''aside''); DELETE FROM shop.%1$s WHERE id = 9', way),
'outside applies_to nothing is read')
FROM unnest('{task,later}'::text[]) AS way;

-- what was booked comes back
SELECT pg_temp.kept(format('UPDATE shop.%s SET item = ''X'', per = 0 WHERE id = 51', way),
                    way || ': a consumption becomes a remark that cannot be read')
FROM unnest('{task,later}'::text[]) AS way;
SELECT is(credits.balance('A', 'SUPPORT'), 100.0, 'and gives back what it had');
SELECT pg_temp.kept(format('UPDATE shop.%s SET item = ''H'', per = 1 WHERE id = 51', way), way || ': and the other way round')
FROM unnest('{task,later}'::text[]) AS way;
UPDATE credits.article SET type_id = NULL, coefficient = NULL WHERE article = 'H';
SELECT pg_temp.unreadable(format('UPDATE shop.%s SET per = 0 WHERE id = 51', way),
    format('line "51" of table shop.%s cannot be read: division by zero', way),
    way || ': a line that is booked keeps its terms (rule 16)')
FROM unnest('{task,later}'::text[]) AS way;
SELECT pg_temp.kept(format(
    'INSERT INTO shop.%s (id, doc, item, per) VALUES (52, 2, ''H'', 0); DELETE FROM shop.%1$s WHERE id = 52', way),
    way || ': a new one has none') FROM unnest('{task,later}'::text[]) AS way;
UPDATE credits.article SET type_id = 101, coefficient = -1 WHERE article = 'H';

-- behind the triggers
SET LOCAL session_replication_role = replica;
INSERT INTO shop.task (id, doc, item, bad)
SELECT 200 + no, 3, 'H', name FROM fact UNION ALL SELECT 300 + no, 3, 'X', name FROM fact;
INSERT INTO shop.later (id, doc, item, bad) VALUES (200, 3, 'X', 'article'), (201, 3, 'H', NULL);
UPDATE shop.task SET per = 0 WHERE id = 51;
SET LOCAL session_replication_role = origin;
SELECT set_eq($$SELECT invariant, detail FROM credits.verify()$$, $$
    SELECT 'unreadable_line' AS a, format('line "%s" of table shop.task cannot be read: boo', 200 + no) FROM fact
    UNION ALL VALUES ('unreadable_line', 'line "200" of table shop.later cannot be read: boo'),
                     ('unreadable_line', 'line "51" of table shop.task cannot be read: division by zero'),
                     ('unbooked_line', 'shop.later, line 201: it wants -1 credits')$$,
    'verify() names the lines with credits, and goes on');
SELECT is((SELECT count(*) FROM credits._verify_unreadable_line), 14::bigint, 'so does the view of the invariant');
SELECT pg_temp.unreadable('SELECT credits.take_in()', 'line "201" of table shop.task cannot be read: boo',
                          'take_in() stops at one');
SELECT results_eq($$SELECT * FROM credits.take_in(on_refusal => 'report')$$,
                  $$VALUES (1::bigint, 0::bigint, 1::bigint, 14::bigint)$$,
    'or reports them, and goes on');
SELECT set_eq($$SELECT line_table::text, line_key, sqlstate, constraint_name FROM credits.take_in_refusal$$, $$
    SELECT 'shop.task' AS a, (200 + no)::text AS b, '23514' AS c, 'credits_line_readable' AS d FROM fact
    UNION ALL VALUES ('shop.later', '200', '23514', 'credits_line_readable'),
        ('shop.task', '51', '23514', 'credits_line_readable')$$,
    'each by its key');
SELECT is(credits.balance('A', 'SUPPORT'), 97.0, 'what is booked for one stays');
SELECT results_eq($$SELECT refused FROM credits.take_in('{shop.later}', on_refusal => 'report')$$,
                  'VALUES (1::bigint)', 'of the tables that are asked for');

-- whatever the function says
CREATE OR REPLACE FUNCTION shop.tell(fact text, bad text, value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF fact = bad THEN
        RAISE EXCEPTION 'boo' USING ERRCODE = (ARRAY['57014', '40001', '53200', 'XX000', 'P0004'])[1 + length(fact) % 5];
    END IF;
    RETURN value;
END
$$;
SELECT is((SELECT count(*) FROM credits.verify()), 14::bigint, 'that the query was cancelled, or anything else, it stops nobody');

-- correcting them is free
SELECT pg_temp.kept('DELETE FROM shop.task WHERE id BETWEEN 200 AND 206', 'such a line can be deleted');
SELECT pg_temp.kept('UPDATE shop.task SET bad = NULL WHERE id BETWEEN 207 AND 212', 'or corrected');
SELECT pg_temp.kept('UPDATE shop.task SET item = ''X'' WHERE id = 212', 'or become a remark');
SELECT pg_temp.kept('UPDATE shop.task SET per = 1 WHERE id = 51', 'also one that is booked');
SELECT pg_temp.kept('DELETE FROM shop.later WHERE id = 200', 'also one whose article cannot be read');
SELECT pg_temp.all_in_order();
SELECT is(credits.balance('A', 'SUPPORT'), 92.0, 'and is booked then');

-- chains: what a line is made from counts whatever its article
CREATE TABLE shop.bill (id integer PRIMARY KEY, item text, quantity numeric DEFAULT 1, per numeric DEFAULT 1, note integer);
CREATE TABLE shop.note (LIKE shop.bill INCLUDING ALL);
DO $$
BEGIN
    PERFORM credits.attach('shop.note', 'delivery_note', 'item', 'line.quantity / line.per', NULL,
                           $x$left('A', 1 / line.per::integer)$x$,
        $x$date '2026-01-10'$x$, origin => 'note', origin_table => 'shop.note');
    PERFORM credits.attach('shop.bill', 'invoice', 'item', 'line.quantity / line.per', NULL, $x$'A'$x$, $x$date '2026-01-10'$x$,
        origin => '(line.note / line.per::integer)::text', origin_table => 'shop.note');
END
$$;
SELECT pg_temp.kept('INSERT INTO shop.note VALUES (1, ''X'', 1, 0), (2, ''H'', 1, 1)',
                    'a remark among what others are made from');
SELECT pg_temp.kept('UPDATE shop.note SET quantity = 3 WHERE id = 1', 'changes');
SELECT pg_temp.kept('INSERT INTO shop.bill VALUES (1, ''X'', 1, 0, 1), (2, ''H'', 1, 1, 2)', 'a remark made from a remark');
SELECT pg_temp.kept('DELETE FROM shop.note WHERE id = 2', 'what was made from one is found beside it');
SELECT is(credits.balance('A', 'SUPPORT'), 91.0, 'and consumes itself');
SELECT pg_temp.unreadable('INSERT INTO shop.bill VALUES (3, ''H'', 1, 1, 1)',
                          'line "1" of table shop.note cannot be read: division by zero',
    'a line with credits needs to know whether it is covered');
SET LOCAL session_replication_role = replica;
INSERT INTO shop.bill VALUES (3, 'H', 1, 1, 1);
SET LOCAL session_replication_role = origin;
SELECT results_eq('SELECT invariant, detail FROM credits.verify()', $$VALUES ('unreadable_line',
    'line "3" of table shop.bill was made from one that cannot be read: '
    'line "1" of table shop.note cannot be read: division by zero')$$,
    'verify() names it');
SELECT pg_temp.kept('DELETE FROM shop.note WHERE id = 1', 'what covers a line may go');
SELECT pg_temp.all_in_order();

-- bound tables
CREATE TABLE shop.client (id text PRIMARY KEY, points integer, per integer);
INSERT INTO shop.client VALUES ('K1', 1, 1), ('K2', 1, 1), ('K3', 0, 1);
SELECT credits.bind_customers('shop.client', 'id', 'points / per > 0') \g /dev/null
SET LOCAL session_replication_role = replica;
UPDATE shop.client SET per = 0 WHERE id = 'K1';
UPDATE shop.client SET points = 0 WHERE id = 'K2';
SET LOCAL session_replication_role = origin;
SELECT results_eq('SELECT invariant, customer, detail LIKE ''%division by zero'' FROM credits.verify()',
    $$VALUES ('customer_as_bound', 'K1', true), ('customer_as_bound', 'K2', false)$$,
    'of a bound table verify() names the row, and goes on');

-- what cannot be read as a whole: the protection was off
ALTER EVENT TRIGGER credits_before_command DISABLE;
ALTER EVENT TRIGGER credits_after_drop DISABLE;
ALTER EVENT TRIGGER credits_after_command DISABLE;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (1, 'A', 'H', 1);
ALTER TABLE shop.slip DROP CONSTRAINT slip_pkey;
SET LOCAL session_replication_role = replica;
INSERT INTO shop.note VALUES (5, 'H', 1, 1, NULL);
SET LOCAL session_replication_role = origin;
SELECT set_eq('SELECT invariant, split_part(detail, '','', 1) FROM credits.verify() WHERE invariant <> ''customer_as_bound''',
    $$VALUES ('source_whole', 'shop.slip: it cannot be read: table "slip" has no fitting key'), ('unbooked_line', 'shop.note')$$,
    'of a table that cannot be read verify() says just that, and goes on with the others');
SELECT pg_temp.unreadable('SELECT credits.take_in()', 'shop.slip: it cannot be read: table "slip" has no fitting key',
                          'take_in() stops at it');
SELECT results_eq($$SELECT lines, refused FROM credits.take_in(on_refusal => 'report')$$, 'VALUES (1::bigint, 1::bigint)',
                  'or goes on with the others');
SELECT set_eq('SELECT line_table::text, line_key FROM credits.take_in_refusal', $$VALUES ('shop.slip', '')$$,
              'reports it without a key');

SELECT * FROM finish();
ROLLBACK;
