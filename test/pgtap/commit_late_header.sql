-- A header behind a deferrable foreign key may come after its lines: they wait for it, whenever their table is checked. SET
-- CONSTRAINTS ALL IMMEDIATE stands for the end of the transaction.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(56);

-- Given two tables of documents that come after their lines, one checked by statement, one at commit

CREATE TABLE shop.report (id int PRIMARY KEY, customer text, day date DEFAULT '2026-01-10', state text DEFAULT 'posted');
CREATE TABLE shop.report_line (report int REFERENCES shop.report DEFERRABLE INITIALLY DEFERRED,
                               line_no int, item text, quantity numeric, price numeric,
    PRIMARY KEY (report, line_no));
CREATE TABLE shop.visit (LIKE shop.report INCLUDING ALL);
CREATE TABLE shop.visit_line (report int REFERENCES shop.visit DEFERRABLE INITIALLY DEFERRED, line_no int,
                              item text, quantity numeric, price numeric,
    PRIMARY KEY (report, line_no));
SELECT credits.attach(t || '_line', 'service_report', article => 'item', quantity => 'quantity',
                      amount => 'price', customer => 'header.customer',
    document_date => 'header.day', document_number => 'header.id::text', header_table => t::regclass,
    counts_when => $$header.state = 'posted'$$,
    zero_columns => '{price}', check_at => check_at)
FROM (VALUES ('shop.report', 'statement'), ('shop.visit', 'commit')) AS of (t, check_at) \g /dev/null

CREATE FUNCTION pg_temp.end_of_transaction() RETURNS void
    LANGUAGE sql AS $$SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED$$;
CREATE FUNCTION pg_temp.save(statements text) RETURNS void LANGUAGE plpgsql AS
$$BEGIN EXECUTE statements; PERFORM pg_temp.end_of_transaction(); END$$;
CREATE FUNCTION pg_temp.saved(statements text, description text) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.accepted(format('SELECT pg_temp.save(%L)', statements), description)$$;
CREATE FUNCTION pg_temp.not_saved(statements text, how text, description text) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.refused(format('SELECT pg_temp.save(%L)', statements), how, description)$$;
CREATE FUNCTION pg_temp.balances(expected numeric[], description text) RETURNS text LANGUAGE sql AS
$$SELECT is(ARRAY(SELECT coalesce(credits.balance(c, 'SUPPORT'), 0) FROM unnest('{A,B}'::text[]) AS c), expected, description)$$;

CREATE FUNCTION pg_temp.all_of(head text, lines text) RETURNS SETOF text LANGUAGE plpgsql AS $test$
DECLARE
    entries bigint;
