-- Whoever may write any table, but is no superuser, can write much into those of the extension: it is refused, or read as what it
-- is, or an error, and the server lives (it would end this test). Every column of every table, with odd values of its type.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(17);
SET LOCAL jit = off;
SET LOCAL statement_timeout = '90s'; -- no look at such a row goes on and on

CREATE TABLE shop.party (code text PRIMARY KEY, flag boolean);
INSERT INTO shop.party SELECT customer, works_with_credits FROM credits.customer;
SELECT credits.bind_customers('shop.party', 'code', 'flag') \g /dev/null
CREATE TABLE shop.later (id text PRIMARY KEY, customer text, day date, item text, quantity numeric, amount numeric);
SELECT credits.attach('shop.later', 'other', article => 'item', quantity => 'quantity', amount => 'amount',
                      customer => 'customer', document_date => 'day', check_at => 'commit') \g /dev/null
CREATE VIEW shop.seen AS SELECT * FROM shop.slip;
INSERT INTO shop.slip (id, customer, item, quantity, amount)
VALUES (1, 'A', 'S', 10, 1000), (2, 'A', 'H', 4, 0), (3, 'A', 'T', 5, 50), (4, 'A', 'H', -1, 0), (5, 'A', 'S', -2, -200);
INSERT INTO shop.invoice VALUES ('1', 'A'), ('2', 'B');
INSERT INTO shop.invoice_line VALUES ('1', 1, 'H', 1, 50, 50);
SELECT credits.register_sale('B', 'SUPPORT', 5, 500, 'by hand', '2026-01-10') \g /dev/null
CREATE ROLE odd_writer;
GRANT pg_write_all_data, pg_read_all_data TO odd_writer;

-- What he can make of a row of the ledger's or the settings'
CREATE FUNCTION pg_temp.odd_values(type regtype) RETURNS text[] LANGUAGE sql AS $$
    SELECT CASE type
        WHEN 'text'::regtype THEN ARRAY['NULL', '''A''', 'repeat(''x'', 100000)', '''articles''']
        WHEN 'name'::regtype THEN ARRAY['''x''']
        WHEN 'integer'::regtype THEN ARRAY['-1', '2147483647', '102']
        WHEN 'bigint'::regtype THEN ARRAY['0', '9223372036854775807', '-9223372036854775808', '2']
        WHEN 'numeric'::regtype THEN ARRAY['NULL', '''NaN''', '-1', '1e30', '0.000001']
        WHEN 'date'::regtype THEN ARRAY['NULL', '''infinity''', '''-infinity''', '''5874897-12-01''']
        WHEN 'timestamptz'::regtype THEN ARRAY['NULL', '''infinity''']
        WHEN 'boolean'::regtype THEN ARRAY['true', 'false']
        WHEN 'regclass'::regtype THEN ARRAY['NULL', '0', '4294967295', '''pg_class''', '''shop.seen''',
                                            '''shop.slip_pkey''', '''credits.entry''', '''shop.slip''', '''shop.later''',
            '''credits._slip_lines''', '''credits._later_lines''', '''credits._invoice_line_lines''',
            '''credits.refusal_count''', '''shop.party''']
        WHEN 'name[]'::regtype THEN ARRAY['NULL', '''{}''', '''{x,y}''', '''{{a},{b}}''', '''{NULL}''']
        ELSE ARRAY['NULL'] END
$$;
CREATE TEMPORARY TABLE odd AS
SELECT row_number() OVER ()::int AS n, format('UPDATE %s SET %I = (%s)::%s', a.attrelid::regclass,
                                              attname, value, format_type(atttypid, NULL)) AS change, NULL::text AS outcome
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid, unnest(pg_temp.odd_values(atttypid)) AS value
WHERE relnamespace = 'credits'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
  AND relname NOT IN ('page_template', 'page_text', 'setting_change', 'pending', 'statement_issue',
                      'customer_role', 'alarm_episode', 'renumbering', 'take_in_refusal', 'closing_line', 'closing_type');
