-- Traps: what users' own triggers, and statements that do several things at once, make of a line while it is on its way. The
-- ledger always follows the line as it is in the end.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(45);

-- The credits that a line has in the ledger: a negative number for a consumption, null when it never had any.
CREATE FUNCTION pg_temp.booked_for(line_table regclass, key text) RETURNS numeric LANGUAGE sql AS
$$SELECT trim_scale(sum(quantity)) FROM credits.entry WHERE entry.line_table = booked_for.line_table AND line_key = key$$;

-- A trigger of the shop's own: does to the row, whose key takes the place of %s, what its argument says.
CREATE FUNCTION shop.act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(TG_ARGV[0], coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> TG_ARGV[1]);
    RETURN NULL;
END
$$;
CREATE FUNCTION pg_temp.meanwhile(event text, act text, statement text, key text DEFAULT 'id') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER act AFTER %s FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION shop.act(%L, %L)',
                   event, act, key);
    EXECUTE statement;
    EXECUTE format('DROP TRIGGER act ON %s', split_part(event, ' ON ', 2));
END
$$;

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 100, 1000), (2, 'B', 'S', 100, 1000);
INSERT INTO shop.invoice (number, customer, state)
VALUES ('I-1', 'A', 'posted'), ('I-2', 'B', 'posted'), ('I-3', 'A', 'draft'), ('I-4', NULL, 'posted');

-- A trigger that reads its transition tables before ours does: they are shared, with their read position.

CREATE TABLE shop.seen (by text, rows bigint);
CREATE FUNCTION shop.scan_new() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN INSERT INTO shop.seen SELECT TG_NAME, count(*) FROM new_rows; PERFORM FROM new_rows LIMIT 1; RETURN NULL; END$$;
CREATE FUNCTION shop.scan_old() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN INSERT INTO shop.seen SELECT TG_NAME, count(*) FROM old_rows; PERFORM FROM old_rows LIMIT 1; RETURN NULL; END$$;
CREATE FUNCTION shop.scan_both() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN INSERT INTO shop.seen SELECT TG_NAME, count(*) FROM old_rows, new_rows; PERFORM FROM old_rows, new_rows LIMIT 1;
  RETURN NULL; END$$;
CREATE TRIGGER aa_insert AFTER INSERT ON shop.invoice_line REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION shop.scan_new();
CREATE TRIGGER aa_update AFTER UPDATE ON shop.invoice_line REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION shop.scan_both();
CREATE TRIGGER aa_delete AFTER DELETE ON shop.invoice_line REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION shop.scan_old();
CREATE TRIGGER aa_header AFTER UPDATE ON shop.invoice REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION shop.scan_both();
CREATE TRIGGER zzz_insert AFTER INSERT ON shop.invoice_line REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION shop.scan_new();
CREATE TRIGGER zzz_update AFTER UPDATE ON shop.invoice_line REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION shop.scan_both();
CREATE TRIGGER zzz_delete AFTER DELETE ON shop.invoice_line REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION shop.scan_old();
CREATE TRIGGER zzz_header AFTER UPDATE ON shop.invoice REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION shop.scan_both();
INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-1', 1, 'H', 2), ('I-1', 2, 'H', 3);
SELECT is(credits.balance('A', 'SUPPORT'), 95::numeric, 'lines that another trigger has scanned are booked');
UPDATE shop.invoice_line SET quantity = quantity + 1 WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 93::numeric, 'changed ones, too');
UPDATE shop.invoice SET state = 'draft' WHERE number IN ('I-1', 'I-3');
SELECT is(credits.balance('A', 'SUPPORT'), 100::numeric, 'those of a changed header');
UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-1';
DELETE FROM shop.invoice_line WHERE number = 'I-1';
SELECT is(credits.balance('A', 'SUPPORT'), 100::numeric, 'and deleted ones');
SELECT results_eq('SELECT by, rows FROM shop.seen ORDER BY 1, 2',
    $$VALUES ('aa_delete', 2::bigint), ('aa_header', 1), ('aa_header', 4), ('aa_insert', 2), ('aa_update', 4),
             ('zzz_delete', 2), ('zzz_header', 1), ('zzz_header', 4), ('zzz_insert', 2), ('zzz_update', 4)$$,
    'the others see all rows, before us and after us');
