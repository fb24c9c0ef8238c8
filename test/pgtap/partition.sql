-- Partitioned line tables: rows written into the root and into a partition directly, partitions that come and go, rows that move.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(66);

-- Given lines by year and region; one partition has its columns in another order, and one that was dropped; one is partitioned
-- again
CREATE TABLE shop.sale (
    region   text NOT NULL,
    id       int NOT NULL,
    customer text,
    item     text,
    quantity numeric,
    price    numeric(12,2) DEFAULT 10,
    day      date DEFAULT '2026-01-10',
    PRIMARY KEY (region, id)
) PARTITION BY LIST (region);
CREATE TABLE shop.sale_north PARTITION OF shop.sale FOR VALUES IN ('north');
CREATE TABLE shop.sale_south (gone int, price numeric(12,2) DEFAULT 10, quantity numeric, id int NOT NULL,
                              day date DEFAULT '2026-01-10', item text, customer text, region text NOT NULL);
ALTER TABLE shop.sale_south DROP COLUMN gone;
ALTER TABLE shop.sale ATTACH PARTITION shop.sale_south FOR VALUES IN ('south');
CREATE TABLE shop.sale_west PARTITION OF shop.sale FOR VALUES IN ('west') PARTITION BY RANGE (id);
CREATE TABLE shop.sale_west_1 PARTITION OF shop.sale_west FOR VALUES FROM (0) TO (100);
CREATE TABLE shop.sale_west_2 (LIKE shop.sale_south INCLUDING DEFAULTS);
ALTER TABLE shop.sale_west ATTACH PARTITION shop.sale_west_2 FOR VALUES FROM (100) TO (200);
SELECT pg_temp.accepted($$SELECT credits.attach('shop.sale', 'cash_sale', article => 'item', quantity => 'quantity',
                                                amount => 'price', customer => 'customer',
    document_date => 'day', zero_columns => '{price}')$$, 'a partitioned table is attached');
SELECT pg_temp.refused(format(
    $$SELECT credits.attach('shop.%s', 'other', article => 'item', quantity => 'quantity', amount => 'price',
                            customer => 'customer', document_date => 'day')$$, part),
    '42809', 'its parts are not: ' || part) FROM unnest(ARRAY['sale_north', 'sale_west', 'sale_west_2']) AS part;
SELECT results_eq('SELECT line_table FROM credits.source WHERE line_table::text LIKE ''%sale%''',
                  ARRAY['shop.sale'::regclass], 'it is one source');

-- What is booked for a line; the ledger names the root
CREATE FUNCTION pg_temp.booked_for(key text) RETURNS numeric LANGUAGE sql AS
$$SELECT sum(quantity) FROM credits.entry WHERE line_table = 'shop.sale'::regclass AND line_key = key$$;
CREATE FUNCTION pg_temp.has(key text, expected numeric, description text) RETURNS text LANGUAGE sql AS
$$SELECT is(pg_temp.booked_for(key), expected, key || ' ' || description)$$;
CREATE FUNCTION pg_temp.price_of(r text, n int) RETURNS numeric
    LANGUAGE sql AS $$SELECT price FROM shop.sale WHERE region = r AND id = n$$;

-- A crash would empty an unlogged partition and leave the ledger
SELECT pg_temp.refused(statement, '2BP01', statement) FROM unnest(ARRAY[
    $$CREATE UNLOGGED TABLE shop.sale_east PARTITION OF shop.sale FOR VALUES IN ('east')$$,
    $$CREATE UNLOGGED TABLE shop.sale_west_3 PARTITION OF shop.sale_west FOR VALUES FROM (200) TO (300)$$,
    $$ALTER TABLE shop.sale ATTACH PARTITION shop.sale_lost FOR VALUES IN ('lost')$$,
    'ALTER TABLE shop.sale_north SET UNLOGGED', 'ALTER TABLE shop.sale_west_2 SET UNLOGGED']) AS statement,
    (SELECT pg_temp.outcome('CREATE UNLOGGED TABLE shop.sale_lost (LIKE shop.sale INCLUDING ALL)')) AS given;

