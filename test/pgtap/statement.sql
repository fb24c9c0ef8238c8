-- The customer's statement (rule 29): what he had, what moved, what he has; and how little of the ledger is read for it.
VACUUM FULL credits._entry; -- the index by day remembers what tests before have rolled back, block by block
BEGIN;
\ir common.psql
\ir shop.psql
\ir closing.psql
SELECT plan(67);

-- The rows of a statement in short: 'SUPPORT 2 2026-01-05 sale cash_sale S1 S: 10 -> 10'.
CREATE FUNCTION pg_temp.said(who text, from_date date, to_date date) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(format('%s %s %s %s%s: %s-> %s', type_code, line_no, booked_on, kind,
                            coalesce(' ' || document_kind, '') || coalesce(' ' || document_number, '')
                                || coalesce(' ' || article, ''), quantity || ' ', balance))
    FROM credits.statement(who, from_date, to_date)
$$;

-- An oracle that adds up forwards: every balance is the sum of all entries until then, and the quantities of a day are those of
-- its entries.
CREATE FUNCTION pg_temp.wrong(who text, from_date date, to_date date) RETURNS SETOF text LANGUAGE sql AS $$
    WITH line AS (SELECT * FROM credits.statement(who, from_date, to_date)),
         entry AS (SELECT * FROM credits.history WHERE customer = who)
    SELECT 'balance of ' || l::text
    FROM line AS l
    WHERE kind IN ('opening', 'closing')
      AND balance <> (SELECT coalesce(sum(e.quantity), 0) FROM entry AS e
                      WHERE e.type_code = l.type_code AND e.booked_on < CASE l.kind WHEN 'opening'
                          THEN from_date ELSE to_date + 1 END)
    UNION ALL
    SELECT 'running sum of ' || l::text
    FROM line AS l
    WHERE kind <> 'opening'
      AND balance IS DISTINCT FROM coalesce(quantity, 0)
          + (SELECT before.balance FROM line AS before WHERE before.type_code = l.type_code AND before.line_no = l.line_no - 1)
    UNION ALL
    (SELECT concat_ws(' ', 'entries of', type_code, booked_on, document_number, kind, sum(quantity)) FROM entry
     WHERE booked_on BETWEEN from_date AND to_date AND quantity <> 0 GROUP BY type_code, booked_on, document_number, kind
     EXCEPT
     SELECT concat_ws(' ', 'entries of', type_code, booked_on, document_number, CASE kind WHEN 'opening_balance'
                      THEN 'opening' ELSE kind END, sum(quantity)) FROM line
     WHERE kind NOT IN ('opening', 'closing') GROUP BY type_code, booked_on, document_number, kind)
    UNION ALL
    SELECT 'order of ' || type_code FROM line GROUP BY type_code
    HAVING min(line_no) <> 1 OR max(line_no) <> count(*) OR count(DISTINCT line_no) <> count(*)
        OR array_agg(booked_on ORDER BY line_no) <> array_agg(booked_on ORDER BY booked_on)
        OR (array_agg(kind ORDER BY line_no))[1] <> 'opening' OR (array_agg(kind ORDER BY line_no DESC))[1] <> 'closing'
        OR count(*) FILTER (WHERE kind IN ('opening', 'closing')) <> 2
$$;

INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES
    (1, 'A', '2026-01-05', 'S1', 'S', 2, 200),
    (2, 'A', '2026-01-06', 'S2', 'S', 2, 200),
    (3, 'A', '2026-01-07', 'S3', 'S', 10, 1000),
    (4, 'A', '2026-01-20', 'S4', 'H', 5, 0),
    (5, 'A', '2026-02-10', 'S5', 'Q', 1, 0),
    (6, 'A', '2026-02-10', 'S6', 'Q', 1, 0),
    (7, 'A', '2026-03-01', 'S7', 'S', -1, -100),
    (8, 'A', '2026-01-25', 'S8', 'T', 3, 750);
