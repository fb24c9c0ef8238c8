-- Random histories of sales, consumptions, credit notes and returns, saved, edited, moved and deleted: whatever is refused, the ledger
-- stays what verify() proves, and all documents can go at once. CREDITS_SEED (between -1 and 1) repeats a history.
BEGIN;
\ir common.psql
\ir shop.psql
\set seed ''
\getenv seed CREDITS_SEED
SELECT plan(13);
SELECT round(coalesce(nullif(:'seed', ''), (random() * 2 - 1)::text)::numeric, 6) AS seed \gset
SELECT diag('CREDITS_SEED=' || :'seed');
SELECT setseed(:'seed'::float8) \g /dev/null

CREATE TABLE shop.bill (id bigint PRIMARY KEY, refund_of bigint, customer text, item text, quantity numeric, amount numeric, day date, state text);
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'FIXED', 'fixed', 33.33);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('F', 103, 1), ('G', 103, -1);
SELECT credits.attach('shop.bill', 'invoice', article => 'item', quantity => 'quantity', amount => 'amount', customer => 'customer',
    document_date => 'day', refers_to => 'refund_of', counts_when => $$line.state = 'posted'$$) \g /dev/null

-- One of 14 lines, or one of some values.
CREATE FUNCTION pg_temp.line() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1 + floor(random() * 14)::bigint';
CREATE FUNCTION pg_temp.one_of(choices anyarray) RETURNS anyelement LANGUAGE sql VOLATILE AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';

CREATE FUNCTION pg_temp.save_any_line() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item     text := pg_temp.one_of('{S, H, S, H, Q, F, G}'::text[]);
    quantity numeric := pg_temp.one_of('{1, 2, 3, 5, 7, 0.5, 0.3333, -1, -2, -3, -0.5, -1.3333, 0}'::numeric[]);
    amount   numeric := CASE WHEN item NOT IN ('S', 'F') THEN NULL
                             WHEN quantity = 0 THEN pg_temp.one_of('{-10, 7, -33.33}'::numeric[])
                             ELSE sign(quantity) * round((random() * 500)::numeric, 2) END;
BEGIN
    INSERT INTO shop.bill VALUES (pg_temp.line(), nullif(pg_temp.line(), 3), pg_temp.one_of('{A, A, B}'::text[]), item, quantity, amount,
        '2026-01-01'::date + floor(random() * 20)::int, 'posted')
    ON CONFLICT (id) DO UPDATE SET item = excluded.item, quantity = excluded.quantity, amount = excluded.amount, refund_of = excluded.refund_of;
END
$$;

CREATE FUNCTION pg_temp.change_any_lines() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lines bigint[] := ARRAY[pg_temp.line(), pg_temp.line(), pg_temp.line()];
BEGIN
    CASE floor(random() * 7)::int
        WHEN 0 THEN UPDATE shop.bill SET quantity = quantity * pg_temp.one_of('{2, 0.5, 1.5, 0.3}'::numeric[]) WHERE id = lines[1];
        WHEN 1 THEN UPDATE shop.bill SET quantity = quantity + sign(quantity) WHERE id = ANY (lines);
        WHEN 2 THEN UPDATE shop.bill SET day = '2026-01-01'::date + floor(random() * 20)::int WHERE id = ANY (lines[1:2]);
        WHEN 3 THEN UPDATE shop.bill SET amount = amount * 0.9 WHERE id = ANY (lines[1:2]);
        WHEN 4 THEN UPDATE shop.bill SET state = CASE state WHEN 'posted' THEN 'draft' ELSE 'posted' END WHERE id = ANY (lines);
        WHEN 5 THEN UPDATE shop.bill SET refund_of = lines[2], customer = pg_temp.one_of('{A, B}'::text[]) WHERE id = lines[1];
        ELSE DELETE FROM shop.bill WHERE id = ANY (lines[1:2]);
    END CASE;
END
$$;

CREATE TABLE shop.outcome (refusal text);
CREATE FUNCTION pg_temp.save() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    violated text;
BEGIN
    FOR i IN 1 .. 1 + floor(random() * 3)::int LOOP
        IF random() < 0.5 THEN
            PERFORM pg_temp.save_any_line();
        ELSE
            PERFORM pg_temp.change_any_lines();
        END IF;
    END LOOP;
    INSERT INTO shop.outcome VALUES (NULL);
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
    INSERT INTO shop.outcome VALUES (violated);
END
$$;

-- A history; what verify() finds after it, and after everything goes.
CREATE FUNCTION pg_temp.history() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 40 LOOP
        PERFORM pg_temp.save();
    END LOOP;
    RETURN QUERY SELECT v::text FROM credits.verify() AS v;
    IF random() < 0.5 THEN
        DELETE FROM shop.bill;
        RETURN QUERY SELECT a::text FROM credits.account AS a WHERE balance <> 0 OR value <> 0;
    END IF;
END
$$;

SELECT is_empty('SELECT pg_temp.history()', format('history %s leaves a sound ledger', n)) FROM generate_series(1, 10) AS n;
SELECT cmp_ok(count(*) FILTER (WHERE refusal IS NULL), '>', 100::bigint, 'many saves were accepted') FROM shop.outcome;
SELECT cmp_ok(count(DISTINCT refusal), '>=', 4::bigint, 'and refused for every reason') FROM shop.outcome;
SELECT cmp_ok(count(DISTINCT (kind, sign(quantity), reverses IS NULL)), '>=', 9::bigint, 'and did nearly everything that can be done') FROM credits.entry;
SELECT * FROM finish();
ROLLBACK;
