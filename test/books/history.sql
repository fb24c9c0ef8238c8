-- What happens in the ERP, by chance: each function gives the text of what one transaction does; the caller executes it with
-- \gexec, so that it is a transaction of its own, which a refusal rolls back. random() alone decides: one seed, one history.
SET client_min_messages = error;
CREATE SCHEMA play;
CREATE SEQUENCE play.id;

CREATE FUNCTION play.one_of(choices anyarray) RETURNS anyelement LANGUAGE sql VOLATILE AS
'SELECT choices[1 + floor(random() * cardinality(choices))::int]';

-- A number from low to high.
CREATE FUNCTION play.between(low integer, high integer) RETURNS integer LANGUAGE sql VOLATILE AS
'SELECT low + floor(random() * (high - low + 1))::int';

-- Mostly a day of the month; now and then one of the months before, which may be closed, or soon after.
CREATE FUNCTION play.day_around(month date) RETURNS date LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    chance CONSTANT float8 := random();
BEGIN
    RETURN CASE WHEN chance < 0.75 THEN month + play.between(0, 27)
                WHEN chance < 0.93 THEN greatest(month - play.between(1, 75), '2026-01-01')
                ELSE month + play.between(28, 45) END;
END
$$;

CREATE FUNCTION play.any_customer() RETURNS text LANGUAGE sql VOLATILE AS
$$SELECT play.one_of('{A, A, A, B, B, B, C, C, branch of C, D}'::text[])$$;

-- Any of the last 40 lines of a table; 0 when there is none.
CREATE FUNCTION play.any_line(of_table regclass) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    lines bigint[];
BEGIN
    EXECUTE format('SELECT array_agg(id ORDER BY id) FROM (SELECT id FROM %s ORDER BY id DESC LIMIT 40) AS late',
                   of_table) INTO lines;
    RETURN coalesce(play.one_of(lines), 0);
END
$$;

-- Money for so many of an article, in its currency; sometimes a gift, or not filled in yet.
CREATE FUNCTION play.any_amount(of_article text, quantity numeric) RETURNS numeric LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    price  CONSTANT numeric := 0.7 + 0.6 * random()::numeric;
    chance CONSTANT float8 := random();
    per_credit numeric;
    decimals   integer;
    coefficient numeric;
BEGIN
    SELECT its.unit, its.decimals, a.coefficient INTO per_credit, decimals, coefficient
    FROM credits.article AS a
    JOIN (VALUES (1, 100, 2), (2, 95, 2), (3, 3, 0), (4, 7.77, 3)) AS its (type_id, unit, decimals) USING (type_id)
    WHERE a.article = of_article;
    RETURN CASE WHEN chance < 0.1 THEN 0 WHEN chance >= 0.13
        THEN round(quantity * coefficient * per_credit * price, decimals) END;
END
$$;

-- ---- what users save

CREATE FUNCTION play.sale_line(invoice bigint) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    article  CONSTANT text :=
        play.one_of('{hour, hour, day, voucher, voucher, pack, copies, copies, lesson, lesson, course}'::text[]);
    quantity CONSTANT numeric := play.one_of('{1, 2, 3, 5, 7, 10, 2.5, 0.3333}'::numeric[]);
BEGIN
    RETURN format('INSERT INTO erp.invoice_line VALUES (%s, %s, %L, %s, %L)', nextval('play.id'), invoice, article, quantity,
                  play.any_amount(article, quantity));
END
$$;

-- An invoice; what it sells it may use at once.
CREATE FUNCTION play.invoice(month date) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    id CONSTANT bigint := nextval('play.id');
    saves text := format('INSERT INTO erp.invoice VALUES (%s, %L, %L, %L)', id, play.any_customer(), play.day_around(month),
                         play.one_of('{posted, posted, posted, posted, posted, posted, draft}'::text[]));
BEGIN
    FOR line IN 1 .. play.between(1, 3) LOOP
        saves := concat_ws('; ', saves, play.sale_line(id));
    END LOOP;
    IF random() < 0.3 THEN
        saves := concat_ws('; ', saves, format('INSERT INTO erp.invoice_line VALUES (%s, %s, %L, %s, 10)', nextval('play.id'), id,
                                               play.one_of('{helpdesk, quarter, seat, copy, attend}'::text[]),
                                               play.between(1, 3)));
    END IF;
    RETURN saves;
END
$$;

