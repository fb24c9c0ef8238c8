-- Tables as real ERPs have them: quoted names, enums, domains, generated and identity columns, composite keys, sales and
-- purchases and taxes in one table, a view in front, row security, other people's triggers.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(46);
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 1000, 10000);
CREATE FUNCTION pg_temp.has(lines regclass, key text, expected numeric, description text) RETURNS text LANGUAGE sql AS
$$SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_table = lines AND line_key = key),
            expected, key || ' ' || description)$$;

-- One table for all documents: names in mixed case, enums, domains, keys of two columns, computed columns
CREATE SCHEMA "The ERP";
CREATE TYPE "The ERP"."Way" AS ENUM ('sale', 'purchase');
CREATE TYPE "The ERP"."Kind" AS ENUM ('line', 'tax', 'section');
CREATE TYPE "The ERP"."State" AS ENUM ('draft', 'posted', 'cancel');
CREATE DOMAIN "The ERP"."Code" AS varchar(20) CHECK (VALUE <> '');
CREATE DOMAIN "The ERP"."Hours" AS double precision CHECK (VALUE < 1e6);
CREATE TABLE "The ERP"."Move" (
    "Company"  smallint,
    "No"       "The ERP"."Code",
    "Type"     "The ERP"."Way" NOT NULL DEFAULT 'sale',
    "State"    "The ERP"."State" NOT NULL DEFAULT 'posted',
    "Partner"  bigint,
    "Day"      timestamp DEFAULT '2026-01-10 23:30',
    "Currency" char(3) DEFAULT 'EUR',
    PRIMARY KEY ("Company", "No")
);
CREATE TABLE "The ERP"."Move Line" (
    "Move"     text COLLATE "C",
    "Company"  integer,
    "select"   integer GENERATED ALWAYS AS IDENTITY,
    "Kind"     "The ERP"."Kind" NOT NULL DEFAULT 'line',
    "Product"  "The ERP"."Code",
    "Hours"    "The ERP"."Hours",
    "Rate"     real DEFAULT 1,
    "Quantity" double precision GENERATED ALWAYS AS ("Hours" * "Rate") STORED,
    "Price"    numeric(12,2) DEFAULT 50,
    "Net"      numeric GENERATED ALWAYS AS ("Hours"::numeric * "Price") STORED,
    "By"       name DEFAULT 'clerk',
    PRIMARY KEY ("select", "Company"),
    FOREIGN KEY ("Move", "Company") REFERENCES "The ERP"."Move" ("No", "Company") ON UPDATE CASCADE ON DELETE CASCADE
);
INSERT INTO credits.customer (customer) VALUES ('7'), ('8');
SELECT
    pg_temp.accepted(
    $$SELECT credits.attach('"The ERP"."Move Line"',
                            kind => $x$CASE header."Type" WHEN 'sale' THEN 'invoice' WHEN 'purchase' THEN 'nonsense' END$x$,
    article => '"Product"', quantity => '"Quantity"', amount => '"Net"', customer => 'header."Partner"',
    document_date => 'header."Day"', document_number => 'header."No"',
    header_table => '"The ERP"."Move"',
    applies_to => $x$header."Type" = 'sale' AND line."Kind" = 'line' AND line."Company" = 1$x$,
    counts_when => $x$header."State" = 'posted'$x$,
    zero_columns => '{Price}', currency => 'header."Currency"', entered_by => '"By"', from_date => '2026-01-01')$$,
    'given one table for everything');
SELECT is((SELECT header_key::text || line_header::text || line_key::text FROM credits.source
           WHERE line_table::text LIKE '%Move Line%'), '{Company,No}{Company,Move}{select,Company}', 'its keys are found');
INSERT INTO "The ERP"."Move" ("Company", "No", "Type", "State", "Partner")
VALUES (1, 'S/1', 'sale', 'posted', 7), (1, 'P/1', 'purchase', 'posted', 7), (2, 'S/1', 'sale', 'posted', 7),
    (1, 'D/1', 'sale', 'draft', 7), (1, 'old', 'sale', 'posted', 7), (1, 'USD', 'sale', 'posted', 7),
    (1, 'S/2', 'sale', 'posted', 8);
UPDATE "The ERP"."Move" SET "Day" = '2025-12-31 23:59' WHERE "No" = 'old';
UPDATE "The ERP"."Move" SET "Currency" = 'USD' WHERE "No" = 'USD';
INSERT INTO "The ERP"."Move Line" ("Company", "Move", "Product", "Hours", "Rate", "Price")
VALUES (1, 'S/1', 'S', 100, 1, 10), (1, 'S/1', 'H', 1.5, 2, 50);
INSERT INTO "The ERP"."Move Line" ("Company", "Move", "Product", "Hours", "Kind")
VALUES (1, 'S/1', 'H', 1, 'tax'), (1, 'P/1', 'H', 1, 'line'), (2, 'S/1', 'H', 1, 'line'), (1, 'D/1', 'Q', 2, 'line'),
    (1, 'old', 'H', 1, 'line'), (1, 'S/2', 'X', 1, 'line'),
    (1, 'USD', 'H', 1, 'line');
