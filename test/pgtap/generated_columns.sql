-- Generated columns are read as what they are: stored ones on every major, virtual ones where there are some, from 18 on. From
-- 17 on an heir may have an expression of its own, and one can be set, which no trigger would see.
BEGIN;
\ir common.psql
\ir shop.psql
SELECT current_setting('server_version_num')::integer >= 180000 AS knows_virtual,
       current_setting('server_version_num')::integer >= 170000 AS heirs_differ \gset
SELECT plan(44 + CASE WHEN :'knows_virtual' THEN 44 + 2 ELSE 1 END + CASE WHEN :'heirs_differ' THEN 4 ELSE 1 END);

\set kind stored
\set who A
\set is_virtual false
\ir generated.psql

\if :knows_virtual
\set kind virtual
\set who B
\set is_virtual true
\ir generated.psql
\else
SELECT throws_ok('CREATE TABLE shop.v (a integer, b integer GENERATED ALWAYS AS (a) VIRTUAL)', '42601', NULL,
                 'this major has no virtual columns');
\endif

\if :heirs_differ
SELECT pg_temp.refused('ALTER TABLE stored.work ALTER quantity SET EXPRESSION AS (hours)', '2BP01',
                       'lines do not change behind the triggers');
SELECT pg_temp.refused('ALTER TABLE stored.header ALTER posted SET EXPRESSION AS (flags > 1)', '2BP01', 'nor do headers');
SELECT pg_temp.refused('ALTER TABLE stored.party ALTER name SET EXPRESSION AS (last_name)', '2BP01', 'nor what is bound');
SELECT pg_temp.refused('ALTER TABLE stored.night_act ALTER quantity SET EXPRESSION AS (hours)', '2BP01', 'nor lines in an heir');
\else
SELECT throws_ok('ALTER TABLE stored.work ALTER quantity SET EXPRESSION AS (hours)', '42601', NULL,
                 'on this major nobody sets an expression');
\endif
\if :knows_virtual
SELECT pg_temp.refused('ALTER TABLE virtual.work ALTER quantity SET EXPRESSION AS (hours)', '2BP01', 'a virtual column likewise');
SELECT pg_temp.accepted('ALTER TABLE virtual.night_act ALTER quantity SET EXPRESSION AS (hours)',
                        'that of an heir is not what the table shows');
\endif

SELECT * FROM finish();
ROLLBACK;
