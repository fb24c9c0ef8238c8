-- The PL/pgSQL version's triggers on the ERP's tables.

-- Books a line that has nothing recorded. Returns the credits.
CREATE FUNCTION plpgsql.book(f plpgsql.facts) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
    done numeric;
BEGIN
    IF f.credits < 0 THEN
        done := plpgsql.draw(f, -f.credits, 'consumption');
    ELSIF f.credits > 0 THEN
        IF NOT (SELECT active FROM plpgsql.credit_type WHERE type_id = f.type_id) THEN
            RAISE EXCEPTION 'credit type % is not active', f.type_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_type_active';
        END IF;
        done := plpgsql.sell(f);
    END IF;
    RETURN f.credits;
END $$;

-- Compares what is recorded for a line with what it wants, and books the difference (rules 14 to 16).
CREATE FUNCTION plpgsql.settle(key text, recorded plpgsql.facts, wanted plpgsql.facts, sold bigint) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
    same bool := (recorded.customer, recorded.type_id) IS NOT DISTINCT FROM (wanted.customer, wanted.type_id);
BEGIN
    IF coalesce(recorded.credits, 0) = 0 THEN
        RETURN plpgsql.book(wanted);
    ELSIF recorded.credits > 0 THEN
        IF same AND (recorded.credits, recorded.amount, recorded.document_date)
                  = (wanted.credits, wanted.amount, wanted.document_date) THEN
            RETURN wanted.credits;
        END IF;
        PERFORM plpgsql.unsell(recorded, sold);
        RETURN plpgsql.book(wanted);
    ELSIF NOT same OR coalesce(wanted.credits, 0) >= 0 THEN
        PERFORM plpgsql.give_back(recorded, -recorded.credits);
        RETURN plpgsql.book(wanted);
    ELSIF wanted.credits > recorded.credits THEN
        RETURN plpgsql.give_back(wanted, wanted.credits - recorded.credits);
    ELSIF wanted.credits < recorded.credits THEN
        RETURN plpgsql.draw(wanted, recorded.credits - wanted.credits, 'consumption_change');
    END IF;
    RETURN wanted.credits;
END $$;

-- Settles a line that was changed or deleted, or whose header changed. The header is locked.
CREATE FUNCTION plpgsql.line_changed(key text, line erp_plpgsql.invoice_line, head erp_plpgsql.invoice) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
    recorded plpgsql.facts;
    wanted   plpgsql.facts;
    last     record;
    rate     record;
BEGIN
    PERFORM FROM plpgsql.customer c
    WHERE c.customer = ANY (ARRAY(SELECT e.customer FROM plpgsql.entry e
                                  WHERE e.line_table = 'erp_plpgsql.invoice_line'::regclass AND e.line_key = key)
                            || head.customer)
    ORDER BY c.customer FOR NO KEY UPDATE;
    SELECT e.* INTO last FROM plpgsql.entry e
    WHERE e.line_table = 'erp_plpgsql.invoice_line'::regclass AND e.line_key = key
    ORDER BY e.recorded_at DESC, e.entry_no DESC LIMIT 1;
    SELECT a.type_id, a.coefficient, a.ledger_account, t.alarm_level, t.unit_value, p.first_open_day INTO rate
    FROM plpgsql.parameter p
    LEFT JOIN plpgsql.article a ON a.article = line.article AND (p.active OR last.article = line.article)
    LEFT JOIN plpgsql.credit_type t ON t.type_id = a.type_id;
    IF last.line_key IS NOT NULL THEN
        SELECT last.customer, last.type_id, sum(e.quantity), sum(e.amount), last.document_date, last.document_number,
               key, last.article, last.coefficient, NULL, rate.alarm_level, rate.unit_value, rate.first_open_day
        INTO recorded FROM plpgsql.entry e
        WHERE e.line_table = 'erp_plpgsql.invoice_line'::regclass AND e.line_key = key
          AND e.customer = last.customer AND e.type_id = last.type_id;
        IF last.article = line.article THEN
            rate.type_id := last.type_id;
            rate.coefficient := last.coefficient;
        END IF;
    END IF;
    IF head.state = 'posted' AND rate.type_id IS NOT NULL
       AND (recorded.credits <> 0
            OR (SELECT c.works_with_credits FROM plpgsql.customer c WHERE c.customer = head.customer)) THEN
        wanted := (head.customer, rate.type_id, round(line.quantity * rate.coefficient, 4), line.amount,
                   head.invoice_date, head.number, key, line.article, rate.coefficient, rate.ledger_account,
                   rate.alarm_level, rate.unit_value, rate.first_open_day);
    END IF;
    RETURN plpgsql.settle(key, recorded, wanted, last.lot_no);
