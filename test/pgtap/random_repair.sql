-- Random changes of two sources that no trigger sees, and lines that are booked twice: verify() names what is wrong, take_in()
-- mends it, and what it does not it reports, that and nothing else (rule 24). Closed months stay as they were closed. In the end
-- all documents are deleted behind the triggers, and taken in as a whole.
BEGIN;
\ir common.psql
\ir shop.psql
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- months are closed in the transaction that saves
SELECT plan(11);
CREATE FUNCTION pg_temp.any_day() RETURNS date
    LANGUAGE sql VOLATILE AS $$SELECT '2026-01-01'::date + floor(random() * 60)::int$$;
\ir bills.psql
\ir repair.psql

-- Accounts, so that months can be closed.
INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '460000'), ('RES', '700000');
UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACT', result_account = '700000',
    result_article = 'RES';
UPDATE credits.parameter SET fixed_relation = 'R';

-- Invoices of the other source: lines of A, B and C, which are inserted, changed, moved and deleted.
CREATE FUNCTION pg_temp.save_invoice() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    chosen text := 'I' || floor(random() * 4)::int;
    line   int := floor(random() * 3)::int;
BEGIN
    INSERT INTO shop.invoice VALUES (chosen, pg_temp.one_of('{A, B, C}'::text[]), pg_temp.any_day(), 'posted')
    ON CONFLICT DO NOTHING;
    CASE floor(random() * 6)::int
        WHEN 0 THEN UPDATE shop.invoice SET state = CASE state WHEN 'posted' THEN 'draft' ELSE 'posted' END WHERE number = chosen;
        WHEN 1 THEN UPDATE shop.invoice SET customer = pg_temp.one_of('{A, B, C}'::text[]) WHERE number = chosen;
        WHEN 2 THEN UPDATE shop.invoice_line SET line_no = line_no + 3 WHERE number = chosen AND line_no < 6;
        WHEN 3 THEN DELETE FROM shop.invoice_line WHERE number = chosen;
        ELSE INSERT INTO shop.invoice_line VALUES (chosen, line, pg_temp.one_of('{S, H, S, Q}'::text[]),
                                                   pg_temp.one_of('{1, 2, 3, 5, 8}'::numeric[]), NULL,
                                                   round((random() * 300)::numeric, 2))
             ON CONFLICT (number, line_no) DO UPDATE SET quantity = excluded.quantity, item = excluded.item;
    END CASE;
EXCEPTION WHEN check_violation OR unique_violation THEN
    NULL;
END
$$;

CREATE FUNCTION pg_temp.save_any() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF random() < 0.6 THEN
        PERFORM pg_temp.save();
    ELSE
        PERFORM pg_temp.save_invoice();
    END IF;
END
$$;

CREATE FUNCTION pg_temp.break_any() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    key   text := pg_temp.line();
    other text := pg_temp.line();
BEGIN
    SET LOCAL session_replication_role = replica;
    CASE floor(random() * 7)::int
        WHEN 0 THEN PERFORM pg_temp.book_as('shop.bill', key, pg_temp.line()::text);
        WHEN 1 THEN UPDATE shop.bill SET id = id + 100 WHERE id = key::bigint;
        WHEN 2 THEN UPDATE shop.bill SET customer = pg_temp.one_of('{A, B, C}'::text[])
            WHERE customer = pg_temp.one_of('{A, B, C}'::text[]);
        WHEN 3 THEN
            UPDATE shop.bill SET id = -CASE id WHEN key::bigint THEN other ELSE key END::bigint
            WHERE id IN (key::bigint, other::bigint);
            UPDATE shop.bill SET id = -id WHERE id < 0;
        ELSE
            PERFORM pg_temp.save_any();
    END CASE;
EXCEPTION WHEN unique_violation THEN
    NULL;
END
$$;

