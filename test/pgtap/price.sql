-- Prices: the columns of zero_columns are 0 on every consumption line of a customer with credits, draft or booked (rule 11).
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(64);

CREATE DOMAIN shop.money AS numeric(10,2) CHECK (VALUE >= 0);
CREATE TABLE shop.bill (
    id         int PRIMARY KEY,
    number     text REFERENCES shop.invoice,
    item       text,
    quantity   numeric,
    price      numeric(12,2),
    gross      double precision,
    discount   smallint,
    net        shop.money,
    whole      numeric GENERATED ALWAYS AS (quantity * price) STORED,
    memo       text
);
SELECT pg_temp.accepted($$SELECT credits.attach('shop.bill', 'invoice', article => 'item', quantity => 'quantity',
                                                amount => 'net',
    customer => 'header.customer', document_date => 'header.day', document_number => 'header.number',
    header_table => 'shop.invoice',
    applies_to => $x$line.memo IS DISTINCT FROM 'purchase'$x$, counts_when => $x$header.state = 'posted'$x$,
    from_date => '2026-01-01',
    zero_columns => '{price, gross, discount, net}')$$, 'given bills with four price columns');
CREATE FUNCTION pg_temp.prices(line int) RETURNS text LANGUAGE sql AS
$$SELECT concat_ws(' ', coalesce(price::text, '-'), coalesce(gross::text, '-'), coalesce(discount::text, '-'),
                   coalesce(net::text, '-')) FROM shop.bill WHERE id = line$$;
INSERT INTO shop.invoice VALUES ('sold', 'A', '2026-01-01', 'posted'), ('draft', 'A', '2026-01-02', 'draft'),
    ('posted', 'A', '2026-01-02', 'posted'),
    ('other', 'D', '2026-01-02', 'posted'), ('nobody', NULL, '2026-01-02', 'posted');

-- On INSERT

INSERT INTO shop.bill (id, number, item, quantity, price, gross, discount, net) VALUES
    (1, 'sold', 'S', 100, 10, 12.1, 1, 990), (2, 'posted', 'Q', 2, 25, 30.25, 5, 45), (3, 'draft', 'Q', 2, 25, 30.25, 5, 45),
    (4, 'other', 'Q', 2, 25, 30.25, 5, 45), (5, 'nobody', 'Q', 2, 25, 30.25, 5, 45), (6, 'posted', 'X', 2, 25, 30.25, 5, 45),
    (7, 'posted', 'Q', 0.0001, 25, 30.25, 5, 45), (8, 'posted', 'Q', NULL, 25, 30.25, 5, 45), (9, NULL, 'Q', 2, 25, 30.25, 5, 45),
    (10, 'posted', 'Q', 2, NULL, NULL, NULL, NULL);
SELECT is(pg_temp.prices(1), '10.00 12.1 1 990.00', 'a sale keeps its price');
SELECT is(pg_temp.prices(2), '0.00 0 0 0.00', 'a consumption costs nothing, in columns of any numeric type');
SELECT is((SELECT whole FROM shop.bill WHERE id = 2), 0::numeric, 'and what is computed from them');
SELECT is(pg_temp.prices(3), '0.00 0 0 0.00', 'on a draft, too');
SELECT is(pg_temp.prices(10), '0.00 0 0 0.00', 'no price is a price of 0');
SELECT is(pg_temp.prices(4), '25.00 30.25 5 45.00', 'a customer who does not work with credits pays');
SELECT is(pg_temp.prices(5), '25.00 30.25 5 45.00', 'so does one who is not known yet');
SELECT is(pg_temp.prices(9), '25.00 30.25 5 45.00', 'a line without a document keeps its price');
SELECT is(pg_temp.prices(6), '25.00 30.25 5 45.00', 'so does an article without credits');
SELECT is(pg_temp.prices(7), '25.00 30.25 5 45.00', 'a line whose credits round to 0');
SELECT is(pg_temp.prices(8), '25.00 30.25 5 45.00', 'and one without a quantity');
COPY shop.bill (id, number, item, quantity, price, net) FROM stdin;
12	draft	H	1	100	100
13	other	H	1	100	100
\.
SELECT is(pg_temp.prices(12) || ' ' || pg_temp.prices(13), '0.00 0 0 0.00 100.00 - - 100.00', 'COPY is no way round it');

-- On UPDATE

UPDATE shop.bill SET price = 25, net = 50 WHERE id IN (2, 3, 4);
SELECT is(pg_temp.prices(2) || ' ' || pg_temp.prices(3), '0.00 0 0 0.00 0.00 0 0 0.00',
          'a price that is written later is 0 again');