DROP FUNCTION shop.scan_new(), shop.scan_old(), shop.scan_both() CASCADE;

-- A row trigger that changes or deletes the line in between: its statement is settled first, then ours holds an old image.

SELECT pg_temp.meanwhile('INSERT ON shop.slip', 'UPDATE shop.slip SET quantity = 5 WHERE id = %s',
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (11, 'A', 'H', 2), (12, 'A', 'H', 3)$$);
SELECT is(pg_temp.booked_for('shop.slip', '11') || ' ' || pg_temp.booked_for('shop.slip', '12'),
          '-5 -5', 'a line that is changed right after it came');
SELECT pg_temp.meanwhile('INSERT ON shop.slip',
                         'UPDATE shop.slip SET quantity = 0 WHERE id = 11; UPDATE shop.slip SET quantity = 1 WHERE id = %s',
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (13, 'A', 'H', 90)$$);
SELECT is(pg_temp.booked_for('shop.slip', '13'), -1::numeric, 'or is lowered to what is there');
SELECT pg_temp.meanwhile('INSERT ON shop.slip', 'DELETE FROM shop.slip WHERE id = %s',
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (14, 'A', 'H', 2)$$);
SELECT is(pg_temp.booked_for('shop.slip', '14'), NULL, 'or deleted');
SELECT pg_temp.meanwhile('INSERT ON shop.slip', 'DELETE FROM shop.slip WHERE id = %s + 1',
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (15, 'A', 'H', 2), (16, 'A', 'H', 3)$$);
SELECT is(pg_temp.booked_for('shop.slip', '15'), -2::numeric, 'a line whose neighbour is deleted');
SELECT is(pg_temp.booked_for('shop.slip', '16'), NULL, 'and the neighbour');
SELECT pg_temp.meanwhile('INSERT ON shop.slip', 'UPDATE shop.slip SET id = id + 1000 WHERE id = %s',
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (17, 'A', 'H', 2)$$);
SELECT is(pg_temp.booked_for('shop.slip', '1017'), -2::numeric, 'a line whose key is changed');
SELECT is(coalesce(pg_temp.booked_for('shop.slip', '17'), 0), 0::numeric, 'is not booked under the old one');
SELECT pg_temp.meanwhile('INSERT ON shop.slip', $$UPDATE shop.slip SET customer = 'B' WHERE id = %s$$,
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (18, 'A', 'H', 2)$$);
SELECT results_eq($$SELECT DISTINCT customer FROM credits.entry WHERE line_key = '18' GROUP BY customer
                    HAVING sum(quantity) <> 0$$,
    ARRAY['B' COLLATE "C"], 'a line that is given to another customer');
SELECT pg_temp.meanwhile('INSERT ON shop.slip', $$UPDATE shop.slip SET item = 'H' WHERE id = %s$$,
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (19, 'A', 'X', 2)$$);
SELECT is(pg_temp.booked_for('shop.slip', '19'), -2::numeric, 'an article that gets a credits article');
SELECT pg_temp.meanwhile('INSERT ON shop.slip', $$UPDATE shop.slip SET item = 'X' WHERE id = %s$$,
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (20, 'A', 'H', 2)$$);
SELECT is(coalesce(pg_temp.booked_for('shop.slip', '20'), 0), 0::numeric, 'and loses one');
SELECT pg_temp.meanwhile('INSERT ON shop.slip', 'UPDATE shop.slip SET quantity = 8, amount = 70 WHERE id = %s',
    $$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (21, 'A', 'S', 10, 100)$$);
SELECT results_eq($$SELECT quantity, value FROM credits.lot WHERE line_key = '21' AND open$$, $$VALUES (8::numeric, 70.00)$$,
                  'a sale that is changed');
SELECT pg_temp.meanwhile('UPDATE ON shop.slip', 'UPDATE shop.slip SET quantity = 1 WHERE id = %s',
                         'UPDATE shop.slip SET quantity = 7 WHERE id = 12');
SELECT is(pg_temp.booked_for('shop.slip', '12'), -1::numeric, 'a changed line that is changed again');
SELECT pg_temp.meanwhile('UPDATE ON shop.slip', 'DELETE FROM shop.slip WHERE id = %s',
                         'UPDATE shop.slip SET quantity = 7 WHERE id = 12');