SELECT pg_temp.has('"The ERP"."Move Line"', '1/1', 100, 'is a sale, whose amount is computed');
SELECT is((SELECT value FROM credits.lot WHERE line_key = '1/1'), 1000.00, 'with its amount');
SELECT pg_temp.has('"The ERP"."Move Line"', '2/1', -3, 'is a consumption, whose quantity is computed');
SELECT pg_temp.has('"The ERP"."Move Line"', key, NULL, what)
FROM (VALUES ('3/1', 'is a tax'), ('4/1', 'is a purchase'), ('5/2', 'is of another company'), ('6/1', 'is a draft'),
      ('7/1', 'is of before the cut-over')) AS line (key, what);
SELECT is((SELECT string_agg("Price"::int || ' ' || "Net"::int, ', ' ORDER BY "select") FROM "The ERP"."Move Line"),
          '10 1000, 0 0, 50 50, 50 50, 50 50, 0 0, 50 50, 50 50, 0 0',
    'prices of what applies are 0, though the quantity is computed after our row trigger, and so is what is computed from them');
SELECT is((SELECT string_agg(DISTINCT document_kind || ' ' || entered_by || ' ' || document_date, ', ')
           FROM credits.entry WHERE line_key IN ('1/1', '2/1')), 'invoice clerk 2026-01-10', 'kind, user and date are noted');
SELECT pg_temp.refused($$INSERT INTO "The ERP"."Move Line" ("Company", "Move", "Product", "Hours") VALUES (1, 'USD', 'S', 1)$$,
                       '23514 credits_currency_matches', 'a sale in another currency');
UPDATE "The ERP"."Move" SET "Type" = 'purchase' WHERE "No" = 'USD';
SELECT pg_temp.has('"The ERP"."Move Line"', '9/1', 0, 'is of a document that became a purchase');
UPDATE "The ERP"."Move" SET "No" = 'S/1 a\b' WHERE "No" = 'S/1' AND "Company" = 1;
SELECT is((SELECT string_agg(DISTINCT document_number, ',') FROM credits.entry WHERE line_key IN ('1/1', '2/1')),
          E'S/1 a\\b', 'the ledger follows a renumbered document');
UPDATE "The ERP"."Move Line" SET "Rate" = 1 WHERE "select" = 2;
SELECT pg_temp.has('"The ERP"."Move Line"', '2/1', -1.5, 'follows what its quantity is computed from');
UPDATE "The ERP"."Move" SET "Partner" = 8 WHERE "No" LIKE 'S/1 a%';
SELECT is(credits.balance('7', 'SUPPORT') || ' ' || credits.balance('8', 'SUPPORT'), '0 98.5',
          'a document that sells and uses goes to another customer as a whole');
SELECT credits.settle('"The ERP"."Move Line"', E'1/S\\/1 a\\\\b')
FROM (SELECT pg_temp.outcome('SET LOCAL session_replication_role = replica'),
      pg_temp.outcome('UPDATE "The ERP"."Move Line" SET "Hours" = 2 WHERE "select" = 2'),
      pg_temp.outcome('SET LOCAL session_replication_role = origin')) AS given;
SELECT pg_temp.has('"The ERP"."Move Line"', '2/1', -2, 'is settled by the text of its header''s key');
DELETE FROM "The ERP"."Move" WHERE "No" = 'D/1';
DELETE FROM "The ERP"."Move" WHERE "No" LIKE 'S/1 a%';
SELECT is_empty($$SELECT customer FROM credits.account WHERE customer IN ('7', '8') AND balance <> 0$$,
                'a document that goes takes its lines along');

-- Keys by default, and serial ones
CREATE TABLE shop.count (id serial PRIMARY KEY, customer text, item text, quantity int, day date DEFAULT '2026-01-12');
SELECT pg_temp.accepted($$SELECT credits.attach('shop.count', 'event', article => 'item', quantity => 'quantity',
                                                amount => NULL, customer => 'customer', document_date => 'day')$$,
'given lines with a serial key and whole quantities');
INSERT INTO shop.count (customer, item, quantity) SELECT 'A', 'Q', n FROM generate_series(1, 5) AS n;
SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_table = 'shop.count'::regclass), -3.75,
          'defaults are there when a line is read');

