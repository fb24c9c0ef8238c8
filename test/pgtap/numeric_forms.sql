-- Amounts are read and written in the form in which a numeric is stored, short or long, packed, compressed or out of line: they
-- are what PostgreSQL makes of them (rule 1).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(8);

-- The edges of both forms: digits of base 10 000, their number and weight, scales beyond the 63 that the short one holds.
CREATE TABLE shop.form (form text PRIMARY KEY, quantity numeric);
ALTER TABLE shop.form ALTER quantity SET STORAGE EXTERNAL;
INSERT INTO shop.form
SELECT format('%s%s, %s', sign, digits, scale), (sign || digits)::numeric
FROM (VALUES (''), ('-')) AS s (sign),
     (VALUES ('0.0001'), ('0.001'), ('0.01'), ('0.1'), ('1'), ('1.5'), ('9.9999'), ('10'), ('9999'), ('9999.9999'), ('10000'),
             ('10000.0001'), ('99999999'), ('100000000'), ('100000000.5'), ('12345678.9012'), ('999999999999'), ('1000000000000'),
             ('99999999999.9999'), ('123456789012.3456'), ('0.00004'), ('0.00005'), ('0.00014999'), ('0.00015'), ('2.00004999'),
             ('2.00005'), ('7.123456789012345678901234567890'), ('0')) AS d (digits),
     (VALUES ('as it is'), ('long'), ('large')) AS k (scale)
WHERE scale = 'as it is' OR position('.' IN digits) > 0;
UPDATE shop.form SET quantity = quantity + ('0.' || repeat('0', 80))::numeric WHERE form LIKE '%long';
UPDATE shop.form SET quantity = quantity + ('0.' || repeat('0', 9000))::numeric WHERE form LIKE '%large';
-- Digits that count are kept where they are out of line, too.
INSERT INTO shop.form VALUES ('out of line', ('3.' || repeat('1234', 3000))::numeric);
SELECT cmp_ok(max(pg_column_size(quantity)), '>', 5000, 'a numeric lies out of line') FROM shop.form;
SELECT cmp_ok(count(*), '>', 40::bigint, 'scales go beyond the short form') FROM shop.form WHERE scale(quantity) > 63;

SELECT is_empty($$
    SELECT form, quantity, preview.credits
    FROM shop.form, credits.preview_line('A', 'S', quantity) AS preview
    WHERE preview.credits <> round(quantity, 4)$$, 'each is read as it is');
SELECT is_empty($$
    SELECT form, quantity, preview.credits
    FROM shop.form, credits.preview_line('A', 'Q', quantity) AS preview
    WHERE preview.credits <> round(quantity * -0.25, 4)$$, 'and multiplied');
SELECT is_empty($$
    SELECT form, preview.credits FROM shop.form, credits.preview_line('A', 'S', quantity) AS preview
    WHERE numeric_send(preview.credits) <> numeric_send(preview.credits::text::numeric)
       OR hash_numeric(preview.credits) <> hash_numeric(preview.credits::text::numeric)$$,
    'what is written is PostgreSQL''s form');

SELECT is(pg_temp.outcome(format($$SELECT credits.preview_line('A', 'S', %L)$$, quantity)), '23514 credits_quantity_in_range',
          'no quantity: ' || quantity)
FROM (VALUES ('NaN'::numeric), ('Infinity')) AS v (quantity);

INSERT INTO shop.slip (id, customer, item, quantity, amount)
SELECT row_number() OVER (ORDER BY form), 'A', 'S', quantity, 1 FROM shop.form WHERE quantity BETWEEN 0.0001 AND 1e8;
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
