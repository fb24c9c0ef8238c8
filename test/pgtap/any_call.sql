-- Whatever function of the extension is called, by whomever and with whatever arguments, as a function or as a trigger: the
-- server lives (it would end this test), and who has no right has changed nothing. All functions that there are, so new ones,
-- too.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(8);
SET LOCAL jit = off;
SET LOCAL statement_timeout = '60s'; -- no call runs on and on

CREATE TABLE shop.party (code text PRIMARY KEY, flag boolean);
SELECT credits.bind_customers('shop.party', 'code', 'flag') \g /dev/null
CREATE VIEW shop.seen AS SELECT * FROM shop.slip;
CREATE TABLE shop.plain (id int PRIMARY KEY, customer text, item text);
INSERT INTO shop.slip (id, customer, item, quantity, amount) VALUES (1, 'A', 'S', 10, 1000), (2, 'A', 'H', 4, 0);
INSERT INTO shop.invoice VALUES ('1', 'A'), ('2', 'B');
INSERT INTO shop.invoice_line VALUES ('1', 1, 'H', 1, 50, 50);
SELECT credits.register_sale('B', 'SUPPORT', 5, 500, 'by hand', '2026-01-10') \g /dev/null

-- Of each type some plain value first, then odd ones.
CREATE FUNCTION pg_temp.values_of(type regtype) RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
    IF type::text LIKE '%[]' THEN
        RETURN ARRAY['NULL', '''{}''', '''{NULL}''', '''[7:8]={NULL,NULL}''', '''{{NULL,NULL},{NULL,NULL}}''',
                     format('array_fill(NULL::%s, ARRAY[3000])', trim(TRAILING '[]' FROM type::text)),
                     CASE type WHEN 'text[]'::regtype THEN '''{A,B}''' WHEN 'name[]'::regtype THEN '''{id,id}'''
                         WHEN 'regclass[]'::regtype THEN '''{shop.slip,0,pg_class}''' ELSE 'NULL' END];
    END IF;
    RETURN CASE type
        WHEN 'text'::regtype THEN ARRAY['''A''', 'NULL', '''''', '''SUPPORT''', '''/''', '''\''', 'repeat(''x'', 100000)',
                                        '''VALUES (1, NULL)''', '''1/2/3''', '''SELECT 1, ''''x''''::text''',
            '''SELECT NULL::text, 2''', '''SET TRANSACTION READ ONLY''', '''SELECT 1 WHERE false''',
            '''shop.slip''', '''line.quantity''', '''{{x}}{{/x}}''', '''EUR''']
        WHEN 'integer'::regtype THEN ARRAY['101', 'NULL', '0', '-1', '2147483647', '-2147483648', '2026']
        WHEN 'bigint'::regtype THEN ARRAY['1', 'NULL', '0', '-1', '9223372036854775807', '-9223372036854775808']
        WHEN 'numeric'::regtype THEN ARRAY['1', 'NULL', '0', '-1', '''NaN''', '''Infinity''', '''-Infinity''',
                                           '1e30', '1e-30', '0.00005', '99999999999999.99995', '1e10000']
        WHEN 'date'::regtype THEN ARRAY['''2026-01-01''', 'NULL', '''infinity''', '''-infinity''',
                                        '''4713-01-01 BC''', '''5874897-12-31''', '''2026-02-01''']
        WHEN 'regclass'::regtype THEN ARRAY['''shop.slip''', 'NULL', '0', '4294967295', '''pg_class''', '''shop.seen''',
                                            '''shop.slip_pkey''', '''credits.entry''', '''credits.refusal_count''',
            '''shop.invoice''', '''shop.invoice_line''', '''shop.party''', '''shop.plain''', '''pg_toast.pg_toast_2618''']
        WHEN 'regprocedure'::regtype THEN ARRAY['''pg_catalog.now()''', 'NULL', '0', '4294967295', '''pg_catalog.sum(int4)''',
                                                '''credits.verify()''', '''credits._protect()''', '''pg_catalog.abs(int4)''']
        WHEN 'boolean'::regtype THEN ARRAY['true', 'NULL', 'false']
        WHEN 'name'::regtype THEN ARRAY['''id''', 'NULL', '''''', '''credit_type''']
        WHEN 'jsonb'::regtype THEN ARRAY['''{}''', 'NULL', '''null''', '''[]''', '''"x"''', '''{"x": [1, {"x": null}]}''']
        ELSE ARRAY['NULL', CASE WHEN (SELECT typtype FROM pg_type WHERE oid = type) = 'c'
                   THEN format('(SELECT t FROM %s AS t LIMIT 1)', type) END]
    END;