-- A view in front, with INSTEAD OF triggers, and one that PostgreSQL updates by itself
CREATE VIEW shop.count_view AS SELECT id, customer AS who, item AS what, quantity / 2.0 AS pairs FROM shop.count;
CREATE FUNCTION shop.through() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO shop.count (customer, item, quantity) VALUES (NEW.who, NEW.what, NEW.pairs * 2) RETURNING id INTO NEW.id;
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' THEN
        UPDATE shop.count SET customer = NEW.who, item = NEW.what, quantity = NEW.pairs * 2 WHERE id = OLD.id;
        RETURN NEW;
    END IF;
    DELETE FROM shop.count WHERE id = OLD.id;
    RETURN OLD;
END
$$;
CREATE TRIGGER through INSTEAD OF INSERT OR UPDATE OR DELETE ON shop.count_view FOR EACH ROW EXECUTE FUNCTION shop.through();
INSERT INTO shop.count_view (who, what, pairs) VALUES ('A', 'H', 1), ('A', 'H', 2);
SELECT pg_temp.has('shop.count', key, n, 'comes through a view') FROM (VALUES ('6', -2), ('7', -4)) AS line (key, n);
UPDATE shop.count_view SET pairs = pairs + 1 WHERE what = 'H';
SELECT pg_temp.has('shop.count', key, n, 'is changed through it') FROM (VALUES ('6', -4), ('7', -6)) AS line (key, n);
DELETE FROM shop.count_view WHERE what = 'H';
SELECT is((SELECT sum(quantity) FROM credits.entry WHERE line_table = 'shop.count'::regclass AND article = 'H'),
          0::numeric, 'and deleted');
SELECT pg_temp.refused($$INSERT INTO shop.count_view (who, what, pairs) VALUES ('A', 'H', 5000)$$,
                       '23514 credits_balance_not_negative', 'a refusal comes through, too');
CREATE VIEW shop.plain_view AS SELECT id, customer, item, quantity FROM shop.count WHERE quantity < 100 WITH CHECK OPTION;
INSERT INTO shop.plain_view (id, customer, item, quantity) VALUES (50, 'A', 'H', 1);
UPDATE shop.plain_view SET quantity = 2 WHERE id = 50;
SELECT pg_temp.has('shop.count', '50', -2, 'comes through a view that PostgreSQL updates');

-- Other people's triggers: before and after ours, which change, swallow and delete lines
CREATE TABLE shop.job (id int PRIMARY KEY, customer text, item text, quantity numeric, price numeric DEFAULT 5,
                       day date DEFAULT '2026-01-12', note text);
SELECT pg_temp.accepted($$SELECT credits.attach('shop.job', 'service_report', article => 'item',
                                                quantity => 'quantity', amount => 'price', customer => 'customer',
                                                document_date => 'day', zero_columns => '{price}')$$, 'given jobs');
CREATE FUNCTION shop.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE NEW.note
        WHEN 'more before' THEN NEW.quantity := NEW.quantity + 1; NEW.price := 9;
        WHEN 'other before' THEN NEW.item := 'H'; NEW.price := 9;
        WHEN 'sell before' THEN NEW.item := 'S'; NEW.price := 9;
        WHEN 'swallow' THEN RETURN NULL;
        WHEN 'more after' THEN IF TG_WHEN = 'AFTER' THEN UPDATE shop.job SET quantity = quantity + 1,
             note = 'done', price = 9 WHERE id = NEW.id; END IF;
        WHEN 'gone after' THEN IF TG_WHEN = 'AFTER' THEN DELETE FROM shop.job WHERE id = NEW.id; END IF;
        WHEN 'twin after' THEN IF TG_WHEN = 'AFTER' THEN INSERT INTO shop.job (id, customer, item, quantity)
            VALUES (NEW.id + 100, NEW.customer, NEW.item, NEW.quantity); END IF;
        ELSE NULL;
    END CASE;
    RETURN NEW;
END
$$;
CREATE FUNCTION pg_temp.meddled(place text, prices_are_ours boolean DEFAULT true) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM shop.job;
    INSERT INTO shop.job (id, customer, item, quantity, note) VALUES (1, 'A', 'Q', 4, 'more before'),
        (2, 'A', 'X', 4, 'other before'), (3, 'A', 'Q', 4, 'swallow'), (4, 'A', 'Q', 4, 'more after'),
        (5, 'A', 'Q', 4, 'gone after'),
        (6, 'A', 'Q', 4, 'twin after'), (7, 'A', 'X', 4, 'sell before');
    UPDATE shop.job SET note = 'more before' WHERE id = 6;
    RETURN NEXT is((SELECT string_agg(id || ': ' || coalesce(booked, 0) || ' ' || price, ', ' ORDER BY id)
                    FROM shop.job LEFT JOIN (SELECT line_key, trim_scale(sum(quantity)) AS booked FROM credits.entry
        WHERE line_table = 'shop.job'::regclass GROUP BY 1) AS e ON line_key = id::text),
        (SELECT string_agg(id || ': ' || coalesce(trim_scale(quantity * coefficient), 0) || ' ' || CASE
                           WHEN coefficient < 0 AND prices_are_ours THEN 0 ELSE price END, ', ' ORDER BY id)
        FROM shop.job JOIN credits.article ON article = item), place || ': each is booked as it stands');
    RETURN NEXT is_empty('SELECT * FROM credits.verify()', place || ': and nothing that does not');
