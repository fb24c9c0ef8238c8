-- A table of the extension that was altered hinders saves, and nobody's DDL; what event triggers read is not altered while they
-- watch. Protection looks at what a transaction has done, so each step is committed here: in a
-- database of its own, so that nothing is left of a test that died.
\set home :DBNAME
SET client_min_messages = error;
DROP DATABASE IF EXISTS credits_own_tables;
CREATE DATABASE credits_own_tables;
\c credits_own_tables
SET client_min_messages = error;
CREATE EXTENSION pgtap;
CREATE EXTENSION credits;
RESET client_min_messages;
\ir common.psql
SELECT plan(16);
SET client_min_messages = error;

CREATE SCHEMA credits_tap;
CREATE TABLE credits_tap.slip (id int PRIMARY KEY, customer text, day date, item text, quantity int);
SELECT credits.attach('credits_tap.slip', 'other', 'item', 'quantity', NULL, 'customer', 'day') \g /dev/null

ALTER TABLE credits._lot RENAME remaining TO other;
SELECT pg_temp.refused($$INSERT INTO credits_tap.slip VALUES (1, 'A', '2026-01-01', 'H', 1)$$, '55000',
    'given a lot that is another, lines are not saved');
SELECT pg_temp.accepted('CREATE TABLE credits_tap.more (id int PRIMARY KEY);
    ALTER TABLE credits_tap.more ADD COLUMN n int;
    ALTER TABLE credits_tap.more RENAME TO most; ALTER TABLE credits_tap.most RENAME TO more;
    CREATE FUNCTION credits_tap.f() RETURNS int LANGUAGE sql AS ''SELECT 1'';
    ALTER FUNCTION credits_tap.f RENAME TO g; DROP FUNCTION credits_tap.g;
    DROP TABLE credits_tap.more',
    'others'' tables are made, altered, renamed and dropped as ever');
SELECT pg_temp.refused('DROP TABLE credits_tap.slip', '2BP01', 'what is attached is protected');
ALTER TABLE credits._lot RENAME other TO remaining;
SELECT pg_temp.accepted($$INSERT INTO credits_tap.slip VALUES (1, 'A', '2026-01-01', 'H', 1)$$,
    'what is taken back is forgotten');

SELECT pg_temp.refused('ALTER TABLE credits.source RENAME mapping TO other', '55000',
    'a column of credits.source keeps its name');
SELECT pg_temp.refused('ALTER TABLE credits.binding RENAME settings TO other', '55000', 'of credits.binding, too');

SELECT pg_temp.refused(statement, '2BP01', 'nor is what they find by name renamed: ' || statement) FROM unnest(ARRAY[
    'ALTER SCHEMA credits RENAME TO other', 'ALTER TABLE credits.source RENAME TO other',
    'ALTER TABLE credits.binding RENAME TO other', 'ALTER TABLE credits._source RENAME TO other',
    'ALTER TABLE IF EXISTS credits.source SET SCHEMA credits_tap',
    'ALTER TABLE credits._source SET SCHEMA credits_tap']) AS statement;
SELECT pg_temp.accepted('CREATE TABLE credits_tap.source (id int); ALTER TABLE credits_tap.source RENAME TO binding;
    DROP TABLE credits_tap.binding; ALTER SCHEMA credits_tap RENAME TO other; ALTER SCHEMA other RENAME TO credits_tap;
    ALTER TABLE IF EXISTS credits.nothing RENAME TO other', 'what others call so is theirs');

ALTER EVENT TRIGGER credits_after_command DISABLE;
ALTER TABLE credits.source RENAME mapping TO other;
ALTER EVENT TRIGGER credits_after_command ENABLE;
SELECT pg_temp.refused($$INSERT INTO credits_tap.slip VALUES (2, 'A', '2026-01-01', 'H', 1)$$, '55000',
    'given one that got through');
SELECT is(pg_temp.outcome('DROP EXTENSION credits CASCADE', true), 'accepted', 'the extension can be dropped');
ALTER TABLE credits.source RENAME other TO mapping;

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
\c :home
SET client_min_messages = error;
DROP DATABASE credits_own_tables;