SELECT is(pg_temp.booked_for('shop.slip', '12'), 0::numeric, 'a changed line that is deleted');
SELECT pg_temp.meanwhile('DELETE ON shop.slip', $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (%s, 'A', 'H', 4)$$,
    'DELETE FROM shop.slip WHERE id = 13');
SELECT is(pg_temp.booked_for('shop.slip', '13'), -4::numeric, 'a deleted line that comes back');
SELECT pg_temp.meanwhile('INSERT ON shop.slip',
                         $$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (%s + 1, 'C', 'S', 3, 30)$$,
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (22, 'C', 'H', 2)$$);
SELECT is(credits.balance('C', 'SUPPORT'), 1::numeric, 'a consumption whose credits a trigger has just sold');
SELECT pg_temp.meanwhile('INSERT ON shop.slip',
    $act$DO $$BEGIN UPDATE shop.slip SET quantity = 50 WHERE id = %s; RAISE EXCEPTION 'no';
              EXCEPTION WHEN raise_exception THEN END$$ $act$,
    $$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (24, 'A', 'H', 2)$$);
SELECT is(pg_temp.booked_for('shop.slip', '24'), -2::numeric, 'a change that was taken back');
SELECT pg_temp.all_in_order();

-- A row trigger that changes the header

SELECT pg_temp.meanwhile('INSERT ON shop.invoice_line', $$UPDATE shop.invoice SET state = 'posted' WHERE number = '%s'$$,
    $$INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-3', 1, 'H', 2)$$, 'number');
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-3/1'), -2::numeric,
          'a line whose document is posted right after it came is booked once');
SELECT pg_temp.meanwhile('INSERT ON shop.invoice_line', $$UPDATE shop.invoice SET state = 'draft' WHERE number = '%s'$$,
    $$INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-3', 2, 'H', 2)$$, 'number');
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-3/1') || ' '
          || coalesce(pg_temp.booked_for('shop.invoice_line', 'I-3/2'), 0), '0 0', 'cancelled: not at all');
