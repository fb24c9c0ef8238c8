-- The PL/pgSQL version's ledger operations. The caller holds the lock of the customer's row.

-- What a line wants, or what was recorded for it.
CREATE TYPE plpgsql.facts AS (
    customer        text,
    type_id         int,
    credits         numeric,
    amount          numeric,
    document_date   date,
    document_number text,
    line_key        text,
    article         text,
    coefficient     numeric,
    ledger_account  text,
    alarm_level     numeric,
    unit_value      numeric, -- of a type valued at a fixed rate
    first_open_day  date
);

-- Rule 21: warns once when the balance falls below the alarm level, clears the episode when it is above again.
CREATE FUNCTION plpgsql.watch(f plpgsql.facts, before numeric, after numeric, level numeric) RETURNS bool
LANGUAGE plpgsql AS $$
BEGIN
    IF after < level AND before >= level THEN
        INSERT INTO plpgsql.alarm_episode (customer, type_id, balance, alarm_level)
        VALUES (f.customer, f.type_id, after, level);
        PERFORM pg_notify('credits_alarm', json_build_object('customer', f.customer, 'balance', after)::text);
        RAISE WARNING 'customer "%" has % credits, below %', f.customer, after, level;
    ELSIF after >= level AND before < level THEN
        UPDATE plpgsql.alarm_episode SET cleared_at = now()
        WHERE customer = f.customer AND type_id = f.type_id AND cleared_at IS NULL;
    END IF;
    RETURN after < level;
END $$;

CREATE FUNCTION plpgsql.refuse(f plpgsql.facts, need numeric, available numeric) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'not enough credits for customer "%"', f.customer
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_balance_not_negative',
              DETAIL = format('Needed %s, available %s.', need, available);
END $$;

-- Draws credits from the oldest open lots (rules 11 and 12). Returns what is missing: 0.
CREATE FUNCTION plpgsql.draw(f plpgsql.facts, credits numeric, kind text) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
    acc   plpgsql.account;
    lot   record;
    need  numeric := credits;
    drawn numeric;
    worth numeric;
BEGIN
    SELECT * INTO acc FROM plpgsql.account a WHERE a.customer = f.customer AND a.type_id = f.type_id;
    IF coalesce(acc.balance, 0) < need THEN
        PERFORM plpgsql.refuse(f, need, coalesce(acc.balance, 0));
    END IF;
    FOR lot IN
        SELECT l.lot_no, l.remaining, l.remaining_value, l.booked_on FROM plpgsql.lot l
        WHERE l.customer = f.customer AND l.type_id = f.type_id AND l.open ORDER BY l.sold_on, l.lot_no
    LOOP
        drawn := least(need, lot.remaining);
        worth := CASE WHEN drawn = lot.remaining THEN lot.remaining_value
                      ELSE round(lot.remaining_value * drawn / lot.remaining, 2) END;
        need := need - drawn;
        acc.value := acc.value - worth;
        acc.last_entry_no := acc.last_entry_no + 1;
        UPDATE plpgsql.lot l
        SET remaining = l.remaining - drawn, remaining_value = l.remaining_value - worth, open = l.remaining > drawn
        WHERE l.customer = f.customer AND l.type_id = f.type_id AND l.lot_no = lot.lot_no;
        INSERT INTO plpgsql.entry (customer, type_id, entry_no, kind, lot_no, quantity, value, balance_after, booked_on,
            document_kind, document_date, document_number, line_table, line_key, article, coefficient)
        VALUES (f.customer, f.type_id, acc.last_entry_no, kind, lot.lot_no, -drawn, -worth,
            acc.balance - credits + need, greatest(f.document_date, lot.booked_on, f.first_open_day), 'invoice',
            f.document_date, f.document_number, 'erp_plpgsql.invoice_line'::regclass, f.line_key, f.article, f.coefficient);
        EXIT WHEN need = 0;
    END LOOP;
    UPDATE plpgsql.account a SET balance = a.balance - credits, value = acc.value, last_entry_no = acc.last_entry_no
    WHERE a.customer = f.customer AND a.type_id = f.type_id;
    IF acc.balance - credits < coalesce(acc.alarm_level, f.alarm_level) THEN
        PERFORM plpgsql.watch(f, acc.balance, acc.balance - credits, coalesce(acc.alarm_level, f.alarm_level));
    END IF;
    RETURN need;
END $$;

-- Returns credits to the lots that the line drew from, last draw first (rule 15).
CREATE FUNCTION plpgsql.give_back(f plpgsql.facts, credits numeric) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
    acc   plpgsql.account;
    draw  record;
    need  numeric := credits;
    given numeric;
    worth numeric;
