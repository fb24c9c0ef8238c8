-- An owner's code sets no constraints in the session of whoever saves or asks, and nobody names a closing's hook past its check.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(8);

CREATE TABLE shop.own (id int UNIQUE DEFERRABLE INITIALLY IMMEDIATE);
CREATE TABLE shop.odd_line (id int PRIMARY KEY, customer text, item text, quantity numeric, mode text);
CREATE FUNCTION shop.set_constraints(mode text) RETURNS void
    LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SET CONSTRAINTS ALL ' || mode; END $$;
CREATE FUNCTION shop.odd(quantity numeric, mode text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF mode IS NOT NULL THEN
        PERFORM shop.set_constraints(mode);
    END IF;
    RETURN quantity;
END
$$;
SELECT lives_ok($$SELECT credits.attach('shop.odd_line', 'other', article => 'item',
                                        quantity => 'shop.odd(line.quantity, line.mode)', amount => NULL,
    customer => 'customer', document_date => $x$DATE '2026-01-10'$x$)$$, 'attached');
SELECT lives_ok($$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000)$$, 'given a sale');

SELECT throws_ok(format($$INSERT INTO shop.odd_line VALUES (1, 'A', 'H', 1, %L)$$, mode), '23514',
                 NULL, format('a mapping does not set constraints %s', mode))
FROM unnest('{DEFERRED,IMMEDIATE}'::text[]) AS mode;
INSERT INTO shop.odd_line VALUES (2, 'A', 'H', 1, NULL);
SELECT throws_ok($$INSERT INTO shop.own VALUES (1), (1)$$, '23505', NULL, 'a constraint of the session''s is as it was');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'the session itself sets them');

CREATE FUNCTION shop.purge(integer) RETURNS void LANGUAGE sql AS '';
REVOKE EXECUTE ON FUNCTION shop.purge FROM PUBLIC;
CREATE ROLE any_writer;
GRANT pg_write_all_data, credits_reader TO any_writer;
SELECT lives_ok($$UPDATE credits.parameter SET fixed_relation = 'X'$$, 'given parameters of one''s own');
SET LOCAL ROLE any_writer;
SELECT throws_ok($$UPDATE credits._parameter SET closing_hook = 'shop.purge', closing_hook_owner = 'postgres'$$, '42501', NULL,
    'whoever writes any table names no hook');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
