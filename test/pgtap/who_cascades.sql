-- Whoever sets a cascade off is who saved, whatever PostgreSQL runs it as: on each major the ledger names him.
BEGIN;
\ir common.psql
SELECT plan(15);
SET LOCAL client_min_messages = error;
CREATE ROLE "credits test owner" IN ROLE credits_management;
CREATE ROLE "credits test clerk";
CREATE ROLE "credits test boss";
CREATE SCHEMA shop AUTHORIZATION "credits test owner";
INSERT INTO credits.credit_type (type_id, code) VALUES (101, 'SUPPORT');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('S', 101, 1), ('H', 101, -1);
INSERT INTO credits.customer (customer) VALUES ('A');
GRANT USAGE, CREATE ON SCHEMA shop TO "credits test boss";
GRANT USAGE ON SCHEMA shop TO "credits test clerk";

SET LOCAL ROLE "credits test owner";
CREATE TABLE shop.party (code text PRIMARY KEY);
CREATE TABLE shop.project (id integer PRIMARY KEY);
CREATE TABLE shop.invoice (number integer PRIMARY KEY, customer text REFERENCES shop.party ON UPDATE CASCADE ON DELETE CASCADE,
                           day date DEFAULT '2026-01-10');
CREATE TABLE shop.line (
    id       integer PRIMARY KEY,
    number   integer REFERENCES shop.invoice ON UPDATE CASCADE ON DELETE CASCADE,
    project  integer REFERENCES shop.project ON DELETE CASCADE,
    item     text,
    quantity numeric
);
CREATE TABLE shop.ticket (id integer PRIMARY KEY, project integer REFERENCES shop.project ON DELETE SET NULL,
                          customer text, day date DEFAULT '2026-01-10', item text, quantity numeric);
CREATE TABLE shop.late (LIKE shop.line INCLUDING ALL, FOREIGN KEY (number) REFERENCES shop.invoice ON DELETE CASCADE);
SELECT credits.attach(name, 'invoice', article => 'item', quantity => 'quantity', amount => NULL, customer => 'header.customer',
                      document_date => 'header.day', header_table => 'shop.invoice', check_at => moment)