BEGIN
    SELECT * INTO acc FROM plpgsql.account a WHERE a.customer = f.customer AND a.type_id = f.type_id;
    FOR draw IN
        SELECT coalesce(e.reverses, e.entry_no) AS entry_no, min(e.lot_no) AS lot_no, max(e.booked_on) AS booked_on,
               -sum(e.quantity) AS quantity, -sum(e.value) AS value
        FROM plpgsql.entry e
        WHERE e.line_table = 'erp_plpgsql.invoice_line'::regclass AND e.line_key = f.line_key
          AND e.customer = f.customer AND e.type_id = f.type_id
        GROUP BY 1 HAVING sum(e.quantity) < 0 ORDER BY 1 DESC
    LOOP
        given := least(need, draw.quantity);
        worth := CASE WHEN given = draw.quantity THEN draw.value
                      ELSE round(draw.value * given / draw.quantity, 2) END;
        need := need - given;
        acc.value := acc.value + worth;
        acc.last_entry_no := acc.last_entry_no + 1;
        UPDATE plpgsql.lot l
        SET remaining = l.remaining + given, remaining_value = l.remaining_value + worth, open = true
        WHERE l.customer = f.customer AND l.type_id = f.type_id AND l.lot_no = draw.lot_no;
        INSERT INTO plpgsql.entry (customer, type_id, entry_no, kind, lot_no, quantity, value, balance_after, booked_on,
            document_kind, document_date, document_number, line_table, line_key, article, coefficient, reverses)
        VALUES (f.customer, f.type_id, acc.last_entry_no, 'consumption_change', draw.lot_no, given, worth,
            acc.balance + credits - need, greatest(f.document_date, draw.booked_on, f.first_open_day), 'invoice',
            f.document_date, f.document_number, 'erp_plpgsql.invoice_line'::regclass, f.line_key, f.article, f.coefficient,
            draw.entry_no);
        EXIT WHEN need = 0;
    END LOOP;
    UPDATE plpgsql.account a SET balance = a.balance + credits, value = acc.value, last_entry_no = acc.last_entry_no
    WHERE a.customer = f.customer AND a.type_id = f.type_id;
    PERFORM plpgsql.watch(f, acc.balance, acc.balance + credits, coalesce(acc.alarm_level, f.alarm_level));
    RETURN need;
END $$;

-- Makes the lot of a sale line (rule 10).
CREATE FUNCTION plpgsql.sell(f plpgsql.facts) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    acc   plpgsql.account;
    worth numeric := CASE WHEN f.amount = 0 OR f.unit_value IS NULL THEN f.amount
                          ELSE round(f.credits * f.unit_value, 2) END;
    day   date := greatest(f.document_date, f.first_open_day);
BEGIN
    INSERT INTO plpgsql.account AS a (customer, type_id, balance, value, last_lot_no, last_entry_no)
    VALUES (f.customer, f.type_id, f.credits, worth, 1, 1)
    ON CONFLICT (customer, type_id) DO UPDATE
    SET balance = a.balance + f.credits, value = a.value + worth,
        last_lot_no = a.last_lot_no + 1, last_entry_no = a.last_entry_no + 1
    RETURNING * INTO acc;
    INSERT INTO plpgsql.lot
    VALUES (f.customer, f.type_id, acc.last_lot_no, f.document_date, day, f.credits, f.amount, worth, f.credits, worth,
        true, 'erp_plpgsql.invoice_line'::regclass, f.line_key, 'invoice', f.document_number, f.article, f.coefficient,
        f.ledger_account);
    INSERT INTO plpgsql.entry (customer, type_id, entry_no, kind, lot_no, quantity, value, amount, balance_after,
        booked_on, document_kind, document_date, document_number, line_table, line_key, article, coefficient)
    VALUES (f.customer, f.type_id, acc.last_entry_no, 'sale', acc.last_lot_no, f.credits, worth, f.amount, acc.balance,
        day, 'invoice', f.document_date, f.document_number, 'erp_plpgsql.invoice_line'::regclass, f.line_key,
        f.article, f.coefficient);
    IF acc.balance - f.credits < coalesce(acc.alarm_level, f.alarm_level) THEN
        PERFORM plpgsql.watch(f, acc.balance - f.credits, acc.balance, coalesce(acc.alarm_level, f.alarm_level));
    END IF;
    RETURN acc.last_lot_no;
END $$;

-- Undoes a sale line, as long as nothing of its lot is consumed (rule 14).
CREATE FUNCTION plpgsql.unsell(f plpgsql.facts, sold bigint) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
    acc plpgsql.account;
    l   plpgsql.lot;
BEGIN
    SELECT * INTO l FROM plpgsql.lot
    WHERE customer = f.customer AND type_id = f.type_id AND lot_no = sold;
    IF l.remaining <> l.quantity THEN
        RAISE EXCEPTION 'credits of lot % of customer "%" are consumed', sold, f.customer
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_lot_not_consumed',
                  DETAIL = format('Consumed %s of %s.', l.quantity - l.remaining, l.quantity);
    END IF;
    UPDATE plpgsql.lot
    SET quantity = 0, amount = 0, value = 0, remaining = 0, remaining_value = 0, open = false
    WHERE customer = f.customer AND type_id = f.type_id AND lot_no = sold;
    UPDATE plpgsql.account a
    SET balance = a.balance - l.quantity, value = a.value - l.value, last_entry_no = a.last_entry_no + 1
    WHERE a.customer = f.customer AND a.type_id = f.type_id
    RETURNING * INTO acc;
    INSERT INTO plpgsql.entry (customer, type_id, entry_no, kind, lot_no, quantity, value, amount, balance_after,
        booked_on, document_kind, document_date, document_number, line_table, line_key, article, coefficient)
    VALUES (f.customer, f.type_id, acc.last_entry_no, 'sale_change', sold, -l.quantity, -l.value, -l.amount, acc.balance,
        greatest(f.document_date, l.booked_on, f.first_open_day), 'invoice', f.document_date, f.document_number,
        'erp_plpgsql.invoice_line'::regclass, f.line_key, f.article, f.coefficient);
    PERFORM plpgsql.watch(f, acc.balance + l.quantity, acc.balance, coalesce(acc.alarm_level, f.alarm_level));
    RETURN l.quantity;
END $$;
