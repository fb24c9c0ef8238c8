-- Users' row triggers on the ledger fire, before and after, whatever road a save takes; what they may change arrives.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(13);

CREATE TABLE shop.seen (seen_no bigint GENERATED ALWAYS AS IDENTITY, what text, old_row jsonb, new_row jsonb);
CREATE FUNCTION shop.see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO shop.seen (what, old_row, new_row)
    VALUES (concat_ws(' ', lower(TG_WHEN), lower(TG_OP), TG_TABLE_NAME), to_jsonb(OLD), to_jsonb(NEW));
    RETURN NEW;
END
$$;
DO $$
DECLARE
    ledger regclass;
BEGIN
    FOREACH ledger IN ARRAY ARRAY['credits._account', 'credits._lot', 'credits._entry']::regclass[] LOOP
        EXECUTE format('CREATE TRIGGER see_before BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION shop.see()',
                       ledger);
        EXECUTE format('CREATE TRIGGER see_after AFTER INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION shop.see()', ledger);
    END LOOP;
END
$$;
-- What was seen since the last time.
CREATE FUNCTION pg_temp.seen() RETURNS text[] LANGUAGE sql AS
$$WITH seen AS (DELETE FROM shop.seen RETURNING *) SELECT array_agg(what ORDER BY what COLLATE "C") FROM seen$$;

INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
SELECT is(pg_temp.seen(),
          '{after insert _account,after insert _entry,after insert _lot,'
          'before insert _account,before insert _entry,before insert _lot}',
    'a sale opens account and lot, and books an entry');
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 3);
SELECT results_eq($$SELECT what, old_row -> 'balance', new_row -> 'balance' FROM shop.seen WHERE what LIKE '%_account'
                    ORDER BY what$$,
    $$VALUES ('after update _account', '10'::jsonb, '7'::jsonb), ('before update _account', '10', '7')$$,
    'a trigger sees old and new row of the account');
SELECT results_eq($$SELECT what, old_row -> 'remaining', new_row -> 'remaining' FROM shop.seen WHERE what LIKE '%_lot'
                    ORDER BY what$$,
    $$VALUES ('after update _lot', '10'::jsonb, '7'::jsonb), ('before update _lot', '10', '7')$$, 'of the lot');
SELECT results_eq($$SELECT what, old_row, new_row -> 'quantity' FROM shop.seen WHERE what LIKE '%entry' ORDER BY what$$,
    $$VALUES ('after insert _entry', NULL::jsonb, '-3'::jsonb), ('before insert _entry', NULL, '-3')$$, 'and the entry');
SELECT is(cardinality(pg_temp.seen()), 6, 'each once');
UPDATE shop.slip SET quantity = 10 WHERE id = 2;
SELECT is(pg_temp.seen(),
          '{after insert _entry,after update _account,after update _lot,'
          'before insert _entry,before update _account,before update _lot}',
    'a lot that is used up leaves its index');
INSERT INTO shop.slip (id, customer, item, quantity, amount)
VALUES (3, 'A', 'S', 5, 400), (4, 'A', 'S', 5, 400), (5, 'A', 'H', 7, 0);
SELECT is(cardinality(pg_temp.seen()), 14, 'a batch updates the account once, opens two lots, books four entries');
SELECT credits.register_consumption('A', 'SUPPORT', 1, 'by hand') \gset
SELECT is(cardinality(pg_temp.seen()), 6, 'a registration by hand does as a line does');
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (6, 'A', 'H', 99)$$,
                       '23514 credits_balance_not_negative', 'a refused line');
SELECT is(pg_temp.seen(), NULL, 'leaves no trace');
SELECT pg_temp.all_in_order();

-- A trigger may refuse, and may fill in what the extension leaves open.

CREATE FUNCTION shop.refuse() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN IF NEW.quantity = -0.5 THEN RAISE EXCEPTION 'not a half' USING ERRCODE = 'U0001'; END IF;
  NEW.entered_by := 'the desk'; RETURN NEW; END$$;
CREATE TRIGGER refuse BEFORE INSERT ON credits._entry FOR EACH ROW EXECUTE FUNCTION shop.refuse();
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (7, 'A', 'H', 1);
SELECT is(entered_by, 'the desk', 'what a trigger fills in is stored') FROM credits.entry WHERE line_key = '7';
SELECT pg_temp.refused($$INSERT INTO shop.slip (id, customer, item, quantity) VALUES (8, 'A', 'H', 0.5)$$,
                       'U0001', 'what it refuses is not');

SELECT * FROM finish();
ROLLBACK;