CREATE FUNCTION pg_temp.close_or_reopen() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE credits.parameter SET closed_month_policy = pg_temp.one_of('{reject, next_open_month, next_open_month}'::text[]);
    PERFORM credits.close_month(month)
    FROM (SELECT coalesce((SELECT max(month) + interval '1 month' FROM credits.closing WHERE reopened_at IS NULL)::date,
                          (SELECT min(booked_on) FROM credits.entry)) AS month) AS next
    WHERE month IS NOT NULL; -- nothing is booked yet
EXCEPTION WHEN check_violation THEN
    NULL;
END
$$;

CREATE TABLE shop.mended (lines bigint, refused bigint, runs bigint);
CREATE FUNCTION pg_temp.closed_figures() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT r::text FROM (SELECT max(month) AS month FROM credits.closing WHERE reopened_at IS NULL) AS last
    CROSS JOIN LATERAL credits.deferred_revenue('2026-01-01', last.month) AS r WHERE last.month IS NOT NULL
$$;

CREATE FUNCTION pg_temp.round() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    taken record;
    total bigint := 0;
    runs  bigint := 0;
    closed text[];
BEGIN
    FOR i IN 1 .. 6 LOOP
        PERFORM pg_temp.save_any();
    END LOOP;
    IF random() < 0.1 THEN
        PERFORM pg_temp.close_or_reopen();
    END IF;
    FOR i IN 1 .. 1 + floor(random() * 6)::int LOOP
        PERFORM pg_temp.break_any();
        SET LOCAL session_replication_role = origin;
    END LOOP;
    IF random() < 0.5 THEN
        PERFORM pg_temp.save_any();
    END IF;
    closed := ARRAY(SELECT pg_temp.closed_figures());
    LOOP
        SELECT * INTO taken FROM credits.take_in(on_refusal => 'report');
        runs := runs + 1;
        total := total + taken.lines;
        RETURN QUERY SELECT format('run %s: verify() %s; reported %s', runs, named, reported)
                     FROM (SELECT array_agg(n) AS named FROM pg_temp.named() AS n) AS n,
                          (SELECT array_agg(r) AS reported FROM pg_temp.reported() AS r) AS r
                     WHERE named IS DISTINCT FROM reported;
        EXIT WHEN taken.lines = 0 OR runs > 5;
    END LOOP;
    INSERT INTO shop.mended VALUES (total, taken.refused, runs);
    RETURN QUERY SELECT v::text FROM credits.verify() AS v WHERE invariant NOT IN ('line_booked', 'unbooked_line');
    RETURN QUERY SELECT 'closed figure changed: ' || f
                 FROM (SELECT unnest(closed) EXCEPT SELECT pg_temp.closed_figures()) AS c (f);
END
$$;

-- All documents are deleted behind the triggers: every cent comes back, however many lots and accounts a line stands in.
CREATE FUNCTION pg_temp.part() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 6 LOOP
        RETURN QUERY SELECT pg_temp.round();
    END LOOP;
    UPDATE credits.parameter SET closed_month_policy = 'next_open_month';
    PERFORM pg_temp.behind('DELETE FROM shop.bill; DELETE FROM shop.invoice_line');
    PERFORM credits.take_in();
    RETURN QUERY SELECT v::text FROM credits.verify() AS v
                 UNION ALL SELECT a::text FROM credits.account AS a WHERE balance <> 0 OR value <> 0;
END
$$;

SELECT is_empty('SELECT pg_temp.part()', format('part %s: what is broken is mended, or reported; and all can go', n))
FROM generate_series(1, 8) AS n;
SELECT cmp_ok(sum(lines), '>', 20::numeric, 'much was mended') FROM shop.mended;
SELECT cmp_ok(sum(refused), '>', 0::numeric, 'and something refused') FROM shop.mended;
SELECT cmp_ok(max(runs), '<=', 5::bigint, 'until there was nothing to mend') FROM shop.mended;
SELECT diag(format('runs %s, mended %s, refused %s', max(runs), sum(lines), sum(refused))) FROM shop.mended;
SELECT * FROM finish();
ROLLBACK;
