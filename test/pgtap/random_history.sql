-- Random histories of sales, consumptions, credit notes and returns, saved, edited, moved and deleted: whatever is refused, the
-- ledger stays what verify() proves, and all documents can go at once. CREDITS_SEED (between -1 and 1) repeats a history.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(13);
CREATE FUNCTION pg_temp.any_day() RETURNS date LANGUAGE sql VOLATILE AS $$SELECT '2026-01-01'::date + floor(random() * 20)::int$$;
\ir bills.psql

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
SELECT cmp_ok(count(DISTINCT (kind, sign(quantity), reverses IS NULL)), '>=', 9::bigint,
              'and did nearly everything that can be done') FROM credits.entry;
SELECT * FROM finish();
ROLLBACK;
