-- Keys that were exchanged, or used again, behind the triggers or while the table was detached: take_in() finds what each line
-- has under its former key, and books nothing twice (rules 14 and 24). And what is booked under another date, number or article.
BEGIN;
\ir common.psql
\ir shop.psql
SET LOCAL client_min_messages = error;
\ir repair.psql
SELECT plan(19);

INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES
    (1, 'A', '2026-01-01', 'S1', 'S', 10, 1000), (2, 'A', '2026-01-02', 'S2', 'H', 4, 0),
    (3, 'A', '2026-01-03', 'S3', 'S', 5, 400), (4, 'A', '2026-01-04', 'S4', 'H', 3, 0),
    (5, 'B', '2026-01-01', 'S5', 'S', 7, 70), (6, 'B', '2026-01-02', 'S6', 'H', 1, 0);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('H2', 101, -1);
CREATE FUNCTION pg_temp.standing() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s at %s', customer, trim_scale(balance), value), ', ' ORDER BY customer)
    FROM credits.account WHERE type_id = 101
$$;
-- Gives line i the key to[i] behind the triggers, and does more; then what take_in() settles and leaves. Of none of it anything
-- stays.
CREATE FUNCTION pg_temp.after_keys(new_keys bigint[], more text, expected text, description text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    taken record;
    had   text;
BEGIN
    PERFORM pg_temp.behind(format('UPDATE shop.slip SET id = -(%L::bigint[])[id]; UPDATE shop.slip SET id = -id; %s',
                                  new_keys, more));
    SELECT * INTO taken FROM credits.take_in(on_refusal => 'report');
    had := format('%s of %s lines: %s', taken.lines, taken.lines + taken.refused, pg_temp.standing())
           || coalesce((SELECT '; refused ' || string_agg(line_key || ' ' || constraint_name, ', ' ORDER BY number)
                        FROM credits.take_in_refusal), '')
           || CASE WHEN ARRAY(SELECT pg_temp.named()) <> ARRAY(SELECT pg_temp.reported()) THEN '; not what is reported'
                   ELSE '' END
           || coalesce((SELECT '; unsound: ' || string_agg(v::text, '; ') FROM credits.verify() AS v
                        WHERE invariant NOT IN ('line_booked', 'unbooked_line')), '');
    RAISE SQLSTATE 'TRIED';
EXCEPTION WHEN SQLSTATE 'TRIED' THEN
    RETURN is(had, expected, description);
END
$$;

SELECT is(pg_temp.standing(), 'A 8 at 700.00, B 6 at 60.00', 'what the documents say');
SELECT pg_temp.after_keys(new_keys::bigint[], '', lines || ' of ' || lines || ' lines: A 8 at 700.00, B 6 at 60.00', description)
FROM (VALUES ('{2,1,3,4,5,6}', 2, 'a sale and a use exchange their keys'),
             ('{3,2,1,4,5,6}', 2, 'two sales do'),
             ('{1,4,3,2,5,6}', 2, 'two uses do'),
             ('{5,2,3,4,1,6}', 2, 'sales of two customers do'),
             ('{1,6,3,4,5,2}', 2, 'uses of two customers do'),
             ('{2,3,1,4,5,6}', 3, 'three in a ring'),
             ('{6,5,4,3,2,1}', 6, 'all do'),
             ('{2,3,4,5,6,7}', 7, 'all move up by one'),
             ('{11,1,2,3,4,5}', 7, 'a key is used again after another one')) AS way (new_keys, lines, description);
SELECT pg_temp.after_keys('{2,3,4,5,6,7}', $$INSERT INTO shop.slip VALUES (1, 'A', '2026-01-05', 'S7', 'posted', 'H', 100)$$,
    '6 of 7 lines: A 8 at 700.00, B 6 at 60.00; refused 1 credits_balance_not_negative',
    'what is new under a former key is refused alone');
SELECT pg_temp.after_keys('{2,3,4,5,6,7}', $$UPDATE shop.slip SET quantity = 100 WHERE id = 3$$,
    '6 of 7 lines: A 12 at 1100.00, B 6 at 60.00; refused 3 credits_balance_not_negative',
    'so is what changed besides, and what the others have is theirs');
SELECT pg_temp.after_keys('{2,1,4,3,5,6}', $$UPDATE shop.slip SET quantity = 1 WHERE id IN (1, 3)$$,
    '4 of 4 lines: A 13 at 1200.00, B 6 at 60.00', 'uses that exchange their keys with sales, and change');
SELECT pg_temp.after_keys('{1,2,3,4,5,6}', 'UPDATE shop.slip SET day = day + 1',
    '6 of 6 lines: A 8 at 700.00, B 6 at 60.00', 'other dates, together');
SELECT pg_temp.after_keys('{1,2,3,4,5,6}', 'UPDATE shop.slip SET day = day + 40 WHERE id = 4',
    '1 of 1 lines: A 8 at 700.00, B 6 at 60.00', 'the date of a use');
SELECT pg_temp.after_keys('{1,2,3,4,5,6}', 'UPDATE shop.slip SET day = day + 40 WHERE id = 1',
    '0 of 1 lines: A 8 at 700.00, B 6 at 60.00; refused 1 credits_lot_not_consumed',
    'the date of a sale that was used is refused, as in a save');
SELECT pg_temp.after_keys('{1,2,3,4,5,6}', $$UPDATE shop.slip SET number = number || '/26'$$,
    '6 of 6 lines: A 8 at 700.00, B 6 at 60.00', 'other numbers');
SELECT pg_temp.after_keys('{1,2,3,4,5,6}', $$UPDATE shop.slip SET item = 'H2' WHERE id = 4$$,
    '1 of 1 lines: A 8 at 700.00, B 6 at 60.00', 'another article');

-- A line that goes to another customer's document leaves its number where it was booked.
INSERT INTO shop.invoice VALUES ('I1', 'A'), ('I2', 'B');
INSERT INTO shop.invoice_line VALUES ('I1', 1, 'H', 1);
UPDATE shop.invoice_line SET number = 'I2';
SELECT is((SELECT string_agg(format('%s %s %s', customer, document_number, quantity), ', ' ORDER BY customer, entry_no)
           FROM credits.entry WHERE source = 'shop.invoice_line'), 'A I1 -1, A I1 1, B I2 -1',
    'whose document it was is told by its number');

SELECT * FROM finish();
ROLLBACK;
