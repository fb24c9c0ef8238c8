-- A small ERP as real ones are: six kinds of documents, each a header table and a line table, an application role that owns
-- nothing, and one rule of its own (the evening tariff). It knows nothing of credits; nothing in it changes when they come.

CREATE SCHEMA erp;

CREATE TABLE erp.relation (
    relation_id bigint PRIMARY KEY,
    name        text   NOT NULL
);

CREATE TABLE erp.item (
    item         text          PRIMARY KEY,
    description  text          NOT NULL,
    unit_price   numeric(12,2) NOT NULL,
    evening_item text          REFERENCES erp.item
);

-- Invoices: posted ones are in the books, draft and cancelled ones are not. Price and amount are the application's arithmetic.
CREATE TABLE erp.invoice (
    invoice_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number       text   UNIQUE,
    relation_id  bigint REFERENCES erp.relation,
    invoice_date date,
    state        text   NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'posted', 'cancelled'))
);

CREATE TABLE erp.invoice_line (
    invoice_id bigint        NOT NULL REFERENCES erp.invoice ON DELETE CASCADE,
    line_no    integer       NOT NULL,
    item       text          REFERENCES erp.item,
    quantity   numeric(12,3),
    unit_price numeric(12,2),
    amount     numeric(12,2),
    PRIMARY KEY (invoice_id, line_no)
);

-- Delivery notes: whole pieces. What was delivered is invoiced later, at the note's price.
CREATE TABLE erp.delivery_note (
    note_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number       text   NOT NULL UNIQUE,
    relation_id  bigint NOT NULL REFERENCES erp.relation,
    delivered_on date   NOT NULL,
    state        text   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'delivered', 'cancelled'))
);

CREATE TABLE erp.delivery_note_line (
    line_id    bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    note_id    bigint        NOT NULL REFERENCES erp.delivery_note ON DELETE CASCADE,
    item       text          NOT NULL REFERENCES erp.item,
    quantity   integer       NOT NULL,
    unit_price numeric(12,2) NOT NULL
);

-- Cash sales: a ticket of the till, final from the moment that it is printed, often without a name on it.
CREATE TABLE erp.cash_sale (
    ticket      text      PRIMARY KEY,
    relation_id bigint    REFERENCES erp.relation,
    sold_at     timestamp NOT NULL
);

CREATE TABLE erp.cash_sale_line (
    line_code  text          PRIMARY KEY,
    ticket     text          NOT NULL REFERENCES erp.cash_sale ON DELETE CASCADE,
    item       text          NOT NULL REFERENCES erp.item,
    quantity   numeric(12,3) NOT NULL,
    unit_price numeric(12,2) NOT NULL,
    amount     numeric(12,2) NOT NULL
);

-- Service reports of the technicians: a tablet writes them, quantities are floats.
CREATE TABLE erp.service_report (
    report_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number      text   NOT NULL UNIQUE,
    relation_id bigint NOT NULL REFERENCES erp.relation,
    report_date date   NOT NULL,
    state       text   NOT NULL DEFAULT 'signed' CHECK (state IN ('open', 'signed', 'cancelled'))
);

CREATE TABLE erp.service_report_line (
    line_id    bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id  bigint           NOT NULL REFERENCES erp.service_report ON DELETE CASCADE,
    item       text             NOT NULL REFERENCES erp.item,
    started_at time             NOT NULL DEFAULT '09:00',
    quantity   double precision NOT NULL,
    unit_price numeric(12,2)
);

-- The evening tariff: work that starts at six or later is another article, at another price.
CREATE FUNCTION erp.apply_evening_tariff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.started_at >= '18:00' THEN
        NEW.item := coalesce((SELECT evening_item FROM erp.item WHERE item = NEW.item), NEW.item);
    END IF;
    NEW.unit_price := (SELECT unit_price FROM erp.item WHERE item = NEW.item);
    RETURN NEW;
END
$$;
CREATE TRIGGER evening_tariff BEFORE INSERT ON erp.service_report_line
    FOR EACH ROW EXECUTE FUNCTION erp.apply_evening_tariff();

-- Helpdesk cases: minutes per intervention. That a started quarter of an hour is a whole one, is known to whoever invoices it.
CREATE TABLE erp.helpdesk_case (
    case_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number      text   NOT NULL UNIQUE,
    relation_id bigint NOT NULL REFERENCES erp.relation,
    opened_on   date   NOT NULL,
    state       text   NOT NULL DEFAULT 'solved' CHECK (state IN ('open', 'solved'))
);

CREATE TABLE erp.helpdesk_intervention (
    case_id    bigint        NOT NULL REFERENCES erp.helpdesk_case ON DELETE CASCADE,
    sequence   smallint      NOT NULL,
    item       text          NOT NULL REFERENCES erp.item,
    minutes    integer       NOT NULL,
    unit_price numeric(12,2) NOT NULL,
    PRIMARY KEY (case_id, sequence)
);

-- Events: one article for all, and participants, each of some customer. Who was not present is not charged.
CREATE TABLE erp.event (
    event_code text PRIMARY KEY,
    title      text NOT NULL,
    held_on    date NOT NULL,
    item       text NOT NULL REFERENCES erp.item
);

CREATE TABLE erp.participant (
    participant_id bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_code     text          NOT NULL REFERENCES erp.event ON DELETE CASCADE,
    relation_id    bigint        NOT NULL REFERENCES erp.relation,
    name           text          NOT NULL,
    present        boolean       NOT NULL DEFAULT false,
    fee            numeric(12,2) NOT NULL
);

-- The role that the application connects with: it works in the ERP's tables and nowhere else.
CREATE ROLE erp_application NOLOGIN;
GRANT USAGE ON SCHEMA erp TO erp_application;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA erp TO erp_application;

INSERT INTO erp.relation VALUES
    (1001, 'Bakkerij Maes'),
    (1002, 'Garage Peeters'),
    (1003, 'Café Central');

INSERT INTO erp.item VALUES
    ('CREDITS',   'Support credits, paid in advance',  100.00, NULL),
    ('HOUR',      'Technician, per hour',              100.00, NULL),
    ('QUARTER-E', 'Support, per 15 minutes, evening',   37.50, NULL),
    ('QUARTER',   'Support, per 15 minutes',            25.00, 'QUARTER-E'),
    ('VOUCHER',   'Training voucher',                  250.00, NULL),
    ('COURSE',    'Training course, per person',       250.00, NULL),
    ('CABLE',     'Network cable',                       9.00, NULL);
