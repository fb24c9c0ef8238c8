-- The library knows the extension's own tables by number and type: it compares them with the catalog before it reads a row, and
-- says what differs. Columns that are not its own may come and go.
BEGIN;
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
SET LOCAL allow_system_table_mods = on;
SELECT plan(69);

CREATE TEMPORARY VIEW own AS SELECT *, ('credits.' || table_name)::regclass AS relation FROM credits._own_columns();

-- The description is that of the install script.

SELECT is_empty($$SELECT table_name, number, column_name, type, is_not_null FROM own EXCEPT
                  SELECT relname, attnum, attname, atttypid, attnotnull
                  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE NOT attisdropped$$,
    'every column that the library knows is in the catalog as it knows it');
SELECT set_eq('SELECT DISTINCT table_name FROM own', ARRAY['_account', '_account_key', '_lot', '_parameter',
    '_provenance', 'article', 'binding', 'closing',
    'closing_hook_line', 'credit_type', 'customer', '_entry', 'pending', 'source'], 'of these tables');
SELECT is_empty($$SELECT attrelid::regclass, attname FROM pg_attribute
                  WHERE attrelid IN ('credits._account'::regclass, 'credits._lot'::regclass, 'credits._entry'::regclass,
                                     'credits.pending'::regclass, 'credits.closing_hook_line'::regclass)
                    AND attnum > 0 AND (attrelid, attnum) NOT IN (SELECT relation, number FROM own)$$,
    'of those that it fills, it knows every column');
SELECT is_empty($$SELECT attrelid::regclass, attname FROM pg_attribute
                  WHERE attrelid IN (SELECT relation FROM own) AND attnum > 0 AND (attisdropped OR attgenerated <> '')$$,
    'none is made with a gap, or with a column that is computed');

-- What becomes of a question, a save, and a look at what is attached, once a statement has changed the catalog: 'accepted', or
-- SQLSTATE, table and column. Nothing stays.