SELECT pg_temp.meanwhile('INSERT ON shop.invoice_line', $$UPDATE shop.invoice SET customer = 'B' WHERE number = '%s'$$,
    $$INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-1', 1, 'H', 2)$$, 'number');
SELECT results_eq($$SELECT customer FROM credits.entry WHERE line_key = 'I-1/1' GROUP BY customer HAVING sum(quantity) = -2$$,
    ARRAY['B' COLLATE "C"], 'given to another customer: for him');
SELECT pg_temp.meanwhile('INSERT ON shop.invoice_line', $$UPDATE shop.invoice_line SET number = 'I-2' WHERE number = '%s'$$,
    $$INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-4', 1, 'H', 2)$$, 'number');
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-2/1'), -2::numeric, 'a line that moves to another document');
SELECT pg_temp.meanwhile('UPDATE ON shop.invoice', $$UPDATE shop.invoice_line SET quantity = quantity + 1 WHERE number = '%s'$$,
    $$UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-2'$$, 'number');
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-2/1'), -3::numeric, 'a header that changes its lines when it is changed');
SELECT pg_temp.meanwhile('UPDATE ON shop.invoice', $$DELETE FROM shop.invoice_line WHERE number = '%s'$$,
    $$UPDATE shop.invoice SET customer = 'B' WHERE number = 'I-2'$$, 'number');
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-2/1'), 0::numeric, 'or deletes them');
SELECT pg_temp.all_in_order();

-- One statement that changes header and lines

WITH posted AS (UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-3')
INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-3', 3, 'H', 1);
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-3/3'), -1::numeric, 'a line that comes while its document is posted');
WITH line AS (INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-3', 4, 'H', 1))
UPDATE shop.invoice SET customer = 'B' WHERE number = 'I-3';
SELECT results_eq($$SELECT customer FROM credits.entry WHERE line_key = 'I-3/4' GROUP BY customer HAVING sum(quantity) <> 0$$,
    ARRAY['B' COLLATE "C"], 'or is given to another customer');
WITH named AS (UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-4')
INSERT INTO shop.invoice_line (number, line_no, item, quantity) VALUES ('I-4', 1, 'H', 1);
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-4/1'), -1::numeric, 'or gets one');
WITH gone AS (DELETE FROM shop.invoice_line WHERE number = 'I-4')
UPDATE shop.invoice SET state = 'draft' WHERE number = 'I-4';
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-4/1'), 0::numeric, 'a line that goes with its document');
WITH more AS (UPDATE shop.invoice_line SET quantity = 4 WHERE number = 'I-3' AND line_no = 3)
UPDATE shop.invoice SET number = 'I-5' WHERE number = 'I-3';
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-5/3'), -4::numeric,
          'a line that is changed itself and by the new number of its document');
WITH more AS (UPDATE shop.invoice_line SET quantity = 3 WHERE number = 'I-5' AND line_no = 3)
UPDATE shop.invoice SET state = 'draft' WHERE number = 'I-5';
SELECT is(pg_temp.booked_for('shop.invoice_line', 'I-5/3'), 0::numeric, 'or while its document is cancelled');
SELECT pg_temp.all_in_order();

-- The same without the check of the foreign key, which PostgreSQL makes for lines of the same transaction only: it counts a
-- command on the way, so that the latest snapshot sees the header as it is now.

UPDATE shop.invoice SET state = 'posted' WHERE number = 'I-5';
SELECT string_agg(format('ALTER TABLE shop.invoice_line DISABLE TRIGGER %I', tgname), '; ') AS without_check
FROM pg_trigger WHERE tgrelid = 'shop.invoice_line'::regclass AND tgisinternal \gset
:without_check;
WITH handed AS (UPDATE shop.invoice SET customer = 'A' WHERE number = 'I-5')
UPDATE shop.invoice_line SET quantity = 2 WHERE number = 'I-5' AND line_no = 3;
SELECT results_eq($$SELECT customer FROM credits.entry WHERE line_key = 'I-5/3' GROUP BY customer HAVING sum(quantity) = -2$$,
    ARRAY['A' COLLATE "C"], 'a line that is changed while its document goes to another customer');
SELECT pg_temp.all_in_order();

-- Keys that change places

INSERT INTO shop.slip (id, customer, item, quantity) VALUES (33, 'A', 'H', 3), (32, 'A', 'H', 2), (31, 'A', 'H', 1);
UPDATE shop.slip SET id = id + 1 WHERE id BETWEEN 31 AND 33;
SELECT is(ARRAY(SELECT pg_temp.booked_for('shop.slip', key) FROM unnest('{32,33,34}'::text[]) AS key),
          '{-1,-2,-3}', 'keys that move up by one');
SELECT is_empty($$SELECT FROM credits.entry WHERE line_key = '31'$$, 'the first is free');
UPDATE shop.slip SET id = CASE id WHEN 34 THEN 31 ELSE id + 1 END WHERE id BETWEEN 32 AND 34;
SELECT is(ARRAY(SELECT pg_temp.booked_for('shop.slip', key) FROM unnest('{33,34,31}'::text[]) AS key),
          '{-1,-2,-3}', 'keys that turn in a circle');
SELECT pg_temp.meanwhile('UPDATE ON shop.slip', 'UPDATE shop.slip SET quantity = quantity + 4 WHERE id = %s',
    'UPDATE shop.slip SET id = id + 1 WHERE id IN (33, 34)');
SELECT is(ARRAY(SELECT pg_temp.booked_for('shop.slip', key) FROM unnest('{34,35}'::text[]) AS key),
          '{-5,-6}', 'keys that move up while a trigger changes the lines');
WITH moved AS (UPDATE shop.slip SET id = 40 WHERE id = 31 RETURNING customer, item)
INSERT INTO shop.slip (id, customer, item, quantity) SELECT 31, customer, item, 7 FROM moved;
SELECT is(pg_temp.booked_for('shop.slip', '40') || ' ' || pg_temp.booked_for('shop.slip', '31'),
          '-3 -7', 'a key that is free at once for another line');
WITH gone AS (DELETE FROM shop.slip WHERE id = 31 RETURNING customer, item)
INSERT INTO shop.slip (id, customer, item, quantity) SELECT 31, customer, item, 6 FROM gone;
SELECT is(pg_temp.booked_for('shop.slip', '31'), -6::numeric, 'a line that is deleted and inserted');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