-- late, but its month is open
INSERT INTO shop.slip (id, customer, day, number, item, quantity) VALUES (9, 'A', '2026-01-15', 'S9', 'Q', 2);

-- What it says

SELECT is(pg_temp.said('A', '2026-01-06', '2026-01-31'), ARRAY[
    'SUPPORT 1 2026-01-06 opening: -> 2',
    'SUPPORT 2 2026-01-06 sale cash_sale S2 S: 2 -> 4',
    'SUPPORT 3 2026-01-07 sale cash_sale S3 S: 10 -> 14',
    'SUPPORT 4 2026-01-15 consumption cash_sale S9 Q: -0.5 -> 13.5',
    'SUPPORT 5 2026-01-20 consumption cash_sale S4 H: -5 -> 8.5',
    'SUPPORT 6 2026-01-31 closing: -> 8.5',
    'TRAINING 1 2026-01-06 opening: -> 0',
    'TRAINING 2 2026-01-25 sale cash_sale S8 T: 3 -> 3',
    'TRAINING 3 2026-01-31 closing: -> 3'], 'opening, movements in the order of days, closing, per type');
SELECT is((SELECT count(*)::int FROM credits.entry WHERE document_number = 'S4'), 3, 'one line of it draws from three lots');
SELECT is(pg_temp.said('A', '2026-02-10', '2026-02-10'), ARRAY[
    'SUPPORT 1 2026-02-10 opening: -> 8.5',
    'SUPPORT 2 2026-02-10 consumption cash_sale S5 Q: -0.25 -> 8.25',
    'SUPPORT 3 2026-02-10 consumption cash_sale S6 Q: -0.25 -> 8',
    'SUPPORT 4 2026-02-10 closing: -> 8',
    'TRAINING 1 2026-02-10 opening: -> 3',
    'TRAINING 2 2026-02-10 closing: -> 3'], 'two lines of one day stay two; a type without movement opens and closes');
SELECT is(pg_temp.said('A', '2025-01-01', '2026-01-04'), ARRAY[
    'SUPPORT 1 2025-01-01 opening: -> 0', 'SUPPORT 2 2026-01-04 closing: -> 0',
    'TRAINING 1 2025-01-01 opening: -> 0', 'TRAINING 2 2026-01-04 closing: -> 0'], 'before the first entry there was nothing');
SELECT is(pg_temp.said('A', '2026-03-02', '2026-12-31'), ARRAY[
    'SUPPORT 1 2026-03-02 opening: -> 7', 'SUPPORT 2 2026-12-31 closing: -> 7',
    'TRAINING 1 2026-03-02 opening: -> 3', 'TRAINING 2 2026-12-31 closing: -> 3'], 'after the last one it is the balance');
SELECT is(pg_temp.said('B', '2026-01-01', '2026-12-31'), NULL, 'who has no account has an empty statement');
SELECT bag_eq($$SELECT type_code, balance FROM credits.statement('A', '2026-01-01', '2026-12-31') WHERE kind = 'closing'$$,
    $$SELECT type_code, open FROM credits.portfolio WHERE customer = 'A'$$, 'it closes with the portfolio');

-- Changes, each a movement of its own

UPDATE shop.slip SET quantity = 4 WHERE id = 4;
UPDATE shop.slip SET quantity = 5 WHERE id = 4;
SELECT is((pg_temp.said('A', '2026-01-20', '2026-01-20'))[:5], ARRAY[
    'SUPPORT 1 2026-01-20 opening: -> 13.5',
    'SUPPORT 2 2026-01-20 consumption cash_sale S4 H: -5 -> 8.5',
    'SUPPORT 3 2026-01-20 consumption_change cash_sale S4 H: 1 -> 9.5',
    'SUPPORT 4 2026-01-20 consumption_change cash_sale S4 H: -1 -> 8.5',
    'SUPPORT 5 2026-01-20 closing: -> 8.5'], 'what came back and what went again are not one movement of 0');