BEGIN
    -- Lines first
    EXECUTE format('INSERT INTO %s VALUES (1, 1, ''S'', 10, 1000), (1, 2, ''H'', 4, 200)', lines);
    RETURN NEXT pg_temp.balances('{0,0}', head || ': lines without their header book nothing');
    RETURN NEXT is((SELECT count(*) FROM credits.pending), 1::bigint, 'they wait');
    SET CONSTRAINTS credits.credits_check_at_commit IMMEDIATE;
    RETURN NEXT is((SELECT count(*) FROM credits.pending), 1::bigint, 'whoever checks before the commit hurries no header');
    SET CONSTRAINTS credits.credits_check_at_commit DEFERRED;
    EXECUTE format('INSERT INTO %s VALUES (1, ''A'')', head);
    PERFORM pg_temp.end_of_transaction();
    RETURN NEXT pg_temp.balances('{6,0}', 'with it, at the end, they are booked');
    RETURN NEXT is(pg_temp.outcome(format('INSERT INTO %s VALUES (9, 1, ''H'', 1, 0); SET CONSTRAINTS ALL IMMEDIATE', lines)),
                   '23503 ' ||
        split_part(lines, '.', 2) || '_report_fkey', 'a header that never comes is the foreign key''s refusal');
    EXECUTE format('SELECT price FROM %s WHERE line_no = 2', lines) INTO entries;
    RETURN NEXT is(entries, 0::bigint, 'the price of a consumption becomes 0');
    RETURN NEXT pg_temp.not_saved(format('INSERT INTO %s VALUES (2, 1, ''H'', 7, 0); INSERT INTO %s VALUES (2, ''A'')',
                                         lines, head),
        '23514 credits_balance_not_negative', 'too much is refused at the end');
    RETURN NEXT pg_temp.saved(format('INSERT INTO %1$s VALUES (3, 1, ''H'', 9, 0); INSERT INTO %2$s VALUES (3, ''A'');
        UPDATE %1$s SET quantity = 2 WHERE report = 3', lines, head), 'a line that waits may change');
    RETURN NEXT pg_temp.balances('{4,0}', 'and is booked as it is at last');
    RETURN NEXT pg_temp.saved(format('INSERT INTO %1$s VALUES (4, 1, ''H'', 9, 0); DELETE FROM %1$s WHERE report = 4', lines),
                              'or go');
    RETURN NEXT pg_temp.saved(
        format('INSERT INTO %1$s VALUES (4, 1, ''H'', 1, 0); UPDATE %1$s SET report = 3, line_no = 2 WHERE report = 4', lines),
        'or go to a document that is there');
    RETURN NEXT pg_temp.balances('{3,0}', 'which books it');
    entries := pg_temp.entries();

    -- A line that moves to a document that comes later
    RETURN NEXT pg_temp.saved(
        format('UPDATE %s SET report = 5, line_no = 7 WHERE report = 3 AND line_no = 2; INSERT INTO %s VALUES (5, ''A'')',
               lines, head),
        'a line moves to a document that comes after it');
    RETURN NEXT is(pg_temp.entries(), entries, 'of the same customer: its entry goes along');
    RETURN NEXT pg_temp.saved(format('UPDATE %1$s SET report = 6 WHERE report = 5; INSERT INTO %2$s VALUES (6, ''A'');
                                      UPDATE %1$s SET quantity = 2 WHERE report = 6;
        UPDATE %2$s SET day = ''2026-01-11'' WHERE id = 6', lines, head), 'line and header change once more while it waits');
    RETURN NEXT pg_temp.balances('{2,0}', 'it is booked once');

    -- Headers that go and come again
    entries := pg_temp.entries();
    RETURN NEXT pg_temp.saved(format('DELETE FROM %1$s WHERE id = 1; INSERT INTO %1$s VALUES (1, ''A'')', head),
                              'a header is deleted and inserted again');
    RETURN NEXT is(pg_temp.entries(), entries, 'as it was: that books nothing');
    RETURN NEXT pg_temp.saved(format('DELETE FROM %1$s WHERE id = 6; INSERT INTO %1$s VALUES (6, ''A'', DEFAULT, ''draft'')',
                                     head), 'as a draft');
    RETURN NEXT pg_temp.balances('{4,0}', 'its lines come back');
    RETURN NEXT pg_temp.saved(format('UPDATE %1$s SET id = 60 WHERE id = 6; INSERT INTO %1$s VALUES (6, ''A'')', head),
                              'a header is replaced by another one under its key');
    RETURN NEXT pg_temp.balances('{2,0}', 'its lines count as that one does');
    RETURN NEXT pg_temp.saved(format('UPDATE %1$s SET id = -id WHERE id IN (3, 60); UPDATE %1$s SET id = 63 + id WHERE id < 0',
                                     head),
        'two headers exchange their keys');
    RETURN NEXT pg_temp.balances('{4,0}', 'the lines of one are under a draft now');
    EXECUTE format('DELETE FROM %s', lines);
    EXECUTE format('DELETE FROM %s', head);
    PERFORM pg_temp.end_of_transaction();
    RETURN NEXT pg_temp.balances('{0,0}', 'all that is deleted has come back');
    RETURN NEXT pg_temp.all_in_order();
END $test$;

-- A line whose header is there waits for nothing

INSERT INTO shop.report VALUES (100, 'C');
INSERT INTO shop.report_line VALUES (100, 1, 'S', 1, 100);
SELECT is(credits.balance('C', 'SUPPORT'), 1::numeric, 'with its header there, a line is booked by its statement');
SELECT is((SELECT count(*) FROM credits.pending), 0::bigint, 'nothing waits');
DELETE FROM shop.report_line;

SELECT pg_temp.all_of('shop.report', 'shop.report_line');
SELECT pg_temp.all_of('shop.visit', 'shop.visit_line');

-- Set IMMEDIATE by its name, before the foreign key is checked, our check refuses what it could not follow any more

SELECT pg_temp.refused($$SET CONSTRAINTS credits.credits_check_at_commit, credits.credits_check_header_at_commit IMMEDIATE;
                         INSERT INTO shop.report_line VALUES (200, 1, 'H', 0, 0)$$,
    '23503 credits_header_present', 'a line without its header');
INSERT INTO shop.report VALUES (201, 'C');
INSERT INTO shop.report_line VALUES (201, 1, 'S', 1, 100);
SELECT pg_temp.refused($$SET CONSTRAINTS credits.credits_check_header_at_commit IMMEDIATE;
                         DELETE FROM shop.report WHERE id = 201$$,
    '23503 credits_header_present', 'a header that leaves its lines');

SELECT * FROM finish();
ROLLBACK;