END
$$;
CREATE TRIGGER aa_meddle BEFORE INSERT OR UPDATE ON shop.job FOR EACH ROW EXECUTE FUNCTION shop.meddle();
SELECT pg_temp.meddled('before ours');
DROP TRIGGER aa_meddle ON shop.job;
CREATE TRIGGER zzz_meddle BEFORE INSERT OR UPDATE ON shop.job FOR EACH ROW EXECUTE FUNCTION shop.meddle();
SELECT pg_temp.meddled('after our row trigger', false);
SELECT is((SELECT string_agg(price::text, ' ' ORDER BY id) FROM shop.job), '9 9 0 0 9 9',
          'a price that it sets again and again stays') FROM (SELECT pg_temp.outcome('SELECT 1')) AS given;
DROP TRIGGER zzz_meddle ON shop.job;
CREATE TRIGGER aa_meddle AFTER INSERT OR UPDATE ON shop.job FOR EACH ROW EXECUTE FUNCTION shop.meddle();
SELECT pg_temp.meddled('after each row');
DROP TRIGGER aa_meddle ON shop.job;
CREATE FUNCTION shop.sweep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        UPDATE shop.job SET quantity = quantity + 1 WHERE note = 'more after';
        DELETE FROM shop.job WHERE note = 'gone after';
        INSERT INTO shop.job (id, customer, item, quantity) SELECT id + 1000, customer, item, quantity
        FROM new WHERE note = 'twin after' ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER aa_sweep AFTER INSERT ON shop.job REFERENCING NEW TABLE AS new FOR EACH STATEMENT EXECUTE FUNCTION shop.sweep();
SELECT pg_temp.meddled('before our statement trigger');
DROP TRIGGER aa_sweep ON shop.job;
CREATE TRIGGER zzz_sweep AFTER INSERT ON shop.job REFERENCING NEW TABLE AS new FOR EACH STATEMENT EXECUTE FUNCTION shop.sweep();
SELECT pg_temp.meddled('after our statement trigger');

-- Row security on a line table: what its policies hide is settled all the same
CREATE ROLE credits_test_clerk;
GRANT USAGE ON SCHEMA shop TO credits_test_clerk;
GRANT ALL ON shop.job TO credits_test_clerk;
DELETE FROM shop.job;
DROP TRIGGER zzz_sweep ON shop.job;
ALTER TABLE shop.job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.job USING (note = 'mine') WITH CHECK (true);
SET LOCAL ROLE credits_test_clerk;
INSERT INTO shop.job (id, customer, item, quantity, note) VALUES (1, 'A', 'H', 1, 'mine'), (2, 'A', 'H', 2, 'yours');
UPDATE shop.job SET quantity = 3, note = 'theirs';
RESET ROLE;
SELECT pg_temp.has('shop.job', key, n, 'is settled for who cannot see it') FROM (VALUES ('1', -3), ('2', -2)) AS line (key, n);

SELECT pg_temp.all_in_order();
-- Keys that are alike whatever their case

CREATE COLLATION shop.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE shop.paper (
    number   text COLLATE shop.any_case PRIMARY KEY,
    customer text COLLATE shop.any_case,
    day      date
);
CREATE TABLE shop.paper_line (
    number   text COLLATE shop.any_case REFERENCES shop.paper ON UPDATE CASCADE,
    line_no  integer,
    item     text COLLATE shop.any_case,
    quantity numeric,
    PRIMARY KEY (number, line_no)
);
SELECT credits.attach('shop.paper_line', 'other', 'item', 'quantity', NULL, 'header.customer', 'header.day', 'header.number',
                      header_table => 'shop.paper');
INSERT INTO shop.paper VALUES ('a/1', 'A', '2026-01-10');
SELECT pg_temp.accepted($$INSERT INTO shop.paper_line VALUES ('A/1', 1, 'H', 2), ('a/1', 2, 'H', 3)$$,
    'lines are booked whose keys have no one spelling');
UPDATE shop.paper SET number = 'b\1';
SELECT pg_temp.has('shop.paper_line', 'b\\1/1', -2, 'is the key of one, as it is spelt');
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
