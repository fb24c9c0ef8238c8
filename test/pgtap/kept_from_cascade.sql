-- A trigger may keep a row from what its foreign key does, which PostgreSQL allows: the line stays and names a header that is not
-- there. It wants nothing, as any line without a header, and what it had is given back.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(16);

CREATE FUNCTION shop.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION pg_temp.make_shop(name text, actions text, check_at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE shop.%1$s (id int PRIMARY KEY, customer text);
        CREATE TABLE shop.%1$s_line (id int PRIMARY KEY, head int REFERENCES shop.%1$s %2$s, item text, quantity numeric);
        INSERT INTO shop.%1$s VALUES (1, ''A''), (2, ''A'')', name, actions);
    PERFORM credits.attach(format('shop.%s_line', name)::regclass, 'other', article => 'item', quantity => 'quantity',
                           amount => NULL, customer => 'header.customer',
        document_date => $x$DATE '2026-01-10'$x$, header_table => format('shop.%s', name)::regclass, check_at => check_at);
END
$$;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 100, 1000);

-- What is used after the statement; then all is as before.
CREATE FUNCTION pg_temp.used_after(name text, trigger text, statement text, expected numeric, description text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    used numeric;
BEGIN
    EXECUTE format('INSERT INTO shop.%s_line VALUES (1, 1, ''H'', 3), (2, 2, ''H'', 2), (3, 1, ''X'', 1)', name);
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    EXECUTE format('CREATE TRIGGER kept BEFORE %s ON shop.%s_line FOR EACH ROW %s', split_part(trigger, ' ', 1), name,
                   substr(trigger, strpos(trigger, ' ')));
    EXECUTE replace(statement, '{h}', 'shop.' || name);
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    used := (SELECT sum(-quantity) FROM credits.entry WHERE line_table = format('shop.%s_line', name)::regclass);
    RETURN is(used, expected, format('%s: %s', name, description));
END
$$;
CREATE FUNCTION pg_temp.all_of(number int, actions text, trigger text, statement text, expected numeric, description text)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    check_at text;
    name     text;
BEGIN
    FOREACH check_at IN ARRAY '{statement,commit}'::text[] LOOP
        name := format('kept_%s_%s', number, check_at);
        PERFORM pg_temp.make_shop(name, actions, check_at);
        RETURN NEXT pg_temp.used_after(name, trigger, statement, expected, description);
    END LOOP;
    RETURN NEXT pg_temp.all_in_order();
END
$$;
SELECT pg_temp.all_of(1, 'ON DELETE SET NULL', 'UPDATE EXECUTE FUNCTION shop.keep()', 'DELETE FROM {h} WHERE id = 1', 2,
    'kept from SET NULL');
SELECT pg_temp.all_of(2, 'ON DELETE CASCADE', 'DELETE EXECUTE FUNCTION shop.keep()', 'DELETE FROM {h} WHERE id = 1', 2,
    'kept from a cascade');
SELECT pg_temp.all_of(3, 'ON UPDATE CASCADE', 'UPDATE EXECUTE FUNCTION shop.keep()', 'UPDATE {h} SET id = id + 10 WHERE id = 1',
    2, 'kept from a new key');
SELECT pg_temp.all_of(4, 'ON DELETE CASCADE', 'DELETE WHEN (OLD.item = ''X'') EXECUTE FUNCTION shop.keep()',
    'DELETE FROM {h}', 0, 'a line without credits is kept');
SELECT pg_temp.all_of(5, 'ON UPDATE CASCADE', 'UPDATE EXECUTE FUNCTION shop.keep()',
    'UPDATE {h} SET id = CASE id WHEN 1 THEN 7 ELSE 1 END', 3, 'the key that a line was kept with is another header''s');
SELECT pg_temp.accepted('DELETE FROM shop.kept_1_statement_line; DELETE FROM shop.kept_1_commit_line', 'what was kept may go');

SELECT * FROM finish();
ROLLBACK;
