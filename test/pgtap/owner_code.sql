-- Code of an owner's never runs in another's name, queues no trigger there, and leaves nothing behind in his session: by no part
-- of a mapping or binding, at no occasion.
BEGIN;
\ir common.psql
\ir shop.psql
\ir mallory.psql
SELECT plan(71);

-- Every argument of attach that may be an expression: with a call of constants, which is folded while the mapping is loaded, and
-- one that is evaluated for each line

SET ROLE credits_test_mallory;
CREATE TABLE mallory.document (number text PRIMARY KEY, customer text, day date, state text);
CREATE TABLE mallory.line (
    number   text REFERENCES mallory.document,
    line_no  int,
    item     text,
    quantity numeric,
    price    numeric,
    PRIMARY KEY (number, line_no)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON mallory.document, mallory.line TO credits_test_clerk;
RESET ROLE;
SELECT pg_temp.harmless($test$SELECT credits.attach('mallory.line', 'mallory.pass(''invoice'', ''folded kind'')',
    article => $x$mallory.pass(line.item, 'article')$x$, quantity => $x$line.quantity * mallory.pass(1, 'folded quantity')$x$,
    amount => $x$mallory.pass(line.price, 'amount')$x$, customer => $x$mallory.pass(header.customer, 'customer')$x$,
    document_date => $x$header.day$x$, document_number => $x$mallory.pass(header.number, 'number')$x$,
    header_table => 'mallory.document',
    applies_to => $x$mallory.yes('folded applies')$x$,
    counts_when => $x$header.state = 'posted' AND mallory.yes('folded counts')$x$,
    zero_columns => '{price}', entered_by => $x$mallory.pass(line.item, 'entered by')$x$)$test$,
    ARRAY['folded applies', 'folded counts', 'folded kind', 'folded quantity'], 'a superuser attaches his table');
INSERT INTO mallory.document VALUES ('1', 'A', '2026-01-05', 'posted') \g /dev/null
CREATE FUNCTION pg_temp.all_places() RETURNS text[] LANGUAGE sql AS
$$SELECT '{amount,article,customer,entered by,folded applies,folded counts,folded kind,folded quantity,number}'::text[]$$;
SELECT pg_temp.harmless($$INSERT INTO mallory.line VALUES ('1', 1, 'S', 10, 1000)$$, pg_temp.all_places(),
                        'a superuser saves a line');
SELECT is(credits.balance('A', 'SUPPORT'), 10::numeric, 'which is booked all the same');
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA mallory FROM PUBLIC;
SELECT pg_temp.harmless($$SET LOCAL ROLE credits_test_clerk; INSERT INTO mallory.line VALUES ('1', 2, 'H', 1, 9); RESET ROLE$$,
                        pg_temp.all_places(), 'a clerk saves a line');
SELECT is((SELECT price FROM mallory.line WHERE line_no = 2), 0::numeric, 'whose price is 0');
SELECT pg_temp.harmless($$UPDATE mallory.document SET state = 'draft'$$, pg_temp.all_places(), 'a superuser changes a document');
SELECT pg_temp.harmless($$SELECT credits.verify()$$, pg_temp.all_places(), 'a superuser asks verify()');
UPDATE mallory.document SET state = 'posted';
SELECT pg_temp.harmless($$ALTER TABLE mallory.line ADD note text$$,
    ARRAY['folded applies', 'folded counts', 'folded kind', 'folded quantity'], 'a superuser alters his table');
SELECT pg_temp.harmless($$SELECT credits.settle('mallory.line', '1')$$, pg_temp.all_places(), 'a superuser settles a document');
ALTER TABLE mallory.line DISABLE TRIGGER zz_credits_insert;
INSERT INTO mallory.line VALUES ('1', 3, 'S', 5, 500);
ALTER TABLE mallory.line ENABLE TRIGGER zz_credits_insert;
SELECT pg_temp.harmless($$SELECT credits.take_in()$$, pg_temp.all_places(), 'a superuser takes lines in');
SELECT is(credits.balance('A', 'SUPPORT'), 14::numeric, 'they are booked');
SELECT pg_temp.harmless($$SELECT credits.is_consumption('A', 'H'), credits.price_for('A', 'H', 9),
                          credits.balance('A', 'SUPPORT') FROM credits.preview_line('A', 'H', 1)$$,
    NULL, 'a question needs none of it');
SELECT credits.detach('mallory.line') \g /dev/null

-- Types: a domain's constraint, which is folded when it is prepared, and checked per row; a literal of a composite type with one
-- in it, which is read while it is parsed; an operator and a cast of his

SET ROLE credits_test_mallory;
CREATE FUNCTION mallory.yes_of_row(value numeric) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM mallory.attack('domain'); RETURN true; END$$;
CREATE DOMAIN mallory.checked AS numeric CHECK (mallory.yes('folded domain')) CHECK (mallory.yes_of_row(VALUE));
CREATE TYPE mallory.pair AS (left_side mallory.checked, right_side text);
CREATE TYPE mallory.grade AS ENUM ('low', 'high');
CREATE FUNCTION mallory.add(a numeric, b integer) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM mallory.attack('operator'); RETURN a; END$$;
CREATE OPERATOR mallory.@@@ (LEFTARG = numeric, RIGHTARG = integer, FUNCTION = mallory.add);
CREATE FUNCTION mallory.to_text(value mallory.grade) RETURNS text
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM mallory.attack('cast'); RETURN 'H'; END$$;
CREATE CAST (mallory.grade AS text) WITH FUNCTION mallory.to_text(mallory.grade);
CREATE TABLE mallory.odd_line (id int PRIMARY KEY, customer text, day date, grade mallory.grade, quantity numeric, price numeric);
SELECT pg_temp.harmless($test$SELECT credits.attach('mallory.odd_line', 'invoice', article => $x$line.grade::text$x$,
    quantity => $x$(line.quantity::mallory.checked)$x$,
    amount => $x$(line.price OPERATOR(mallory.@@@) 1) + ('(0,x)'::mallory.pair).left_side$x$,
    customer => 'customer', document_date => 'day')$test$, ARRAY['domain', 'folded domain'],
    'he attaches a table of odd types himself');
RESET ROLE;
SELECT pg_temp.harmless($$SELECT credits.detach('mallory.odd_line')$$, NULL, 'a superuser detaches it');
SELECT pg_temp.harmless($test$SELECT credits.attach('mallory.odd_line', 'invoice', article => $x$line.grade::text$x$,
    quantity => $x$(line.quantity::mallory.checked)$x$,
    amount => $x$(line.price OPERATOR(mallory.@@@) 1) + ('(0,x)'::mallory.pair).left_side$x$,
    customer => 'customer', document_date => 'day')$test$, ARRAY['domain', 'folded domain'], 'a superuser attaches it');
SELECT pg_temp.harmless($$INSERT INTO mallory.odd_line VALUES (1, 'A', '2026-01-05', 'high', 1, 0)$$,
                        ARRAY['cast', 'domain', 'folded domain', 'operator'], 'a superuser saves a line of odd types');
SELECT is(credits.balance('A', 'SUPPORT'), 13::numeric, 'which is booked all the same');
SELECT pg_temp.harmless($$SELECT credits.verify()$$, ARRAY['cast', 'domain', 'folded domain', 'operator'], 'verify() reads them');
CREATE FUNCTION pg_temp.check_anew() RETURNS void LANGUAGE sql AS
$$UPDATE pg_constraint SET conname = conname WHERE contypid = 'mallory.checked'::regtype; TRUNCATE mallory.run$$;
SELECT pg_temp.harmless($$SELECT credits.verify(), pg_temp.check_anew();
                          INSERT INTO mallory.odd_line VALUES (2, 'A', '2026-01-05', 'high', 1, 0)$$,
    ARRAY['cast', 'domain', 'folded domain', 'operator'], 'a constraint that has changed is folded when a line is read');

SELECT pg_temp.harmless($$SELECT credits.detach('mallory.odd_line')$$, NULL, 'and so on');

SET ROLE credits_test_mallory;
CREATE TABLE mallory.priced_line (id int PRIMARY KEY, customer text, day date, item text, quantity numeric,
                                  price mallory.checked);
INSERT INTO mallory.priced_line VALUES (1, 'A', '2026-01-05', 'X', 1, 9);
RESET ROLE;
SELECT pg_temp.wash() \g /dev/null
SELECT credits.attach('mallory.priced_line', 'invoice', 'item', 'quantity', NULL, 'customer', 'day', zero_columns => '{price}')
    \g /dev/null
SELECT pg_temp.harmless($$UPDATE mallory.priced_line SET item = 'H'$$, ARRAY['domain', 'folded domain'],
                        'a price that becomes 0 is checked');
SELECT is((SELECT price FROM mallory.priced_line)::numeric, 0::numeric, 'and is 0');
SELECT credits.detach('mallory.priced_line') \g /dev/null

-- An index of his, with a condition: PostgreSQL folds it for whoever writes to the table, but we look at all indexes for the
-- key's
ALTER TABLE mallory.odd_line DROP CONSTRAINT odd_line_pkey;
DELETE FROM mallory.odd_line;
SET ROLE credits_test_mallory;
CREATE UNIQUE INDEX a_decoy ON mallory.odd_line (id) WHERE mallory.yes('index');
ALTER TABLE mallory.odd_line ADD PRIMARY KEY (id);
SELECT credits.attach('mallory.odd_line', 'invoice', article => $x$'X' || line.id::text$x$, quantity => 'quantity',
                      amount => NULL, customer => 'customer', document_date => 'day') \g /dev/null
RESET ROLE;
SELECT pg_temp.wash() \g /dev/null
CREATE FUNCTION pg_temp.forget_index() RETURNS void
    LANGUAGE sql AS $$UPDATE pg_class SET reltuples = reltuples WHERE oid = 'mallory.a_decoy'::regclass$$;
SELECT pg_temp.harmless($$SELECT pg_temp.forget_index(); SELECT credits.verify()$$, NULL,
                        'verify() looks for the key of a table');
SELECT pg_temp.harmless($$SELECT pg_temp.forget_index(); ALTER TABLE mallory.odd_line ALTER COLUMN price SET STATISTICS 10$$,
                        NULL, 'so does the protection');
SELECT credits.detach('mallory.odd_line') \g /dev/null
SELECT pg_temp.harmless($$SELECT pg_temp.forget_index();
    SELECT credits.attach('mallory.odd_line', 'invoice', article => 'customer', quantity => 'quantity',
                          amount => NULL, customer => 'customer', document_date => 'day')$$, NULL, 'and attach');
SELECT credits.detach('mallory.odd_line') \g /dev/null

-- A header that is a view of his

SET ROLE credits_test_mallory;
CREATE TABLE mallory.paper (number text PRIMARY KEY, customer text);
CREATE TABLE mallory.paper_line (id int PRIMARY KEY, number text, item text, quantity numeric, price numeric);
CREATE FUNCTION mallory.pass_now(value text) RETURNS text
    LANGUAGE plpgsql AS $$BEGIN PERFORM mallory.attack('view'); RETURN value; END$$;
CREATE VIEW mallory.paper_now AS SELECT number, mallory.pass_now(customer) AS customer, date '2026-01-07' AS day
FROM mallory.paper;
INSERT INTO mallory.paper VALUES ('P', 'B');
RESET ROLE;
SELECT pg_temp.harmless($$SELECT credits.attach('mallory.paper_line', 'invoice', 'item', 'quantity',
                                                'price', 'header.customer', 'header.day',
    header_table => 'mallory.paper_now', header_key => '{number}', line_header => '{number}')$$, NULL, 'a view is a header');
SELECT pg_temp.harmless($$INSERT INTO mallory.paper_line VALUES (1, 'P', 'S', 5, 500)$$, ARRAY['view'],
                        'a superuser saves a line below a view');
SELECT pg_temp.harmless($$SELECT credits.settle('mallory.paper_line', 'P')$$, ARRAY['view'], 'a superuser settles it');
SELECT pg_temp.harmless($$SELECT credits.verify()$$, ARRAY['view'], 'and asks whether all is well');

-- Bound tables

SET ROLE credits_test_mallory;
CREATE TABLE mallory.party (code text PRIMARY KEY, name text, size numeric);
CREATE TABLE mallory.product (code text PRIMARY KEY, type text, factor numeric);
INSERT INTO mallory.party VALUES ('M', 'Mallory', 1);
INSERT INTO mallory.product VALUES ('MH', 'SUPPORT', -1);
GRANT INSERT, UPDATE ON mallory.party, mallory.product TO credits_test_clerk;
RESET ROLE;
SELECT pg_temp.wash() \g /dev/null
SELECT pg_temp.harmless($test$SELECT credits.bind_customers('mallory.party', key => 'code',
                                                            name => $x$mallory.pass(name, 'name')$x$,
    works_with_credits => $x$size::mallory.checked > 0 AND mallory.yes('folded flag')$x$)$test$,
    ARRAY['domain', 'folded domain', 'folded flag', 'name'], 'a superuser binds his customers');
SELECT pg_temp.harmless($test$SELECT credits.bind_articles('mallory.product', key => $x$mallory.pass(code, 'code')$x$,
                                                           credit_type => 'type',
    coefficient => $x$factor * mallory.pass(1, 'folded factor')$x$)$test$, ARRAY['code', 'folded factor'], 'and his articles');
SELECT pg_temp.harmless($$UPDATE mallory.party SET name = 'M.'$$, ARRAY['domain', 'folded domain', 'folded flag', 'name'],
                        'a superuser changes one');
SELECT pg_temp.harmless($$SET LOCAL ROLE credits_test_clerk; UPDATE mallory.party SET name = 'Mr M.'; RESET ROLE$$,
    ARRAY['domain', 'folded domain', 'folded flag', 'name'], 'a clerk changes one');
SELECT pg_temp.harmless($$INSERT INTO mallory.product VALUES ('MQ', 'SUPPORT', -0.25)$$, ARRAY['code', 'folded factor'],
                        'a superuser adds an article');
SELECT pg_temp.harmless($$SELECT credits.verify()$$, ARRAY['code', 'domain', 'folded domain', 'folded factor',
                                                           'folded flag', 'name', 'view'], 'verify() reads what is bound');
SELECT pg_temp.harmless($$ALTER TABLE mallory.party ADD note text$$, ARRAY['folded domain', 'folded factor', 'folded flag'],
                        'a superuser alters a bound table');

-- What his code changes meanwhile, he has changed: the right to it, and the record, are his

REVOKE credits_management FROM credits_test_mallory;
SET ROLE credits_test_mallory;
CREATE TABLE mallory.verdict (state text);
CREATE FUNCTION mallory.raise_factor() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mallory.product SET factor = -0.01 WHERE code = 'MH';
    INSERT INTO mallory.verdict VALUES ('accepted');
EXCEPTION WHEN OTHERS THEN
    INSERT INTO mallory.verdict VALUES (SQLERRM);
END
$$;
CREATE FUNCTION mallory.cheapen(item text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM mallory.raise_factor(); RETURN item; END$$;
CREATE TABLE mallory.cheap_line (id int PRIMARY KEY, customer text, day date, item text, quantity numeric);
RESET ROLE;
SELECT credits.attach('mallory.cheap_line', 'invoice', $x$mallory.cheapen(line.item)$x$, 'quantity', NULL, 'customer', 'day')
    \g /dev/null
INSERT INTO mallory.cheap_line VALUES (1, 'D', '2026-01-05', 'X', 1);
SELECT is((SELECT string_agg(DISTINCT state, '; ') FROM mallory.verdict),
          'permission denied to change the credit type or coefficient of article "MH"',
          'a superuser''s save does not lend him the right to an article');
SELECT is((SELECT coefficient FROM credits.article WHERE article = 'MH'), -1::numeric, 'which stays as it was');
GRANT credits_management TO credits_test_mallory;
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO mallory.cheap_line VALUES (2, 'D', '2026-01-05', 'X', 1);
SELECT is((SELECT changed_by FROM credits.setting_change WHERE key = 'MH' ORDER BY changed_at DESC LIMIT 1),
          'credits_test_mallory', 'with the right, it is he who is on record');
SELECT credits.detach('mallory.cheap_line') \g /dev/null

SET CONSTRAINTS ALL DEFERRED;

-- An index of somebody's on the ledger computes as the ledger's owner, whoever saves

SET ROLE credits_test_mallory;
CREATE FUNCTION mallory.pass_entry(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
$$BEGIN INSERT INTO mallory.seen VALUES (current_user, current_setting('search_path')); RETURN value; END$$;
RESET ROLE;
CREATE TABLE mallory.seen (who text, path text);
ALTER FUNCTION mallory.pass_entry VOLATILE;
CREATE FUNCTION mallory.pass_index(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM mallory.pass_entry(value); RETURN value; END$$;
CREATE ROLE credits_test_ledger;
GRANT ALL ON mallory.seen TO credits_test_ledger;
GRANT USAGE ON SCHEMA mallory TO credits_test_ledger;
GRANT CREATE ON SCHEMA credits TO credits_test_ledger;
ALTER TABLE credits._entry OWNER TO credits_test_ledger;
CREATE INDEX ON credits._entry (mallory.pass_index(description)) WHERE mallory.pass_index('x') = 'x';
TRUNCATE mallory.seen;
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (900, 'A', 'S', 1, 100);
SELECT is(array_agg(DISTINCT concat_ws(' ', who, path)), '{"credits_test_ledger pg_catalog, pg_temp"}',
          'an index on the ledger computes as its owner, in a path of nobody''s') FROM mallory.seen;

SELECT * FROM finish();
ROLLBACK;