UPDATE shop.slip SET number = 'S44' WHERE id = 4;
SELECT is((SELECT array_agg(DISTINCT document_number) FROM credits.statement('A', '2026-01-20', '2026-01-20')
           WHERE document_number IS NOT NULL), ARRAY['S44'],
    'documents bear the numbers of now');
SELECT pg_temp.slip(10, 'A', '2026-03-05', 'H', -1), pg_temp.slip(11, 'A', '2026-03-06', 'Q', 6) \g /dev/null
INSERT INTO shop.invoice VALUES ('I1', 'A', '2026-03-07');
INSERT INTO shop.invoice_line VALUES ('I1', 1, 'S', 4, 100, 400), ('I1', 2, 'H', 1, 100, 100), ('I1', 3, 'H', 1, 100, 100);
DELETE FROM shop.invoice_line WHERE line_no = 2;
SELECT is((pg_temp.said('A', '2026-03-07', '2026-03-31'))[2:5], ARRAY[
    'SUPPORT 2 2026-03-07 sale invoice I1 S: 4 -> 10.5',
    'SUPPORT 3 2026-03-07 consumption invoice I1 H: -1 -> 9.5',
    'SUPPORT 4 2026-03-07 consumption invoice I1 H: -1 -> 8.5',
    'SUPPORT 5 2026-03-07 consumption_change invoice I1 H: 1 -> 9.5'], 'equal lines of one document stay two movements');

-- By hand, with a description; an opening balance is a movement, the opening another

SELECT credits.register_opening('B', 'SUPPORT', 8, 720, 'from the old system', '2026-01-02'),
       credits.register_consumption('B', 'SUPPORT', 0.75, 'by phone', '2026-02-03') \g /dev/null
SELECT results_eq($$SELECT line_no, kind, document_kind, description, quantity, balance
                    FROM credits.statement('B', '2026-01-01', '2026-02-28')$$, $$VALUES
    (1, 'opening', NULL, NULL, NULL::numeric, 0::numeric),
    (2, 'opening_balance', 'manual', 'from the old system', 8, 8),
    (3, 'consumption', 'manual', 'by phone', -0.75, 7.25),
    (4, 'closing', NULL, NULL, NULL, 7.25)$$, 'registrations by hand, an opening balance among them');

-- Revaluations and changes of value move no credits

INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'COPIES', 'fixed', 90);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('P', 103, 1);
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES (12, 'B', '2026-02-01', 'S12', 'P', 4, 400);
SELECT credits.revalue('COPIES', 80, '2026-02-10') \g /dev/null
SELECT isnt_empty($$SELECT FROM credits.history WHERE customer = 'B' AND kind = 'revaluation'$$, 'given a revaluation');
SELECT results_eq($$SELECT kind, balance FROM credits.statement('B', '2026-02-01', '2026-02-28') WHERE type_code = 'COPIES'$$,
    $$VALUES ('opening', 0::numeric), ('sale', 4), ('closing', 4)$$, 'it is not on the statement');

-- Inactive types

SELECT pg_temp.slip(13, 'C', '2026-01-10', 'T', 2, 500), pg_temp.slip(14, 'C', '2026-02-10', 'U', 2) \g /dev/null
UPDATE credits.credit_type SET active = false WHERE type_id = 102;
SELECT is(pg_temp.said('C', '2026-01-01', '2026-01-09'), NULL, 'an inactive type without balance or movement is left out');
SELECT is(pg_temp.said('C', '2026-02-11', '2026-02-28'), NULL, 'after all was consumed, too');
SELECT is(cardinality(pg_temp.said('C', '2026-01-01', '2026-01-10')), 3, 'one with a balance at the end is shown');
SELECT is(cardinality(pg_temp.said('C', '2026-02-10', '2026-02-28')), 3, 'with a balance at the beginning');
SELECT is(cardinality(pg_temp.said('C', '2026-01-10', '2026-02-10')), 4, 'with movements between that make 0');
SELECT is(cardinality(pg_temp.said('C', '2026-01-11', '2026-01-12')), 2, 'with a balance that does not move');
UPDATE credits.credit_type SET active = true WHERE type_id = 102;