-- Into the root, and into each partition directly
INSERT INTO shop.sale (region, id, customer, item, quantity, price)
VALUES ('north', 1, 'A', 'S', 100, 1000), ('south', 1, 'A', 'S', 100, 2000);
SELECT is(credits.balance('A', 'SUPPORT'), 200::numeric, 'lines into the root, for two partitions in one statement');
INSERT INTO shop.sale (region, id, customer, item, quantity)
VALUES ('north', 2, 'A', 'H', 1), ('south', 2, 'A', 'H', 2), ('west', 2, 'A', 'Q', 4), ('west', 102, 'A', 'H', 4);
SELECT pg_temp.has(key, -n, 'a consumption through the root')
FROM (VALUES ('north/2', 1), ('south/2', 2), ('west/2', 1), ('west/102', 4)) AS line (key, n);
SELECT is(pg_temp.price_of(r, n), 0.00, 'costs nothing: ' || r)
FROM (VALUES ('north', 2), ('south', 2), ('west', 2), ('west', 102)) AS line (r, n);
INSERT INTO shop.sale_north (region, id, customer, item, quantity) VALUES ('north', 3, 'A', 'H', 1);
INSERT INTO shop.sale_south (region, id, customer, item, quantity) VALUES ('south', 3, 'A', 'H', 2), ('south', 4, 'A', 'X', 2);
INSERT INTO shop.sale_west (region, id, customer, item, quantity) VALUES ('west', 3, 'A', 'H', 3), ('west', 103, 'A', 'H', 4);
INSERT INTO shop.sale_west_2 (region, id, customer, item, quantity) VALUES ('west', 104, 'A', 'Q', 20);
COPY shop.sale_south (region, id, customer, item, quantity) FROM stdin;
south	5	A	H	6
\.
SELECT pg_temp.has(key, -n, 'into a partition')
FROM (VALUES ('north/3', 1), ('south/3', 2), ('west/3', 3), ('west/103', 4), ('west/104', 5), ('south/5', 6)) AS line (key, n);
SELECT is(pg_temp.price_of('south', 3) || ' ' || pg_temp.price_of('west', 104) || ' ' || pg_temp.price_of('south', 4),
          '0.00 0.00 10.00', 'prices, too');
SELECT pg_temp.has('south/4', NULL, 'is another article, none of ours');
SELECT pg_temp.refused($$INSERT INTO shop.sale_west_2 (region, id, customer, item, quantity)
                         VALUES ('west', 105, 'A', 'H', 1000)$$, '23514 credits_balance_not_negative', 'never negative');

-- Changes and deletions, by either road
UPDATE shop.sale SET quantity = quantity + 1 WHERE id = 2;
SELECT pg_temp.has(key, -n, 'changed through the root') FROM (VALUES ('north/2', 2), ('south/2', 3), ('west/2', 1.25))
    AS line (key, n);
UPDATE shop.sale_south SET quantity = quantity * 2, price = 7 WHERE id IN (2, 3);
UPDATE shop.sale_west SET quantity = 1 WHERE id IN (3, 103);
SELECT pg_temp.has(key, -n, 'changed in its partition')
FROM (VALUES ('south/2', 6), ('south/3', 4), ('west/3', 1), ('west/103', 1)) AS line (key, n);
SELECT is(pg_temp.price_of('south', 2), 0.00, 'its price stays 0');
SELECT pg_temp.refused('UPDATE shop.sale_south SET quantity = 1 WHERE id = 1', 'accepted',
                       'a sale that nothing was taken from changes in its partition');
SELECT pg_temp.refused('UPDATE shop.sale_north SET quantity = 1 WHERE id = 1', '23514 credits_lot_not_consumed',
                       'one that something was taken from does not');
DELETE FROM shop.sale_south WHERE id = 3;
DELETE FROM shop.sale WHERE region = 'west' AND id = 103;
SELECT is(pg_temp.booked_for('south/3') + pg_temp.booked_for('west/103'), 0::numeric, 'deleted by either road, all comes back');
UPDATE shop.sale_west_2 SET id = 110 WHERE id = 104;
SELECT pg_temp.has('west/110', -5, 'has a new key, which the ledger follows');

-- A row that moves to another partition keeps what is booked
CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
UPDATE shop.sale SET region = 'south', id = 51 WHERE region = 'north' AND id = 1;
UPDATE shop.sale SET region = CASE region WHEN 'north' THEN 'west' ELSE region END, id = id + 20
WHERE id IN (2, 3) AND region IN ('north', 'south');
SELECT is(pg_temp.entries(), entries, 'rows that move, among others that stay, book nothing') FROM before;
SELECT is(ARRAY(SELECT line_key FROM credits.lot WHERE line_table = 'shop.sale'::regclass ORDER BY lot_no),
          ARRAY['south/51', 'south/1'], 'sales keep their lots');
SELECT pg_temp.has(key, n, 'keeps its draws') FROM (VALUES ('west/22', -2), ('south/22', -6), ('west/23', -1)) AS line (key, n);
UPDATE shop.sale SET region = 'north', quantity = quantity - 1 WHERE region = 'west' AND id = 22;
SELECT pg_temp.has('north/22', -1, 'moves and changes at once');
SELECT is(pg_temp.price_of('north', 22), 0.00, 'at price 0 still');
CREATE FUNCTION shop.full() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN RETURN CASE WHEN NEW.id < 50 THEN NULL ELSE NEW END; END$$;
CREATE TRIGGER full_up BEFORE INSERT ON shop.sale_north FOR EACH ROW EXECUTE FUNCTION shop.full();
INSERT INTO shop.sale (region, id, customer, item, quantity)
VALUES ('west', 60, 'A', 'H', 1), ('west', 61, 'A', 'H', 2), ('west', 40, 'A', 'H', 3);
UPDATE shop.sale SET region = 'north', quantity = quantity * 2 WHERE region = 'west' AND id IN (40, 60, 61);
SELECT is(ARRAY(SELECT id FROM shop.sale WHERE id IN (40, 60, 61) ORDER BY id), ARRAY[60, 61],
          'a trigger may lose a row that moves');
