-- Whatever was changed behind the triggers, verify() names it, and take_in() mends it, or says why not (rule 24). Two sources, three
-- customers, and a table of ways to break what is booked.
BEGIN;
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
SELECT plan(1);

-- What verify() says of lines, one per line; take_in_refusal has exactly these.
CREATE FUNCTION pg_temp.named() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT DISTINCT replace(substring(detail FROM '^(.*?, line .*?):'), ', line ', ' ')
    FROM credits.verify() WHERE invariant IN ('line_booked', 'unbooked_line') ORDER BY 1
$$;
CREATE FUNCTION pg_temp.reported() RETURNS SETOF text LANGUAGE sql AS
$$SELECT line_table || ' ' || line_key FROM credits.take_in_refusal ORDER BY 1$$;

-- Statements that no trigger sees.
CREATE FUNCTION pg_temp.behind(statements text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE statements;
    SET LOCAL session_replication_role = origin;
END
$$;

CREATE TABLE pg_temp.way (
    name     text,
    broken   text,              -- behind the triggers
    then     text DEFAULT '',   -- before the triggers
    reported text[] DEFAULT '{}',
    balances text,
    reason   text DEFAULT ''
);
INSERT INTO pg_temp.way (name, broken, then, reported, balances) VALUES
    ('nothing', '', '', '{}', 'A 4 at 40.00'),
    ('a sale that was deleted and saved again stands with two lots', 'DELETE FROM shop.slip WHERE id = 2',
     $$INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (2, 'A', 'S', 5, 5)$$, '{}', 'A 4 at 40.00');