INSERT INTO odd SELECT (SELECT max(n) FROM odd) + row_number() OVER (), change FROM unnest(ARRAY[
    'INSERT INTO credits.source (line_table, mapping, kind) SELECT ''pg_class'', ''pg_stat_activity'', ''x''',
    'INSERT INTO credits.closing (number, month, closed_at, closed_by) VALUES (1, ''infinity'', now(), ''x'')',
    'INSERT INTO credits.closing (number, month, closed_at, closed_by) VALUES (1, ''-infinity'', now(), ''x'')',
    'INSERT INTO credits.closing (number, month, closed_at, closed_by) VALUES (1, ''5874897-12-01'', now(), ''x'')',
    'INSERT INTO credits._entry SELECT * FROM credits.entry', 'DELETE FROM credits._entry', 'DELETE FROM credits._lot',
    'DELETE FROM credits._account', 'DELETE FROM credits.source',
    'DELETE FROM credits.binding', 'DELETE FROM credits.credit_type', 'DELETE FROM credits.customer',
    'DELETE FROM credits.article',
    'UPDATE credits._entry SET reverses = entry_no', 'UPDATE credits._entry SET reverses = entry_no + 1',
    'UPDATE credits._entry SET kind = ''return'', reverses = 1']) AS change;

CREATE FUNCTION pg_temp.one(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN '';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE WHEN SQLSTATE = 'XX000' AND SQLERRM !~ 'could not open relation|out of range' THEN SQLERRM ELSE '' END;
END
$$;
-- 'refused', or what everybody's work says to it then: internal errors alone.
CREATE FUNCTION pg_temp.outcome_of(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text := '';
    work text;
BEGIN
    SET LOCAL ROLE odd_writer;
    EXECUTE change;
    SET LOCAL ROLE NONE;
    FOREACH work
        IN ARRAY ARRAY['INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (20, ''A'', ''S'', 10, 1000)',
                       'INSERT INTO shop.slip (id, customer, item, quantity) VALUES (21, ''A'', ''H'', 2)',
        'INSERT INTO shop.slip (id, customer, item, quantity) VALUES (22, ''A'', ''H'', -1)',
        'INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (23, ''A'', ''S'', -1, -10)',
        'UPDATE shop.slip SET quantity = 3 WHERE id = 2', 'UPDATE shop.slip SET quantity = 11 WHERE id = 3',
        'DELETE FROM shop.slip WHERE id = 2', 'UPDATE shop.slip SET day = ''2026-01-11''', 'UPDATE shop.slip SET id = id + 100',
        'INSERT INTO shop.invoice_line VALUES (''1'', 2, ''H'', 1, 50, 50)', 'UPDATE shop.invoice SET customer = ''B''',
        'UPDATE shop.invoice SET state = ''draft''', 'DELETE FROM shop.invoice',
        'INSERT INTO shop.later VALUES (1, ''A'', ''2026-01-10'', ''S'', 3, 30); '
        'INSERT INTO shop.later VALUES (2, ''A'', ''2026-01-10'', ''H'', 1); UPDATE shop.later SET quantity = 2',
        'INSERT INTO shop.party VALUES (''N'', true); UPDATE shop.party SET flag = NOT flag; '
        'DELETE FROM shop.party WHERE code = ''N''',
        'SELECT credits.register_consumption(''A'', ''SUPPORT'', 1, ''x'', ''2026-01-11'')',
        'SELECT credits.reverse_registration(''B'', ''SUPPORT'', 1)', 'SELECT credits.balance(''A'', ''SUPPORT'')',
        'SELECT * FROM credits.preview_line(''A'', ''H'', 2), credits.preview_line(''A'', ''H'', -2)',
        'SELECT credits.settle(''shop.invoice_line'', ''1'')', 'SELECT credits.detach(''shop.slip'')'] LOOP
        said := said || pg_temp.one(work);
    END LOOP;
    RAISE SQLSTATE 'TRIED' USING MESSAGE = said;
EXCEPTION
    WHEN SQLSTATE 'TRIED' THEN RETURN SQLERRM;
    WHEN OTHERS THEN RETURN 'refused';
END
$$;
UPDATE odd SET outcome = pg_temp.outcome_of(change);
SELECT cmp_ok(count(*), '>', 300::bigint, 'hundreds of odd rows, and the server lives') FROM odd;
SELECT is_empty($$SELECT change, outcome FROM odd WHERE outcome NOT IN ('', 'refused')$$, 'they are called by their name');
SELECT pg_temp.all_in_order();

-- Rows of credits.pending: nobody believes them
SET LOCAL ROLE odd_writer;
SELECT is(pg_temp.outcome(format('INSERT INTO credits.pending VALUES (%s); SET CONSTRAINTS ALL IMMEDIATE', row)),
          '42501', 'a note of his own is refused: ' || row)
FROM unnest(ARRAY['pg_current_xact_id(), 1, false', 'pg_current_xact_id(), 9223372036854775807, true',
                  'pg_current_xact_id(), -1, true', '''1'', 1, false', '''1'', 0, true']) AS row;
RESET ROLE;
GRANT ALL ON SCHEMA shop TO odd_writer;
GRANT ALL ON ALL TABLES IN SCHEMA shop TO odd_writer;
SET LOCAL ROLE odd_writer;
CREATE FUNCTION pg_temp.saved_and(act text) RETURNS text LANGUAGE sql AS $$SELECT pg_temp.outcome(format(
    'INSERT INTO shop.later VALUES (%L, ''B'', ''2026-01-10'', ''H'', 1); %s; SET CONSTRAINTS ALL IMMEDIATE; '
    'SET CONSTRAINTS ALL DEFERRED', act, act))$$;
SELECT is(pg_temp.saved_and(act), 'accepted', 'a line is booked all the same: ' || act)
FROM unnest(ARRAY['DELETE FROM credits.pending', 'UPDATE credits.pending SET awaits_header = true',
                  'UPDATE credits.pending SET statement_no = statement_no + 100']) AS act;
SELECT is(pg_temp.saved_and('INSERT INTO credits.pending SELECT transaction_id, statement_no + 1, true FROM credits.pending; '
                            'INSERT INTO shop.later VALUES (7, ''B'', ''2026-01-10'', ''H'', 1)'),
    '23505 pending_pkey', 'or refused, where he takes its place');
RESET ROLE;
SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_table = 'shop.later'::regclass), -3::numeric, 'three are booked');

-- A mapping is code that runs as the table's owner: a view of his own is none, whatever it is over
SET LOCAL ROLE odd_writer;
CREATE FUNCTION shop.own(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE 'his code runs' USING ERRCODE = 'CODED'; END$$;
SELECT pg_temp.outcome(replace(format('CREATE VIEW shop.own_lines AS %s', pg_get_viewdef('credits._slip_lines')),
                               'line.item AS', 'shop.own(line.item) AS')) \g /dev/null
SELECT pg_temp.outcome(replace(format('CREATE VIEW shop.own_party AS %s', pg_get_viewdef('credits._party_customers')),
                               'line.code AS', 'shop.own(line.code) AS')) \g /dev/null
UPDATE credits.source SET mapping = 'shop.own_lines' WHERE line_table = 'shop.slip'::regclass;
UPDATE credits.binding SET mapping = 'shop.own_party';
RESET ROLE;
SELECT ok(to_regclass('shop.own_lines') IS NOT NULL AND to_regclass('shop.own_party') IS NOT NULL,
          'he makes views that read as mappings do');
SELECT is(pg_temp.outcome($$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (90, 'A', 'S', 1, 100)$$, true),
          '42P17', 'no line is read by it');
SELECT is(pg_temp.outcome($$INSERT INTO shop.party VALUES ('O', true)$$, true), '42P17', 'nor any setting');
SELECT is_empty($$SELECT detail FROM credits.verify() WHERE detail ~ 'his code runs'$$, 'verify() runs none of it');

SELECT * FROM finish();
ROLLBACK;