SELECT is(pg_temp.prices(4), '25.00 30.25 5 50.00', 'for who has credits only');
UPDATE shop.bill SET quantity = 1 WHERE id = 8;
SELECT is(pg_temp.prices(8), '0.00 0 0 0.00', 'a stub costs nothing from when it is a consumption');
UPDATE shop.bill SET item = 'H' WHERE id = 6;
SELECT is(pg_temp.prices(6), '0.00 0 0 0.00', 'a line that gets another article, too');
UPDATE shop.bill SET number = 'draft' WHERE id IN (4, 9);
SELECT is(pg_temp.prices(4) || ' ' || pg_temp.prices(9), '0.00 0 0 0.00 0.00 0 0 0.00', 'or goes to another document');
UPDATE shop.bill SET item = 'X', price = 7 WHERE id = 6;
SELECT is(pg_temp.prices(6), '7.00 0 0 0.00', 'a line that is no consumption any more has the price that the ERP gives it');

-- By a header that turns its lines into consumptions

UPDATE shop.bill SET price = 25, gross = 30.25, net = 50 WHERE id IN (5, 13);
UPDATE shop.invoice SET customer = 'A' WHERE number = 'nobody';
SELECT is(pg_temp.prices(5), '0.00 0 0 0.00', 'the customer comes with the header: the lines are booked, and cost nothing');
SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_key = '5'), -0.5, 'once');
UPDATE shop.invoice SET customer = 'A', state = 'draft' WHERE number = 'other';
SELECT is(pg_temp.prices(13), '0.00 0 0 0.00', 'on a draft, too');
UPDATE shop.invoice SET customer = 'D' WHERE number = 'other';
SELECT is(pg_temp.prices(13), '0.00 0 0 0.00', 'the other way round the ERP alone knows the price: it stays 0');
UPDATE shop.bill SET price = 100, net = 100 WHERE id = 13;
SELECT is(pg_temp.prices(13), '100.00 0 0 100.00', 'until it is written');
CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
UPDATE shop.invoice SET total = 1;
UPDATE shop.bill SET memo = 'x';
SELECT is(pg_temp.entries(), entries, 'all this books what it should, once') FROM before;
SELECT is(credits.balance('A', 'SUPPORT'), 100 - 0.5 - 0.5 - 0.25 - 0.5, 'no more');

-- What an ERP's own trigger makes of a line counts: ours comes after it

CREATE FUNCTION shop.tariff() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN NEW.price := 37.5; IF NEW.memo = 'evening' THEN NEW.item := 'H'; END IF; RETURN NEW; END$$;
CREATE TRIGGER tariff BEFORE INSERT OR UPDATE ON shop.bill FOR EACH ROW EXECUTE FUNCTION shop.tariff();
INSERT INTO shop.bill (id, number, item, quantity, price, memo)
VALUES (21, 'posted', 'X', 1, 1, 'evening'), (22, 'posted', 'X', 1, 1, 'day');
SELECT is(pg_temp.prices(21), '0.00 0 0 0.00', 'an article that it swaps in costs nothing');
SELECT is(pg_temp.prices(22), '37.50 - - -', 'any other what it says');
DROP TRIGGER tariff ON shop.bill;

-- Switches

UPDATE credits.parameter SET active = false;
INSERT INTO shop.bill (id, number, item, quantity, price) VALUES (31, 'posted', 'H', 1, 100);
SELECT is(pg_temp.prices(31), '100.00 - - -', 'while the module is off, prices are the ERP''s');
UPDATE credits.parameter SET active = true;
DELETE FROM shop.bill WHERE id = 31;
INSERT INTO shop.bill (id, number, item, quantity, price, memo) VALUES (32, 'posted', 'H', 1, 100, 'purchase');
SELECT is(pg_temp.prices(32), '100.00 - - -', 'and always where the extension does not apply');
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'A';
INSERT INTO shop.bill (id, number, item, quantity, price) VALUES (33, 'posted', 'H', 1, 100);
SELECT is(pg_temp.prices(33), '100.00 - - -', 'and for a customer who lost the flag');
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'A';
DELETE FROM shop.bill WHERE id = 33;

-- What is booked keeps its terms, and costs nothing; what lies before the cut-over is the ERP's

UPDATE credits.article SET type_id = NULL, coefficient = NULL WHERE article = 'Q';
UPDATE shop.bill SET price = 25 WHERE id = 2;
SELECT is(pg_temp.prices(2), '0.00 0 0 0.00', 'a booked consumption whose article lost its type');
UPDATE credits.article SET type_id = (SELECT type_id FROM credits.credit_type WHERE code = 'SUPPORT'),
    coefficient = -0.25 WHERE article = 'Q';