CREATE FUNCTION play.report(month date) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    article CONSTANT text := play.one_of(
        '{helpdesk, helpdesk, quarter, seat, seat, third of seat, copy, colour copy, attend, attend}'::text[]);
    quantity CONSTANT numeric := play.one_of('{1, 1, 2, 3, 4, 0.5, 1.3333}'::numeric[]);
    returned CONSTANT integer := play.one_of('{1, 1, 1, 1, -1}'::integer[]);
BEGIN
    RETURN format('INSERT INTO erp.report_line VALUES (%s, %L, %L, %L, %s)', nextval('play.id'), play.any_customer(),
                  play.day_around(month), article, returned * quantity * CASE WHEN article LIKE '%copy' THEN 31 ELSE 1 END);
END
$$;

-- A credit note on a line that was sold, or on no line in particular; or money back for what is open of a line.
CREATE FUNCTION play.credit_note(month date) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    id       CONSTANT bigint := nextval('play.id');
    quantity CONSTANT numeric := play.one_of('{-1, -1, -2, -0.5, -0.3333, 0}'::numeric[]);
    line     bigint := play.any_line('erp.invoice_line');
    customer text;
    article  text;
BEGIN
    SELECT invoice.customer, its.article INTO customer, article
    FROM erp.invoice_line AS its
    JOIN erp.invoice ON invoice.id = its.invoice
    JOIN credits.article AS a ON a.article = its.article AND a.coefficient > 0
    WHERE its.id = line;
    IF article IS NULL OR quantity <> 0 AND random() < 0.3 THEN
        line := NULL;
    END IF;
    RETURN concat_ws('; ',
        format('INSERT INTO erp.invoice VALUES (%s, %L, %L)', id, customer, play.day_around(month)),
        format('INSERT INTO erp.invoice_line VALUES (%s, %s, %L, %s, %L, %L)', nextval('play.id'), id, article, quantity,
               play.any_amount(article, least(quantity, -0.1)), line));
END
$$;

CREATE FUNCTION play.edit(month date) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    invoice_line CONSTANT bigint := play.any_line('erp.invoice_line');
    invoice      CONSTANT bigint := play.any_line('erp.invoice');
    report_line  CONSTANT bigint := play.any_line('erp.report_line');
    article      CONSTANT text := (SELECT line.article FROM erp.invoice_line AS line WHERE line.id = invoice_line);
    quantity     CONSTANT numeric := play.between(1, 6);
BEGIN
    RETURN CASE play.between(0, 10)
        WHEN 0
            THEN
            format('UPDATE erp.invoice_line SET quantity = sign(quantity) * %s, amount = sign(quantity) * abs(%L) WHERE id = %s',
                           quantity, play.any_amount(article, quantity), invoice_line)
        WHEN 1 THEN format('UPDATE erp.invoice_line SET amount = sign(quantity) * abs(%L) WHERE id = %s',
                           play.any_amount(article, quantity), invoice_line)
        WHEN 2
            THEN format(
            'UPDATE erp.invoice_line SET article = %L WHERE id = %s AND article IN (''voucher'', ''pack'', ''hour'', ''day'')',
                           play.one_of('{voucher, pack, hour, day}'::text[]), invoice_line)
        WHEN 3 THEN format('UPDATE erp.invoice SET day = %L WHERE id = %s', play.day_around(month), invoice)
        WHEN 4 THEN format('UPDATE erp.invoice SET customer = %L WHERE id = %s', play.any_customer(), invoice)
        WHEN 5
            THEN format(
            'UPDATE erp.invoice SET state = CASE state WHEN ''posted'' THEN ''draft'' ELSE ''posted'' END WHERE id = %s', invoice)
        WHEN 6 THEN format('UPDATE erp.report_line SET quantity = quantity * %s WHERE id = %s',
                           play.one_of('{0.3, 0.5, 1.5, 2}'::numeric[]), report_line)
        WHEN 7 THEN format('UPDATE erp.report_line SET day = %L WHERE id = %s', play.day_around(month), report_line)
        WHEN 8 THEN format('UPDATE erp.report_line SET customer = %L WHERE id = %s', play.any_customer(), report_line)
        WHEN 9 THEN format('DELETE FROM erp.report_line WHERE id = %s', report_line)
        ELSE format('DELETE FROM erp.invoice%s WHERE id = %s', play.one_of('{"",_line,_line}'::text[]),
                    play.one_of(ARRAY[invoice, invoice_line]))
    END;
END
$$;

-- What a customer had open when the books begin.
CREATE FUNCTION play.opening() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT format('SELECT credits.register_opening(%L, %L, %s, %s, %L, %L)', play.one_of('{A, B, C}'::text[]),
                  play.one_of('{SUPPORT, TRAINING, COPIES, LESSONS}'::text[]), play.between(1, 9),
                  play.between(1, 9) * 77, 'from before', '2025-12-31')
