-- A small ERP, as a software house would write it: three kinds of documents, each a header and its lines. It knows nothing of
-- credits. `written` is the amount that the ERP last wrote, to see afterwards what became of it.

CREATE SCHEMA shop;
CREATE SEQUENCE shop.number;

-- Invoices sell and consume; numeric quantities, bigint keys.
CREATE TABLE shop.invoice (
    id       bigint PRIMARY KEY DEFAULT nextval('shop.number'),
    number   text   NOT NULL DEFAULT 'F' || nextval('shop.number'),
    customer text,
    day      date,
    state    text   NOT NULL CHECK (state IN ('draft', 'posted', 'cancelled')),
    memo     text,
    total    numeric(14, 2)
);
CREATE TABLE shop.invoice_line (
    line_no  bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document bigint         NOT NULL REFERENCES shop.invoice ON DELETE CASCADE,
    article  text,
    quantity numeric(12, 3),
    price    numeric(12, 2),
    amount   numeric(14, 2),
    written  numeric(14, 2),
    made_of   bigint, -- the service report's line
    refund_of bigint, -- the invoice's line that a credit note takes back
    memo     text
);
CREATE INDEX ON shop.invoice_line (document);
CREATE INDEX ON shop.invoice_line (made_of);
CREATE INDEX ON shop.invoice_line (refund_of);

-- Cash sales sell and consume; whole quantities, a text key with a slash in it, lines numbered within the document's key. The
-- lines are partitioned by till; when a line goes to another one, its row moves and its key changes.
CREATE TABLE shop.cash_sale (
    id       text PRIMARY KEY DEFAULT 'K/' || nextval('shop.number'),
    number   text NOT NULL DEFAULT 'K' || nextval('shop.number'),
    customer text,
    day      date,
    state    text NOT NULL CHECK (state IN ('draft', 'posted', 'cancelled')),
    memo     text,
    total    numeric(14, 2)
);
CREATE TABLE shop.cash_sale_line (
    line_no  bigint         NOT NULL DEFAULT nextval('shop.number'),
    document text           NOT NULL REFERENCES shop.cash_sale ON DELETE CASCADE,
    till     integer        NOT NULL,
    article  text,
    quantity integer,
    price    numeric(12, 2),
    amount   numeric(14, 2),
    written  numeric(14, 2),
    memo     text,
    PRIMARY KEY (document, line_no, till)
) PARTITION BY LIST (till);
CREATE TABLE shop.cash_sale_line_1 PARTITION OF shop.cash_sale_line FOR VALUES IN (1);
CREATE TABLE shop.cash_sale_line_2 PARTITION OF shop.cash_sale_line FOR VALUES IN (2);
CREATE TABLE shop.cash_sale_line_3 PARTITION OF shop.cash_sale_line FOR VALUES IN (3);

-- Service reports consume and have no amounts; quantities in floating point.
CREATE TABLE shop.service_report (
    id       bigint PRIMARY KEY DEFAULT nextval('shop.number'),
    number   text   NOT NULL DEFAULT 'R' || nextval('shop.number'),
    customer text,
    day      timestamp,
    state    text   NOT NULL CHECK (state IN ('draft', 'posted', 'cancelled')),
    memo     text,
    total    numeric(14, 2)
);
CREATE TABLE shop.service_report_line (
    line_no  bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document bigint           NOT NULL REFERENCES shop.service_report ON DELETE CASCADE,
    article  text,
    quantity double precision,
    price    numeric(12, 2),
    memo     text
);
CREATE INDEX ON shop.service_report_line (document);