END
$$;

-- Every argument with each of its values, the others plain; and all of them with the first, second … of theirs.
CREATE TEMPORARY TABLE called AS
SELECT p.oid, p.proname, way.nth, way.at,
       format('%s credits.%I(%s)%s', CASE p.prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT format(''%s'', t) FROM' END, p.proname,
           (SELECT string_agg(format('(%s)::%s', coalesce(v[CASE WHEN way.at IN (0, n) THEN way.nth ELSE 1 END], 'NULL'),
                                     format_type(type, NULL)), ', ' ORDER BY n)
            FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, n), pg_temp.values_of(type) AS v),
           CASE WHEN p.prorettype = 'record'::regtype AND p.proargmodes IS NULL THEN ' AS t (' || columns || ')'
               WHEN p.prokind = 'f' THEN ' AS t' ELSE '' END) AS call
FROM pg_proc AS p
CROSS JOIN LATERAL (SELECT nth, at FROM generate_series(1, 17) AS nth, generate_series(0, p.pronargs) AS at
                    WHERE p.pronargs > 0 OR nth = 1) AS way
CROSS JOIN unnest(ARRAY['a integer, b text', 'a text, b text', 'a integer', 'a text, b integer, c bigint, d numeric'])
    WITH ORDINALITY AS caller (columns, m)
WHERE p.pronamespace = 'credits'::regnamespace AND p.prokind IN ('f', 'p')
  AND (m = 1 OR p.prorettype = 'record'::regtype AND p.proargmodes IS NULL)
  AND (way.at = 0 OR way.nth <= (SELECT cardinality(pg_temp.values_of(p.proargtypes[way.at - 1]))));

