-- The ERP's tables, the same in every variant: an invoice header, and lines with two indexes and one foreign key.
-- Run with -v erp=SCHEMA.

CREATE SCHEMA :erp;

CREATE TABLE :erp.invoice (
    id           bigint PRIMARY KEY,
    number       text NOT NULL,
    customer     text,
    invoice_date date,
    state        text NOT NULL DEFAULT 'draft'
);

CREATE TABLE :erp.invoice_line (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id bigint NOT NULL REFERENCES :erp.invoice ON DELETE CASCADE,
    article    text,
    quantity   numeric,
    unit_price numeric,
    amount     numeric
);

CREATE INDEX ON :erp.invoice_line (invoice_id);