CREATE FUNCTION pg_temp.becomes_of(deed text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    named text;
    other text;
BEGIN
    EXECUTE deed;
    RAISE SQLSTATE 'TRIED';
EXCEPTION
    WHEN SQLSTATE 'TRIED' THEN
        RETURN 'accepted';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS named = TABLE_NAME, other = COLUMN_NAME;
        RETURN concat_ws(' ', SQLSTATE, nullif(named, ''), nullif(other, ''));
END
$$;
CREATE FUNCTION pg_temp.with_change(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    became text;
BEGIN
    PERFORM credits.balance('A', 'SUPPORT'); -- it has met the tables before
    EXECUTE change;
    SELECT string_agg(DISTINCT pg_temp.becomes_of(deed), ', ') INTO became FROM unnest(ARRAY[
        'SELECT credits.balance(''A'', ''SUPPORT'')',
        'INSERT INTO shop.slip (id, customer, item, quantity) VALUES (9, ''A'', ''H'', 1)',
        'INSERT INTO shop.report VALUES (9, ''A'', ''2026-02-01'', ''H'', 1)',
        'SELECT credits.preview_line(''A'', ''H'', 1)',
        'SELECT credits.register_consumption(''A'', ''SUPPORT'', 1, ''by phone'')',
        'UPDATE shop.party SET name = ''Pam''']) AS deed;
    RAISE SQLSTATE 'TRIED' USING MESSAGE = became;
EXCEPTION
    WHEN SQLSTATE 'TRIED' THEN
        RETURN SQLERRM;
END
$$;

CREATE TABLE shop.report (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric);
SELECT credits.attach('shop.report', 'other', 'item', 'quantity', NULL, 'customer', 'day', check_at => 'commit') \g /dev/null
CREATE TABLE shop.party (code text PRIMARY KEY, name text);
SELECT credits.bind_customers('shop.party', 'code', name => 'name') \g /dev/null
INSERT INTO shop.party VALUES ('P', 'Pat');
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
-- They would look at what was attached in this transaction: own_tables_ddl.sql is about them.
ALTER EVENT TRIGGER credits_before_command DISABLE;
ALTER EVENT TRIGGER credits_after_drop DISABLE;
ALTER EVENT TRIGGER credits_after_command DISABLE;
SELECT is(pg_temp.with_change('SELECT'), 'accepted', 'given an extension at work');

-- Each column that it knows, changed in every way that would have it misread.

CREATE TEMPORARY VIEW change AS
SELECT own.*, change.what,
    format('UPDATE pg_attribute SET %s WHERE attrelid = %s AND attnum = %s', change.set, relation::oid, number) AS statement
FROM own, LATERAL (VALUES
    ('another name', 'attname = ''other''', true),
    ('another type', 'atttypid = CASE WHEN atttypid = ''integer''::regtype THEN ''date''::regtype ELSE ''integer''::regtype END',
        true),
    ('a narrower type', 'atttypmod = 300', true),
    ('dropped', 'attisdropped = true', true),
    ('may be null', 'attnotnull = false', is_not_null),
    ('may not be null', 'attnotnull = true', NOT is_not_null AND table_name IN ('_account', '_lot', '_entry'))
) AS change (what, set, is_change)
WHERE is_change;
SELECT is_empty($$SELECT what, table_name, column_name, became
                  FROM (SELECT *, pg_temp.with_change(statement) AS became FROM change) AS tried
                  WHERE became IS DISTINCT FROM concat_ws(' ', '55000', table_name, column_name)$$,
    'a column that was altered is named by whatever would read or write it');
SELECT cmp_ok((SELECT count(*) FROM change), '>', 400::bigint, 'each of them');
SELECT is(pg_temp.with_change('ALTER TABLE credits._lot RENAME amount TO other;
    ALTER TABLE credits._lot RENAME value TO amount;
    ALTER TABLE credits._lot RENAME other TO value'),
    '55000 _lot amount', 'two that have changed places, too');
SELECT is(pg_temp.with_change('ALTER TABLE credits.pending ALTER statement_no TYPE numeric'), '55000 pending statement_no',
    'a wider number');
SELECT is(pg_temp.with_change('ALTER TABLE credits._entry RENAME TO other;
    CREATE TABLE credits._entry (LIKE credits.other);
    CREATE VIEW credits.more AS SELECT 1'),
    '55000 _entry', 'a table made anew has lost its indexes');
SELECT is(pg_temp.with_change('ALTER TABLE credits._entry RENAME TO other;
    CREATE VIEW credits._entry AS SELECT * FROM credits.other'),
    '55000 _entry', 'a view is no table');
SELECT is(pg_temp.with_change('ALTER TABLE credits._account RENAME TO other'), '55000 _account', 'one that is gone is missed');

-- Indexes

SELECT is(pg_temp.with_change(format('ALTER INDEX credits.%s RENAME TO other', index)), '55000 ' || table_name,
    index || ' is missed')
FROM (VALUES
    ('_account_pkey', '_account'), ('_account_key_pkey', '_account_key'),
    ('_account_key_customer_key', '_account_key'), ('_provenance_pkey', '_provenance'), ('_lot_pkey', '_lot'),
    ('_lot_open_idx', '_lot'), ('_entry_pkey', '_entry'),
    ('_entry_line_idx', '_entry'), ('pending_pkey', 'pending'), ('closing_hook_line_pkey', 'closing_hook_line'),
    ('customer_pkey', 'customer'), ('customer_contact_idx', 'customer'), ('article_pkey', 'article'),
    ('article_had_type_idx', 'article'), ('binding_pkey', 'binding')) AS own (index, table_name);
SELECT is(pg_temp.with_change('DROP INDEX credits._lot_open_idx; CREATE INDEX _lot_open_idx ON ' || definition), outcome,
    'an index of open lots ' || what)
FROM (VALUES
    ('as it was', 'credits._lot (account_no, sold_on, lot_no) WHERE open', 'accepted'),
    ('in another tablespace''s manner', 'credits._lot (account_no, sold_on, lot_no) WITH (fillfactor = 50) WHERE open',
        'accepted'),
    ('in another order', 'credits._lot (account_no, lot_no, sold_on) WHERE open', '55000 _lot'),
    ('with the newest first', 'credits._lot (account_no, sold_on DESC, lot_no) WHERE open', '55000 _lot'),
    ('with fewer columns', 'credits._lot (account_no, sold_on) WHERE open', '55000 _lot'),
    ('with more', 'credits._lot (account_no, sold_on, lot_no, open) WHERE open', '55000 _lot'),
    ('of all lots', 'credits._lot (account_no, sold_on, lot_no)', '55000 _lot'),
    ('of others', 'credits._lot (account_no, sold_on, lot_no) WHERE NOT open', '55000 _lot'),
    ('of expressions', 'credits._lot (abs(account_no), sold_on, lot_no) WHERE open', '55000 _lot'),
    ('by blocks', 'credits._lot USING brin (account_no, sold_on, lot_no) WHERE open', '55000 _lot'),
    ('of known days', 'credits._lot (account_no, sold_on, lot_no) WHERE changed_on IS NOT NULL', '55000 _lot'),
    ('of open lots and others', 'credits._lot (account_no, sold_on, lot_no) WHERE open OR credited > 0', '55000 _lot'),
    ('that each have another key', 'credits._entry (account_no, booked_on, lot_no)', '55000 _lot')
) AS index (what, definition, outcome);
SELECT is(pg_temp.with_change('DROP INDEX credits.customer_contact_idx;
    CREATE INDEX customer_contact_idx ON credits.customer ' || definition), outcome,
    'an index of contacts ' || definition)
FROM (VALUES
    ('(customer) WHERE account_of IS NOT NULL', 'accepted'), ('(customer) WHERE account_of IS NULL', '55000 customer'),
    ('(customer) WHERE language IS NOT NULL', '55000 customer'), ('(customer) WHERE works_with_credits', '55000 customer'),
    ('(customer)', '55000 customer'),
    ('(customer COLLATE "POSIX") WHERE account_of IS NOT NULL', '55000 customer'),
    ('(customer text_pattern_ops) WHERE account_of IS NOT NULL', '55000 customer'),
    ('(lower(customer)) WHERE account_of IS NOT NULL', '55000 customer')) AS index (definition, outcome);
SELECT is(pg_temp.with_change('DROP INDEX credits._entry_line_idx;
    CREATE UNIQUE INDEX _entry_line_idx ON credits._entry (line_no)'),
    '55000 _entry', 'one that lets no second entry of a line in');
SELECT is(pg_temp.with_change('ALTER TABLE credits.customer DROP CONSTRAINT customer_pkey;
    CREATE INDEX customer_pkey ON credits.customer (customer)'),
    '55000 customer', 'one that lets a second customer of one key in');
SELECT is(pg_temp.with_change($$UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'credits._entry_line_idx'::regclass$$),
    '55000 _entry', 'one that is not valid');

-- What the library does not know is nobody's business.

SELECT is(pg_temp.with_change(statement), 'accepted', statement) FROM unnest(ARRAY[
    'ALTER TABLE credits.customer ADD COLUMN colour text DEFAULT ''red''',
    'ALTER TABLE credits.source ADD COLUMN note text',
    'DELETE FROM credits.article WHERE ledger_account IS NULL; ALTER TABLE credits.article ALTER ledger_account SET NOT NULL',
    'ALTER TABLE credits.pending ADD COLUMN note text',
    'UPDATE pg_attribute SET attisdropped = true WHERE attrelid = ''credits.closing''::regclass AND attname = ''closed_by''',
    'UPDATE pg_attribute SET attname = ''other'' WHERE attrelid = ''credits.closing''::regclass AND attname = ''closed_by''',
    'CREATE INDEX ON credits._entry (article)',
    'ALTER TABLE credits._account ALTER revalued_entry_no DROP DEFAULT',
    'ALTER TABLE credits._entry SET (fillfactor = 50)']) AS statement;

-- Versions

SELECT is(credits._library_version(), (SELECT extversion FROM pg_extension WHERE extname = 'credits'),
    'library and script are of one version');
CREATE FUNCTION pg_temp.of_version(version text) RETURNS text LANGUAGE sql AS
$$SELECT format('UPDATE pg_extension SET extversion = %L WHERE extname = ''credits'';
    ALTER TABLE credits._account SET (fillfactor = 71)', version)$$;
SELECT is(pg_temp.with_change(pg_temp.of_version(version)), '55000', 'a script of version ' || version || ' is not served')
FROM unnest(ARRAY['0.0.9', '99.0.0', '0.1', 'next']) AS version;
SELECT throws_like(pg_temp.of_version('0.0.9') || '; SELECT credits.balance(''A'', ''SUPPORT'')',
    'extension credits is of version 0.0.9, and its library of version %', 'it says so');
SELECT pg_temp.refused($$UPDATE pg_extension SET extversion = '99.0.0' WHERE extname = 'credits';
    SELECT credits._meet_library()$$, '55000', 'a newer script refuses the library');
SELECT is(pg_temp.outcome($$UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'credits';
    SELECT credits._meet_library()$$, true), 'accepted', 'an older one may be on its way to it');
SELECT is(pg_temp.with_change($$UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'credits';
    SELECT credits._meet_library()$$), '55000', 'but whoever uses it looks again');

SELECT * FROM finish();
ROLLBACK;