UPDATE credits.customer SET works_with_credits = false WHERE customer = 'A';
UPDATE shop.bill SET price = 25 WHERE id = 2;
SELECT is(pg_temp.prices(2), '0.00 0 0 0.00', 'and one whose customer lost the flag');
UPDATE credits.customer SET works_with_credits = true WHERE customer = 'A';
INSERT INTO shop.invoice (number, customer, day, state) VALUES ('old', 'A', '2025-12-31', 'posted');
INSERT INTO shop.bill (id, number, item, quantity, price) VALUES (51, 'old', 'Q', 2, 25);
UPDATE shop.bill SET memo = 'paid long ago' WHERE id = 51;
SELECT is(pg_temp.prices(51), '25.00 - - -', 'a line dated before from_date keeps its price');

-- A document that the same statement inserts, or hands over: RETURNING shows the price that the line keeps

WITH document AS (INSERT INTO shop.invoice VALUES ('new', 'A', '2026-01-02', 'posted') RETURNING number),
     line AS (INSERT INTO shop.bill (id, number, item, quantity, price, net) SELECT 151, number,
              'H', 3, 100, 300 FROM document RETURNING price, whole)
SELECT is(price || '/' || whole, '0.00/0.00', 'of a document that comes in the same statement') FROM line;
SELECT is(pg_temp.prices(151), '0.00 0 0 0.00', 'which is that of the row') FROM (SELECT) AS one;
WITH document AS (INSERT INTO shop.invoice VALUES ('new of D', 'D', '2026-01-02', 'posted') RETURNING number),
     line AS (INSERT INTO shop.bill (id, number, item, quantity, price, net) SELECT 152, number,
              'H', 3, 100, 300 FROM document RETURNING price, whole)
SELECT is(price || '/' || whole, '100.00/300.00', 'of one who pays') FROM line;
WITH document AS (UPDATE shop.invoice SET customer = 'D' WHERE number = 'new' RETURNING number),
     line AS (INSERT INTO shop.bill (id, number, item, quantity, price, net) SELECT 153, number,
              'H', 3, 100, 300 FROM document RETURNING price, whole)
SELECT is(price || '/' || whole, '100.00/300.00', 'of one that goes to him in the same statement') FROM line;
WITH document AS (UPDATE shop.invoice SET customer = 'A' WHERE number = 'new of D' RETURNING number),
     line AS (INSERT INTO shop.bill (id, number, item, quantity, price, net) SELECT 154, number,
              'H', 3, 100, 300 FROM document RETURNING price, whole)
SELECT is(price || '/' || whole, '0.00/0.00', 'or comes from him') FROM line;
SELECT pg_temp.all_in_order();

-- An upsert: what it proposes has the price that was typed, and what becomes of the line decides

CREATE FUNCTION pg_temp.upsert(line int, of_document text, article text, amount numeric, sets text, what text DEFAULT 'price')
    RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    returned text;
