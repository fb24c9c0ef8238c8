-- The pages: every value is text, texts and templates are data, and who may have them made. What a browser makes of them:
-- test/pages.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT plan(47);

UPDATE credits.credit_type SET description = 'Support & <b>more</b>' WHERE type_id = 101;
UPDATE credits.customer SET name = '<script>alert("x")</script>', language = 'nl-BE' WHERE customer = 'A';
UPDATE credits.customer SET name = 'Бета {{customer}} {{&name}} [[total]] {{#types}}', language = 'xx' WHERE customer = 'B';
INSERT INTO shop.slip (id, customer, day, number, item, quantity, amount) VALUES
    (1, 'A', '2026-01-05', '"><img src=x>', 'S', 1234.5, 1000), (2, 'A', '2026-01-20', 'S2', 'Q', 2, 0),
    (3, 'B', '2026-01-06', 'S3', 'T', 3, 300);
UPDATE credits.article SET description = '<i>Hour</i>' WHERE article = 'Q';
CREATE TEMPORARY TABLE page AS
SELECT credits.statement_html('A', '2026-01-01', '2026-01-31') AS a, credits.statement_html('B', '2026-01-01', '2026-01-31') AS b,
       credits.portfolio_html() AS portfolio;

-- Values

SELECT unalike(a, '%<script%', 'a name is text, not a script') FROM page;
SELECT alike(a, '%<bdi>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;</bdi>%', 'it is shown as it is') FROM page;
SELECT unalike(a, '%<img%', 'nor is the number of a document an element') FROM page;
SELECT unalike(a, '%<i>%', 'nor the name of an article') FROM page;
SELECT unalike(a, '%<b>more%', 'nor that of a type') FROM page;
SELECT alike(b, '%<bdi>Бета {{customer}} {{&amp;name}} [[total]] {{#types}}</bdi>%', 'tags in a name are text, too') FROM page;
SELECT unalike(portfolio, '%<script%', 'so are names in the portfolio') FROM page;
SELECT alike(portfolio, '%data-customer="B"%', 'which has all customers') FROM page;
SELECT unalike(replace(b, '[[total]] {{#types}}', ''), '%[[%', 'no text is missing') FROM page;
SELECT unalike(a, '%http%', 'nothing comes from elsewhere') FROM page;
SELECT alike(a, '<!DOCTYPE html>%<meta charset="utf-8">%', 'it is UTF-8') FROM page;

-- Languages

SELECT alike(a, '%<html lang="nl"%Overzicht van uw tegoed%1.234,5%', 'in the language of the customer, without its country')
FROM page;
SELECT alike(b, '%<html lang="en"%Statement of credits%', 'in English when there are no texts in his') FROM page;
SELECT alike(credits.statement_html('A', '2026-01-01', '2026-01-31', 'fr'), '%<html lang="fr"%Relevé de vos crédits%',
             'or in the one asked for');
SELECT throws_ok($$SELECT credits.statement_html('A', '2026-01-01', '2026-01-31', 'xx')$$, '22023',
                 'there are no texts in language "xx"', 'if there are texts in it');
SELECT throws_ok($$SELECT credits.portfolio_html('xx')$$, '22023', NULL, 'for the portfolio likewise');
INSERT INTO credits.page_text (language, name, text)
VALUES ('xx', 'statement', 'Uttalande & <mera>'), ('xx', 'decimal_separator', '·'), ('xx', 'direction', 'rtl'),
    ('xx', 'movements', '{{#mine}} {{name}}');
SELECT alike(credits.statement_html('B', '2026-01-01', '2026-01-31'),
             '%<html lang="xx" dir="rtl">%Uttalande &amp; &lt;mera&gt;%Opening balance%&#123;&#123;#mine}} &#123;&#123;name}}%',
             'a language of one''s own, English for what it lacks');
INSERT INTO credits.page_text (language, name, text) VALUES ('nl', 'statement', 'Uw strippenkaart');
SELECT alike(credits.statement_html('A', '2026-01-01', '2026-01-31'), '%<h1>Uw strippenkaart</h1>%',
             'a text of one''s own takes the place of ours');
SELECT is_empty($$SELECT name FROM credits.page_text WHERE NOT is_own GROUP BY name HAVING count(*) <> 4$$,
                'each text is there in four languages');
SELECT is_empty($$SELECT kind FROM (VALUES ('opening_balance'), ('sale'), ('sale_change'), ('credit_note'),
                                    ('consumption'), ('consumption_change'), ('return'),
    ('invoice'), ('delivery_note'), ('cash_sale'), ('service_report'), ('helpdesk'), ('event'), ('other'), ('manual')) AS k (kind)
    WHERE NOT EXISTS (SELECT FROM credits.page_text WHERE name = 'kind_' || kind)$$,
    'each kind of movement and document has a name');
SELECT bag_eq($$SELECT DISTINCT tag[1] FROM credits.page_template, regexp_matches(template, '\[\[([a-z0-9_]+)\]\]', 'g') AS tag
    EXCEPT SELECT name FROM credits.page_text$$, 'SELECT NULL::text LIMIT 0', 'each text of a template exists');

SELECT pg_temp.refused($$UPDATE credits.page_text SET text = 'x' WHERE language = 'fr' AND name = 'statement'$$,
                       '55000', 'ours is not changed');
SELECT pg_temp.refused($$DELETE FROM credits.page_template$$, '55000', 'nor deleted');
SELECT pg_temp.refused($$INSERT INTO credits.page_text VALUES ('fr', 'new', false, 'x')$$, '55000', 'nor made');