FROM (VALUES ('shop.line'::regclass, 'statement'), ('shop.late', 'commit')) AS t (name, moment) \g /dev/null
SELECT credits.attach('shop.ticket', 'helpdesk', article => 'item', quantity => 'quantity', amount => NULL,
                      customer => 'customer', document_date => 'day', counts_when => 'line.project IS NOT NULL') \g /dev/null
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO "credits test clerk", "credits test boss";
CREATE FUNCTION shop.remove_line(integer) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$DELETE FROM shop.line WHERE id = $1$$;
CREATE FUNCTION shop.add_line(integer) RETURNS void LANGUAGE sql SECURITY DEFINER AS
$$INSERT INTO shop.line VALUES ($1, 1, 1, 'H', 1)$$;
SET LOCAL ROLE "credits test boss";
CREATE FUNCTION shop.remove_invoice(integer) RETURNS void LANGUAGE sql SECURITY DEFINER AS
$$DELETE FROM shop.invoice WHERE number = $1$$;
CREATE FUNCTION shop.remove_project(integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
$$BEGIN DELETE FROM shop.project WHERE id = $1; END$$;
CREATE FUNCTION shop.fail_to_remove() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    BEGIN
        DELETE FROM shop.project WHERE id = 9;
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    RETURN NULL;
END
$$;
RESET ROLE;
SELECT credits.register_sale('A', 'SUPPORT', 100, 10000, 'to begin with') \g /dev/null

-- Makes the documents anew, as a superuser, and tells who the last entries are by, after a statement of somebody's.
CREATE FUNCTION pg_temp.by(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
BEGIN
    DELETE FROM shop.party;
    DELETE FROM shop.ticket;
    DELETE FROM shop.project;
    INSERT INTO shop.party VALUES ('A');
    INSERT INTO shop.project VALUES (1), (9);
    INSERT INTO shop.invoice VALUES (1, 'A'), (2, 'A'), (3, 'A');
    INSERT INTO shop.line VALUES (1, 1, NULL, 'H', 1), (2, 2, 1, 'H', 2), (9, 3, 9, 'H', 1);
    INSERT INTO shop.ticket VALUES (1, 1, 'A', '2026-01-10', 'H', 4);
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    SELECT max(entry_no) INTO last FROM credits.entry;
    EXECUTE format('SET LOCAL ROLE %I', 'credits test ' || who);
    EXECUTE statement;
    SET CONSTRAINTS ALL IMMEDIATE;
    RESET ROLE;
    RETURN (SELECT string_agg(format('%s %s', quantity, replace(recorded_by, 'credits test ', '')), ', ' ORDER BY entry_no)
            FROM credits.entry WHERE entry_no > last);
END
$$;
CREATE FUNCTION pg_temp.is_by(who text, statement text, expected text, description text) RETURNS text LANGUAGE sql AS
$$SELECT is(pg_temp.by(who, statement), expected, description)$$;

SELECT pg_temp.is_by('clerk', 'DELETE FROM shop.line WHERE id = 1', '1 clerk', 'a line');
SELECT pg_temp.is_by('owner', 'DELETE FROM shop.invoice WHERE number = 1', '1 owner', 'a header, by the owner himself');
SELECT pg_temp.is_by('clerk', 'DELETE FROM shop.invoice WHERE number = 1', '1 clerk', 'a header with its lines');
SELECT pg_temp.is_by('clerk', 'DELETE FROM shop.party', '1 clerk, 2 clerk, 1 clerk', 'a party with its headers and theirs');
SELECT pg_temp.is_by('clerk', 'DELETE FROM shop.project WHERE id = 1', '2 clerk, 4 clerk',
                     'what is no header, with lines, and without the tickets that it leaves');
SELECT pg_temp.is_by('clerk', 'WITH gone AS (DELETE FROM shop.invoice WHERE number = 1 RETURNING *) SELECT FROM gone', '1 clerk',
                     'in a common table expression');
SELECT pg_temp.is_by('clerk', 'DO $b$BEGIN DELETE FROM shop.invoice WHERE number = 1; END$b$', '1 clerk', 'in a block');
SELECT pg_temp.is_by('clerk', 'MERGE INTO shop.invoice USING (SELECT 1 AS n) AS s ON number = n WHEN MATCHED THEN DELETE',
                     '1 clerk', 'by MERGE');
SELECT pg_temp.is_by('clerk', 'SELECT shop.remove_line(1)', '1 owner', 'a line, by a function of the owner');
SELECT pg_temp.is_by('clerk', 'SELECT shop.add_line(4)', '-1 owner', 'a new line, by a function of his');
SELECT pg_temp.is_by('clerk', 'SELECT shop.remove_invoice(1)', '1 boss', 'a header, by a function of somebody''s');
SELECT pg_temp.is_by('clerk', 'SELECT shop.remove_project(1)', '2 boss, 4 boss', 'what is no header, by a function of his');
SELECT pg_temp.is_by('clerk', 'INSERT INTO shop.late VALUES (1, 1, NULL, ''H'', 3); DELETE FROM shop.line WHERE id = 1;
                               DELETE FROM shop.invoice WHERE number = 1', '1 clerk', 'lines that are checked at commit');
CREATE TRIGGER fail AFTER DELETE ON shop.invoice FOR EACH ROW EXECUTE FUNCTION shop.fail_to_remove();
SELECT pg_temp.is_by('clerk', 'DELETE FROM shop.invoice WHERE number = 1', '1 clerk',
                     'where a trigger of somebody''s has failed');
SELECT pg_temp.all_in_order();
SELECT * FROM finish();
ROLLBACK;
