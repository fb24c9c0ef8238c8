-- What a good engineer would write instead of the extension: the same rules and tables, PL/pgSQL row triggers.
--
-- Where a choice was open the cheaper one was taken, so that its figures are a lower bound: no gate against a closing,
-- no SECURITY DEFINER or SET search_path, one query for article, type and parameter, functions called by assignment
-- (no query of their own). An insert into the ledger draws from the oldest lot by a partial index; header and customer
-- are locked FOR NO KEY UPDATE, in that order. A row trigger cannot let what gives go before what takes (rule 13).

CREATE SCHEMA plpgsql;

CREATE TABLE plpgsql.credit_type (
    type_id     int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code        text NOT NULL UNIQUE,
    active      bool NOT NULL DEFAULT true,
    alarm_level numeric,
    valuation   text NOT NULL DEFAULT 'fifo' CHECK (valuation IN ('fifo', 'fixed')),
    unit_value  numeric
);

CREATE TABLE plpgsql.article (
    article        text COLLATE "C" PRIMARY KEY,
    ledger_account text,
    type_id        int REFERENCES plpgsql.credit_type,
    coefficient    numeric CHECK (coefficient <> 0 AND coefficient = round(coefficient, 4))
);

CREATE TABLE plpgsql.customer (
    customer           text COLLATE "C" PRIMARY KEY,
    works_with_credits bool NOT NULL DEFAULT true
);

CREATE TABLE plpgsql.parameter (
    active         bool NOT NULL DEFAULT true,
    first_open_day date NOT NULL DEFAULT '-infinity'
);

INSERT INTO plpgsql.parameter DEFAULT VALUES;

CREATE TABLE plpgsql.account (
    customer      text COLLATE "C",
    type_id       int,
    balance       numeric NOT NULL DEFAULT 0 CHECK (balance >= 0),
    value         numeric NOT NULL DEFAULT 0,
    alarm_level   numeric,
    last_lot_no   bigint NOT NULL DEFAULT 0,
    last_entry_no bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (customer, type_id)
) WITH (fillfactor = 70);

CREATE TABLE plpgsql.lot (
    customer        text COLLATE "C",
    type_id         int,
    lot_no          bigint,
    sold_on         date NOT NULL,
    booked_on       date NOT NULL,
    quantity        numeric NOT NULL,
    amount          numeric NOT NULL,
    value           numeric NOT NULL,
    remaining       numeric NOT NULL,
    remaining_value numeric NOT NULL,
    open            bool NOT NULL,
    line_table      regclass,
    line_key        text COLLATE "C",
    document_kind   text,
    document_number text,
    article         text COLLATE "C",
    coefficient     numeric,
    ledger_account  text,
    PRIMARY KEY (customer, type_id, lot_no)
) WITH (fillfactor = 80);

CREATE INDEX ON plpgsql.lot (customer, type_id, sold_on, lot_no) WHERE open;

CREATE TABLE plpgsql.entry (
    customer        text COLLATE "C",
    type_id         int,
    entry_no        bigint,
    kind            text NOT NULL,
    lot_no          bigint NOT NULL,
    quantity        numeric NOT NULL,
    value           numeric NOT NULL,
    amount          numeric,
    balance_after   numeric NOT NULL,
    booked_on       date NOT NULL,
    document_kind   text,
    document_date   date,
    document_number text,
    line_table      regclass,
    line_key        text COLLATE "C",
    article         text COLLATE "C",
    coefficient     numeric,
    description     text,
    reverses        bigint,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    recorded_by     name NOT NULL DEFAULT session_user,
    entered_by      text,
    PRIMARY KEY (customer, type_id, entry_no)
);

CREATE INDEX ON plpgsql.entry (line_table, line_key);
CREATE INDEX ON plpgsql.entry USING brin (booked_on);

CREATE TABLE plpgsql.alarm_episode (
    customer    text COLLATE "C",
    type_id     int,
    balance     numeric NOT NULL,
    alarm_level numeric NOT NULL,
    raised_at   timestamptz NOT NULL DEFAULT now(),
    cleared_at  timestamptz
);

CREATE INDEX ON plpgsql.alarm_episode (customer, type_id) WHERE cleared_at IS NULL;

\ir ledger.sql
\ir lines.sql
\set ledger plpgsql
\ir ../settings.sql