SELECT pg_temp.has('west/40', 0, 'is lost, and gives back');
SELECT pg_temp.has(key, -n, 'moved with it') FROM (VALUES ('north/60', 2), ('north/61', 4)) AS line (key, n);
SELECT is(pg_temp.booked_for('west/60') + pg_temp.booked_for('west/61'), 0::numeric, 'and from where it was');
DROP TRIGGER full_up ON shop.sale_north;

-- Triggers within triggers: a line that another trigger changes is read again, wherever it lies
CREATE FUNCTION shop.double() RETURNS trigger
    LANGUAGE plpgsql AS $$BEGIN UPDATE shop.sale SET quantity = 2 * quantity WHERE region = NEW.region AND id = NEW.id;
                          RETURN NULL; END$$;
CREATE TRIGGER double AFTER INSERT ON shop.sale_south FOR EACH ROW WHEN (NEW.id > 80) EXECUTE FUNCTION shop.double();
INSERT INTO shop.sale_south (region, id, customer, item, quantity) VALUES ('south', 81, 'A', 'H', 1);
INSERT INTO shop.sale (region, id, customer, item, quantity) VALUES ('south', 82, 'A', 'H', 2);
SELECT pg_temp.has(key, -n, 'is booked once, as it is') FROM (VALUES ('south/81', 2), ('south/82', 4)) AS line (key, n);

-- Partitions that come and go
CREATE TABLE shop.sale_east PARTITION OF shop.sale FOR VALUES IN ('east') PARTITION BY RANGE (id);
CREATE TABLE shop.sale_east_1 PARTITION OF shop.sale_east FOR VALUES FROM (0) TO (100);
INSERT INTO shop.sale_east_1 (region, id, customer, item, quantity) VALUES ('east', 1, 'A', 'H', 1);
INSERT INTO shop.sale_east (region, id, customer, item, quantity) VALUES ('east', 2, 'A', 'H', 2);
INSERT INTO shop.sale (region, id, customer, item, quantity) VALUES ('east', 3, 'A', 'H', 3);
SELECT pg_temp.has('east/' || n, -n, 'in a partition that was created later') FROM generate_series(1, 3) AS n;
SELECT is(pg_temp.price_of('east', 1), 0.00, 'with its price');
CREATE TABLE shop.sale_far (LIKE shop.sale_south INCLUDING DEFAULTS);
INSERT INTO shop.sale_far (region, id, customer, item, quantity) VALUES ('far', 1, 'A', 'H', 1);
ALTER TABLE shop.sale ATTACH PARTITION shop.sale_far FOR VALUES IN ('far');
SELECT results_eq('SELECT invariant, detail FROM credits.verify()',
                  $$VALUES ('unbooked_line', 'shop.sale, line far/1: it wants -1 credits')$$,
                  'what lies in a partition that is attached later is not booked');
INSERT INTO shop.sale_far (region, id, customer, item, quantity) VALUES ('far', 2, 'A', 'H', 2);
SELECT pg_temp.has('far/2', -2, 'what comes is');
SELECT is(lines, 1::bigint, 'the rest is taken in') FROM credits.take_in();
SELECT pg_temp.has('far/1', -1, 'is taken in');

-- Who owns the table adds partitions, without a right of ours
CREATE ROLE merchant;
GRANT USAGE, CREATE ON SCHEMA shop TO merchant;
ALTER TABLE shop.sale OWNER TO merchant;
ALTER TABLE shop.sale_west OWNER TO merchant;
SET LOCAL ROLE merchant;
SELECT pg_temp.accepted(statement, statement) FROM unnest(ARRAY[
    $$CREATE TABLE shop.sale_new PARTITION OF shop.sale FOR VALUES IN ('new')$$,
    $$CREATE TABLE shop.sale_west_3 (LIKE shop.sale INCLUDING ALL);
      ALTER TABLE shop.sale_west ATTACH PARTITION shop.sale_west_3 FOR VALUES FROM (200) TO (300)$$]) AS statement;
INSERT INTO shop.sale (region, id, customer, item, quantity) VALUES ('new', 1, 'A', 'H', 1), ('west', 201, 'A', 'H', 1);
RESET ROLE;
SELECT is((SELECT string_agg(price_of::text || booked_for, ' ') FROM (VALUES ('new', 1), ('west', 201)) AS line (region, id),
           pg_temp.price_of(region, id), pg_temp.booked_for(region || '/' || id)), '0.00-1 0.00-1', 'which are like any other');

SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
