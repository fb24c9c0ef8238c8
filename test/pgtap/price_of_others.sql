-- A price that becomes 0 later is set by an UPDATE, as the owner of the table, whose triggers fire. Where a statement of the
-- session's own has changed a table of his they fire as there; else restricted: he queues nothing in the name of who asked.
BEGIN;
\ir common.psql
\ir shop.psql
\ir mallory.psql
SELECT plan(14);

SET ROLE credits_test_mallory;
CREATE FUNCTION mallory.yes_of_row(value numeric) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM mallory.attack('domain'); RETURN true; END$$;
CREATE DOMAIN mallory.checked AS numeric CHECK (mallory.yes('folded domain')) CHECK (mallory.yes_of_row(VALUE));
CREATE TABLE mallory.late (number text PRIMARY KEY, customer text, day date DEFAULT '2026-01-05');
CREATE TABLE mallory.late_line (id int PRIMARY KEY, number text REFERENCES mallory.late, item text,
                                quantity numeric, price mallory.checked);
CREATE TABLE mallory.noted_line (id int PRIMARY KEY, origin bigint, customer text, day date DEFAULT '2026-01-05',
                                 item text, quantity numeric, price numeric, old_price numeric);
INSERT INTO mallory.late VALUES ('L', 'D'), ('M', 'D');
INSERT INTO mallory.late_line VALUES (1, 'L', 'H', 1, 9), (2, 'M', 'H', 1, 9);
GRANT SELECT, UPDATE ON mallory.late TO credits_test_clerk;
RESET ROLE;
SELECT pg_temp.wash() \g /dev/null
INSERT INTO shop.slip (id, customer, day, item, quantity, amount) VALUES (1, 'A', '2026-01-01', 'S', 10, 1000);
SELECT credits.attach('mallory.late_line', 'invoice', 'item', 'quantity', 'price', 'header.customer',
                      'header.day', header_table => 'mallory.late', zero_columns => '{price}') \g /dev/null
SET ROLE credits_test_mallory;
CREATE FUNCTION mallory.attack_row() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN PERFORM mallory.attack('trigger'); RETURN NULL; END$$;
CREATE TRIGGER attack AFTER UPDATE ON mallory.late_line FOR EACH ROW EXECUTE FUNCTION mallory.attack_row();
RESET ROLE;
SELECT pg_temp.wash() \g /dev/null

-- Somebody has got his documents another customer, unseen; they are settled by whoever finds out
ALTER TABLE mallory.late DISABLE TRIGGER USER;
UPDATE mallory.late SET customer = 'A' WHERE number = 'L';
ALTER TABLE mallory.late ENABLE TRIGGER USER;
SELECT pg_temp.harmless($$SELECT credits.settle('mallory.late_line', 'L')$$, ARRAY['domain', 'folded domain', 'trigger'],
                        'a superuser settles a line');
SELECT is((SELECT price FROM mallory.late_line WHERE id = 1)::numeric, 0::numeric, 'whose price is 0 then');
SELECT is(credits.balance('A', 'SUPPORT'), 9::numeric, 'and which is booked');

-- Lines of his that were made from somebody else's, checked at commit: the note is ours, and may wait

SELECT credits.attach('mallory.noted_line', 'invoice', 'item', 'quantity', 'price', 'customer', 'day', zero_columns => '{price}',
    origin => 'origin', origin_table => 'shop.slip', check_at => 'commit') \g /dev/null
ALTER TABLE mallory.noted_line DISABLE TRIGGER USER;
INSERT INTO mallory.noted_line VALUES (1, 2, 'A', DEFAULT, 'H', 1, 9), (2, 3, 'A', DEFAULT, 'H', 1, 9);
ALTER TABLE mallory.noted_line ENABLE TRIGGER USER;
SET ROLE credits_test_mallory;
CREATE TRIGGER attack AFTER UPDATE ON mallory.noted_line FOR EACH ROW EXECUTE FUNCTION mallory.attack_row();
RESET ROLE;
SELECT pg_temp.harmless($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 1)$$,
                        ARRAY['trigger'], 'somebody saves what a line was made from');
SELECT is((SELECT price FROM mallory.noted_line WHERE id = 1), 0::numeric, 'its price is 0 then');
SELECT pg_temp.harmless($$SET CONSTRAINTS credits.credits_check_at_commit IMMEDIATE;
                          INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', 1)$$,
ARRAY['trigger'], 'the same where it is checked at once');
SELECT is((SELECT price FROM mallory.noted_line WHERE id = 2), 0::numeric, 'its price is 0 then');
SET CONSTRAINTS ALL DEFERRED;

-- Where the session's own statement changes a table of his

TRUNCATE mallory.run;
SET ROLE credits_test_clerk;
UPDATE mallory.late SET customer = 'A' WHERE number = 'M';
RESET ROLE;
SELECT pg_temp.wash() \g /dev/null
SELECT is((SELECT price FROM mallory.late_line WHERE id = 2)::numeric, 0::numeric, 'a clerk changes a document');
SELECT is((SELECT array_agg(DISTINCT place ORDER BY place) FROM mallory.run WHERE place IN ('trigger', 'queued')),
          '{queued,trigger}', 'what triggers of the table queue is queued, as after the clerk''s own UPDATE of it');
SELECT is(credits.balance('A', 'SUPPORT'), 6::numeric, 'the lines are booked');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