$$;

-- A registration by hand, or the reversal of one.
CREATE FUNCTION play.registration(month date) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    customer CONSTANT text := play.one_of('{A, B, C}'::text[]);
    type     CONSTANT text := play.one_of('{SUPPORT, TRAINING, COPIES, LESSONS}'::text[]);
    quantity CONSTANT integer := play.between(1, 5);
    amount   CONSTANT integer := play.between(0, 3) * 77;
    made record;
BEGIN
    CASE play.between(0, 5)
        WHEN 0 THEN RETURN format('SELECT credits.register_opening(%L, %L, %s, %s, %L, %L)', customer,
                                  type, quantity, amount, 'from before', play.day_around(month));
        WHEN 1, 2 THEN RETURN format('SELECT credits.register_sale(%L, %L, %s, %s, %L, %L)', customer,
                                     type, quantity, amount, 'on paper', play.day_around(month));
        WHEN 3, 4 THEN RETURN format('SELECT credits.register_consumption(%L, %L, %s, %L, %L)',
                                     customer, type, quantity, 'by phone', play.day_around(month));
        ELSE
            SELECT entry.customer, t.code, min(entry.entry_no) AS entry_no INTO made
            FROM credits.entry JOIN credits.credit_type AS t USING (type_id)
            WHERE line_table IS NULL AND line_key IS NOT NULL
            GROUP BY entry.customer, t.code, entry.line_key
            HAVING bool_and(reverses IS NULL AND kind <> 'sale_change')
            ORDER BY max(recorded_at) DESC, entry.customer, t.code LIMIT 1 OFFSET play.between(0, 4);
            RETURN format('SELECT credits.reverse_registration(%L, %L, %s, %L) WHERE %L', made.customer,
                          made.code, coalesce(made.entry_no, 0), 'a mistake', made.code IS NOT NULL);
    END CASE;
END
$$;

-- What a user saves in one transaction.
CREATE FUNCTION play.save(month date) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    saves text;
BEGIN
    IF random() < 0.1 THEN
        RETURN play.registration(month);
    END IF;
    LOOP
        saves := concat_ws('; ', saves,
                           CASE play.one_of(
            '{invoice, invoice, report, report, report, report, report, credit note, edit, edit, edit}'::text[])
            WHEN 'invoice' THEN play.invoice(month)
            WHEN 'report' THEN play.report(month)
            WHEN 'credit note' THEN play.credit_note(month)
            ELSE play.edit(month) END);
        EXIT WHEN random() < 0.7;
    END LOOP;
    RETURN saves;
END
$$;

-- ---- what the bookkeeper does

CREATE FUNCTION play.revaluation(month date) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN CASE WHEN random() < 0.5
        THEN format('SELECT credits.revalue(%L, %s, %L)', 'TRAINING', play.one_of('{90, 95, 99.99, 101.37, 33.3333}'::numeric[]),
                    play.day_around(month))
                ELSE format('SELECT credits.revalue(%L, %s, %L)', 'LESSONS', play.one_of('{7.77, 8, 6.6667, 0.001}'::numeric[]),
                            play.day_around(month)) END;
END
$$;

-- Another account for what is sold from now on; or another policy for closed months.
CREATE FUNCTION play.new_setting() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < 0.5
        THEN format('UPDATE credits.article SET ledger_account = %L WHERE article = %L', play.one_of('{700011, 700021}'::text[]),
                    play.one_of('{pack, course}'::text[]))
        ELSE format('UPDATE credits.parameter SET closed_month_policy = %L',
                    play.one_of('{reject, next_open_month, next_open_month}'::text[])) END
$$;

CREATE FUNCTION play.next_month() RETURNS date LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT (max(month) + interval '1 month')::date FROM credits.closing WHERE reopened_at IS NULL),
                    (SELECT date_trunc('month', min(booked_on)::timestamp)::date FROM credits.entry WHERE kind <> 'opening'))
$$;

-- Closes every month until then.
CREATE FUNCTION play.closings(until date) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT format('SELECT credits.close_month(%L)', month::date)
    FROM generate_series(play.next_month(), until, interval '1 month') AS month
$$;

-- One closing too many, or one too early.
CREATE FUNCTION play.mistake() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT format('SELECT credits.close_month(%L)', play.next_month() + play.one_of('{-1, 40}'::integer[]))
$$;

CREATE FUNCTION play.reopening() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('SELECT credits.reopen_month(%L)', play.next_month() - 1)
$$;
