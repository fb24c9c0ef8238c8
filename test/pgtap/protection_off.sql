-- A superuser may switch the protection off. Then what he breaks is his own: other tables and sources go on, verify() names what
-- is broken, and detach takes away what is left. Protection looks at what a transaction has done, so each step is committed
-- here: in a database of its own, so that nothing is left of a test that died.
\set home :DBNAME
SET client_min_messages = error;
DROP DATABASE IF EXISTS credits_protection_off;
CREATE DATABASE credits_protection_off;
DROP ROLE IF EXISTS credits_tap_off;
\c credits_protection_off
SET client_min_messages = error;
CREATE EXTENSION pgtap;
CREATE EXTENSION credits;
RESET client_min_messages;
\ir common.psql
SELECT plan(18);

CREATE ROLE credits_tap_off;
CREATE SCHEMA credits_tap;
CREATE TABLE credits_tap.header (id int PRIMARY KEY, customer text, day date);
CREATE TABLE credits_tap.whole (id int PRIMARY KEY, header int REFERENCES credits_tap.header, item text, quantity int);
CREATE TABLE credits_tap.bare (id int PRIMARY KEY, header int REFERENCES credits_tap.header, item text, quantity int);
CREATE TABLE credits_tap.gone_header (id int PRIMARY KEY, customer text, day date);
CREATE TABLE credits_tap.gone (id int PRIMARY KEY, header int REFERENCES credits_tap.gone_header, item text, quantity int);
SELECT credits.attach(('credits_tap.' || name)::regclass, 'other', 'item', 'quantity', NULL, 'header.customer', 'header.day',
    header_table => ('credits_tap.' || header)::regclass)
FROM (VALUES ('whole', 'header'), ('bare', 'header'), ('gone', 'gone_header')) AS source (name, header) \g /dev/null
SELECT 'credits_tap.gone'::regclass::oid AS gone \gset
SELECT is_empty('SELECT * FROM credits.verify()', 'given three sources in order');

ALTER EVENT TRIGGER credits_before_command DISABLE;
ALTER EVENT TRIGGER credits_after_drop DISABLE;
ALTER EVENT TRIGGER credits_after_command DISABLE;
DROP TRIGGER zz_credits_update ON credits_tap.bare;
ALTER TABLE credits_tap.bare DISABLE TRIGGER zz_credits_insert;
DROP VIEW credits._bare_lines;
SET client_min_messages = error;
DROP TABLE credits_tap.gone CASCADE;
RESET client_min_messages;
ALTER EVENT TRIGGER credits_before_command ENABLE;
ALTER EVENT TRIGGER credits_after_drop ENABLE;
ALTER EVENT TRIGGER credits_after_command ENABLE;

SELECT results_eq('SELECT detail FROM credits.verify() WHERE invariant = ''source_whole''', format($$VALUES
    ('%1$s: its mapping is gone'), ('%1$s: the table is gone'), ('credits_tap.bare: its mapping is gone'),
    ('credits_tap.bare: trigger zz_credits_insert is off'), ('credits_tap.bare: trigger zz_credits_update is missing')$$, :gone),
    'verify() names what is broken');
SELECT pg_temp.accepted('CREATE TABLE credits_tap.more (id int PRIMARY KEY); ALTER TABLE credits_tap.more ADD COLUMN n int; '
                        'DROP TABLE credits_tap.more',
    'other tables go on');
SELECT pg_temp.accepted('ALTER TABLE credits_tap.whole ADD COLUMN note text', 'other sources, too');
SELECT pg_temp.accepted(
    'INSERT INTO credits_tap.gone_header VALUES (1, ''A'', ''2026-01-01''); UPDATE credits_tap.gone_header SET customer = ''B''',
    'a header table that has lost its lines is saved');
SELECT pg_temp.refused('ALTER TABLE credits_tap.bare ADD COLUMN note text', '2BP01', 'the broken one waits for detach');
SELECT pg_temp.refused(
    'INSERT INTO credits_tap.header VALUES (1, ''A'', ''2026-01-01''); UPDATE credits_tap.header SET customer = ''B''', '42P17',
    'what cannot be read is not passed over in silence');

SELECT pg_temp.refused($$SELECT credits.archive_lost('credits_tap.gone')$$, '42704',
                       'so does one that is gone, before it is history');
SELECT pg_temp.accepted('SELECT credits.detach(''credits_tap.bare'')', 'detach takes a broken source away');
SELECT pg_temp.accepted('ALTER TABLE credits_tap.bare ADD COLUMN note text', 'then the table is its owner''s');
SET ROLE credits_tap_off;
SELECT pg_temp.refused(format('SELECT credits.detach(%s::regclass)', :gone), '42501', 'a table that is gone is not anybody''s');
RESET ROLE;
SELECT pg_temp.accepted(format('SELECT credits.detach(%s::regclass)', :gone), 'the extension''s owner detaches it');
SELECT pg_temp.accepted($$SELECT credits.archive_lost('credits_tap.gone')$$, 'then it may become so, though it has no line');
SELECT pg_temp.refused('SELECT credits.detach(1::regclass)', '42704', 'one that never was is not attached');
SELECT results_eq(
    'SELECT tgrelid::regclass::text COLLATE "C" FROM pg_trigger WHERE tgname LIKE ''zz\_credits\_%'' GROUP BY 1 ORDER BY 1',
    ARRAY['credits_tap.header', 'credits_tap.whole'] COLLATE "C", 'no trigger is left behind');
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = 'credits'::regnamespace AND relname ~ '^_.*_lines\d*$'
                  AND relname <> '_whole_lines'$$,
    'nor any mapping');
SELECT pg_temp.accepted('SELECT credits.detach(''credits_tap.whole'')', 'the last one goes as ever');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
\c :home
SET client_min_messages = error;
DROP DATABASE credits_protection_off;
DROP ROLE credits_tap_off;