-- A contact uses the account of another one

UPDATE credits.customer SET account_of = 'A' WHERE customer = 'D';
SELECT pg_temp.slip(15, 'D', '2026-03-20', 'H', 1) \g /dev/null
SELECT is(pg_temp.said('D', '2026-01-01', '2026-12-31'), NULL, 'his own statement is empty');
SELECT isnt_empty($$SELECT FROM credits.statement('A', '2026-03-20', '2026-03-20') WHERE document_number = 'S15'$$,
                  'what he consumed is on the other one''s');

-- By the dates of the books

SELECT credits.close_month('2026-01-01') \g /dev/null
SELECT pg_temp.slip(16, 'B', '2026-01-28', 'Q', 1) \g /dev/null
SELECT results_eq($$SELECT booked_on FROM credits.statement('B', '2026-01-01', '2026-12-31') WHERE document_number = 'S16'$$,
                  $$VALUES ('2026-02-01'::date)$$,
    'a late document is on the statement of the month that it is booked in');
SELECT pg_temp.slip(17, 'A', '9999-12-31', 'S', 1, 1) \g /dev/null
SELECT is_empty($$SELECT FROM credits.statement('A', '2026-01-01', '9999-12-30') WHERE document_number = 'S17'$$,
                'one of the future on that of its day');

-- Against sums that are taken forwards

SELECT is_empty(format('SELECT pg_temp.wrong(%L, %L, %L)', who, from_date, to_date),
                format('%s from %s to %s', who, from_date, to_date))
FROM unnest(ARRAY['A', 'B']) AS who,
     (VALUES ('2020-01-01'::date, '9999-12-31'::date), ('2026-01-01', '2026-01-31'), ('2026-01-20', '2026-02-10'),
      ('2026-02-01', '2026-02-01'),
             ('2026-03-06', '2026-03-20')) AS period (from_date, to_date);

-- Weeks, months, quarters

CREATE FUNCTION pg_temp.is_of(period text, day date, from_date date, to_date date) RETURNS text LANGUAGE sql AS $$
    SELECT results_eq(format('SELECT * FROM credits.statement_%s(''A'', %L)', period, day),
                      format('SELECT * FROM credits.statement(''A'', %L, %L)', from_date, to_date),
                      format('the %s of %s is from %s to %s', period, day, from_date, to_date))
$$;
SELECT pg_temp.is_of('week', '2026-01-19', '2026-01-19', '2026-01-25');
SELECT pg_temp.is_of('week', '2026-01-25', '2026-01-19', '2026-01-25');
SELECT pg_temp.is_of('week', '2026-01-01', '2025-12-29', '2026-01-04');
SELECT pg_temp.is_of('month', '2026-01-31', '2026-01-01', '2026-01-31');
SELECT pg_temp.is_of('month', '2028-02-01', '2028-02-01', '2028-02-29');
SELECT pg_temp.is_of('month', '9999-12-15', '9999-12-01', '9999-12-31');
SELECT pg_temp.is_of('quarter', '2026-01-01', '2026-01-01', '2026-03-31');
SELECT pg_temp.is_of('quarter', '2026-12-31', '2026-10-01', '2026-12-31');

-- Bad input

SELECT pg_temp.refused(query, how, query) FROM (VALUES
    ($$SELECT * FROM credits.statement('NOBODY', '2026-01-01', '2026-01-31')$$, 'P0002'),
    ($$SELECT * FROM credits.statement(NULL, '2026-01-01', '2026-01-31')$$, 'P0002'),
    ($$SELECT * FROM credits.statement('A', NULL, '2026-01-31')$$, '22023'),
    ($$SELECT * FROM credits.statement('A', '2026-01-01', 'infinity')$$, '22023'),
    ($$SELECT * FROM credits.statement('A', '2026-01-02', '2026-01-01')$$, '22023'),
    ($$SELECT * FROM credits.statement_week('A', NULL)$$, '22023'),
    ($$SELECT * FROM credits.statement_month('NOBODY', '2026-01-01')$$, 'P0002'),
    ($$SELECT * FROM credits.statement_quarter('A', '-infinity')$$, '22023')) AS bad (query, how);

