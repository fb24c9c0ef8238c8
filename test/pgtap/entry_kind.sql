-- The kinds of entries: what each is, that each is booked and named, and that one which is not among them gets nowhere (rules
-- 15, 17 and 25).
BEGIN;
\ir common.psql
\ir shop.psql
LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- a month is closed in a transaction that saves
SELECT plan(27);

SELECT results_eq('SELECT * FROM credits._entry_kind()', $$VALUES
    ('opening',            'sale',        'opening',  'opening_balance',    'either', true,  'out'),
    ('sale',               'sale',        'sold',     'sale',               'in',     true,  'none'),
    ('sale_change',        'sale',        'sold',     'sale_change',        'any',    false, 'none'),
    ('credit_note',        'credit_note', 'sold',     'credit_note',        'any',    true,  'in'),
    ('consumption',        'consumption', 'consumed', 'consumption',        'out',    true,  'none'),
    ('consumption_change', 'consumption', 'consumed', 'consumption_change', 'either', true,  'in'),
    ('return',             'return',      'consumed', 'return',             'either', true,  'in'),
    ('revaluation',        NULL,          'changes',  'revaluation',        'none',   false, 'none'),
    ('correction',         NULL,          'changes',  'correction',         'none',   false, 'none')$$, 'what each kind is');
SELECT is_empty($$
    SELECT kind FROM credits._entry_kind()
    WHERE (act, movement, label) IS DISTINCT FROM (credits._act_of(kind), credits._movement_of(kind), credits._label_of(kind))$$,
    'the functions say the same');
SELECT is_empty($$
    SELECT kind FROM credits._entry_kind() WHERE credits._kind_name(credits._kind_code(kind)) <> kind$$,
    'each has a code of its own');
SELECT is_empty($$
    SELECT kind.kind, language
    FROM credits._entry_kind() AS kind CROSS JOIN (VALUES ('en'), ('nl'), ('fr'), ('de')) AS shipped (language)
    WHERE kind.sign <> 'none' AND NOT credits._texts_of(language) ? ('kind_' || kind.label)$$,
    'a statement has words for what moves credits');
SELECT is_empty($$
    SELECT label FROM credits._entry_kind()
    WHERE label IN ('opening', 'closing') OR movement NOT IN ('opening', 'sold', 'consumed', 'changes')$$,
    'a statement begins and ends with rows of its own, and a closing has no other movements');

SELECT is(col_description('credits.entry'::regclass, attnum),
    (SELECT regexp_replace(string_agg(kind, ', '), ', ([a-z]+)$', ' or \1') FROM credits._entry_kind()),
    'the ledger''s table names them all')
FROM pg_attribute WHERE attrelid = 'credits.entry'::regclass AND attname = 'kind';

-- Each kind is booked.

SELECT credits.register_opening('A', 'SUPPORT', 10, 100, NULL, '2026-01-01') AS opening \gset
SELECT credits.register_opening('A', 'SUPPORT', 1, 10, NULL, '2026-01-01') AS undone \gset
SELECT credits.reverse_registration('A', 'SUPPORT', :undone, NULL) \g /dev/null
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000);
UPDATE shop.slip SET quantity = 11, amount = 900 WHERE id = 1;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (2, 'A', 'H', 12);
UPDATE shop.slip SET quantity = 11 WHERE id = 2;
INSERT INTO shop.slip (id, customer, item, quantity) VALUES (3, 'A', 'H', -2);
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (4, 'A', 'S', -1, -90);
INSERT INTO credits.credit_type (type_id, code, valuation, unit_value) VALUES (103, 'FIXED', 'fixed', 10);
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('F', 103, 1);
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (5, 'A', 'F', 2, 15);
UPDATE credits.credit_type SET unit_value = 10 WHERE type_id = 103;
SELECT credits.revalue('FIXED', 12, '2026-01-31') \g /dev/null
SELECT set_eq('SELECT kind FROM credits.entry', $$SELECT kind FROM credits._entry_kind() WHERE kind <> 'correction'$$,
    'each kind is booked (a correction in credit_note.sql)');
SELECT is_empty($$SELECT FROM credits._entry_by_customer AS entry JOIN credits._entry AS stored USING (account_no, entry_no)
                  WHERE entry.kind <> credits._kind_name(stored.kind)$$, 'the view names it as the module does');
SELECT is_empty('SELECT * FROM credits.verify()', 'and in order');
SELECT set_eq($$SELECT kind FROM credits.statement('A', '2026-01-01', '2026-12-31')$$,
    $$VALUES ('opening'), ('opening_balance'), ('sale'), ('sale_change'), ('consumption'), ('consumption_change'), ('return'),
        ('credit_note'), ('closing')$$,
    'a statement names what moved credits');

-- A kind that is none

SELECT throws_ok($$SELECT credits._act_of('gift')$$, '22023', NULL, 'an unknown kind has no act');
SELECT throws_ok($$SELECT credits._movement_of('Sale')$$, '22023', NULL, 'no movement');
SELECT throws_ok($$SELECT credits._label_of('')$$, '22023', NULL, 'no label');
SELECT throws_ok($$UPDATE credits._entry SET kind = 'z' WHERE entry_no = 1$$, '23514', NULL,
    'and is not taken by the ledger');

ALTER TABLE credits._entry DROP CONSTRAINT _entry_kind_check;
PREPARE forge (text, "char") AS UPDATE credits._entry SET kind = $2 WHERE line_no & 1099511627775 = $1::bigint;

-- What a line of such an entry did is not guessed.
SELECT throws_ok(
    format($$EXECUTE forge ('%s', 'z'); UPDATE shop.slip SET quantity = quantity + 1 WHERE id = %1$s$$, id),
    'XX001', 'entry of the ledger is of unknown kind "z"', 'no line settles on it: ' || item || ' ' || quantity)
FROM shop.slip WHERE id <= 4 ORDER BY id;
SELECT throws_ok($$
    EXECUTE forge ('3', 'z');
    INSERT INTO shop.slip (id, customer, item, quantity) VALUES (6, 'A', 'H', -1)$$, 'XX001', NULL, 'no return looks behind it');
SELECT throws_ok(format($$EXECUTE forge ('1', 'z'); SELECT * FROM %s$$, report), '22023', NULL,
    'no report adds it up: ' || report)
FROM (VALUES
    ($$credits.portfolio_as_of('2026-12-31')$$), ($$credits.deferred_revenue('2026-01-01', '2026-12-31')$$),
    ($$credits.statement('A', '2026-01-01', '2026-12-31')$$),
    ($$credits.consumption_by_month(2026)$$), ($$credits.preview_closing('2026-01-01')$$)) AS asked (report);
EXECUTE forge ('1', 'z');
SELECT set_has($$SELECT invariant, detail FROM credits.verify()$$,
    $$SELECT 'sign_by_kind', format('entry %s: code z of %s credits at %s', entry_no, quantity, value)
      FROM credits.entry WHERE kind = 'code z'$$, 'verify names it');
SELECT is((SELECT count(*) FROM credits.verify() WHERE invariant = 'sign_by_kind'), 2::bigint, 'and nothing else');
SELECT is((SELECT sum(value) FROM credits.metric WHERE name = 'credits_entries_booked_today'),
    (SELECT count(*)::numeric FROM credits.entry WHERE booked_on = CURRENT_DATE AND kind <> 'gift'),
    'a metric has no row for it');

SELECT * FROM finish();
ROLLBACK;