END $$;

-- An inserted line has nothing recorded: it is booked at once. Other articles and other customers leave early (rule 8).
CREATE FUNCTION plpgsql.line_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    rate     record;
    head     record;
    flagged  bool;
    booked   numeric;
BEGIN
    SELECT a.type_id, a.coefficient, a.ledger_account, t.alarm_level, t.unit_value, p.first_open_day INTO rate
    FROM plpgsql.article a
    JOIN plpgsql.credit_type t ON t.type_id = a.type_id
    JOIN plpgsql.parameter p ON p.active
    WHERE a.article = NEW.article;
    IF rate.type_id IS NULL THEN
        RETURN NULL;
    END IF;

    SELECT i.customer, i.invoice_date, i.number, i.state INTO head
    FROM erp_plpgsql.invoice i
    WHERE i.id = NEW.invoice_id
    FOR NO KEY UPDATE;
    SELECT c.works_with_credits INTO flagged
    FROM plpgsql.customer c
    WHERE c.customer = head.customer
    FOR NO KEY UPDATE;
    IF flagged AND head.state = 'posted' THEN
        booked := plpgsql.book((head.customer, rate.type_id, round(NEW.quantity * rate.coefficient, 4), NEW.amount,
            head.invoice_date, head.number, NEW.id::text, NEW.article, rate.coefficient, rate.ledger_account,
            rate.alarm_level, rate.unit_value, rate.first_open_day)::plpgsql.facts);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION plpgsql.line_updated() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    head erp_plpgsql.invoice;
BEGIN
    PERFORM FROM erp_plpgsql.invoice
    WHERE id IN (OLD.invoice_id, NEW.invoice_id)
    ORDER BY id
    FOR NO KEY UPDATE;
    SELECT * INTO head FROM erp_plpgsql.invoice WHERE id = NEW.invoice_id;
    PERFORM plpgsql.line_changed(NEW.id::text, NEW, head);
    RETURN NULL;
END $$;

CREATE FUNCTION plpgsql.line_deleted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM erp_plpgsql.invoice WHERE id = OLD.invoice_id FOR NO KEY UPDATE;
    PERFORM plpgsql.line_changed(OLD.id::text, NULL, NULL);
    RETURN NULL;
END $$;

CREATE FUNCTION plpgsql.header_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    line erp_plpgsql.invoice_line;
BEGIN
    FOR line IN SELECT * FROM erp_plpgsql.invoice_line WHERE invoice_id = NEW.id ORDER BY id LOOP
        PERFORM plpgsql.line_changed(line.id::text, line, NEW);
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER credits_insert AFTER INSERT ON erp_plpgsql.invoice_line
FOR EACH ROW EXECUTE FUNCTION plpgsql.line_inserted();

CREATE TRIGGER credits_update AFTER UPDATE ON erp_plpgsql.invoice_line
FOR EACH ROW
WHEN ((OLD.invoice_id, OLD.article, OLD.quantity, OLD.amount)
      IS DISTINCT FROM (NEW.invoice_id, NEW.article, NEW.quantity, NEW.amount))
EXECUTE FUNCTION plpgsql.line_updated();

CREATE TRIGGER credits_delete AFTER DELETE ON erp_plpgsql.invoice_line
FOR EACH ROW EXECUTE FUNCTION plpgsql.line_deleted();

CREATE TRIGGER credits_header AFTER UPDATE ON erp_plpgsql.invoice
FOR EACH ROW
WHEN ((OLD.customer, OLD.invoice_date, OLD.state) IS DISTINCT FROM (NEW.customer, NEW.invoice_date, NEW.state))
EXECUTE FUNCTION plpgsql.header_changed();