SELECT pg_temp.all_in_order();

-- Speed. A ledger of five years in which one customer has most entries, and 2 000 others little.

INSERT INTO credits.customer (customer) VALUES ('BIG'), ('LITTLE');
SELECT credits.register_opening('LITTLE', 'SUPPORT', 8, 720, 'from the old system', '2026-03-01'),
       credits.register_consumption('LITTLE', 'SUPPORT', 1, 'by phone', '2026-03-02') \g /dev/null
INSERT INTO credits._account_key (customer, type_id)
SELECT 'BIG', 101 UNION ALL SELECT 'C' || n, 101 FROM generate_series(0, 1999) AS n;
INSERT INTO credits._entry (account_no, entry_no, lot_no, booked_on, kind, quantity, value, balance_after, line_key, recorded_at,
                            provenance_no)
SELECT key.account_no, entry_no, 1, '2021-01-01'::date + (n * 1826 / 120001)::int,
       credits._kind_code(CASE entry_no WHEN 1 THEN 'sale' ELSE 'consumption' END),
       CASE entry_no WHEN 1 THEN 100000 ELSE -0.5 END, 0, 100000 - (entry_no - 1) * 0.5, entry.customer || '/' || entry_no,
       now(), (SELECT min(provenance_no) FROM credits._provenance)
FROM generate_series(1, 120000) AS n
CROSS JOIN LATERAL (SELECT CASE n % 6 WHEN 0 THEN 'C' || n / 6 % 2000 ELSE 'BIG' END, CASE n % 6
                    WHEN 0 THEN (n - 1) / 12000 + 1 ELSE n - n / 6 END)
                    AS entry (customer, entry_no)
JOIN credits._account_key AS key ON key.customer = entry.customer COLLATE "C"
ORDER BY n;
INSERT INTO credits._lot (account_no, lot_no, last_entry_no, open, sold_on, booked_on, quantity,
                          amount, value, remaining, remaining_value)
VALUES (pg_temp.no('BIG'), 1, 100000, true, '2021-01-01', '2021-01-01', 100000, 0, 0, 50000.5, 0);
INSERT INTO credits._account (customer, type_id, last_lot_no, last_entry_no, below_alarm, balance, value, account_no)
VALUES ('BIG', 101, 1, 100000, false, 50000.5, 0, pg_temp.no('BIG'));
SELECT brin_summarize_new_values('credits._entry_booked_on_idx') \g /dev/null
SET LOCAL default_statistics_target = 1000; -- every row, so that no sample is unlucky
ANALYZE credits._entry, credits._lot, credits._account, credits._account_key, credits.credit_type, credits.customer;
RESET default_statistics_target;

