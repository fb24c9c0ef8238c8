-- A shop whose invoices pg_partman keeps in a partition per month, as an ordinary role: five months that are closed, the running
-- one, and four to come.
SET client_min_messages = warning;
CREATE EXTENSION credits;
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
GRANT ALL ON SCHEMA partman TO shopkeeper;
GRANT ALL ON ALL TABLES IN SCHEMA partman TO shopkeeper;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA partman TO shopkeeper;
CREATE SCHEMA shop AUTHORIZATION shopkeeper;
INSERT INTO credits.article (article, ledger_account) VALUES ('ACT', '46'), ('RES', '70');
INSERT INTO credits.credit_type (type_id, code, balance_account, activation_article, result_account, result_article)
VALUES (1, 'SUPPORT', '46', 'ACT', '70', 'RES');
INSERT INTO credits.article (article, type_id, coefficient) VALUES ('hours', 1, 1), ('hour', 1, -1);
INSERT INTO credits.customer (customer) VALUES ('ACME'), ('BETA');
UPDATE credits.parameter SET fixed_relation = 'R';

-- He attaches and closes as a member of credits_management; to save, and for pg_partman's work, he needs no right of ours.
GRANT credits_management TO shopkeeper;
SET ROLE shopkeeper;
CREATE FUNCTION shop.day(month integer, day integer DEFAULT 1) RETURNS date LANGUAGE sql STABLE AS
$$SELECT (date_trunc('month', current_date) + make_interval(months => month, days => day - 1))::date$$;
CREATE FUNCTION shop.part(of_table text, month integer) RETURNS text LANGUAGE sql STABLE AS
$$SELECT format('shop.%s_p%s', of_table, to_char(shop.day(month), 'YYYY_MM'))$$;
CREATE FUNCTION shop.parts(of_table regclass) RETURNS SETOF text LANGUAGE sql STABLE AS
$$SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = of_table ORDER BY 1$$;

CREATE TABLE shop.invoice (
    id       integer,
    day      date NOT NULL,
    customer text,
    PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE shop.line (
    id       integer,
    day      date NOT NULL,
    item     text,
    quantity numeric,
    price    numeric,
    PRIMARY KEY (id, day),
    FOREIGN KEY (id, day) REFERENCES shop.invoice
) PARTITION BY RANGE (day);
SELECT partman.create_parent(format('shop.%s', name), 'day', 'native', 'monthly', p_automatic_maintenance := 'off',
                             p_start_partition := shop.day(-5)::text)
FROM unnest(ARRAY['invoice', 'line']) AS name;
UPDATE partman.part_config SET infinite_time_partitions = true;
SELECT credits.attach('shop.line', 'invoice', article => 'item', quantity => 'quantity', amount => 'line.quantity * line.price',
    customer => 'header.customer', document_date => 'header.day', header_table => 'shop.invoice', zero_columns => '{price}');

-- Odd invoices sell, even ones use; what was sold in the first months is open until today.
INSERT INTO shop.invoice
SELECT n, shop.day((n - 1) / 4 - 5, 5 + n % 2), CASE WHEN n % 4 IN (1, 2) THEN 'ACME' ELSE 'BETA' END
FROM generate_series(1, 24) AS n;
INSERT INTO shop.line SELECT n, day, 'hours', 10, 50 FROM shop.invoice AS i (n) WHERE n % 2 = 1;
INSERT INTO shop.line SELECT n, day, 'hour', 3, 50 FROM shop.invoice AS i (n) WHERE n % 2 = 0;
SELECT credits.close_month(shop.day(month)) FROM generate_series(-5, -1) AS month;
RESET ROLE;
REVOKE credits_management FROM shopkeeper;

-- Whatever anybody may ask of what has been; verify() says nothing.
CREATE FUNCTION public.books() RETURNS SETOF text LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('entry %s %s %s %s %s %s', source, line_key, entry_no, lot_no, quantity, value) AS line FROM credits.entry
    UNION ALL SELECT format('portfolio %s', p) FROM credits.portfolio AS p
    UNION ALL SELECT format('lot %s %s %s %s', source, lot_no, remaining, remaining_value) FROM credits.lot
    UNION ALL SELECT format('closing %s', c) FROM credits.closing_line AS c
    UNION ALL SELECT format('revenue %s', r) FROM credits.deferred_revenue(shop.day(-5), shop.day(0)) AS r
    UNION ALL SELECT format('statement %s %s', customer, s)
    FROM (VALUES ('ACME'), ('BETA')) AS one (customer), generate_series(-5, 0) AS month,
        credits.statement_month(customer, shop.day(month)) AS s
    UNION ALL SELECT format('used %s', u)
    FROM generate_series(0, 1) AS past, credits.consumption_by_month(extract(YEAR FROM current_date)::integer - past) AS u
    UNION ALL SELECT format('then %s %s', month, p)
    FROM generate_series(-5, 0) AS month, credits.portfolio_as_of(shop.day(month)) AS p
    UNION ALL SELECT format('wrong %s', v) FROM credits.verify() AS v
    ORDER BY line;
END;
