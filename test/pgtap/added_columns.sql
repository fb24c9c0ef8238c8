-- Columns that users have added to the ledger's tables: old rows and new ones are read and written, and get what INSERT would
-- give them.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(9);

CREATE TABLE shop.report (id integer PRIMARY KEY, customer text, day date, item text, quantity numeric);
SELECT credits.attach('shop.report', 'other', 'item', 'quantity', NULL, 'customer', 'day', check_at => 'commit') \g /dev/null
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);

CREATE SEQUENCE shop.tally;
ALTER TABLE credits._entry ADD COLUMN gone integer NOT NULL DEFAULT 7,
    ADD COLUMN gone_number integer GENERATED ALWAYS AS IDENTITY;
ALTER TABLE credits._entry DROP COLUMN gone, DROP COLUMN gone_number;
ALTER TABLE credits._entry
    ADD COLUMN plain text,
    ADD COLUMN pi numeric DEFAULT 3.14,
    ADD COLUMN owner name DEFAULT current_user,
    ADD COLUMN "No" bigint NOT NULL DEFAULT nextval('shop.tally'),
    ADD COLUMN place_no integer GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN was_in date DEFAULT '2026-01-01' CHECK (was_in < '2026-02-01');
ALTER TABLE credits._lot
    ADD COLUMN left_over numeric GENERATED ALWAYS AS (remaining + 1) STORED,
    ADD COLUMN shelf text NOT NULL DEFAULT 'upper';
ALTER TABLE credits._account
    ADD COLUMN worth numeric GENERATED ALWAYS AS (value) STORED,
    ADD COLUMN shelf text NOT NULL DEFAULT 'upper';
INSERT INTO shop.slip (id, customer, item, quantity, amount)
VALUES (2, 'A', 'H', 3, 0), (3, 'A', 'S', 5, 600), (4, 'A', 'H', 8, 0);
UPDATE shop.slip SET quantity = 2 WHERE id = 2;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (5, 'B', 'S', 5, 600);
SELECT results_eq('SELECT line_no & 1099511627775, quantity, "No", place_no, plain, pi, owner, was_in FROM credits._entry
    ORDER BY account_no, entry_no',
    format($$SELECT line_no::bigint, quantity::numeric, "No"::bigint, "No"::integer, NULL::text, 3.14::numeric, %L::name,
        '2026-01-01'::date
    FROM (VALUES (1, 10, 1), (3, 5, 2), (2, -3, 3), (4, -7, 4), (4, -1, 5), (2, 1, 6), (5, 5, 7))
        AS e (line_no, quantity, "No")$$, current_user),
    'entries get numbers and defaults');
SELECT is_empty($$SELECT FROM credits._lot WHERE left_over <> remaining + 1 OR shelf <> 'upper'
    UNION ALL SELECT FROM credits._account WHERE worth <> value OR shelf <> 'upper'$$,
    'what is computed of lots and accounts follows every change of theirs');
ALTER TABLE credits._entry ADD COLUMN twice numeric GENERATED ALWAYS AS (quantity * 2) STORED;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (8, 'A', 'H', 1);
SELECT set_eq('SELECT quantity * 2 FROM credits._entry', 'SELECT twice FROM credits._entry', 'what is computed of an entry, too');
ALTER TABLE credits._entry DROP COLUMN twice;
UPDATE credits._lot SET shelf = 'lower';
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (6, 'A', 'H', 1);
SELECT is((SELECT min(shelf) FROM credits._lot), 'lower', 'what was written into them stays');
CREATE FUNCTION shop.of_owner() RETURNS text LANGUAGE sql RETURN current_user;
REVOKE ALL ON FUNCTION shop.of_owner() FROM PUBLIC;
ALTER TABLE credits._entry ADD COLUMN filled_in_by text DEFAULT shop.of_owner();
CREATE ROLE credits_tap_clerk;
GRANT USAGE ON SCHEMA shop TO credits_tap_clerk;
GRANT INSERT ON shop.slip TO credits_tap_clerk;
SET ROLE credits_tap_clerk;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (10, 'B', 'H', 1);
RESET ROLE;
SELECT is((SELECT filled_in_by || ' for ' || recorded_by
           FROM credits._entry JOIN credits._provenance USING (provenance_no) WHERE line_no & 1099511627775 = 10),
    current_user || ' for credits_tap_clerk', 'a default is computed by the owner of the table');
SELECT pg_temp.refused($$ALTER TABLE credits._entry ALTER was_in SET DEFAULT '2026-03-01';
    INSERT INTO shop.slip (id, customer, item, quantity) VALUES (7, 'A', 'H', 1)$$,
    '23514 _entry_was_in_check', 'a constraint of such a column holds');
SELECT pg_temp.refused($$ALTER TABLE credits._entry ALTER pi SET NOT NULL, ALTER pi DROP DEFAULT;
    INSERT INTO shop.slip (id, customer, item, quantity) VALUES (7, 'A', 'H', 1)$$,
    '23502', 'one that must be filled in, and nobody does, refuses the save');
SELECT pg_temp.refused($$ALTER TABLE credits.pending ADD note text NOT NULL;
    INSERT INTO shop.report VALUES (8, 'A', '2026-02-01', 'H', 1)$$, '23502', 'of notes, too');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