-- How a query reads the ledger, and how much of it: rows, of a bitmap all those in its blocks, and entries of the index by key,
-- which a bitmap may read without the rows. What parallel workers read would not be counted.
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.ways(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    found json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO found;
    RETURN QUERY SELECT DISTINCT node ->> 'Node Type'
        FROM jsonb_path_query(found::jsonb, 'strict $.** ? (@."Relation Name" == "_entry")') AS node;
END
$$;
CREATE FUNCTION pg_temp.read() RETURNS bigint LANGUAGE sql AS
$$SELECT seq_tup_read + idx_tup_fetch + pg_stat_get_xact_tuples_returned('credits._entry_pkey'::regclass)
  FROM pg_stat_xact_user_tables WHERE relid = 'credits._entry'::regclass$$;
CREATE FUNCTION pg_temp.reads(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before CONSTANT bigint := pg_temp.read();
BEGIN
    EXECUTE query;
    RETURN pg_temp.read() - before;
END
$$;

SELECT results_eq($$SELECT pg_temp.ways('SELECT * FROM credits._statement(''BIG'', ''2025-12-01'', ''2025-12-31'')')$$,
                  ARRAY['Bitmap Heap Scan'],
    'of the last month of a customer with 100 000 entries only its blocks are read');
SELECT cmp_ok(max(pg_temp.reads(query)), '<', 50000::bigint, 'not his whole history, however often')
FROM generate_series(1, 8), (VALUES ($$SELECT FROM credits.statement_month('BIG', '2025-12-01')$$)) AS call (query);
SELECT is((SELECT count(*) FROM credits.statement_month('BIG', '2025-12-01') WHERE kind = 'consumption'),
          (SELECT count(*) FROM credits.entry WHERE customer = 'BIG' AND booked_on BETWEEN '2025-12-01' AND '2025-12-31'),
          'and all of the month is there');
SELECT is((SELECT balance FROM credits.statement_month('BIG', '2023-06-01') WHERE line_no = 1),
          (SELECT sum(quantity) FROM credits.entry WHERE customer = 'BIG' AND booked_on < '2023-06-01'),
          'with the balance of before');
SELECT is_empty($$SELECT pg_temp.ways('SELECT * FROM credits._statement(''LITTLE'', ''2020-01-01'', ''2025-12-31'')')
                  EXCEPT VALUES ('Index Scan'), ('Bitmap Heap Scan')$$,
    'who has few entries is found by key');
SELECT cmp_ok(pg_temp.reads($$SELECT FROM credits.statement('LITTLE', '2020-01-01', '2025-12-31')$$), '<=', 100::bigint,
    'and of others no more than stands on the same page: his 2, by key, once for what moved, once for what came later');
SELECT results_eq($$SELECT pg_temp.ways('SELECT * FROM credits.portfolio WHERE customer = ''BIG''')$$,
                  ARRAY['Index Scan'], 'a portfolio reads the ledger by key');
SELECT is(pg_temp.reads($$SELECT * FROM credits.portfolio WHERE customer = 'BIG'$$), 2::bigint,
          'one entry per account, and where it is');
SELECT cmp_ok(pg_temp.reads(query), '<=', 220::bigint, 'the newest 100 are read alone, and where they are: ' || query)
FROM (VALUES ($$SELECT * FROM credits.history_of('BIG') LIMIT 100$$),
             ($$SELECT * FROM credits.entry_of('BIG', 'SUPPORT') LIMIT 100$$),
             ($$SELECT * FROM credits.entry WHERE customer = 'BIG' AND type_id = 101 ORDER BY entry_no DESC LIMIT 100$$))
    AS newest (query);
SELECT is_empty($$SELECT pg_temp.ways('SELECT * FROM credits.open_lot WHERE customer = ''BIG''')$$,
                'open lots without the ledger');

-- A reader may read it, a role without a right may not

CREATE ROLE credits_test_reader;
CREATE ROLE credits_test_nobody;
GRANT credits_reader TO credits_test_reader;
SET ROLE credits_test_reader;
SELECT lives_ok($$SELECT FROM credits.statement('A', '2026-01-01', '2026-01-31'), credits.statement_week('A', '2026-01-01'),
    credits.statement_month('A', '2026-01-01'), credits.statement_quarter('A', '2026-01-01')$$, 'a reader reads statements');
SET ROLE credits_test_nobody;
SELECT throws_ok(format('SELECT FROM credits.statement%s', call), '42501', NULL, 'nobody else: statement' || call)
FROM (VALUES ('(''A'', ''2026-01-01'', ''2026-01-31'')'), ('_week(''A'', ''2026-01-01'')'), ('_month(''A'', ''2026-01-01'')'),
      ('_quarter(''A'', ''2026-01-01'')')) AS denied (call);
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
VACUUM (ANALYZE) credits._entry; -- the room, and the number of rows, which ANALYZE notes for good