BEGIN
    EXECUTE format('INSERT INTO shop.bill AS line (id, number, item, quantity, price, net) VALUES (%s, %L, %L, 1, %s, %4$s)
                    ON CONFLICT (id) DO UPDATE SET %s RETURNING %s', line, of_document, article, amount, sets, what)
    INTO returned;
    RETURN returned || ' ' || pg_temp.prices(line);
END
$$;
INSERT INTO shop.bill (id, number, item, quantity, price, net) VALUES (201, 'posted', 'X', 1, 30, 30),
    (202, 'posted', 'H', 1, 30, 30), (203, 'draft', 'H', 1, 30, 30), (204, 'posted', 'S', 1, 30, 30);
SELECT is(pg_temp.upsert(201, 'posted', 'H', 95, 'price = excluded.price'), '95.00 95.00 - - 30.00',
    'a use is proposed for a line of another article: that has the price');
SELECT is(pg_temp.upsert(204, 'posted', 'H', 95, 'price = excluded.price'), '95.00 95.00 - - 30.00', 'for a sale: likewise');
SELECT is(pg_temp.upsert(201, 'draft', 'H', 96, 'net = excluded.net'), '95.00 95.00 - - 96.00', 'on a draft');
SELECT is(pg_temp.upsert(202, 'posted', 'S', 95, 'price = excluded.price'), '0.00 0.00 0 0 0.00',
    'a sale is proposed for a use: that costs nothing');
SELECT is(pg_temp.upsert(203, 'draft', 'X', 95, 'price = excluded.price, net = 7'), '0.00 0.00 0 0 0.00', 'on a draft, too');
SELECT is(pg_temp.upsert(202, 'posted', 'H', 95, 'quantity = 1, price = excluded.price'), '0.00 0.00 0 0 0.00',
    'a use for a use costs nothing');
SELECT is(pg_temp.upsert(201, 'posted', 'H', 95, 'item = excluded.item'), '0.00 0.00 0 0 0.00',
    'a line that becomes a use costs nothing, whatever is set');
SELECT is(pg_temp.upsert(202, 'posted', 'X', 35, 'item = excluded.item, price = excluded.price'), '35.00 35.00 0 0 0.00',
    'one that is none any more has the price');
SELECT is(pg_temp.upsert(204, 'posted', 'H', 95, 'price = excluded.price', 'net'), '30.00 95.00 - - 30.00',
    'columns that are not set stay');
SELECT is(pg_temp.upsert(205, 'posted', 'H', 95, 'price = excluded.price', 'price + net'), '0.00 0.00 0 0 0.00',
    'without such a line it is an INSERT like any other');
CREATE TABLE shop.part (id int, y int, item text, place int, price numeric, PRIMARY KEY (id, y)) PARTITION BY LIST (y);
CREATE TABLE shop.part_1 (gone int, price numeric, place int, item text, y int NOT NULL, id int NOT NULL);
ALTER TABLE shop.part_1 DROP COLUMN gone;
ALTER TABLE shop.part ATTACH PARTITION shop.part_1 FOR VALUES IN (1);
CREATE UNIQUE INDEX ON shop.part (place, y) NULLS NOT DISTINCT;
SELECT credits.attach('shop.part', 'invoice', article => 'item', quantity => '1', amount => 'line.price', customer => $$'A'$$,
    document_date => $$'2026-01-02'::date$$, zero_columns => '{price}') \g /dev/null
INSERT INTO shop.part VALUES (1, 1, 'X', 1, 30), (2, 1, 'X', NULL, 30), (3, 1, 'H', 3, 30);
INSERT INTO shop.part VALUES (1, 1, 'H', 11, 95) ON CONFLICT (id, y) DO UPDATE SET price = excluded.price;
SELECT is((SELECT price FROM shop.part WHERE id = 1), 95::numeric, 'in a partition');
INSERT INTO shop.part VALUES (11, 1, 'H', 1, 96) ON CONFLICT (place, y) DO UPDATE SET price = excluded.price;
SELECT is((SELECT price FROM shop.part WHERE id = 1), 96::numeric, 'by another key than that of the line');
INSERT INTO shop.part VALUES (12, 1, 'H', NULL, 97) ON CONFLICT (place, y) DO UPDATE SET price = excluded.price;
SELECT is((SELECT price FROM shop.part WHERE id = 2), 97::numeric, 'by null, where that is a key');
INSERT INTO shop.part VALUES (3, 1, 'X', 3, 95) ON CONFLICT (id, y) DO UPDATE SET price = excluded.price;
SELECT is((SELECT price FROM shop.part WHERE id = 3), 0::numeric, 'and a use costs nothing there');

-- MERGE proposes nothing: its source has the price. What a trigger after ours makes of a line, RETURNING does not know yet.

MERGE INTO shop.bill AS line
USING (VALUES (204, 'H', 41), (203, 'X', 42), (206, 'H', 43)) AS given (id, item, price) ON line.id = given.id
WHEN MATCHED THEN UPDATE SET price = given.price
WHEN NOT MATCHED THEN INSERT (id, number, item, quantity, price) VALUES (given.id, 'posted', given.item, 1, given.price);
SELECT is(pg_temp.prices(204) || ', ' || pg_temp.prices(203) || ', ' || pg_temp.prices(206),
    '41.00 - - 30.00, 0.00 0 0 0.00, 0.00 0 0 0.00', 'MERGE gives what it says, but to a use');
CREATE TRIGGER zzz_tariff BEFORE INSERT ON shop.bill FOR EACH ROW EXECUTE FUNCTION shop.tariff();
SELECT is(pg_temp.upsert(207, 'posted', 'X', 10, 'memo = NULL'), '37.50 37.50 - - 10.00', 'a later trigger has its price');
PREPARE late AS INSERT INTO shop.bill (id, number, item, quantity, price, memo) VALUES (208, 'posted', 'X', 1, 1, 'evening')
    RETURNING price;
SELECT results_eq('late', 'VALUES (37.50::numeric(12,2))', 'RETURNING shows the price of a line that only it makes a use');
DROP TRIGGER zzz_tariff ON shop.bill;
SELECT is(pg_temp.prices(208), '0.00 0 0 0.00', 'which is 0 when the statement ends');
SELECT pg_temp.all_in_order();

-- Too few credits: no price is changed for nothing

SELECT pg_temp.refused($$INSERT INTO shop.bill (id, number, item, quantity, price) VALUES (41, 'posted', 'H', 1000, 100)$$,
                       '23514 credits_balance_not_negative',
    'a consumption beyond the balance is refused as ever');
SELECT pg_temp.accepted($$INSERT INTO shop.bill (id, number, item, quantity, price) VALUES (42, 'draft', 'H', 1000, 100)$$,
                        'a draft is not');
SELECT pg_temp.accepted($$SELECT credits.detach('shop.bill')$$, 'when the table is detached');
UPDATE shop.bill SET price = 25 WHERE id = 2;
SELECT is(pg_temp.prices(2), '25.00 0 0 0.00', 'prices are the ERP''s again');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
