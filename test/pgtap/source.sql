-- A source outlives its table (rule 24): what is recorded for its lines is known by source and key, whatever became of the table.
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(98);

CREATE FUNCTION pg_temp.attach(line_table regclass, continues text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    SELECT credits.attach(line_table, 'invoice', 'item', 'quantity', 'amount', 'customer', 'day', continues => continues)
$$;
CREATE FUNCTION pg_temp.make(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE shop.%I (id integer PRIMARY KEY, customer text, day date DEFAULT ''2026-01-05'', item text,
                                          quantity numeric, amount numeric)', name);
END
$$;
-- The source of each line, and whether it has a table.
CREATE FUNCTION pg_temp.sources() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT format('%s of %s at %s', line_key, coalesce(source, '-'), coalesce(line_table::text, '-')), ', ')
    FROM credits.entry
    WHERE customer = 'A'
$$;
SET LOCAL client_min_messages = warning;

SELECT pg_temp.make('sold');
SELECT pg_temp.attach('shop.sold');
INSERT INTO shop.sold VALUES (1, 'A', '2026-01-05', 'S', 10, 1000), (2, 'A', '2026-01-06', 'H', 4, 0);
SELECT is(pg_temp.sources(), '1 of shop.sold at shop.sold, 2 of shop.sold at shop.sold', 'entries name their source');
SELECT is((SELECT source FROM credits.lot WHERE customer = 'A'), 'shop.sold', 'and so do lots');

-- Rebuilt under its name

CREATE FUNCTION pg_temp.rebuild(way text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM credits.detach('shop.sold');
    CREATE TABLE shop.made (LIKE shop.sold INCLUDING ALL);
    INSERT INTO shop.made SELECT * FROM shop.sold;
    IF way = 'renamed away' THEN
        ALTER TABLE shop.sold RENAME TO sold_before;
    ELSE
        DROP TABLE shop.sold;
    END IF;
    ALTER TABLE shop.made RENAME TO sold;
    PERFORM pg_temp.attach('shop.sold');
    DROP TABLE IF EXISTS shop.sold_before;
END
$$;
CREATE FUNCTION pg_temp.goes_on(what text, source text DEFAULT 'shop.sold') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT is((credits.take_in()).lines, 0::bigint, what || ': nothing is booked twice');
    RETURN NEXT is(credits.balance('A', 'SUPPORT'), 6::numeric, what || ': the balance is what it was');
    EXECUTE format('UPDATE %s SET quantity = 5 WHERE id = 2', source);
    RETURN NEXT is(credits.balance('A', 'SUPPORT'), 5::numeric, what || ': and a change is one');
    EXECUTE format('UPDATE %s SET quantity = 4 WHERE id = 2', source);
    RETURN NEXT is_empty('SELECT * FROM credits.verify()', what || ': all holds');
END
$$;
SELECT pg_temp.rebuild('dropped');
SELECT pg_temp.goes_on('made anew, the old one dropped');
SELECT pg_temp.rebuild('renamed away');
SELECT pg_temp.goes_on('made anew, the old one renamed');

-- Renamed while it is detached: it is the same table

SELECT credits.detach('shop.sold');
ALTER TABLE shop.sold RENAME TO sale;
SELECT pg_temp.attach('shop.sale');
SELECT pg_temp.goes_on('renamed while detached', 'shop.sale');
SELECT is(pg_temp.sources(), '1 of shop.sale at shop.sale, 2 of shop.sale at shop.sale', 'and the source has the new name');

-- Under another name

SELECT credits.detach('shop.sale');
CREATE SCHEMA later;
CREATE TABLE later.sales (LIKE shop.sale INCLUDING ALL);
INSERT INTO later.sales SELECT * FROM shop.sale;
DROP TABLE shop.sale;
SELECT is(pg_temp.sources(), '1 of shop.sale at -, 2 of shop.sale at -', 'a table that was dropped after detach leaves its name');
SELECT is((SELECT string_agg(invariant || ' ' || detail, E'\n') FROM credits.verify()),
    'lost_source shop.sale: the table is gone, and line 1 still has credits', 'and verify() tells');
SELECT pg_temp.refused($$SELECT pg_temp.attach('later.sales', 'shop.nothing')$$, '42704',
    'a source that never was is not continued');
SELECT pg_temp.refused($$SELECT pg_temp.attach('later.sales', 'shop.slip')$$, '42710', 'nor is one that is attached');
SELECT pg_temp.attach('later.sales', 'shop.sale');
SELECT pg_temp.goes_on('under another name, as attach was told', 'later.sales');
SELECT credits.detach('later.sales');
SELECT pg_temp.attach('later.sales');
SELECT pg_temp.goes_on('which needs to be told once', 'later.sales');
SELECT pg_temp.make('other');
SELECT pg_temp.attach('shop.other');
INSERT INTO shop.other VALUES (1, 'A', '2026-01-07', 'H', 1, 0);
SELECT credits.detach('shop.other'), credits.detach('later.sales');
SELECT pg_temp.refused($$SELECT pg_temp.attach('shop.other', 'later.sales')$$, '42710',
    'a table whose own lines are on record goes on no other source');
SELECT pg_temp.attach('later.sales'), pg_temp.attach('shop.other');
DELETE FROM shop.other;
SELECT pg_temp.goes_on('and nothing of that is lost', 'later.sales');

-- Renamed while it is attached

ALTER TABLE later.sales RENAME TO sold;
SELECT is((SELECT DISTINCT source FROM credits.lot WHERE customer = 'A'), 'later.sold', 'a source follows its table''s name');
SELECT is_empty('SELECT * FROM credits.verify()', 'and that is no fault');
CREATE TABLE later.sales (LIKE later.sold INCLUDING ALL);
SELECT is((SELECT string_agg(invariant || ' ' || detail, E'\n') FROM credits.verify()),
    'lost_source later.sold: it was later.sales when it was attached, and the table of that name is not attached',
    'another table under its former name is told');
ALTER SCHEMA later RENAME TO latest;
SELECT is((SELECT DISTINCT source FROM credits.lot WHERE customer = 'A'), 'latest.sold', 'and that of its schema');
CREATE FUNCTION pg_temp.lost() RETURNS text LANGUAGE sql AS
$$SELECT string_agg(detail, E'\n') FROM credits.verify() WHERE invariant = 'lost_source'$$;
CREATE SCHEMA later;
ALTER TABLE latest.sales SET SCHEMA later;
SELECT isnt(pg_temp.lost(), NULL, 'as long as it is there');
SELECT credits.attach_call('latest.sold') AS attach_call, credits.detach('latest.sold') \gset
:attach_call \g /dev/null
SELECT is(pg_temp.lost(), NULL, 'attached again, the renamed one has its name');
SELECT is((credits.take_in()).lines, 0::bigint, 'and its lines are known');
ALTER TABLE latest.sold RENAME TO was;
CREATE INDEX sold ON latest.was (day);
SELECT is(pg_temp.lost(), NULL, 'an index of the former name is no table');
DROP INDEX latest.sold;
ALTER TABLE latest.was RENAME TO sold;
DROP SCHEMA later CASCADE;

-- Not attached, and nothing of it counts: no fault.

DELETE FROM latest.sold;
INSERT INTO credits.take_in_refusal (line_table, line_key, sqlstate, message) VALUES ('latest.sold', '1', '23514', 'refused');
SELECT credits.detach('latest.sold') \g /dev/null
DROP TABLE latest.sold;
SELECT is_empty('SELECT FROM credits.take_in_refusal', 'what take_in() refused of a table goes with it: no bare oid is left');
SELECT is_empty('SELECT * FROM credits.verify()', 'a table that is gone with all that it had is no fault');

-- The call that made it, ready to run again, whatever was renamed since

CREATE TABLE shop."Doc" (no text PRIMARY KEY, party text, state text, day date);
CREATE TABLE shop."Doc line" (doc text REFERENCES shop."Doc", n integer, item text, state text, quantity numeric, price numeric,
                              PRIMARY KEY (doc, n));
SELECT credits.attach('shop."Doc line"', $$'delivery_note'$$, 'item', 'line.quantity * 1', NULL, 'header.party', 'header.day',
    header_table => 'shop."Doc"', zero_columns => '{price}', check_at => 'commit',
    counts_when => $$header.state = 'state' AND line.item IS NOT NULL AND line.state <> 'it''s'$$);
CREATE TABLE shop.party (code text PRIMARY KEY, name text, credits boolean);
SELECT credits.bind_customers('shop.party', 'party.code', 'credits', 'upper(name)');
SELECT is(credits.bind_call('shop.party'),
    $$SELECT credits.bind_customers(erp_table => 'shop.party', key => 'party.code', works_with_credits => 'credits', $$
    || $$name => 'upper(name)')$$, 'a call names its arguments');
CREATE FUNCTION pg_temp.kept() RETURNS SETOF jsonb LANGUAGE sql AS $$
    SELECT to_jsonb(s) - '{mapping,attached_at}'::text[] FROM credits.source AS s WHERE kind LIKE '%delivery%'
$$;
CREATE FUNCTION pg_temp.run_again() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line_table regclass := (SELECT s.line_table FROM credits.source AS s WHERE kind LIKE '%delivery%');
    attach_call text := credits.attach_call(line_table);
    party regclass := (SELECT erp_table FROM credits.binding);
    bind_call text := credits.bind_call(party);
    before jsonb := pg_temp.kept();
BEGIN
    PERFORM credits.detach(line_table), credits.unbind(party);
    EXECUTE attach_call;
    EXECUTE bind_call;
    RETURN nullif(pg_temp.kept(), before);
END
$$;
SELECT is(pg_temp.run_again(), NULL, 'it makes the same again');
ALTER TABLE shop."Doc" RENAME state TO "State";
ALTER TABLE shop."Doc line" RENAME state TO "Its state";
ALTER TABLE shop."Doc line" RENAME item TO thing;
ALTER TABLE shop."Doc line" RENAME quantity TO pieces;
ALTER TABLE shop."Doc line" RENAME n TO no;
ALTER TABLE shop."Doc line" RENAME price TO "Price";
ALTER TABLE shop."Doc line" RENAME TO doc_line;
ALTER TABLE shop.party RENAME code TO "Code";
ALTER TABLE shop.party RENAME name TO called;
ALTER TABLE shop.party RENAME TO "Party";
SELECT is((SELECT counts_when FROM credits.source WHERE line_table = 'shop.doc_line'::regclass),
    $$header."State" = 'state' AND line.thing IS NOT NULL AND line."Its state" <> 'it''s'$$, 'what was given follows new names');
SELECT is(pg_temp.run_again(), NULL, 'so it can be run again then, too');
CREATE TABLE shop."p(x [" ("a[b" text PRIMARY KEY, name text, "Name" text, kept text);
SELECT credits.bind_customers('shop."p(x ["', '"a[b"',
                              name => $$upper("p(x [".name) || "p(x ["."Name" || name || "kept" || KEPT$$);
SELECT pg_temp.accepted($$ALTER TABLE shop."p(x [" RENAME name TO "in\1"$$, 'a column is renamed whatever its table is called');
SELECT pg_temp.accepted($$ALTER TABLE shop."p(x [" RENAME "a[b" TO "a]b"$$, 'and whatever it is called itself');
SELECT is((SELECT format('%s: %s', key, name) FROM credits.binding WHERE erp_table = 'shop."p(x ["'::regclass),
    $$"a]b": upper("p(x ["."in\1") || "p(x ["."Name" || "in\1" || "kept" || KEPT$$,
    'one that differs in a capital is another one');
ALTER TABLE shop."p(x [" RENAME kept TO held;
SELECT is((SELECT name FROM credits.binding WHERE erp_table = 'shop."p(x ["'::regclass),
    $$upper("p(x ["."in\1") || "p(x ["."Name" || "in\1" || held || held$$, 'a bare name is followed, quoted or in capitals');
SELECT pg_temp.accepted($$SELECT credits.unbind('shop."p(x ["')$$, 'it is let go');
SELECT pg_temp.refused($$SELECT credits.attach_call('shop."Party"')$$, '42704', 'of what is not attached there is none');
SELECT pg_temp.refused($$SELECT credits.bind_call('shop.doc_line')$$, '42704', 'nor of what is not bound');

-- Gone for good: history that no table goes on

CREATE FUNCTION pg_temp.archived(source text) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.outcome(format('SELECT credits.archive_lost(%L)', source))$$;
SELECT pg_temp.make('old');
SELECT pg_temp.attach('shop.old');
INSERT INTO shop.old VALUES (1, 'A', '2025-11-05', 'S', 10, 1000), (2, 'A', '2025-11-06', 'H', 4, 0),
    (3, 'A', '2025-12-06', 'H', 1, 0), (4, 'A', '2025-12-07', 'H', 1, 0);
DELETE FROM shop.old WHERE id = 4;
CREATE TEMPORARY TABLE before AS SELECT * FROM credits.portfolio;
SELECT is(pg_temp.archived('shop.old'), '42704', 'what is attached is not lost');
SELECT credits.detach('shop.old') \g /dev/null
SELECT is(pg_temp.archived('shop.old'), '42704', 'nor what is detached');
DROP TABLE shop.old;
SELECT isnt(pg_temp.lost(), NULL, 'a table that is gone is told');
SELECT is(pg_temp.archived('shop.old'), '23514 credits_month_open', 'as long as its months are open');
DO $$
DECLARE
    why text;
BEGIN
    PERFORM credits.archive_lost('shop.old');
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    CREATE TEMPORARY TABLE told AS SELECT why;
END
$$;
SELECT is(why, 'A line is dated 2025-12-07. No month is closed.', 'it is told that none is closed') FROM told;
SELECT credits.close_month('2025-11-01') \g /dev/null
SELECT is(pg_temp.archived('shop.old'), '23514 credits_month_open', 'all of them');
SELECT credits.close_month('2025-12-01') \g /dev/null
SELECT isnt(pg_temp.lost(), NULL, 'and until somebody says that nothing goes on');
SELECT is(pg_temp.archived(name), outcome, coalesce(name, 'null') || ' is no name of it') FROM (VALUES
    ('shop.never', '42704'), ('old', '42704'), ('1', '42704'), ('', '42704'), (NULL, '22004')) AS t (name, outcome);
SELECT is(credits.archive_lost('shop.old'), 4::bigint, 'then it is history');
SELECT is_empty('SELECT * FROM credits.verify()', 'and no fault');
SELECT bag_eq('SELECT * FROM credits.portfolio', 'SELECT * FROM before', 'nothing moves');
SELECT is((SELECT string_agg(DISTINCT source, ', ') FROM credits.entry WHERE customer = 'A' AND booked_on < '2026-01-01'),
    'shop.old', 'its entries keep the name');
SELECT is(credits.archive_lost('shop.old'), 0::bigint, 'said again, nothing is left');
SELECT pg_temp.make('old');
INSERT INTO shop.old VALUES (1, 'A', '2025-11-05', 'S', 10, 1000), (2, 'A', '2025-11-06', 'H', 4, 0),
    (3, 'A', '2025-12-06', 'H', 1, 0), (5, 'A', '2026-01-06', 'H', 1, 0);
SELECT pg_temp.attach('shop.old');
SELECT is((credits.take_in()).lines, 1::bigint, 'a table that comes back is not booked twice');
SELECT is_empty('SELECT * FROM credits.verify()', 'and all holds');
DELETE FROM shop.old WHERE id < 5;
SELECT bag_eq('SELECT customer, sold FROM credits.portfolio', 'SELECT customer, sold FROM before',
    'nor do its old lines come back');
INSERT INTO shop.old VALUES (6, 'A', '2026-01-07', 'S', 1, 10);
SELECT credits.detach('shop.old') \g /dev/null
DROP TABLE shop.old;
SELECT is(pg_temp.archived('shop.old'), '23514 credits_month_open', 'what came after is told again');
SELECT credits.close_month('2026-01-01') \g /dev/null
SELECT is(credits.archive_lost('shop.old'), 2::bigint, 'and goes to the same archive');
SELECT is((SELECT count(*) FROM credits._source WHERE name = 'shop.old' AND archive_of IS NOT NULL),
    1::bigint, 'of which there is one');
SELECT is_empty('SELECT * FROM credits.verify()', 'and all holds then');

-- Names of several parts, and odd ones

CREATE TABLE shop."Odd ""Table""" (LIKE shop.slip INCLUDING ALL);
CREATE TABLE shop.even (LIKE shop.slip INCLUDING ALL);
CREATE FUNCTION pg_temp.message(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.attach_even(continues text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.message(format('SELECT credits.attach(''shop.even'', ''cash_sale'', ''item'', ''quantity'', ''amount'', '
                                  '''customer'', ''day'', continues => %L)', continues))
$$;
SELECT is(pg_temp.message(format('SELECT credits.%s(%L)', function, 'shop."Odd ""Table"""')), message, function || ' names it')
FROM (VALUES ('attach_call', 'table "shop.Odd "Table"" is not attached to credits'),
             ('bind_call', 'table "shop.Odd "Table"" is not bound to credits')) AS t (function, message);
SELECT is(pg_temp.message('SELECT credits.attach_call(1::regclass)'),
    'table "1" is not attached to credits', 'or one that is gone');
SELECT credits.attach('shop."Odd ""Table"""', 'cash_sale', 'item', 'quantity', 'amount', 'customer', 'day');
SELECT is(pg_temp.attach_even(name), message, name || ' is told once') FROM (VALUES
    ('shop."Odd ""Table"""', 'source "shop.Odd "Table"" is attached'),
    (format('%I.shop."Odd ""Table"""', current_database()), 'source "shop.Odd "Table"" is attached'),
    ('shop.shop."Odd ""Table"""', 'source "shop.shop."Odd ""Table"""" is not known'),
    ('a.b.c.d', 'source "a.b.c.d" is not known')) AS t (name, message);
INSERT INTO shop."Odd ""Table""" (id, customer, item, quantity, amount) VALUES (1, 'B', 'S', 1, 100);
SELECT credits.detach('shop."Odd ""Table"""') \g /dev/null
SELECT is(pg_temp.attach_even(format('%I.shop."Odd ""Table"""', current_database())), 'accepted',
    'a source is continued by its name with the database''s');
SELECT is((SELECT source FROM credits.lot WHERE customer = 'B'), 'shop.even', 'and goes on');
SELECT pg_temp.accepted($$SELECT credits.detach('shop.even')$$, 'it is let go');

-- Of several sources of one name a table goes on the one that had it last

SELECT pg_temp.make('first');
SELECT pg_temp.make('second');
SELECT pg_temp.attach('shop.first');
INSERT INTO shop.first VALUES (1, 'C', '2026-02-05', 'S', 10, 1000);
INSERT INTO shop.second TABLE shop.first;
SELECT pg_temp.attach('shop.second'); -- by mistake: it should go on
SELECT credits.detach('shop.second'), credits.detach('shop.first') \g /dev/null
SELECT pg_temp.attach('shop.second', continues => 'shop.first');
SELECT is_empty('SELECT * FROM credits.verify()', 'a table that was a source without a line goes on another one');
CREATE FUNCTION pg_temp.make_again(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM credits.detach(format('shop.%I', name)::regclass);
    PERFORM pg_temp.make('made');
    EXECUTE format('INSERT INTO shop.made TABLE shop.%I', name);
    EXECUTE format('DROP TABLE shop.%I', name);
    EXECUTE format('ALTER TABLE shop.made RENAME TO %I', name);
    PERFORM pg_temp.attach(format('shop.%I', name)::regclass);
END
$$;
SELECT pg_temp.make_again('second');
SELECT is_empty('SELECT * FROM credits.verify()', 'and on this one when it is made anew');
SELECT pg_temp.make('third');
SELECT pg_temp.attach('shop.third');
INSERT INTO shop.third VALUES (1, 'C', '2026-02-05', 'S', 4, 400);
SELECT credits.detach('shop.third') \g /dev/null
ALTER TABLE shop.third RENAME TO third_before;
SET LOCAL client_min_messages = error;
ALTER TABLE shop.second RENAME TO third;
SET LOCAL client_min_messages = warning;
SELECT pg_temp.make_again('third');
SELECT is_empty('SELECT * FROM credits.verify()', 'so does one that took the name of another one later');
SELECT is((credits.take_in()).lines, 0::bigint, 'nothing is booked twice');
SELECT is(credits.balance('C', 'SUPPORT'), 14::numeric, 'and nothing is lost');
-- A table that was attached before it had a line, and then takes the place of another one

SELECT pg_temp.make('fourth');
SELECT pg_temp.attach('shop.fourth');
SELECT credits.detach('shop.fourth'), credits.detach('shop.third') \g /dev/null
INSERT INTO shop.fourth TABLE shop.third;
ALTER TABLE shop.third RENAME TO third_then;
ALTER TABLE shop.fourth RENAME TO third;
SELECT pg_temp.attach('shop.third');
SELECT is_empty('SELECT * FROM credits.verify()', 'it goes on, as a new one would');
SELECT is((credits.take_in()).lines, 0::bigint, 'its lines are booked once');
SELECT credits.detach('shop.third') \g /dev/null
ALTER TABLE shop.third RENAME TO fourth;
SELECT pg_temp.attach('shop.fourth');
SELECT is_empty('SELECT * FROM credits.verify()', 'now they are its own, whatever its name is');
ALTER TABLE shop.fourth RENAME TO third;
SELECT credits.detach('shop.third'), credits.close_month('2026-02-01') \g /dev/null

-- A dump that has left out tables of lines has lost the list of sources

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'B', 'S', 1, 100);
DELETE FROM credits._source;
SELECT is((SELECT count(*) FROM credits.verify() WHERE invariant = 'lost_source'
           AND detail LIKE 'source %: it is not known any more%'),
    (SELECT count(DISTINCT source_no) FROM credits._entry_by_customer), 'sources that are not known are told');
SELECT is(pg_temp.lost() IS NULL, false, 'and stay so');
SELECT credits.archive_lost(source_no::text)
FROM (SELECT DISTINCT source_no FROM credits._entry_by_customer WHERE source_no IS NOT NULL) AS s;
SELECT is(pg_temp.lost(), NULL, 'until they are history');

SELECT * FROM finish();
ROLLBACK;