SELECT pg_temp.refused('TRUNCATE credits.page_text', '0A000', 'nor all at once');

-- Templates

SELECT is(credits._rendered('{{#a}}<{{x}}{{^last}},{{/last}}>{{/a}}{{^b}}none{{/b}}{{#c}}{{d}}{{/c}}',
                            '{"a": [{"x": "&"}, {"x": 2, "last": true}], "b": [], "c": {"d": "{{x}}"}}'),
    '<&amp;,><2>none{{x}}', 'parts: lists, what is not there, and values that look like tags');
SELECT is(credits._rendered('{{#a}}x{{/a}}{{b}}{{&c}}', '{"a": false, "b": null, "c": "<br>"}'),
          '<br>', 'false, null, and HTML as it is');
SELECT throws_ok($$SELECT credits._rendered('{{#a}}x', '{}')$$, '22023', 'part "a" of a page template has no end',
                 'a part without an end');
INSERT INTO credits.page_template (name, template)
VALUES ('statement', 'Dear {{name}}: {{#types}}{{title}} {{closing}}{{/types}} [[made_on]]');
SELECT alike(credits.statement_html('A', '2026-01-01', '2026-01-31', 'en'),
             'Dear &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;: Support &amp; &lt;b&gt;more&lt;/b&gt; 1,234 Made on',
    'a template of one''s own takes the place of ours');
DELETE FROM credits.page_template WHERE is_own;

-- Drawings

SELECT is(ARRAY(SELECT credits._step_of_scale(top) FROM unnest('{1, 4, 5, 13.75, 40, 41, 1234.5, 0.3}'::numeric[]) AS top),
          '{0.5, 1, 2, 5, 10, 20, 500, 0.1}', 'an axis has at most four steps of 1, 2 or 5');
SELECT is(credits._balance_chart('2026-01-01', '2026-01-04', 10, '{2026-01-02, 2026-01-04}', '{5, 20}',
                                 NULL, credits._texts_of('en')) ->> 'line', 'M56 90.0H200.0V129.0H488.0V12.0H632',
'the balance is a line of steps');
SELECT is(credits._balance_chart('2026-01-01', '2026-01-04', 0, '{}', '{}', NULL, credits._texts_of('en')) ->> 'line',
          'M56 168.0H632', 'flat when nothing moves');
SELECT is(credits._sparkline('{0, 5, 10}'), 'M2.0 22.0L48.0 12.0L94.0 2.0', 'a small line');
SELECT is(jsonb_path_query_array(credits._bars('{a,b,c,d,e,f,g,h,i}', '{9,8,7,6,5,4,3,2,1}', credits._texts_of('en')),
                                 '$[*].label'), '["a", "b", "c", "d", "e", "f", "g", "Others"]'::jsonb,
'the small ones share a bar');
SELECT is(credits._bars('{a}', '{-1}', '{}'), NULL, 'what came back is no use');

-- Until when it lasts: from the closing balance, at the pace before the last day of the period

INSERT INTO shop.slip (id, customer, day, item, quantity, amount)
VALUES (10, 'C', '2026-01-01', 'S', 30, 300), (11, 'C', '2026-01-15', 'H', 10, 0), (12, 'C', '2026-02-10', 'H', 10, 0),
    (13, 'C', '2026-03-20', 'S', 90, 900);
SELECT alike(credits.statement_html('C', '2026-02-01', '2026-02-28', 'nl'),
             '%Resterend: <b>10</b>, bij het verbruik van de laatste maanden toereikend tot ongeveer 31-03-2026%',
             'ten at ten a month: a month');
SELECT alike(credits.statement_html('C', '2026-03-01', '2026-03-31', 'nl'),
             '%Resterend: <b>100</b>,%toereikend tot ongeveer 31-01-2027%', 'a hundred: ten months');
SELECT unalike(credits.statement_html('C', '2025-01-01', '2025-12-31', 'nl'), '%toereikend%', 'nothing left, nothing said');
SELECT unalike(credits.statement_html('C', '2026-01-01', '2026-01-14', 'nl'), '%toereikend%', 'nor of an unknown pace');

-- Nothing there

SELECT alike(credits.statement_html('D', '2026-01-01', '2026-01-31', 'en'), '%There are no credits.%',
             'a customer without credits');
SELECT alike(credits.statement_html('A', '2026-03-01', '2026-03-31', 'en'), '%No movements in this period.%',
             'a period without movements');
SELECT pg_temp.refused($$SELECT credits.statement_html('nobody', '2026-01-01', '2026-01-31')$$, 'P0002', 'an unknown customer');
SELECT pg_temp.refused($$SELECT credits.statement_html('A', '2026-02-01', '2026-01-31')$$, '22023',
                       'the last day before the first');
SELECT pg_temp.refused($$SELECT credits.statement_html('A', NULL, '2026-01-31')$$, '22023', 'no day');

-- Rights

CREATE ROLE credits_test_reader;
GRANT credits_reader TO credits_test_reader;
CREATE ROLE credits_test_nobody;
SET ROLE credits_test_reader;
SELECT lives_ok($$SELECT credits.statement_html('A', '2026-01-01', '2026-01-31'), credits.portfolio_html()$$,
                'a reader has pages made');
SELECT throws_ok($$INSERT INTO credits.page_text VALUES ('en', 'x', true, 'x')$$, '42501', NULL, 'but does not change them');
SET ROLE credits_test_nobody;
SELECT throws_ok($$SELECT credits.statement_html('A', '2026-01-01', '2026-01-31')$$, '42501', NULL, 'others do not');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