CREATE FUNCTION pg_temp.tried(call text, is_kept boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE call;
    IF is_kept THEN
        RETURN 'done';
    END IF;
    RAISE SQLSTATE 'TRIED';
EXCEPTION
    WHEN SQLSTATE 'TRIED' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.all_rows() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    relation regclass;
    rows     text := '';
    found    text;
BEGIN
    FOR relation IN SELECT oid FROM pg_class WHERE relnamespace IN ('credits'::regnamespace, 'shop'::regnamespace)
        AND relkind = 'r' ORDER BY oid::regclass::text LOOP
        EXECUTE format('SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %s AS t', relation) INTO found;
        rows := concat(rows, relation, ' ', found, chr(10));
    END LOOP;
    RETURN rows;
END
$$;
CREATE TEMPORARY TABLE before AS SELECT pg_temp.all_rows() AS rows;

-- As somebody who may do everything, and nothing of it stays
ALTER TABLE called ADD outcome text;
UPDATE called SET outcome = pg_temp.tried(call) WHERE outcome IS NULL;
SELECT cmp_ok(count(*), '>', 2000::bigint, 'thousands of calls, and the server lives') FROM called;
SELECT cmp_ok(count(DISTINCT oid), '>', 60::bigint, 'many functions did something') FROM called WHERE outcome = 'done';
SELECT is_empty($$SELECT DISTINCT proname, outcome FROM called WHERE outcome IN ('XX001', 'XX002')$$,
                'none found the ledger corrupted');
SELECT is(pg_temp.all_rows(), (SELECT rows FROM before), 'nothing of it stays');

-- As somebody who may do nothing
CREATE ROLE any_caller;
GRANT USAGE ON SCHEMA shop TO any_caller;
UPDATE called SET outcome = NULL;
GRANT ALL ON called TO any_caller;
SET LOCAL ROLE any_caller;
UPDATE called SET outcome = pg_temp.tried(call, is_kept => true);
RESET ROLE;
SELECT is(pg_temp.all_rows(), (SELECT rows FROM before), 'who has no right changes nothing');
SELECT is_empty($$
    SELECT p.oid::regprocedure, role FROM pg_proc AS p, unnest('{any_caller,credits_registration,credits_customer}'::text[])
        AS role
    WHERE p.pronamespace = 'credits'::regnamespace AND p.proname LIKE '\_%' AND has_function_privilege(role, p.oid, 'EXECUTE')
      AND p.proname NOT IN ('_account_no_of', '_account_nos_of', '_acted_for', '_entry_kind', '_movement_of', '_price_line',
                            '_newest_entries', '_type_named')$$,
      'nor may he, or a role, call what is private, but for what a view asks, and what a partition is given');

-- As triggers of other kinds than ours, on tables of all kinds
CREATE TEMPORARY TABLE fired AS
SELECT format('CREATE TRIGGER zzz %s ON %s %s EXECUTE FUNCTION %s; %s', timing, target, how, p.oid::regproc || '(' || CASE
              WHEN p.proname = '_record_setting_change' THEN '''x''' ELSE '' END || ')', dml) AS call
FROM pg_proc AS p,
    (VALUES ('shop.plain', 'INSERT INTO shop.plain VALUES (1, ''A'', ''S''); UPDATE shop.plain SET id = 2; '
                           'UPDATE shop.plain SET item = ''H''; DELETE FROM shop.plain; TRUNCATE shop.plain'),
            ('shop.slip', 'INSERT INTO shop.slip (id, customer, item, quantity) VALUES (7, ''A'', ''H'', 1); '
                          'UPDATE shop.slip SET quantity = 2 WHERE id = 7; DELETE FROM shop.slip WHERE id = 7; '
                          'DELETE FROM shop.slip; TRUNCATE shop.slip'),
            ('shop.invoice', 'INSERT INTO shop.invoice VALUES (''9'', ''A''); UPDATE shop.invoice SET state = ''draft''; '
                             'DELETE FROM shop.invoice; TRUNCATE shop.invoice CASCADE'),
            ('shop.party', 'INSERT INTO shop.party VALUES (''9'', true); UPDATE shop.party SET flag = false; '
                           'DELETE FROM shop.party; TRUNCATE shop.party'),
            ('credits.credit_type', 'INSERT INTO credits.credit_type (code) VALUES (''X''); '
                                    'UPDATE credits.credit_type SET description = ''x''; '
                                    'DELETE FROM credits.credit_type WHERE code = ''X'''),
            ('credits.pending',
             'INSERT INTO credits.pending VALUES (pg_current_xact_id(), 7, false); SET CONSTRAINTS ALL IMMEDIATE'))
            AS t (target, dml),
    (VALUES ('BEFORE INSERT OR UPDATE OR DELETE', 'FOR EACH ROW'), ('AFTER INSERT OR UPDATE OR DELETE', 'FOR EACH ROW'),
     ('BEFORE INSERT OR UPDATE OR DELETE', ''),
            ('AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE', ''), ('BEFORE TRUNCATE', ''), ('AFTER TRUNCATE', ''),
            ('AFTER UPDATE', 'REFERENCING NEW TABLE AS n'),
            ('AFTER UPDATE', 'REFERENCING OLD TABLE AS o'), ('AFTER UPDATE', 'REFERENCING OLD TABLE AS o NEW TABLE AS n'),
            ('AFTER INSERT', 'REFERENCING NEW TABLE AS n'),
            ('AFTER DELETE', 'REFERENCING OLD TABLE AS o'),
            ('AFTER UPDATE', 'REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH ROW')) AS w (timing, how)
WHERE p.pronamespace = 'credits'::regnamespace AND p.prorettype = 'trigger'::regtype
  AND (p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') OR (target, how) = ('shop.plain', 'FOR EACH ROW'));
ALTER TABLE fired ADD outcome text;
UPDATE fired SET outcome = pg_temp.tried(call);
SELECT cmp_ok(count(*), '>', 400::bigint, 'hundreds of triggers, and the server lives') FROM fired;
SELECT pg_temp.tried(format('CREATE EVENT TRIGGER zzz ON %s EXECUTE FUNCTION credits._protect(); '
                            'ALTER TABLE shop.plain ALTER id TYPE bigint USING id::bigint', event))
FROM unnest('{ddl_command_start,ddl_command_end,sql_drop,table_rewrite,login}'::text[]) AS event \g /dev/null
SELECT pg_temp.all_in_order();

SELECT * FROM finish();
ROLLBACK;
